"""``python -m benchmarks --against``: verdicts on made-up ratios, and processes on a made-up clock."""

import os
import random

import numpy as np
import pytest

from benchmarks import against
from benchmarks.worker import WORKS, seconds

# A checkout with just enough in it for one work, and a clock of its own, that ticks as the work runs.
CHECKOUT = {
    "autograd/__init__.py": """
import time

now = 0.0
time.process_time = lambda: now
Value = None

def trace(function, *numbers):
    return type("Program", (), {{"source": SOURCE}})

SOURCE = '''
import autograd

def value_and_grad(a, b, parameters):
    autograd.now += {ticks}
    return 0.0, (), (a, b)
'''
""",
    "nn/__init__.py": "",
    "demos/__init__.py": "",
    "demos/idx.py": "load_mnist = None",
    "demos/matmuls/__init__.py": "",
    "demos/matmuls/networks.py": "Built = find = names = None",
}


@pytest.fixture
def checkout(tmp_path):
    def make(name, ticks):
        for path, text in CHECKOUT.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.format(ticks=ticks) if "{" in text else text, encoding="utf-8")
        return tmp_path / name

    return make


@pytest.fixture
def env():
    return dict(os.environ)


# Ticks that add up without rounding, so that the ratios are exact.
@pytest.mark.parametrize(
    ("ticks", "ratio", "verdict"),
    [
        pytest.param(16, "1.000", "met", marks=pytest.mark.thorough),
        pytest.param(12, "0.750", "met", marks=pytest.mark.thorough),
        (17, "1.062", "MISSED"),
    ],
)
def test_a_slower_checkout_is_told(checkout, env, capfd, ticks, ratio, verdict):
    this, other = checkout("this", ticks / 1024), checkout("other", 16 / 1024)
    assert against.compare(this, other, ["source"], 2, env) is (verdict == "met")
    *_, line = capfd.readouterr().out.splitlines()
    figures = line.removeprefix(WORKS["source"].title).split()
    assert figures == [ratio, f"{ratio}-{ratio}", "1.000", "1.000-1.000", "1.00", verdict]


def test_a_folder_without_the_packages_is_refused(env, tmp_path):
    with pytest.raises(SystemExit, match=r"the process for .* (has ended|runs )"):
        against.ratios(tmp_path, tmp_path, "source", 1, env)


def test_this_checkout_against_itself(env):
    found = against.ratios(against.HERE, against.HERE, "source", 1, env)
    assert found.shape == (2, 1, 1) and np.all(found > 0.0)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.thorough if name in ("demo-off", "gpt") else ()) for name in WORKS],
)
def test_every_work_runs_again_and_again(name):
    run = WORKS[name].build()
    assert seconds(run, 2) >= 0.0


def test_each_turn_asks_every_worker_in_another_order():
    asked = []

    class Fake:
        def __init__(self, name, cost):
            self.name, self.cost = name, cost

        def seconds(self, times):
            asked.append((self.name, times))
            return times * self.cost

    found = against.in_turn([Fake("a", 0.003), Fake("b", 0.001), Fake("c", 0.002)], 50, random.Random(0))
    assert np.allclose(found, [[1.5, 0.5]] * 50)
    turns = asked[-150:]
    assert len({times for _, times in turns}) == 1  # all of them as often
    assert turns[0][1] * 0.002 >= against.BLOCK
    orders = {tuple(name for name, _ in turns[i : i + 3]) for i in range(0, 150, 3)}
    assert len(orders) == 6 and all(sorted(order) == ["a", "b", "c"] for order in orders)


def test_the_interval_holds_what_the_ratios_were_drawn_around():
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rounds = rng.normal(1.02, 0.01, (10, 1))  # processes differ
        median, low, high = against.summary(rounds + rng.normal(0, 0.03, (10, 20)))
        assert low < median < high
        held += low <= 1.02 <= high
    assert held >= 33  # of 38 expected: ten rounds are few


def test_the_interval_is_as_wide_as_the_rounds_are_far_apart():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.001, (10, 20))
    _, low, high = against.summary(1.0 + noise)
    assert high - low < 0.001
    _, low, high = against.summary(1.0 + noise + np.linspace(-0.05, 0.05, 10)[:, None])
    assert high - low > 0.03


@pytest.mark.parametrize(
    ("median", "low", "met"),
    [(0.9, 0.88, True), (1.0, 0.99, True), (1.01, 0.99, True), (1.011, 0.99, False), (1.005, 1.001, False)],
)
def test_the_verdict(median, low, met):
    assert against.is_met(median, low, 1.0) is met
    assert against.is_met(median + 0.03, low + 0.03, 1.03) is met
