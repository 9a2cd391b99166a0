"""Optimizers: how parameters follow their gradients. One rule each, on arrays in place.

The same rule serves both kinds of parameter. A Tensor's array is updated where it is; Values are gathered
into one float64 array, updated, and scattered back. A parameter without a gradient (None) is left alone, with
its state, as in PyTorch, whose defaults and formulas these are. Each parameter counts its own steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, Value
from autograd.ops import LEAF

from .checks import real
from .memory import aligned
from .module import Parameter

State = dict[str, Any]

SMALL = (
    4096  # elements: for Tensors up to this, NumPy's cost per call is most of the time, so they go together
)


@dataclass
class _Group:
    """Small Tensors of one dtype, end to end: their data and gradients, copied here in each step, and state.

    ``members`` has each Tensor with its own part of ``data``, of ``grad`` and of the arrays in ``state``.
    """

    data: np.ndarray
    grad: np.ndarray
    state: State
    members: list[tuple[Tensor, np.ndarray, np.ndarray, State]]


class Optimizer:
    """What optimizers share. A new one defines ``update``, and ``memory``: the names of the arrays it keeps.

    ``parameters`` is a list of Tensors, Values or both; ``lr`` is the learning rate, an attribute that may be
    set at any time.

    >>> class SignDescent(Optimizer):
    ...     def update(self, data, grad, state):
    ...         data -= self.lr * np.sign(grad)
    >>> w = Value(1.0)
    >>> optimizer = SignDescent([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.75
    """

    memory: tuple[str, ...] = ()  # arrays of the parameter's shape, 0 at the start, kept from step to step
    scratch: tuple[str, ...] = ()  # the same without content: room to compute in, taken once

    def __init__(self, parameters: Iterable[Parameter], lr: float = 1e-3) -> None:
        name = type(self).__name__
        if isinstance(parameters, (Tensor, Value)) or not isinstance(parameters, Iterable):
            raise TypeError(
                f"{name}: got {type(parameters).__name__}; expected a list, as of model.parameters()"
            )
        self.parameters = list(parameters)
        self._lr = real(lr, "lr", name, low=0, open_low=True)
        if not self.parameters:
            raise ValueError(f"{name}: the list of parameters is empty; there is nothing to train")
        seen: set[Parameter] = set()
        for index, parameter in enumerate(self.parameters):
            if not isinstance(parameter, (Tensor, Value)):
                raise TypeError(
                    f"{name}: parameter {index} is of type {type(parameter).__name__}; "
                    "expected Values or Tensors, as of model.parameters()"
                )
            if parameter.op is not LEAF or isinstance(parameter, Tensor) and not parameter.requires_grad:
                raise ValueError(
                    f"{name}: parameter {index}, {parameter!r}, is computed, or needs no gradient; "
                    "only leaves that need one are trained"
                )
            if parameter in seen:
                raise ValueError(f"{name}: parameter {index}, {parameter!r}, is in the list twice")
            seen.add(parameter)
        tensors = [p for p in self.parameters if isinstance(p, Tensor)]
        groups = [
            [p for p in tensors if p.size <= SMALL and p.dtype == d] for d in {p.dtype for p in tensors}
        ]
        groups = [group for group in groups if len(group) > 1]
        grouped = {p for group in groups for p in group}
        self._groups = [self._new_group(group) for group in groups]
        self._tensors = [(p, self._new_state(p.data)) for p in tensors if p not in grouped]
        self._shapes = [p.shape for p in tensors]
        self._all_tensors = tensors
        self._values = [p for p in self.parameters if isinstance(p, Value)]
        self._value_state = self._new_state(np.zeros(len(self._values)))
        self._value_state["step"] = np.zeros(len(self._values), np.int64)

    @property
    def lr(self) -> float:
        """The learning rate; a schedule may take it down to 0."""
        return self._lr

    @lr.setter
    def lr(self, rate: float) -> None:
        self._lr = real(rate, "lr", type(self).__name__, low=0)

    def _new_state(self, data: np.ndarray) -> State:
        state: State = {name: aligned(np.zeros_like(data)) for name in (*self.memory, *self.scratch)}
        return state | {"step": 0}

    def _new_group(self, tensors: list[Tensor]) -> _Group:
        together = np.concatenate([tensor.data.ravel() for tensor in tensors])
        group = _Group(aligned(together), aligned(together), self._new_state(together), [])
        end = 0
        for tensor in tensors:
            start, end = end, end + tensor.size

            def part(array: np.ndarray, start: int = start, end: int = end, like: Tensor = tensor) -> Any:
                order: Any = "F" if like.data.flags.f_contiguous else "C"  # as there: copies are faster
                return array[start:end].reshape(like.shape, order=order)

            state = {name: part(array) for name, array in group.state.items() if name != "step"}
            group.members.append((tensor, part(group.data), part(group.grad), state))
        return group

    def update(self, data: np.ndarray, grad: np.ndarray, state: State) -> None:
        """Change ``data`` in place by its gradient, element by element.

        ``state`` has the arrays of ``memory`` and ``scratch`` by name, and ``step``, which is 1 at the first
        call: a number for a Tensor, for Values an array with one count each.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say how it changes parameters: define its update"
        )

    def step(self) -> None:
        """Change every parameter that has a gradient; none where the shape of one is wrong."""
        for tensor, shape in zip(self._all_tensors, self._shapes):
            grad = tensor.grad
            if tensor.data.shape != shape or grad is not None and getattr(grad, "shape", None) != shape:
                got = " and ".join(str(np.shape(array)) for array in (tensor.data, grad) if array is not None)
                raise ValueError(
                    f"{type(self).__name__}: {tensor!r} has data (and gradient) of shape {got}; "
                    f"expected {shape}, as when the optimizer was made"
                )
        if self._values:  # first: they may refuse the step
            self._step_values()
        for group in list(self._groups):
            given = [tensor.grad is not None for tensor, *_ in group.members]
            if all(given):
                self._step_group(group)
            elif any(given):  # from here on they count different numbers of steps
                self._groups.remove(group)
                step = {"step": group.state["step"]}
                self._tensors += [(tensor, state | step) for tensor, _, _, state in group.members]
        for tensor, state in self._tensors:
            if tensor.grad is not None:
                state["step"] += 1
                self.update(tensor.data, tensor.grad, state)

    def _step_group(self, group: _Group) -> None:
        for tensor, data, grad, _ in group.members:
            data[...] = tensor.data
            grad[...] = tensor.grad
        group.state["step"] += 1
        self.update(group.data, group.grad, group.state)
        for tensor, data, _, _ in group.members:
            tensor.data[...] = data

    def _step_values(self) -> None:
        chosen = [i for i, value in enumerate(self._values) if value.grad is not None]
        values = [self._values[i] for i in chosen]
        if not values:
            return
        data = np.array([value.data for value in values], np.float64)
        grad = np.array([value.grad for value in values], np.float64)
        state = {name: array[chosen] for name, array in self._value_state.items()}
        state["step"] += 1
        with np.errstate(over="ignore", invalid="ignore"):  # said in words below
            self.update(data, grad, state)
        if not np.isfinite(data).all():
            value = values[int(np.argmin(np.isfinite(data)))]
            raise OverflowError(
                f"{type(self).__name__}: the step would make {value!r} inf or nan; the rate {self.lr:g} "
                "is too large for these gradients"
            )
        for name, array in state.items():
            self._value_state[name][chosen] = array
        for value, number in zip(values, data.tolist()):
            value.data = number

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters (None, which is not 0)."""
        for parameter in self.parameters:
            parameter.grad = None


class SGD(Optimizer):
    """Gradient descent: p -= lr * g; with momentum m = momentum * m + g, and m in place of g.

    With ``nesterov`` it is g + momentum * m that is followed: the gradient as if already one step ahead.
    ``weight_decay`` adds weight_decay * p to the gradient (L2 regularization). Sutskever and others, "On the
    importance of initialization and momentum in deep learning", 2013; the formula is PyTorch's, where lr is
    outside of the momentum.

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.5
    """

    scratch = ("scratch",)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.momentum = real(momentum, "momentum", "SGD", low=0)
        self.weight_decay = real(weight_decay, "weight_decay", "SGD", low=0)
        self.nesterov = bool(nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError("SGD: nesterov is a form of momentum; set momentum above 0 (0.9 is common)")
        self.memory = ("momentum",) if self.momentum else ()
        super().__init__(parameters, lr)

    def update(self, data: np.ndarray, grad: np.ndarray, state: State) -> None:
        """The rule above."""
        scratch = state["scratch"]
        if self.weight_decay:
            np.multiply(data, self.weight_decay, out=scratch)
            scratch += grad
            grad = scratch
        if self.momentum:
            momentum = state["momentum"]
            momentum *= self.momentum
            momentum += grad
            grad = grad + self.momentum * momentum if self.nesterov else momentum
        np.multiply(grad, self._lr, out=scratch)
        data -= scratch


class Adam(Optimizer):
    """The mean of past gradients, divided by the root of the mean of their squares: steps of about ``lr``.

    The running means start at 0 and are corrected for it; t counts the steps:
    m = b1 m + (1-b1) g,   v = b2 v + (1-b2) g**2,   p -= lr * (m / (1-b1**t)) / (sqrt(v / (1-b2**t)) + eps).
    ``weight_decay`` adds weight_decay * p to the gradient, which scales the decay too; not so in AdamW.
    Kingma and Ba, "Adam: a method for stochastic optimization", 2015.

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    memory = ("mean", "square")
    scratch = ("scratch",)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        name = type(self).__name__
        self.betas = (
            real(betas[0], "betas[0]", name, low=0, high=1),
            real(betas[1], "betas[1]", name, low=0, high=1),
        )
        self.eps = real(eps, "eps", name, low=0)
        self.weight_decay = real(weight_decay, "weight_decay", name, low=0)
        super().__init__(parameters, lr)

    def update(self, data: np.ndarray, grad: np.ndarray, state: State) -> None:
        """The rule above."""
        if self.weight_decay:
            np.multiply(data, self.weight_decay, out=state["scratch"])
            state["scratch"] += grad
            grad = state["scratch"]
        self._descend(data, grad, state)

    def _descend(self, data: np.ndarray, grad: np.ndarray, state: State) -> None:
        # The weights go through memory ten times here (in the textbook form 13 times): in an MNIST step, half
        # of what is not a matrix product. So the factors (1-b1) and (1-b2) are left out of the running means,
        # and joined with the corrections of their start in two numbers.
        mean, square, scratch, step = state["mean"], state["square"], state["scratch"], state["step"]
        beta1, beta2 = self.betas
        scale = _root((1 - beta2**step) / (1 - beta2))
        rate = self._lr * scale * (1 - beta1) / (1 - beta1**step)
        mean *= beta1
        mean += grad
        np.multiply(grad, grad, out=scratch)  # while grad is in the cache; it may be scratch itself
        square *= beta2
        square += scratch
        np.sqrt(square, out=scratch)
        scratch += self.eps * scale
        np.divide(mean, scratch, out=scratch)
        scratch *= rate
        data -= scratch


class AdamW(Adam):
    """Adam with decoupled weight decay: p is first multiplied by 1 - lr * weight_decay, then Adam's step is
    taken.

    So a weight decays at the same rate whatever its gradients are, which is not so where the decay is part of
    the gradient. Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.

    >>> w = Value(1.0)
    >>> optimizer = AdamW([w], lr=0.25, weight_decay=0.4)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.65
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def update(self, data: np.ndarray, grad: np.ndarray, state: State) -> None:
        """The rule above."""
        data *= 1 - self._lr * self.weight_decay
        self._descend(data, grad, state)


def _root(number: Any) -> Any:
    """The square root of a number as a plain float, which leaves float32 arrays float32; of an array, as an
    array."""
    return np.sqrt(number) if isinstance(number, np.ndarray) else math.sqrt(number)
