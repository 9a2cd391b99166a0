"""The demo of activations: that it has all of them, and that what it measures and says is so."""

import math
import re

import numpy as np
import pytest

import nn
from autograd import Value
from demos.activations import curves, way_back
from nn import activations

NAMES = [entry.name for entry in curves.ENTRIES]


def test_every_activation_that_has_a_class_is_drawn():
    classes = {each for each in vars(activations).values() if isinstance(each, type)
               and each.__module__.startswith("nn.activations") and each is not nn.Activation}  # fmt: skip
    assert {entry.module for entry in curves.ENTRIES} == classes and len(set(NAMES)) == len(NAMES)
    assert {type(unit) for unit in way_back.UNITS.values()} == {
        each for each in classes if issubclass(each, nn.Activation)
    }


@pytest.mark.parametrize("entry", curves.ENTRIES, ids=NAMES)
def test_slopes_are_the_slopes_of_the_curves(entry):
    x = np.linspace(-7.9, 7.9, 80)  # not on a kink
    for curve in entry.curves:
        values, slopes = curves.traced(curve, x)
        above, below = (curves.traced(curve, x + step)[0] for step in (1e-5, -1e-5))
        np.testing.assert_allclose(slopes, (above - below) / 2e-5, atol=1e-8)
        assert values.shape == slopes.shape == x.shape


def test_where_slopes_are_flat_by_their_closed_forms():
    found = {entry.name: curves.measured(entry) for entry in curves.ENTRIES}
    step = 2 * curves.FAR / 4800
    logit = math.log(0.5 * (1 + math.sqrt(0.96)) / (0.5 * (1 - math.sqrt(0.96))))  # where s (1 - s) is 0.01
    ends = {
        "sigmoid": [(-12, -logit), (logit, 12)],
        "tanh": [(-12, -math.atanh(math.sqrt(0.99))), (math.atanh(math.sqrt(0.99)), 12)],
        "hardtanh": [(-12, -1), (1, 12)],
        "relu": [(-12, 0)],
        "elu": [(-12, math.log(0.01))],
        "softplus": [(-12, math.log(0.01 / 0.99))],
        "selu": [(-12, math.log(0.01 / 1.7580993408473766))],
        "identity": [], "leaky_relu": [], "prelu": [], "log_softmax": [],
    }  # fmt: skip
    for name, expected in ends.items():
        np.testing.assert_allclose(found[name].flat, expected, atol=step, err_msg=name)
    assert {name for name, each in found.items() if each.zero} == {"relu", "hardtanh"}  # those that die
    lowest = {name: each.lowest for name, each in found.items() if each.lowest}
    assert set(lowest) == {"silu", "swish", "mish", "gelu"}
    # silu is lowest where 1 + exp(x) + x = 0
    assert 1 + math.exp(lowest["silu"][0]) + lowest["silu"][0] == pytest.approx(0, abs=2 * step)


def test_the_way_back_of_each():
    paths = {name: way_back.path(unit) for name, unit in way_back.UNITS.items()}
    assert paths["relu"] == paths["hardtanh"] == [way_back.START] * (way_back.STEPS + 1)
    assert paths["identity"][1] == way_back.TARGET  # a parabola, with a step that reaches its lowest point
    # below 0 the distance of 0.01 x from the target shrinks by 1 - 0.01² a step
    slow = [100 * (0.5 + (0.01 * -3 - 0.5) * (1 - 1e-4) ** step) for step in range(300)]
    np.testing.assert_allclose(paths["leaky_relu"][:300], slow, rtol=1e-9)
    for name in ("silu", "mish", "gelu", "gelu_tanh"):
        assert paths[name][-1] < paths[name][10] < way_back.START
    for name in ("sigmoid", "tanh", "leaky_relu", "prelu", "elu", "selu", "softplus"):
        end = way_back.UNITS[name](Value(paths[name][-1]))
        assert end.data == pytest.approx(way_back.TARGET, abs=1e-6)


def test_the_page_says_of_each_its_range_and_where_it_saturates(ran):
    _, text, out = ran("activations")
    html = (out / "activations.html").read_text(encoding="utf-8")
    captions = re.findall(r"<figcaption>(\w+)\. Range: ([^<]+) Saturates: ([^<]+)</figcaption>", html)
    assert [name for name, _, _ in captions] == NAMES
    assert all(range_.endswith(".") and saturates.endswith(".") for _, range_, saturates in captions)
    assert "What to see" in html
    assert re.search(r"^relu +0\.00 to 1\.00 +x < 0\.0 +x < 0\.0$", text, re.M)
    assert "What to see: where a slope is below a hundredth" in text
    assert "relu never" in text and "elu 17" in text
    assert html.count("<td>-3.00</td>") >= 8  # relu's and hardtanh's, at every step
