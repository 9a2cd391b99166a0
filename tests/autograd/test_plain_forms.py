"""Every operation on whole arrays opens into its scalars: on arrays of Values it builds the scalar graph."""

import dataclasses

import numpy as np
import pytest

from autograd import Tensor, Value, array_ops, values

from .second_route.draws import drawer
from .second_route.net import rows

ARRAYS = [row for row in rows() if isinstance(row, array_ops.ArrayOp)]
CONSTANT = {"one_hot", "largest"}  # exempt: they have no derivatives


def shares(row, operands, settings, upstream):
    """What the row's own partials give each operand, on plain arrays."""
    out = np.asarray(row.on_array(*operands, **settings))
    partials = row.partials
    if isinstance(partials, tuple):
        found = [partial(out, *operands, **settings) for partial in partials]
    else:
        found = partials(out, *operands, **settings)
    given = [
        None if local is None else local(upstream) if callable(local) else upstream * local for local in found
    ]
    return [
        None if share is None else array_ops.sum_to.on_array(np.asarray(share), shape=operand.shape)
        for share, operand in zip(given, operands)
    ]


def numbers(elements):
    """Of Values, and of the constants between them."""
    return [each.data if isinstance(each, Value) else float(each) for each in elements]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ARRAYS])
def test_gradients_through_the_scalars_are_those_of_the_row(row):
    rng = np.random.default_rng(3)
    for example in row.examples:
        operands, settings = example(drawer("ordinary", rng))
        operands = [np.asarray(operand, float) for operand in operands]
        lifted = [values(np.atleast_1d(operand)).reshape(operand.shape) for operand in operands]
        elements = np.asarray(row(*lifted, **settings), object)
        expected = np.asarray(row.on_array(*operands, **settings))
        upstream = rng.normal(size=expected.shape)
        assert elements.shape == expected.shape
        assert np.allclose(numbers(elements.flat), expected.ravel(), rtol=1e-12, atol=1e-14)
        if row.name in CONSTANT:
            assert shares(row, operands, settings, upstream) == [None]
            continue
        sum((each * float(g) for each, g in zip(elements.flat, upstream.flat)), Value(0.0)).backward()
        for operand, share in zip(lifted, shares(row, operands, settings, upstream)):
            found = [0.0 if each.grad is None else each.grad for each in np.asarray(operand).flat]
            assert np.allclose(found, share.ravel(), rtol=1e-12, atol=1e-13), settings


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ARRAYS if row.plain])
def test_a_fast_form_beside_a_plain_one_never_meets_objects(row):
    def fast(*operands, **settings):
        assert not any(np.asarray(operand).dtype.hasobject for operand in operands)
        return row.on_array(*operands, **settings)

    watched = dataclasses.replace(row, on_array=fast)
    for example in row.examples:
        operands, settings = example(drawer("ordinary", np.random.default_rng(3)))
        watched(*(values(np.atleast_1d(each)).reshape(np.shape(each)) for each in operands), **settings)
        watched(*map(Tensor, operands), **settings)
