"""A table of names in PyTorch, micrograd and NumPy, and what to write here instead.

The other names do not work. They are looked up when an attribute or an argument is missing, so that the
error can say what to write.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

NO_ATTRIBUTE = "a {kind} has no {name!r}; here it is {advice}"
# Attributes of Values and Tensors.
NODE = {
    "_prev": "parents", "_children": "parents", "_op": "op, and its name op.name", "grad_fn": "op",
    "_backward": "local_grads, which times the gradient of the node is what each of its parents gets",
    "is_leaf": "not parents", "next_functions": "parents", "value": "data", "gradient": "grad",
    "retain_grad": "not needed: inner nodes keep their gradients",
    "zero_": "zero_grad() for gradients, and x.data = ... for numbers", "asin": "arcsin()",
    "acos": "arccos()", "atan": "arctan()", "atan2": "arctan2(x)", "absolute": "abs()", "negative": "-x",
    "reciprocal": "1 / x", "rsqrt": "1 / x.sqrt()", "clamp": "clip(low, high)", "clamp_min": "clip(low)",
    "clamp_max": "clip(high=...)", "eq": "autograd.equal(x, y)", "lt": "x < y", "le": "x <= y",
    "gt": "x > y", "ge": "x >= y", "power": "x ** y", "pow_": "x ** y, which is a new node",
    "true_divide": "x / y", "divide": "x / y", "multiply": "x * y", "subtract": "x - y", "trunc": "round()",
    "add_": "x + y, which is a new node", "sub_": "x - y, which is a new node",
    "mul_": "x * y, which is a new node", "div_": "x / y, which is a new node",
    "clamp_": "clip(low, high), which is a new node", "relu_": "relu(), which is a new node",
    "exp_": "exp(), which is a new node", "copy_": "x.data = ...", "fill_": "x.data = ...",
    "register_hook": "autograd.backward_steps, which shows each step",
}  # fmt: skip
# Attributes of Values only.
VALUE = {"item": "data", "numpy": "data", "tolist": "data", "detach": "data, or Value(v.data) for a new leaf"}
# Attributes of Tensors only.
TENSOR = {
    "view": "reshape(shape)", "view_as": "reshape(other.shape)", "reshape_as": "reshape(other.shape)",
    "flatten": "reshape(-1)", "ravel": "reshape(-1)", "unflatten": "reshape(shape)",
    "unsqueeze": "expand_dims(axis)", "permute": "transpose(axes)", "t": "T", "mT": "swapaxes(-1, -2)",
    "movedim": "moveaxis(source, destination)", "swapdims": "swapaxes(a, b)",
    "expand": "broadcast_to(shape)", "expand_as": "broadcast_to(other.shape)", "dim": "ndim",
    "ndimension": "ndim", "numel": "size", "nelement": "size", "nbytes": "data.nbytes", "amax": "max(axis)",
    "amin": "min(axis)", "mm": "x @ y", "bmm": "x @ y", "mv": "x @ y", "dot": "x @ y", "inner": "x @ y",
    "ger": "outer(y)", "index_select": "autograd.take(x, index)", "take": "autograd.take(x, index)",
    "gather": "take_along_axis(indices, axis)", "scatter": "put(index, values)",
    "index_put": "put(index, values)", "masked_fill": "autograd.where(mask, number, x)",
    "masked_select": "x[mask]", "where": "autograd.where(mask, x, y)", "chunk": "split(sections, axis)",
    "unbind": "a loop over it: for row in x", "narrow": "x[start:stop]", "select": "x[..., index]",
    "repeat_interleave": "repeat(repeats, axis)", "topk": "sort(axis)[..., -k:]",
    "clone": "identity(), which a gradient goes through, or copy()", "contiguous": "not needed",
    "requires_grad_": "requires_grad = True", "detach_": "detach(), which is a new Tensor",
    "to": "astype(dtype)", "type": "astype(dtype)", "float": "astype(numpy.float32)",
    "double": "astype(numpy.float64)", "half": "astype(numpy.float16)", "long": "astype(int)",
    "int": "astype(int)", "bool": "astype(bool)", "cpu": "not needed: all is on the CPU",
    "cuda": "not there: all is on the CPU", "device": "not there: it is the CPU", "isinf": "numpy.isinf(x)",
    "isfinite": "numpy.isfinite(x)", "nan_to_num": "autograd.where(x.isnan(), 0.0, x)",
    "cat": "autograd.concatenate([x, y], axis)", "stack": "autograd.stack([x, y], axis)",
    "uniform_": "a Tensor made of numpy.random's numbers",
    "normal_": "a Tensor made of numpy.random's numbers", "square_": "square(), which is a new node",
    "index_add": "put(index, values)", "ptp": "max() - min()", "logical_not": "~(x > 0), on bools",
    "argwhere": "numpy.argwhere(x.data)", "nonzero": "numpy.nonzero(x.data)", "flip_": "flip(axis)",
    "fliplr": "flip(1)", "flipud": "flip(0)", "rot90": "swapaxes(0, 1).flip(0)",
    "trace": "autograd.einsum('ii->', x)", "diagonal": "autograd.einsum('ii->i', x)", "fill": "data = ...",
    "partition": "sort(axis)",
}  # fmt: skip
# Functions of the package.
PACKAGE = {
    "cat": "concatenate([x, y], axis)", "concat": "concatenate([x, y], axis)", "as_tensor": "Tensor(data)",
    "from_numpy": "Tensor(array)", "unsqueeze": "expand_dims(x, axis)", "permute": "transpose(x, axes)",
    "clamp": "clip(x, low, high)", "amax": "max(x, axis)", "amin": "min(x, axis)", "mm": "matmul(x, y)",
    "bmm": "matmul(x, y)", "mv": "matmul(x, y)", "inner": "matmul(x, y)", "asin": "arcsin(x)",
    "acos": "arccos(x)", "atan": "arctan(x)", "atan2": "arctan2(y, x)",
    "gather": "take_along_axis(x, indices, axis)", "index_select": "take(x, index)",
    "masked_fill": "where(mask, number, x)", "chunk": "split(x, sections, axis)",
    "repeat_interleave": "repeat(x, repeats, axis)", "movedim": "moveaxis(x, source, destination)",
    "flatten": "reshape(x, -1)", "ravel": "reshape(x, -1)", "vector_norm": "norm(x, ord, axis)",
    "backward": "y.backward()", "grad": "gradients(output, inputs)", "divide": "x / y", "subtract": "x - y",
    "multiply": "x * y", "power": "x ** y", "negative": "-x", "rsqrt": "1 / sqrt(x)", "reciprocal": "1 / x",
    "vstack": "concatenate([x, y], axis=0)", "hstack": "concatenate([x, y], axis=1)",
    "array": "Tensor(data)", "argwhere": "numpy.argwhere(x.data)", "nn": "the package nn, beside this one",
    "zeros": "Tensor(numpy.zeros(shape))", "ones": "Tensor(numpy.ones(shape))",
    "rand": "Tensor(rng.random(shape))", "randn": "Tensor(rng.normal(size=shape))",
    "arange": "Tensor(numpy.arange(...))", "eye": "Tensor(numpy.eye(n))", "manual_seed": "nn.seed(number)",
    "set_grad_enabled": "no_grad()", "inference_mode": "no_grad()", "checkpoint": "not there",
    "jvp": "jacobian(output, inputs)", "vjp": "gradients(output, inputs, gradient=...)",
}  # fmt: skip
# Names of arguments.
ARGUMENTS = {
    "dim": "axis", "dims": "axis", "axes": "axis", "keepdim": "keepdims", "correction": "ddof",
    "unbiased": "ddof", "input": "x", "a": "x", "arr": "x", "array": "x", "min": "low", "max": "high",
    "a_min": "low", "a_max": "high", "p": "ord", "other": "y", "index": "indices", "dim0": "a", "dim1": "b",
    "diagonal": "k", "split_size": "sections", "split_size_or_sections": "sections",
    "indices_or_sections": "sections", "pad": "pad_width", "value": "constant_values", "shifts": "shift",
    "size": "shape", "newshape": "shape", "descending": "x.sort(axis)[..., ::-1]", "ary": "x", "m": "x",
    "A": "x", "equation": "subscripts", "tensors": "the list, without a name",
}  # fmt: skip


def no_label(kind: str, label: Any, others: tuple[Any, ...]) -> TypeError:
    """Make the error for a node made with more than data and a label, as in micrograd."""
    error = f"{kind}: the label is {label!r}; expected a string"
    if others or isinstance(label, (tuple, set)):
        error += " and nothing else: parents and operation are recorded by the operations themselves (a + b)"
    return TypeError(error)


def no_function(name: str) -> AttributeError:
    """Make the error for a function that the package lacks, with its name here."""
    instead = PACKAGE.get(name)
    hint = f"; here it is {instead}" if instead else ""
    return AttributeError(f"module 'autograd' has no attribute {name!r}{hint}", name=name)


def spelled(function: F) -> F:
    """Wrap a function so that the error for an unknown argument says what it is called here."""
    takes = list(inspect.signature(function).parameters)

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        for name in named:
            if name not in takes:
                raise _no_argument(function.__name__, name, takes)
        return function(*arguments, **named)

    return call  # type: ignore[return-value]


def _no_argument(caller: str, name: str, takes: list[str]) -> TypeError:
    instead = ARGUMENTS.get(name)
    if instead is None or instead.isidentifier() and instead not in takes:
        instead = next(iter(difflib.get_close_matches(name, takes, 1)), None)
    hint = f"; here it is {instead}" if instead else ""
    return TypeError(f"{caller}: there is no argument {name!r}{hint} (it takes {', '.join(takes)})")


class Size(int):
    """The number of elements, which in PyTorch is a method."""

    def __call__(self, *axes: Any) -> Any:
        raise TypeError("size is a number here: t.size; the sizes along the axes are t.shape")
