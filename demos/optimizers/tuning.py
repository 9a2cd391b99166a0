"""The best rate of a small grid, for each optimizer on each problem.

On a surface, of the rates whose path stays in the picture (others may come back from far away by luck), it is
the one that arrives after the fewest evaluations. If none arrives, it is the one with the lowest mean over
the last tenth of the path (the last point alone may be low by luck). For a network, it is the one with the
lowest validation loss, averaged over the second half of runs with seeds that the demo does not use.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd.files import replacing

from .entries import ENTRIES, GRID, Entry, Rates
from .networks import Task, train
from .surfaces import SURFACES, Surface, descend

SEEDS = (1000, 1001)

Score = tuple[float, ...]  # the lowest is the best


def tune(tasks: list[Task], budget: int) -> Iterator[tuple[str, str, float]]:
    """Yield optimizer, problem and best rate, one after the other."""
    scores: dict[str, Callable[[Entry, float], Score]] = {
        surface.name: partial(_surface_score, surface, budget) for surface in SURFACES
    }
    scores |= {task.name: partial(_task_score, task) for task in tasks}
    for problem, score in scores.items():
        for entry in ENTRIES:
            yield entry.name, problem, min(entry.grid, key=lambda rate: score(entry, rate))


def write(rates: Rates, path: Path, command: str) -> Path:
    """Write the rates, and how they were found, to a file."""
    found = {"command": command, "grid": GRID, "seeds": SEEDS, "rates": rates}
    with replacing(path) as file:
        file.write((json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def at(entry: Entry, rate: float) -> Callable[[list[Any]], nn.Optimizer]:
    """Return a function that builds the optimizer with this rate over given parameters."""
    return lambda parameters: entry.build(parameters, rate)


def _surface_score(surface: Surface, budget: int, entry: Entry, rate: float) -> Score:
    path = descend(surface, at(entry, rate), budget)
    end = path.losses[-len(path.losses) // 10 :]
    return float(path.leaves(surface)), path.arrival(surface.lowest), float(np.mean(end))


def _task_score(task: Task, entry: Entry, rate: float) -> Score:
    runs = [train(task, at(entry, rate), seed).losses for seed in SEEDS]
    return (float(np.mean([np.mean(losses[len(losses) // 2 :]) for losses in runs])),)
