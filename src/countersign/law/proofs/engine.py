"""The solver z3, brought in only when something is to be proved."""

from __future__ import annotations

from typing import Any

from countersign.law.errors import ProverMissing

Formula = Any
"""A boolean expression of z3, whose Python module knows no types."""


def solver() -> Any:
    """The module z3. Raises ProverMissing, which says what to install."""
    try:
        import z3
    except ImportError:
        raise ProverMissing("the solver z3 is not installed.") from None
    return z3
