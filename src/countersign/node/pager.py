"""Rings an officer on duty with the program that the node's settings name. It is told who and which item, never what it says."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from countersign.charter.models import Officer
    from countersign.exchange.duty import Pager
    from countersign.exchange.models import ExchangeItem

SECONDS: Final = 10
log = structlog.get_logger("pager")


def of(command: tuple[str, ...]) -> Pager | None:
    """The pager of a command line; None where none is set, and a call stands on the desk alone."""
    if not command:
        return None

    def ring(officer: Officer, item: ExchangeItem) -> bool:
        """Run it with the login and the item's reference as last words. Whether it said that the officer was called."""
        try:
            done = subprocess.run(
                [*command, officer.login, item.id],
                capture_output=True,
                check=False,
                timeout=SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("pager.failed", code=type(error).__name__)
            return False
        if done.returncode:
            log.warning("pager.failed", code=done.returncode)
        return done.returncode == 0

    return ring
