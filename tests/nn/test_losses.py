"""Losses: closed forms, PyTorch, both kinds of node, and what they refuse."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value

RNG = np.random.default_rng(0)
LOGITS = np.concatenate([RNG.standard_normal((6, 5)), np.zeros((1, 5)), 1e4 * RNG.standard_normal((3, 5))])
LABELS = np.array([0, 4, 2, 2, 1, 3, 0, 0, 1, 4])
PREDICTION = RNG.standard_normal((4, 3))
SIGNS = np.array([[1, -1, 1], [1, 1, 1], [-1, -1, -1], [1, -1, -1]])
PREDICTION[0, 0] = 1.0  # on the kink of the hinge


CASES = [
    ("cross_entropy", LOGITS, LABELS, lambda torch: torch.nn.functional.cross_entropy),
    ("mse", PREDICTION, PREDICTION[::-1] * 2, lambda torch: torch.nn.functional.mse_loss),
    ("mse", PREDICTION[:, 0], np.ones(4), lambda torch: torch.nn.functional.mse_loss),
    (
        "hinge", PREDICTION[1:], SIGNS[1:],
        lambda torch: lambda score, target: torch.nn.functional.relu(1 - score * target).mean(),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "name, prediction, target, oracle", CASES, ids=["cross_entropy", "mse", "mse 1-D", "hinge"]
)
def test_as_pytorch_to_second_order(torch, name, prediction, target, oracle):
    theirs = torch.tensor(prediction.copy(), requires_grad=True)
    reference = oracle(torch)(theirs, torch.tensor(target.copy())) * 3.0  # an upstream gradient other than 1
    (first,) = torch.autograd.grad(reference, theirs, create_graph=True)
    weights = np.cos(np.arange(first.numel())).reshape(first.shape)
    total = (first * torch.tensor(weights)).sum()
    second = torch.autograd.grad(total, theirs, allow_unused=True)[0] if total.requires_grad else None

    x = Tensor(prediction)
    loss = getattr(nn, name)(x, target) * 3.0
    assert loss.shape == ()
    np.testing.assert_allclose(loss.data, reference.item(), rtol=1e-13)
    slope = autograd.gradients(loss, x, create_graph=True)
    np.testing.assert_allclose(slope.data, first.detach(), rtol=1e-12, atol=1e-16)
    curve = autograd.gradients((slope * weights).sum(), x) if slope.requires_grad else np.zeros(x.shape)
    np.testing.assert_allclose(curve, np.zeros(x.shape) if second is None else second, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(
    "name, prediction, target, oracle", CASES, ids=["cross_entropy", "mse", "mse 1-D", "hinge"]
)
def test_values_and_tensors_agree(name, prediction, target, oracle):
    nodes = (
        [[Value(p) for p in row] for row in prediction]
        if prediction.ndim == 2
        else list(map(Value, prediction))
    )
    tensor = Tensor(prediction)
    for given in (target, target.tolist()):
        slow, fast = getattr(nn, name)(nodes, given), getattr(nn, name)(tensor, given)
        assert isinstance(slow, Value) and isinstance(fast, Tensor)
        assert slow.data == pytest.approx(fast.item(), rel=1e-14)
    slow.backward()
    fast.backward()
    found = [v.grad for row in nodes for v in row] if prediction.ndim == 2 else [v.grad for v in nodes]
    np.testing.assert_allclose(np.reshape(found, prediction.shape), tensor.grad, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "name, prediction, target, oracle", CASES, ids=["cross_entropy", "mse", "mse 1-D", "hinge"]
)
def test_float32_stays_float32(name, prediction, target, oracle):
    for given in (target, Tensor(target)):
        x = Tensor(prediction.astype(np.float32))
        if name != "cross_entropy" and isinstance(given, Tensor):
            given = Tensor(target.astype(np.float32), requires_grad=False)
        loss = getattr(nn, name)(x, given)
        loss.backward()
        assert loss.dtype == x.grad.dtype == np.float32


def test_closed_forms():
    assert nn.mse([Value(3.0), Value(1.0)], [1.0, 1.0]).data == 2
    assert nn.mse(Value(3.0), 1.0).data == 4
    assert nn.hinge([Value(0.25), Value(2.0), Value(-1.0)], [1, 1, 1]).data == pytest.approx(2.75 / 3)
    assert nn.cross_entropy([Value(0.0)] * 4, 3).data == pytest.approx(math.log(4), abs=1e-15)
    assert nn.cross_entropy(Tensor(np.zeros((2, 4))), [0, 3]).item() == pytest.approx(math.log(4), abs=1e-15)


def test_the_kink_of_the_hinge_has_gradient_zero():
    x = Tensor([1.0, -1.0, 0.9])
    nn.hinge(x, [1, -1, 1]).backward()
    np.testing.assert_allclose(x.grad, [0, 0, -1 / 3])


@pytest.mark.parametrize("size", [1e3, 1e4, 1e300])
def test_cross_entropy_of_extreme_logits(size):
    """The right class far ahead costs nothing, far behind costs the distance; gradients are finite."""
    for target, cost, slope in ((0, 0.0, [0, 0]), (1, size, [1, -1])):
        x = Tensor([[size, 0.0]])
        loss = nn.cross_entropy(x, [target])
        loss.backward()
        assert loss.item() == cost and x.grad.tolist() == [slope]
        values = [Value(size), Value(0.0)]
        loss = nn.cross_entropy(values, target)
        loss.backward()
        assert loss.data == cost and [v.grad for v in values] == slope


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_labels_of_any_integer_type(dtype):
    expected = nn.cross_entropy(Tensor(LOGITS), LABELS).item()
    assert nn.cross_entropy(Tensor(LOGITS), LABELS.astype(dtype)).item() == expected
    assert nn.cross_entropy(Tensor(LOGITS), Tensor(LABELS)).item() == expected


def test_losses_of_plain_arrays():
    """To report a loss without building a graph."""
    for name, prediction, target, _ in CASES:
        loss = getattr(nn, name)(prediction, target)
        assert not isinstance(loss, (Tensor, Value))
        assert float(loss) == getattr(nn, name)(Tensor(prediction), target).item()


ZEROS = Tensor(np.zeros((3, 4)))
NODES = [Value(0.0), Value(0.0)]
BAD = [
    (nn.cross_entropy, ZEROS, [0, 4, 1], IndexError, "label 4, at index 1, is not one .* 4 classes, 0 to 3"),
    (nn.cross_entropy, ZEROS, [0, -1, 9], IndexError, "label -1, at index 1"),
    (nn.cross_entropy, ZEROS, [0.0, 1.0, 2.0], TypeError, "dtype float64; expected integers, 0 to 3"),
    (nn.cross_entropy, ZEROS, [0.0, math.nan, 2.0], TypeError, "dtype float64"),
    (nn.cross_entropy, ZEROS, [True, False, True], TypeError, "dtype bool"),
    (nn.cross_entropy, ZEROS, ["a", "b", "c"], TypeError, "dtype <U1"),
    (nn.cross_entropy, ZEROS, [0, 1], ValueError, r"shape \(2,\); expected \(3,\)"),
    (nn.cross_entropy, ZEROS, [[0], [1], [2]], ValueError, r"shape \(3, 1\); expected \(3,\)"),
    (nn.cross_entropy, ZEROS, 1, ValueError, r"shape \(\); expected \(3,\)"),
    (nn.cross_entropy, Tensor(np.zeros(3)), [0], ValueError, r"shape \(3,\); expected \(B, C\)"),
    (nn.cross_entropy, Tensor(np.zeros((0, 3))), [], ValueError, "no example or no class"),
    (nn.cross_entropy, Tensor(np.zeros((2, 0))), [0, 0], ValueError, "no example or no class"),
    (nn.cross_entropy, [], [], ValueError, "no example or no class"),
    (nn.cross_entropy, NODES, 2, IndexError, "label 2, at index 0, is not one of the 2"),
    (nn.cross_entropy, NODES, 1.0, TypeError, "dtype float64"),
    (nn.cross_entropy, [NODES, NODES], [0], ValueError, r"shape \(1,\); expected \(2,\)"),
    (nn.cross_entropy, [NODES, NODES[:1]], [0, 0], ValueError, r"rows of \[1, 2\] logits"),
    (nn.cross_entropy, Value(0.0), 0, TypeError, "logits of type Value"),
    (nn.mse, ZEROS, np.zeros((4, 3)), ValueError, r"target has shape \(4, 3\), but the prediction \(3, 4\)"),
    (nn.mse, Tensor(np.zeros((3, 1))), np.zeros(3), ValueError, "a column"),
    (nn.mse, Tensor(np.zeros(0)), np.zeros(0), ValueError, "batch is empty"),
    (nn.mse, [], [], ValueError, "batch is empty"),
    (nn.mse, NODES, [1.0], ValueError, "2 predictions but 1 targets"),
    (nn.mse, NODES, 1.0, ValueError, "2 predictions but the target 1.0"),
    (nn.mse, [NODES], [1.0, 1.0], ValueError, "1 predictions but 2 targets"),
    (nn.mse, Tensor([1.0, 2.0]), [1.0, math.nan], ValueError, "nan in the target, at index 1"),
    (nn.mse, NODES, [1.0, math.nan], ValueError, "nan"),
    (nn.hinge, NODES, [0, 1], ValueError, r"target 0; expected \+1 or -1"),
    (nn.hinge, Tensor([1.0, 2.0]), [1, 2], ValueError, "target 2"),
    (nn.hinge, NODES, [1.0, math.nan], ValueError, "target nan"),
    (nn.hinge, NODES, [True, True], TypeError, "dtype bool"),
    (nn.hinge, NODES, ["1", "-1"], TypeError, "dtype <U2"),
    (nn.hinge, NODES, [1], ValueError, "2 predictions but 1 targets"),
    (nn.hinge, Tensor([[1.0], [2.0]]), [1, 1], ValueError, "a column"),
]  # fmt: skip


@pytest.mark.parametrize("loss, prediction, target, error, says", BAD)
def test_bad_input(loss, prediction, target, error, says):
    with pytest.raises(error, match=f"{loss.__name__ if 'nan' != says else ''}.*{says}"):
        loss(prediction, target)


def test_values_and_tensors_do_not_mix_and_targets_do_not_widen():
    v = Value(1.0)
    with pytest.raises(TypeError, match="Linear: got data of dtype object"):
        nn.Linear(2, 1)([v, v])
    with pytest.raises(TypeError, match="mse: got data of dtype object"):
        nn.mse(Tensor([1.0, 2.0]), [v, v])
    with pytest.raises(TypeError, match="cross_entropy: the logits are of dtype int64"):
        nn.cross_entropy(Tensor([[1, 2]]), [0])
    single = Tensor(np.ones((2, 1), np.float32))
    assert nn.mse(single, Tensor(np.zeros((2, 1)), requires_grad=False)).dtype == np.float32
    assert nn.mse([v, v], Tensor([1.0, 3.0])).data == 2.0
