"""Starts Django for a command, once, on the home that was named."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from countersign.node.home import Home, current

if TYPE_CHECKING:
    from countersign.exchange.house import House


GARBAGE_THRESHOLD = 20_000
"""New objects between two looks of the collector. An exchange makes some ten thousand and leaves no cycles."""


def boot() -> Home:
    """Configure settings and logs, set Django up, return the home."""
    home = current()
    os.environ["DJANGO_SETTINGS_MODULE"] = "countersign.node.settings"
    import django

    from countersign.node import logs

    logs.configure()
    django.setup()
    return home


def settle() -> None:
    """For processes that stay: what was loaded so far is never garbage, so the collector need not walk it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 20)


def boot_house() -> tuple[Home, House]:
    """As `boot`, with the assembled house."""
    home = boot()
    from countersign.node.house import assemble

    return home, assemble(home)
