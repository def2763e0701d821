"""What the command line says of items: for a person, with the clock, and nothing that must stay neutral."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from countersign.charter import packs, peering
from countersign.charter.models import Peer
from countersign.exchange import attachments, evidence, queries
from countersign.exchange.contents import Kept
from countersign.exchange.gate import Outcome
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.kernel.files import write_durably
from countersign.node import ceremonies
from countersign.node.home import Home


def only_peer(draft: Any) -> Peer | None:
    """The peer of a draft that names no state (the test message): the only active one."""
    if not isinstance(draft, dict) or "to_state" in draft:
        return None
    peers = list(Peer.objects.filter(status=Peer.ACTIVE)[:2])
    if len(peers) != 1:
        raise InvalidInput("the item names no state and there is not exactly one active peer.", field="to_state")
    return peering.find_active(peers[0].node)


def outcome(result: Outcome) -> None:
    """Where the item stands and who must still act. Of a hold nothing but the hold is said."""
    item, decision = result.item, result.decision
    print(f"{item.id}  {item.kind}  {item.state}")
    if item.state == ExchangeItem.HELD:
        print("  The item is held. It goes on by itself when the hold ends.")
        return
    for rule in decision.fired:
        if rule.effect == "require_approval":
            print(f"  waits for people: {rule.id}: {rule.statement}\n    {rule.citation}\n    do: {rule.remedy}")
    if item.state == ExchangeItem.RELEASED:
        opened = ", ".join(rule.id for rule in decision.fired)
        print(f"  released under {opened}; policy {decision.version[:12]}; on its way to {item.peer.node}.")


def listing(rows: Iterable[ExchangeItem]) -> None:
    """One line an item: reference, kind, state, case, clock."""
    count = 0
    for row in rows:
        count += 1
        case = row.case.reference if row.case else "-"
        sent = f", {row.released.state}" if row.released else ""
        print(f"{row.id}  {row.kind:<20} {row.state}{sent:<12} {case:<18} {queries.clock_of(row).words()}")
    print(f"{count} items.")


def item(row: ExchangeItem, kept: Kept) -> None:
    """The whole item with its clock in both capitals' time."""
    case = row.case.reference if row.case else "-"
    print(f"{row.id}  {row.kind}  {row.state}  case {case}  peer {row.peer.node}")
    print(f"clock: {queries.clock_of(row).words()}{_capitals(row)}")
    print(json.dumps(kept.content, ensure_ascii=False, indent=2))


def save_attachment(house: House, row: ExchangeItem, kept: Kept, name: str, out: Path | None) -> None:
    """Decrypt an attachment into a file, chunk by chunk; on a fault nothing is left behind."""
    if out is None:
        raise InvalidInput("say where to save it.", field="out", remedy="Give --out FILE.")
    direction = "in" if row.arrived else "out"
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as stream:
            for block in attachments.open_one(house, direction, kept, name):
                stream.write(block)
        os.replace(part, out)
    except CountersignError:
        part.unlink(missing_ok=True)
        raise
    print(f"saved {out} ({out.stat().st_size:,} bytes)")


def save_evidence(home: Home, house: House, row: ExchangeItem, path: Path, shown: frozenset[str]) -> None:
    data = evidence.build(house, row, ceremonies.own_root(home), shown=shown)
    write_durably(path, data, mode=0o644)
    print(f"evidence of {row.id} is in {path} ({len(data):,} bytes). Verify it anywhere:")
    print(f'  countersign verify {path.name} --trust "{ceremonies.own_root(home).fingerprint()}" \\')
    print(f'    --trust "{peering.root_key(row.peer).fingerprint()}"')


def _capitals(row: ExchangeItem) -> str:
    if row.due_at is None:
        return ""
    times = [
        f"{pack.capital} {row.due_at.astimezone(ZoneInfo(pack.time_zone)):%d %b %Y %H:%M}"
        for pack in packs.states().values()
    ]
    return f" ({'; '.join(times)})"
