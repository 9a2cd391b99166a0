"""Indexes as text: what is written reads the elements that the index names, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.tracing.indexing import literal, view

shapes = st.lists(st.integers(1, 4), max_size=4)


@st.composite
def regular(draw):
    """A step along each axis, none of which need fit with another."""
    shape = draw(shapes)
    index = np.array(draw(st.integers(0, 9)))
    for axis, length in enumerate(shape):
        stride = draw(st.sampled_from([0, 1, 1, 2, 3, 4, 6, 8, 12, -1, -2]))
        index = index + stride * np.arange(length).reshape([-1] + [1] * (len(shape) - axis - 1))
    return np.broadcast_to(index, shape) - min(0, index.min())


@st.composite
def corners(draw):
    """A corner of a box of numbers in a row, its axes in some order."""
    shape = draw(shapes)
    box = [length + draw(st.integers(0, 2)) for length in shape]
    corner = np.arange(np.prod(box, dtype=int)).reshape(box)[tuple(slice(length) for length in shape)]
    return corner.transpose(draw(st.permutations(range(len(shape))))) + draw(st.integers(0, 3))


@st.composite
def irregular(draw):
    shape = draw(shapes)
    size = int(np.prod(shape))
    return np.array(draw(st.lists(st.integers(0, 12), min_size=size, max_size=size)), int).reshape(shape)


indexes = st.one_of(regular(), corners(), irregular())


@given(indexes)
def test_a_literal_is_the_array(index):
    found = eval(literal(index))  # noqa: S307
    assert found.shape == index.shape and np.array_equal(found, index)


@given(indexes, st.integers(0, 9), st.booleans())
def test_a_view_reads_what_the_index_names(index, beyond, batched):
    row = np.arange(index.max() + 1 + beyond)
    found = view(index, len(row))
    if found is not None:
        x = np.stack([row, row + 100]) if batched else row
        text = found.text("x", batched)
        read = eval(text)  # noqa: S307
        assert np.shape(read) == x[..., index].shape and np.array_equal(read, x[..., index]), text
        assert np.ndim(read) == 0 or np.shares_memory(read, x) or "reshape" in text


@given(corners())
def test_a_corner_of_a_box_is_a_view_where_the_box_is_there(index):
    room = int(np.prod([length + 2 for length in index.shape]))
    assert view(index, index.max() + 1 + room) is not None


@pytest.mark.parametrize(
    "index, size, text",
    [
        (np.arange(4), 4, "x"),
        (np.arange(6).reshape(2, 3), 6, "x.reshape(2, 3)"),
        (np.arange(6).reshape(2, 3).T + 1, 8, "x[1:7].reshape(2, 3).T"),
        (np.arange(0, 9, 2), 9, "x[::2]"),
        (np.array(3), 9, "x[3]"),
        (np.array([3]), 9, "x[3:4]"),
    ],
)
def test_views_are_written_as_a_person_would(index, size, text):
    assert view(index, size).text("x", batched=False) == text


def test_a_leading_axis_of_one_is_kept():
    assert literal(np.array([[4, 2, 0]])) == "4 - 2 * np.arange(3)[None, :]"
