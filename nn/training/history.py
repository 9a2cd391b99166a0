"""What happened in training: a row of numbers an epoch, and the loss of every batch."""

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
    """What happened in training.

    ``rows`` has a dict for each epoch that was finished: ``epoch``, ``step`` (optimizer steps so far),
    ``loss`` (the mean over its batches), the metrics (likewise), the same on the validation data as
    ``validation_loss`` and so on, ``lr`` (the rate after its last step), ``seconds``. ``history["loss"]`` is
    one of them, epoch by epoch. ``batch_losses`` has the loss of every step. ``stopped`` says why a callback
    ended training before its last epoch, and is None where none did; ``interrupted``, whether Ctrl-C did, of
    which a checkpoint knows nothing: a run that is resumed goes on.

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
        """One number, epoch by epoch; nan in a row that does not have it. KeyError where none has."""
        if not any(name in row for row in self.rows):
            raise KeyError(f"history: no {name!r}; there are {', '.join(self.columns()) or 'no epochs yet'}")
        return [row.get(name, math.nan) for row in self.rows]

    def columns(self) -> list[str]:
        """The names of all numbers, in the order in which they first came."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def plot(self, path: str | os.PathLike[str]) -> Path:
        """Draw loss and metrics over the epochs, training and validation, into a PNG, SVG or PDF file.

        Returns the path. ValueError where no epoch was finished. Needs matplotlib.
        """
        from .. import plots

        if not self.rows:
            raise ValueError("history: no epoch was finished; there is nothing to draw")
        return plots.save(path, lambda figure: plots.history(figure, self), plots.history_size(self))

    def state_dict(self) -> dict[str, Any]:
        """Copies of rows and batch losses."""
        return {
            "rows": [dict(row) for row in self.rows],
            "batch_losses": np.array(self.batch_losses, np.float64),
            "stopped": self.stopped,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what happened before; a Ctrl-C that came while it was read still counts.

        ValueError, and nothing is changed, where it is no such state.
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
            raise ValueError(f"history: the steps are {reprlib.repr(steps[1:])}; expected them to go up")
        if not isinstance(stopped, str | None):
            raise ValueError(f"history: stopped is {reprlib.repr(stopped)}; expected text or None")
        self.rows = [dict(row) for row in rows]
        self.batch_losses = losses.tolist()
        self.stopped = stopped


def any_number(found: Any, name: str, caller: str) -> float:
    """A number of a state, which may be inf or nan, as a float; else a TypeError.

    >>> any_number(1, "loss", "history")
    1.0
    """
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise TypeError(f"{caller}: {name} is {reprlib.repr(found)}; expected a number")
    return float(found)


INTERRUPTED = "interrupted"
