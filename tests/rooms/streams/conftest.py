"""Two nodes with the officers of the authorities that their states designated for precursors."""

from __future__ import annotations

import pytest


@pytest.fixture
def ready(pair):
    from support import precursors_of  # there are no models before the settings are read

    for node in (pair.ca, pair.in_):
        with node.active():
            precursors_of.enrol(node)
    return pair


@pytest.fixture
def seized(ready):
    """A seizure that Canada has told India."""
    from support import precursors_of

    return precursors_of.send(ready, ready.ca, precursors_of.incident(ready.ca))
