"""The losses demo: every loss is drawn, with the gradient it has, and what it says of effects holds."""

import math
import re

import numpy as np
import pytest

import nn
from demos.losses import curves, effects

FAMILIES = pytest.mark.parametrize("family", curves.FAMILIES, ids=lambda family: family.name)


def test_every_loss_is_drawn_and_listed(ran):
    _, said, out = ran("losses")
    written = {path.name for path in out.iterdir()}
    assert {f"losses-{family.name}.png" for family in curves.FAMILIES} < written
    page = (out / "losses.html").read_text(encoding="utf-8")
    labels = " ".join(curve.label for family in curves.FAMILIES for curve in family.curves)
    titles = " ".join(family.title for family in curves.FAMILIES)
    for name in nn.losses.__all__:
        assert f"<td>{name}</td>" in page
        assert name in labels or name in titles, name
    assert all(word in said for word in ("Outliers", "Rare examples", "Smoothed labels"))


@FAMILIES
def test_the_gradient_is_the_slope_of_the_curve(family):
    """Away from kinks, where a difference of neighbours says nothing."""
    x = np.linspace(*family.span, curves.POINTS)
    for curve in family.curves:
        losses, slopes = curves.traced(curve, x)
        assert losses.shape == slopes.shape == x.shape
        steps = np.diff(losses) / np.diff(x)
        middle = (slopes[1:] + slopes[:-1]) / 2
        smooth = np.abs(np.diff(slopes)) < 0.2 * np.maximum(1e-3, np.abs(slopes).max())
        assert smooth.mean() > 0.9
        np.testing.assert_allclose(middle[smooth], steps[smooth], rtol=0.02, atol=2e-3)


@FAMILIES
def test_something_of_every_curve_is_in_the_picture(family):
    x = np.linspace(*family.span, curves.POINTS)
    for curve in family.curves:
        for y, (low, high) in zip(curves.traced(curve, x), family.heights):
            assert ((y >= low) & (y <= high)).mean() > 0.25, curve.label


def test_gradients_are_broken_where_they_jump_and_nowhere_else():
    jumps = {"mae": 0, "hinge": 1, "multiclass_hinge": 1, "triplet, positive 1 away": 2,
             "apart, margin = 0": 90}  # fmt: skip
    for family in curves.FAMILIES:
        x = np.linspace(*family.span, curves.POINTS)
        for curve in family.curves:
            losses, slopes = curves.traced(curve, x)
            gaps = x[np.isnan(curves.broken(slopes))]
            assert not np.isnan(curves.broken(losses)).any()
            assert np.allclose(gaps, jumps.get(curve.label, []), atol=2 * (x[1] - x[0])), curve.label
            assert len(gaps) > 0 or curve.label not in jumps


def test_lines_are_those_of_least_squares_and_of_least_absolute_deviations():
    rng = np.random.default_rng(2)
    x = np.linspace(-2, 2, 15)
    y = rng.standard_normal((3, 15))
    slopes, offsets = effects.lines(nn.mse, x, y)
    for row, slope, offset in zip(y, slopes, offsets):
        np.testing.assert_allclose([slope, offset], np.polyfit(x, row, 1), atol=1e-3)
    slopes, offsets = effects.lines(nn.mae, x, y)
    for row, slope, offset in zip(y, slopes, offsets):  # the best goes through two of the points
        pairs = [(i, j) for i in range(15) for j in range(i)]
        tried = [(row[i] - row[j]) / (x[i] - x[j]) for i, j in pairs]
        costs = [np.abs(row - row[i] - k * (x - x[i])).sum() for (i, _), k in zip(pairs, tried)]
        assert np.abs(row - offset - slope * x).sum() < min(costs) + 0.02


SEEDS = [None, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(3))]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_of_effects(tmp_path, seed, ran):
    """In the short run, where there is no seed."""
    if seed is None:
        said = ran("losses").printed
        outliers, examples, smoothing = re.split(r"^(?=Rare examples:|Smoothed labels:)", said, flags=re.M)
    else:
        parts = (effects.outliers, effects.hard_examples, effects.smoothing)
        outliers, examples, smoothing = (part(seed, tmp_path).said for part in parts)
    off = [float(number) for number in re.findall(r"by (\d\.\d\d)", outliers)]
    assert len(off) == 3
    assert off[0] > 0.8 and max(off[1:]) < 0.25
    cross_entropy, focal = (int(part.split()[-1]) for part in examples.split(" %")[1:3])
    assert cross_entropy < 20 and focal > 70
    assert "it comes to 3.3, where" in smoothing and f"{effects.goal(0.1):.4f}" == f"{math.log(28):.4f}"
    assert float(smoothing.partition("logit is ")[2].split()[0]) > 8
