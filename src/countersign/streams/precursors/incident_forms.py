"""Forms of incidents: what was seized, what is asked about it, what was found, and marks of own suspect shipments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.exchange.streams import Here
from countersign.streams.precursors import words
from countersign.streams.precursors.forms import day_field, pairs
from countersign.streams.precursors.heads import head

LINKS = 3


class IncidentForm(forms.Form):
    """What happened, when, where, and how it was declared. No field asks how anything is made."""

    use_required_attribute = False
    case_ref = forms.CharField(label=_("Case"), max_length=64)
    type = forms.ChoiceField(label=_("What happened"), choices=lambda: pairs(words.TYPES, empty=True))
    happened_on = day_field(_("On the day"))
    place = forms.CharField(label=_("Where it happened"), max_length=300)
    name = forms.CharField(label=_("Substance or thing"), max_length=300)
    cas = forms.CharField(label=_("CAS number"), max_length=16, required=False)
    quantity = forms.CharField(
        label=_("Quantity"),
        max_length=60,
        help_text=_("Of a substance in kilograms, as 12.5; of a thing as you count it."),
    )
    packing = forms.CharField(label=_("Packing, and marks on it"), max_length=300, required=False)
    declared_as = forms.CharField(label=_("Declared as"), max_length=300)
    hs = forms.CharField(label=_("HS code"), max_length=13, required=False)
    container = forms.CharField(label=_("Container"), max_length=300, required=False)
    origin = forms.CharField(label=_("Country of origin (two letters)"), max_length=2, required=False)
    destination = forms.CharField(label=_("Country of destination (two letters)"), max_length=2, required=False)
    mode = forms.ChoiceField(label=_("How it travelled"), choices=lambda: pairs(words.WAYS))
    laboratory = forms.CharField(label=_("Reference of the laboratory"), max_length=300, required=False)
    wanted = forms.ChoiceField(label=_("What is wanted now"), choices=lambda: pairs(words.WANTED))

    def content(self, here: Here) -> dict[str, Any]:
        given = self.cleaned_data
        precursor = given["type"] in words.PRECURSOR_TYPES
        kind = "incident.precursor" if precursor else "incident.seizure"
        told = {name: given[name] for name in ("type", "place", "declared_as", "hs", "mode", "wanted")}
        told |= {name: given[name] for name in ("container", "laboratory") if given[name]}
        told |= {name: given[name].upper() for name in ("origin", "destination") if given[name]}
        return head(here, kind, given["case_ref"]) | told | self._goods(precursor=precursor) | {
            "happened_on": given["happened_on"].isoformat()
        }  # fmt: skip

    def _goods(self, *, precursor: bool) -> dict[str, Any]:
        given = self.cleaned_data
        if not precursor:
            return {"what": given["name"], "quantity": given["quantity"]}
        line = {
            "name": given["name"],
            "cas": given["cas"].strip(),
            "hs": given["hs"],
            "kilograms": given["quantity"].strip(),
        }
        return {"lines": [line | ({"packing": given["packing"]} if given["packing"] else {})]}


class BacktrackForm(forms.Form):
    """What is asked about the goods; never about a person."""

    use_required_attribute = False
    marks = forms.CharField(
        label=_("Marks, one a line"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Batch numbers, labels, numbers of drums: what the other side can look for."),
    )
    asked = forms.MultipleChoiceField(label=_("Who is looked for"), widget=forms.CheckboxSelectMultiple,
                                      choices=lambda: pairs(words.SOUGHT))  # fmt: skip

    def told(self) -> dict[str, Any]:
        marks = [line.strip() for line in self.cleaned_data["marks"].splitlines() if line.strip()]
        return {"marks": marks, "asked": self.cleaned_data["asked"]}


class FoundForm(forms.Form):
    """The links that were found, nearest to the seizure first."""

    use_required_attribute = False
    finding = forms.ChoiceField(label=_("What was found"), choices=lambda: pairs(words.FINDINGS))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for number in range(1, LINKS + 1):
            label = {"n": number}
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Firm %(n)s") % label, max_length=300, required=False
            )
            self.fields[f"address_{number}"] = forms.CharField(
                label=_("Address of firm %(n)s") % label, max_length=300, required=False
            )

    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        links = [
            {"name": given[f"name_{number}"], "address": given[f"address_{number}"] or "-"}
            for number in range(1, LINKS + 1) if given[f"name_{number}"]
        ]  # fmt: skip
        return {"finding": given["finding"], "links": links}


class AuthorisedForm(forms.Form):
    """The own authorisation, and whom to call."""

    use_required_attribute = False
    call_back = forms.CharField(label=_("Officer to call"), max_length=300)
    provision = forms.CharField(label=_("Provision of the own law"), max_length=300)
    reference = forms.CharField(label=_("Reference of the authorisation"), max_length=300)
    dated = day_field(_("Authorised on"))

    def authorised(self, here: Here) -> dict[str, Any]:
        given = self.cleaned_data
        told = {"authority": here.officer.authority, "dated": given["dated"].isoformat()}
        return told | {name: given[name] for name in ("provision", "reference")}


class DeliveryForm(AuthorisedForm):
    """Days, transporter and officers; nothing about how."""

    begins_on = day_field(_("Begins on"))
    ends_on = day_field(_("Ends on"))
    transporter = forms.CharField(label=_("Transporter"), max_length=300)

    def told(self, here: Here) -> dict[str, Any]:
        given = self.cleaned_data
        days = {name: given[name].isoformat() for name in ("begins_on", "ends_on")}
        return days | {
            "transporter": given["transporter"], "call_back": given["call_back"], "authorisation": self.authorised(here)
        }  # fmt: skip


class SuspectForm(forms.Form):
    """A mark of an own suspect shipment."""

    use_required_attribute = False
    mark = forms.CharField(
        label=_("Mark"), max_length=200, help_text=_("A batch, a container, a label: five letters or digits or more.")
    )
