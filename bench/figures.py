"""Small arithmetic over measured values."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` of the values lie (nearest rank); not a number for none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the maximum."""
    return {name: percentile(values, at) for name, at in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100))}


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
