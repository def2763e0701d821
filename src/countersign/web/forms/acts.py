"""Forms of the acts on a proposal and on registers: approve, decline, assess, record, withhold, use, profile, standing."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.exchange import approvals, kinds
from countersign.exchange.records import CODES
from countersign.exchange.standing import LONGEST
from countersign.web.access import Desk
from countersign.web.forms.base import PageForm, a_day, a_line, a_text
from countersign.web.shown import codes, words

PHRASE: Final = _("The phrase of your approval key")


_CONSENTS: Final = {
    "originator_consent": _("consent of the owner of the information"),
    "consent": _("consent of the person"),
}
_STANDING: Final[frozenset[str]] = frozenset(
    name for name, kind in kinds.KINDS.items() if kind.standing and name != "note.test"
)


def phrase() -> forms.CharField:
    """The phrase that opens the officer's approval key for one signature."""
    return forms.CharField(
        label=PHRASE, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It signs exactly what this page shows, with the present time; it is not kept."),
    )  # fmt: skip


class ApproveForm(PageForm):
    """Approve in one role, by signature. `digest`: of the bytes that the page showed."""

    digest = forms.CharField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label=_("In which role"), widget=forms.RadioSelect)
    phrase = phrase()

    def __init__(self, *given: Any, here: Desk, **named: Any) -> None:
        super().__init__(*given, **named)
        own = [role for role in approvals.ROLES if role in here.officer.roles]
        self.fields["role"].choices = words.choices(words.ROLES, own)  # type: ignore[attr-defined]
        self.fields["role"].initial = own[0] if own else None


class AssistanceForm(PageForm):
    """What evidence is asked for by treaty, and for which proceeding."""

    wanted = forms.ChoiceField(label=_("Evidence that is needed"), widget=forms.RadioSelect, initial="certified_copy",
                               choices=lambda: words.choices(words.EVIDENCE))  # fmt: skip
    facts = a_text(
        _("The proceeding, and why the evidence is needed"),
        help_text=_(
            "Facts that your central authority puts into the request. The received text is not copied into it."
        ),
    )


class AssistanceStatusForm(PageForm):
    """Where a request stands, told to the other central authority."""

    status = forms.ChoiceField(label=_("What is told"), widget=forms.RadioSelect)
    reference = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9._-]{0,63}$", label=_("File number of the request"),
        help_text=_("Capital letters, digits, dots and hyphens; both sides use it."),
        error_messages={"invalid": _("Capital letters, digits, dots and hyphens only.")},
    )  # fmt: skip
    on = a_day(_("On"))

    def __init__(self, *given: Any, statuses: tuple[str, ...], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["status"].choices = words.choices(words.ASSISTANCE, statuses)  # type: ignore[attr-defined]
        self.fields["status"].initial = statuses[0] if statuses else None


class DeclineForm(PageForm):
    """Say no, with a ground."""

    role = forms.ChoiceField(label=_("In which role"))
    ground = forms.ChoiceField(label=_("Ground"), choices=lambda: [("", _("Choose")), *words.choices(codes.GROUNDS)])

    def __init__(self, *given: Any, here: Desk, **named: Any) -> None:
        super().__init__(*given, **named)
        own = [role for role in approvals.ROLES if role in here.officer.roles]
        self.fields["role"].choices = words.choices(words.ROLES, own)  # type: ignore[attr-defined]


class AssessForm(PageForm):
    """The bare risk first, then what mitigation leaves of it."""

    bare = forms.ChoiceField(label=_("Risk before any mitigation"), widget=forms.RadioSelect)
    mitigation = forms.MultipleChoiceField(label=_("Mitigation"), required=False, widget=forms.CheckboxSelectMultiple,
                                           choices=lambda: words.choices(words.MITIGATIONS))  # fmt: skip
    mitigated = forms.ChoiceField(label=_("Risk that is left"), widget=forms.RadioSelect)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        levels = [code for code in words.RISKS if code != "not_assessed"]
        for name in ("bare", "mitigated"):
            self.fields[name].choices = words.choices(words.RISKS, levels)  # type: ignore[attr-defined]


class RecordForm(PageForm):
    """A condition, a consent or an outside approval, with the document that shows it."""

    code = forms.ChoiceField(label=_("What is put on record"))
    reference = a_line(_("Reference of the document"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["code"].choices = [(code, _recorded(code)) for code in sorted(CODES)]  # type: ignore[attr-defined]


class WithholdForm(PageForm):
    """Words to take out of one part of the payload, and of which category they are."""

    path = forms.ChoiceField(label=_("Where"))
    words = a_line(_("Words to take out, exactly as they stand"))
    category = forms.ChoiceField(label=_("Category"))

    def __init__(self, *given: Any, categories: tuple[str, ...], members: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["path"].choices = members  # type: ignore[attr-defined]
        self.fields["category"].choices = [(code, words.say(codes.DATA, code)) for code in categories]  # type: ignore[attr-defined]


class UseForm(PageForm):
    """What somebody means to do with a received item."""

    use = forms.ChoiceField(
        label=_("What you mean to do"), choices=lambda: words.choices(codes.USES), widget=forms.RadioSelect
    )
    recipient = a_line(_("Who would receive it"), required=False)


class ProfileForm(PageForm):
    """A dated profile of an authority of another state."""

    authority = forms.ChoiceField(label=_("Receiving authority"))
    level = forms.ChoiceField(label=_("Risk of mistreatment"), widget=forms.RadioSelect)
    sources = a_line(_("Sources"), help_text=_("Public reports, own experience, assurances: what the level rests on."))
    dated = a_day(_("As of"))

    def __init__(self, *given: Any, authorities: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["authority"].choices = authorities  # type: ignore[attr-defined]
        levels = [code for code in words.RISKS if code != "not_assessed"]
        self.fields["level"].choices = words.choices(words.RISKS, levels)  # type: ignore[attr-defined]


class StandingForm(PageForm):
    """A standing authorisation for one kind of coded items."""

    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: words.choices(words.KINDS, _STANDING))
    a_day = forms.IntegerField(label=_("At most so many a day"), min_value=1, max_value=10_000, initial=100)
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=LONGEST.days, initial=30)


def _recorded(code: str) -> str:
    for prefix in ("condition", "approval"):
        if f"{prefix}:{code}" in codes.NEEDS:
            return words.say(codes.NEEDS, f"{prefix}:{code}")
    return words.say(_CONSENTS, code)
