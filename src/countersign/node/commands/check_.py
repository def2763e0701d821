"""countersign check"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--deploy", action="store_true", help="fail on warnings and open alarms as well")
    parser.add_argument(
        "--fork-evidence", type=Path, metavar="FOLDER", help="write kept fork evidence there, a file each"
    )


def run(arguments: argparse.Namespace) -> int:
    home, _ = boot_house()
    from django.core.checks import Error, run_checks

    from countersign.charter import alarms

    found = run_checks(tags=["countersign"])
    errors = [message for message in found if isinstance(message, Error)]
    for message in found:
        print(f"{message.id}: {message.msg}\n  do: {message.hint}")
    unreadable = any(error.id in ("countersign.E103", "countersign.E111") for error in errors)
    opened = [] if unreadable else list(alarms.open_alarms())
    if arguments.fork_evidence and not unreadable:
        _write_fork_evidence(arguments.fork_evidence)
    for alarm in opened:
        print(f"alarm {alarm.code} ({alarm.scope}) since {alarm.opened_at:%d %b %Y %H:%M} UTC")
    if not found and not opened:
        print(f"{home.node}: all checks pass, no alarm is open.")
    return 1 if errors or (arguments.deploy and (found or opened)) else 0


def _write_fork_evidence(folder: Path) -> None:
    from countersign.kernel.files import write_durably
    from countersign.ledger.models import ForkEvidence

    folder.mkdir(parents=True, exist_ok=True)
    for row in ForkEvidence.objects.order_by("id"):
        path = folder / f"fork-{bytes(row.digest).hex()[:16]}.csgn-evidence"
        write_durably(path, bytes(row.data), mode=0o644)
        print(f"{path}: {row.kind} in {row.origin}")
