"""The history of training: a row of numbers per epoch, and the loss of every batch."""

from __future__ import annotations

import math
import os
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..checks import count, instance

Row = dict[str, float]


class History:
    """The history of a training run.

    ``rows`` has a dict for each finished epoch: ``epoch``, ``step`` (optimizer steps so far), ``loss`` (the
    mean over its batches), the metrics (likewise), the same on the validation data as ``validation_loss`` and
    so on, ``lr`` (the rate after its last step), ``seconds``. ``history["loss"]`` is one of them, epoch by
    epoch. ``batch_losses`` has the loss of every step. ``stopped`` says why a callback ended training early,
    or is None. ``interrupted`` says whether Ctrl-C did; it is not part of a checkpoint, so a resumed run goes
    on.

    >>> history = History()
    >>> history.rows = [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}]
    >>> history["loss"], len(history)
    ([0.5, 0.25], 2)
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.batch_losses: list[float] = []
        self.stopped: str | None = None
        self.interrupted = False

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> list[float]:
        """Return one number, epoch by epoch; nan in rows that lack it. KeyError if all do."""
        if not any(name in row for row in self.rows):
            raise KeyError(f"history: no {name!r}; there are {', '.join(self.columns()) or 'no epochs yet'}")
        return [row.get(name, math.nan) for row in self.rows]

    def columns(self) -> list[str]:
        """Return the names of all numbers, in order of first appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def plot(self, path: str | os.PathLike[str]) -> Path:
        """Plot loss and metrics over the epochs, for training and validation, to a PNG, SVG or PDF file.

        Return the path. ValueError if no epoch is finished. Needs matplotlib.
        """
        from .. import plots

        if not self.rows:
            raise ValueError("history: no epoch is finished; there is nothing to draw")
        return plots.save(path, lambda figure: plots.history(figure, self), plots.history_size(self))

    def state_dict(self) -> dict[str, Any]:
        """Copy the rows and batch losses."""
        return {
            "rows": [dict(row) for row in self.rows],
            "batch_losses": np.array(self.batch_losses, np.float64),
            "stopped": self.stopped,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over an earlier history; a Ctrl-C during loading still counts.

        ValueError, with no change, if the state does not fit.
        """
        instance(state, Mapping, "state", "load_state_dict", "a dict, as state_dict() gives it")
        if state.keys() != self.state_dict().keys():
            got = sorted(map(str, state))
            raise ValueError(f"load_state_dict: the state has {got}; expected {sorted(self.state_dict())}")
        rows, losses, stopped = state["rows"], np.asarray(state["batch_losses"]), state["stopped"]
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise ValueError(f"history: the rows are {reprlib.repr(rows)}; expected a list of dicts")
        for epoch, row in enumerate(rows, 1):
            for name, found in row.items():
                any_number(found, f"{name} of epoch {epoch}", "history")
            count(row["step"], f"step of epoch {epoch}", "history")
            if row["epoch"] != epoch:
                raise ValueError(f"history: the epoch of row {epoch} is {row['epoch']}; expected {epoch}")
        if losses.ndim != 1 or losses.dtype.kind != "f":
            raise ValueError(f"history: batch_losses are {reprlib.repr(losses)}; expected an array of floats")
        steps = [0, *(row["step"] for row in rows), len(losses)]
        if steps != sorted(steps):
            raise ValueError(f"history: the steps are {reprlib.repr(steps[1:])}; expected increasing ones")
        if not isinstance(stopped, str | None):
            raise ValueError(f"history: stopped is {reprlib.repr(stopped)}; expected text or None")
        self.rows = [dict(row) for row in rows]
        self.batch_losses = losses.tolist()
        self.stopped = stopped


def any_number(found: Any, name: str, caller: str) -> float:
    """Convert a number of a state to a float, which may be inf or nan; else raise TypeError.

    >>> any_number(1, "loss", "history")
    1.0
    """
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise TypeError(f"{caller}: {name} is {reprlib.repr(found)}; expected a number")
    return float(found)


INTERRUPTED = "interrupted"
