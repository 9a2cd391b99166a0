"""Time two checkouts in turn: is this one slower than the other?

Each work runs in processes of its own, with this package's code and the same settings; ``autograd``, ``nn``
and ``demos`` come from the checkout. The processes take turns in random order, a block of some milliseconds
each, so that a slow machine slows both. Two processes of one program differ by a percent, because of their
memory layout; hence several rounds, each with new processes. The other checkout runs twice: its ratio to
itself shows the error of the measurement.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .worker import WORKS

HERE = Path(__file__).resolve().parent.parent
ROUNDS = 10
BLOCK = 0.02  # seconds, at least
MARGIN = 0.01  # by how much the median may exceed the limit

# Import this package from here, and everything else from PYTHONPATH.
WORKER = """
import sys
here, work = sys.argv[1:]
sys.path.insert(0, here)
import benchmarks
sys.path.remove(here)
from benchmarks.worker import serve
serve(work)
"""


class Worker:
    """A process that times one work of a checkout."""

    def __init__(self, process: subprocess.Popen[str], tree: Path) -> None:
        self.process, self.tree = process, tree

    def ready(self) -> None:
        """Wait until the work is built, and check that it runs the code of its checkout."""
        found = Path(self._answer())
        if not found.is_relative_to(self.tree):
            sys.exit(f"benchmarks: the process for {self.tree} runs {found}")

    def seconds(self, times: int) -> float:
        """Return the seconds that the work takes for this number of runs."""
        assert self.process.stdin is not None
        print(times, file=self.process.stdin, flush=True)
        return float(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"benchmarks: the process for {self.tree} has ended")
        return line.strip()


@contextmanager
def worker(tree: Path, work: str, env: dict[str, str]) -> Iterator[Worker]:
    """Start a worker that ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(HERE), work],
        cwd=tree, env=env | {"PYTHONPATH": str(tree)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:  # leaving it closes the worker's input, which ends the worker
        yield Worker(process, tree)


def in_turn(workers: Sequence[Worker], pairs: int, rng: random.Random) -> NDArray[np.float64]:
    """Divide the times of all workers but the last by those of the last: (pairs, workers - 1)."""
    times, taken = 1, workers[-1].seconds(1)
    while taken < BLOCK:
        times = max(times + 1, min(10 * times, int(1.2 * times * BLOCK / max(taken, 1e-9))))
        taken = workers[-1].seconds(times)
    found = np.empty((pairs, len(workers)))
    for row in found:
        for index in rng.sample(range(len(workers)), len(workers)):
            row[index] = workers[index].seconds(times)
    return found[:, :-1] / found[:, -1:]


def ratios(this: Path, other: Path, work: str, pairs: int, env: dict[str, str]) -> NDArray[np.float64]:
    """Divide this checkout's times by the other's, and the other's by its own: (2, rounds, pairs)."""
    rounds = min(ROUNDS, pairs)
    found = []
    for seed in range(rounds):
        with ExitStack() as stack:
            here = env | {"PYTHONHASHSEED": str(seed)}
            workers = [stack.enter_context(worker(tree, work, here)) for tree in (this, other, other)]
            for each in workers:
                each.ready()
            found.append(in_turn(workers, -(-pairs // rounds), random.Random(seed)))
    return np.moveaxis(np.array(found), 2, 0)


def summary(found: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return median and 95 % bootstrap interval of ratios (rounds, pairs), resampling rounds, then pairs."""
    rng = np.random.default_rng(0)
    rounds, pairs = found.shape
    drawn = rng.integers(rounds, size=(2000, rounds, 1)), rng.integers(pairs, size=(2000, rounds, pairs))
    low, high = np.percentile(np.median(found[drawn], axis=(1, 2)), [2.5, 97.5])
    return float(np.median(found)), float(low), float(high)


def is_met(median: float, low: float, limit: float) -> bool:
    """Tell whether the interval reaches below the limit, and the median exceeds it by at most MARGIN."""
    return low <= limit and median <= limit + MARGIN


def compare(this: Path, other: Path, names: Sequence[str], pairs: int, env: dict[str, str]) -> bool:
    """Print a line for each work, and return whether all limits are met."""
    row = "{:<32} {:>6}  {:<13}  {:>6}  {:<13}  {:>6}  {}"
    print(f"{this}\nby {other}, median and 95 % interval of {pairs} pairs")
    print(row.format("work", "ratio", "interval", "itself", "interval", "limit", ""))
    good = True
    for name in names:
        work = WORKS[name]
        own, floor = map(summary, ratios(this, other, name, pairs, env))
        met = is_met(*own[:2], work.limit)
        good = good and met
        figures = [figure for median, low, high in (own, floor)
                   for figure in (f"{median:.3f}", f"{low:.3f}-{high:.3f}")]  # fmt: skip
        print(row.format(work.title, *figures, f"{work.limit:.2f}", "met" if met else "MISSED"), flush=True)
    return good
