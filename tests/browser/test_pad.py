"""The pad of the MNIST report: what it computes is what the network computes, on ink and on images."""

import numpy as np
import pytest

import nn
from autograd import no_grad, softmax
from demos import page
from demos.mnist.analysis import pixel_gradients
from demos.mnist.report import pad

SIDE = 28
MODELS = {
    "relu": lambda: nn.Sequential(nn.Linear(784, 9, rng=1), nn.ReLU(), nn.Linear(9, 10, rng=2)),
    "no hidden layer": lambda: nn.Sequential(nn.Linear(784, 10, rng=3)),
    "gelu, dropout, elu": lambda: nn.Sequential(
        nn.Linear(784, 9, rng=1), nn.GELU(), nn.Dropout(0.5), nn.Linear(9, 8, rng=2), nn.ELU(0.5),
        nn.Linear(8, 10, rng=4),
    ),
    "sigmoid, flattened": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 9, rng=1), nn.Sigmoid(), nn.Linear(9, 10, rng=2)
    ),
}  # fmt: skip


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return (rng.random((3, SIDE, SIDE)) * 255 * (rng.random((3, SIDE, SIDE)) > 0.7)).astype(np.uint8)


def opened(show, model, images, **options):
    widget = page.Widget(pad.html(model, images, np.arange(len(images))))
    return show(page.html([page.Section("drawing", "Draw", [widget])]), **options)


@pytest.mark.parametrize("name", MODELS)
def test_it_says_what_the_network_says(show, images, name):
    model = MODELS[name]().eval()
    shown = opened(show, model, images)
    x = images.reshape(len(images), -1).astype(np.float32) / 255
    with no_grad():
        expected = softmax(model(x)).numpy()
    for index in range(len(images)):
        shown.locator("#pad-samples button").nth(index).click()
        state = shown.evaluate("({...pad.state, probabilities: [...pad.state.probabilities],"
                               " gradient: [...pad.state.gradient]})")  # fmt: skip
        np.testing.assert_allclose(state["probabilities"], expected[index], rtol=2e-5, atol=1e-7)
        answer = int(expected[index].argmax())
        assert state["answer"] == answer and f"It says {answer}" in shown.inner_text("#pad-says")
        own = pixel_gradients(model, x[index : index + 1], np.array([answer]))[0]
        np.testing.assert_allclose(state["gradient"], own, rtol=1e-4, atol=1e-6)


def test_any_logit_can_be_asked_for(show, images):
    model = MODELS["relu"]()
    shown = opened(show, model, images)
    shown.locator("#pad-samples button").first.click()
    shown.locator("#pad-answers button").nth(7).click()
    x = images[:1].reshape(1, -1).astype(np.float32) / 255
    np.testing.assert_allclose(
        shown.evaluate("[...pad.state.gradient]"),
        pixel_gradients(model, x, np.array([7]))[0],
        rtol=1e-4,
        atol=1e-6,
    )
    assert shown.locator("#pad-answers button").nth(7).get_attribute("aria-pressed") == "true"
    assert shown.locator(".logit").first.inner_text() == "7"
    shown.locator("#pad-answers button").nth(7).click()  # once more: that of the answer again
    answer = shown.evaluate("pad.state.answer")
    np.testing.assert_allclose(
        shown.evaluate("[...pad.state.gradient]"), pixel_gradients(model, x, np.array([answer]))[0],
        rtol=1e-4, atol=1e-6,
    )  # fmt: skip


def drag(shown, *points):
    shown.locator("#pad-ink").scroll_into_view_if_needed()
    box = shown.locator("#pad-ink").bounding_box()
    for index, (x, y) in enumerate(points):
        shown.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4 if index else 1)
        if not index:
            shown.mouse.down()
    shown.mouse.up()


@pytest.mark.parametrize(
    "points", [[(0.1, 0.1), (0.3, 0.2)], [(0.5, 0.05), (0.5, 0.95)], [(0.9, 0.9), (0.9, 0.9)]]
)
def test_ink_is_scaled_and_centred_as_the_data_was(show, images, points):
    shown = opened(show, MODELS["relu"](), images)
    drag(shown, *points)
    pixels = np.array(shown.evaluate("[...pad.state.pixels]")).reshape(SIDE, SIDE)
    assert 0 <= pixels.min() and 0.9 < pixels.max() <= 1
    rows, columns = (np.flatnonzero(pixels.sum(axis=axis) > 0.1) for axis in (1, 0))
    longest = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    assert 19 <= longest <= 21
    middle = (np.indices(pixels.shape) + 0.5) * pixels
    np.testing.assert_allclose(middle.sum(axis=(1, 2)) / pixels.sum(), SIDE / 2, atol=0.75)


def test_clear_forgets_and_a_stroke_takes_the_place_of_an_image(show, images):
    shown = opened(show, MODELS["relu"](), images)
    assert "Draw a digit" in shown.inner_text("#pad-says")
    shown.locator("#pad-samples button").nth(1).click()
    drag(shown, (0.2, 0.2), (0.8, 0.8))
    assert shown.locator("#pad-samples [aria-pressed=true]").count() == 0
    ink = np.array(shown.evaluate("[...pad.state.pixels]"))
    assert not np.allclose(ink, images[1].ravel() / 255)
    drag(shown, (0.2, 0.8), (0.8, 0.2))  # a second stroke is added to the first
    assert np.count_nonzero(shown.evaluate("[...pad.state.pixels]")) > np.count_nonzero(ink)
    shown.get_by_role("button", name="Clear").click()
    assert shown.evaluate("pad.state.pixels") is None and "Draw a digit" in shown.inner_text("#pad-says")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut_off(show, images, width):
    shown = opened(show, MODELS["relu"](), images, width=width)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [figure.bounding_box() for figure in shown.locator(".seen figure").all()]
    aside = [boxes[0]["y"] == box["y"] for box in boxes]
    assert aside == ([True] * 3 if width > 1000 else [True, False, False])  # beside or below each other


def test_a_module_that_it_cannot_compute_is_named():
    with pytest.raises(TypeError, match="LayerNorm|Sequential"):
        pad.layers_of(nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.ReLU())))
