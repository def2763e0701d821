"""Starts Django for a command, once, on the home that was named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from countersign.node.home import Home, current

if TYPE_CHECKING:
    from countersign.exchange.house import House


def boot() -> Home:
    """Configure settings and logs, set Django up, return the home."""
    home = current()
    os.environ["DJANGO_SETTINGS_MODULE"] = "countersign.node.settings"
    import django

    from countersign.node import logs

    logs.configure()
    django.setup()
    return home


def boot_house() -> tuple[Home, House]:
    """As `boot`, with the assembled house."""
    home = boot()
    from countersign.node.house import assemble

    return home, assemble(home)
