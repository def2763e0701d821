"""The national rules as data for tests, and all rules by family."""

from __future__ import annotations

from rooms.law.tables_common import (
    COMMON,
    CSIRT,
    CUSTOMS,
    EVIDENCE,
    EXTRADITION,
    IMPERSONAL,
    LIFE,
    MLAT,
    PLAIN,
    PROTECTING,
    YOUNG,
    Case,
    data_of,
    speaking_of,
)

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
        Case("CA-193", data_of("intercept_content")),
        Case("CA-193-OTHER", data_of("intercept_content") | {"agency": "customs"}, {"agency": "police"}),
        Case("CA-193-OTHER", data_of("intercept_content") | {"recipient_agency": "fiu"}, {"recipient_agency": "prosecution"}),
        Case("CA-METADATA", data_of("communications_metadata")),
        Case("CA-METADATA", data_of("subscriber")),
        Case("CA-CSE-CANADIAN", CSIRT | speaking_of("releasing_citizen")),
        Case("CA-SIGINT-FORBID", data_of("sigint_product"), PLAIN),
    ],
    "ca_minors": [
        Case("CA-YCJA", data_of("youth_record"), MLAT),
        Case("CA-YCJA", speaking_of("minor_offender"), EXTRADITION),
        Case("CA-YCJA", data_of("youth_record") | MLAT | {"agency": "prosecution"}, {"agency": "central_authority"}),
        Case("CA-YCJA-AGE", YOUNG, MLAT),
        Case("CA-YCJA-AGE", YOUNG | speaking_of("detainee"), EXTRADITION),
        Case("CA-YCJA-AGE", YOUNG | speaking_of("victim", "suspect"), speaking_of("victim")),
        Case("CA-YCJA-AGE", YOUNG, {"age_status": "adult"}),
        Case("CA-YCJA-AGE", YOUNG | MLAT | {"agency": "prosecution"}, {"agency": "central_authority"}),
        Case("CA-YCJA-AGE", YOUNG | {"agency": "central_authority"}, {"channel": "mlat"}),
    ],
    "ca_customs_and_travel": [
        Case("CA-CUSTOMS-107", data_of("trade_declaration"), CUSTOMS),
        Case("CA-CUSTOMS-107", data_of("trade_declaration") | CUSTOMS | {"arrangement": False}, {"arrangement": True}),
        Case("CA-PNR", data_of("travel_pnr")),
    ],
    "ca_records": [
        Case("CA-DNA", data_of("dna")),
        Case("CA-RECORD-SUSPENSION", data_of("suspended_record")),
        Case("CA-IRCC-ONWARD", {"origin": "ircc_shared"}),
        Case("CA-IRPA-FILE", data_of("immigration_file")),
        *(
            Case("CA-IRPA-ASK", data_of("immigration_file") | {"item_type": item_type}, actions=("Ask",))
            for item_type in ("doc_check", "acceptance_letter_check")
        ),
        Case("CA-SCIDA-ONWARD", {"origin": "scida_received", "originator_consent": True}),
    ],
    "ca_gateway_controls": [
        Case("CA-PRIV-8-2-M-HEAD", LIFE),
        Case("CA-PRIV-8-2-M-HEAD", LIFE | speaking_of("detainee") | {"consent": True}),
        Case("CA-PRIV-8-2-M-HEAD", LIFE | speaking_of("minor_victim") | PROTECTING | {"consent": True}),
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
        Case("IN-INTERCEPT", data_of("intercept_content")),
        Case("IN-CDR", data_of("communications_metadata")),
        Case("IN-CDR", data_of("subscriber")),
        Case("IN-SIGINT-FORBID", data_of("sigint_product"), PLAIN),
    ],
    "in_aadhaar": [
        Case("IN-AADHAAR-BIO", data_of("aadhaar_biometric"), PLAIN),
        Case("IN-AADHAAR-NUM", data_of("aadhaar_number")),
    ],
    "in_minors": [
        Case("IN-JJ", data_of("youth_record")),
        Case("IN-JJ", speaking_of("minor_offender")),
        Case("IN-JJ-AGE", YOUNG),
        Case("IN-JJ-AGE", YOUNG | speaking_of("detainee")),
        Case("IN-JJ-AGE", YOUNG | speaking_of("victim", "suspect")),
        Case("IN-JJ-AGE", YOUNG | MLAT),
    ],
    "in_customs_and_transfer": [
        Case("IN-CUSTOMS-OTHER", data_of("trade_declaration"), CUSTOMS),
        Case("IN-CUSTOMS-OTHER", data_of("trade_declaration") | CUSTOMS | {"arrangement": False}, {"arrangement": True}),
        Case("IN-PNR", data_of("travel_pnr")),
        Case("IN-DPDP-16", {"transfer_restricted": True}, {"transfer_restricted": False}),
    ],
    "in_records": [Case("IN-DNA", data_of("dna"))],
    "in_gateway_controls": [
        Case("IN-LIFE-SENIOR", LIFE),
        Case("IN-LIFE-SENIOR", LIFE | speaking_of("detainee") | {"consent": True}),
        Case("IN-LIFE-SENIOR", LIFE | speaking_of("minor_victim") | PROTECTING | {"consent": True}),
        Case("IN-LIFE-SENIOR", LIFE | {"consent": True, "age_status": "unknown"}),
        Case("IN-INTEL-SECRETARY", IMPERSONAL | {"agency": "intelligence"}),
    ],
}  # fmt: skip
FAMILIES = {"CA": COMMON | CANADA, "IN": COMMON | INDIA}
