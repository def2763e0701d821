"""What the run prints: progress on standard error, the table on standard output."""

from __future__ import annotations

import sys
import time
from typing import Any

from bench.figures import ratio

IN_PROCESS_US = 171.0
IN_PROCESS_MS = 3.5
_BEGUN = time.monotonic()


def progress(text: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f} s] {text}", file=sys.stderr, flush=True)


def table(told: dict[str, Any]) -> str:
    """The figures as lines, the compared ones with their targets."""
    rows = [*_ours(told), *_peer(told), *_compared(told), *_proof(told)]
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(f"{name:<{width}}  {value:<46}{target}".rstrip() for name, value, target in rows)


def _ours(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    gate, batched, single = told["gate"], told["batched"], told["single"]
    cpu = ", ".join(f"{name} {us:.0f}" for name, us in batched["cpu_us"].items() if us >= 5)
    wire = (
        f"{batched['wire_called']:.0f} sent + {batched['wire_answered']:.0f} in answers to the receiver"
        f" + {batched['wire_back']:.0f} back (an item is sealed in {batched['sealed_bytes']:.0f})"
    )
    return [
        ("item content", f"{told['item_bytes']} bytes of JSON", ""),
        ("gate", f"{gate['rate']:.1f} items/s ({gate['items']} items, all real)", ""),
        ("gate, CPU", f"{gate['cpu_us']:.0f} us of {gate['wall_us']:.0f} us an item", ""),
        ("batched", f"{batched['rate']:.0f} items/s ({batched['items']} in {batched['seconds']:.2f} s)", ""),
        ("batched, CPU us an item", cpu, ""),
        ("batched, wire bytes an item", wire, ""),
        ("batched, exchanges", ", ".join(f"{count} {who}" for who, count in batched["exchanges"].items()), ""),
        ("desk: all items in effect after", f"{batched['applied_seconds']:.1f} s", ""),
        ("officer's save in the drain, sender", _saves(batched["save"]), ""),
        ("officer's save in the drain, receiver", _saves(batched["save_there"]), ""),
        ("single, commit to receipt seen", _spread(single["seen"]) + f" ({single['items']})", ""),
        ("single, propose, assess and two approvals", _spread(single["gate"]), ""),
    ]


def _peer(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    as2 = told["as2"]
    portions = " ".join(f"{rate:.0f}" for rate in as2["portions"])
    return [
        ("AS2, one pair", f"{as2['rate']:.1f} items/s ({as2['count']}; portions {portions})", ""),
        ("AS2, one message after a pause", _spread(as2["alone_ms"]) + f" ({as2['alone_count']})", ""),
        ("AS2, one message upon the other", _spread(as2["ms"]), ""),
        ("AS2, two pairs at once", f"{as2['both_rate']:.1f} items/s ({as2['both_count']})", ""),
        ("AS2, wire", f"{as2['wire']:.0f} bytes an item", ""),
        ("load average", ", ".join(f"{when} {load:.1f}" for when, load in told["load"].items()), ""),
    ]


def _compared(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    as2, batched, single = told["as2"], told["batched"], told["single"]["seen"]
    return [
        ("RATIO batched / AS2", f"{ratio(batched['rate'], as2['rate']):.1f}", "target: at least 60"),
        ("RATIO batched / AS2 on both cores", f"{ratio(batched['rate'], as2['both_rate']):.1f}", ""),
        (
            "RATIO single p50 / AS2 p50, both paused",
            f"{ratio(single['p50'], as2['alone_ms']['p50']):.2f}",
            "target: at most 0.5",
        ),
        ("RATIO single p50 / AS2 p50 without pauses", f"{ratio(single['p50'], as2['ms']['p50']):.2f}", ""),
        ("batched, of the in-process figure", f"{IN_PROCESS_US / batched['us']:.0%} ({IN_PROCESS_US:.0f} us)", ""),
        ("single, of the in-process figure", f"{IN_PROCESS_MS / single['p50']:.0%} ({IN_PROCESS_MS} ms)", ""),
    ]


def _proof(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    proof = told["proof"]
    return [
        (f"proof of inclusion, {proof['leaves']:,} leaves", _spread(proof["ms"], 3), "target: p50 under 1 ms"),
        ("append in bulk", f"{proof['append_rate']:.0f} leaves/s", ""),
    ]


def _saves(save: dict[str, float]) -> str:
    return f"p50 {save['p50']:.1f}  p95 {save['p95']:.1f}  max {save['max']:.1f} ms ({save['count']})"


def _spread(values: dict[str, float], digits: int = 1) -> str:
    return "  ".join(f"{name} {values[name]:.{digits}f}" for name in ("p50", "p95", "p99")) + " ms"
