"""The run: AS2 before, the gate, AS2 again, the drain, singles among AS2 messages, proofs; then the table."""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import figures, processes, report
from bench.as2 import Pairs
from bench.nodes import Node, pair

SINGLE_BLOCKS = 10
IDLE_SECONDS = 0.15
SETTLE_SECONDS = 3.0
_LEFT = "SELECT count(*) FROM link_outitem WHERE state IN ('released', 'batched')"
_STARTED = "SELECT coalesce(max(id), 0) FROM link_outbatch"
_STATES = "SELECT state, count(*) FROM link_outitem GROUP BY state"
_SEALED = "SELECT avg(length(ciphertext)) FROM link_outitem"
_UNAPPLIED = "SELECT count(*) FROM link_initem WHERE applied = 0"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of what."""

    items: int
    single: int
    as2: int
    leaves: int
    proofs: int
    port: int


def run(plan: Plan) -> dict[str, Any]:
    """All phases in one temporary folder; every process is ended on the way out. Returns the figures."""
    figures_: dict[str, Any] = {"plan": {name: getattr(plan, name) for name in Plan.__slots__}, "load": {}}
    with tempfile.TemporaryDirectory(prefix="bench-") as name, processes.ending_all():
        folder = Path(name)
        _say("setting up two nodes by the ceremony, and two AS2 pairs")
        sender, receiver = pair(folder, plan.port)
        as2 = Pairs(folder, plan.port + 8)
        gate = processes.Worker("bench.gate_worker", env={"COUNTERSIGN_HOME": str(sender.home)})
        figures_["item_bytes"] = gate.ask(act="ready")["bytes"]
        _as2_portion(figures_, as2, plan, "before the gate")
        figures_["gate"] = _gate(gate, plan)
        _as2_portion(figures_, as2, plan, "before the drain")
        figures_["batched"] = _drain(sender, receiver, plan)
        _as2_portion(figures_, as2, plan, "after the drain")
        figures_["single"] = _singles(gate, as2, plan, figures_)
        for node in (sender, receiver):
            node.stop()
        gate.close()
        figures_["as2"] = _as2_figures(as2)
        figures_["proof"] = _proofs(folder, plan)
    return figures_


def _gate(gate: processes.Worker, plan: Plan) -> dict[str, float]:
    """Every item through the real gate, while no node runs, so that all of them wait."""
    _say(f"releasing {plan.items} items through the gate (no node runs)")
    took = gate.ask(act="release", first=1, count=plan.items)
    return {
        "items": plan.items,
        "rate": plan.items / took["seconds"],
        "cpu_us": took["cpu"] / plan.items * 1e6,
        "wall_us": took["seconds"] / plan.items * 1e6,
    }


def _drain(sender: Node, receiver: Node, plan: Plan) -> dict[str, Any]:
    """Start the receiver, then the sender; from the first batch cut to the last verified STORED receipt."""
    _say("draining: both nodes run as shipped, an officer saves every 50 ms on each side")
    sealed = float(sender.read(_SEALED)[0][0])
    receiver.run()
    probes = [
        processes.Worker("bench.probe_worker", env={"COUNTERSIGN_HOME": str(node.home)}) for node in (sender, receiver)
    ]
    for probe in probes:
        probe.ask(act="begin")
    time.sleep(1.0)
    before = sender.read(_STARTED)[0][0]
    sender.run_unready()
    processes.wait_until(lambda: sender.read(_STARTED)[0][0] > before, seconds=60, what="the first batch", pause=0.005)
    begun, cpu = time.time(), _cpu(sender, receiver)
    _wait_stored(sender)
    ended = time.time()
    used = {name: seconds - cpu.get(name, 0.0) for name, seconds in _cpu(sender, receiver).items()}
    waits, waits_there = (probe.ask(act="finish") for probe in probes)
    for probe in probes:
        probe.close()
    applied = _wait_applied(receiver, begun)
    here, there = (_sync_lines(node, begun - 1, ended + 0.2) for node in (sender, receiver))
    states = dict(sender.read(_STATES))
    if states != {"stored": plan.items}:
        raise RuntimeError(f"after the drain the items are {states}.")
    seconds = ended - begun
    return {
        "items": plan.items,
        "seconds": seconds,
        "rate": plan.items / seconds,
        "us": seconds / plan.items * 1e6,
        "exchanges": {"by the sender": len(there), "by the receiver": len(here)},
        "sealed_bytes": sealed,
        "wire_called": _total(there, "bytes_in") / plan.items,
        "wire_answered": _total(here, "bytes_out") / plan.items,
        "wire_back": (_total(there, "bytes_out") + _total(here, "bytes_in")) / plan.items,
        "cpu_us": {name: spent / plan.items * 1e6 for name, spent in sorted(used.items())},
        "applied_seconds": applied,
        "save": figures.spread(waits) | {"count": len(waits)},
        "save_there": figures.spread(waits_there) | {"count": len(waits_there)},
    }


def _singles(gate: processes.Worker, as2: Pairs, plan: Plan, told: dict[str, Any]) -> dict[str, Any]:
    """Blocks of single items on the idle pair; after each block as many AS2 messages, each after the same pause, and an AS2
    portion without pauses."""
    _say(f"{plan.single} single items on the idle pair, AS2 in between")
    blocks = min(SINGLE_BLOCKS, plan.single)
    results: list[dict[str, list[float]]] = []
    time.sleep(SETTLE_SECONDS)
    for block in range(blocks):
        count = plan.single * (block + 1) // blocks - plan.single * block // blocks
        results.append(gate.ask(act="single", first=plan.items + 1 + 1000 * block, count=count, pause=IDLE_SECONDS))
        as2.single(count, IDLE_SECONDS)
        as2.portion(max(1, plan.as2 // 2 // blocks))
    told["load"]["after the singles"] = os.getloadavg()[0]
    joined = {name: [value for result in results for value in result[name]] for name in ("seen", "gate")}
    return {name: figures.spread(values) for name, values in joined.items()} | {"items": len(joined["seen"])}


def _as2_portion(told: dict[str, Any], as2: Pairs, plan: Plan, when: str) -> None:
    _say(f"AS2 {when}")
    as2.portion(max(1, plan.as2 // 6))
    as2.portion_of_both(max(1, plan.as2 // 12))
    told["load"][when] = os.getloadavg()[0]


def _as2_figures(as2: Pairs) -> dict[str, Any]:
    return {
        "count": as2.one.count,
        "rate": as2.one.rate,
        "portions": as2.one.rates,
        "ms": figures.spread(as2.one.ms),
        "alone_ms": figures.spread(as2.alone.ms),
        "alone_count": as2.alone.count,
        "wire": figures.ratio(as2.one.wire, as2.one.count),
        "both_count": as2.two.count,
        "both_rate": as2.two.rate,
    }


def _proofs(folder: Path, plan: Plan) -> dict[str, Any]:
    _say(f"proofs of inclusion at {plan.leaves} leaves")
    scratch = Node(folder / "scratch", "CA", "RCMP", "IRCC", plan.port + 10, plan.port + 11)
    scratch.command("keys", "init", "--state", "CA", "--node", "scratch.example", "--root", str(scratch.root),
                    "--link-port", str(scratch.link_port), "--web-port", str(scratch.web_port))  # fmt: skip
    worker = processes.Worker("bench.proof_worker", env={"COUNTERSIGN_HOME": str(scratch.home)})
    told = worker.ask(act="proofs", leaves=plan.leaves, count=plan.proofs)
    worker.close()
    return {
        "leaves": plan.leaves,
        "count": plan.proofs,
        "ms": figures.spread(told["ms"]),
        "append_rate": plan.leaves / told["append_seconds"],
    }


def _wait_stored(sender: Node) -> None:
    processes.wait_until(lambda: sender.read(_LEFT)[0][0] == 0, seconds=1800, what="the receipts", pause=0.01)


def _wait_applied(receiver: Node, begun: float) -> float:
    """Seconds from the first batch until every item also took effect at the receiver's desk."""
    processes.wait_until(lambda: receiver.read(_UNAPPLIED)[0][0] == 0, seconds=1800, what="the desk", pause=0.2)
    return time.time() - begun


def _cpu(*nodes: Node) -> dict[str, float]:
    return {f"{node.prefix} {part}": spent for node in nodes for part, spent in node.cpu_seconds().items()}


def _sync_lines(node: Node, begin: float, end: float) -> list[dict[str, Any]]:
    """The link's own log lines of exchanges that this node answered between two moments."""
    found = []
    for line in node.log.read_text("utf-8", errors="replace").splitlines():
        if '"link.sync"' in line:
            told = json.loads(line)
            if begin <= datetime.fromisoformat(told["timestamp"]).timestamp() <= end:
                found.append(told)
    return found


def _total(lines: list[dict[str, Any]], name: str) -> int:
    return sum(line[name] for line in lines)


def _say(text: str) -> None:
    report.progress(text)
