"""Forms of the stream: a line to screen, a notice, the answers to one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.exchange.streams import Here
from countersign.kernel import clock
from countersign.streams.precursors import words
from countersign.streams.precursors.heads import head
from countersign.streams.precursors.services.files import LINES, LIST, LIST_NEW


def pairs(table: words.Words, *, empty: bool = False) -> list[tuple[str, Any]]:
    return [*([("", _("Choose"))] if empty else []), *table.items()]


def _states(*codes: str) -> list[tuple[str, Any]]:
    return [(code, words.STATES[code]) for code in codes]


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


LONGEST_REST: Final = timedelta(days=90)


class LineForm(forms.Form):
    """One declaration line."""

    use_required_attribute = False
    description = forms.CharField(label=_("Description of the goods"), max_length=4_000, required=False)
    cas = forms.CharField(label=_("CAS number"), max_length=20, required=False)
    hs_code = forms.CharField(label=_("HS code"), max_length=16, required=False)
    day = day_field(_("Day of the declaration"), required=False)


class UploadForm(forms.Form):
    """A table or JSON lines."""

    use_required_attribute = False
    file = forms.FileField(label=_("Table (CSV) or JSON lines"))


class NoticeForm(forms.Form):
    """A pre-export notice: the field set of article 12(10)(a), and what the two states agreed beside it."""

    use_required_attribute = False
    pen_no = forms.CharField(
        label=_("Number of the notice"), max_length=32, help_text=_("As in PEN Online, like IN-2026-000311.")
    )
    case_ref = forms.CharField(label=_("Case"), max_length=64)
    exporter_name = forms.CharField(label=_("Exporter"), max_length=300)
    exporter_address = forms.CharField(label=_("Address of the exporter"), max_length=300)
    exporter_licence = forms.CharField(label=_("Registration of the exporter"), max_length=300, required=False)
    importer_name = forms.CharField(label=_("Importer"), max_length=300)
    importer_address = forms.CharField(label=_("Address of the importer"), max_length=300)
    importer_licence = forms.CharField(label=_("Licence of the importer"), max_length=300, required=False)
    exit = forms.CharField(label=_("Place of exit (UN/LOCODE)"), max_length=5)
    entry = forms.CharField(label=_("Place of entry (UN/LOCODE)"), max_length=5)
    mode = forms.ChoiceField(label=_("How it travels"), choices=lambda: pairs(words.MODES))
    dispatch_on = day_field(_("Expected dispatch"))
    declared_use = forms.CharField(label=_("Declared use"), max_length=300)
    reply_days = forms.IntegerField(label=_("Reply within so many working days of both states"), min_value=1, max_value=60,
                                    initial=10,
                                    help_text=_("Agreed for each substance; five for precursors of fentanyl."))  # fmt: skip

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for number in range(1, LINES + 1):
            more = number > 1
            label = {"n": number}
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Substance %(n)s") % label, max_length=300, required=not more
            )
            self.fields[f"cas_{number}"] = forms.CharField(
                label=_("CAS number %(n)s") % label, max_length=16, required=False
            )
            self.fields[f"hs_{number}"] = forms.CharField(
                label=_("HS code %(n)s") % label, max_length=13, required=False
            )
            self.fields[f"kilograms_{number}"] = forms.CharField(
                label=_("Kilograms %(n)s") % label, max_length=14, required=not more
            )

    def content(self, here: Here, kind: str) -> dict[str, Any]:
        """The content for the gate, from the authority that is designated there."""
        given = self.cleaned_data
        lines = [self._line(number) for number in range(1, LINES + 1) if given.get(f"name_{number}")]
        names = ("exit", "entry")
        return head(here, kind, given["case_ref"]) | {
            "pen_no": given["pen_no"].strip().upper(), "exporter": self._firm("exporter"), "importer": self._firm("importer"),
            "lines": lines, "mode": given["mode"], "dispatch_on": given["dispatch_on"].isoformat(),
            "declared_use": given["declared_use"], "reply_days": given["reply_days"],
        } | {name: given[name].strip().upper() for name in names}  # fmt: skip

    def _firm(self, who: str) -> dict[str, Any]:
        given = self.cleaned_data
        told = {"name": given[f"{who}_name"], "address": given[f"{who}_address"]}
        return told | ({"licence": given[f"{who}_licence"]} if given[f"{who}_licence"] else {})

    def _line(self, number: int) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[f"{name}_{number}"].strip() for name in ("name", "cas", "hs", "kilograms")}


class NoticeFileForm(forms.Form):
    """A table of one notice, in the columns that the notice page gives."""

    use_required_attribute = False
    table = forms.FileField(
        label=_("Table of one notice (CSV)"), help_text=_("In the columns that a notice’s page gives.")
    )


class ListFileForm(forms.Form):
    """A table of changes of the own control list."""

    use_required_attribute = False
    case_ref = forms.CharField(label=_("Case"), max_length=64)
    table = forms.FileField(label=_("Table of changes (CSV)"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Here and not above: filled in while the module loads, it would stay in the language of the node.
        columns = {"columns": ", ".join(LIST), "new": ", ".join(LIST_NEW)}
        self.fields["table"].help_text = _("Columns: %(columns)s. Of a new substance also: %(new)s.") % columns


class ReplyForm(forms.Form):
    """The answer of the designated authority."""

    use_required_attribute = False
    outcome = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect,
                                choices=lambda: _states("no_objection", "objected"))  # fmt: skip
    reasons = forms.MultipleChoiceField(label=_("Reasons of an objection"), required=False, widget=forms.CheckboxSelectMultiple,
                                        choices=lambda: pairs(words.OBJECTIONS))  # fmt: skip


class QuestionForm(forms.Form):
    """More is asked; the clock rests until a day."""

    use_required_attribute = False
    about_what = forms.MultipleChoiceField(label=_("What is asked about"), widget=forms.CheckboxSelectMultiple,
                                           choices=lambda: pairs(words.QUESTIONS))  # fmt: skip
    until = day_field(_("The clock rests until the end of"))

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if not clock.now().date() <= until <= clock.now().date() + LONGEST_REST:
            raise forms.ValidationError(_("From today, for ninety days at most."))
        return until


class StatusForm(forms.Form):
    """What became of the consignment."""

    use_required_attribute = False
    status = forms.ChoiceField(label=_("What became of it"),
                               choices=lambda: _states("withdrawn", "stopped", "shipped", "arrived"))  # fmt: skip
    on = day_field(_("On"))
    kilograms = forms.CharField(
        label=_("Kilograms, line by line"),
        required=False,
        help_text=_("As 25.0; one for each line, with blanks between."),
    )

    def weights(self) -> list[str]:
        return self.cleaned_data["kilograms"].split() if self.cleaned_data["status"] in ("shipped", "arrived") else []
