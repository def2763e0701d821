"""The rules about using and routing as data for tests."""

from __future__ import annotations

from rooms.law.tables_common import (
    PLACING,
    YOUNG,
    Case,
    Facts,
    data_of,
    speaking_of,
)

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
        for change in (speaking_of("asylum_claimant"), speaking_of("protected_person"), data_of("asylum_claim"))
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
        Case("USE-NOTNR", data_of(kind) | {"use": use})
        for kind in PLACING for use in ("enforcement", "adverse_decision")
    ),
    Case("USE-NOTNR", data_of("location") | {"use": "enforcement"}, {"use": "export"}),
    *(Case("USE-DIPLOMATIC", speaking_of("diplomat") | {"use": use}) for use in _AGAINST),
    Case("USE-TRADESECRET", _held("C_TRADESECRET", "private_body"), _MAY_PASS_ON),
    Case("USE-TRADESECRET", _held("C_TRADESECRET", "private_body"), {"use": "onward_agency"}),
    *(
        Case("USE-PROTECTION", speaking_of(person) | {"use": use})
        for person in ("asylum_claimant", "protected_person") for use in _AGAINST
    ),
    Case("USE-PROTECTION", speaking_of("asylum_claimant") | {"use": "court"}, {"use": "export"}),
    *(
        Case("USE-YOUTH-ADVERSE", young | {"use": "adverse_decision"})
        for young in (YOUNG, data_of("youth_record"), speaking_of("minor_offender"), speaking_of("minor_victim"), speaking_of("minor_other"))
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
