"""The comparison finds what is wrong: each planted error is a difference that another program might make."""

import numpy as np
import pytest

from autograd import Tensor, Value

from . import twins

STEPS = 3


class Slip:
    """A program of one parameter, right but for what a test makes of its gradient, loss or update."""

    def __init__(self, node):
        self.weights = node

    def run(self, loss=lambda x, step: x, grad=lambda x, step: x, rate=0.1, steps=STEPS, name="w"):
        for step in range(steps):
            total = (self.weights * self.weights).sum()
            self.weights.grad = None
            total.backward()
            self.weights.grad = grad(self.weights.grad, step)
            yield loss(total, step), {name: self.weights}
            self.weights.data -= rate * self.weights.grad


def programs(torch, **planted):
    start = np.array([[1.0, -2.0, 300.0]])
    return (
        Slip(Tensor(start.copy())).run(**planted),
        Slip(torch.tensor(start, requires_grad=True)).run(),
        STEPS,
    )


def late(step, change):
    """An error in the last element, at the last step alone."""
    return lambda x, at: x + np.array([0.0, 0.0, change]) if at == step else x


def test_right_programs_stay_together_and_the_losses_come_back(torch):
    losses = twins.stay_together(*programs(torch))
    assert losses == pytest.approx([90005.0 * 0.64**step for step in range(STEPS)])


def test_an_error_below_the_tolerance_passes(torch):
    # 600 in the gradient: 3e-8 is 0.5e-10 of it; the update is as near
    twins.stay_together(*programs(torch, grad=late(0, 3e-8)))


@pytest.mark.parametrize(
    "planted, message",
    [
        ({"grad": late(2, 3e-7)}, "moment 2, grad of w"),
        ({"grad": lambda grad, step: grad * (1 + 1e-8)}, "moment 0, grad of w"),
        ({"grad": lambda grad, step: -grad}, "moment 0, grad of w"),
        ({"grad": lambda grad, step: grad[0]}, "shape"),
        ({"grad": lambda grad, step: grad if step < 1 else None}, "grad is None"),
        ({"grad": late(1, np.nan)}, "moment 1, grad of w"),
        ({"loss": lambda loss, step: loss * (1 + 1e-8)}, "loss 0"),
        ({"loss": lambda loss, step: loss * np.nan}, "loss 0"),
        ({"rate": 0.1 + 1e-8}, "loss 1|data of w"),
        ({"name": "v"}, "moment 0: {.*} in one of them"),
    ],
)
def test_a_planted_error_is_found(torch, planted, message):
    with pytest.raises(AssertionError, match=message):
        twins.stay_together(*programs(torch, **planted))


@pytest.mark.parametrize("steps", [STEPS - 1, STEPS + 1])
def test_a_program_that_stops_early_or_late_is_found(torch, steps):
    with pytest.raises(ValueError):
        twins.stay_together(*programs(torch, steps=steps))


def test_both_stopping_early_is_found(torch):
    ours, theirs, _ = programs(torch)
    with pytest.raises(AssertionError, match="3 moments, not 20"):
        twins.stay_together(ours, theirs, 20)


def test_a_wrong_step_is_found_where_the_gradient_does_not_show_it(torch):
    def line(node, rate):
        for _ in range(STEPS):
            node.grad = None
            (2.0 * node).sum().backward()
            yield (0.0 * node).sum(), {"w": node}
            node.data -= rate * node.grad

    ours = line(Tensor(np.ones(2)), 0.1 + 1e-8)
    theirs = line(torch.ones(2, requires_grad=True), 0.1)
    with pytest.raises(AssertionError, match="moment 1, data of w"):
        twins.stay_together(ours, theirs, STEPS)


def test_values_in_lists_are_compared_with_arrays(torch):
    rows = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    array = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    (array**2).sum().backward()
    for row in rows:
        for value in row:
            value.grad = 2 * value.data
    twins.stay_together(iter([(Value(1.0), {"w": rows})]), iter([(torch.tensor(1.0), {"w": array})]), 1)
    rows[1][0].grad = 6.0 + 1e-8
    with pytest.raises(AssertionError, match="grad of w"):
        twins.stay_together(iter([(Value(1.0), {"w": rows})]), iter([(torch.tensor(1.0), {"w": array})]), 1)
