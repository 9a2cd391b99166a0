"""The examples of a film: to draw, to follow through the network, and to find dead relus with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import checks
from ...derivatives import gradients
from ...value import Value
from .network import Floats, Network

MOST_KEPT = 2_000  # examples to find dead relus with
MOST_SHOWN = 200  # examples in the page

# A loss of lists of predictions and targets, such as nn.mse.
Loss = Callable[[list[Any], list[Any]], Value]


@dataclass(frozen=True, eq=False)
class Examples:
    """N inputs with their targets, or None; ``given`` is the number of examples before sampling.

    ``shown`` has the indices of those in the page; ``level`` is the output that separates two classes.
    """

    inputs: Floats
    targets: list[Any] | None
    given: int
    shown: NDArray[np.intp]
    level: float


def read(examples: Any, targets: Any, level: float | None, network: Network) -> Examples:
    """Check the examples, and take an evenly spaced sample if there are very many.

    >>> from .network import Layer
    >>> two = read([[0, 1], [1, 1]], [-1, 1], None, Network((Layer(2, ("linear",)),)))
    >>> two.inputs.shape, two.targets, two.level
    ((2, 2), [-1, 1], 0.0)
    """
    wide, outputs = network.layers[0].inputs, network.layers[-1].neurons
    inputs = _numbers([] if examples is None else examples, "examples")
    given = len(inputs) if inputs.ndim else 0
    if inputs.shape[:1] == (0,):
        inputs = np.empty((0, wide))
    if inputs.shape != (given, wide):
        raise ValueError(
            f"film: the examples are of shape {inputs.shape}; expected ({given}, {wide}), a list of {wide} "
            "numbers for each, as the model takes them"
        )
    answers = None if targets is None else _numbers(targets, "targets")
    if answers is not None and outputs == 1 and answers.shape == (given, 1):
        answers = answers[:, 0]
    if answers is not None and answers.shape not in ((given,), (given, outputs)):
        raise ValueError(
            f"film: the targets are of shape {answers.shape}; expected ({given},), one for each of the "
            "examples" + (f", or ({given}, {outputs})" if outputs > 1 else "")
        )
    if level is None:
        level = 0.0 if answers is None or not given else float(answers.min() / 2 + answers.max() / 2)
    level = checks.real(level, "level", "film")
    kept = spread(given, MOST_KEPT)
    return Examples(
        inputs[kept].astype(np.float64),
        None if answers is None else answers[kept].tolist(),
        given,
        spread(len(kept), MOST_SHOWN),
        level,
    )


def spread(count: int, most: int) -> NDArray[np.intp]:
    """Return the numbers 0 to ``count`` - 1, or ``most`` of them, evenly spaced, with both ends.

    >>> spread(3, 5).tolist(), spread(100, 4).tolist()
    ([0, 1, 2], [0, 33, 66, 99])
    """
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).round().astype(np.intp)


def gradients_of_own_loss(loss: Loss, output: Floats, target: Any) -> list[float]:
    """Return the gradient of one example's loss for each of the network's outputs.

    >>> gradients_of_own_loss(lambda out, target: (out[0] - target[0]) ** 2, np.array([3.0]), 1.0)
    [4.0]
    """
    leaves = [Value(number) for number in output.tolist()]
    result = loss([leaves if len(leaves) > 1 else leaves[0]], [target])
    if not isinstance(result, Value):
        raise checks.wrong(result, "what loss gives", "film", "a Value, as nn.mse gives")
    found: list[float] = gradients(result, leaves)
    return found


def _numbers(data: Any, name: str) -> NDArray[Any]:
    array = checks.array(data, name, "film")
    if not np.isfinite(array).all():
        raise ValueError(f"film: the {name} have inf or nan in them; expected finite numbers")
    return array
