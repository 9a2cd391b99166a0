"""What PyTorch says for each row of the registry, written by the row's name and settings.

Where PyTorch's own function takes a shortcut that is wrong far out, it is written out here in its arithmetic.
"""

import functools

import numpy as np

from ..test_rows import torch_row

# Rows on whole arrays.


def _axes(axis, ndim):
    return tuple(range(ndim)) if axis is None else axis


def _getitem(torch, x, index):
    """NumPy's index as PyTorch takes it: no negative steps there, so those come as numbers."""

    def one(part, size):
        if isinstance(part, slice) and (part.step or 1) < 0:
            return torch.arange(size)[list(range(*part.indices(size)))]
        if isinstance(part, np.ndarray):
            return torch.tensor(part)
        return int(part) if isinstance(part, np.integer) else part

    if not isinstance(index, tuple):
        return x[one(index, x.shape[0])]
    return x[tuple(one(part, x.shape[min(i, x.ndim - 1)]) for i, part in enumerate(index))]


def _put(torch, x, index, shape):
    places = np.arange(int(np.prod(shape))).reshape(shape)[index]
    flat = torch.zeros(int(np.prod(shape)), dtype=x.dtype)
    return flat.index_add(0, torch.tensor(places.ravel()), x.reshape(-1)).reshape(shape)


def _windows(torch, x, size, axis):
    for along, length in zip(axis, size):
        x = x.unfold(along, length, 1)
    return x


def _add_windows(torch, x, axis, shape):
    """Each element of a window added where it was seen."""
    size = x.shape[len(shape) :]
    places = np.lib.stride_tricks.sliding_window_view(np.arange(np.prod(shape)).reshape(shape), size, axis)
    flat = torch.zeros(int(np.prod(shape)), dtype=x.dtype)
    return flat.index_add(0, torch.tensor(places.ravel()), x.reshape(-1)).reshape(shape)


def _unravelled(places, shape):
    return [np.unravel_index(index, shape) for index in places]


def _sum_to(torch, x, shape):
    extra = x.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(extra + i for i, n in enumerate(shape) if n != x.shape[extra + i])
    return x.sum(dim=axes).reshape(shape) if axes else x.clone()


def _expected(torch, logits, counts, over, axis, **_):
    counts = torch.tensor(counts)
    terms = torch.where(counts != 0, torch.log_softmax(logits, 1), torch.zeros(())) * counts
    return -(terms.sum() if axis is None else terms.sum(dim=axis)) / over


def _prod(torch, x, axis, keepdims):
    """One product after the other: torch.prod divides by each element, and its slope's slope is noise."""
    for each in sorted((a % x.ndim for a in np.atleast_1d(_axes(axis, x.ndim))), reverse=True):
        product = functools.reduce(torch.mul, x.unbind(each))
        x = product.unsqueeze(each) if keepdims else product
    return x


def _norm(torch, x, axis, keepdims):
    """In units of the largest: PyTorch's own loses what has no square."""
    axes = _axes(axis, x.ndim)
    largest = x.abs().amax(dim=axes, keepdim=True).detach()
    unit = torch.where(largest > 0, largest, torch.ones(()))
    found = torch.linalg.vector_norm(x / unit, dim=axes, keepdim=True) * unit
    return found if keepdims else found.squeeze(axes)


def _root(torch, square):
    """Of a mean of squares: where these overflowed, what it divides is no answer."""
    return torch.sqrt(torch.where(torch.isinf(square), torch.nan, square))


def _normalize(torch, x, axis, eps, **_):
    away = x - x.mean(dim=axis, keepdim=True)
    return away / _root(torch, x.var(dim=axis, keepdim=True, correction=0) + eps)


def _reduction(function):
    """A function of PyTorch's with NumPy's names for its settings."""
    return lambda x, axis, keepdims, **named: function(x, dim=_axes(axis, x.ndim), keepdim=keepdims, **named)


def array_rows(torch):
    """By name, a function of PyTorch's tensors and the row's settings."""
    return {
        "reshape": lambda x, shape: x.reshape(shape),
        "transpose": lambda x, axes: x.permute(tuple(reversed(range(x.ndim))) if axes is None else axes),
        "broadcast_to": lambda x, shape: x.broadcast_to(shape),
        "sum_to": functools.partial(_sum_to, torch),
        "astype": lambda x, dtype: x.clone(),
        "sum": _reduction(torch.sum),
        "mean": _reduction(torch.mean),
        "var": lambda x, ddof, **settings: _reduction(torch.var)(x, correction=ddof, **settings),
        "max": _reduction(torch.amax),
        "min": _reduction(torch.amin),
        "norm": functools.partial(_norm, torch),
        "cumsum": lambda x, axis: torch.cumsum(x, dim=axis),
        "prod": functools.partial(_prod, torch),
        "einsum": lambda *xs, inputs, output: torch.einsum(f"{','.join(inputs)}->{output}", *xs),
        "matmul": torch.matmul,
        "getitem": functools.partial(_getitem, torch),
        "put": functools.partial(_put, torch),
        "concatenate": lambda *xs, axis: torch.cat(xs, dim=axis),
        "stack": lambda *xs, axis: torch.stack(xs, dim=axis),
        "sliding_window_view": functools.partial(_windows, torch),
        "add_windows": functools.partial(_add_windows, torch),
        "where": lambda x, y, condition: torch.where(torch.tensor(condition), x, y),
        "softmax": lambda x, axis: torch.softmax(x, dim=axis),
        "log_softmax": lambda x, axis: torch.log_softmax(x, dim=axis),
        "logsumexp": _reduction(torch.logsumexp),
        "gather": lambda x, index: x.reshape(-1)[torch.tensor(index)],
        "scatter": lambda *xs, places, shape: sum(
            _put(torch, x, i, shape) for x, i in zip(xs, _unravelled(places, shape))
        ),
        "join": lambda *xs: torch.cat([x.reshape(-1) for x in xs]),
        "runs": lambda x, starts: torch.stack(
            [x[start:stop].sum() for start, stop in zip(starts, [*starts[1:], len(x)])]
        ),
        "one_hot": lambda x, count: torch.nn.functional.one_hot(x.long(), count) + 0.0 * x[..., None],
        "largest": lambda x, **settings: _reduction(torch.amax)(x.detach(), **settings) + 0.0 * x.sum(),
        "linear": torch.nn.functional.linear,
        "cross_entropy": lambda x, target, **_: torch.nn.functional.cross_entropy(x, torch.tensor(target)),
        "expected_cross_entropy": functools.partial(_expected, torch),
        "normalize": functools.partial(_normalize, torch),
        "rms_normalize": lambda x, axis, eps: x / _root(torch, (x * x).mean(dim=axis, keepdim=True) + eps),
    }


# Rows on single numbers, each a column of them here.


def nary_rows(torch):
    """By name, a function of any number of columns."""
    return {
        "sum": lambda *xs: sum(xs),
        "dot": lambda *xs: sum(w * x for w, x in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
        "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), dim=0),
        "max": lambda *xs: torch.amax(torch.stack(xs), dim=0),
        "min": lambda *xs: torch.amin(torch.stack(xs), dim=0),
        "largest": lambda *xs: torch.amax(torch.stack(xs), dim=0).detach(),
        "select": lambda index, *xs: xs[index] + 0.0 * sum(xs),
    }


def _softplus(torch, x):
    """torch.logaddexp has no second derivative far out."""
    zero = torch.zeros(())
    left, right = torch.where(x > 0, zero, x), torch.where(x > 0, x, zero)
    return torch.where(x > 0, x + torch.log1p(torch.exp(-right)), torch.log1p(torch.exp(left)))


def elementwise_rows(torch):
    """Rows that :func:`torch_row` has not, or not to second order."""
    return {
        "softplus": functools.partial(_softplus, torch),
        "where_less": lambda a, b, x, y: torch.where(a < b, x, y) + 0.0 * (a + b),
        "where_less_equal": lambda a, b, x, y: torch.where(a <= b, x, y) + 0.0 * (a + b),
        "where_equal": lambda a, b, x, y: torch.where(a == b, x, y) + 0.0 * (a + b),
    }


def truth(torch, row):
    """PyTorch's function for a row; None for one that is still to be written down here."""
    kind = type(row).__name__
    if kind == "ArrayOp":
        return array_rows(torch).get(row.name)
    if kind == "NaryOp":
        return nary_rows(torch).get(row.name)
    return elementwise_rows(torch).get(row.name) or torch_row(torch, row)


# Where ours is another on purpose, or none can be had: of a row, from which order on, where, and why.
EXCEPTIONS = {
    "pow": (
        2,
        lambda x, y: y == 0,
        "PyTorch takes d(x**y)/dx at y = 0 for the constant 0; it is y x**(y-1), which has a slope in y",
    ),
    "arctan2": (
        2,
        lambda y, x: np.hypot(x, y) < 1e-150,
        "it is made of 1 over the square of the distance, which is no float",
    ),
}


def excepted(case, order):
    """Which numbers are not compared, as a mask, and why; or False and None."""
    start, where, why = EXCEPTIONS.get(case.row.name, (3, None, None))
    mask = where(*case.operands) if order >= start else False
    return mask, why if np.any(mask) else None


# How exactly numbers agree.


def _of_distance(power):
    """1 over the distance from the origin: what second derivatives of distances and angles are made of."""

    def size(case):
        if case.on_points:
            distance = np.hypot(*case.operands)
        else:
            distance = np.abs(case.operands[0]).max(axis=case.settings["axis"])
            distance = np.min(distance, where=distance > 0, initial=np.inf)
        return np.divide(16.0, distance**power, where=distance > 0, out=np.zeros(np.shape(distance)))

    return size


def _of_probability(case):
    return 1.0


# What a derivative is a difference of, where that is larger than what is left: from which order on.
SIZES = {
    "hypot": (2, _of_distance(1)),
    "norm": (2, _of_distance(1)),
    "arctan2": (2, _of_distance(2)),
    "softmax": (1, _of_probability),
    "log_softmax": (1, _of_probability),
    "cross_entropy": (1, _of_probability),
    "expected_cross_entropy": (1, _of_probability),
}


def noise(case, order, expected):
    """What of a difference is rounding: 1e-14 of the size of the numbers that a derivative is made of.

    For a point these are its own derivatives; in an array, where sums mix its elements, the largest.
    """
    if order == 0:
        return 1e-300
    with np.errstate(all="ignore"):
        sizes = [np.abs(np.where(np.isfinite(x), x, 0.0)) for part in expected[1 : order + 1] for x in part]
        largest = np.max(sizes, axis=0) if case.on_points else max(x.max(initial=0.0) for x in sizes)
        start, size = SIZES.get(case.row.name, (3, None))
        if order >= start:
            largest = np.maximum(largest, size(case))
    return 1e-14 * largest + 1e-300
