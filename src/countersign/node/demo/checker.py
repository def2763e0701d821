"""The outside checker: reads both nodes' databases and logs, without their code paths, and says whether all holds.

python -m countersign.node.demo.checker HOME HOME

L  every item with a receipt is stored at the receiver, in both logs         D  no item took effect twice
O  items took effect in the order of their sequence, channel by channel      V  every root, checkpoint and receipt verifies
Q  the outboxes are empty                                                    S  nothing crossed that the gate did not allow
"""

from __future__ import annotations

import sqlite3
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import checkpoints, leaves, merkle, notes, statements
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.core.leaves import ItemLeaf, ReceiptLeaf


@dataclass
class View:
    """One node as its database shows it."""

    node: str
    database: sqlite3.Connection
    findings: list[str] = field(default_factory=list)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.database.execute(query, values).fetchall()

    def leaves_of(self, origin: str) -> list[bytes]:
        return [
            row[0]
            for row in self.rows(
                "SELECT l.data FROM ledger_leaf l JOIN ledger_log g ON g.id = l.log_id WHERE g.origin = ? ORDER BY l.'index'",
                origin,
            )
        ]


def check(one: Path, other: Path) -> list[str]:
    """Check two homes against each other; return what is wrong, in sentences (empty: all holds)."""
    first, second = _open(one), _open(other)
    for sender, receiver in ((first, second), (second, first)):
        _logs(sender, receiver)
        _items(sender, receiver)
        _order(receiver)
        _released(sender)
    found = first.findings + second.findings
    for view in (first, second):
        view.database.close()
    return found


def count_stored(home: Path) -> int:
    """How many items the node has stored."""
    view = _open(home)
    number = int(view.rows("SELECT COUNT(*) FROM link_initem WHERE state = 'stored'")[0][0])
    view.database.close()
    return number


def count_waiting(home: Path) -> int:
    """How many released items wait for their receipt."""
    view = _open(home)
    number = int(view.rows("SELECT COUNT(*) FROM link_outitem WHERE state IN ('released', 'batched')")[0][0])
    view.database.close()
    return number


def is_applied(home: Path, item: str) -> bool:
    """Whether a received item took effect."""
    view = _open(home)
    found = view.rows("SELECT 1 FROM exchange_exchangeitem WHERE direction = 'in' AND id = ?", item)
    view.database.close()
    return bool(found)


def answer_to(home: Path, request: str) -> str | None:
    """The item that came in answer to a request, if one did."""
    view = _open(home)
    found = view.rows("SELECT id FROM exchange_exchangeitem WHERE direction = 'in' AND answers = ?", request)
    view.database.close()
    return str(found[0][0]) if found else None


def count_applied(home: Path) -> int:
    """How many received items took effect."""
    view = _open(home)
    number = int(view.rows("SELECT COUNT(*) FROM exchange_exchangeitem WHERE direction = 'in'")[0][0])
    view.database.close()
    return number


def _open(home: Path) -> View:
    settings = tomllib.loads((home / "node.toml").read_text("utf-8"))
    database = sqlite3.connect(f"file:{home / 'db.sqlite3'}?mode=ro", uri=True, timeout=20)
    return View(settings["node"], database)


def _logs(sender: View, receiver: View) -> None:
    """V: the log and its mirror agree leaf for leaf, and every signed checkpoint is over that tree."""
    origin = f"{sender.node}/x/{receiver.node}/1"
    own, mirrored = sender.leaves_of(origin), receiver.leaves_of(origin)
    if mirrored != own[: len(mirrored)]:
        sender.findings.append(f"V: the mirror of {origin} differs from the log")
    if len(mirrored) != len(own):
        sender.findings.append(f"Q: {len(own) - len(mirrored)} leaves of {origin} have not arrived")
    roots = _roots(own)
    keys = _log_keys(receiver)
    for view in (sender, receiver):
        query = "SELECT c.note FROM ledger_signedcheckpoint c JOIN ledger_log g ON g.id = c.log_id WHERE g.origin = ?"
        for (note,) in view.rows(query, origin):
            _checkpoint(view, note, keys, origin, roots)


def _checkpoint(view: View, data: bytes, keys: list[HybridPublicKey], origin: str, roots: list[bytes]) -> None:
    note = notes.parse(data)
    for key in keys:
        try:
            checkpoint = checkpoints.verify(note, key, origin=origin)
        except CountersignError:
            continue
        if checkpoint.size >= len(roots) or roots[checkpoint.size] != checkpoint.root:
            view.findings.append(f"V: a checkpoint of {origin} at {checkpoint.size} is not over its leaves")
        return
    view.findings.append(f"V: a checkpoint of {origin} is signed by no known key")


def _items(sender: View, receiver: View) -> None:
    """L, D and Q: what the sender counts as delivered is stored and receipted at the receiver, once."""
    stored = dict(receiver.rows("SELECT leaf_hash, id FROM link_initem WHERE state = 'stored'"))
    receipted = {
        hash_
        for data in receiver.leaves_of(f"{receiver.node}/x/{sender.node}/1")
        if isinstance(leaf := leaves.parse(data), ReceiptLeaf) and leaf.state == leaves.STORED
        for hash_ in leaf.items
    }
    for hash_, state in sender.rows("SELECT leaf_hash, state FROM link_outitem"):
        if state == "stored" and (hash_ not in stored or hash_ not in receipted):
            sender.findings.append(f"L: a delivered item of {sender.node} is not stored at {receiver.node}")
        if state in ("released", "batched"):
            sender.findings.append(f"Q: an item of {sender.node} still waits")
    if receipted - set(stored):
        receiver.findings.append(f"L: {receiver.node} receipted an item that it does not hold")
    twice = receiver.rows(
        "SELECT arrived_id FROM exchange_exchangeitem WHERE arrived_id IS NOT NULL GROUP BY arrived_id HAVING COUNT(*) > 1"
    )
    doubled = receiver.rows("SELECT 1 FROM link_initem GROUP BY peer_id, channel, epoch, sequence HAVING COUNT(*) > 1")
    if twice or doubled:
        receiver.findings.append(f"D: an item took effect twice at {receiver.node}")


def _order(receiver: View) -> None:
    """O: items took effect in sequence (rows of a table without updates keep the order of insertion)."""
    rows = receiver.rows(
        "SELECT i.channel, i.epoch, i.sequence FROM exchange_exchangeitem e"
        " JOIN link_initem i ON i.id = e.arrived_id ORDER BY e.rowid"
    )
    last: dict[tuple[bytes, int], int] = {}
    for channel, epoch, sequence in rows:
        if sequence <= last.get((channel, epoch), 0):
            receiver.findings.append(f"O: sequence {sequence} took effect out of order at {receiver.node}")
        last[(channel, epoch)] = sequence


def _released(sender: View) -> None:
    """S: every item leaf hides the hash of a decision leaf that allowed it."""
    allowed = [
        row[0]
        for row in sender.rows(
            "SELECT leaf_hash FROM exchange_gatedecision WHERE allowed = 1 AND action IN ('Ask', 'Release')"
        )
    ]
    decided = {merkle.leaf_hash(data) for data in sender.leaves_of(f"{sender.node}/d")}
    origins = [row[0] for row in sender.rows("SELECT origin FROM ledger_log WHERE kind = 'exchange'")]
    items = [
        leaf
        for origin in origins
        for data in sender.leaves_of(origin)
        if isinstance(leaf := leaves.parse(data), ItemLeaf)
    ]
    if not set(allowed) <= decided:
        sender.findings.append(f"S: a decision of {sender.node} is not in its decisions log")
    commitments_left = list(allowed)
    for item in items:
        match = next(
            (hash_ for hash_ in commitments_left if leaves.release_commitment(item.nonce, hash_) == item.release), None
        )
        if match is None:
            sender.findings.append(f"S: {sender.node} let an item out that its gate did not allow")
        else:
            commitments_left.remove(match)


def _roots(data: list[bytes]) -> list[bytes]:
    """The root at every size."""
    frontier, roots = merkle.Frontier(), [merkle.EMPTY_ROOT]
    for leaf in data:
        frontier.append(merkle.leaf_hash(leaf))
        roots.append(frontier.root())
    return roots


def _log_keys(view: View) -> list[HybridPublicKey]:
    """The peer's log keys as the receiver's register holds them."""
    rows = view.rows("SELECT parts FROM charter_peerkey WHERE role = 'log'")
    return [statements.hybrid(cbor.decode(parts)) for (parts,) in rows]


def main(arguments: list[str]) -> int:
    """Print the findings; exit 1 if there are any."""
    found = check(Path(arguments[0]), Path(arguments[1]))
    for line in found:
        print(f"  {line}")
    print("the checker finds nothing wrong" if not found else f"the checker finds {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
