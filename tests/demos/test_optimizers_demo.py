"""The demo of optimizers: that all are in it, with rates that the recorded command finds again."""

import json

import numpy as np
import pytest

import nn
from autograd import Value, gradients
from demos.optimizers import COMMAND, decay, networks, tuning
from demos.optimizers.entries import ENTRIES, GRID, RATES, recorded
from demos.optimizers.surfaces import SURFACES, descend

BY_NAME = {entry.name: entry for entry in ENTRIES}


def test_every_optimizer_is_in_it_and_does_as_its_code_says():
    built = {entry.name: entry.build([Value(1.0)], 0.25) for entry in ENTRIES}
    defined = {c for c in vars(nn).values() if isinstance(c, type) and issubclass(c, nn.Optimizer)}
    assert {type(optimizer) for optimizer in built.values()} == defined - {nn.Optimizer}
    for entry in ENTRIES:
        written = eval(entry.code, {"nn": nn, "p": [Value(1.0)], "lr": 0.25})  # noqa: S307
        state, own = written.state_dict(), built[entry.name].state_dict()
        if entry.name == "Lookahead":
            state, own = state["inner"], own["inner"]
        assert {**state["groups"]["0"]["settings"], "lr": 0.25} == {
            **own["groups"]["0"]["settings"], "lr": 0.25,
        }  # fmt: skip


def test_rates_are_recorded_for_all_with_the_command_that_found_them():
    record = json.loads(RATES.read_text(encoding="utf-8"))
    assert record["command"] == COMMAND and record["grid"] == list(GRID)
    problems = {*(surface.name for surface in SURFACES), "moons", "MNIST"}
    for entry in ENTRIES:
        rates = recorded()[entry.name]
        assert set(rates) == problems and set(rates.values()) <= set(entry.grid), entry.name


@pytest.mark.parametrize(
    "name", ["SGD", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("Adam", "Lion"))]
)
@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_a_recorded_rate_is_the_best_of_the_grid(name, surface):
    """By another route than the tuner's: as soon as the path is in the picture, and near, for good."""

    def score(rate):
        path = descend(surface, tuning.at(BY_NAME[name], rate), 600)
        (left, right), (low, high) = surface.x, surface.y
        inside = all(left <= x <= right and low <= y <= high for x, y in path.points)
        near = [loss <= surface.lowest + 0.01 for loss in path.losses]
        arrival = next((i for i in range(len(near)) if all(near[i:])), np.inf)
        return not inside, arrival, sum(path.losses[-61:])  # of as many places: all that stay inside have 601

    assert recorded()[name][surface.name] == min(GRID, key=score)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_minima_of_the_surfaces(surface):
    for place in surface.minima:
        x, y = Value(place[0]), Value(place[1])
        assert gradients(surface.loss(x, y), [x, y]) == pytest.approx([0, 0], abs=1e-12)
        near = np.array(place) + np.random.default_rng(0).normal(0, 0.01, (100, 2))
        assert (surface.loss(*near.T) >= surface.lowest - 1e-12).all()


def test_a_rate_that_is_far_too_high_ends_in_words_and_not_in_an_error():
    path = descend(SURFACES[0], tuning.at(BY_NAME["SGD"], 1e30), 50)
    assert path.losses[-1] == np.inf and path.arrival(0.0) == np.inf
    task = networks.moons(3)
    assert networks.train(task, tuning.at(BY_NAME["SGD"], 1e300), 0).losses[-1] > 1e100


def test_training_sees_neither_validation_nor_test_images():
    task = networks.mnist(60_000, 1)
    assert len(task.x) == 59_000 and len(task.held_out[0]) == 1000 and len(task.test[0]) == 10_000


def test_decay_as_the_closed_form_says():
    """AdamW multiplies by 1 - lr * decay in each step, apart from steps that cancel out."""
    found = {name: decay.shrink(build) for name, build in decay.OPTIMIZERS.items()}
    expected = (1 - 1e-2 * decay.DECAY) ** decay.STEPS
    assert found["AdamW: decoupled"][-1] == pytest.approx([expected] * 2, abs=0.01)
    assert found["SGD: both in one"][-1] == pytest.approx([expected] * 2, abs=0.03)
    loud, quiet = -np.log(found["Adam: coupled"][-1])
    assert quiet / loud == pytest.approx(decay.GRADIENTS[0] / decay.GRADIENTS[1], rel=0.2)
