"""What all forms share: no text that cannot be seen, labels that say what is wanted, errors tied to their field."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter
from pydantic import ValidationError as Invalid

from countersign.exchange.fields import Line, Text
from countersign.law import markings
from countersign.web.shown.refusals import fault_words

LINE: Final = TypeAdapter(Line)
TEXT: Final = TypeAdapter(Text)


def plain(adapter: TypeAdapter[str]) -> Any:
    """A validator: the same rule that the schema of the kind applies, told in the reader's language."""

    def check(value: str) -> None:
        try:
            adapter.validate_python(value.replace("\r\n", "\n"))
        except Invalid as error:
            raise ValidationError(fault_words(error.errors()[0]["msg"])) from None

    return check


def a_line(label: Any, *, required: bool = True, help_text: Any = "", initial: str = "") -> forms.CharField:
    """One line of at most 300 characters."""
    return forms.CharField(
        label=label, required=required, help_text=help_text, initial=initial, validators=[plain(LINE)],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def a_text(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Several lines of at most 20,000 characters."""
    return forms.CharField(
        label=label, required=required, help_text=help_text, validators=[plain(TEXT)], widget=forms.Textarea
    )


def a_day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day by the browser's own picker."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PageForm(forms.Form):
    """A form of one page. `turn`: which writing of the draft the page was made from."""

    turn = forms.IntegerField(widget=forms.HiddenInput, required=False)
    use_required_attribute = False

    def shown_fields(self) -> list[Any]:
        """The fields a person fills in."""
        return list(self.visible_fields())

    def stored(self) -> dict[str, Any]:
        """The cleaned values as JSON keeps them, texts with plain line ends."""
        return {name: _plain(value) for name, value in self.cleaned_data.items() if name != "turn"}

    def widest(self) -> dict[str, Any]:
        """What was typed, valid or not, for saving a draft while it is written."""
        given = cast("QueryDict", self.data)
        known = {name: given.getlist(name) if _many(field) else given.get(name, "")
                 for name, field in self.fields.items() if name != "turn"}  # fmt: skip
        return {name: _plain(value) for name, value in known.items()}


def _many(field: forms.Field) -> bool:
    return isinstance(field, forms.MultipleChoiceField)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return value.isoformat() if hasattr(value, "isoformat") else value


class EvaluatedForm(PageForm):
    """How good source and information are: in the 4x4 system, by the Admiralty grade it came with, or by both.

    A form that does not ask for it (`evaluation_asked`) is right without any grade."""

    evaluation_asked: bool = True
    admiralty = forms.RegexField(
        r"^[A-Fa-f][1-6]$", label=_("Admiralty grade"), required=False, strip=True,
        help_text=_("If the information came with one, such as B2. It travels as it is; the grades above follow from it."),
        error_messages={"invalid": _("A letter from A to F and a digit from 1 to 6, such as B2.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": "4"}),
    )  # fmt: skip

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        names = [name for name in self.fields if name != "admiralty"]
        names.insert(names.index("information") + 1, "admiralty")
        self.order_fields(names)

    def clean(self) -> dict[str, Any]:
        """Grades that are better than the Admiralty grade, half a grade, and none where one is asked, are told here."""
        given = super().clean() or {}
        grade = str(given.get("admiralty") or "").upper()
        typed = (given.get("source") or "", given.get("information") or "")
        if any(typed) and not all(typed):
            self.add_error("source" if not typed[0] else "information", _("Give both grades, or neither."))
        elif not any(typed) and not grade and self.evaluation_asked and "admiralty" not in self.errors:
            self.add_error("source", _("Choose the two grades, or give an Admiralty grade."))
        elif grade and all(typed):
            best = markings.four_by_four(grade)
            if typed[0] < best[0] or typed[1] < best[1]:
                self.add_error("admiralty", _("The grades above are better than this one. The worse one counts."))
        return given
