"""countersign run"""

from __future__ import annotations

import argparse

from countersign.kernel.errors import Conflict
from countersign.node.boot import boot_house, settle


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=["courier"], help="run one part, as the supervisor or a service unit does")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    if arguments.only == "courier":
        from countersign.node import courier_process

        settle()
        courier_process.run(home, house)
        return 0
    from django.core.checks import Error, run_checks

    from countersign.node.supervisor import Supervisor

    failed = [message for message in run_checks(tags=["countersign"]) if isinstance(message, Error)]
    if failed:
        raise Conflict(
            "; ".join(f"{message.id}: {message.msg}" for message in failed),
            code="UNSAFE_SETTING",
            remedy=failed[0].hint or "Run `countersign check`.",
        )
    print(
        f"{home.node} runs: link {home.endpoint}, web http://{home.host}:{home.web_port} (Ctrl-C ends it)", flush=True
    )
    return Supervisor(home, house).run()
