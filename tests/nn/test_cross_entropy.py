"""Cross-entropy is one node whatever is asked of it, and does not trip over classes that are ruled out."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor

RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((7, 5)) * 3
LABELS = np.array([0, 4, 2, 2, 1, 3, 0])
SOFT = RNG.dirichlet(np.ones(5), 7)
OPTIONS = [
    {},
    {"label_smoothing": 0.1},
    {"class_weights": [1.0, 0.0, 2.0, 0.5, 3.0]},
    {"ignore_index": 2},
    {"class_weights": [1.0, 0.0, 2.0, 0.5, 3.0], "label_smoothing": 0.3, "ignore_index": 2},
]
REDUCTIONS = ("mean", "sum", "none")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_one_node_for_every_option(options, reduction):
    logits = Tensor(LOGITS)
    loss = nn.cross_entropy(logits, LABELS, reduction=reduction, **options)
    assert loss.op.name.endswith("cross_entropy") and loss.parents == (logits,)


def test_one_node_for_soft_targets():
    logits = Tensor(LOGITS)
    assert nn.cross_entropy(logits, SOFT).parents == (logits,)


@pytest.mark.parametrize("shape", [(7, 5), (7, 80)])  # in memory column by column, and row by row
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_gradient_by_the_formula_and_by_central_differences(options, shape, reduction):
    logits = np.random.default_rng(1).standard_normal(shape)
    upstream = np.cos(np.arange(7)) if reduction == "none" else -1.7
    options = dict(options)
    if "class_weights" in options:
        options["class_weights"] = np.resize(options["class_weights"], shape[1])

    def scalar(x):
        return (nn.cross_entropy(x, LABELS, reduction=reduction, **options) * upstream).sum()

    tensor = Tensor(logits)
    scalar(tensor).backward()
    again = autograd.gradients(scalar(tensor), tensor, create_graph=True)  # as a function of the logits
    np.testing.assert_allclose(again.data, tensor.grad, rtol=1e-12, atol=1e-15)
    for index in [(0, 0), (1, 4), (2, 2), (3, 1), (4, 1), (6, 3)]:
        step = np.zeros(shape)
        step[index] = 1e-6
        numeric = (scalar(logits + step) - scalar(logits - step)) / 2e-6
        assert tensor.grad[index] == pytest.approx(numeric, rel=1e-6, abs=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"class_weights": [1.0, 2.0, 3.0, 4.0, 5.0]}, {"ignore_index": 3}])
def test_a_logit_of_minus_infinity_rules_a_class_out(torch, options, reduction):
    masked = LOGITS.copy()
    masked[LABELS != 4, 4] = -math.inf
    theirs = torch.tensor(masked, requires_grad=True)
    named = {"weight": torch.tensor(options["class_weights"])} if "class_weights" in options else options
    expected = torch.nn.functional.cross_entropy(theirs, torch.tensor(LABELS), reduction=reduction, **named)
    expected.sum().backward()
    logits = Tensor(masked)
    loss = nn.cross_entropy(logits, LABELS, reduction=reduction, **options)
    loss.sum().backward()
    np.testing.assert_allclose(loss.data, expected.detach(), rtol=1e-13)
    np.testing.assert_allclose(logits.grad, theirs.grad, rtol=1e-12, atol=1e-16)


def test_a_soft_target_of_zero_may_be_ruled_out_too():
    logits = Tensor([[0.0, 0.0, -math.inf]])
    loss = nn.cross_entropy(logits, np.array([[0.5, 0.5, 0.0]]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2), abs=1e-15)
    np.testing.assert_allclose(logits.grad, [[0.0, 0.0, 0.0]], atol=1e-16)


@pytest.mark.parametrize("options", [options for options in OPTIONS if "ignore_index" in options], ids=str)
def test_what_is_ignored_has_no_gradient(options):
    logits = Tensor(LOGITS)
    nn.cross_entropy(logits, LABELS, reduction="sum", **options).backward()
    assert not logits.grad[LABELS == 2].any() and logits.grad[LABELS == 4].all()


@pytest.mark.parametrize("options", OPTIONS[:4], ids=str)
def test_no_loss_at_all_is_zero_without_a_sign(options):
    """A minus in front of a sum of zeros would print as -0.0."""
    sure = Tensor([[1e4, 0.0, 0.0, 0.0, 0.0]])
    for reduction in REDUCTIONS:
        loss = nn.cross_entropy(sure, [0], reduction=reduction, **options)
        assert not np.signbit(loss.data).any()


@pytest.mark.parametrize(
    "logits, target, options, error, message",
    [
        (np.zeros((2, 4, 3)), np.zeros((2, 3), int), {}, ValueError, r"\(2, 4, 3\); .*reshape\(-1, C\)"),
        (np.zeros((2, 4, 3)), np.zeros(2, int), {}, ValueError, r"\(2, 4, 3\); .*reshape\(-1, C\)"),
        (np.zeros(4), 1, {}, ValueError, r"shape \(4,\); .*\[None\]"),
        (np.zeros((3, 4)), np.eye(4, dtype=int)[:3], {}, ValueError, r"dtype int64; astype\(float\)"),
        (np.zeros((3, 4)), np.full((3, 5), 0.2), {}, ValueError, r"\(3, 5\); expected .*, or \(3, 4\)"),
        (np.zeros((3, 4)), [0, 4, 2], {"label_smoothing": 0.1}, IndexError, "label 4, at index 1"),
        (np.zeros((3, 4)), [0, 1], {"label_smoothing": 0.1}, ValueError, r"\(2,\); expected \(3,\)"),
        (
            np.zeros((3, 4), int),
            [0, 1, 2],
            {"label_smoothing": 0.1},
            TypeError,
            "dtype int64; expected floats",
        ),
    ],
)
def test_errors_say_what_to_do(logits, target, options, error, message):
    with pytest.raises(error, match=f"cross_entropy: .*{message}"):
        nn.cross_entropy(Tensor(logits), target, **options)


def test_in_a_traced_function_the_label_may_be_another_at_each_call():
    weights = [[autograd.Value(number) for number in row] for row in (LOGITS[:3, :2]).tolist()]
    parameters = [weight for row in weights for weight in row]

    def loss(x, label):
        return nn.cross_entropy([autograd.dot(row, x) for row in weights], label)

    batched = autograd.trace(loss, [0.0, 0.0], 0, parameters=parameters).batched()
    x, labels = SOFT[:4, :2], np.array([0, 2, 1, 2])
    logits = Tensor(x @ LOGITS[:3, :2].T)
    expected = nn.cross_entropy(logits, labels).item()
    assert batched.value_and_grad(x, labels)[0] == pytest.approx(expected, rel=1e-12)
