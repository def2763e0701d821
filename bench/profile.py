"""A drain with cProfile on the sender's courier, the receiver's link and the receiver's courier. Slower than a real one:
read the shares, not the seconds."""

from __future__ import annotations

import io
import json
import pstats
import tempfile
from pathlib import Path

from bench import processes, report
from bench.nodes import Node, pair

_LEFT = "SELECT count(*) FROM link_outitem WHERE state IN ('released', 'batched')"


def run(*, items: int, single: int, port: int, lines: int) -> str:
    """Profile a drain of `items`, then `single` items one at a time; return the tables."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, processes.ending_all():
        sender, receiver = pair(Path(name), port)
        report.progress(f"releasing {items} items")
        _release(sender, items)
        report.progress("draining under cProfile")
        link = processes.start(_link(receiver), env=_node(receiver), log=receiver.log)
        processes.wait_until(receiver.listens, seconds=60, what="the link port")
        desk = processes.start(_courier(receiver), log=receiver.log)
        courier = processes.start(_courier(sender), log=sender.log)
        processes.wait_until(lambda: sender.read(_LEFT)[0][0] == 0, seconds=600, what="the receipts", pause=0.2)
        if single:
            report.progress(f"{single} single items under cProfile")
            report.progress(json.dumps(_single(sender, items, single)))
        for process in (courier, desk, link):
            processes.end(process)
        files = {
            "sender's courier": sender.home / "run" / "courier.prof",
            "receiver's link": receiver.home / "run" / "link.prof",
            "receiver's courier (desk)": receiver.home / "run" / "courier.prof",
            "sender's gate": sender.home / "run" / "gate.prof",
        }
        return "\n".join(_table(title, path, lines) for title, path in files.items())


def _release(sender: Node, items: int) -> None:
    (sender.home / "run").mkdir(exist_ok=True)
    worker = processes.Worker("bench.gate_worker", env={"COUNTERSIGN_HOME": str(sender.home)})
    worker.ask(act="profiled", first=1, count=items, path=str(sender.home / "run" / "gate.prof"))
    worker.close()


def _single(sender: Node, items: int, count: int) -> dict[str, list[float]]:
    worker = processes.Worker("bench.gate_worker", env={"COUNTERSIGN_HOME": str(sender.home)})
    told: dict[str, list[float]] = worker.ask(act="single", first=items + 1, count=count, pause=0.15)
    worker.close()
    return told


def _courier(node: Node) -> list[str]:
    output = str(node.home / "run" / "courier.prof")
    words = ["-m", "countersign.node.cli", "--home", str(node.home), "run", "--only", "courier"]
    return processes.python("-m", "cProfile", "-o", output, *words)


def _link(node: Node) -> list[str]:
    """The supervisor's own command for the link port, with the profiled application in place of the plain one."""
    return processes.python("-m", "bench.profile_link", str(node.home))


def _node(node: Node) -> dict[str, str]:
    return {"COUNTERSIGN_HOME": str(node.home)}


def _table(title: str, path: Path, lines: int) -> str:
    output = io.StringIO()
    stats = pstats.Stats(str(path), stream=output)
    output.write(f"== {title}: where the time itself goes ==\n")
    stats.sort_stats("tottime").print_stats(lines)
    output.write(f"== {title}: functions of the product, with what they call ==\n")
    stats.sort_stats("cumulative").print_stats("src/countersign", lines)
    return output.getvalue()
