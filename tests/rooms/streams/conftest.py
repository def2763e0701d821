"""Two nodes with the officers of the authorities that their states designated for precursors."""

from __future__ import annotations

import pytest
from support import precursors_of


@pytest.fixture
def ready(pair):
    for node in (pair.ca, pair.in_):
        with node.active():
            precursors_of.enrol(node)
    return pair
