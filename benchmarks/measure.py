"""Measure a ratio: run both sides in one process, in turn, several times; take the median and spread."""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """One line of the table: a work, its rival, their times, and the target, if any."""

    work: str
    against: str
    ours: float
    theirs: float
    ratio: float
    low: float
    high: float
    target: float | None
    unit: str = "ms"
    is_ratio: bool = True  # if not, ``ratio``, ``low`` and ``high`` are a figure in ``unit``

    def report(self) -> None:
        """Send the line to the process that prints the table."""
        print(json.dumps(asdict(self)), flush=True)


def paired(
    work: str,
    against: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    target: float | None = None,
    runs: int = 9,
    times: tuple[int, int] = (1, 1),
) -> Result:
    """Run both sides in turn, once to warm up and then ``runs`` times; take the ratio pair by pair.

    A quick side runs several ``times`` in each turn; its time is that of one run.
    """
    pairs = []
    for _ in range(runs + 1):
        gc.collect()
        start = time.perf_counter()
        for _ in range(times[0]):
            ours()
        middle = time.perf_counter()
        gc.collect()
        again = time.perf_counter()
        for _ in range(times[1]):
            theirs()
        end = time.perf_counter()
        pairs.append(((middle - start) / times[0], (end - again) / times[1]))
    pairs = pairs[1:]
    ratios = [a / b for a, b in pairs]
    return Result(
        work, against,
        statistics.median(a for a, _ in pairs) * 1e3, statistics.median(b for _, b in pairs) * 1e3,
        statistics.median(ratios), min(ratios), max(ratios), target,
    )  # fmt: skip
