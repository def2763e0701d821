"""The story that the ledger's tests share."""

from __future__ import annotations

import pytest
from rooms.ledger.books import Story, tell


@pytest.fixture(scope="session")
def story() -> Story:
    return tell()
