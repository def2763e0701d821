"""What the command line says of items: for a person, with the clock, and nothing that must stay neutral."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from countersign.charter import packs, peering
from countersign.charter.models import Officer, Peer
from countersign.exchange import attachments, contents, evidence, queries, redaction, schemas, use
from countersign.exchange.contents import Kept
from countersign.exchange.gate import Outcome
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.kernel.files import write_durably
from countersign.law import markings
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
    if item.state == ExchangeItem.RELEASED:
        opened = ", ".join(rule.id for rule in decision.fired)
        by = f" by standing authorisation {item.standing_id}" if item.standing_id else ""
        print(f"  released under {opened}{by}; policy {decision.version[:12]}; on its way to {item.peer.node}.")
        return
    for rule in decision.fired:
        if rule.effect in ("hold", "require_caveat"):
            continue
        waits = "waits for people" if rule.effect in ("require_approval", "escalate") else "refused as it stands"
        print(f"  {waits}: {rule.id}: {rule.statement}\n    {rule.citation}\n    do: {rule.remedy}")


def difference(house: House, row: ExchangeItem) -> None:
    """What stays home against what would leave, line by line."""
    kept = contents.read(house, row)
    for line in redaction.difference(kept.full or kept.content, kept.content):
        print(f"  {line}")


def listing(rows: Iterable[ExchangeItem]) -> None:
    """One line an item: reference, kind, state, case, clock."""
    count = 0
    for row in rows:
        count += 1
        case = row.case.reference if row.case else "-"
        sent = f", {row.released.state}" if row.released else ""
        print(f"{row.id}  {row.kind:<20} {row.state}{sent:<12} {case:<18} {queries.clock_of(row).words()}")
    print(f"{count} items.")


def headers(rows: Iterable[queries.Header]) -> None:
    """What the single point of contact sees: no content, no subject."""
    for row in rows:
        print(
            f"{row.id}  {row.direction:<3} {row.authority:<14} {row.kind:<20} {row.state:<10} {row.case:<18} {row.clock}"
        )


def item(house: House, row: ExchangeItem, kept: Kept) -> None:
    """The whole item with its clock in both capitals' time."""
    case = row.case.reference if row.case else "-"
    print(f"{row.id}  {row.kind}  {row.state}  case {case}  peer {row.peer.node}")
    print(f"clock: {queries.clock_of(row).words()}{_capitals(row)}")
    _handling(house, row, kept)
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


def save_evidence(
    home: Home, house: House, officer: Officer, row: ExchangeItem, path: Path, shown: frozenset[str]
) -> None:
    """An evidence file; one that opens content of another state's item is an export, and the gate is asked."""
    if shown and row.direction == ExchangeItem.IN:
        use.require(house, officer, row, use.Purpose("export"))
    data = evidence.build(house, row, ceremonies.own_root(home), shown=shown)
    write_durably(path, data, mode=0o644)
    print(f"evidence of {row.id} is in {path} ({len(data):,} bytes). Verify it anywhere:")
    print(f'  countersign verify {path.name} --trust "{ceremonies.own_root(home).fingerprint()}" \\')
    print(f'    --trust "{peering.root_key(row.peer).fingerprint()}"')


def _handling(house: House, row: ExchangeItem, kept: Kept) -> None:
    """Marking with its equivalent for the reader, handling code in words, caveats, what was refused and its remedy."""
    marking = kept.content.get("marking")
    if marking:
        peer = packs.state(row.peer.state_code)
        marked, reader = (peer, house.pack) if row.direction == ExchangeItem.IN else (house.pack, peer)
        name = markings.named(marked.markings, marking["level"])
        equal = markings.equivalent(name, reader.markings).name
        code = kept.content["handling"]["code"]
        colours = f"TLP {marking['tlp']}, PAP {marking['pap']}"
        print(f"marking: {name.name} ({marked.code}), handled in {reader.code} as {equal}; {colours}")
        print(f"handling: {code}: {markings.scales().handling_texts[code]}")
    for caveat in kept.content.get("caveats", ()):
        print(f"caveat {caveat['code']}: {caveat['text']}")
    if kept.content.get("kind") == "refusal":
        print(f"remedy: {schemas.REFUSAL_GROUNDS[kept.content['ground']]}")


def _capitals(row: ExchangeItem) -> str:
    due_at = queries.clock_of(row).due_at
    if due_at is None:
        return ""
    times = [
        f"{pack.capital} {due_at.astimezone(ZoneInfo(pack.time_zone)):%d %b %Y %H:%M}"
        for pack in packs.states().values()
    ]
    return f" ({'; '.join(times)})"
