"""Runs granian as the supervisor would for this home, with bench.profiled_link as its application."""

from __future__ import annotations

import os
import sys

os.environ["COUNTERSIGN_HOME"] = sys.argv[1]

from countersign.node.boot import boot_house  # it reads the home only when it is called

HOME, HOUSE = boot_house()

from countersign.node import pins, supervisor  # noqa: E402

pins.refresh(HOME, HOUSE.station)
COMMAND = next(child.command for child in supervisor.children_of(HOME) if child.name == "link")
WORDS = [word.replace("countersign.node.wsgi_link:", "bench.profiled_link:") for word in COMMAND]
os.execv(WORDS[0], WORDS)  # noqa: S606  (fixed words, no shell wanted)
