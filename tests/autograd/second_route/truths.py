"""What PyTorch says for each row of the registry, written by the row's name and settings."""

import functools

import numpy as np

from ..test_rows import torch_row


def _axes(axis, ndim):
    return tuple(range(ndim)) if axis is None else axis


def _index(torch, index):
    """NumPy's index as PyTorch takes it: no negative steps there, so those come as numbers."""

    def one(part, size):
        if isinstance(part, slice) and (part.step or 1) < 0:
            return torch.arange(size)[list(range(*part.indices(size)))]
        if isinstance(part, np.ndarray):
            return torch.tensor(part)
        return int(part) if isinstance(part, np.integer) else part

    return one, index


def _getitem(torch, x, index):
    one, parts = _index(torch, index)
    if not isinstance(parts, tuple):
        return x[one(parts, x.shape[0])]
    return x[tuple(one(part, x.shape[min(i, x.ndim - 1)]) for i, part in enumerate(parts))]


def _put(torch, x, index, shape):
    places = np.arange(int(np.prod(shape))).reshape(shape)[index]
    flat = torch.zeros(int(np.prod(shape)), dtype=x.dtype)
    return flat.index_add(0, torch.tensor(places.ravel()), x.reshape(-1)).reshape(shape)


def _sum_to(torch, x, shape):
    extra = x.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(extra + i for i, n in enumerate(shape) if n != x.shape[extra + i])
    return x.sum(dim=axes).reshape(shape) if axes else x.clone()


def _of_log_softmax(torch, logits, counts, over, axis):
    terms = torch.where(
        torch.tensor(counts != 0), torch.log_softmax(logits, 1), torch.zeros(())
    ) * torch.tensor(counts)
    return -(terms.sum() if axis is None else terms.sum(dim=axis)) / over


def _norm(torch, x, axes, keepdims):
    """In units of the largest: PyTorch's own loses what has no square."""
    largest = x.abs().amax(dim=axes, keepdim=True).detach()
    unit = torch.where(largest > 0, largest, torch.ones(()))
    found = torch.linalg.vector_norm(x / unit, dim=axes, keepdim=True) * unit
    return found if keepdims else found.squeeze(axes)


def _root(torch, square):
    """Of a mean of squares: where these overflowed, what it divides is no answer."""
    return torch.sqrt(torch.where(torch.isinf(square), torch.nan, square))


def _variance(torch, x, axis, keepdims, ddof):
    return torch.var(x, dim=_axes(axis, x.ndim), keepdim=keepdims, correction=ddof)


def array_rows(torch):
    """By name, a function of PyTorch's tensors and the row's settings."""
    return {
        "reshape": lambda x, shape: x.reshape(shape),
        "transpose": lambda x, axes: x.permute(tuple(reversed(range(x.ndim))) if axes is None else axes),
        "broadcast_to": lambda x, shape: x.broadcast_to(shape),
        "sum_to": lambda x, shape: _sum_to(torch, x, shape),
        "astype": lambda x, dtype: x.clone(),
        "sum": lambda x, axis, keepdims: torch.sum(x, dim=_axes(axis, x.ndim), keepdim=keepdims),
        "mean": lambda x, axis, keepdims: torch.mean(x, dim=_axes(axis, x.ndim), keepdim=keepdims),
        "var": lambda x, axis, keepdims, ddof: _variance(torch, x, axis, keepdims, ddof),
        "max": lambda x, axis, keepdims: torch.amax(x, dim=_axes(axis, x.ndim), keepdim=keepdims),
        "min": lambda x, axis, keepdims: torch.amin(x, dim=_axes(axis, x.ndim), keepdim=keepdims),
        "norm": lambda x, axis, keepdims: _norm(torch, x, _axes(axis, x.ndim), keepdims),
        "cumsum": lambda x, axis: torch.cumsum(x, dim=axis),
        "prod": lambda x, axis, keepdims: _prod(torch, x, axis, keepdims),
        "einsum": lambda *xs, inputs, output: torch.einsum(f"{','.join(inputs)}->{output}", *xs),
        "matmul": torch.matmul,
        "getitem": lambda x, index: _getitem(torch, x, index),
        "put": lambda x, index, shape: _put(torch, x, index, shape),
        "concatenate": lambda *xs, axis: torch.cat(xs, dim=axis),
        "stack": lambda *xs, axis: torch.stack(xs, dim=axis),
        "where": lambda x, y, condition: torch.where(torch.tensor(condition), x, y),
        "softmax": lambda x, axis: torch.softmax(x, dim=axis),
        "log_softmax": lambda x, axis: torch.log_softmax(x, dim=axis),
        "logsumexp": lambda x, axis, keepdims: torch.logsumexp(x, dim=_axes(axis, x.ndim), keepdim=keepdims),
        "linear": lambda x, weight, bias: torch.nn.functional.linear(x, weight, bias),
        "cross_entropy": lambda x, target, **_: torch.nn.functional.cross_entropy(x, torch.tensor(target)),
        "expected_cross_entropy": lambda x, counts, over, axis, **_: _of_log_softmax(torch, x, counts, over, axis),
        "normalize": lambda x, axis, eps, **_: (
            (x - x.mean(dim=axis, keepdim=True)) / _root(torch, x.var(dim=axis, keepdim=True, correction=0) + eps)
        ),
        "rms_normalize": lambda x, axis, eps: x / _root(torch, (x * x).mean(dim=axis, keepdim=True) + eps),
    }  # fmt: skip


def _prod(torch, x, axis, keepdims):
    """One product after the other: torch.prod divides by each element, and its slope's slope is noise."""
    for each in sorted((a % x.ndim for a in np.atleast_1d(_axes(axis, x.ndim))), reverse=True):
        product = functools.reduce(torch.mul, x.unbind(each))
        x = product.unsqueeze(each) if keepdims else product
    return x


def nary_rows(torch):
    return {
        "sum": lambda *xs: sum(xs),
        "dot": lambda *xs: sum(w * x for w, x in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
        "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), dim=0),
        "max": lambda *xs: torch.amax(torch.stack(xs), dim=0),
        "min": lambda *xs: torch.amin(torch.stack(xs), dim=0),
        "largest": lambda *xs: torch.amax(torch.stack(xs), dim=0).detach(),
        "select": lambda index, *xs: torch.stack(xs)[index] + 0.0 * sum(xs),
    }


def _softplus(torch, x):
    """torch.logaddexp has no second derivative far out."""
    right, zero = x > 0, torch.zeros(())
    near = torch.where(right, zero, x)
    return torch.where(right, x + torch.log1p(torch.exp(-torch.where(right, x, zero))), torch.log1p(torch.exp(near)))


def elementwise_rows(torch):
    """Rows on single numbers that :func:`torch_row` has not, or not to second order."""
    return {
        "softplus": lambda x: _softplus(torch, x),
        "where_less": lambda a, b, x, y: torch.where(a < b, x, y) + 0.0 * (a + b),
        "where_less_equal": lambda a, b, x, y: torch.where(a <= b, x, y) + 0.0 * (a + b),
        "where_equal": lambda a, b, x, y: torch.where(a == b, x, y) + 0.0 * (a + b),
    }


def truth(torch, row):
    """PyTorch's function for a row; a row that has none here is a failure of the tests that ask."""
    kind = type(row).__name__
    if kind == "ArrayOp":
        return array_rows(torch).get(row.name)
    if kind == "NaryOp":
        return nary_rows(torch).get(row.name)
    return elementwise_rows(torch).get(row.name) or torch_row(torch, row)


def _of_pow(x, y):
    return y == 0


# Where ours is kept on purpose: of a row, from which order on, at which operands, and why.
EXCEPTIONS = {
    "pow": (2, _of_pow, "PyTorch takes d(x**y)/dx at y = 0 for the constant 0; it is y x**(y-1), which has a slope in y"),
}


def excepted(case, order):
    """Which numbers are not compared, as a mask, and why."""
    start, where, why = EXCEPTIONS.get(case.row.name, (3, None, None))
    if order < start:
        return False, None
    mask = where(*case.operands)
    return (mask, why) if np.any(mask) else (False, None)


def _per_axis(power):
    """1 over the distance from the origin: what the second derivatives of a distance and an angle are made of."""

    def size(case):
        distance = np.hypot(*case.operands) if case.on_points else min(by_axis(case))
        return np.divide(16.0, distance**power, where=distance != 0, out=np.zeros(np.shape(distance)))

    def by_axis(case):
        (x,), axis = case.operands, case.settings["axis"]
        largest = np.abs(x).max(axis=axis)
        return largest[largest > 0].ravel().tolist() or [np.array(0.0)]

    return size


def _of_probabilities(case):
    return 1.0


# What a derivative is a difference of, where that is larger than what is left: from which order on, and how large.
SIZES = {
    "hypot": (2, _per_axis(1)), "norm": (2, _per_axis(1)), "arctan2": (2, _per_axis(2)),
    **dict.fromkeys(["softmax", "log_softmax", "cross_entropy", "expected_cross_entropy"], (1, _of_probabilities)),
}  # fmt: skip


def noise(case, order, expected):
    """What of a difference is rounding: 1e-14 of the size of the numbers that a derivative is made of."""
    if order == 0:
        return 1e-300
    with np.errstate(all="ignore"):
        sizes = [np.abs(np.where(np.isfinite(x), x, 0.0)) for part in expected[1 : order + 1] for x in part]
        largest = np.max(sizes, axis=0) if case.on_points else max(x.max(initial=0.0) for x in sizes)
        start, size = SIZES.get(case.row.name, (3, None))
        if order >= start:
            largest = np.maximum(largest, size(case))
    return 1e-14 * largest + 1e-300
