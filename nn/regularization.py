"""Regularisers of parameters: they keep a network from fitting the noise of its training data.

Penalties are added to the loss (:func:`l1`, :func:`l2`, :func:`elastic_net`), a constraint applies after each
step (:func:`max_norm`), noise is added to gradients (:class:`GradientNoise`). Others are found elsewhere:
:class:`nn.Dropout` and normalisation among the layers, label smoothing in the losses, early stopping in the
training loop, augmentation in :mod:`nn.data`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, Value, ValueArray, values

from .checks import generator, listed, real, shown, wrong
from .leaves import Named, flat, is_array_of_values
from .module import check_writable
from .random_state import generator_state, set_generator_state

__all__ = ["GradientNoise", "elastic_net", "l1", "l2", "max_norm"]


def l1(parameters: Iterable[Named]) -> Any:
    """Compute the sum of absolute values, sum(|w|): a penalty to add to a loss, times about 1e-5.

    ``parameters`` is a list of Tensors or of Values, such as ``model.parameters()``; the result is one node
    of that kind. Gradient: sign(w), 0 at 0: it pulls every weight equally hard, and useless ones all the way
    to 0 (then back and forth across it, by one step). Use it to see which inputs matter; not if all matter a
    little. Better leave out biases. ValueError for no parameters. Tibshirani, "Regression shrinkage and
    selection via the lasso", 1996.

    >>> w = [Value(3.0), Value(-4.0)]
    >>> penalty = l1(w)
    >>> penalty.backward()
    >>> penalty.data, [each.grad for each in w]
    (7.0, [1.0, -1.0])
    """
    return _total("l1", parameters, autograd.abs)


def l2(parameters: Iterable[Named]) -> Any:
    """Compute the sum of squares, sum(w**2): a penalty to add to a loss, times about 1e-4.

    ``parameters`` is a list of Tensors or of Values; the result is a scalar node of that kind. Gradient: 2 w,
    a pull in proportion to the weight, which keeps all weights small and sets none to 0. ``strength *
    l2(...)`` in the loss equals a weight decay of 2 * strength in plain SGD; in Adam the two differ (see
    :class:`nn.AdamW`). The usual first choice; leave out gains and biases, which need no penalty. ValueError
    for no parameters. Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems",
    1970.

    >>> w = Tensor([3.0, -4.0])
    >>> penalty = l2([w])
    >>> penalty.backward()
    >>> penalty.item(), w.grad.tolist()
    (25.0, [6.0, -8.0])
    """
    return _total("l2", parameters, _square)


def elastic_net(parameters: Iterable[Named], l1: float, l2: float) -> Any:
    """Compute both penalties, l1 * sum(|w|) + l2 * sum(w**2), each with its own strength.

    ``parameters`` is a list of Tensors or of Values; the result is a scalar node of that kind. Gradient: l1
    sign(w) + 2 l2 w. Among correlated inputs, l1 alone keeps one by chance and drops the others; with l2 they
    are kept or dropped as a group. If either does alone, a second strength is not worth tuning. ValueError
    for no parameters. Zou and Hastie, "Regularization and variable selection via the elastic net", 2005.

    >>> elastic_net([Value(3.0), Value(-4.0)], l1=1.0, l2=0.5).data
    19.5
    """
    first, second = real(l1, "l1", "elastic_net", low=0), real(l2, "l2", "elastic_net", low=0)
    return _total("elastic_net", parameters, lambda w: first * autograd.abs(w) + second * _square(w))


def max_norm(weights: Any, limit: float) -> None:
    """Scale the weights of every unit to a norm of at most ``limit``, in place: w limit / |w| if above.

    ``weights`` is a Tensor or an array of Values (nout, nin, ...), with the incoming weights of one unit in
    each row; or a list of these, of which those with less than two axes (biases, gains) stay as they are; or
    a list of Values: the weights of one unit, such as ``neuron.weights``. Call it after every
    ``optimizer.step()``; it needs no gradient.

    Unlike a penalty it leaves small weights alone, and high learning rates cannot make weights explode. Made
    for dropout, with a limit of 3 or 4. Do not combine it with weight decay, which does the same more gently.
    Srebro, Rennie and Jaakkola, "Maximum-margin matrix factorization", 2005; Srivastava and others,
    "Dropout", 2014.

    >>> weight = Tensor([[3.0, 4.0], [0.3, 0.4]])
    >>> max_norm(weight, 1.0)
    >>> weight.data.round(6)
    array([[0.6, 0.8],
           [0.3, 0.4]])
    """
    limit = real(limit, "limit", "max_norm", low=0, open_low=True)
    if isinstance(weights, Tensor) and weights.ndim < 2:
        raise ValueError(f"max_norm: the weights have shape {weights.shape}; expected (nout, nin, ...)")
    is_one = isinstance(weights, Tensor) or is_array_of_values(weights) and weights.ndim != 1
    given = _listed("max_norm", [weights] if is_one else weights, "weights")
    if isinstance(given[0], Value):
        given = [values([given])]
    for each in given:
        if each.dtype.kind not in "fO":
            raise TypeError(f"max_norm: got a Tensor of dtype {each.dtype}; weights are floats")
        if isinstance(each, Tensor) and each.ndim > 1:
            check_writable(each.data, each, "max_norm")
    for each in given:
        if each.ndim > 1:
            each = each if isinstance(each, Tensor) else each.view(ValueArray)
            data = each.data
            _shrink(data, limit)
            each.data = data  # the same array: assigning it marks the change of a Tensor


def _shrink(rows: np.ndarray, limit: float) -> None:
    """Scale each row (all axes but the first) to a norm of at most ``limit``, in place."""
    axes = tuple(range(1, rows.ndim))
    largest = np.abs(rows).max(axis=axes, keepdims=True, initial=0).astype(np.float64)
    # Divide by the largest element first, so that no square overflows.
    unit = np.where(np.isfinite(largest), np.maximum(largest, limit), 1.0)
    norms = np.sqrt(np.square(rows / unit).sum(axis=axes, keepdims=True))
    above = (norms > limit / unit) & np.isfinite(norms)  # inf and nan cannot be scaled down
    rows *= np.divide(limit / unit, norms, out=np.ones_like(norms), where=above).astype(rows.dtype)


class GradientNoise:
    """Decreasing normal noise on the gradients: g + N(0, std**2), std**2 = eta / (1 + t)**gamma.

    ``parameters`` is a list of Tensors, Values or both, ``t`` counts the steps from 0, ``rng`` is a
    generator or a seed. Call ``step()`` after ``backward()`` (and after clipping), before the optimizer's
    own step. A parameter without a gradient gets none.

    The noise helps very deep networks out of poor starts and plateaus; the paper chooses ``eta`` from 0.01,
    0.3 and 1 on validation data. Not needed where plain training works; with Adam, which divides by the size
    of gradients, it drowns small ones. Neelakantan and others, "Adding gradient noise improves learning for
    very deep networks", 2015.

    >>> w = Tensor(np.zeros(10000))
    >>> noise = GradientNoise([w], eta=0.01, rng=0)
    >>> (w * 3.0).sum().backward()
    >>> noise.step()
    >>> round(float(w.grad.mean()), 1), round(float(w.grad.std()), 2), round(noise.std, 3)
    (3.0, 0.1, 0.083)
    """

    def __init__(
        self, parameters: Iterable[Named], eta: float = 0.01, gamma: float = 0.55, *, rng: Any
    ) -> None:
        self.parameters = flat(_nodes("GradientNoise", parameters))
        self.eta = real(eta, "eta", "GradientNoise", low=0)
        self.gamma = real(gamma, "gamma", "GradientNoise", low=0)
        self.rng = generator(rng, "GradientNoise")
        self.steps = 0

    @property
    def std(self) -> float:
        """The standard deviation of the next step's noise."""
        return float(np.sqrt(self.eta / (1 + self.steps) ** self.gamma))

    def step(self) -> None:
        """Add this step's noise to every gradient."""
        std = self.std
        for parameter in self.parameters:
            if isinstance(parameter.grad, np.ndarray):
                noise = self.rng.standard_normal(parameter.grad.shape, _drawn_as(parameter.grad.dtype))
                # A new array: the old one may be shared.
                parameter.grad = parameter.grad + (std * noise).astype(parameter.grad.dtype)
            elif parameter.grad is not None:
                parameter.grad += std * self.rng.standard_normal()
        self.steps += 1

    def state_dict(self) -> dict[str, Any]:
        """Return the number of steps taken and the state of the generator."""
        return {"steps": self.steps, "rng": generator_state(self.rng)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state; ValueError, with no change, for anything else."""
        if not isinstance(state, Mapping) or set(state) != {"steps", "rng"}:
            raise ValueError(
                f"load_state_dict: GradientNoise: the state is {shown(state)}; expected 'steps' and 'rng'"
            )
        steps = state["steps"]
        if type(steps) is not int or steps < 0:
            raise ValueError(
                f"load_state_dict: GradientNoise: steps is {steps!r}; expected a whole number of at least 0"
            )
        set_generator_state(self.rng, state["rng"])
        self.steps = steps


def _drawn_as(dtype: Any) -> Any:
    return dtype if dtype in (np.float32, np.float64) else np.float64  # the dtypes that NumPy draws


def _square(w: Any) -> Any:
    return w * w


def _total(caller: str, parameters: Any, cost: Callable[[Any], Any]) -> Any:
    """Compute the cost of all parameters together, as one node."""
    given = flat(_listed(caller, parameters))
    if isinstance(given[0], Value):
        return autograd.sum([cost(value) for value in given])
    return functools.reduce(operator.add, (cost(tensor).sum() for tensor in given))


def _listed(caller: str, parameters: Any, name: str = "parameters") -> list[Any]:
    """Check that the parameters are a non-empty list of one kind; return it."""
    given = _nodes(caller, parameters, name)
    if not given:
        raise ValueError(f"{caller}: the list of {name} is empty; there is nothing to penalize")
    if len({isinstance(each, Tensor) for each in given}) > 1:
        raise TypeError(f"{caller}: the {name} are Tensors and Values; expected Tensors only, or Values only")
    return given


def _nodes(caller: str, parameters: Any, name: str = "parameters") -> list[Any]:
    """Check that the parameters are a list of Values or Tensors; return it."""
    if isinstance(parameters, (Tensor, Value)):
        raise wrong(parameters, name, caller, "a list, such as model.parameters()")
    given = listed(parameters, name, caller, "a list, such as model.parameters()")
    for each in given:
        if not isinstance(each, (Tensor, Value)) and not is_array_of_values(each):
            raise wrong(each, f"one of the {name}", caller, "Values or Tensors")
    return given
