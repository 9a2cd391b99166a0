"""The base of all optimizers: the step, and the state to resume from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Tensor, Value
from autograd.names import tell, there

from ..checks import function, listed, real, wrong
from ..errors import NotFiniteNumber
from ..module import check_writable
from ..torch_names import OPTIMIZER
from .settings import CHECKS, Check, Group, check_parameters, grouped
from .storage import State, Storage, expect

Closure = Callable[[], Any]


class Optimizer:
    """The base of all optimizers. A new one defines ``update``, and names the arrays it keeps in ``kept``.

    ``parameters`` is a list of Tensors, Values and arrays of Values; or a list of groups, each a dict with
    such a list as ``"params"`` and its own settings: ``[{"params": weights, "weight_decay": 0.1}, {"params":
    biases}]``. ``lr`` is the learning rate. ``groups`` holds the settings of each group, which can be changed
    at any time; ``lr`` reads the first group's, and setting it sets all. ``copy.deepcopy((model,
    optimizer))`` copies both, with the copied optimizer on the copied parameters.

    >>> class Momentum(Optimizer):
    ...     kept = ("momentum",)
    ...
    ...     def update(self, p, g, state, group):
    ...         m = state["momentum"]
    ...         m *= 0.9
    ...         m += g
    ...         p -= group["lr"] * m
    >>> w = Value(1.0)
    >>> optimizer = Momentum([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.5
    """

    kept: tuple[str, ...] = ()  # arrays of the parameter's shape that are kept between steps, initially 0
    numbers: Mapping[str, float] = {"step": 0}  # numbers kept for each parameter, and their initial values
    never_negative: tuple[str, ...] = ("step",)  # arrays and numbers that are negative in no valid state
    checks: Mapping[str, Check] = CHECKS  # the check of each setting, by name
    takes_closure = False  # whether a step computes the loss itself, as often as it needs
    _arrays: np.ndarray | None = None  # the numbers that step_arrays changed last

    def __init__(self, parameters: Iterable[Any], lr: float = 1e-3, **settings: Any) -> None:
        name = type(self).__name__
        self.groups = []
        for members, own in grouped(parameters, name):
            real(own.get("lr", lr), "lr", name, low=0, open_low=True)  # only later may it be 0
            self.groups.append(Group(type(self), members, {"lr": lr, **settings}, own))
        self.parameters = [parameter for group in self.groups for parameter in group.parameters]
        check_parameters(self.parameters, name)
        self._storages = [Storage(group.parameters, group.memory, self.numbers) for group in self.groups]

    __dir__ = there

    @classmethod
    def memory(cls, settings: Mapping[str, Any]) -> dict[str, float]:
        """Return the arrays to keep between steps, of the parameter's shape: names and initial values.

        They may depend on all settings but ``lr``. ValueError for settings that contradict each other.
        """
        return dict.fromkeys(cls.kept, 0.0)

    def update(self, p: np.ndarray, g: np.ndarray, state: State, group: Group) -> None:
        """Change the numbers ``p`` elementwise and in place by their gradient ``g``, which must not change.

        ``state`` holds the kept arrays, to be changed in place too, and ``numbers``: ``step`` is 1 in the
        first call. ``group`` holds the settings.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say how it changes parameters: define its update"
        )

    @property
    def lr(self) -> float:
        """The learning rate of the first group; setting it sets that of all groups. It may be 0."""
        rate: float = self.groups[0]["lr"]
        return rate

    @lr.setter
    def lr(self, lr: float) -> None:
        for group in self.groups:
            group["lr"] = lr

    def step(self, closure: Closure | None = None) -> float | None:
        """Change every parameter that has a gradient.

        ValueError, with no change, if no parameter has one, one has the wrong shape, or an array is
        read-only.

        With a ``closure``, which returns the loss, the step first computes its gradients, as in
        :meth:`evaluate`, and returns the loss before the step.
        """
        loss = None if closure is None else self.evaluate(closure)
        name = type(self).__name__
        self._check_gradients()
        for storage in self._storages:
            storage.check_arrays(name)
        # Values first: they may refuse the step.
        each = [(kept.values, group) for kept, group in zip(self._storages, self.groups) if kept.values.sizes]
        for take in [values.after_step(self.update, group, name) for values, group in each]:
            take()
        for storage, group in zip(self._storages, self.groups):
            storage.step_tensors(self.update, group)
        return loss

    def _check_gradients(self) -> None:
        for parameter in self.parameters:
            if parameter.grad is not None:
                return
        raise ValueError(
            f"{type(self).__name__}: none of its {len(self.parameters)} parameters has a gradient: "
            "loss.backward() was not called since zero_grad(), or the parameters are not those of the loss, "
            "but of another model or a copy"
        )

    def step_arrays(self, values: Sequence[Value], data: np.ndarray, grad: np.ndarray) -> None:
        """Take one step on Values whose numbers are in ``data`` and whose gradients are in ``grad``.

        ``values`` are the parameters in the order of the arrays; those that the optimizer does not train stay
        as they are. ``data`` is changed in place, and the Values read it: see :mod:`autograd.tracing.blocks`.
        Raises FloatingPointError, with no change, if a gradient is not finite.
        """
        name = type(self).__name__
        if data is None or self._arrays is not data:
            check_arrays_of(values, data, name)
        if not isinstance(grad, np.ndarray) or grad.shape != data.shape or grad.dtype.kind != "f":
            raise wrong(grad, "grad", name, f"an array of floats, one for each Value, {data.shape}")
        square = np.vdot(grad, grad)  # a single number to check; unlike grad @ grad, it never warns
        if not math.isfinite(square) and not np.isfinite(grad).all():
            value = values[int(np.argmin(np.isfinite(grad)))]
            raise NotFiniteNumber(
                f"{name}: the gradient of {value!r} is not finite; the fault is in the loss or the network"
            )
        places = {value: place for place, value in enumerate(values)} if self._arrays is not data else {}
        for parameter in self.parameters if places else ():
            if parameter not in places:
                raise ValueError(
                    f"{name}: the parameter {parameter!r} is not among those that the program was traced with"
                )
        if type(self).step is not Optimizer.step:  # it does more than update its parameters
            before = [value.grad for value in values]
            try:
                _set_gradients(values, grad.tolist())
                self.step()
            finally:
                _set_gradients(values, before)
            return
        for storage, group in zip(self._storages, self.groups):
            if storage.values.values:
                storage.values.step_arrays(self.update, group, places, data, grad)
        self._arrays = data

    def evaluate(self, closure: Closure) -> float:
        """Compute the loss of ``closure`` and its gradients, replacing old ones; return the loss as a float.

        Raises FloatingPointError if the loss is not finite.
        """
        loss = function(closure, "closure", type(self).__name__, "no arguments that returns the loss")()
        if not isinstance(loss, (Tensor, Value)):
            raise TypeError(
                f"{type(self).__name__}: the closure returned {type(loss).__name__}; expected the loss, a "
                "Value or a Tensor with one element, as in optimizer.step(lambda: nn.mse(model(x), y))"
            )
        self.zero_grad()
        number = loss.data if isinstance(loss, Value) else loss.item()
        if not math.isfinite(number):
            raise NotFiniteNumber(f"{type(self).__name__}: the loss is {number}; expected a finite number")
        loss.backward()
        return float(number)

    def not_finite(self) -> str | None:
        """Name what is inf or nan in the state of a parameter, which would never move again; or None."""
        return next((found for storage in self._storages if (found := storage.not_finite())), None)

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to None."""
        for parameter in self.parameters:
            parameter.grad = None

    def state_dict(self) -> State:
        """Copy all that the next steps depend on: per group, its settings and the state of its parameters.

        Nested dicts of NumPy arrays, numbers and strings; the model saves the parameters themselves.

        >>> from nn import SGD
        >>> SGD([Value(1.0)], lr=0.5).state_dict()["groups"]["0"]["settings"]["lr"]
        0.5
        """
        groups = {}
        for index, (group, storage) in enumerate(zip(self.groups, self._storages)):
            plain = {name: list(own) if isinstance(own, tuple) else own for name, own in group.items()}
            groups[str(index)] = {"settings": plain} | storage.state_dict()
        return {"optimizer": type(self).__name__, "groups": groups}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state``, bit for bit; on an error (ValueError) nothing changes.

        The optimizer must be of the same kind, with parameters of the same shapes in the same groups.
        """
        name = type(self).__name__
        expect(state, ("optimizer", "groups"), name)
        if state["optimizer"] != name:
            raise ValueError(f"load_state_dict: it is the state of {state['optimizer']!r}, not of {name}")
        expect(state["groups"], [str(i) for i in range(len(self.groups))], f"{name}, groups")
        fits = []
        for index, (group, storage) in enumerate(zip(self.groups, self._storages)):
            where, found = f"{name}, group {index}", state["groups"][str(index)]
            expect(found, ("settings", "tensors", "values"), where)
            expect(found["settings"], group, f"{where}, settings")
            trial = Group(type(self), group.parameters, dict(group), {})
            try:
                trial.update(found["settings"])
            except (TypeError, ValueError) as error:
                raise ValueError(f"load_state_dict: {where}: {error}") from error
            fits.append((group, trial, storage, storage.fitting(found, where, self.never_negative)))
        for group, trial, storage, fit in fits:
            group.update(trial)
            storage.load(fit)


def average(mean: np.ndarray, new: np.ndarray, share: float) -> None:
    """Update a running mean in place: mean = share * mean + (1 - share) * new.

    >>> mean = np.array([1.0])
    >>> average(mean, np.array([3.0]), 0.75)
    >>> mean
    array([1.5])
    """
    mean *= share
    mean += (1 - share) * new


def average_square(mean: np.ndarray, new: np.ndarray, share: float) -> None:
    """Update a running mean of squares in place: mean = share * mean + (1 - share) * new**2.

    >>> mean = np.array([1.0])
    >>> average_square(mean, np.array([3.0]), 0.75)
    >>> mean
    array([3.])
    """
    square = new * new
    square *= 1 - share
    mean *= share
    mean += square


def check_arrays_of(values: Any, data: Any, caller: str) -> None:
    """Raise an error unless these are Values, and a writable array of their numbers."""
    found = listed(values, "values", caller, "a list of the Values whose numbers are in data")
    if not all(isinstance(value, Value) for value in found):
        raise wrong(values, "values", caller, "only Values")
    if not isinstance(data, np.ndarray) or data.shape != (len(found),) or data.dtype.kind != "f":
        expected = f"an array of floats, one for each Value, ({len(found)},)"
        raise wrong(data, "data", caller, expected)
    check_writable(data, "data", caller)


def _set_gradients(values: Sequence[Value], slopes: Sequence[float | None]) -> None:
    for value, slope in zip(values, slopes):
        value.grad = slope


tell(Optimizer, OPTIMIZER)
