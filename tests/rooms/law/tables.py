"""The rules as data for tests: what makes each one stand in the way, and what takes it out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Facts = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`fires`: changes of harmless facts that make the rule fire. `instead`: changes after which it does not.

    A curable rule needs no `instead`: its cures are read from the rule.
    """

    rule: str
    fires: Facts
    instead: Facts = field(default_factory=dict)
    actions: tuple[str, ...] = ("Ask", "Release")


MLAT = {"agency": "central_authority", "channel": "mlat"}
EVIDENCE = MLAT | {"purpose": "prosecution_evidence"}
EXTRADITION = {"agency": "central_authority", "channel": "extradition", "purpose": "extradition"}
FIU = {
    "agency": "fiu", "recipient_agency": "fiu", "channel": "fiu", "workstream": "fraud", "offence": "money_laundering",
}  # fmt: skip
CUSTOMS = {"agency": "customs", "channel": "customs", "workstream": "precursors"}
CONSULAR = {"item_type": "arrest_notice", "channel": "consular", "subjects": ["detainee"], "consent": True}
IMPERSONAL = {"personal": False, "subjects": [], "data": []}
CSIRT = {"agency": "cyber", "channel": "csirt", "purpose": "cyber_defence", "workstream": "cyber"}
PROTECTING = {"purpose": "victim_protection"}
YOUNG = {"age_status": "minor"}
LIFE = {"arrangement": False, "urgency": "threat_to_life"}


def _data(*values: str) -> Facts:
    return {"data": list(values)}


def _on(*subjects: str) -> Facts:
    return {"subjects": list(subjects)}


_PLAIN = _data("identity")
_HAVE_AN_AGE = (
    "suspect", "detainee", "victim", "sexual_offence_victim", "trafficking_victim", "account_holder",
    "recipient_national", "releasing_citizen",
)  # fmt: skip
_NOT_TECHNICAL = (
    "subscriber", "communications_metadata", "intercept_content", "location", "travel_pnr", "biometric",
    "criminal_record", "immigration_file",
)  # fmt: skip
_NO_ENFORCERS = ("intelligence", "sigint", "policy")
_PLACING = ("location", "communications_metadata", "subscriber", "travel_pnr", "biometric")

COMMON: dict[str, list[Case]] = {
    "four_eyes_and_sides": [
        Case("GATE-4EYES", {"approvals": []}),
        Case("GATE-4EYES", {"approvals": ["releasing_officer"]}),
        Case("GATE-4EYES", {"approvals": ["second_officer"]}),
        Case("GATE-4EYES", {"approvals": ["senior_officer", "deputy_head", "minister"]}),
        Case("GATE-SIDES", {"recipient": "OWN"}, {"recipient": "OTHER"}),
    ],
    "necessity_and_grading": [
        Case("GATE-NECESSITY", {"necessity": False}),
        *(
            Case("GATE-GRADING", {"graded": False, "item_type": item_type})
            for item_type in (
                "lead", "entity_profile", "hit_confirmation", "watch_notice", "mule_account", "fraud_report",
                "interview_record",
            )
        ),
        Case("GATE-BULK", {"bulk": True}, {"bulk": False}),
        Case("GATE-CONSISTENT", {"personal": False}, _data() | _on()),
        Case("INTL-BYSTANDER", _on("suspect", "bystander")),
        Case("ASK-PREDICATE", {"offence": "none"}, {"offence": "fraud"}, ("Ask",)),
        Case("ASK-PREDICATE", {"offence": "none", "purpose": "intelligence_lead"}, {"offence": "fiscal"}, ("Ask",)),
        Case("ASK-PREDICATE", {"offence": "none", "purpose": "asset_recovery"}, {"offence": "firearms"}, ("Ask",)),
        Case("ASK-PREDICATE", {"offence": "none", "purpose": "border_screening"}, {"offence": "firearms"}, ("Ask",)),
        Case("ASK-PREDICATE", {"offence": "none", "purpose": "border_screening"}, {"consent": True}, ("Ask",)),
    ],
    "originator_control": [
        Case("GATE-ORCON", {"caveats": []}),
        Case("GATE-ORCON", {"caveats": ["C_ORCON"]}),
        Case("GATE-ORCON", {"caveats": ["C_PURPOSE"]}),
        Case("GATE-ORCON", IMPERSONAL | {"tlp": "green", "caveats": []}),
        Case("GATE-CORRECT", {"caveats": []}),
        Case("INTL-SPECIALITY", MLAT),
        Case("INTL-SPECIALITY", EXTRADITION),
        Case("INTL-NOEVID", {"caveats": []}),
        Case("INTL-THIRD-PARTY", {"origin": "third_state"}),
        Case("INTL-THIRD-PARTY", {"origin": "third_agency"}),
        Case("INTL-THIRD-PARTY", {"origin": "scida_received"}),
    ],
    "channels": [
        Case("INTL-EVIDENCE-MLAT", EVIDENCE | {"channel": "police"}, {"channel": "mlat"}),
        Case("INTL-EVIDENCE-MLAT", EXTRADITION | {"channel": "interpol"}, {"channel": "extradition"}),
        Case("INTL-COERCIVE-MLAT", MLAT | {"item_type": "coercive_request", "channel": "police"}, {"channel": "mlat"}),
        Case("INTL-COERCIVE-MLAT", {"item_type": "evidence"}, {"item_type": "lead"}),
        Case("INTL-CENTRAL", MLAT),
        Case("INTL-CENTRAL", EXTRADITION),
        Case("INTL-DUALCRIM-EXTRADITION", EXTRADITION | {"dual_criminality": "no"}, {"dual_criminality": "yes"}),
        Case("INTL-DUALCRIM-EXTRADITION", EXTRADITION | {"dual_criminality": "unknown"}, {"dual_criminality": "yes"}),
        Case("INTL-DUALCRIM-DOUBT", {"dual_criminality": "no"}),
        Case("INTL-DUALCRIM-DOUBT", EVIDENCE | {"dual_criminality": "unknown"}),
        Case("INTL-DUALCRIM-DOUBT", {"dual_criminality": "no", "purpose": "border_screening"}),
        Case("INTL-BUDAPEST", {"channel": "budapest_24_7"}, {"channel": "police"}),
    ],
    "protection": [
        *(
            Case("INTL-ASYLUM-ORIGIN", _on(subject) | {"origin_state": origin}, {"origin_state": "other"})
            for subject in ("asylum_claimant", "protected_person")
            for origin in ("OTHER", "unknown")
        ),
        *(
            Case("INTL-ASYLUM-THIRD", _on(subject) | {"origin_state": origin})
            for subject in ("asylum_claimant", "protected_person")
            for origin in ("OWN", "other")
        ),
        Case("INTL-ASYLUM-CLAIM", _data("identity", "asylum_claim"), _PLAIN),
        *(
            Case("GATE-PROTECTION-CHECK", {"protection_check": check}, {"protection_check": "clear"})
            for check in ("hit", "doubt", "not_run", "unavailable")
        ),
    ],
    "mistreatment": [
        Case("INTL-TORTURE-UNMITIGABLE", {"mistreatment_risk": "substantial_unmitigable"}, {"mistreatment_risk": "low"}),
        Case("INTL-TAINTED-EVIDENCE", EVIDENCE | {"tainted": "suspected"}, {"tainted": "none"}),
        Case("INTL-TAINTED-EVIDENCE", EXTRADITION | {"tainted": "likely"}, {"tainted": "none"}),
        Case("INTL-TAINTED-LEAD", {"tainted": "likely"}, {"urgency": "threat_to_life"}),
        Case("INTL-TAINTED-LIFE", {"tainted": "suspected"}),
        Case("INTL-TAINTED-LIFE", {"tainted": "likely", "urgency": "threat_to_life"}),
    ],
    "minors": [
        Case("INTL-MINOR", _on("minor_victim")),
        Case("INTL-MINOR", _on("minor_other")),
        Case("INTL-MINOR-APPROVAL", _on("minor_victim") | PROTECTING),
        Case("INTL-MINOR-APPROVAL", _on("minor_other") | {"purpose": "humanitarian"}),
        Case("INTL-MINOR-APPROVAL", _on("victim") | YOUNG | PROTECTING),
        Case("INTL-MINOR-APPROVAL", _on() | YOUNG | {"purpose": "humanitarian"}),
        Case("INTL-MINOR-CAVEAT", _on("minor_victim")),
        Case("INTL-MINOR-CAVEAT", _on("minor_offender") | MLAT),
        Case("INTL-AGE-UNKNOWN", {"age_status": "unknown"}),
        *(Case("INTL-AGE-UNKNOWN", _on(person) | {"age_status": "no_person"}) for person in _HAVE_AN_AGE),
        Case("INTL-MINOR-STATUS", _on("victim") | YOUNG),
        Case("INTL-MINOR-STATUS", _on("victim") | YOUNG | PROTECTING),
        Case("INTL-MINOR-STATUS", YOUNG | EXTRADITION),
        Case("INTL-MINOR-AGE", _on() | YOUNG),
        Case("INTL-MINOR-AGE", _on("victim") | YOUNG),
        Case("INTL-MINOR-AGE", _on("account_holder", "recipient_national") | YOUNG),
        Case("INTL-MINOR-AGE", _on("minor_victim") | YOUNG | {"purpose": "asset_recovery"}),
    ],
    "political": [
        Case("INTL-POLITICAL", {"political": "confirmed"}, {"political": "none"}),
        Case("INTL-POLITICAL", {"offence": "expression"}, {"offence": "extortion"}),
        Case("INTL-POLITICAL", {"offence": "military"}, {"offence": "homicide"}),
        Case("INTL-POLITICAL-DOUBT", {"political": "suspected"}),
        Case("INTL-INTERPOL-3", {"channel": "interpol", "political": "suspected"}, {"political": "none"}),
        Case("INTL-INTERPOL-3", {"channel": "interpol", "political": "confirmed"}, {"political": "none"}),
    ],
    "repression": [
        Case("INTL-LOCATION", _data("identity", "location")),
        Case("INTL-LOCATION-CONSENT", _data("location") | {"item_type": "missing_person"}),
        *(
            Case("INTL-LOCATION-CONSENT", _data("location") | _on(person))
            for person in ("victim", "sexual_offence_victim", "trafficking_victim")
        ),
        *(Case("INTL-OUTSIDE-ENFORCEMENT", {"recipient_agency": agency}) for agency in _NO_ENFORCERS),
        *(
            Case("INTL-TNR-LOCATE", _on(person) | _data("identity", "location"), _PLAIN)
            for person in ("journalist", "human_rights_defender", "political_activist", "community_leader")
        ),
        *(
            Case("INTL-TNR-LOCATE", _on("journalist") | _data(kind), _PLAIN)
            for kind in (
                "communications_metadata", "subscriber", "travel_pnr", "biometric", "intercept_content",
                "belief_or_origin",
            )
        ),
        *(
            Case("INTL-TNR-APPROVAL", _on(person))
            for person in ("journalist", "human_rights_defender", "political_activist", "community_leader")
        ),
        *(
            Case("INTL-TNR-CAVEAT", _data(kind))
            for kind in ("location", "communications_metadata", "subscriber", "travel_pnr", "biometric")
        ),
    ],
    "persons": [
        Case("INTL-VCDR", _on("diplomat")),
        Case("INTL-VCDR-CAVEAT", _on("diplomat")),
        Case("INTL-WITPROT", _on("human_source"), _on("suspect")),
        Case("INTL-WITPROT", _on("protected_witness"), _on("suspect")),
        Case("INTL-VICTIM-SEXUAL", _on("sexual_offence_victim")),
        Case("INTL-VICTIM-SEXUAL", _on("trafficking_victim") | PROTECTING),
        Case("INTL-VICTIM-SEXUAL", _on("trafficking_victim") | {"consent": True}),
        Case("INTL-BELIEF", _data("belief_or_origin")),
        Case("INTL-HEALTH", _data("health")),
        Case("CA-BIOMETRIC", _data("biometric")),
    ],
    "consular": [
        Case("INTL-VCCR-36", CONSULAR | {"consent": False}, {"consent": True}),
        Case("INTL-VCCR-36", {"item_type": "arrest_notice"}, {"item_type": "lead"}),
        Case("INTL-VCCR-36", {"item_type": "arrest_notice"}, MLAT),
        Case("INTL-CONSULAR-CAVEAT", CONSULAR),
    ],
    "cyber": [
        Case("INTL-CYBER-VICTIM", _data("cyber_victim")),
        Case("INTL-CYBER-CAVEAT", CSIRT),
        Case("INTL-VULN", _data("vulnerability_detail")),
        *(Case("INTL-CSIRT-TECHNICAL", CSIRT | _data("identity", kind), _PLAIN) for kind in _NOT_TECHNICAL),
    ],
    "fiu_tax_and_funds": [
        Case("INTL-EGMONT", FIU | _data("fiu_intelligence")),
        Case("INTL-FIU-CHANNEL", _data("fiu_intelligence"), FIU),
        *(
            Case("INTL-FIU-CHANNEL", FIU | _data("fiu_intelligence") | {name: "police"}, {name: "fiu"})
            for name in ("agency", "recipient_agency", "channel")
        ),
        *(Case("INTL-FIU-OFFENCE", FIU | {"offence": offence}) for offence in ("fraud", "extortion", "fiscal")),
        Case("INTL-TAX", _data("tax"), _PLAIN),
        Case("INTL-STOPPAY-CAVEAT", {"item_type": "stop_payment"}),
        Case("INTL-STOPPAY-CAVEAT", {"item_type": "mule_account"}),
        Case("INTL-DIVERSION-CONF", {"item_type": "pre_export_notice"}),
        Case("INTL-DIVERSION-CONF", _data("business_confidential")),
        Case("INTL-DIVERSION-CONF", _data("licence_status")),
        *(
            Case("INTL-DOCCHECK-CAVEAT", {"item_type": item_type})
            for item_type in ("doc_check", "acceptance_letter_check", "return_travel_document")
        ),
    ],
    "markings": [
        Case("INTL-TLP-RED", {"tlp": "red"}),
        *(Case("INTL-TLP-CAVEAT", {"tlp": tlp}) for tlp in ("green", "amber", "amber_strict", "red")),
        Case("INTL-SECRET", {"marking": "secret"}),
        Case("INTL-SECRET", {"marking": "protected_c"}),
        Case("INTL-CONFIDENTIAL", {"marking": "confidential"}),
        Case("INTL-TOPSECRET", {"marking": "top_secret"}, {"marking": "unmarked"}),
        Case("INTL-TOPSECRET", _data("cabinet_or_state_secret"), _PLAIN),
    ],
    "information": [
        Case("INTL-PRIVILEGE", _data("privileged"), _PLAIN),
        Case("INTL-SOURCE", _data("source_identity")),
        Case("INTL-SOURCE", _data("method")),
        Case("CA-SEALED", _data("sealed_court")),
        Case("CA-193-CAVEAT", _data("intercept_content")),
    ],
}  # fmt: skip
CANADA: dict[str, list[Case]] = {
    "ca_mistreatment": [
        Case("CA-ACMFEA-UNASSESSED", {"mistreatment_risk": "not_assessed"}),
        Case("CA-ACMFEA-MITIGABLE", {"mistreatment_risk": "substantial_mitigable"}),
        Case("CA-ACMFEA-UNDETERMINED", {"mistreatment_risk": "undetermined"}),
        Case("CA-ACMFEA-CAVEAT", {"caveats": []}),
    ],
    "ca_death_penalty": [
        Case("GATE-UNKNOWN-PENALTY", {"max_penalty": "unknown"}),
        Case("GATE-UNKNOWN-PENALTY", EVIDENCE | {"max_penalty": "unknown"}),
        Case("GATE-UNKNOWN-PENALTY", {"max_penalty": "unknown", "purpose": "asset_recovery"}),
        Case("INTL-DEATH-PROCEEDING", EVIDENCE | {"max_penalty": "death"}),
        Case("INTL-DEATH-PROCEEDING", EXTRADITION | {"max_penalty": "death"}),
        Case("INTL-DEATH-LEAD", {"max_penalty": "death"}),
        *(
            Case("INTL-DEATH-LEAD", {"max_penalty": "death", "purpose": purpose})
            for purpose in ("asset_recovery", "border_screening", "administrative")
        ),
        Case("INTL-DEATH-PROCEEDING", {"max_penalty": "death", "purpose": "immigration_removal"}),
        *(
            Case("GATE-UNKNOWN-PENALTY", {"max_penalty": "unknown", "purpose": purpose})
            for purpose in ("asset_recovery", "border_screening", "immigration_removal", "administrative")
        ),
        Case("INTL-DEATH-CAVEAT", {"max_penalty": "death"}),
        Case("INTL-DEATH-CAVEAT", {"max_penalty": "unknown"}),
    ],
    "ca_intercepts": [
        Case("CA-193", _data("intercept_content")),
        Case("CA-193-OTHER", _data("intercept_content") | {"agency": "customs"}, {"agency": "police"}),
        Case("CA-193-OTHER", _data("intercept_content") | {"recipient_agency": "fiu"}, {"recipient_agency": "prosecution"}),
        Case("CA-METADATA", _data("communications_metadata")),
        Case("CA-METADATA", _data("subscriber")),
        Case("CA-CSE-CANADIAN", CSIRT | _on("releasing_citizen")),
        Case("CA-SIGINT-FORBID", _data("sigint_product"), _PLAIN),
    ],
    "ca_minors": [
        Case("CA-YCJA", _data("youth_record"), MLAT),
        Case("CA-YCJA", _on("minor_offender"), EXTRADITION),
        Case("CA-YCJA", _data("youth_record") | MLAT | {"agency": "prosecution"}, {"agency": "central_authority"}),
        Case("CA-YCJA-AGE", YOUNG, MLAT),
        Case("CA-YCJA-AGE", YOUNG | _on("detainee"), EXTRADITION),
        Case("CA-YCJA-AGE", YOUNG | _on("victim", "suspect"), _on("victim")),
        Case("CA-YCJA-AGE", YOUNG, {"age_status": "adult"}),
        Case("CA-YCJA-AGE", YOUNG | MLAT | {"agency": "prosecution"}, {"agency": "central_authority"}),
        Case("CA-YCJA-AGE", YOUNG | {"agency": "central_authority"}, {"channel": "mlat"}),
    ],
    "ca_customs_and_travel": [
        Case("CA-CUSTOMS-107", _data("trade_declaration"), CUSTOMS),
        Case("CA-CUSTOMS-107", _data("trade_declaration") | CUSTOMS | {"arrangement": False}, {"arrangement": True}),
        Case("CA-PNR", _data("travel_pnr")),
    ],
    "ca_records": [
        Case("CA-DNA", _data("dna")),
        Case("CA-RECORD-SUSPENSION", _data("suspended_record")),
        Case("CA-IRCC-ONWARD", {"origin": "ircc_shared"}),
        Case("CA-IRPA-FILE", _data("immigration_file")),
        *(
            Case("CA-IRPA-ASK", _data("immigration_file") | {"item_type": item_type}, actions=("Ask",))
            for item_type in ("doc_check", "acceptance_letter_check")
        ),
        Case("CA-SCIDA-ONWARD", {"origin": "scida_received", "originator_consent": True}),
    ],
    "ca_gateway_controls": [
        Case("CA-PRIV-8-2-M-HEAD", LIFE),
        Case("CA-PRIV-8-2-M-HEAD", LIFE | _on("detainee") | {"consent": True}),
        Case("CA-PRIV-8-2-M-HEAD", LIFE | _on("minor_victim") | PROTECTING | {"consent": True}),
        Case("CA-PRIV-8-2-M-HEAD", LIFE | {"consent": True, "age_status": "unknown"}),
        Case("CA-CSIS-17-ARR", {"agency": "intelligence", "channel": "intelligence"}),
    ],
}  # fmt: skip
INDIA: dict[str, list[Case]] = {
    "in_mistreatment": [
        Case("IN-RISK-ICCPR", {"mistreatment_risk": "substantial_mitigable"}),
        Case("IN-RISK-ICCPR", {"mistreatment_risk": "undetermined"}),
    ],
    "in_intercepts": [
        Case("IN-INTERCEPT", _data("intercept_content")),
        Case("IN-CDR", _data("communications_metadata")),
        Case("IN-CDR", _data("subscriber")),
        Case("IN-SIGINT-FORBID", _data("sigint_product"), _PLAIN),
    ],
    "in_aadhaar": [
        Case("IN-AADHAAR-BIO", _data("aadhaar_biometric"), _PLAIN),
        Case("IN-AADHAAR-NUM", _data("aadhaar_number")),
    ],
    "in_minors": [
        Case("IN-JJ", _data("youth_record")),
        Case("IN-JJ", _on("minor_offender")),
        Case("IN-JJ-AGE", YOUNG),
        Case("IN-JJ-AGE", YOUNG | _on("detainee")),
        Case("IN-JJ-AGE", YOUNG | _on("victim", "suspect")),
        Case("IN-JJ-AGE", YOUNG | MLAT),
    ],
    "in_customs_and_transfer": [
        Case("IN-CUSTOMS-OTHER", _data("trade_declaration"), CUSTOMS),
        Case("IN-CUSTOMS-OTHER", _data("trade_declaration") | CUSTOMS | {"arrangement": False}, {"arrangement": True}),
        Case("IN-PNR", _data("travel_pnr")),
        Case("IN-DPDP-16", {"transfer_restricted": True}, {"transfer_restricted": False}),
    ],
    "in_records": [Case("IN-DNA", _data("dna"))],
    "in_gateway_controls": [
        Case("IN-LIFE-SENIOR", LIFE),
        Case("IN-LIFE-SENIOR", LIFE | _on("detainee") | {"consent": True}),
        Case("IN-LIFE-SENIOR", LIFE | _on("minor_victim") | PROTECTING | {"consent": True}),
        Case("IN-LIFE-SENIOR", LIFE | {"consent": True, "age_status": "unknown"}),
        Case("IN-INTEL-SECRETARY", IMPERSONAL | {"agency": "intelligence"}),
    ],
}  # fmt: skip
FAMILIES = {"CA": COMMON | CANADA, "IN": COMMON | INDIA}


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

_ONWARD = ("onward_agency", "onward_state", "private_body")
_AGAINST = ("adverse_decision", "enforcement", "court")
_EXPOSING = ("C_NOMISTREAT", "C_NOTNR", "C_NODEATH", "C_DIPLOMATIC")
_MAY_PASS_ON: Facts = {"permissions": ["onward"]}
_MAY_TENDER: Facts = {"permissions": ["court_use"]}


def _held(caveat: str, use: str) -> Facts:
    return {"caveats": [caveat], "use": use}


USE: list[Case] = [
    Case("USE-GW-OWN", {"own_item": False}, {"own_item": True}),
    Case("USE-GW-OWN", {"use": "none"}, {"use": "read"}),
    Case("USE-GW-OWN", {"recipient": "OTHER"}, {"recipient": "OWN"}),
    *(Case("USE-FROZEN", {"frozen": True, "use": use}, {"frozen": False}) for use in ("read", "export", *_ONWARD, "court")),
    *(Case("USE-ORCON", _held("C_ORCON", use), _MAY_PASS_ON) for use in _ONWARD),
    Case("USE-ORCON", _held("C_ORCON", "onward_agency"), {"use": "export"}),
    *(Case("USE-H2", {"handling": code, "use": use}, _MAY_PASS_ON) for use in _ONWARD for code in ("H2", "H3")),
    *(Case("USE-H1", {"handling": code, "use": "court"}, _MAY_TENDER) for code in ("H1", "H2", "H3")),
    *(
        Case("USE-PROTECTION-ONWARD", change | _MAY_PASS_ON | {"use": use}, {"use": "read"})
        for use in _ONWARD
        for change in (_on("asylum_claimant"), _on("protected_person"), _data("asylum_claim"))
    ),
    Case("USE-H1", {"handling": "H1", "use": "court"}, {"handling": "H0"}),
    Case("USE-NOEVID", _held("C_NOEVID", "court"), _MAY_TENDER),
    Case("USE-NOEVID", _held("C_NOEVID", "court"), {"use": "enforcement"}),
    *(
        Case("USE-INTERCEPT", _held("C_INTERCEPT", use), {"permissions": ["onward", "court_use"]})
        for use in ("export", *_ONWARD, *_AGAINST)
    ),
    Case("USE-INTERCEPT", _held("C_INTERCEPT", "court") | _MAY_TENDER, {"use": "read"}),
    *(Case("USE-FIU", _held("C_FIU", use) | _MAY_TENDER, _MAY_PASS_ON) for use in _ONWARD),
    *(Case("USE-FIU", _held("C_FIU", use) | _MAY_PASS_ON, _MAY_TENDER) for use in _AGAINST),
    Case("USE-PURPOSE", {"caveats": ["C_PURPOSE"], "same_purpose": False}, {"same_purpose": True}),
    Case("USE-PURPOSE", {"caveats": ["C_SPECIALITY"], "same_purpose": False}, {"permissions": ["purpose"]}),
    *(
        Case("USE-VERIFY-ONLY", _held(caveat, use), {"use": "export"})
        for caveat in ("C_VERIFYONLY", "C_FREEZEONLY") for use in _AGAINST
    ),
    *(Case("USE-CONSULAR", _held("C_CONSULAR", use), {"use": "read"}) for use in _AGAINST),
    *(Case("USE-CYBER", _held("C_CYBER", use), {"use": "export"}) for use in _AGAINST),
    *(Case("USE-TLP-RED", {"tlp": "red", "use": use}, {"use": "read"}) for use in ("export", *_ONWARD, *_AGAINST)),
    *(
        Case("USE-TLP-STRICT", {"tlp": tlp, "use": use}, _MAY_PASS_ON)
        for tlp in ("amber", "amber_strict") for use in _ONWARD
    ),
    *(
        Case("USE-PAP-AMBER", {"pap": pap, "use": use}, cure)
        for pap in ("amber", "red") for use in ("enforcement", "adverse_decision")
        for cure in ({"permissions": ["purpose"]}, {"pap": "green"}, {"use": "export"})
    ),
    *(Case("USE-PAP-RED", {"pap": "red", "use": use}, cure) for use in _ONWARD for cure in (_MAY_PASS_ON, {"pap": "amber"})),
    *(Case("USE-TAINTED-COURT", {"tainted": tainted, "use": "court"}, {"tainted": "none"}) for tainted in ("suspected", "likely")),
    *(
        Case("USE-TAINTED", {"tainted": "likely", "use": use})
        for use in ("export", *_ONWARD, "enforcement", "adverse_decision")
    ),
    *(Case("USE-TAINTED", {"tainted": "likely", "use": use}, {"use": "read"}) for use in ("export", *_ONWARD, *_AGAINST)),
    *(
        Case("USE-TAINTED", {"tainted": "likely", "use": "export", "approvals": [approval]})
        for approval in ("deputy_head", "legal_adviser", "minister")
    ),
    Case("USE-TAINTED", {"tainted": "likely", "use": "export"}, {"tainted": "suspected"}),
    *(
        Case("USE-DEATH", _held("C_NODEATH", use) | {"max_penalty": penalty}, {"max_penalty": "life"})
        for use in ("court", "enforcement") for penalty in ("death", "unknown")
    ),
    Case("USE-DEATH", _held("C_NODEATH", "court") | {"max_penalty": "death"}, {"caveats": []}),
    Case("USE-DEATH", _held("C_NODEATH", "court") | {"max_penalty": "death"} | _MAY_TENDER, {"use": "adverse_decision"}),
    *(Case("USE-YOUTH", _held("C_YOUTH", use), _MAY_PASS_ON) for use in _ONWARD),
    *(Case("USE-YOUTH", _held("C_YOUTH", "onward_agency"), {"use": use}) for use in ("read", "export", *_AGAINST)),
    Case("USE-YOUTH", _held("C_YOUTH", "onward_agency") | _MAY_TENDER, _MAY_PASS_ON),
    *(
        Case("USE-NO-THIRD", _held(caveat, use), instead)
        for caveat in _EXPOSING for use in ("onward_state", "private_body")
        for instead in (_MAY_PASS_ON, {"use": "onward_agency"})
    ),
    Case("USE-NO-THIRD", _held("C_NOTNR", "onward_state") | _MAY_TENDER, {"caveats": ["C_CORRECT"]}),
    *(
        Case("USE-TAINTED-DOUBT", {"tainted": "suspected", "use": use})
        for use in (*_ONWARD, "enforcement", "adverse_decision")
    ),
    *(
        Case("USE-NOTNR", _data(kind) | {"use": use})
        for kind in _PLACING for use in ("enforcement", "adverse_decision")
    ),
    Case("USE-NOTNR", _data("location") | {"use": "enforcement"}, {"use": "export"}),
    *(Case("USE-DIPLOMATIC", _on("diplomat") | {"use": use}) for use in _AGAINST),
    Case("USE-TRADESECRET", _held("C_TRADESECRET", "private_body"), _MAY_PASS_ON),
    Case("USE-TRADESECRET", _held("C_TRADESECRET", "private_body"), {"use": "onward_agency"}),
    *(
        Case("USE-PROTECTION", _on(person) | {"use": use})
        for person in ("asylum_claimant", "protected_person") for use in _AGAINST
    ),
    Case("USE-PROTECTION", _on("asylum_claimant") | {"use": "court"}, {"use": "export"}),
    *(
        Case("USE-YOUTH-ADVERSE", young | {"use": "adverse_decision"})
        for young in (YOUNG, _data("youth_record"), _on("minor_offender"), _on("minor_victim"), _on("minor_other"))
    ),
    Case("USE-YOUTH-ADVERSE", YOUNG | {"use": "adverse_decision"}, {"use": "enforcement"}),
]  # fmt: skip
ROUTE: list[Case] = [
    Case("ROUTE-GW", {"own_item": False}, {"own_item": True}),
    Case("ROUTE-GW", {"same_purpose": False}, {"same_purpose": True}),
    Case("ROUTE-GW", {"recipient": "OTHER"}, {"recipient": "OWN"}),
    Case("ROUTE-EYES", {"approvals": []}),
    Case("ROUTE-EYES", {"approvals": ["second_officer", "deputy_head"]}),
    Case("ROUTE-ORCON", {"caveats": ["C_ORCON"]}, _MAY_PASS_ON),
    Case("ROUTE-FIU", {"agency": "fiu"}),
    Case("ROUTE-FIU", {"data": ["identity", "fiu_intelligence"]}),
    Case("ROUTE-PROTECTION", {"data": ["asylum_claim"]}, {"data": ["identity"]}),
    Case("ROUTE-PROTECTION", {"subjects": ["asylum_claimant"]}, {"subjects": ["suspect"]}),
    Case("ROUTE-PROTECTION", {"subjects": ["protected_person"]}, {"subjects": []}),
    Case("ROUTE-FROZEN", {"frozen": True}, {"frozen": False}),
    *(Case("ROUTE-TLP", {"tlp": tlp}, {"tlp": "amber"}) for tlp in ("red", "amber_strict")),
    *(
        Case("ROUTE-CAVEATS", marked, instead)
        for marked in (
            {"handling": "H2"}, {"handling": "H3"}, {"caveats": ["C_INTERCEPT"]}, {"caveats": ["C_FIU"]},
            {"caveats": ["C_YOUTH"]},
        )
        for instead in (_MAY_PASS_ON, {"handling": "H1", "caveats": ["C_PURPOSE", "C_NOEVID"]})
    ),
    Case("ROUTE-CAVEATS", {"handling": "H2"} | _MAY_TENDER, _MAY_PASS_ON),
    *(Case("ROUTE-TAINTED", {"tainted": tainted}, {"tainted": "none"}) for tainted in ("suspected", "likely")),
]  # fmt: skip
