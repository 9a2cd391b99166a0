"""Derivatives of many numbers and of higher order, on top of :func:`autograd.gradients`.

Shapes. Of Values: ``n`` inputs and ``m`` outputs give arrays (m, n) and (n, n). Of one Tensor to
another: the output's shape, then the input's; a list of input Tensors gives a list (``hessian``: a
list of lists).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .engine import gradients
from .tensor import Tensor
from .value import Value


def jacobian(outputs: Any, inputs: Any) -> Any:
    """All the first derivatives, J[i, j] = d outputs[i] / d inputs[j], without touching any ``.grad``.

    One walk per element of the outputs.

    >>> x, y = Value(2.0), Value(3.0)
    >>> jacobian([x * y, x + y], [x, y]).tolist()
    [[3.0, 2.0], [1.0, 1.0]]
    >>> t = Tensor([1.0, 2.0])
    >>> jacobian(t * t, t).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if isinstance(outputs, Tensor):
        return _tensor_jacobian(outputs, inputs)
    rows = [outputs] if isinstance(outputs, Value) else _values("jacobian: outputs", outputs)
    columns = [inputs] if isinstance(inputs, Value) else _values("jacobian: inputs", inputs)
    table = np.array([gradients(row, columns) for row in rows]).reshape(len(rows), len(columns))
    return table


def hessian(output: Any, inputs: Any) -> Any:
    """All the second derivatives, H[i, j] = d² output / d inputs[i] d inputs[j], of one number.

    The Jacobian of the gradient, which is itself a graph.

    >>> x, y = Value(2.0), Value(3.0)
    >>> hessian(x * x * y, [x, y]).tolist()
    [[6.0, 4.0], [4.0, 0.0]]
    """
    slopes = gradients(output, inputs, create_graph=True)
    if isinstance(output, Value):
        return jacobian(slopes, inputs)
    if isinstance(inputs, Tensor):
        return _tensor_jacobian(slopes, inputs)
    return [_tensor_jacobian(slope, inputs) for slope in slopes]


def hvp(output: Any, inputs: Any, vector: Any) -> Any:
    """The Hessian of ``output`` times a vector, without building the Hessian: two walks.

    H v = d (g · v) / d inputs, where g is the gradient (Pearlmutter 1994, "Fast exact
    multiplication by the Hessian"). ``vector`` has one number per input Value, or one array per
    input Tensor, of its shape.

    >>> x, y = Value(2.0), Value(3.0)
    >>> hvp(x * x * y, [x, y], [1.0, 0.0])
    [6.0, 4.0]
    """
    single = not isinstance(inputs, (list, tuple))
    nodes, vectors = ([inputs], [vector]) if single else (list(inputs), list(vector))
    if not nodes or len(nodes) != len(vectors):
        raise ValueError(
            f"hvp: {len(nodes)} inputs and {len(vectors)} entries of the vector; expected one for each"
        )
    parts = []
    for slope, entry in zip(gradients(output, nodes, create_graph=True), vectors):
        if isinstance(slope, Tensor):
            entry = np.asarray(entry.data if isinstance(entry, Tensor) else entry, slope.dtype)
            if entry.shape != slope.shape:
                raise ValueError(
                    f"hvp: an entry of the vector has shape {entry.shape}, its input has {slope.shape}"
                )
        part = slope * entry
        parts.append(part.sum() if isinstance(part, Tensor) else part)
    along = parts[0]
    for part in parts[1:]:
        along = along + part
    along._is_slope()
    products = gradients(along, nodes)
    return products[0] if single else products


def _tensor_jacobian(outputs: Tensor, inputs: Any) -> Any:
    columns = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    rows = []
    for index in np.ndindex(outputs.shape):
        one = np.zeros_like(outputs.data)
        one[index] = 1
        rows.append(gradients(outputs, columns, gradient=one))
    tables = [
        np.array([row[i] for row in rows], dtype=column.dtype).reshape(outputs.shape + column.shape)
        for i, column in enumerate(columns)
    ]
    return tables[0] if isinstance(inputs, Tensor) else tables


def _values(what: str, nodes: Sequence[Any]) -> list[Value]:
    nodes = list(nodes) if isinstance(nodes, (list, tuple)) else [nodes]
    for node in nodes:
        if not isinstance(node, Value):
            raise TypeError(f"{what} are Values or one Tensor, but one is {type(node).__name__}")
    return nodes
