"""What the report says of a classifier, against PyTorch, NumPy's SVD, and counting by hand."""

import numpy as np
import pytest

import nn
from autograd import no_grad, softmax
from demos.mnist import analysis, inside
from demos.mnist.training import RECIPES


@pytest.fixture
def model():
    return nn.Sequential(nn.Linear(6, 5, rng=1), nn.Tanh(), nn.Linear(5, 3, rng=2))


def test_precision_and_recall_by_counting():
    rng = np.random.default_rng(0)
    labels, answers = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    counts = analysis.confusion(labels, answers, 4)
    assert counts.sum() == 200
    for digit, figures in enumerate(analysis.per_class(counts)):
        right = sum(1 for label, answer in zip(labels, answers) if label == answer == digit)
        assert figures.precision == pytest.approx(right / list(answers).count(digit))
        assert figures.recall == pytest.approx(right / list(labels).count(digit))
        assert figures.examples == list(labels).count(digit)
        assert figures.f1 == pytest.approx(2 / (1 / figures.precision + 1 / figures.recall))


def test_a_class_that_never_occurs_has_no_share():
    never = analysis.per_class(np.array([[3, 0], [0, 0]]))[1]
    assert np.isnan(never.precision) and np.isnan(never.recall) and never.examples == 0
    assert analysis.per_class(np.array([[0, 3], [2, 0]]))[0].f1 == 0


def test_principal_components_as_by_singular_values():
    points = np.random.default_rng(0).standard_normal((50, 6)) @ np.diag([5, 4, 3, 1, 1, 1]) + 7
    along, shares = analysis.principal_components(points)
    _, singular, right = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    expected = (points - points.mean(axis=0)) @ right[:2].T
    np.testing.assert_allclose(np.abs(along), np.abs(expected), rtol=1e-9)
    np.testing.assert_allclose(shares, (singular**2 / (singular**2).sum())[:2], rtol=1e-9)
    again, _ = analysis.principal_components(points[::-1])
    np.testing.assert_allclose(again[::-1], along, rtol=1e-9)  # the same side up, whatever the order


def test_points_on_a_line_have_nothing_across():
    points = np.array([[1.0], [3.0], [8.0]])
    along, shares = analysis.principal_components(points)
    assert along.tolist() == [[-3.0, 0.0], [-1.0, 0.0], [4.0, 0.0]] and shares.tolist() == [1.0, 0.0]


def test_points_that_are_all_the_same():
    along, shares = analysis.principal_components(np.ones((4, 3)))
    assert not along.any() and not shares.any()


def test_pixel_gradients_as_pytorch(torch, model):
    x = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)
    classes = np.array([0, 2, 2, 1])
    weights = {name: torch.tensor(array) for name, array in model.state_dict().items()}
    theirs = torch.tensor(x, requires_grad=True)
    hidden = torch.tanh(theirs @ weights["0.weight"].T + weights["0.bias"])
    logits = hidden @ weights["2.weight"].T + weights["2.bias"]
    logits[torch.arange(4), torch.tensor(classes)].sum().backward()
    np.testing.assert_allclose(analysis.pixel_gradients(model, x, classes), theirs.grad, rtol=1e-5, atol=1e-7)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_hidden_is_what_the_last_layer_is_given(model):
    x = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)
    np.testing.assert_allclose(
        analysis.hidden(model, x) @ model[2].weight.data.T + model[2].bias.data, model(x).data, rtol=1e-5
    )


def test_ascent_ends_where_the_network_is_sure(model):
    start = np.full((2, 3), 0.5, np.float32)
    images = analysis.ascend(model, start, 3, steps=60, smoothing=1)
    assert images.shape == (3, 2, 3) and images.min() >= 0 and images.max() <= 1
    with no_grad():
        before = softmax(model(np.repeat(start.reshape(1, 6), 3, axis=0))).data.diagonal()
        after = softmax(model(images.reshape(3, 6))).data.diagonal()
    assert (after > before).all()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_ascent_lays_ink_where_only_less_of_it_would_rule_the_others_out():
    """All ink speaks against the second class, and yet its own logit asks for some."""
    model = nn.Linear(4, 2, rng=0)
    model.weight.data[:] = [[3, 3, 3, 3], [1, 1, 0, 0]]
    image = analysis.ascend(model, np.full((2, 2), 0.5, np.float32), 2, smoothing=0)[1]
    assert image[0].min() > 0.9 and image[1].max() < 0.1


def test_the_report_says_so_where_an_image_is_not_taken_for_its_class():
    model = nn.Linear(4, 2, rng=0)
    model.weight.data[:], model.bias.data[:] = [[9, 9, 9, 9], [0, 0, 0, 0]], 0
    said = inside._taken_for(model, np.ones((2, 2, 2), np.float32))
    assert "1 of the 2" in said and "every" not in said
    model.weight.data[:] = [[2, 2, 0, 0], [0, 0, 2, 2]]
    said = inside._taken_for(model, np.array([[[1, 1], [0, 0]], [[0, 0], [1, 1]]], np.float32))
    assert "every one" in said and "at least 98 %" in said  # 1 / (1 + exp(-4)) = 0.982


def test_labels_pushed_apart():
    rng = np.random.default_rng(0)
    points, gap = rng.random((10, 2)) * [6.0, 3.0], np.array([1.0, 0.5])
    points[1] = points[0]
    moved = analysis.apart(points, gap)
    for i in range(10):
        for j in range(i):
            assert np.hypot(*((moved[i] - moved[j]) / gap)) > 0.98
    far = np.array([[0.0, 0.0], [2.0, 0.0]])
    np.testing.assert_array_equal(analysis.apart(far, gap), far)


def test_the_blur_is_a_binomial_filter():
    image = np.zeros((1, 5, 5), np.float32)
    image[0, 2, 2] = 16
    expected = np.zeros((5, 5))
    expected[1:4, 1:4] = np.outer([1, 2, 1], [1, 2, 1])
    np.testing.assert_array_equal(analysis._blurred(image)[0], expected)


def test_no_loss_of_the_tuned_recipe_is_lower_than_it_says():
    """The loss is least where the network says the smoothed label itself, and there is its entropy."""
    recipe = RECIPES["tuned"]
    share = recipe.smoothing / 10
    label = np.array([1 - recipe.smoothing + share] + [share] * 9)
    assert f"smoothed by {recipe.smoothing}" in recipe.says
    assert f"no loss falls below {-(label * np.log(label)).sum():.2f}" in " ".join(recipe.says.split())
