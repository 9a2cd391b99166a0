"""Value, first and second derivative of a row, by PyTorch and by each kind of number of ours.

Each route gives the same three parts for a :class:`Case`: the result; of each operand that needs a gradient
the gradient, to a fixed upstream gradient; and of each of these the gradient of a fixed sum of all gradients.
"""

import itertools
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, Value, array_ops, gradients, nary_ops, trace, values
from autograd.value import nary

ORDERS = ("value", "first derivative", "second derivative")


def weights(shape, start):
    """Fixed numbers away from 0, other ones for other starts."""
    return np.cos(start + np.arange(int(np.prod(shape)))).reshape(shape) + 1.5


@dataclass(frozen=True)
class Case:
    """A row, its operands and settings, which operands need a gradient, and what is passed back.

    The operands of a row on single numbers are columns: a point in each place. An operand that is an int (an
    index) has no derivative, and no column.
    """

    row: Any
    operands: tuple[Any, ...]
    settings: dict[str, Any]
    subset: tuple[int, ...]
    upstream: Any = None
    scales: tuple[Any, ...] = ()  # of each operand's gradient in the sum that is differentiated again

    @property
    def on_points(self):
        return not isinstance(self.row, array_ops.ArrayOp)

    def weighted(self, shape):
        """The case with its upstream gradient, to a result of that shape, and scales."""
        scales = tuple(weights(np.shape(x), 2.0 + i) for i, x in enumerate(self.operands))
        return replace(self, upstream=weights(shape, 1.0), scales=scales)

    def at(self, places):
        """Some of the points."""
        pick = lambda column: column if isinstance(column, int) else column[places]  # noqa: E731
        operands, scales = (
            tuple(map(pick, self.operands)),
            tuple(s[places] if s.ndim else s for s in self.scales),
        )
        return replace(self, operands=operands, upstream=self.upstream[places], scales=scales)


def by_torch(torch, function, case):
    """The three parts, and the case with its weights."""
    operands, subset = case.operands, case.subset
    leaves = [
        x if isinstance(x, int) else torch.tensor(x, requires_grad=i in subset)
        for i, x in enumerate(operands)
    ]
    wanted = [leaves[i] for i in subset]
    out = function(*leaves, **case.settings)
    case = case.weighted(tuple(out.shape))
    zeros = [np.zeros(np.shape(operands[i])) for i in subset]

    def numbers(found):
        return [zero if each is None else each.numpy(force=True) for each, zero in zip(found, zeros)]

    if not out.requires_grad:  # a choice of something else
        return case, [out.numpy(force=True), zeros, zeros]
    first = torch.autograd.grad(
        out, wanted, torch.tensor(case.upstream), create_graph=True, allow_unused=True
    )
    scaled = [
        (slope * torch.tensor(case.scales[i])).sum()
        for slope, i in zip(first, subset)
        if slope is not None and slope.requires_grad
    ]
    second = torch.autograd.grad(sum(scaled), wanted, allow_unused=True) if scaled else [None] * len(wanted)
    return case, [out.numpy(force=True), numbers(first), numbers(second)]


def by_tensor(case):
    nodes = [Tensor(x) if i in case.subset else x for i, x in enumerate(case.operands)]
    wanted = [nodes[i] for i in case.subset]
    out = case.row(*nodes, **case.settings)
    yield out.data
    yield gradients(out, wanted, gradient=case.upstream)
    slopes = gradients(out, wanted, create_graph=True, gradient=case.upstream)
    total = sum((slope * case.scales[i]).sum() for slope, i in zip(slopes, case.subset))
    yield gradients(total, wanted)


def _flat(node):
    return node.ravel().tolist() if isinstance(node, np.ndarray) else [node]


def _scalars(case, nodes, upstream, scales):
    """The results; them weighted by ``upstream``; the sum of that one's gradients, weighted by ``scales``."""
    if isinstance(case.row, nary_ops.NaryOp):
        called = nary(case.row, nodes)
    else:
        called = case.row(*nodes, **case.settings)
    out = _flat(called)
    yield out
    leaves = [leaf for i in case.subset for leaf in _flat(nodes[i])]
    loss = autograd.dot([*out, leaves[0]], [*upstream, 0.0])  # a choice of others alone has no gradient
    yield loss
    yield autograd.dot(gradients(loss, leaves, create_graph=True), scales)


def _numbers_of(case):
    """The weights of a case as flat lists."""
    return _flat(np.asarray(case.upstream)), [
        x for i in case.subset for x in _flat(np.asarray(case.scales[i]))
    ]


def _split(flat, case):
    """Numbers one after the other as arrays, one for each operand that needs a gradient."""
    shapes = [np.shape(case.operands[i]) for i in case.subset]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    return [part.reshape(shape) for part, shape in zip(np.split(np.array(flat, float), ends), shapes)]


def _by_scalars(case, nodes):
    results, leaves = (
        _scalars(case, nodes, *_numbers_of(case)),
        [x for i in case.subset for x in _flat(nodes[i])],
    )
    yield np.array([getattr(each, "data", each) for each in next(results)]).reshape(np.shape(case.upstream))
    yield _split(gradients(next(results), leaves), case)
    yield _split(gradients(next(results), leaves), case)


def _point_by_point(route):
    """A route for single numbers as one for columns of them."""

    def of_columns(case, *more):
        each = [route(case.at(place), *more) for place in range(len(case.upstream))]
        yield np.array([next(parts) for parts in each])
        for _ in range(2):
            columns = zip(*[next(parts) for parts in each])
            yield [np.array(column) for column in columns]

    return of_columns


def _leaf(case, i):
    x = case.operands[i]
    if i not in case.subset or isinstance(x, int):
        return float(x) if np.ndim(x) == 0 and case.on_points else x
    return Value(float(x)) if case.on_points else values(x)


@_point_by_point
def by_value(case):
    return _by_scalars(case, [_leaf(case, i) for i in range(len(case.operands))])


def by_values(case):
    return _by_scalars(case, [values(x) if i in case.subset else x for i, x in enumerate(case.operands)])


class Traces:
    """Programs of rows, kept: where all operands need a gradient, one serves for all numbers."""

    def __init__(self):
        self._kept = {}

    def kept(self, key, make):
        """What there is for this key, made at first need."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def of(self, case, key):
        whole = [i for i, x in enumerate(case.operands) if isinstance(x, int)]
        if len(case.subset) + len(whole) < len(case.operands):
            return _Programs(case, whole)
        return self.kept((*key, case.subset), lambda: _Programs(case, whole))


class _Programs:
    """A row's result, its gradient, and the gradient of that, each traced with a case at first need."""

    def __init__(self, case, whole):
        self.case, self.whole, self.made = case, whole, {}
        self.nodes = [_leaf(case, i) for i in range(len(case.operands))]
        self.leaves = [leaf for i in case.subset for leaf in _flat(self.nodes[i])]

    def run(self, order, case):
        """The program of that order with the numbers of another case: the result, or the gradient."""
        numbers = [x for i in case.subset for x in _flat(np.asarray(case.operands[i]))]
        arguments = (*_numbers_of(case), [case.operands[i] for i in self.whole])
        for leaf, number in zip(self.leaves, numbers):
            leaf.data = number
        if order not in self.made:
            self.made[order] = trace(partial(self._traced, order), *arguments, parameters=self.leaves)
        if not order:
            return np.array(self.made[0](*arguments)).reshape(np.shape(case.upstream))
        found = self.made[order].value_and_grad(*arguments)[1]
        return _split([found[leaf] for leaf in self.leaves], case)

    def _traced(self, order, upstream, scales, indices):
        given = iter(indices)
        operands = [next(given) if i in self.whole else node for i, node in enumerate(self.nodes)]
        results = _scalars(self.case, operands, upstream, scales)
        for _ in range(order):
            next(results)
        return next(results)


def _by_trace(case, traces, key):
    programs = traces.of(case, key)
    for order in range(3):
        yield programs.run(order, case)


def by_trace(case, traces, key):
    return (_point_by_point(_by_trace) if case.on_points else _by_trace)(case, traces, key)


def by_batch(case, traces, key):
    """All points at once, by programs of arrays; operands that need no gradient are arguments as well."""
    columns = [np.broadcast_to(x, case.upstream.shape) for x in case.operands]
    arguments = [*columns, case.upstream, *(case.scales[i] for i in case.subset)]
    # They are traced at numbers for which all rows have all derivatives.
    example = [x if isinstance(x, int) else 0.3 + 0.1 * i for i, x in enumerate(case.operands)]
    example += [1.0] * (len(arguments) - len(columns))

    def traced(order, *given):
        nodes, (upstream, *scales) = given[: len(columns)], given[len(columns) :]
        parts = list(itertools.islice(_scalars(case, nodes, [upstream], scales), order + 1))
        leaves = [nodes[i] for i in case.subset]
        return gradients(parts[-1], leaves, create_graph=True) if order else parts[0]

    for order in range(3):
        make = partial(trace, partial(traced, order), *example)
        program = traces.kept((*key[:2], case.subset, order), lambda make=make: make().batched())
        found = program(*arguments)
        yield [found[:, i] for i in range(len(case.subset))] if order else found[:, 0]


ROUTES = {
    "Value": lambda case, traces, key: by_value(case),
    "Tensor": lambda case, traces, key: by_tensor(case),
    "array of Values": lambda case, traces, key: by_values(case),
    "traced": by_trace,
    "batched": by_batch,
}
