"""The register of written arrangements. The gate derives `arrangement` from it; nobody types that attribute."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count

from countersign.charter.errors import ArrangementUnknown, FourEyesRequired
from countersign.charter.models import Arrangement, ArrangementConfirmation, Officer
from countersign.charter.officers import require_role
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.kernel.ids import new_id

EYES = 2
AGREEABLE = ("L3", "L4")
"""Classified levels that two nodes may be accredited for; L5 never moves on this system."""


def register(text: str, *, by: Officer) -> Arrangement:
    """Register an arrangement from its TOML form: reference, title, states, kinds, purposes, valid_from, valid_until;
    of a security agreement also nodes and levels.

    It opens nothing until two officers certify that it is signed.
    """
    require_role(by, "node_admin", "legal", "executive")
    fields = _parse(text)
    row, _ = Arrangement.objects.update_or_create(
        reference=fields.pop("reference"), defaults=fields, create_defaults=fields | {"id": new_id("arr")}
    )
    ArrangementConfirmation.objects.filter(arrangement=row).delete()
    return row


@transaction.atomic
def confirm(reference: str, *, by: Officer) -> bool:
    """Certify that the arrangement is signed; return whether it is in force now (two different officers did)."""
    require_role(by, "legal", "executive")
    row = find(reference)
    _, new = ArrangementConfirmation.objects.get_or_create(arrangement=row, officer=by, defaults={"at": clock.now()})
    if not new:
        raise FourEyesRequired(f"{by.login} has already certified {reference}.", field="as")
    return is_in_force(row)


def find(reference: str) -> Arrangement:
    row = Arrangement.objects.filter(reference=reference).first()
    if row is None:
        raise ArrangementUnknown(f"no arrangement has the reference {reference}.", field="arrangement")
    return row


def is_in_force(row: Arrangement) -> bool:
    """Certified by two, within its dates, not suspended."""
    certified = ArrangementConfirmation.objects.filter(arrangement=row).count() >= EYES
    return certified and not row.suspended and row.valid_from <= clock.now().date() <= row.valid_until


def covers(*, states: set[str], kind: str, purpose: str) -> bool:
    """Whether an arrangement in force between the states covers the kind and the purpose."""
    today = clock.now().date()
    rows = Arrangement.objects.filter(suspended=False, valid_from__lte=today, valid_until__gte=today)
    certified = rows.annotate(eyes=Count("arrangementconfirmation")).filter(eyes__gte=EYES)
    return any(states <= set(row.states) and kind in row.kinds and purpose in row.purposes for row in certified)


def protected_levels(nodes: set[str]) -> frozenset[str]:
    """Classified levels that a security agreement in force lets these two nodes exchange; without one, none."""
    today = clock.now().date()
    rows = Arrangement.objects.filter(suspended=False, valid_from__lte=today, valid_until__gte=today).exclude(levels=[])
    certified = rows.annotate(eyes=Count("arrangementconfirmation")).filter(eyes__gte=EYES)
    return frozenset(level for row in certified if nodes <= set(row.nodes) for level in row.levels)


def _parse(text: str) -> dict[str, Any]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"not TOML: {error}", field="arrangement") from None
    kinds: dict[str, type] = {
        "reference": str,
        "title": str,
        "states": list,
        "kinds": list,
        "purposes": list,
        "valid_from": date,
        "valid_until": date,
    }
    for name, kind in kinds.items():
        if not isinstance(content.get(name), kind):
            raise InvalidInput(f"`{name}` is missing or not a {kind.__name__}.", field=name)
    if unknown := set(content) - set(kinds) - {"nodes", "levels"}:
        raise InvalidInput("an arrangement has no such field.", field=min(unknown))
    return content | _security(content)


def _security(content: dict[str, Any]) -> dict[str, Any]:
    """The members of a security agreement: both nodes by name, and levels that may be agreed. Top secret may not."""
    nodes, levels = content.get("nodes", []), content.get("levels", [])
    if bool(nodes) != bool(levels):
        raise InvalidInput("a security agreement names both its nodes and its levels.", field="nodes")
    if nodes and not (isinstance(nodes, list) and len(set(map(str, nodes))) == len(nodes) == EYES):
        raise InvalidInput("a security agreement names exactly two nodes.", field="nodes")
    if wrong := [level for level in levels if level not in AGREEABLE]:
        raise InvalidInput(
            f"{wrong[0]} cannot be agreed.", field="levels", remedy=f"One or more of: {', '.join(AGREEABLE)}."
        )
    return {"nodes": nodes, "levels": levels}
