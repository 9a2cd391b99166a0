"""L-BFGS: follows the curvature of the loss, estimated from recent steps and changes of the gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Value

from ..errors import NotFiniteNumber
from ..module import set_data
from ..precision import working_dtype
from .line_search import Point, strong_wolfe
from .optimizer import Closure, Optimizer
from .storage import State, array_like, expect

CURVED = 1e-10  # a step with less curvature than this only teaches rounding errors


class LBFGS(Optimizer):
    """Newton's direction without the Hessian: -H g, with H from the last ``history_size`` steps.

    With s the steps and y the changes of the gradient over them, H begins as (s.y / y.y) I, and BFGS updates
    it once per pair: H = (I - s y'/s.y) H (I - y s'/s.y) + s s'/s.y. The product H g takes two loops over the
    pairs. A line search along the direction finds a step that meets the strong Wolfe conditions (see
    :mod:`nn.optim.line_search`); ``lr`` is the first one tried.

    One ``step(closure)`` takes up to ``max_iter`` such iterations and ``max_eval`` evaluations of the loss
    (default: 1.25 times ``max_iter``), fewer if no gradient exceeds ``tolerance_grad``, or a step or the loss
    changes by no more than ``tolerance_change``. ``closure`` returns the loss; ``step`` itself clears
    gradients and calls ``backward``. All parameters are one group: they share one direction.

    Use it on small problems whose loss is computed from all data: tens of evaluations instead of thousands
    for gradient descent. Not with mini-batches or dropout: each loss is then of another function, and the
    curvature is noise.

    J. Nocedal, "Updating quasi-Newton matrices with limited storage", 1980; D. Liu and J. Nocedal, "On the
    limited memory BFGS method for large scale optimization", 1989. As PyTorch's, with
    ``line_search_fn="strong_wolfe"``.

    >>> from autograd import Value
    >>> x, y = Value(-1.5), Value(2.0)
    >>> optimizer = LBFGS([x, y])
    >>> for _ in range(3):
    ...     loss = optimizer.step(lambda: (1 - x) ** 2 + 100 * (y - x * x) ** 2)
    >>> round(x.data, 5), round(y.data, 5)
    (1.0, 1.0)
    """

    takes_closure = True

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
    ) -> None:
        super().__init__(
            parameters,
            lr,
            max_iter=max_iter,
            max_eval=max_iter * 5 // 4 if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            history_size=history_size,
        )
        if len(self.groups) > 1:
            raise ValueError(
                f"LBFGS: got {len(self.groups)} groups; expected one list of parameters, "
                "which share a direction"
            )
        dtypes = [np.asarray(parameter.data).dtype for parameter in self.parameters]
        self._dtype = working_dtype(np.result_type(*dtypes))  # of the flat arrays
        self.iterations = self.evaluations = 0  # over all steps
        self._pairs: list[tuple[np.ndarray, np.ndarray, float]] = []  # s, y and 1 / s.y, oldest first
        self._scale = 1.0  # s.y / y.y of the last pair
        self._last: tuple[np.ndarray, np.ndarray] | None = None  # the last step, and the gradient before it

    def step(self, closure: Closure | None = None) -> float:
        """Take up to ``max_iter`` iterations; return the loss before the first.

        FloatingPointError if that loss or its gradient is not finite. An error leaves everything unchanged.
        """
        if closure is None:
            raise TypeError(
                "LBFGS: step() got no closure; expected one that returns the loss, which is evaluated "
                "several times: optimizer.step(lambda: nn.mse(model(x), y))"
            )
        self._storages[0].check_arrays("LBFGS")
        before = self._gather()
        kept = self._pairs, self._scale, self._last, self.iterations, self.evaluations
        try:
            return self._iterate(closure)
        except BaseException:
            self._scatter(before)
            self._pairs, self._scale, self._last, self.iterations, self.evaluations = kept
            raise

    def step_arrays(self, values: Sequence[Value], data: np.ndarray, grad: np.ndarray) -> None:
        """Raise TypeError: one gradient is not enough for a step."""
        raise TypeError(
            "LBFGS: got one gradient; a step evaluates the loss several times, so it takes a closure: "
            "optimizer.step(lambda: nn.mse(model(x), y)), on Values"
        )

    def _iterate(self, closure: Closure) -> float:
        group = self.groups[0]
        loss, grad = self._look(closure)
        first, evaluations = loss, 1
        self.evaluations += 1
        if np.abs(grad).max(initial=0) <= group["tolerance_grad"]:
            return first
        for _ in range(group["max_iter"]):
            self.iterations += 1
            direction, t = self._direction(grad), group["lr"]
            if self.iterations == 1:  # the curvature is unknown: the components of the step sum to at most 1
                t *= min(1.0, 1.0 / float(np.abs(grad).sum()))
            slope = float(np.dot(grad, direction))
            if slope > -group["tolerance_change"]:
                self._last = 0 * direction, grad
                break
            start = self._gather()

            def at(t: float, start: np.ndarray = start, direction: np.ndarray = direction) -> Point:
                self._scatter(start + t * direction)
                try:
                    loss, grad = self._look(closure)
                except ArithmeticError:  # too far: beyond the range of floats
                    return Point(t, math.inf, 0 * direction, 0.0)
                return Point(t, loss, grad, float(np.dot(grad, direction)))

            longest = float(np.abs(direction).max())
            most = group["max_eval"] - evaluations + 1  # the first evaluation is free, as in PyTorch
            here = Point(0.0, loss, grad, slope)
            found, looks = strong_wolfe(at, here, t, longest, group["tolerance_change"], most)
            step = found.t * direction
            self._scatter(start + step)
            self._last = step, grad
            before, loss, grad = loss, found.loss, found.grad
            evaluations += looks
            self.evaluations += looks
            if (
                evaluations >= group["max_eval"]
                or np.abs(grad).max(initial=0) <= group["tolerance_grad"]
                or np.abs(step).max() <= group["tolerance_change"]
                or abs(loss - before) < group["tolerance_change"]
            ):
                break
        return first

    def _direction(self, grad: np.ndarray) -> np.ndarray:
        """Compute -H g: add the last step and its change of the gradient, then run the two loops."""
        if self._last is None:
            return -grad
        step, before = self._last
        change = grad - before
        curvature = float(np.dot(change, step))
        if curvature > CURVED:
            self._pairs = [*self._pairs, (step, change, 1 / curvature)][-self.groups[0]["history_size"] :]
            self._scale = curvature / float(np.dot(change, change))
        direction, shares = -grad, []
        for s, y, inverse in reversed(self._pairs):
            shares.append(inverse * float(np.dot(s, direction)))
            direction -= shares[-1] * y
        direction *= self._scale
        for (s, y, inverse), share in zip(self._pairs, reversed(shares)):
            direction += (share - inverse * float(np.dot(y, direction))) * s
        return direction

    def _look(self, closure: Closure) -> tuple[float, np.ndarray]:
        """Compute the loss and the gradient at the current parameters."""
        loss = self.evaluate(closure)
        self._check_gradients()
        grads = [np.zeros(np.shape(p.data)) if p.grad is None else p.grad for p in self.parameters]
        grad = np.concatenate([np.ravel(grad) for grad in grads]).astype(self._dtype, copy=False)
        if not np.isfinite(grad).all():  # a single one makes every component of the direction nan
            raise NotFiniteNumber(
                f"LBFGS: the loss is {loss:g}, but a gradient is inf or nan; expected finite ones: there "
                "is no direction to follow from here"
            )
        return loss, grad

    def _gather(self) -> np.ndarray:
        flat = np.concatenate([np.ravel(parameter.data) for parameter in self.parameters])
        return flat.astype(self._dtype, copy=False)

    def _scatter(self, flat: np.ndarray) -> None:
        end = 0
        for parameter in self.parameters:
            start, end = end, end + np.size(parameter.data)
            set_data(parameter, flat[start:end].reshape(np.shape(parameter.data)))

    def state_dict(self) -> State:
        """Return settings, the pairs as rows of arrays, the last step, and the counts."""
        none = np.zeros((0, len(self._gather())), self._dtype)
        last = none if self._last is None else np.stack(self._last)
        steps, changes, inverses = zip(*self._pairs) if self._pairs else (none, none, ())
        return super().state_dict() | {
            "steps": np.array(steps),
            "changes": np.array(changes),
            "inverses": np.array(inverses, np.float64),
            "scale": self._scale,
            "last": last,
            "iterations": self.iterations,
            "evaluations": self.evaluations,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state``, bit for bit; ValueError, with no change, if it does not fit."""
        own = self.state_dict()
        expect(state, own, "LBFGS")
        pairs, size = len(np.atleast_1d(state["inverses"])), own["steps"].shape[1]
        shapes = {"steps": (pairs, size), "changes": (pairs, size), "inverses": (pairs,)}
        likes = {name: np.empty(shape, own[name].dtype) for name, shape in shapes.items()}
        likes["last"] = np.empty((len(np.atleast_1d(state["last"])) and 2, size), own["last"].dtype)
        likes |= {name: np.asarray(own[name]) for name in ("scale", "iterations", "evaluations")}
        found = {name: np.array(array_like(state[name], like, name, "LBFGS")) for name, like in likes.items()}
        super().load_state_dict({name: state[name] for name in ("optimizer", "groups")})
        self._pairs = list(zip(found["steps"], found["changes"], found["inverses"].tolist()))
        self._scale = float(found["scale"])
        self._last = (found["last"][0], found["last"][1]) if len(found["last"]) else None
        self.iterations, self.evaluations = int(found["iterations"]), int(found["evaluations"])
