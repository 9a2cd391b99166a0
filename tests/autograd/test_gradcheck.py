"""gradcheck where it is hard: near a pole, at a kink, at the end of a domain, and where nobody can tell."""

import math

import numpy as np
import pytest

import autograd
from autograd import Checked, GradientError, Report, Tensor, Value, define, gradcheck, gradients

# Derivatives by closed form, at points where a step of 1e-4 is far too long.
STEEP = [
    (lambda x: 1.0 / x, 1e-9, -1e18),
    (lambda x: 1.0 / x, -1e-9, -1e18),
    (lambda x: 1.0 / x, 1e-100, -1e200),
    (lambda x: 1.0 / (x * x), 1e-7, -2e21),
    (lambda x: 1.0 / (x - 1e6), 1e6 + 1e-3, -1e6),
    (autograd.sqrt, 1e-10, 5e4),
    (autograd.sqrt, 1e-300, 5e149),
    (autograd.log, 1e-200, 1e200),
    (autograd.tan, math.pi / 2 - 1e-4, 1e8),
    (autograd.relu, 1e-12, 1.0),  # beside a kink
    (autograd.relu, -1e-12, 0.0),
    (autograd.abs, -1e-12, -1.0),
    (lambda x: x**1.5, 1e-8, 1.5e-4),
]
# What must go on to work with the step that fits numbers near 1.
SMOOTH = [
    (autograd.sin, 1e-9, 1.0),
    (autograd.cos, 1e-9, -1e-9),
    (lambda x: x.sin() + 1.0, 1e-9, 1.0),
    (lambda x: x * x.abs(), 0.0, 0.0),  # no kink: the slope is 2 |x|
    (autograd.elu, 0.0, 1.0),
    (lambda x: x * 0.0, 3.0, 0.0),
    (lambda x: (x * 1e9).sin(), 0.0, 1e9),
    (lambda x: x * 1e100, 1e200, 1e100),
]
KINKS = [  # the function, where, and the slopes on both sides
    (autograd.relu, 0.0, (0.0, 1.0)),
    (autograd.abs, 0.0, (-1.0, 1.0)),
    (autograd.hardtanh, 1.0, (1.0, 0.0)),
    (autograd.hardtanh, -1.0, (0.0, 1.0)),
    (autograd.leaky_relu, 0.0, (0.01, 1.0)),
    (lambda x: autograd.maximum(x, 2.0 * x), 0.0, (1.0, 2.0)),
    (lambda x: x.abs() + 1e3 * x * x, 0.0, (-1.0, 1.0)),
    (lambda x: (x - 1e3).relu() * 1e6, 1e3, (0.0, 1e6)),
    (lambda x: 1e-6 * x.relu(), 0.0, (0.0, 1e-6)),
]


def on_both(function, x):
    """The entry of a check on a Value, and of one on a Tensor."""
    return [gradcheck(function, given).entries[0] for given in (x, np.array(x))]


@pytest.mark.parametrize(("function", "x", "slope"), [*STEEP, *SMOOTH])
def test_a_step_that_fits_x(function, x, slope):
    for entry in on_both(function, x):
        assert entry.verdict == "ok"
        assert entry.numeric == pytest.approx(slope, rel=1e-5, abs=1e-8)
        assert entry.analytic == pytest.approx(slope, rel=1e-7, abs=1e-300)


@pytest.mark.parametrize(("function", "x", "sides"), KINKS)
def test_a_kink_has_a_verdict_of_its_own_and_shows_both_slopes(function, x, sides):
    for entry in on_both(function, x):
        assert entry.verdict == "kink" and not entry.ok
        assert entry.sides == pytest.approx(sides, rel=1e-6, abs=1e-12)
        assert min(sides) <= entry.analytic <= max(sides) and entry.error < 1e-15
        shown = [f"{slope:.4g} on the {side}" for slope, side in zip(entry.sides, ("left", "right"))]
        assert str(entry).endswith(f"kink; slope {shown[0]}, {shown[1]}")


@pytest.mark.parametrize(("function", "x", "slope"), [*STEEP, *SMOOTH])
def test_a_wrong_derivative_is_wrong_there_too(function, x, slope):
    wrong = define("wrong_of_test", lambda x: x, lambda out, x: 1.001)
    for given in (x, np.array(x)):
        if abs(slope) > 1e-4:
            with pytest.raises(GradientError, match="WRONG"):
                gradcheck(lambda x: function(wrong(x)), given)


@pytest.mark.parametrize("slope", [-0.1, 1.1, math.nan, math.inf])
def test_at_a_kink_what_lies_between_no_slopes_is_wrong(slope):
    # for floats the upstream gradient would be nan, which no Value may have
    bent = define("bent_of_test", lambda x: autograd.relu(x), lambda out, x: slope + 0.0 * x)
    with (
        pytest.raises(GradientError, match="WRONG; slope 0 on the left, 1 on the right"),
        np.errstate(all="ignore"),
    ):
        gradcheck(bent, np.zeros(1))


def test_each_input_has_its_own_verdict():
    def function(x, y, z):
        return x.relu() + y.sqrt() + z.sign()

    report = gradcheck(function, [0.0, 1e-10, 0.0])
    assert [entry.verdict for entry in report.entries] == ["kink", "ok", "unclear"]
    report = gradcheck(lambda x: x.relu(), Tensor([[1.0, 0.0], [-1.0, 0.5]], label="w"))
    assert [(entry.name, entry.verdict) for entry in report.entries] == [
        ("w[0, 0]", "ok"), ("w[0, 1]", "kink"), ("w[1, 0]", "ok"), ("w[1, 1]", "ok"),
    ]  # fmt: skip
    assert not report.ok


@pytest.mark.parametrize(
    "function",
    [
        autograd.sign,  # it jumps
        lambda x: (x > 0.0).real + x if isinstance(x, Value) else x + (x > 0.0),
        lambda x: x + 1e12,  # rounding hides the slope
    ],
)
def test_what_cannot_be_told_is_unclear(function):
    for entry in on_both(function, 0.0):
        assert entry.verdict == "unclear" and not entry.ok and entry.sides is None


def test_at_the_end_of_a_domain_the_slope_on_its_side_counts():
    def area(x):
        """x², for x from 0 to 1."""
        if not 0.0 <= x.data <= 1.0:
            raise ValueError("outside")
        return x * x

    for x in (0.0, 1.0):
        (entry,) = gradcheck(area, x).entries
        assert entry.verdict == "ok" and entry.numeric == pytest.approx(2.0 * x, abs=1e-7)
    wrong = define("off_of_test", lambda x: x, lambda out, x: 1.01)
    with pytest.raises(GradientError):
        gradcheck(lambda x: area(wrong(x)), 1.0)

    def point(x):
        if x.data != 1.0:
            raise ValueError("outside")
        return x * x

    assert gradcheck(point, 1.0).entries[0].verdict == "unclear"


def test_the_points_beside_it_warn_of_nothing():
    with np.errstate(all="raise"):
        assert gradcheck(autograd.sqrt, np.array([1e-5])).ok
        assert gradcheck(autograd.log, np.array([1e-5, 2.0])).ok


@pytest.mark.parametrize("kind", [float, lambda x: np.array([x, x + 1.0])])
def test_a_slope_is_checked_as_any_function(kind):
    """Also where the function asks for gradients itself, which need its graph."""

    def slope(x):
        y = x * x * x.sin()
        return gradients(y if isinstance(y, Value) else y.sum(), x, create_graph=True)

    (entry, *_) = gradcheck(slope, kind(0.7)).entries
    second = 2 * math.sin(0.7) + 4 * 0.7 * math.cos(0.7) - 0.49 * math.sin(0.7)
    weight = 1.0 if kind is float else math.cos(1)  # of the first of several results
    assert entry.ok and entry.numeric == pytest.approx(second * weight, rel=1e-8)
    with pytest.raises(GradientError):
        halved = define("halved_of_test", lambda x: x, lambda out, x: 1.0 + 0.01 * x)
        gradcheck(lambda x: slope(halved(x)) if isinstance(x, Value) else slope(halved(x)), kind(0.7))


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"step": 0}, ValueError),
        ({"step": -1e-4}, ValueError),
        ({"step": math.nan}, ValueError),
        ({"step": "small"}, TypeError),
        ({"step": True}, TypeError),
        ({"rtol": -1.0}, ValueError),
        ({"rtol": math.inf}, ValueError),
        ({"atol": None}, TypeError),
        ({"atol": [1e-8]}, TypeError),
    ],
)
def test_settings_that_make_no_sense(settings, error):
    (name,) = settings
    with pytest.raises(error, match=f"gradcheck: {name} is"):
        gradcheck(lambda x: x * x, 1.0, **settings)


@pytest.mark.parametrize(
    "given", [math.nan, math.inf, [1.0, math.nan], np.array([math.inf]), Tensor([math.nan])]
)
def test_inputs_are_finite(given):
    with pytest.raises(ValueError, match="gradcheck: one of the inputs is .*expected finite numbers"):
        gradcheck(lambda x: x * x, given)


def test_an_infinite_slope_is_no_finite_one():
    steep = define("steep_of_test", lambda x: x, lambda out, x: math.inf)
    with pytest.raises(GradientError, match="inf"):
        gradcheck(steep, 1.0)
    with np.errstate(divide="ignore"):
        (entry,) = gradcheck(autograd.sqrt, np.zeros(1)).entries  # there it is infinite
    assert entry.verdict == "unclear" and entry.analytic == math.inf


def test_inputs_that_are_no_numbers():
    for given in (None, "x", {}, [[1.0, 2.0], "x"], np.array(["a"]), 1j):
        with pytest.raises(TypeError, match="gradcheck: one of the inputs"):
            gradcheck(lambda x: x, given)
    with pytest.raises(ValueError, match="no numbers in the inputs"):
        gradcheck(lambda x: x, np.zeros((0, 3)))
    with pytest.raises(TypeError, match="gradcheck: fn is 3; expected a function"):
        gradcheck(3, 1.0)


def test_a_report_is_of_entries():
    entry = Checked("x", 1.0, 1.0, 0.0, 1e-6, 1e-8)
    assert Report((entry,)).ok and entry.sides is None
    with pytest.raises(TypeError, match="Report: entries is"):
        Report([entry])
    with pytest.raises(TypeError, match="GradientError: report is"):
        GradientError(entry)
