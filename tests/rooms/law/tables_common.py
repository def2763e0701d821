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


def data_of(*values: str) -> Facts:
    return {"data": list(values)}


def speaking_of(*subjects: str) -> Facts:
    return {"subjects": list(subjects)}


PLAIN = data_of("identity")
HAVE_AN_AGE = (
    "suspect", "detainee", "victim", "sexual_offence_victim", "trafficking_victim", "account_holder",
    "recipient_national", "releasing_citizen",
)  # fmt: skip
NOT_TECHNICAL = (
    "subscriber", "communications_metadata", "intercept_content", "location", "travel_pnr", "biometric",
    "criminal_record", "immigration_file",
)  # fmt: skip
NO_ENFORCERS = ("intelligence", "sigint", "policy")
PLACING = ("location", "communications_metadata", "subscriber", "travel_pnr", "biometric")

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
        Case("GATE-CONSISTENT", {"personal": False}, data_of() | speaking_of()),
        Case("INTL-BYSTANDER", speaking_of("suspect", "bystander")),
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
            Case("INTL-ASYLUM-ORIGIN", speaking_of(subject) | {"origin_state": origin}, {"origin_state": "other"})
            for subject in ("asylum_claimant", "protected_person")
            for origin in ("OTHER", "unknown")
        ),
        *(
            Case("INTL-ASYLUM-THIRD", speaking_of(subject) | {"origin_state": origin})
            for subject in ("asylum_claimant", "protected_person")
            for origin in ("OWN", "other")
        ),
        Case("INTL-ASYLUM-CLAIM", data_of("identity", "asylum_claim"), PLAIN),
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
        Case("INTL-MINOR", speaking_of("minor_victim")),
        Case("INTL-MINOR", speaking_of("minor_other")),
        Case("INTL-MINOR-APPROVAL", speaking_of("minor_victim") | PROTECTING),
        Case("INTL-MINOR-APPROVAL", speaking_of("minor_other") | {"purpose": "humanitarian"}),
        Case("INTL-MINOR-APPROVAL", speaking_of("victim") | YOUNG | PROTECTING),
        Case("INTL-MINOR-APPROVAL", speaking_of() | YOUNG | {"purpose": "humanitarian"}),
        Case("INTL-MINOR-CAVEAT", speaking_of("minor_victim")),
        Case("INTL-MINOR-CAVEAT", speaking_of("minor_offender") | MLAT),
        Case("INTL-AGE-UNKNOWN", {"age_status": "unknown"}),
        *(Case("INTL-AGE-UNKNOWN", speaking_of(person) | {"age_status": "no_person"}) for person in HAVE_AN_AGE),
        Case("INTL-MINOR-STATUS", speaking_of("victim") | YOUNG),
        Case("INTL-MINOR-STATUS", speaking_of("victim") | YOUNG | PROTECTING),
        Case("INTL-MINOR-STATUS", YOUNG | EXTRADITION),
        Case("INTL-MINOR-AGE", speaking_of() | YOUNG),
        Case("INTL-MINOR-AGE", speaking_of("victim") | YOUNG),
        Case("INTL-MINOR-AGE", speaking_of("account_holder", "recipient_national") | YOUNG),
        Case("INTL-MINOR-AGE", speaking_of("minor_victim") | YOUNG | {"purpose": "asset_recovery"}),
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
        Case("INTL-LOCATION", data_of("identity", "location")),
        Case("INTL-LOCATION-CONSENT", data_of("location") | {"item_type": "missing_person"}),
        *(
            Case("INTL-LOCATION-CONSENT", data_of("location") | speaking_of(person))
            for person in ("victim", "sexual_offence_victim", "trafficking_victim")
        ),
        *(Case("INTL-OUTSIDE-ENFORCEMENT", {"recipient_agency": agency}) for agency in NO_ENFORCERS),
        *(
            Case("INTL-TNR-LOCATE", speaking_of(person) | data_of("identity", "location"), PLAIN)
            for person in ("journalist", "human_rights_defender", "political_activist", "community_leader")
        ),
        *(
            Case("INTL-TNR-LOCATE", speaking_of("journalist") | data_of(kind), PLAIN)
            for kind in (
                "communications_metadata", "subscriber", "travel_pnr", "biometric", "intercept_content",
                "belief_or_origin",
            )
        ),
        *(
            Case("INTL-TNR-APPROVAL", speaking_of(person))
            for person in ("journalist", "human_rights_defender", "political_activist", "community_leader")
        ),
        *(
            Case("INTL-TNR-CAVEAT", data_of(kind))
            for kind in ("location", "communications_metadata", "subscriber", "travel_pnr", "biometric")
        ),
    ],
    "persons": [
        Case("INTL-VCDR", speaking_of("diplomat")),
        Case("INTL-VCDR-CAVEAT", speaking_of("diplomat")),
        Case("INTL-WITPROT", speaking_of("human_source"), speaking_of("suspect")),
        Case("INTL-WITPROT", speaking_of("protected_witness"), speaking_of("suspect")),
        Case("INTL-VICTIM-SEXUAL", speaking_of("sexual_offence_victim")),
        Case("INTL-VICTIM-SEXUAL", speaking_of("trafficking_victim") | PROTECTING),
        Case("INTL-VICTIM-SEXUAL", speaking_of("trafficking_victim") | {"consent": True}),
        Case("INTL-BELIEF", data_of("belief_or_origin")),
        Case("INTL-HEALTH", data_of("health")),
        Case("CA-BIOMETRIC", data_of("biometric")),
    ],
    "consular": [
        Case("INTL-VCCR-36", CONSULAR | {"consent": False}, {"consent": True}),
        Case("INTL-VCCR-36", {"item_type": "arrest_notice"}, {"item_type": "lead"}),
        Case("INTL-VCCR-36", {"item_type": "arrest_notice"}, MLAT),
        Case("INTL-CONSULAR-CAVEAT", CONSULAR),
    ],
    "cyber": [
        Case("INTL-CYBER-VICTIM", data_of("cyber_victim")),
        Case("INTL-CYBER-CAVEAT", CSIRT),
        Case("INTL-VULN", data_of("vulnerability_detail")),
        *(Case("INTL-CSIRT-TECHNICAL", CSIRT | data_of("identity", kind), PLAIN) for kind in NOT_TECHNICAL),
    ],
    "fiu_tax_and_funds": [
        Case("INTL-EGMONT", FIU | data_of("fiu_intelligence")),
        Case("INTL-FIU-CHANNEL", data_of("fiu_intelligence"), FIU),
        *(
            Case("INTL-FIU-CHANNEL", FIU | data_of("fiu_intelligence") | {name: "police"}, {name: "fiu"})
            for name in ("agency", "recipient_agency", "channel")
        ),
        *(Case("INTL-FIU-OFFENCE", FIU | {"offence": offence}) for offence in ("fraud", "extortion", "fiscal")),
        Case("INTL-TAX", data_of("tax"), PLAIN),
        Case("INTL-STOPPAY-CAVEAT", {"item_type": "stop_payment"}),
        Case("INTL-STOPPAY-CAVEAT", {"item_type": "mule_account"}),
        Case("INTL-DIVERSION-CONF", {"item_type": "pre_export_notice"}),
        Case("INTL-DIVERSION-CONF", data_of("business_confidential")),
        Case("INTL-DIVERSION-CONF", data_of("licence_status")),
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
        Case("INTL-TOPSECRET", data_of("cabinet_or_state_secret"), PLAIN),
    ],
    "information": [
        Case("INTL-PRIVILEGE", data_of("privileged"), PLAIN),
        Case("INTL-SOURCE", data_of("source_identity")),
        Case("INTL-SOURCE", data_of("method")),
        Case("CA-SEALED", data_of("sealed_court")),
        Case("CA-193-CAVEAT", data_of("intercept_content")),
    ],
}  # fmt: skip
