"""Augmentation: against loops, PyTorch's grid_sample, and the statistics that the definitions imply."""

import math

import numpy as np
import pytest

import nn
from nn.data.augmentation import BLOCK, resample


class Always(np.random.Generator):
    """A generator whose even draws are what a test says."""

    def __init__(self, uniform=0.0, integers=(0, 0)):
        super().__init__(np.random.PCG64(0))
        self._uniform, self._integers = uniform, integers

    def uniform(self, low, high, size):
        return np.full(size, self._uniform)

    def integers(self, low, high, size):
        return np.broadcast_to(np.array(self._integers)[:, None], size)


WARPS = {
    "Shift": nn.Shift(2),
    "Rotate": nn.Rotate(20),
    "Elastic": nn.Elastic(34, 4),
    "Augment": nn.Augment(nn.Shift(1), nn.Rotate(10), nn.Elastic(8, 2)),
}
NOTHING = {
    "Shift": nn.Shift(0),
    "Rotate": nn.Rotate(0),
    "Elastic": nn.Elastic(0),
    "Augment": nn.Augment(),
}


def some_images(*shape, dtype=np.float64):
    return np.random.default_rng(5).random(shape).astype(dtype)


def test_every_warp_is_in_the_tables():
    ours = [
        kind
        for kind in nn.data.augmentation.Warp.__subclasses__()
        if kind.__module__ == "nn.data.augmentation"
    ]
    assert {kind.__name__ for kind in ours} == set(WARPS) == set(NOTHING)


@pytest.mark.parametrize("name", WARPS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7, 12, 9), (7, 144), (0, 5, 5), (1, 1, 1), (BLOCK // 700, 784)])
def test_shape_and_dtype_are_kept_and_the_input_too(name, dtype, shape):
    images = some_images(*shape, dtype=dtype)
    before = images.copy()
    out = WARPS[name](images, 0)
    assert out.shape == shape and out.dtype == dtype and not np.shares_memory(out, images)
    np.testing.assert_array_equal(images, before)
    assert out.size == 0 or -1e-6 <= out.min() and out.max() <= images.max() + 1e-6


@pytest.mark.parametrize("name", WARPS)
def test_rows_are_images_end_to_end(name):
    images = some_images(50, 28, 28)
    np.testing.assert_array_equal(
        WARPS[name](images.reshape(50, 784), 3), WARPS[name](images, 3).reshape(50, 784)
    )


@pytest.mark.parametrize("name", WARPS)
def test_seeds_and_generators(name):
    images, warp = some_images(60, 28, 28), WARPS[name]
    np.testing.assert_array_equal(warp(images, 3), warp(images, np.random.default_rng(3)))
    rng = np.random.default_rng(3)
    first = warp(images, rng)
    assert not np.array_equal(first, warp(images, rng))
    same = np.broadcast_to(images[:1], images.shape)  # each image in its own way
    assert len({each.tobytes() for each in warp(same, 0)}) > (20 if name == "Shift" else 59)


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_strength_changes_nothing(name, dtype):
    images = some_images(30, 28, 28, dtype=dtype)
    np.testing.assert_allclose(NOTHING[name](images, 0), images, rtol=0, atol=4 * np.finfo(dtype).eps)


# Reading between pixels.


@pytest.mark.parametrize("size", [(9, 7), (1, 1), (1, 6), (28, 28)])
def test_resample_as_pytorch(torch, size):
    height, width = size
    rng = np.random.default_rng(1)
    images = rng.standard_normal((5, height, width))
    y = rng.uniform(-3, height + 2, (5, 6, 8))
    x = rng.uniform(-3, width + 2, (5, 6, 8))
    # theirs: -1 to 1 is from the outer edge of the first pixel to that of the last, pixels being 1 wide
    grid = np.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], axis=-1)
    theirs = torch.nn.functional.grid_sample(
        torch.tensor(images)[:, None], torch.tensor(grid), align_corners=False
    )
    np.testing.assert_allclose(resample(images, y, x), theirs[:, 0], rtol=1e-12, atol=1e-12)


def test_resample_at_and_beyond_the_border():
    image = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    places = np.array([[[-1e30, -1.0, -0.5, 0.0, 1.0, 1.5, 2.0, 1e30]]])
    found = resample(image, places, np.zeros_like(places))
    np.testing.assert_array_equal(found, [[[0, 0, 0.5, 1, 3, 1.5, 0, 0]]])


# Shift.


def loop_shift(image, down, right):
    out = np.zeros_like(image)
    for i, j in np.ndindex(*image.shape):
        if 0 <= i - down < image.shape[0] and 0 <= j - right < image.shape[1]:
            out[i, j] = image[i - down, j - right]
    return out


@pytest.mark.parametrize("down, right", [(1, 0), (-1, 2), (3, -3), (0, 0), (9, 9)])
def test_shift_is_exact(down, right):
    images = some_images(3, 6, 8)
    expected = [loop_shift(image, down, right) for image in images]
    rng = Always(integers=(down, right))
    np.testing.assert_array_equal(nn.Shift(9)(images, rng), expected)
    np.testing.assert_allclose(nn.Augment(nn.Shift(9))(images, rng), expected, rtol=1e-15)


def test_every_move_has_the_same_chance():
    dots = np.zeros((18000, 5, 5))
    dots[:, 2, 2] = 1
    found = nn.Shift(1)(dots, 1).sum(axis=0)
    assert found.sum() == 18000 and (found[1:4, 1:4] > 0).all()
    chi_square = ((found[1:4, 1:4] - 2000) ** 2 / 2000).sum()
    assert chi_square < 26.1  # 8 degrees of freedom: above with a chance of 0.001


# Rotate.


@pytest.mark.parametrize("dtype, atol", [(np.float32, 2e-5), (np.float64, 1e-12)])
@pytest.mark.parametrize("turns", [-1, 1, 2, 3])
@pytest.mark.parametrize("size", [6, 7, 28])
def test_quarter_turns_as_rot90(dtype, atol, turns, size):
    images = some_images(4, size, size, dtype=dtype)
    out = nn.Rotate(360)(images, Always(uniform=90.0 * turns))
    np.testing.assert_allclose(out, np.rot90(images, turns, axes=(1, 2)), atol=atol)


def test_half_a_turn_of_an_oblong():
    images = some_images(2, 5, 8)
    out = nn.Rotate(180)(images, Always(uniform=180.0))
    np.testing.assert_allclose(out, images[:, ::-1, ::-1], atol=1e-12)


def test_angles_are_even():
    """The angle is read off a position: the pixel right of the middle comes from cos and -sin of it."""
    warp, count = nn.Rotate(30), 20000
    y, x = (np.broadcast_to(each.astype(float), (count, 3, 3)) for each in np.indices((3, 3)))
    from_y, from_x = warp.positions(y, x, np.random.default_rng(0))
    angles = np.degrees(np.arctan2(from_y[:, 1, 2] - 1, from_x[:, 1, 2] - 1))
    np.testing.assert_allclose(np.hypot(from_y[:, 1, 2] - 1, from_x[:, 1, 2] - 1), 1)
    assert abs(angles).max() <= 30
    assert abs(angles.mean()) < 5 * 30 / math.sqrt(3 * count)
    assert abs(angles.std() / (30 / math.sqrt(3)) - 1) < 0.02
    distance = np.abs(np.sort(angles) / 60 + 0.5 - (np.arange(count) + 0.5) / count).max()
    assert distance < 1.95 / math.sqrt(count)  # Kolmogorov and Smirnov: beyond it with a chance of 0.001


# Elastic distortion.


@pytest.mark.parametrize("alpha, sigma", [(34, 4), (8, 2), (5, 1), (60, 7.5)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_field_has_the_deviation_and_correlation_it_says(alpha, sigma, dtype):
    field = nn.Elastic(alpha, sigma).field((4000, 28, 20), np.random.default_rng(0), dtype)
    assert field.dtype == dtype and field.shape == (2, 4000, 28, 20)
    std = alpha / (2 * sigma * math.sqrt(3 * math.pi))
    fields = field.reshape(8000, 28, 20)
    assert abs(fields.mean()) < 0.03 * std
    assert abs(fields.std() / std - 1) < 0.02
    everywhere = fields.std(axis=0)  # at the border as in the middle
    assert (abs(everywhere / std - 1) < 0.06).all()
    for rows, columns in [(1, 0), (0, 2), (4, 0), (3, 3), (10, 0)]:
        together = fields[:, rows:, columns:] * fields[:, : 28 - rows, : 20 - columns]
        expected = math.exp(-(rows**2 + columns**2) / (4 * sigma**2))
        assert together.mean() / std**2 == pytest.approx(expected, abs=0.03)
    assert abs((field[0] * field[1]).mean()) < 0.03 * std**2  # the two components know nothing of each other


def test_the_field_as_in_the_paper():
    """Simard and others, literally: even noise from -1 to 1, convolved with a Gaussian, times alpha."""
    alpha, sigma, size, reach = 34.0, 4.0, 9, 20
    rng = np.random.default_rng(2)
    distance = np.arange(size + 2 * reach) - np.arange(reach, reach + size)[:, None]
    rows = np.exp(-0.5 * (distance / sigma) ** 2) * (abs(distance) <= reach)  # along one axis, then the other
    rows /= rows.sum(axis=1, keepdims=True)
    noise = rng.uniform(-1, 1, (2000, size + 2 * reach, size + 2 * reach))
    theirs = alpha * (rows @ noise @ rows.T)
    ours = nn.Elastic(alpha, sigma).field((20000, size, size), rng, np.float64)[0]
    theirs, ours = theirs.reshape(2000, -1), ours.reshape(20000, -1)
    scale = theirs.var()
    np.testing.assert_allclose(np.cov(ours.T) / scale, np.cov(theirs.T) / scale, atol=0.17)
    assert ours.var() == pytest.approx(scale, rel=0.1)
    assert (ours**4).mean() / ours.var() ** 2 == pytest.approx((theirs**4).mean() / scale**2, rel=0.3)


def test_elastic_displaces_by_its_field():
    """On an image that is its own row or column number the answer is where each pixel came from."""
    rows = np.broadcast_to(np.arange(40.0)[:, None], (3, 40, 40))
    warp = nn.Elastic(10, 4)
    field = warp.field((3, 40, 40), np.random.default_rng(7), np.float64)
    inside = (slice(None), slice(4, -4), slice(4, -4))
    np.testing.assert_allclose(warp(rows, 7)[inside] - rows[inside], field[0][inside], atol=1e-12)
    columns = rows.transpose(0, 2, 1)
    np.testing.assert_allclose(warp(columns, 7)[inside] - columns[inside], field[1][inside], atol=1e-12)


# Several as one.


def test_augment_is_one_after_the_other():
    images = some_images(4, 9, 9)
    rng = Always(uniform=90.0, integers=(2, -1))
    shift, rotate = nn.Shift(2), nn.Rotate(90)
    for first, second in ((shift, rotate), (rotate, shift)):
        together = nn.Augment(first, second)(images, rng)
        apart = second(first(images, rng), rng)
        inside = apart != 0  # what one pushes over the border, and the other back, is lost where it is apart
        assert inside.mean() > 0.5
        np.testing.assert_allclose(together[inside], apart[inside], atol=1e-12)
    np.testing.assert_array_equal(
        nn.Augment(nn.Augment(shift), rotate)(images, 1), nn.Augment(shift, rotate)(images, 1)
    )


# Mixup.


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_mixup_mixes_by_beta(alpha):
    count = 40000
    x = np.arange(count, dtype=float)[:, None]
    first, y = nn.Mixup(alpha)(np.ones((count, 1)), np.arange(count) * 1.0, 0)
    mixed, also = nn.Mixup(alpha)(x, np.eye(2)[np.arange(count) % 2], 0)  # the same draws
    np.testing.assert_allclose(mixed[:, 0], y, rtol=1e-12)
    np.testing.assert_allclose(first, 1)
    np.testing.assert_allclose(also.sum(axis=1), 1)
    rng = np.random.default_rng(0)
    share, partner = rng.beta(alpha, alpha, count), rng.permutation(count)
    np.testing.assert_allclose(mixed, share[:, None] * x + (1 - share[:, None]) * x[partner], rtol=1e-9)
    # the share itself, where it can be told: of an even number and an odd partner
    odd = (np.arange(count) % 2 == 0) & (partner % 2 == 1)
    found = also[odd, 0]
    assert found.mean() == pytest.approx(0.5, abs=0.02)
    assert found.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.05)


def test_mixup_of_labels():
    x, y = some_images(500, 6, dtype=np.float32), np.arange(500) % 3
    mixed, soft = nn.Mixup(0.4, classes=5)(x, y, 1)
    assert mixed.dtype == soft.dtype == np.float32 and soft.shape == (500, 5)
    np.testing.assert_allclose(soft.sum(axis=1), 1, rtol=1e-6)
    assert not soft[:, 3:].any() and (soft >= 0).all()
    same, hard = nn.Mixup(0, classes=3)(x, y, 1)
    np.testing.assert_array_equal(same, x)
    np.testing.assert_array_equal(hard, np.eye(3)[y])
    images, _ = nn.Mixup(0.4, classes=3)(x.reshape(500, 2, 3), y, 1)
    np.testing.assert_array_equal(images.reshape(500, 6), mixed)


def test_mixup_names_what_is_wrong():
    x, y = np.zeros((3, 2)), np.array([0, 1, 2])
    for arguments, mixup, error, match in [
        ((x, y), nn.Mixup(), ValueError, r"Mixup\(alpha, classes=10\)"),
        ((x, y), nn.Mixup(classes=2), ValueError, "the label 2 is not one of the 2 classes, 0 to 1"),
        ((x, -y), nn.Mixup(classes=2), ValueError, "the label -1"),
        ((x, y[:2]), nn.Mixup(classes=3), ValueError, r"shape \(3, 2\) and y \(2,\)"),
        ((x, np.eye(3, dtype=int)), nn.Mixup(classes=3), ValueError, r"labels of shape \(3, 3\)"),
        ((x.astype(np.uint8), y), nn.Mixup(classes=3), TypeError, "dtype uint8"),
        ((np.zeros(()), y), nn.Mixup(classes=3), ValueError, r"shape \(\)"),
    ]:
        with pytest.raises(error, match=match):
            mixup(*arguments, 0)
    assert nn.Mixup(classes=3)(np.zeros((0, 2)), y[:0], 0)[1].shape == (0, 3)


# Errors.


@pytest.mark.parametrize("name", WARPS)
@pytest.mark.parametrize(
    "images, error, match",
    [
        (np.zeros((2, 4, 4), np.uint8), TypeError, r"dtype uint8; expected float32.*float32.\) / 255"),
        (np.zeros((2, 4, 4), np.float16), TypeError, "float16"),
        (np.zeros((2, 10)), ValueError, "rows of 10 pixels, which are not square"),
        (np.zeros(16), ValueError, r"shape \(16,\); expected \(B, H, W\)"),
        (np.zeros((2, 3, 4, 4)), ValueError, r"\(2, 3, 4, 4\)"),
        (np.zeros((2, 0, 4)), ValueError, r"\(2, 0, 4\)"),
        (["digit"], TypeError, "expected numbers"),
    ],
)
def test_warps_name_what_they_want(name, images, error, match):
    with pytest.raises(error, match=f"{name}: .*{match}"):
        WARPS[name](images, 0)


@pytest.mark.parametrize("name", WARPS)
def test_the_source_of_random_numbers_is_explicit(name):
    with pytest.raises(TypeError, match=f"{name}: the source of random numbers is None"):
        WARPS[name](np.zeros((1, 4, 4)), None)


@pytest.mark.parametrize(
    "build, match",
    [
        (lambda: nn.Shift(-1), "Shift: pixels is -1; expected a whole number of at least 0"),
        (lambda: nn.Shift(0.5), "Shift: pixels is 0.5"),
        (lambda: nn.Rotate(-1), "Rotate: degrees"),
        (lambda: nn.Rotate(math.inf), "Rotate: degrees"),
        (lambda: nn.Elastic(-1), "Elastic: alpha"),
        (lambda: nn.Elastic(1, 0), "Elastic: sigma"),
        (lambda: nn.Elastic("34"), "Elastic: alpha"),
        (lambda: nn.Augment([nn.Shift(1)]), "of type list; expected warps"),
        (lambda: nn.Augment(nn.Shift), "of type type; expected warps"),
        (lambda: nn.Mixup(-0.1), "Mixup: alpha"),
        (lambda: nn.Mixup(classes=0), "Mixup: classes is 0"),
    ],
)
def test_settings(build, match):
    with pytest.raises((TypeError, ValueError), match=match):
        build()


def test_a_warp_without_positions():
    with pytest.raises(NotImplementedError, match="Warp does not say where pixels come from"):
        nn.data.augmentation.Warp()(np.zeros((1, 2, 2)), 0)
