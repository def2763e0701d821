"""countersign check"""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--deploy", action="store_true", help="fail on warnings and open alarms as well")


def run(arguments: argparse.Namespace) -> int:
    home, _ = boot_house()
    from django.core.checks import Error, run_checks

    from countersign.charter import alarms

    found = run_checks(tags=["countersign"])
    errors = [message for message in found if isinstance(message, Error)]
    for message in found:
        print(f"{message.id}: {message.msg}\n  do: {message.hint}")
    opened = [] if any(error.id == "countersign.E103" for error in errors) else list(alarms.open_alarms())
    for alarm in opened:
        print(f"alarm {alarm.code} ({alarm.scope}) since {alarm.opened_at:%d %b %Y %H:%M} UTC")
    if not found and not opened:
        print(f"{home.node}: all checks pass, no alarm is open.")
    return 1 if errors or (arguments.deploy and (found or opened)) else 0
