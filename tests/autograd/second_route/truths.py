"""What PyTorch says for each row of the registry, written by the row's name and settings."""

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
        "norm": lambda x, axis, keepdims: torch.linalg.vector_norm(x, dim=_axes(axis, x.ndim), keepdim=keepdims),
        "cumsum": lambda x, axis: torch.cumsum(x, dim=axis),
        "prod": lambda x, axis, keepdims: _prod(torch, x, axis, keepdims),
        "einsum": lambda *xs, **settings: torch.einsum(settings.get("subscripts"), *xs),
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
            (x - x.mean(dim=axis, keepdim=True))
            / torch.sqrt(x.var(dim=axis, keepdim=True, correction=0) + eps)
        ),
        "rms_normalize": lambda x, axis, eps: x / torch.sqrt((x * x).mean(dim=axis, keepdim=True) + eps),
    }  # fmt: skip


def _prod(torch, x, axis, keepdims):
    axes = sorted((a % x.ndim for a in np.atleast_1d(_axes(axis, x.ndim))), reverse=True)
    for each in axes:
        x = torch.prod(x, dim=each, keepdim=keepdims)
    return x


def nary_rows(torch):
    return {
        "sum": lambda *xs: sum(xs),
        "dot": lambda *xs: sum(w * x for w, x in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
        "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), dim=0),
        "max": lambda *xs: torch.amax(torch.stack(xs), dim=0),
        "min": lambda *xs: torch.amin(torch.stack(xs), dim=0),
        "select": lambda index, *xs: torch.stack(xs)[int(index)] + 0.0 * index,
    }


def choices(torch):
    return {
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
    return choices(torch).get(row.name) or torch_row(torch, row)
