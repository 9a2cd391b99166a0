"""Callbacks: actions at certain moments of the training loop."""

from __future__ import annotations

import csv
import inspect
import io
import json
import math
import os
import reprlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.files import destination, path_of, remove_leftovers, replacing
from autograd.text import printable

from ..checks import choice, count, flag, instance, real, text, wrong
from ..module import Module, check_array, check_names
from ..schedules import Schedule
from .history import any_number

if TYPE_CHECKING:
    from .run import Run


class Callback:
    """Called by :func:`fit` at six moments, with the :class:`Run`, which knows the state of training.

    A new callback defines the methods that it needs, and returns what it must remember from ``state_dict``,
    so that a run can resume. Keep a random generator as an attribute: it is saved too. Callbacks are called
    in the order of the list, checkpoints last; ``end`` in reverse order.

    >>> import nn
    >>> class Gradients(Callback):
    ...     def before_step(self, run):
    ...         print(f"step {run.step + 1}: {run.optimizer.parameters[0].grad.tolist()}")
    >>> model = nn.Sequential(nn.Linear(1, 1, bias=False, rng=0))
    >>> data = np.ones((2, 1)), np.ones((2, 1))
    >>> def loss(prediction, target): return prediction.sum()
    >>> history = nn.training.fit(
    ...     model, data, loss, nn.SGD(model.parameters()), epochs=1, callbacks=[Gradients()], progress=False)
    step 1: [[2.0]]
    """

    quiet = True  # has no outside effects: may be called again when fit searches for the origin of a nan
    runs_last = False  # called after the others, such as to save their state

    def begin(self, run: Run) -> None:
        """Called before the first batch; a callback that was used before must reset itself here."""

    def before_step(self, run: Run) -> None:
        """Called between ``backward`` and the optimizer's step: clip gradients here, or add noise to them."""

    def after_step(self, run: Run) -> None:
        """Called when the weights have moved and ``run.step`` is counted: constrain weights here."""

    def after_epoch(self, run: Run) -> None:
        """Called after an epoch: ``run.row`` has its numbers. ``run.stop(why)`` ends training."""

    def end(self, run: Run) -> None:
        """Called after the last epoch, or when training was stopped (not after an error)."""

    def failed(self, run: Run) -> None:
        """Called when a number is not finite and fit is about to raise; the last row may show it."""

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint must remember."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state."""


class Scheduling(Callback):
    """A learning-rate schedule in the loop: takes a step after each step of training, or after each epoch.

    ``every`` is "step" or "epoch". After each epoch the schedule observes ``monitor``, a number of the
    history (default: the validation loss, or the loss without validation). ``fit(..., schedule=schedule)`` is
    short for this callback.

    >>> from autograd import Value
    >>> import nn
    >>> scheduling = Scheduling(nn.StepDecay(nn.SGD([Value(1.0)]), step_size=30), every="epoch")
    """

    def __init__(self, schedule: Schedule, every: str = "step", monitor: str | None = None) -> None:
        if not isinstance(schedule, Schedule):
            raise wrong(schedule, "schedule", "Scheduling", "a schedule, such as nn.Cosine(optimizer, 1000)")
        self.schedule = schedule
        self.every = choice(every, ("step", "epoch"), "every", "Scheduling")
        self.monitor = None if monitor is None else text(monitor, "monitor", "Scheduling")

    def begin(self, run: Run) -> None:
        """Check that the schedule belongs to the optimizer; otherwise it would change nothing."""
        if self.schedule.optimizer.groups is not run.optimizer.groups:
            raise ValueError(
                f"Scheduling: the {type(self.schedule).__name__} was built on another optimizer than the one "
                "given to fit, and would change nothing"
            )

    def after_step(self, run: Run) -> None:
        """Take a step if every step counts."""
        if self.every == "step":
            self.schedule.step()

    def after_epoch(self, run: Run) -> None:
        """Take a step if every epoch counts; pass the metric to the schedule."""
        if self.every == "epoch":
            self.schedule.step()
        self.schedule.observe(monitored(run, self.monitor, "Scheduling"))

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the schedule."""
        return self.schedule.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load the state of the schedule."""
        self.schedule.load_state_dict(state)


class EarlyStopping(Callback):
    """Stops when a number has not improved for more than ``patience`` epochs, and restores the best weights.

    ``monitor`` is a number of the history (default: the validation loss, or the loss without validation). It
    improves if it is lower than the best so far by more than ``min_delta`` (higher, with ``mode="max"``); nan
    never improves. When training ends, for whatever reason, the model gets the weights of the best epoch
    (``best_epoch``, with the number ``best``), unless ``restore`` is False.

    A regularizer: in the time they have, the weights cannot go far from where they began. Use it whenever
    there is validation data and a risk of overfitting; not with a one-cycle or cosine schedule, whose best
    weights come at the end. Prechelt, "Early stopping - but when?", 1998.

    >>> stopping = EarlyStopping(patience=3)
    """

    def __init__(
        self,
        monitor: str | None = None,
        patience: int = 5,
        mode: str = "min",
        min_delta: float = 0.0,
        restore: bool = True,
    ) -> None:
        self.monitor = None if monitor is None else text(monitor, "monitor", "EarlyStopping")
        self.mode = choice(mode, ("min", "max"), "mode", "EarlyStopping")
        self.patience = count(patience, "patience", "EarlyStopping", low=0)
        self.min_delta = real(min_delta, "min_delta", "EarlyStopping", low=0)
        self.restore = flag(restore, "restore", "EarlyStopping")
        self._model: Module | None = None  # the model whose weights are kept, once known
        self._start_afresh()

    def _start_afresh(self) -> None:
        self.best = math.inf if self.mode == "min" else -math.inf
        self.best_epoch = self.waited = 0
        self._weights: dict[str, np.ndarray] | None = None

    def begin(self, run: Run) -> None:
        """Forget an earlier run."""
        self._model = run.model
        self._start_afresh()

    def after_epoch(self, run: Run) -> None:
        """Compare with the best, keep the best weights, and stop if it is time."""
        number = monitored(run, self.monitor, "EarlyStopping")
        better = self.best - number if self.mode == "min" else number - self.best
        if better > self.min_delta:
            self.best, self.best_epoch, self.waited = number, run.epoch, 0
            self._weights = run.model.state_dict() if self.restore else None
            return
        self.waited += 1
        if self.waited > self.patience:
            run.stop(f"early stopping: no improvement since epoch {self.best_epoch}")

    def end(self, run: Run) -> None:
        """Restore the best weights."""
        if self._weights is not None:
            run.model.load_state_dict(self._weights, allow_nonfinite=True)

    def state_dict(self) -> dict[str, Any]:
        """Return the best number, its weights, and the epochs waited."""
        return {
            "best": self.best, "best_epoch": self.best_epoch, "waited": self.waited,
            "weights": None if self._weights is None else {k: v.copy() for k, v in self._weights.items()},
        }  # fmt: skip

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state; ValueError or TypeError, with no change, if it does not fit."""
        name = "EarlyStopping"
        instance(state, Mapping, "state", name, "a dict, as state_dict() gives it")
        if state.keys() != self.state_dict().keys():
            has = sorted(map(str, state))
            raise ValueError(f"{name}: the state has {has}; expected {sorted(self.state_dict())}")
        best = any_number(state["best"], "best", name)
        best_epoch = count(state["best_epoch"], "best_epoch", name, low=0)
        waited = count(state["waited"], "waited", name, low=0)
        weights = state["weights"]
        if self.restore and best_epoch and weights is None:
            raise ValueError(f"{name}: there are no weights of epoch {best_epoch}; pass restore=False")
        if weights is not None:
            if not isinstance(weights, Mapping):
                got = reprlib.repr(weights)
                raise TypeError(f"{name}: weights are {got}; expected arrays by name, or None")
            weights = {each: np.array(array) for each, array in weights.items()}
            self._check_weights(weights)
        self.best, self.best_epoch, self.waited, self._weights = best, best_epoch, waited, weights

    def _check_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Check the weights at once, rather than when they are restored at the end of training."""
        if self._model is None:
            return
        own, name = self._model.state_dict(), type(self._model).__name__
        check_names(weights, own, name)
        for each, array in weights.items():
            check_array(each, array.shape, array.dtype, own[each], name)
            if array.dtype.kind == "f" and np.isnan(array).any():
                raise ValueError(f"EarlyStopping: there is a nan in the weights {each}")


class _Act(Callback):
    """An action in every step: a function without arguments, or an object with a ``step`` method.

    The checkpoint includes the object's ``state_dict``, or its generators if it has none; for a method, those
    of its object.
    """

    def __init__(self, act: Any) -> None:
        method = inspect.ismethod(act)
        self.act = act.__self__ if method else act
        self._call: Callable[[], object] = act if method else getattr(act, "step", act)
        if not callable(self._call):
            expected = (
                "a function without arguments, or an object with a step method, such as nn.GradientNoise(...)"
            )
            raise wrong(act, "act", type(self).__name__, expected)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the object."""
        state: dict[str, Any] = self.act.state_dict() if hasattr(self.act, "state_dict") else {}
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load the state of the object."""
        if hasattr(self.act, "load_state_dict"):
            self.act.load_state_dict(state)


class BeforeStep(_Act):
    """Acts on the gradients before every step: to clip them, or add noise to them.

    >>> import nn
    >>> model = nn.Linear(2, 1, bias=False, rng=0)
    >>> noise = BeforeStep(nn.GradientNoise(model.parameters(), rng=0))
    >>> clipping = BeforeStep(lambda: nn.clip_grad_norm(model.parameters(), 1.0))
    >>> before, data = model.weight.numpy().copy(), (np.ones((8, 2)), np.full((8, 1), 100.0))
    >>> history = nn.training.fit(
    ...     model, data, nn.mse, nn.SGD(model.parameters(), lr=0.5), epochs=1, progress=False,
    ...     callbacks=[noise, clipping])
    >>> print(f"{np.linalg.norm(model.weight.numpy() - before):.4f}")  # the rate times the norm
    0.5000
    """

    def before_step(self, run: Run) -> None:
        """Run the action."""
        self._call()


class AfterStep(_Act):
    """Acts on the weights after every step: to keep their norm below a limit.

    >>> import nn
    >>> model = nn.Linear(2, 1, bias=False, rng=0)
    >>> constraint = AfterStep(lambda: nn.max_norm(model.weight, 3.0))
    >>> data = np.ones((8, 2)), np.full((8, 1), 100.0)
    >>> history = nn.training.fit(
    ...     model, data, nn.mse, nn.SGD(model.parameters(), lr=0.5), epochs=1, progress=False,
    ...     callbacks=constraint)
    >>> print(f"{np.linalg.norm(model.weight.numpy()):.4f}")
    3.0000
    """

    def after_step(self, run: Run) -> None:
        """Run the action."""
        self._call()


class CSVLog(Callback):
    """Writes the rows of the history to a CSV file after every epoch; the file is complete at any moment.

    Replaces an existing file. After a resumed run it has the earlier rows too, each once.

    >>> log = CSVLog("run.csv")
    """

    quiet = False

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path_of(path, type(self).__name__)

    def begin(self, run: Run) -> None:
        """Fail now, not after an hour, if the folder does not exist."""
        prepare(self.path, type(self).__name__)

    def after_epoch(self, run: Run) -> None:
        """Write all rows."""
        with replacing(self.path, type(self).__name__) as file:
            file.write(printable(self.text(run.history.rows, run.history.columns())).encode())

    def failed(self, run: Run) -> None:
        """Write all rows, including the last, with what was not finite."""
        if run.history.rows:
            self.after_epoch(run)

    def text(self, rows: list[dict[str, float]], columns: list[str]) -> str:
        """Return the content of the file."""
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()


class JSONLinesLog(CSVLog):
    """Writes the rows of the history to a file of JSON lines, one object per epoch; like :class:`CSVLog`.

    inf and nan become null, since JSON cannot express them.

    >>> log = JSONLinesLog("run.jsonl")
    """

    def text(self, rows: list[dict[str, float]], columns: list[str]) -> str:
        """Return the content of the file."""
        finite = (
            {printable(name): n if math.isfinite(n) else None for name, n in row.items()} for row in rows
        )
        return "".join(json.dumps(row) + "\n" for row in finite)


def monitored(run: Run, name: str | None, caller: str) -> float:
    """Return the number of the last row that a callback monitors."""
    if name is None:
        name = "validation_loss" if "validation_loss" in run.row else "loss"
    if name not in run.row:
        raise ValueError(f"{caller}: monitor is {name!r}; the history has {', '.join(run.row)}")
    return run.row[name]


def prepare(path: Path, caller: str) -> None:
    """Check that a file can be written there, and remove what a killed run has left next to it."""
    if not os.access(destination(path, caller).absolute().parent, os.W_OK):
        raise PermissionError(f"{caller}: cannot write to the folder {str(path.parent)!r}")
    remove_leftovers(path)
