"""From what was typed on the pages of a draft to the content of an item. Nothing is invented: what is not typed is derived."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.exchange import contents, queries
from countersign.exchange.contents import Kept
from countersign.exchange.home_sheet import HomeSheet
from countersign.exchange.house import House
from countersign.exchange.kinds import FLASH
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.law import markings
from countersign.web import digits
from countersign.web.forms.sheet import QUESTIONS
from countersign.web.shown.words import OFFENCES

Typed = Mapping[str, Any]
_NAMES: Final = (("name_latn", "Latn"), ("name_guru", "Guru"), ("name_deva", "Deva"))
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def content_of(house: House, officer: Officer, kind: str, typed: Typed) -> dict[str, Any]:
    """The content for the gate, as `gate.propose` takes it. Raises nothing: faults are found by the kind's schema."""
    if "content" in typed:  # a stream's: it was whole when the draft began
        return dict(typed["content"])
    makers = {"request.information": _request, FLASH: _flash, "spontaneous": _spontaneous, "note": _note, "reply": _reply,
              "reply.interim": _interim, "refusal": _refusal, "feedback.outcome": _feedback, "permission": _permission,
              "verdict": _verdict}  # fmt: skip
    made = makers[kind](house, officer, typed)
    return {name: value for name, value in made.items() if value is not None}


def new_case(house: House) -> str:
    """A fresh case reference: state, year, six letters that are not mistaken for one another."""
    tail = "".join(secrets.choice(_LETTERS) for _ in range(6))
    return f"{house.pack.code}-{clock.now().year}-{tail}"


def follow_up(house: House, officer: Officer, case_id: str) -> dict[str, Any]:
    """The pages of a further request, prefilled from the newest own request of the case: three entries are left."""
    rows = queries.items(officer).filter(case_id=case_id, direction=ExchangeItem.OUT, kind="request.information")
    item = rows.order_by("-created_at").first()
    if item is None:
        return {}
    return _pages_of(contents.read(house, item))


def anew(kept: Kept) -> dict[str, Any]:
    """All pages of a request that was refused or declined, to be changed and proposed again."""
    content = kept.full or kept.content
    evaluation = content.get("evaluation") or {"source": "", "information": "", "admiralty": ""}
    return _pages_of(kept) | {
        "question": {"question": content["question"], "necessity": content["necessity"]} | dict(evaluation),
    }  # fmt: skip


def _pages_of(kept: Kept) -> dict[str, Any]:
    """The pages that a request has in common with a further one of its case."""
    content = kept.full or kept.content
    return {
        "to": {
            "to": f"{content['to_state']}:{content['to_authority']}", "case_ref": content["case_ref"],
            "offence": content["offence"]["category"], "purpose": content["purpose"], "urgency": content["urgency"],
            "legal_basis": content["legal_basis"], "language": content["language"],
        },
        "subjects": [_typed_subject(subject) for subject in content["subjects"]],
        "home": home_typed(kept.sheet, content),
    }  # fmt: skip


def home_typed(sheet: HomeSheet, content: Mapping[str, Any]) -> dict[str, Any]:
    """The page of what stays home, from an item that was sent."""
    return {
        "origin": sheet.origin, "political": sheet.political, "tainted": sheet.tainted, "owner": sheet.owner or "",
        "persons": list(sheet.persons), "categories": list(sheet.data), "handling": content["handling"]["code"],
        "level": content["marking"]["level"], "tlp": content["marking"]["tlp"], "pap": content["marking"]["pap"],
        "readers": "\n".join(content["marking"]["readers"]), "retain_until": "",
        "conditions": "; ".join(content["handling"]["conditions"])[:300],
    }  # fmt: skip


def _typed_subject(subject: Mapping[str, Any]) -> dict[str, Any]:
    names = {name["script"]: name["text"] for name in subject["names"]}
    first = next(iter(subject["identifiers"]), {"type": "phone", "value": ""})
    return {
        "type": subject["type"], "role": subject["role"], "born_on": subject["born_on"] or "",
        "identifier_type": first["type"], "identifier": first["value"],
    } | {field: names.get(script, "") for field, script in _NAMES}  # fmt: skip


def _request(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    question = typed.get("question", {})
    return _addressed(officer, "request.information", typed) | _home(house, typed) | {
        "offence": _offence(house, typed), "legal_basis": typed["to"]["legal_basis"], "urgency": typed["to"]["urgency"],
        "question": question.get("question", ""), "necessity": question.get("necessity", ""),
        "evaluation": _evaluation(question), "subjects": _subjects(typed), "attachments": [],
    }  # fmt: skip


def _spontaneous(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    told = typed.get("told", {})
    return _addressed(officer, "spontaneous", typed) | _home(house, typed) | {
        "offence": _offence(house, typed), "urgency": typed["to"]["urgency"], "text": told.get("text", ""),
        "necessity": told.get("necessity", ""), "evaluation": _evaluation(told), "subjects": _subjects(typed),
        "attachments": [],
    }  # fmt: skip


def _flash(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    given = typed.get("danger", {})
    names = ("act", "threatened", "threat", "place", "expected", "necessity", "call_back")
    return _addressed(officer, FLASH, typed) | _home(house, typed) | {name: given.get(name, "") for name in names} | {
        "offence": _offence(house, typed), "legal_basis": typed["to"]["legal_basis"], "evaluation": _evaluation(given),
        "subjects": _subjects(typed), "attachments": [],
    }  # fmt: skip


def _note(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    note = typed.get("note", {})
    return _addressed(officer, "note", typed) | _home(house, typed) | {
        "text": note.get("text", ""), "necessity": note.get("necessity", ""),
    }  # fmt: skip


def _reply(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    answer = typed.get("answer", {})
    return _answering(officer, "reply", typed, answer) | _home(house, typed) | {
        "text": answer.get("text", ""), "necessity": answer.get("necessity", ""), "evaluation": _evaluation(answer),
        "subjects": [], "attachments": [],
    }  # fmt: skip


def _interim(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    given = typed.get("interim", {})
    judicial = given.get("judicial_authority") if given.get("reason") == "needs_judicial_authority" else None
    return _answering(officer, "reply.interim", typed, given) | {
        "reason": given.get("reason", ""), "expected_on": given.get("expected_on", ""), "judicial_authority": judicial or None,
    }  # fmt: skip


def _refusal(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    given = typed.get("refusal", {})
    explanation = given.get("explanation") or None
    return _answering(officer, "refusal", typed, given) | _sheet(given, words=bool(explanation)) | {
        "ground": given.get("ground", ""), "about_natural_person": bool(typed["asked"].get("personal")),
        "explanation": explanation, "necessity": (given.get("necessity") or None) if explanation else None,
    }  # fmt: skip


def _feedback(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    given = typed.get("feedback", {})
    return _answering(officer, "feedback.outcome", typed, {}) | {
        "outcome": given.get("outcome", ""), "timely": given.get("timely") == "yes",
    }  # fmt: skip


def _permission(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    given = typed.get("permission", {})
    onward = given.get("kind") == "permission.onward"
    return _answering(officer, given.get("kind", ""), typed, {}) | _home(house, typed) | {
        "answers": None, "act": "ask", "item": typed["asked"]["item"], "necessity": given.get("necessity", ""),
        "recipient": (given.get("recipient") or None) if onward else None,
        "offence": _offence_of(house, given["offence"], typed["asked"]["to_state"]) if given.get("offence") else None,
    }  # fmt: skip


def _verdict(house: House, officer: Officer, typed: Typed) -> dict[str, Any]:
    given, asked = typed.get("verdict", {}), typed["asked"]
    recipient = (asked["recipient"] or None) if given.get("act") == "grant" else None
    return _answering(officer, asked["kind"], typed, {}) | _sheet(given, words=recipient is not None) | {
        "act": given.get("act", ""), "item": asked["about_item"], "until": given.get("until") or None,
        "recipient": recipient, "necessity": given.get("necessity") or None,
    }  # fmt: skip


def _addressed(officer: Officer, kind: str, typed: Typed) -> dict[str, Any]:
    to = typed.get("to", {})
    state, _, authority = to.get("to", "").partition(":")
    return {
        "kind": kind, "version": 1, "case_ref": to.get("case_ref", ""), "from_authority": officer.authority,
        "to_state": state, "to_authority": authority, "purpose": to.get("purpose", "investigation"),
        "language": to.get("language", "en"),
    }  # fmt: skip


def _answering(officer: Officer, kind: str, typed: Typed, given: Mapping[str, Any]) -> dict[str, Any]:
    asked = typed["asked"]
    about = digits.whole(str(given.get("about") or ""))
    return {
        "kind": kind, "version": 1, "case_ref": asked["case_ref"], "from_authority": officer.authority,
        "to_state": asked["to_state"], "to_authority": asked["to_authority"], "purpose": asked["purpose"],
        "answers": asked["item"],
    } | ({"about": about} if "about" in given else {})  # fmt: skip


def _home(house: House, typed: Typed) -> dict[str, Any]:
    """Marking, handling, and the sheet that never leaves."""
    home = typed.get("home", {})
    conditions = [home["conditions"]] if home.get("conditions") else []
    retain = {"retain_until": home["retain_until"]} if home.get("retain_until") else {}
    return {
        "marking": {
            "level": home.get("level") or house.pack.default_marking, "tlp": home.get("tlp") or "none",
            "pap": home.get("pap") or "none",
            "readers": [line.strip() for line in home.get("readers", "").splitlines() if line.strip()],
        },
        "handling": {"code": home.get("handling") or "H1", "conditions": conditions} | retain,
        "home": {
            "origin": home.get("origin", ""), "political": home.get("political", ""), "tainted": home.get("tainted", ""),
            "owner": home.get("owner") or None, "persons": home.get("persons", []), "data": home.get("categories", []),
        },
    }  # fmt: skip


def _sheet(given: Mapping[str, Any], *, words: bool) -> dict[str, Any]:
    """What the drafter said of the words; codes alone have no sheet."""
    return {"home": {name: given.get(name, "") for name in QUESTIONS}} if words else {}


def _offence(house: House, typed: Typed) -> dict[str, Any]:
    to = typed["to"]
    return _offence_of(house, to.get("offence", ""), to.get("to", "").partition(":")[0])


def _offence_of(house: House, category: str, other: str) -> dict[str, Any]:
    """The category with its provision in the law of both states, from the packs."""
    both = [house.pack, *([packs.state(other)] if other in packs.states() else [])]
    named = {pack.code: pack.provisions[category] for pack in both if category in pack.provisions}
    return {"label": str(OFFENCES.get(category, category)), "category": category, "in_law": named}


def _evaluation(given: Mapping[str, Any]) -> dict[str, str | None] | None:
    """The 4x4 grades, and the Admiralty grade where there is one; that alone says what the others are."""
    grade = (given.get("admiralty") or "").strip().upper() or None
    if grade and not given.get("source") and not given.get("information"):
        source, information = markings.four_by_four(grade)
        return {"source": source, "information": information, "admiralty": grade}
    if not given.get("source") or not given.get("information"):
        return None
    return {"source": given["source"], "information": given["information"], "admiralty": grade}


def _subjects(typed: Typed) -> list[dict[str, Any]]:
    return [_subject(given) for given in typed.get("subjects", [])]


def _subject(given: Mapping[str, Any]) -> dict[str, Any]:
    names = [{"text": given[field], "script": script} for field, script in _NAMES if given.get(field)]
    numbers = (
        [{"type": given.get("identifier_type") or "other", "value": given["identifier"]}]
        if given.get("identifier")
        else []
    )
    born = {"born_on": given["born_on"]} if given.get("born_on") and given["type"] == "person" else {}
    return {
        "type": given["type"],
        "names": names,
        "role": given.get("role") or "other" if given["type"] == "person" else "other",
        "identifiers": numbers,
    } | born
