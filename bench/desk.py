"""Server time of the desk's pages with many open cases, beside a page that lists nothing, in the same process."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench import processes
from bench.nodes import pair

_FILED = "SELECT count(*) FROM exchange_exchangeitem WHERE direction = 'in'"


def run(*, cases: int, port: int) -> str:
    """`cases` requests about as many cases wait at the receiving desk; medians of its pages."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, processes.ending_all():
        sender, receiver = pair(Path(name), port)
        for login, role in (("drafter", "originator"), ("releaser", "releaser"), ("second", "second_officer")):
            sender.command(
                "keys", "officer", f"ca-{login}", "--name", f"Test {login}", "--authority", "RCMP", "--role", role
            )
        words = processes.python("-m", "countersign.node.demo.bulk", str(sender.home), str(cases), "DESK")
        subprocess.run(words, check=True, env=processes.environment({}), stdout=subprocess.DEVNULL)
        receiver.run()
        sender.run()
        processes.wait_until(lambda: receiver.read(_FILED)[0][0] >= cases, seconds=600, what="every case on the desk")
        for node in (sender, receiver):
            node.stop()
        worker = processes.Worker("bench.desk_worker", env={"COUNTERSIGN_HOME": str(receiver.home)})
        told = worker.ask(act="measure", login="in-hal")
        worker.close()
    return _table(cases, told)


def _table(cases: int, told: dict[str, Any]) -> str:
    bare = told["/settings"]["p50"]
    lines = [f"{cases} open cases at the desk; server time of a page, templates and database included (ms)"]
    for path, found in told.items():
        ratio = found["p50"] / bare
        lines.append(
            f"{path:<28} p50 {found['p50']:7.1f}  p95 {found['p95']:7.1f}  {ratio:5.1f} x a page that lists nothing"
        )
    return "\n".join([*lines, "target: under 300 ms for the desk with 1,000 open cases"])
