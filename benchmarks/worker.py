"""A process that times one work of one checkout on request: reads the number of runs, writes seconds."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import autograd

from . import works


@dataclass(frozen=True)
class Work:
    """What to time, and the largest allowed ratio to the other checkout's time."""

    title: str
    limit: float
    build: Callable[[], Callable[[], object]]
    collector: bool = True


IMAGES = 40 * works.BATCH  # enough that the steps outweigh an epoch's start and end

WORKS = {
    "demo": Work("micrograd's demo step", 1.03, works.moons_step),
    "demo-off": Work("the same, collector off", 1.03, works.moons_step, collector=False),
    "mnist": Work("40 MNIST steps, the loop", 1.02, lambda: works.mnist_epoch(*works.digits(IMAGES))),
    "mnist-fit": Work("40 MNIST steps, fit", 1.02, lambda: works.mnist_fit(*works.digits(IMAGES))),
    "moons": Work("two moons step, traced", 1.0, lambda: works.traced_moons_step(works.network())),
    "source": Work("g and its gradient, as source", 1.0, works.slope_step),
    "gpt": Work("GPT step, 1 name, traced", 1.0, lambda: works.traced_gpt_step(works.gpt(), 1)),
}


def seconds(run: Callable[[], object], times: int) -> float:
    """Measure processor time, not wall-clock time: on a busy machine a process waits for its turn."""
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        run()
    return time.process_time() - start


def serve(name: str) -> None:
    """Print the path of the package, then answer each line of input; discard what the work prints."""
    work = WORKS[name]
    with (
        os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers,
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
    ):
        run = work.build()
        run()  # the first call compiles
        if not work.collector:
            gc.disable()
        print(autograd.__file__, file=answers, flush=True)
        for line in sys.stdin:
            print(seconds(run, int(line)), file=answers, flush=True)
