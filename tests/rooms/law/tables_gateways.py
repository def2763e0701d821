"""The gateways as data for tests: what opens each, and the values of which it is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rooms.law.tables_common import (
    CONSULAR,
    CSIRT,
    CUSTOMS,
    EXTRADITION,
    FIU,
    IMPERSONAL,
    LIFE,
    MLAT,
    Facts,
)


@dataclass(frozen=True)
class Gateway:
    """`opens`: facts with which it, and it alone, opens. `needs`: every value of an attribute with which it stays open.

    `shuts`: single changes of set attributes that close it.
    """

    rule: str
    opens: Facts
    needs: dict[str, set[Any]]
    shuts: tuple[Facts, ...] = ()


_MONEY = {"fraud", "networks", "precursors"}
_OFFENCES = {
    "drug_trafficking", "precursor_diversion", "organised_crime", "extortion", "homicide", "firearms", "fraud",
    "money_laundering", "cybercrime", "immigration_fraud", "migrant_smuggling", "human_trafficking", "terrorism",
    "fiscal", "expression", "military",
}  # fmt: skip
_CONSENTING = {
    "police", "prosecution", "customs", "immigration", "cyber", "health_regulator", "drug_control", "central_authority",
    "identity_authority", "passport_authority", "consumer_fraud_centre", "policy",
}  # fmt: skip
_NO_CONSENT = tuple(
    {"subjects": ["suspect", person]} for person in ("detainee", "minor_offender", "minor_victim", "minor_other")
)
_NO_IMPERSONAL = tuple({"data": [kind]} for kind in ("trade_declaration", "fiu_intelligence", "tax", "sigint_product"))
_PRECURSOR = {"workstream": "precursors", "item_type": "pre_export_notice", "arrangement": False}
_FIU_NEEDS: dict[str, set[Any]] = {
    "agency": {"fiu"}, "recipient_agency": {"fiu"}, "channel": {"fiu"}, "arrangement": {True}, "offence": _OFFENCES,
    "purpose": {"intelligence_lead", "investigation", "asset_recovery"}, "workstream": _MONEY,
}  # fmt: skip
_CUSTOMS_NEEDS: dict[str, set[Any]] = {
    "agency": {"customs"}, "channel": {"customs"}, "arrangement": {True}, "workstream": _MONEY,
}  # fmt: skip
_MLAT_NEEDS: dict[str, set[Any]] = {"agency": {"central_authority", "prosecution"}, "channel": {"mlat"}}
_EXTRADITION_NEEDS: dict[str, set[Any]] = {"agency": {"central_authority"}, "channel": {"extradition"}}
_CYBER_NEEDS: dict[str, set[Any]] = {
    "channel": {"csirt"}, "arrangement": {True}, "purpose": {"cyber_defence"}, "workstream": {"cyber", "fraud"},
}  # fmt: skip
_PRECURSOR_NEEDS: dict[str, set[Any]] = {
    "item_type": {"pre_export_notice", "shipment_alert"}, "channel": {"incb", "police", "customs"},
    "workstream": {"precursors"},
}  # fmt: skip
_CONSENT_NEEDS: dict[str, set[Any]] = {
    "personal": {True}, "consent": {True}, "agency": _CONSENTING, "age_status": {"adult"},
}  # fmt: skip
_LIFE_NEEDS: dict[str, set[Any]] = {"personal": {True}, "arrangement": {False}, "urgency": {"threat_to_life"}}
_CONSULAR_NEEDS: dict[str, set[Any]] = {"item_type": {"arrest_notice"}, "channel": {"consular"}, "consent": {True}}

GATEWAYS: dict[str, list[Gateway]] = {
    "CA": [
        Gateway("CA-GW-PRIV-8-2-F", {}, {
            "personal": {True}, "arrangement": {True},
            "agency": {"police", "prosecution", "customs", "immigration", "health_regulator", "consumer_fraud_centre",
                       "drug_control", "passport_authority"},
            "channel": {"police", "interpol", "customs", "immigration", "csirt", "incb"},
            "purpose": {"intelligence_lead", "investigation", "border_screening", "immigration_removal", "cyber_defence",
                        "asset_recovery", "victim_protection", "humanitarian", "administrative"},
        }),
        Gateway("CA-GW-CONSENT", {"consent": True, "arrangement": False}, _CONSENT_NEEDS, _NO_CONSENT),
        Gateway("CA-GW-PRIV-8-2-M", LIFE, _LIFE_NEEDS | {
            "agency": {"police", "customs", "immigration", "consumer_fraud_centre", "health_regulator"},
        }),
        Gateway("CA-GW-NONPERSONAL", IMPERSONAL, {"personal": {False}}, _NO_IMPERSONAL),
        Gateway("CA-GW-CUSTOMS-107-8", CUSTOMS | {"purpose": "statistics"}, _CUSTOMS_NEEDS),
        Gateway("CA-GW-FINTRAC-56-1", FIU, _FIU_NEEDS),
        Gateway("CA-GW-CSIS-17", {"agency": "intelligence", "channel": "intelligence"},
                {"agency": {"intelligence"}, "channel": {"intelligence"}, "arrangement": {True}}),
        Gateway("CA-GW-CSE", CSIRT, _CYBER_NEEDS | {"agency": {"cyber", "sigint"}}),
        Gateway("CA-GW-MLAT", MLAT, _MLAT_NEEDS),
        Gateway("CA-GW-EXTRADITION", EXTRADITION, _EXTRADITION_NEEDS),
        Gateway("CA-GW-PRECURSOR", _PRECURSOR | {"agency": "health_regulator", "channel": "incb"},
                _PRECURSOR_NEEDS | {"agency": {"health_regulator", "drug_control"}}),
        Gateway("INTL-GW-CONSULAR", CONSULAR, _CONSULAR_NEEDS, ({"subjects": ["suspect"]}, {"subjects": []})),
    ],
    "IN": [
        Gateway("IN-GW-POLICE", {}, {
            "personal": {True}, "arrangement": {True}, "agency": {"police", "drug_control", "consumer_fraud_centre"},
            "channel": {"police", "interpol"},
            "purpose": {"intelligence_lead", "investigation", "border_screening", "asset_recovery", "victim_protection",
                        "humanitarian"},
        }),
        Gateway("IN-GW-CONSENT", {"consent": True, "arrangement": False}, _CONSENT_NEEDS, _NO_CONSENT),
        Gateway("IN-GW-LIFE", LIFE, _LIFE_NEEDS | {
            "agency": {"police", "drug_control", "customs", "immigration", "consumer_fraud_centre"},
        }),
        Gateway("IN-GW-NONPERSONAL", IMPERSONAL, {"personal": {False}}, _NO_IMPERSONAL),
        Gateway("IN-GW-MLAT", MLAT, _MLAT_NEEDS),
        Gateway("IN-GW-EXTRADITION", EXTRADITION, _EXTRADITION_NEEDS),
        Gateway("IN-GW-FIU", FIU, _FIU_NEEDS),
        Gateway("IN-GW-CUSTOMS", CUSTOMS, _CUSTOMS_NEEDS),
        Gateway("IN-GW-PRECURSOR", _PRECURSOR | {"agency": "drug_control", "channel": "incb"},
                _PRECURSOR_NEEDS | {"agency": {"drug_control"}}),
        Gateway("IN-GW-CERT", CSIRT, _CYBER_NEEDS | {"agency": {"cyber"}}),
        Gateway("IN-GW-IMMIGRATION", {"agency": "immigration", "channel": "immigration", "workstream": "immigration"},
                {"agency": {"immigration", "passport_authority"}, "channel": {"immigration"}, "arrangement": {True},
                 "workstream": {"immigration"}}),
        Gateway("INTL-GW-CONSULAR", CONSULAR, _CONSULAR_NEEDS, ({"subjects": ["suspect"]}, {"subjects": []})),
    ],
}  # fmt: skip
