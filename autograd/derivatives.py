"""Derivatives without ``.grad``: from any node to any other, Jacobians, Hessians, and higher orders.

Shapes. For Values, ``n`` inputs and ``m`` outputs give arrays (m, n) and (n, n). For Tensors, the output's
shape comes first, then the input's; a list of input Tensors gives a list (``hessian``: a list of lists).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .checks import array, flag, real, wrong
from .engine import inner_nodes
from .steps import pass_on
from .tensor import Tensor
from .value import Value


def gradients(output: Any, inputs: Any, *, create_graph: bool = False, gradient: Any = None) -> Any:
    """Compute the gradients of ``output`` to ``inputs``, without touching any ``.grad``.

    ``inputs`` is a node or a sequence of nodes (leaves or inner nodes); return one gradient or a list. They
    are floats (or arrays); with ``create_graph=True`` they are nodes, which can be differentiated again, to
    any order. An input that ``output`` does not depend on has gradient 0. ``gradient`` is the upstream
    gradient of ``output``: by default 1; required for a Tensor with more than one element.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> slope = gradients(x**3, x, create_graph=True)
    >>> slope.data, gradients(slope, x)
    (27.0, 18.0)
    """
    single = not isinstance(inputs, (list, tuple))
    wanted = [inputs] if single else list(inputs)
    if not hasattr(output, "_seed"):
        raise TypeError(f"gradients: the output is {output!r}; expected a Value or a Tensor")
    create_graph = flag(create_graph, "create_graph", "gradients")
    output._check_differentiable("gradients")
    for node in wanted:
        if not isinstance(node, output.kind):
            raise TypeError(
                f"gradients: the output is a {output.kind.__name__}, so the inputs must be; one is {node!r}"
            )
        node._check_differentiable("gradients")
    seed = output._seed(gradient, "gradients")
    if create_graph:  # a gradient that is itself a node stays one
        seed = gradient if isinstance(gradient, output.kind) else output._lift_gradient(seed)
    found = {output: seed}
    order = inner_nodes(output)
    leads = set(wanted)  # follow only edges that lead to an input
    for node in order:
        if not leads.isdisjoint(node.parents):
            leads.add(node)
    for node in reversed(order):
        if node not in leads or node not in found:
            continue
        upstream = found[node]
        if create_graph:
            locals_ = node._local_grad_nodes(leads)
        else:
            locals_ = node.local_grads
            node._check_unchanged([parent in leads for parent in node.parents])
        for parent, local in zip(node.parents, locals_):
            if local is not None and parent in leads:
                pass_on(node, upstream, local, parent, found)
    results = [found[node] if node in found else node._zero_gradient(create_graph) for node in wanted]
    if create_graph:
        for node in results:
            node._is_slope()
    else:  # NumPy makes scalars of 0-d arrays
        results = [np.asarray(each) if isinstance(each, np.generic) else each for each in results]
    return results[0] if single else results


def jacobian(outputs: Any, inputs: Any) -> Any:
    """Compute all first derivatives, J[i, j] = d outputs[i] / d inputs[j], without touching any ``.grad``.

    This takes one backward pass per element of the outputs.

    >>> x, y = Value(2.0), Value(3.0)
    >>> jacobian([x * y, x + y], [x, y]).tolist()
    [[3.0, 2.0], [1.0, 1.0]]
    >>> t = Tensor([1.0, 2.0])
    >>> jacobian(t * t, t).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if isinstance(outputs, Tensor):
        return _tensor_jacobian(outputs, _inputs(inputs, Tensor, "jacobian")[0], isinstance(inputs, Tensor))
    rows = _nodes(outputs, Value, "outputs", "jacobian", "one Tensor, or a Value or a list of them")[0]
    columns = _inputs(inputs, Value, "jacobian")[0]
    return np.array([gradients(row, columns) for row in rows]).reshape(len(rows), len(columns))


def hessian(output: Any, inputs: Any) -> Any:
    """Compute all second derivatives, H[i, j] = d² output / d inputs[i] d inputs[j], of one number.

    It is the Jacobian of the gradient, which is itself a graph.

    >>> x, y = Value(2.0), Value(3.0)
    >>> hessian(x * x * y, [x, y]).tolist()
    [[6.0, 4.0], [4.0, 0.0]]
    """
    kind = _one_number(output, "hessian")
    nodes, single = _inputs(inputs, kind, "hessian")
    slopes = gradients(output, nodes, create_graph=True)
    if kind is Value:
        return jacobian(slopes, nodes)
    tables = [_tensor_jacobian(slope, nodes, single) for slope in slopes]
    return tables[0] if single else tables


def hvp(output: Any, inputs: Any, vector: Any) -> Any:
    """Multiply the Hessian of ``output`` by a vector without building the Hessian: two backward passes.

    H v = d (g · v) / d inputs, where g is the gradient (Pearlmutter 1994, "Fast exact
    multiplication by the Hessian"). ``vector`` has one number per input Value, or one array per
    input Tensor, with its shape.

    >>> x, y = Value(2.0), Value(3.0)
    >>> hvp(x * x * y, [x, y], [1.0, 0.0])
    [6.0, 4.0]
    """
    nodes, single = _inputs(inputs, _one_number(output, "hvp"), "hvp")
    listed = isinstance(vector, (list, tuple)) or isinstance(vector, np.ndarray) and vector.ndim > 0
    if not single and not listed:
        raise wrong(vector, "vector", "hvp", "one entry for each input, in a list")
    vectors = [vector] if single else list(vector)
    if not nodes or len(nodes) != len(vectors):
        raise ValueError(
            f"hvp: {len(nodes)} inputs and {len(vectors)} entries of the vector; expected one for each"
        )
    entries = [_beside(node, entry) for node, entry in zip(nodes, vectors)]
    parts = []
    for slope, entry in zip(gradients(output, nodes, create_graph=True), entries):
        part = slope * entry
        parts.append(part.sum() if isinstance(part, Tensor) else part)
    along = parts[0]
    for part in parts[1:]:
        along = along + part
    along._is_slope()
    products = gradients(along, nodes)
    return products[0] if single else products


def _tensor_jacobian(outputs: Tensor, columns: list[Any], single: bool) -> Any:
    rows = []
    for index in np.ndindex(outputs.shape):
        one = np.zeros_like(outputs.data)
        one[index] = 1
        rows.append(gradients(outputs, columns, gradient=one))
    tables = [
        np.array([row[i] for row in rows], dtype=column.dtype).reshape(outputs.shape + column.shape)
        for i, column in enumerate(columns)
    ]
    return tables[0] if single else tables


def _one_number(output: Any, caller: str) -> type:
    """Return the kind of the output, a node with one number."""
    if not isinstance(output, (Value, Tensor)):
        raise wrong(output, "output", caller, "a Value or a Tensor")
    if isinstance(output, Tensor) and output.size != 1:
        raise ValueError(
            f"{caller}: output has shape {output.shape}; expected one number, such as its .sum() or .mean()"
        )
    return output.kind


def _inputs(given: Any, kind: type, caller: str) -> tuple[list[Any], bool]:
    return _nodes(given, kind, "inputs", caller, f"a {kind.__name__}, like the output, or a list of them")


def _nodes(given: Any, kind: type, name: str, caller: str, expected: str) -> tuple[list[Any], bool]:
    """Return the nodes as a list, and whether a single one was given."""
    single = not isinstance(given, (list, tuple))
    nodes = [given] if single else list(given)
    for node in nodes:
        if not isinstance(node, kind):
            raise wrong(node, name if single else f"one of the {name}", caller, expected)
    return nodes, single


def _beside(node: Any, entry: Any) -> Any:
    """Check an entry of the vector: a number for a Value, an array of its shape for a Tensor."""
    name = "the vector's entry for one of the inputs"
    if isinstance(node, Value):
        return real(entry, name, "hvp")
    found = array(entry.data if isinstance(entry, Tensor) else entry, name, "hvp")
    if found.shape != node.shape:
        raise ValueError(f"hvp: an entry of the vector has shape {found.shape}, its input has {node.shape}")
    return found.astype(node.dtype)
