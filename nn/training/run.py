"""A run: what is trained, how, and how far; one step, one epoch; and its complete state."""

from __future__ import annotations

import math
import reprlib
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd import Tensor, Value
from autograd.value_array import numbers

from ..checks import count, real
from ..data import Loader
from ..data.split import Examples
from ..errors import NotFiniteNumber
from ..module import Module
from ..optim import Optimizer
from ..random_state import Generators
from .callbacks import AfterStep, BeforeStep, Callback
from .evaluation import Metric, as_array, as_number, evaluate, forward_of
from .history import INTERRUPTED, History, Row, any_number
from .progress import Progress

Loss = Callable[[Any, Any], Any]


class Run:
    """The state of :func:`fit`, which callbacks receive.

    ``model``, ``loss``, ``optimizer``, ``loader`` (the training data), ``validation`` (x and y, or None),
    ``metrics``, ``callbacks`` and ``history`` are those of ``fit``. ``epoch`` is the number of finished
    epochs, ``step`` the number of optimizer steps, ``batch_loss`` the loss of the last batch, ``row`` the
    numbers of the last epoch.
    """

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        loader: Loader,
        validation: Examples | None,
        metrics: dict[str, Metric],
        callbacks: list[Callback],
    ) -> None:
        self.model, self.loss, self.optimizer, self.loader = model, loss, optimizer, loader
        self.validation, self.metrics = validation, metrics
        self.callbacks = sorted(callbacks, key=lambda callback: callback.runs_last)
        loader.break_off()  # an iteration that someone began earlier is not part of this run
        self.history = History()
        self.epoch = 0
        self.step = 0
        self.batch_loss = math.nan
        self.row: Row = {}
        self._seen = 0  # examples of the current epoch
        self._sums: dict[str, float] = {}  # over these examples: of the loss and the metrics
        self._seconds = 0.0  # that the epoch took before the run was resumed
        self._began: float | None = None  # when it began or was resumed; None while no steps are taken
        self.forward = forward_of(model)
        if optimizer.takes_closure and self.hooks("before_step"):
            raise ValueError(
                f"fit: a callback changes gradients before the step, but {type(optimizer).__name__} computes "
                "its own; leave it out, or take another optimizer"
            )
        self.generators = Generators(
            model,
            **{"(optimizer)": optimizer, "(loss)": loss},  # brackets, as in no module's name
            **{f"(callback {i})": callback for i, callback in enumerate(self.callbacks)},
            **{
                f"(act {i})": callback.act  # a state_dict would include its generator
                for i, callback in enumerate(self.callbacks)
                if isinstance(callback, (BeforeStep, AfterStep)) and not hasattr(callback.act, "state_dict")
            },
            **{f"(augment {i})": augment for i, (augment, _) in enumerate(loader.augments)},
        )

    def stop(self, why: str) -> None:
        """End training: after this batch, or from ``after_epoch`` without another epoch.

        This is final, even if the run is resumed, except for ``"interrupted"``, the reason that Ctrl-C gives.
        """
        if why == INTERRUPTED:
            self.history.interrupted = True
        else:
            self.history.stopped = self.history.stopped or why

    @property
    def stopping(self) -> bool:
        """Whether training is to end."""
        return self.history.interrupted or self.history.stopped is not None

    def hooks(self, moment: str) -> list[Callable[[Run], None]]:
        """Return the methods of callbacks for that moment, except for those that do nothing."""
        return [getattr(callback, moment) for callback in self._defining(moment).values()]

    def _defining(self, method: str) -> dict[str, Callback]:
        """Return the callbacks that define this method, named by their position in the list."""
        return {
            f"{i} {type(callback).__name__}": callback
            for i, callback in enumerate(self.callbacks)
            if getattr(type(callback), method) is not getattr(Callback, method)
        }

    def train_epoch(self, progress: Progress) -> bool:
        """Train the current epoch, or the rest of it; return False if it was stopped in between."""
        before, after = self.hooks("before_step"), self.hooks("after_step")
        self._began, due = time.perf_counter(), progress.begin(self.epoch + 1, self.loader.position)
        try:
            for x, y in self.loader:
                self.take_step(x, y, before)
                self.history.batch_losses.append(self.batch_loss)
                for hook in after:
                    hook(self)
                if time.perf_counter() > due:
                    due = progress.report(self.loader.position, self.batch_loss)
                if self.stopping:
                    return False
        finally:
            progress.close()
            self._seconds, self._began = self._elapsed(), None
        return True

    def _elapsed(self) -> float:
        """Return the seconds of the current epoch."""
        return self._seconds + (0.0 if self._began is None else time.perf_counter() - self._began)

    def take_step(self, x: Any, y: Any, before: list[Callable[[Run], None]]) -> None:
        """Take the textbook's step: prediction, loss, gradients, update."""
        if self.optimizer.takes_closure:
            self.count_step(*self.step_by_closure(x, y))
            return
        prediction = self.forward(x)
        loss = self.loss_of(prediction, y)
        number = self.finite_number(loss)
        self.optimizer.zero_grad()
        loss.backward()
        for hook in before:
            hook(self)
        self.optimizer.step()
        self.count_step(prediction, y, number)

    def step_by_closure(self, x: Any, y: Any) -> tuple[Any, Any, float]:
        """Take a step that computes the loss itself; return the first prediction, y and the first loss."""
        first: list[tuple[Any, Any, float]] = []

        def closure() -> Any:
            prediction = self.forward(x)
            loss = self.loss_of(prediction, y)
            if not first:  # later losses may be anything: they are only trials
                first.append((prediction, y, self.finite_number(loss)))
            return loss

        self.optimizer.step(closure)
        return first[0]

    def finite_number(self, loss: Any) -> float:
        """Return the loss of the current step as a float, or raise :class:`NotFinite`."""
        number = loss_number(loss)
        if not math.isfinite(number):
            raise NotFinite(f"the loss is {number}", self, under_way=True)
        return number

    def loss_of(self, prediction: Any, y: Any) -> Any:
        """Compute the loss; raise :class:`NotFinite` if it rejects arguments that are not finite."""
        try:
            return self.loss(prediction, y)
        except ValueError as error:
            if concerns(error) or finite(prediction) and finite(y):
                raise
            raise NotFinite(f"the loss cannot be computed ({error})", self, under_way=True) from error

    def count_step(self, prediction: Any, y: Any, number: float) -> None:
        """Add the batch to the sums of the epoch."""
        size, sums, found = len(y), self._sums, None
        if self.metrics:  # first, since they may raise
            numbers = as_array(prediction)
            found = {name: as_number(metric(numbers, y), name) for name, metric in self.metrics.items()}
        self.step += 1
        self.batch_loss = number
        self._seen += size
        sums["loss"] = sums.get("loss", 0.0) + size * number
        if found:
            for name, result in found.items():
                sums[name] = sums.get(name, 0.0) + size * result

    def check_weights(self) -> None:
        """Raise :class:`NotFinite` if a weight, or the optimizer's state for it, is inf or nan."""
        name = not_finite([(name, parameter.data) for name, parameter in self.model.named_parameters()])
        if name:
            raise NotFinite(f"the weights in {name} are no longer finite", self)
        if kept := self.optimizer.not_finite():
            raise NotFinite(
                f"the state of {type(self.optimizer).__name__}, {kept}, is no longer finite", self
            )

    def finish_epoch(self) -> None:
        """Validate, and add the row of the history; what follows belongs to the next epoch."""
        self.epoch += 1
        row: Row = {"epoch": self.epoch, "step": self.step}
        row |= {name: total / self._seen for name, total in self._sums.items()}
        if self.validation is not None:
            found = evaluate(self.model, *self.validation, self.loss_of, self.metrics)
            row |= {f"validation_{name}": number for name, number in found.items()}
        self.row = row | {"lr": self.optimizer.lr, "seconds": self._seconds}
        self.history.rows.append(self.row)
        self._seen, self._sums, self._seconds = 0, {}, 0.0

    def state_dict(self) -> dict[str, Any]:
        """Return all that the rest of the run depends on."""
        return self.moment() | {"history": self.history.state_dict()}

    def moment(self) -> dict[str, Any]:
        """Return the state without the history."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "loader": self.loader.state_dict(),
            "callbacks": {
                name: callback.state_dict() for name, callback in self._defining("state_dict").items()
            },
            "random": self.generators.state_dict(),
            "progress": {
                "epoch": self.epoch, "step": self.step, "seen": self._seen, "sums": dict(self._sums),
                "batch_loss": self.batch_loss, "seconds": self._elapsed(),
            },
        }  # fmt: skip

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state; ValueError, with no change, if it is the state of another run."""
        before = self.moment()
        history = History()
        try:
            for part in (*before, "history"):
                if not isinstance(state[part], Mapping):
                    raise ValueError(f"{part} is {reprlib.repr(state[part])}; expected a dict")
            if place := _not_a_number_in({name: state[name] for name in ("model", "optimizer")}, ""):
                raise ValueError(f"there is an inf or a nan in {place}")
            history.load_state_dict(state["history"])
            self.load_moment(state)
            for name, reached, listed in (
                ("epoch", self.epoch, history.rows),
                ("step", self.step, history.batch_losses),
            ):
                if reached != len(listed):
                    raise ValueError(f"{name} is {reached}, but the history has {len(listed)} of them")
            self.check_weights()
            self.history.load_state_dict(state["history"])
            self.row = self.history.rows[-1] if self.history.rows else {}
        except Exception as error:
            self.load_moment(before)
            reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else error
            raise ValueError(f"fit: the checkpoint does not fit this run: {reason}") from error

    def load_moment(self, state: Mapping[str, Any]) -> None:
        """Load everything but the history."""
        own = self._defining("state_dict")  # even those that have nothing to remember yet
        if own.keys() != state["callbacks"].keys():
            raise ValueError(
                f"it has the callbacks {sorted(state['callbacks'])}, and this run has {sorted(own)} (those "
                "with nothing to remember are not listed, but counted)"
            )
        progress, numbers = state["progress"], {"loss", *self.metrics}
        epoch, step, seen = (
            count(progress[name], name, "progress", low=0) for name in ("epoch", "step", "seen")
        )
        if seen > len(self.loader.x):
            raise ValueError(f"progress: seen is {seen}; expected at most {len(self.loader.x)} examples")
        if not isinstance(progress["sums"], Mapping):
            raise ValueError(f"progress: sums are {reprlib.repr(progress['sums'])}; expected a dict")
        sums = {
            name: any_number(total, f"the sum of {name}", "progress")
            for name, total in progress["sums"].items()
        }
        batch_loss = any_number(progress["batch_loss"], "batch_loss", "progress")
        seconds = real(progress["seconds"], "seconds", "progress", low=0)
        if seen and sums.keys() != numbers:
            raise ValueError(
                f"in the middle of its epoch it has the sums of {sorted(sums)}, and this run "
                f"wants {sorted(numbers)}; keep the metrics until the epoch is finished"
            )
        self.model.load_state_dict(state["model"], allow_nonfinite=True)
        self.loader.load_state_dict(state["loader"])
        for name, callback in own.items():
            callback.load_state_dict(state["callbacks"][name])
        self.optimizer.load_state_dict(state["optimizer"])  # after the schedules, which set its rates
        self.generators.load_state_dict(state["random"])
        self.epoch, self.step, self._seen, self._sums = epoch, step, seen, sums
        self._seconds, self.batch_loss = seconds, batch_loss


def _not_a_number_in(part: Any, name: str) -> str | None:
    """Return the place in nested dicts of the first inf or nan number, or the first array with a nan."""
    if isinstance(part, Mapping):
        inside = (_not_a_number_in(each, f"{name}, {key}" if name else key) for key, each in part.items())
        return next(filter(None, inside), None)
    if isinstance(part, float):
        return None if math.isfinite(part) else name
    found = isinstance(part, np.ndarray) and part.dtype.kind == "f" and np.isnan(part).any()
    return name if found else None


class NotFinite(NotFiniteNumber):
    """The loss, or a weight, is inf or nan; where that began is still to be found."""

    def __init__(self, what: str, run: Run, under_way: bool = False) -> None:
        when = f"at step {run.step + 1}" if under_way else f"after step {run.step}"
        super().__init__(f"{what} {when} (epoch {run.epoch + 1})")
        self.what = what


def concerns(error: Exception) -> bool:
    """Check whether an error reports a number that is not finite, as ours and those of operations do."""
    return isinstance(error, NotFiniteNumber) or hasattr(error, "operation")


def finite(data: Any) -> bool:
    """Check that there is no inf or nan in it: an array, a node, a number, or lists of them."""
    if isinstance(data, (list, tuple)):
        return all(map(finite, data))
    array = np.asarray(data.data if isinstance(data, Tensor) else numbers(data))
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def not_finite(arrays: list[tuple[str, Any]]) -> str | None:
    """Return the name of the first array that is not finite everywhere."""
    return next((name for name, array in arrays if array is not None and not np.isfinite(array).all()), None)


def loss_number(loss: Any) -> float:
    """Return the loss as a float, or raise an error if it is not a differentiable node."""
    if not isinstance(loss, (Tensor, Value)):
        raise TypeError(
            f"fit: the loss returned {type(loss).__name__}; expected a Value or a Tensor with one element, "
            "such as nn.cross_entropy(prediction, target)"
        )
    return float(loss.data) if not isinstance(loss, Tensor) or not loss.ndim else as_number(loss, "the loss")
