"""Rows for products on arrays: of all elements along axes, and Einstein's sums of products."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import array_ops
from .array_ops import ArrayOp, Axis, concatenate, example, in_single, single, spread, stack

# The product of all elements along axes. Its derivative to one of them is the product of the others, without
# a division by that element, which may be 0.


def _others(x: Any) -> Any:
    """Compute for each element the product of all others along the last axis.

    Elements are multiplied in pairs. The product of an element's others is that of its pair's others, times
    its partner. So it takes three products per element, and no division.
    """
    size = x.shape[-1]
    if size < 2:
        return np.ones(x.shape, x.dtype)
    left, right, rest = x[..., 0 : size - 1 : 2], x[..., 1::2], x[..., size - size % 2 :]
    others = _others(concatenate(left * right, rest, axis=-1) if size % 2 else left * right)
    of_pairs = others[..., : size // 2]
    both = stack(of_pairs * right, of_pairs * left, axis=-1).reshape((*x.shape[:-1], size - size % 2))
    return concatenate(both, others[..., size // 2 :], axis=-1) if size % 2 else both


def _others_along(x: Any, axis: Axis) -> Any:
    """Compute for each element the product of all others along ``axis``."""
    last = array_ops.axes_in(x.ndim, axis)
    order = [*(i for i in range(x.ndim) if i not in last), *last]
    moved = x.transpose(order)
    kept = moved.shape[: x.ndim - len(last)]
    flat = moved.reshape((*kept, math.prod(moved.shape[len(kept) :])))
    return _others(flat).reshape(moved.shape).transpose([int(i) for i in np.argsort(order)])


prod = ArrayOp(
    "prod", "prod",
    on_array=in_single(lambda x, *, axis, keepdims: x.prod(axis=axis, keepdims=keepdims)),
    partials=(
        lambda out, x, *, axis, keepdims: lambda g: _others_along(single(x), axis) * spread(g, x, axis),
    ),
    examples=array_ops.reduction_examples(),
)  # fmt: skip


# Einstein's sums, with a letter for each axis. Elements whose letters agree are multiplied, and the products
# are summed over the letters that are not in the result.

ONE_OPERAND = re.compile(r"[a-zA-Z]*(\.\.\.)?[a-zA-Z]*")


def letters_of(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> tuple[tuple[str, ...], str]:
    """Return the letters of each operand and of the result, with letters in place of an ellipsis.

    >>> letters_of("...ij, jk", [(5, 2, 3), (3, 4)])
    (('aij', 'jk'), 'aik')
    """
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: subscripts is {subscripts!r}; expected a string such as 'ij,jk->ik'")
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    for term in (*terms, right):
        if not ONE_OPERAND.fullmatch(term):
            raise ValueError(
                f"einsum: {subscripts!r} has {term!r}; expected a letter for each axis, and at most one ..."
            )
    if len(terms) != len(shapes):
        raise ValueError(
            f"einsum: the subscripts {subscripts!r} are for {len(terms)} operands, but {len(shapes)} were "
            "given"
        )
    free = [letter for letter in string.ascii_letters if letter not in subscripts]
    widths = []
    for term, shape in zip(terms, shapes):
        more = len(shape) - len(term.replace("...", ""))
        if more < 0 or more and "..." not in term:
            raise ValueError(f"einsum: {term!r} in {subscripts!r} does not fit an operand of shape {shape}")
        widths.append(more)
    rest = "".join(free[: max(widths)])
    inputs = tuple(term.replace("...", rest[len(rest) - more :]) for term, more in zip(terms, widths))
    if not arrow:
        right = "..." + "".join(sorted(letter for letter in set(left) - set(".,") if left.count(letter) == 1))
    output = right.replace("...", rest)
    if rest and rest not in output:
        raise ValueError(f"einsum: {subscripts!r} has ... on the left only; expected ... on the right too")
    for letter in output:
        if output.count(letter) > 1 or not any(letter in term for term in inputs):
            raise ValueError(
                f"einsum: the result of {subscripts!r} has the letter {letter!r}; expected letters of the "
                "operands, each once"
            )
    _check_sizes(subscripts, inputs, shapes)
    return inputs, output


def _check_sizes(subscripts: str, inputs: tuple[str, ...], shapes: Sequence[tuple[int, ...]]) -> None:
    known: dict[str, int] = {}
    for term, shape in zip(inputs, shapes):
        own: dict[str, int] = {}
        for letter, size in zip(term, shape):
            before = own.setdefault(letter, size)
            if before == size:
                before = known.get(letter, 1)
                known[letter] = size if before == 1 else before
            if before != size and (own[letter] != size or 1 not in (before, size)):
                raise ValueError(
                    f"einsum: operands of shape {' and '.join(map(str, shapes))} do not fit {subscripts!r}: "
                    f"the axes of one letter are {before} and {size} long"
                )


def _einsum(*operands: Any, inputs: tuple[str, ...], output: str) -> Any:
    common = np.result_type(*operands)
    if common.char == "e":
        return _einsum(*map(single, operands), inputs=inputs, output=output).astype(common)
    # optimize chooses an order, so a matrix product runs as one; a single operand needs no order.
    return np.einsum(f"{','.join(inputs)}->{output}", *operands, optimize=len(operands) > 1)


def _einsum_partials(out: Any, *operands: Any, inputs: tuple[str, ...], output: str) -> tuple[Any, ...]:
    """Return each operand's share: the sum of products of the upstream gradient and all other operands."""

    def share_of(place: int) -> Any:
        others = [i for i in range(len(operands)) if i != place]
        sizes = dict(zip(output, out.shape))
        for i in others:
            for letter, size in zip(inputs[i], operands[i].shape):
                sizes[letter] = max(size, sizes.get(letter, 0))
        more, goal = [], ""  # additional arrays, and the letters of the share
        unused = iter(set(string.ascii_letters).difference(output, *inputs))
        for letter, size in zip(inputs[place], operands[place].shape):
            if letter in goal:  # a diagonal: the share is 0 off it
                axis = next(unused)
                more.append((letter + axis, np.eye(size, dtype=out.dtype)))
                goal += axis
                continue
            if letter not in sizes or sizes[letter] < size:  # summed on its own: all elements share equally
                more.append((letter, np.ones(size, out.dtype)))
            goal += letter
        terms = (output, *(inputs[i] for i in others), *(term for term, _ in more))
        factors = [*(operands[i] for i in others), *(array for _, array in more)]
        return lambda g: einsum(g, *factors, inputs=terms, output=goal)

    return tuple(map(share_of, range(len(operands))))


einsum: ArrayOp = ArrayOp(
    "einsum", "einsum",
    on_array=_einsum,
    partials=_einsum_partials,
    examples=tuple(
        example(*shapes, inputs=tuple(inputs.split(",")), output=output)
        for inputs, output, *shapes in (
            ("ij,jk", "ik", (2, 3), (3, 4)), ("ij,ij", "", (2, 3), (2, 3)), ("i,j", "ji", (2,), (3,)),
            ("bij,bjk", "bik", (2, 2, 3), (2, 3, 2)), ("ijk", "kij", (2, 3, 2)), ("i", "i", (3,)),
            ("ii", "", (3, 3)), ("ii", "i", (3, 3)), ("iij,j", "ij", (2, 2, 3), (3,)), (",i", "i", (), (3,)),
            ("ij", "j", (2, 3)), ("ij,k", "i", (2, 3), (2,)), ("ij,j", "i", (2, 1), (3,)),
            ("ij,j,i", "", (2, 3), (3,), (2,)), ("ij,jk,kl", "il", (2, 2), (2, 3), (3, 1)),
        )
    ),
    plain=lambda *operands, inputs, output: np.einsum(
        f"{','.join(inputs)}->{output}", *(operand.view(np.ndarray) for operand in operands)
    ),
)  # fmt: skip

array_ops.ARRAY.update({row.name: row for row in (prod, einsum)})
