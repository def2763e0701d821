"""The pages of an answer: a reply, a holding answer, a refusal in codes, feedback, and permissions asked and given."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.exchange.house import House
from countersign.exchange.schemas import NEUTRAL
from countersign.kernel import clock
from countersign.web.forms.base import EvaluatedForm, PageForm, a_day, a_line, a_text
from countersign.web.forms.request import offences
from countersign.web.forms.sheet import SheetForm
from countersign.web.shown import codes, words

CHOOSE: Final = ("", _("Choose"))
_WHOLE: Final = ("", _("The request as a whole"))


OUTCOMES: Final[words.Words] = {
    "useful": _("Useful"),
    "known_before": _("Known before"),
    "not_useful": _("Not useful"),
    "led_to_arrest": _("It led to an arrest"),
    "led_to_seizure": _("It led to a seizure"),
    "led_to_prevention": _("It led to prevention"),
}


class _About(PageForm):
    """An answer about one of the persons that were asked about, or about the whole."""

    about = forms.ChoiceField(label=_("About whom"), required=False)

    def __init__(self, *given: Any, persons: list[tuple[str, str]] | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["about"].choices = persons or [_WHOLE]  # type: ignore[attr-defined]


class ReplyForm(_About, EvaluatedForm):
    """The answer in words."""

    text = a_text(_("Answer"))
    necessity = a_text(_("Why this is said"), help_text=_("Say how it answers the question and nothing else."))
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=lambda: [CHOOSE, *words.choices(words.SOURCES)]
    )
    information = forms.ChoiceField(
        label=_("Information"), required=False, choices=lambda: [CHOOSE, *words.choices(words.INFORMATION)]
    )


class InterimForm(_About):
    """A holding answer of codes alone."""

    reason = forms.ChoiceField(
        label=_("Where it stands"), choices=lambda: words.choices(words.INTERIM), widget=forms.RadioSelect
    )
    expected_on = a_day(_("Answer expected on"))
    judicial_authority = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9._-]{0,63}$", label=_("Judicial authority"), required=False,
        help_text=_("Only where a judge must authorise it: the authority’s code, in capital letters."),
        error_messages={"invalid": _("Capital letters, digits, dots and hyphens only.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("expected_on") and given["expected_on"] < clock.now().date():
            self.add_error("expected_on", _("This day has passed."))
        judicial = given.get("reason") == "needs_judicial_authority"
        if judicial and not given.get("judicial_authority") and "judicial_authority" not in self.errors:
            self.add_error("judicial_authority", _("Name the judicial authority."))
        return given


class RefusalForm(_About, SheetForm):
    """A refusal with its coded ground. About a person the neutral answer goes by itself and is not offered here."""

    ground = forms.ChoiceField(label=_("Ground"), widget=forms.RadioSelect,
                               help_text=_("The other side reads the ground and what would help."))  # fmt: skip
    explanation = a_text(_("A sentence that helps the other side"), required=False,
                       help_text=_("With words in it two people approve; codes alone may go at once."))  # fmt: skip
    necessity = a_text(
        _("Why it is needed"), required=False, help_text=_("Only where words leave; codes alone need no answer.")
    )
    field_order = ("about", "ground", "explanation", "necessity")

    def __init__(self, *given: Any, personal: bool = True, **named: Any) -> None:
        super().__init__(*given, **named)
        barred = {NEUTRAL, "NOT_HELD"} if personal else {NEUTRAL}
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (code, f"{name}. {codes.GROUND_REMEDIES[code]}")
            for code, name in words.choices(codes.GROUNDS)
            if code not in barred
        ]
        self.only_where_words_leave()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("explanation"):
            self.insist(given, "necessity")
        return given


class FeedbackForm(PageForm):
    """What became of what was received."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=lambda: words.choices(OUTCOMES), widget=forms.RadioSelect)
    timely = forms.ChoiceField(label=_("Did it come in time?"), choices=[("yes", _("Yes")), ("no", _("No"))],
                               widget=forms.RadioSelect)  # fmt: skip


class PermissionForm(PageForm):
    """To ask the originator to let an item be used beyond what it allows."""

    kind = forms.ChoiceField(label=_("Permission"), widget=forms.RadioSelect, choices=lambda: words.choices(
        words.KINDS, ("permission.onward", "permission.court_use")))  # fmt: skip
    recipient = a_line(
        _("Who would receive it"), required=False, help_text=_("To pass it on: the agency or body by name.")
    )
    offence = forms.ChoiceField(
        label=_("Offence"), required=False, help_text=_("Of the proceeding, where the item itself names none.")
    )
    necessity = a_text(_("Why it is needed"))

    def __init__(self, *given: Any, house: House, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["offence"].choices = [("", _("as in the item")), *offences(house)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == "permission.onward" and not given.get("recipient"):
            self.add_error("recipient", _("Name who would receive the item."))
        return given


class VerdictForm(SheetForm):
    """To grant or deny a permission that was asked for. A grant repeats who would receive it, so it has words."""

    act = forms.ChoiceField(
        label=_("Answer"), choices=[("grant", _("Grant")), ("deny", _("Deny"))], widget=forms.RadioSelect
    )
    until = a_day(_("Until"), required=False)
    necessity = a_text(_("Why it is needed"), required=False)
    field_order = ("act", "until", "necessity")

    def __init__(self, *given: Any, recipient: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self._recipient = recipient
        self.only_where_words_leave()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("act") == "grant" and self._recipient:
            self.insist(given, "necessity")
        return given
