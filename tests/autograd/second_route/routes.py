"""Value, first and second derivative of a row, by PyTorch and by each kind of number of ours.

Each route gives the same list of arrays for a set of operands that need a gradient: the result; of each such
operand the gradient to a fixed upstream gradient; and of each the gradient of a fixed sum of those gradients.
"""

import numpy as np

import autograd
from autograd import Tensor, Value, gradients, ops, trace, values
from autograd.value import nary

ORDERS = ("value", "first derivative", "second derivative")


def weights(shape, start):
    """Fixed numbers away from 0, other ones for other starts."""
    return np.cos(start + np.arange(int(np.prod(shape)))).reshape(shape) + 1.5


def by_torch(torch, function, operands, settings, subset):
    leaves = [torch.tensor(x, requires_grad=i in subset) for i, x in enumerate(operands)]
    wanted = [leaves[i] for i in subset]
    out = function(*leaves, **settings)
    upstream = torch.tensor(weights(tuple(out.shape), 1.0))
    if not out.requires_grad:  # a choice of something else
        zeros = [np.zeros(np.shape(operands[i])) for i in subset]
        return [out.detach().numpy(), zeros, zeros]
    first = torch.autograd.grad(out, wanted, upstream, create_graph=True, allow_unused=True)
    total = sum(
        (slope * torch.tensor(weights(np.shape(operands[i]), 2.0 + i))).sum()
        for slope, i in zip(first, subset)
        if slope is not None and slope.requires_grad
    )
    if isinstance(total, int):
        second = [None] * len(wanted)
    else:
        second = torch.autograd.grad(total, wanted, allow_unused=True)

    def numbers(found):
        return [
            np.zeros(np.shape(operands[i])) if each is None else each.detach().numpy()
            for each, i in zip(found, subset)
        ]

    return [out.detach().numpy(), numbers(first), numbers(second)]


def by_tensor(row, operands, settings, subset):
    nodes = [Tensor(x) if i in subset else np.asarray(x) for i, x in enumerate(operands)]
    wanted = [nodes[i] for i in subset]
    out = row(*nodes, **settings)
    upstream = weights(out.shape, 1.0)
    yield out.data
    yield gradients(out, wanted, gradient=upstream)
    slopes = gradients(out, wanted, create_graph=True, gradient=upstream)
    total = sum((slope * weights(np.shape(operands[i]), 2.0 + i)).sum() for slope, i in zip(slopes, subset))
    yield gradients(total, wanted)


def _call(row, nodes, settings):
    if isinstance(row, ops.NaryOp):
        return nary(row, nodes)
    return row(*nodes, **settings)


def _flat(node):
    return [node] if not isinstance(node, np.ndarray) else node.ravel().tolist()


def _scalars(row, nodes, settings, operands, subset):
    """Results, first and second derivatives as nodes of scalars."""
    out = _flat(_call(row, nodes, settings))
    leaves = [_flat(nodes[i]) for i in subset]
    flat = [leaf for group in leaves for leaf in group]
    loss = autograd.dot(out, weights((len(out),), 1.0).tolist())
    yield out
    yield gradients(loss, flat)
    slopes = gradients(loss, flat, create_graph=True)
    scale = np.concatenate([weights(np.shape(operands[i]), 2.0 + i).ravel() for i in subset])
    yield autograd.dot(slopes, scale.tolist())


def _split(numbers, operands, subset):
    ends = np.cumsum([np.size(operands[i]) for i in subset])[:-1]
    parts = np.split(np.array(numbers, float), ends)
    return [part.reshape(np.shape(operands[i])) for part, i in zip(parts, subset)]


def _by_scalars(row, nodes, settings, operands, subset):
    route = _scalars(row, nodes, settings, operands, subset)
    flat = [leaf for i in subset for leaf in _flat(nodes[i])]
    yield np.array([each.data for each in next(route)])
    yield _split(next(route), operands, subset)
    yield _split(gradients(next(route), flat), operands, subset)


def by_value(row, operands, settings, subset):
    nodes = [Value(float(x)) if i in subset else float(x) for i, x in enumerate(operands)]
    return _by_scalars(row, nodes, settings, operands, subset)


def by_values(row, operands, settings, subset):
    nodes = [values(x) if i in subset else np.asarray(x) for i, x in enumerate(operands)]
    return _by_scalars(row, nodes, settings, operands, subset)


def by_trace(row, operands, settings, subset):
    single = not isinstance(row, ops.ArrayOp)
    nodes = [
        (Value(float(x)) if single else values(x)) if i in subset else (float(x) if single else np.asarray(x))
        for i, x in enumerate(operands)
    ]
    flat = [leaf for i in subset for leaf in _flat(nodes[i])]

    def upto(order):
        def traced(_):
            route = _scalars(row, nodes, settings, operands, subset)
            for _ in range(order):
                next(route)
            return next(route)

        return traced

    yield np.array(trace(upto(0), 0.0, parameters=flat)(0.0))
    loss = trace(
        lambda _: autograd.dot(o := upto(0)(0.0), weights((len(o),), 1.0).tolist()), 0.0, parameters=flat
    )
    slopes = loss.value_and_grad(0.0)[1]
    yield _split([slopes[leaf] for leaf in flat], operands, subset)
    second = trace(upto(2), 0.0, parameters=flat).value_and_grad(0.0)[1]
    yield _split([second[leaf] for leaf in flat], operands, subset)


ROUTES = {"Value": by_value, "Tensor": by_tensor, "array of Values": by_values, "traced": by_trace}
