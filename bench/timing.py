"""How rates and spreads are measured."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence

ROUNDS = 3
ROUND_SECONDS = 0.3


def rate(work: Callable[[], object], *, seconds: float = ROUND_SECONDS, rounds: int = ROUNDS) -> float:
    """How often `work` can be done in a second: the median of some rounds of that length, after one unmeasured call."""
    work()
    return statistics.median(_round(work, seconds) for _ in range(rounds))


def _round(work: Callable[[], object], seconds: float) -> float:
    began = time.perf_counter()
    done = 0
    while (spent := time.perf_counter() - began) < seconds:
        work()
        done += 1
    return done / spent


def took(work: Callable[[], object]) -> float:
    """The seconds that it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of the values do not exceed; raises `ValueError` for none."""
    if not values:
        raise ValueError("no values were measured")
    return sorted(values)[max(math.ceil(len(values) * percent / 100) - 1, 0)]
