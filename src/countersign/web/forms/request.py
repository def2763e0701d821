"""The pages of a request, of information sent unasked and of a note: to whom and why, about whom, what, what stays home."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.charter import packs
from countersign.charter.models import Peer
from countersign.exchange.house import House
from countersign.law import markings
from countersign.web.forms.base import EvaluatedForm, PageForm, a_day, a_line, a_text
from countersign.web.forms.sheet import SheetForm
from countersign.web.shown import codes, words
from countersign.web.shown.places import authority_name, state_name

_UNKNOWN: Final = ("", _("Choose"))
EVALUATED: Final = [("", _("not evaluated"))]


class ToForm(PageForm):
    """To whom, in which case, for what purpose, under which law."""

    to = forms.ChoiceField(label=_("To"), help_text=_("The authority of the other state that is asked."))
    case_ref = a_line(_("Case"), help_text=_("Capital letters, digits and hyphens; both sides use it."))
    offence = forms.ChoiceField(
        label=_("Offence"), help_text=_("The provisions of both states are filled in from the packs.")
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[])
    urgency = forms.ChoiceField(label=_("Urgency"), widget=forms.RadioSelect)
    legal_basis = forms.ChoiceField(label=_("Legal basis"))
    language = forms.ChoiceField(label=_("Language of the text"))

    def __init__(self, *given: Any, house: House, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["to"].choices = [*_authorities()]  # type: ignore[attr-defined]
        self.fields["offence"].choices = [_UNKNOWN, *offences(house)]  # type: ignore[attr-defined]
        self.fields["purpose"].choices = words.choices(words.PURPOSES)  # type: ignore[attr-defined]
        self.fields["urgency"].choices = words.choices(words.URGENCY)  # type: ignore[attr-defined]
        self.fields["legal_basis"].choices = list(house.pack.legal_bases.items())  # type: ignore[attr-defined]
        self.fields["language"].choices = list(words.LANGUAGES.items())  # type: ignore[attr-defined]

    def clean_case_ref(self) -> str:
        return str(self.cleaned_data["case_ref"]).strip().upper()


class SubjectForm(PageForm):
    """One person or firm."""

    type = forms.ChoiceField(label=_("Person or firm"), choices=lambda: words.choices(words.SUBJECTS), widget=forms.RadioSelect,
                             initial="person")  # fmt: skip
    name_latn = a_line(_("Name in Latin script"), required=False)
    name_guru = a_line(_("Name in Gurmukhi"), required=False)
    name_deva = a_line(_("Name in Devanagari"), required=False)
    born_on = a_day(
        _("Date of birth"),
        required=False,
        help_text=_("Without it a person can hardly be told from others of the same name."),
    )
    role = forms.ChoiceField(
        label=_("Part in the case"), choices=lambda: words.choices(words.PERSON_ROLES), initial="suspect"
    )
    identifier_type = forms.ChoiceField(label=_("Kind of number"), required=False,
                                        choices=lambda: words.choices(words.IDENTIFIERS))  # fmt: skip
    identifier = a_line(_("Number or address"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.get(name) for name in ("name_latn", "name_guru", "name_deva")):
            self.add_error("name_latn", _("Give the name in at least one script."))
        return given

    def has_changed_by_hand(self) -> bool:
        """Whether a name or a number was typed: an untouched form adds nobody."""
        return any(self.data.get(name, "").strip() for name in ("name_latn", "name_guru", "name_deva", "identifier"))


class QuestionForm(EvaluatedForm):
    """What is asked, and why it is needed."""

    evaluation_asked = False
    question = a_text(_("Question"), help_text=_("Ask for what you need and nothing else."))
    necessity = a_text(
        _("Why it is needed"), help_text=_("The facts from which the other side sees necessity and proportion.")
    )
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=lambda: EVALUATED + words.choices(words.SOURCES)
    )
    information = forms.ChoiceField(label=_("Information"), required=False,
                                    choices=lambda: EVALUATED + words.choices(words.INFORMATION))  # fmt: skip


class ToldForm(EvaluatedForm):
    """What is told unasked: it must be evaluated."""

    text = a_text(_("Information"))
    necessity = a_text(_("Why the other side should know it"))
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=lambda: [_UNKNOWN, *words.choices(words.SOURCES)]
    )
    information = forms.ChoiceField(
        label=_("Information"), required=False, choices=lambda: [_UNKNOWN, *words.choices(words.INFORMATION)]
    )


class DangerForm(EvaluatedForm):
    """A threat to somebody's life: seven things, each of which the officer over there needs."""

    act = forms.ChoiceField(label=_("What the other state should do"), choices=lambda: words.choices(words.FLASH_ACTS),
                            widget=forms.RadioSelect, initial="ask")  # fmt: skip
    threatened = a_line(_("Who is in danger"))
    threat = a_text(_("What is threatened, and by whom"))
    place = a_line(_("Where"))
    expected = a_line(_("When it is expected"))
    necessity = a_text(_("How it is known, and why the other state must act now"))
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=lambda: [_UNKNOWN, *words.choices(words.SOURCES)]
    )
    information = forms.ChoiceField(
        label=_("Information"), required=False, choices=lambda: [_UNKNOWN, *words.choices(words.INFORMATION)]
    )
    call_back = a_line(_("Whom to call back, and on which number"))


class NoteForm(PageForm):
    """A note between officers."""

    text = a_text(_("Note"))
    necessity = a_text(_("Why it is needed"))


class HomeForm(SheetForm):
    """What stays at home, and how the item is to be handled."""

    owner = a_line(_("Owner of the information"), required=False, help_text=_("If it is not ours."))
    persons = forms.MultipleChoiceField(
        label=_("Persons of special protection"), required=False, choices=lambda: words.choices(codes.PERSONS),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=_("Sensitive categories in it"), required=False, choices=lambda: words.choices(codes.DATA),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    handling = forms.ChoiceField(label=_("What the other side may do with it"), choices=lambda: words.choices(words.HANDLING),
                                 widget=forms.RadioSelect)  # fmt: skip
    conditions = a_line(_("Further conditions"), required=False, help_text=_("For other restrictions: in one line."))
    level = forms.ChoiceField(label=_("Marking"))
    tlp = forms.ChoiceField(label=_("Traffic light label"), choices=lambda: words.choices(words.TLP))
    readers = a_text(
        _("Named readers"),
        required=False,
        help_text=_("For TLP:RED: the persons at the other authority who may read it, a name a line."),
    )
    pap = forms.ChoiceField(label=_("Permissible actions"), required=False, choices=lambda: words.choices(words.PAP))
    retain_until = a_day(_("Keep until"), required=False)

    def __init__(self, *given: Any, house: House, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["level"].choices = [(name, name) for name in _movable(house)]  # type: ignore[attr-defined]
        known = house.policies.vocabulary.sets
        self.fields["persons"].choices = words.choices(codes.PERSONS, known["subjects"])  # type: ignore[attr-defined]
        self.fields["categories"].choices = words.choices(codes.DATA, known["data"])  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """TLP:RED and names belong together; of either alone the page says what is missing."""
        given = super().clean() or {}
        red, named = given.get("tlp") == "red", bool(str(given.get("readers") or "").strip())
        if red and not named:
            self.add_error("readers", _("Name the readers, or choose another label."))
        if named and not red:
            self.add_error("readers", _("Only TLP:RED names its readers: choose that label, or take the names out."))
        return given


def _authorities() -> list[tuple[str, str]]:
    """Authorities of every active peer's state, the single point of contact first."""
    found = []
    for peer in Peer.objects.filter(status=Peer.ACTIVE).order_by("state_code"):
        pack = packs.state(peer.state_code)
        for code in sorted(pack.authorities, key=lambda name: (not pack.authorities[name].spoc, name)):
            found.append(
                (f"{pack.code}:{code}", f"{state_name(pack.code)} – {authority_name(code, pack.code)} ({code})")
            )
    return found


def offences(house: House) -> list[tuple[str, str]]:
    """Categories with the own provision beside them."""
    return [(code, f"{text} – {house.pack.provisions[code]}" if code in house.pack.provisions else text)
            for code, text in words.choices(words.OFFENCES) if code not in ("none", "expression", "military")]  # fmt: skip


def _movable(house: House) -> list[str]:
    scales = markings.scales()
    return [name for name, marking in house.pack.markings.items() if scales.moves[marking.level]]
