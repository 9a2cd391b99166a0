"""The walk: from a result back to what it was computed from, one operation at a time.

``backward()`` and every stepper drain the same generator, :func:`walk`. Nothing here knows whether
a node holds a float or an array: nodes know how to pass their gradient on (``_pass_all_on``), the walk
knows the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .checks import flag, wrong
from .naming import expression_of, formulas, name_of


def inner_nodes(root: Any) -> list[Any]:
    """The nodes that ``root`` was computed by, itself the last: parents first, leaves left out.

    A depth-first search with a stack of its own, so that a chain of a million nodes is no deeper than
    Python's stack allows. Parents are visited in their order, so equal programs give equal orders.
    """
    order: list[Any] = []
    if root._a is None:
        return order
    done: set[Any] = set()  # what is in the order
    add = done.add  # no function in here may take hold of done: reading it would be slower
    path: list[Any] = []  # the nodes on the way down
    turns: dict[Any, Iterator[Any]] = {}  # where each n-ary node's turn has got to
    node = root
    while True:
        parent = node._a
        while parent._a is not None and parent not in done:
            path.append(node)
            node = parent
            parent = node._a
        while True:  # the first parent is done: the others
            other = node._b
            if other is None:
                pass
            elif type(other) is tuple:
                for parent in turns.setdefault(node, iter(other)):
                    if parent._a is not None and parent not in done:
                        break
                else:
                    parent = None
                if parent is not None:
                    path.append(node)
                    node = parent
                    break
            else:
                first = other._a
                if first is not None and other not in done:
                    # Most are products, of operands that are done: no need to go down to them.
                    second = other._b
                    if (first._a is None or first in done) and (
                        second is None
                        or (type(second) is not tuple and (second._a is None or second in done))
                    ):
                        order.append(other)
                        add(other)
                    else:
                        path.append(node)
                        node = other
                        break
            order.append(node)
            add(node)
            if not path:
                return order
            node = path.pop()


def topological_order(root: Any) -> list[Any]:
    """Every node of the graph, leaves and constants too, each after its parents.

    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> [node.op.name for node in topological_order(a * a + 1.0)]
    ['leaf', 'mul', 'constant', 'add']
    """
    order: dict[Any, None] = {}
    for node in inner_nodes(_root(root, "topological_order")):
        for parent in node.parents:
            order.setdefault(parent)
        order[node] = None
    order.setdefault(root)
    return list(order)


def walk(root: Any, gradient: Any) -> Iterator[Any]:
    """Yield each inner node when its gradient is complete, and pass that on to its parents when resumed.

    The gradients of inner nodes belong to one walk and start afresh; those of leaves add up.
    """
    root._check_differentiable("backward")
    order = inner_nodes(root)
    for node in order:
        node.grad = None
    total = gradient if root.grad is None else root.grad + gradient
    root.grad = np.array(total) if isinstance(gradient, np.ndarray) else total
    return root._pass_all_on(reversed(order))


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one operation adds to the gradient of one parent: ``local_grad`` times upstream gradient.

    ``before`` and ``after`` are the parent's running total (``before`` is None where nothing had arrived);
    ``formula`` is the partial derivative in symbols.
    """

    parent: Any
    local_grad: Any
    amount: Any
    before: Any
    after: Any
    formula: str


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the backward pass: a node whose gradient is complete, and what it passes on.

    ``upstream`` is the gradient of ``node``; ``contributions`` has one entry per edge that carries
    a gradient, in the order of the parents, so ``x * x`` has two.
    """

    node: Any
    upstream: Any
    contributions: tuple[Contribution, ...]

    def __str__(self) -> str:
        name, expression = name_of(self.node), expression_of(self.node)
        head = expression if name == expression else f"{name} = {expression}"
        lines = [f"{head}   upstream gradient {_short(self.upstream)}"]
        for c in self.contributions:
            number = _short(c.local_grad)
            local = number if c.formula == str(c.local_grad) else f"{c.formula} = {number}"
            product = "" if callable(c.local_grad) else f"{number} * {_short(self.upstream)} = "
            before = "none" if c.before is None else _short(c.before)
            lines.append(
                f"  {name_of(c.parent)}: local gradient {local}, contribution {product}{_short(c.amount)}, "
                f"total {before} -> {_short(c.after)}"
            )
        return "\n".join(lines)


def backward_steps(root: Any, gradient: Any = None) -> Iterator[Step]:
    """The backward pass from ``root`` as steps to look at; draining it is what ``backward()`` does.

    Each step is shown before its contributions are passed on, and they are when the next one is
    asked for. ``gradient`` is the upstream gradient of ``root`` (1 where None).

    >>> from autograd import Value
    >>> x, w = Value(2.0, "x"), Value(-3.0, "w")
    >>> n = x * w
    >>> n.label = "n"
    >>> for step in backward_steps(n * n):
    ...     print(step)
    n * n   upstream gradient 1
      n: local gradient n = -6, contribution -6 * 1 = -6, total none -> -6
      n: local gradient n = -6, contribution -6 * 1 = -6, total -6 -> -12
    n = x * w   upstream gradient -12
      x: local gradient w = -3, contribution -3 * -12 = 36, total none -> 36
      w: local gradient x = 2, contribution 2 * -12 = -24, total none -> -24
    """
    seed = _root(root, "backward_steps")._seed(gradient, "backward_steps")
    nodes = walk(root, seed)  # here and not at the first step, so that errors come at the call
    return (Step(node, node.grad, _contributions(node)) for node in nodes)


def _root(given: Any, caller: str) -> Any:
    if not hasattr(given, "_seed"):
        raise wrong(given, "root", caller, "a Value or a Tensor, the node that a computation ended in")
    return given


def _contributions(node: Any) -> tuple[Contribution, ...]:
    totals: dict[Any, Any] = {}  # a parent used twice gets its second share on top of its first
    found = []
    for parent, local, formula in zip(node.parents, node.local_grads, formulas(node)):
        if local is None:
            continue
        amount = node._share(node.grad, local, parent)
        before = totals.get(parent, parent.grad)
        totals[parent] = after = amount if before is None else before + amount
        found.append(Contribution(parent, local, amount, before, after, formula))
    return tuple(found)


def gradients(output: Any, inputs: Any, *, create_graph: bool = False, gradient: Any = None) -> Any:
    """The gradients of ``output`` to ``inputs``, without touching any ``.grad``.

    ``inputs`` is a node or a sequence of nodes (leaves, or inner nodes of the graph); the answer is
    one gradient or a list. They are floats (or arrays); with ``create_graph=True`` they are nodes,
    which can be differentiated again, to any order. An input that ``output`` does not depend on has
    gradient 0. ``gradient`` is the upstream gradient of ``output``: 1 where None, needed where
    ``output`` is a Tensor with more than one element.

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
    leads = set(wanted)  # only edges that lead to an input are worth following
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
                share = node._share(upstream, local, parent)
                found[parent] = found[parent] + share if parent in found else share
    results = [found[node] if node in found else node._zero_gradient(create_graph) for node in wanted]
    if create_graph:
        for node in results:
            node._is_slope()
    else:  # NumPy makes scalars of 0-d arrays
        results = [np.asarray(each) if isinstance(each, np.generic) else each for each in results]
    return results[0] if single else results


def _short(number: Any) -> str:
    if callable(number):
        return "a function of the upstream gradient"
    if isinstance(number, np.ndarray):
        shown = np.array2string(number, precision=4, max_line_width=1000).replace("\n", "")
        return shown if number.size <= 6 else f"array{number.shape}"
    return f"{number:.4g}" if isinstance(number, float) else str(number)
