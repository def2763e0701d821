"""Forms of oversight: the roster, findings, assurances, spans of days, and what a trial of the rules asks."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.exchange import duty, flash
from countersign.exchange.models import Case
from countersign.law.vocabulary import Vocabulary
from countersign.oversight import assurances
from countersign.web.access import Desk
from countersign.web.forms.acts import phrase
from countersign.web.forms.base import PageForm, a_day, a_line
from countersign.web.shown import counted, words
from countersign.web.shown.places import authority_name

_CHOOSE: Final = ("", _("Choose"))


class AdoptForm(PageForm):
    """Sign the law as it is on the node's disk."""

    role = forms.ChoiceField(label=_("In which role"), widget=forms.RadioSelect)
    phrase = phrase()

    def __init__(self, *given: Any, roles: tuple[str, ...], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["role"].choices = words.choices(words.ROLES, roles)  # type: ignore[attr-defined]
        self.fields["role"].initial = roles[0] if roles else None


class TurnForm(PageForm):
    """An officer's turn on the duty roster."""

    officer = forms.ChoiceField(label=_("Officer"))
    place = forms.IntegerField(label=_("Place in the order of calls"), min_value=1, max_value=99, initial=1)
    begins = forms.DateTimeField(
        label=_("From (UTC)"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    hours = forms.IntegerField(label=_("For how many hours"), min_value=1, max_value=7 * 24, initial=12)
    stands_for = forms.MultipleChoiceField(
        label=_("Stands in, for threats to life alone, as"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: words.choices(words.ROLES, duty.LENDABLE),
    )  # fmt: skip

    def __init__(self, *given: Any, here: Desk, **named: Any) -> None:
        super().__init__(*given, **named)
        rows = Officer.objects.filter(authority=here.officer.authority, active=True).order_by("name")
        self.fields["officer"].choices = [_CHOOSE, *((row.login, row.name) for row in rows)]  # type: ignore[attr-defined]


class ReviewForm(PageForm):
    """What a half of the review finds of something that left as a threat to life."""

    finding = forms.ChoiceField(
        label=_("What you find"),
        choices=lambda: words.choices(counted.FLASH_FINDINGS, flash.FINDINGS),
        widget=forms.RadioSelect,
    )


class AssuranceForm(PageForm):
    """An assurance that the other state gave in a case."""

    code = forms.ChoiceField(
        label=_("What is assured"), choices=lambda: words.choices(counted.ASSURANCES), widget=forms.RadioSelect
    )
    case_ref = forms.ChoiceField(label=_("Case"))
    given_by = forms.ChoiceField(label=_("Given by"))
    document = a_line(_("Reference of the document"), help_text=_("It names the paper, and no person."))
    given_on = a_day(_("Given on"))
    valid_until = a_day(_("Good until"))

    def __init__(self, *given: Any, here: Desk, **named: Any) -> None:
        super().__init__(*given, **named)
        cases = (
            Case.objects.filter(authority=here.officer.authority).select_related("peer").order_by("-opened_at")[:200]
        )
        self.fields["case_ref"].choices = [_CHOOSE, *((case.reference, case.reference) for case in cases)]  # type: ignore[attr-defined]
        others = sorted({case.peer.state_code for case in cases})
        named_ = [
            (code, f"{authority_name(code, state)} ({code})")
            for state in others for code in sorted(packs.state(state).authorities)
        ]  # fmt: skip
        self.fields["given_by"].choices = [_CHOOSE, *named_]  # type: ignore[attr-defined]


class BreachForm(PageForm):
    """What was found of an assurance."""

    finding = forms.ChoiceField(
        choices=lambda: words.choices(counted.BREACHES, assurances.BREACHES), label=_("What you find")
    )


class SpanForm(PageForm):
    """Days to count, of all authorities or one."""

    first = a_day(_("First day"))
    last = a_day(_("Last day"))
    authority = forms.ChoiceField(label=_("Authority"), required=False)
    public = forms.BooleanField(label=_("Only what may be published"), required=False)

    def __init__(self, *given: Any, here: Desk, **named: Any) -> None:
        super().__init__(*given, **named)
        own = here.house.pack.authorities
        named_ = [(code, f"{authority_name(code, here.house.pack.code)} ({code})") for code in sorted(own)]
        self.fields["authority"].choices = [("", _("All")), *named_]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("first") and given.get("last") and given["first"] > given["last"]:
            self.add_error("last", _("The last day lies before the first."))
        return given


class TrialForm(PageForm):
    """A question to the rules that changes nothing: every attribute, as the law's vocabulary names it."""

    action = forms.ChoiceField(label=_("Act"))

    def __init__(self, *given: Any, vocabulary: Vocabulary, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["action"].choices = [(name, words.say(counted.TRIAL_ACTS, name)) for name in vocabulary.actions]  # type: ignore[attr-defined]
        for name, values in vocabulary.enums.items():
            self.fields[name] = forms.ChoiceField(label=name, choices=[(value, value) for value in values])
        for name in vocabulary.booleans:
            self.fields[name] = forms.BooleanField(label=name, required=False)
        for name, values in vocabulary.sets.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=name,
                required=False,
                choices=[(value, value) for value in values],
                widget=forms.CheckboxSelectMultiple,
            )

    def facts(self) -> dict[str, Any]:
        """The attributes as the gate takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("turn", "action")}
