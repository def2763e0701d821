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
