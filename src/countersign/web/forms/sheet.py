"""The three questions about words before they leave; the answers stay at home, and nobody answers them for the drafter."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.web.forms.base import PageForm
from countersign.web.shown import codes, words

QUESTIONS: Final = ("origin", "political", "tainted")


class SheetForm(PageForm):
    """Whose it is, of what character, and how it was obtained."""

    origin = forms.ChoiceField(label=_("Whose information is it?"), choices=lambda: words.choices(codes.ORIGINS),
                               widget=forms.RadioSelect)  # fmt: skip
    political = forms.ChoiceField(label=_("Is it of political, military, religious or racial character?"),
                                  choices=lambda: words.choices(codes.DOUBTS, ("none", "suspected", "confirmed")),
                                  widget=forms.RadioSelect)  # fmt: skip
    tainted = forms.ChoiceField(label=_("May it have been obtained by mistreatment?"),
                                choices=lambda: words.choices(codes.DOUBTS, ("none", "suspected", "likely")),
                                widget=forms.RadioSelect)  # fmt: skip

    def only_where_words_leave(self) -> None:
        """Make the questions optional; `insist` asks them where words leave after all."""
        for name in QUESTIONS:
            self.fields[name].required = False
            self.fields[name].help_text = _("Only where words leave; codes alone need no answer.")

    def insist(self, given: dict[str, Any], *more: str) -> None:
        """Ask the three, and `more` fields, after all."""
        for name in (*more, *QUESTIONS):
            if not given.get(name):
                self.add_error(name, str(self.fields[name].error_messages["required"]))
