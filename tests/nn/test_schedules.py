"""Schedules beside PyTorch's, value by value, and by their closed forms."""

import math

import pytest

import nn
from autograd import Value


def optimizer(lr=0.1):
    return nn.SGD([Value(1.0)], lr=lr)


def their_optimizer(torch, lr=0.1):
    return torch.optim.SGD([torch.nn.Parameter(torch.tensor(1.0))], lr=lr)


@pytest.mark.parametrize("total", [3, 10, 37, 600])  # at 2 and pct_start=0.5 PyTorch divides by zero
@pytest.mark.parametrize(
    "options", [{}, {"pct_start": 0.5}, {"pct_start": 0.04}, {"div_factor": 10.0, "final_div_factor": 100.0}]
)
def test_one_cycle_as_pytorch(torch, total, options):
    ours, theirs = optimizer(), their_optimizer(torch)
    reference = torch.optim.lr_scheduler.OneCycleLR(theirs, 0.5, total, cycle_momentum=False, **options)
    schedule = nn.OneCycle(ours, max_lr=0.5, total_steps=total, **options)
    for step in range(total):
        assert ours.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-12), step
        assert schedule.lr_at(step) == ours.lr
        theirs.step()
        if step < total - 1:
            reference.step()
            schedule.step()


def test_one_cycle_at_its_corners():
    schedule = nn.OneCycle(optimizer(), max_lr=1.0, total_steps=100)
    rates = [schedule.lr_at(step) for step in range(101)]
    assert rates[0] == pytest.approx(1 / 25) and rates[99] == pytest.approx(1 / 25e4, rel=1e-9)
    assert rates.index(max(rates)) == 29 and rates[29] == 1.0
    assert rates[:30] == sorted(rates[:30]) and rates[29:100] == sorted(rates[29:100], reverse=True)


@pytest.mark.parametrize("total, pct", [(1, 0.3), (2, 0.5), (10, 0.1), (5, 0.0), (1, 0.0), (3, 0.99)])
def test_one_cycle_where_there_is_hardly_a_way_up(total, pct):
    schedule = nn.OneCycle(optimizer(), max_lr=1.0, total_steps=total, pct_start=pct)
    rates = [schedule.lr_at(step) for step in range(total + 1)]
    assert all(0 < rate <= 1 for rate in rates) and rates[-1] == pytest.approx(1 / 25e4)


@pytest.mark.parametrize("total", [1, 2, 7, 100])
@pytest.mark.parametrize("low", [0.0, 0.01])
def test_cosine_as_pytorch(torch, total, low):
    ours, theirs = optimizer(), their_optimizer(torch)
    reference = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, total, eta_min=low)
    schedule = nn.Cosine(ours, total_steps=total, min_lr=low)
    for step in range(total + 1):
        assert ours.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-9, abs=1e-15)
        assert ours.lr == pytest.approx(
            low + (0.1 - low) / 2 * (1 + math.cos(math.pi * step / total)), abs=1e-16
        )
        theirs.step()
        reference.step()
        schedule.step()


@pytest.mark.parametrize("build", [lambda o: nn.OneCycle(o, 0.5, 10), lambda o: nn.Cosine(o, 10)])
def test_after_the_end_the_rate_stays(build):
    ours = optimizer()
    schedule = build(ours)
    for _ in range(10):
        schedule.step()
    last = ours.lr
    for _ in range(15):
        schedule.step()
        assert ours.lr == last < 1e-5


def test_a_schedule_drives_the_steps():
    w = Value(0.0)
    ours = nn.SGD([w], lr=1.0)
    schedule = nn.Cosine(ours, total_steps=2)
    for expected in (-1.0, -1.5, -1.5):
        w.grad = 1.0
        ours.step()
        schedule.step()
        assert w.data == pytest.approx(expected)


def test_looking_ahead_changes_nothing():
    ours = optimizer()
    schedule = nn.Cosine(ours, 10)
    schedule.step()
    before = ours.lr
    assert schedule.lr_at(7) != before and ours.lr == before


@pytest.mark.parametrize(
    "build, error, says",
    [
        (lambda: nn.Cosine("sgd", 10), TypeError, "Cosine: got str; expected an optimizer"),
        (lambda: nn.Cosine(optimizer(), 0), ValueError, "Cosine: total_steps is 0"),
        (lambda: nn.Cosine(optimizer(), 1.5), TypeError, "total_steps is 1.5"),
        (lambda: nn.Cosine(optimizer(), 10, min_lr=-1), ValueError, "min_lr is -1"),
        (lambda: nn.Cosine(optimizer(), 10).lr_at(-1), ValueError, "step is -1"),
        (lambda: nn.Cosine(optimizer(), 10).lr_at(0.5), ValueError, "step is 0.5"),
        (lambda: nn.OneCycle(optimizer(), 0, 10), ValueError, "max_lr is 0"),
        (lambda: nn.OneCycle(optimizer(), 1, 10, pct_start=1.5), ValueError, "pct_start is 1.5"),
        (lambda: nn.OneCycle(optimizer(), 1, 10, div_factor=0), ValueError, "div_factor is 0"),
        (lambda: nn.Schedule(optimizer(), 10), NotImplementedError, "define its rate"),
    ],
)
def test_bad_input(build, error, says):
    with pytest.raises(error, match=says):
        build()
