"""What all networks are made of: parameters in rows, an affine map, and two losses.

All is lists of Values. Shapes are those of nested lists: a matrix (rows, columns) is a list of rows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd
from autograd import Value
from nn import Module


def matrix(
    rng: np.random.Generator, name: str, rows: int, columns: int, std: float | None = None
) -> list[list[Value]]:
    """Parameters (rows, columns) from N(0, std), where std is 1 / sqrt(columns) unless it is given.

    With that std a sum over the columns is as large as what went in. Labels are row first: ``w0,1``.

    >>> [[w.label for w in row] for row in matrix(np.random.default_rng(0), "w", 2, 3)]
    [['w0,0', 'w0,1', 'w0,2'], ['w1,0', 'w1,1', 'w1,2']]
    """
    drawn = rng.normal(0.0, 1 / math.sqrt(columns) if std is None else std, (rows, columns))
    return [[Value(w, f"{name}{i},{j}") for j, w in enumerate(row)] for i, row in enumerate(drawn.tolist())]


def vector(name: str, size: int, number: float = 0.0) -> list[Value]:
    """Parameters (size,) that all begin at ``number``: biases at 0, gains at 1.

    >>> vector("b", 2)
    [Value(0, label='b0'), Value(0, label='b1')]
    """
    return [Value(number, f"{name}{i}") for i in range(size)]


def product(weights: list[list[Any]], x: list[Any]) -> list[Any]:
    """W x: (rows, columns) times (columns,) gives (rows,), a dot product for every row.

    >>> [out.data for out in product([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]], [1.0, -1.0])]
    [-1.0, -1.0]
    """
    return [autograd.dot(row, x) for row in weights]


def add(x: list[Any], y: list[Any]) -> list[Any]:
    """x + y, number by number.

    >>> [out.data for out in add([Value(1.0), Value(2.0)], [3.0, 4.0])]
    [4.0, 6.0]
    """
    return [a + b for a, b in zip(x, y)]


class Linear(Module):
    """W x + b: (columns,) to (rows,), with parameters labelled ``w<name>0,1`` and ``b<name>0``.

    >>> layer = Linear(np.random.default_rng(0), "", 2, 3)
    >>> len(layer([1.0, 0.0, -1.0])), layer.bias[1].label
    (2, 'b1')
    """

    def __init__(self, rng: np.random.Generator, name: str, rows: int, columns: int) -> None:
        self.weight = matrix(rng, f"w{name}", rows, columns)  # (rows, columns)
        self.bias = vector(f"b{name}", rows)  # (rows,)

    def __call__(self, x: list[Any]) -> list[Any]:
        """(columns,) numbers or Values to (rows,) Values."""
        return add(product(self.weight, x), self.bias)


def squared_error(outputs: Any, targets: Any) -> Any:
    """The mean of (output - target)² over lists of one shape, however deeply nested.

    >>> squared_error([[Value(1.0)], [Value(2.0)]], [[0.0], [4.0]]).data
    2.5
    """
    squares = [(y - t) ** 2 for y, t in zip(flat(outputs), flat(targets))]
    return autograd.sum(squares) / len(squares)


def flat(nested: Any) -> list[Any]:
    """The numbers of nested lists in one list, in reading order.

    >>> flat([[1, 2], [[3]]])
    [1, 2, 3]
    """
    return [x for each in nested for x in flat(each)] if isinstance(nested, list) else [nested]


def cross_entropy(logits: list[Any], target: Any) -> Any:
    """-log of the probability that the softmax of the logits (C,) gives to class ``target``.

    -log(exp(z_t) / (exp(z_0) + exp(z_1) + ...)) = logsumexp(z) - z_t

    >>> round(cross_entropy([Value(0.0), Value(0.0)], 1).data, 4)
    0.6931
    """
    return autograd.logsumexp(logits) - autograd.take(logits, target)
