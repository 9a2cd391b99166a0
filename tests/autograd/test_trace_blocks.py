"""Values as windows on an array: the same Values as before, whoever holds the numbers."""

import copy

import numpy as np
import pytest

import autograd
from autograd import Value, draw, gradcheck, trace
from autograd.tracing.blocks import Window, bind, block_of


class Frozen(Value):
    __slots__ = ()


class Slide:
    """An optimizer of somebody else's: a gradient step of 1."""

    def step_arrays(self, values, data, grad):
        data -= grad


def values(*numbers):
    return [Value(number, f"w{i}") for i, number in enumerate(numbers)]


def squares(parameters):
    """The gradient of 0.25 (w1² + w2² + ...) is w / 2."""
    fn = lambda x: x * 0.25 * autograd.sum([w * w for w in parameters])  # noqa: E731
    return trace(fn, 1.0, parameters=parameters).batched()


def numbers(parameters):
    return [parameter.data for parameter in parameters]


def test_a_window_reads_and_writes_the_array():
    w = values(1.0, 2.0)
    block = bind(w, float)
    assert numbers(w) == [1.0, 2.0] and all(type(each) is Window for each in w)
    block.array[1] = 5.0
    w[0].data = 3
    assert numbers(w) == block.array.tolist() == [3.0, 5.0]
    assert w[0].label == "w0" and "3" in repr(w[0])
    for wrong, error in ((float("nan"), ValueError), ("one", TypeError)):
        with pytest.raises(error, match="Value.data: got "):
            w[0].data = wrong


def test_eager_code_goes_on_with_windows():
    w = values(0.5, -2.0)
    graph = w[0] * w[1] + w[1]
    bind(w, float)
    (w[0] * w[1] + 3.0 * w[1].tanh()).backward()
    assert w[0].grad == -2.0 and w[1].grad == pytest.approx(0.5 + 3 * (1 - np.tanh(-2) ** 2))
    w[0].grad = None
    graph.backward()  # made before they were windows
    assert w[0].grad == -2.0
    assert gradcheck(lambda x: x * w[0] + w[1], [0.3]).ok
    assert "w0" in str(draw(w[0] * 2.0))
    assert autograd.dot(w, [1.0, 1.0]).data == -1.5
    assert w[0] in {w[0]} and w[0] != w[1]


def test_a_list_twice_in_a_copy_stays_one():
    w = values(1.0)
    bind(w, float)
    one, two = copy.deepcopy([w[0], w[0]])
    assert one is two and type(one) is Value and one is not w[0]


@pytest.mark.parametrize("taken", [[0], [1], [2], [0, 2], [2, 1, 0], [0, 1, 2]])
def test_a_program_sees_that_its_parameters_have_moved(taken):
    """Also those in the middle: it had once asked the first and the last alone."""
    w = values(1.0, 2.0, 4.0)
    everything, some = squares(w), squares([w[i] for i in taken])
    everything.step([1.0], Slide())
    some.step([1.0], Slide())
    expected = [n / 4 if i in taken else n / 2 for i, n in enumerate([1.0, 2.0, 4.0])]
    assert numbers(w) == expected
    assert everything([1.0]).tolist() == [pytest.approx(0.25 * np.square(expected).sum())]
    everything.step([1.0], Slide())
    some.step([1.0], Slide())
    assert numbers(w) == [n / 4 if i in taken else n / 2 for i, n in enumerate(expected)]


def test_programs_over_the_same_parameters_share_the_array():
    w = values(1.0, 2.0)
    first, second = squares(w), squares(w)
    first.step([1.0], Slide())
    block = block_of(w)
    second.step([1.0], Slide())
    assert block_of(w) is block is not None and block_of(w[::-1]) is block_of(w[:1]) is None
    assert block_of([]) is None and block_of(values(1.0)) is None
    del first, second
    assert numbers(w) == [0.25, 0.5]


def test_the_array_takes_the_program_s_dtype():
    w = values(0.1, 0.2)
    squares(w).step([0.0], Slide())
    assert numbers(w) == [0.1, 0.2]
    fn = lambda x: x * (w[0] + w[1])  # noqa: E731
    trace(fn, 1.0, parameters=w).batched(np.float32).step([0.0], Slide())
    assert block_of(w).array.dtype == np.float32 and numbers(w) == [float(np.float32(n)) for n in (0.1, 0.2)]
    squares(w).step([0.0], Slide())
    assert block_of(w).array.dtype == np.float64


def test_what_a_program_gives_is_not_a_window():
    w = values(1.0, 2.0)
    batched = trace(lambda x: [*w, x], 1.0, parameters=w).batched()
    training = squares(w)
    training.step([1.0], Slide())
    x = np.array([7.0])
    found = batched(x)
    gradients = training.value_and_grad([2.0])[1]
    before = gradients.flat.tolist()
    training.step([1.0], Slide())
    x[0] = 8.0
    assert found.tolist() == [[0.5, 1.0, 7.0]] and gradients.flat.tolist() == before
    found[0, 0] = 1.0  # and it may be written to


def test_a_value_of_another_class_stays_as_it_is():
    w = [Value(1.0), Frozen(2.0)]
    with pytest.raises(TypeError, match="Frozen; only plain Values"):
        squares(w).step([1.0], Slide())
    assert type(w[0]) is Value and numbers(w) == [1.0, 2.0]
