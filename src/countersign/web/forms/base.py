"""What all forms share: no text that cannot be seen, labels that say what is wanted, errors tied to their field."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from pydantic import TypeAdapter
from pydantic import ValidationError as Invalid

from countersign.exchange.fields import Line, Text
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
