"""Activation modules against PyTorch's, to second order, and the names they are found by."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, ops

# kinks and ties, small, large, and everyday numbers
X = np.array([0.0, -0.0, 1e-8, -1e-8, 0.3, -0.7, 1.0, -1.0, 5.0, -5.0, 40.0, -40.0, 700.0, -700.0])
MODULES = [
    (nn.ReLU(), "ReLU", {}),
    (nn.LeakyReLU(), "LeakyReLU", {}),
    (nn.LeakyReLU(0.2), "LeakyReLU", {"negative_slope": 0.2}),
    (nn.ELU(), "ELU", {}),
    (nn.ELU(0.5), "ELU", {"alpha": 0.5}),
    (nn.Tanh(), "Tanh", {}),
    (nn.Sigmoid(), "Sigmoid", {}),
    (nn.Softplus(), "Softplus", {"threshold": 1000}),
    (nn.SiLU(), "SiLU", {}),
    (nn.GELU(), "GELU", {}),
]


@pytest.mark.parametrize("module, name, options", MODULES, ids=lambda part: str(part))
def test_as_pytorch(torch, module, name, options):
    upstream = np.linspace(0.5, 2, len(X))
    theirs = torch.tensor(X, requires_grad=True)
    out = getattr(torch.nn, name)(**options)(theirs)
    (first,) = torch.autograd.grad(out, theirs, torch.tensor(upstream), create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), theirs) if first.requires_grad else (torch.zeros(len(X)),)

    x = Tensor(X.copy())
    y = module(x)
    slope = autograd.gradients(y, x, create_graph=True, gradient=upstream)
    np.testing.assert_allclose(y.data, out.detach(), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(slope.data, first.detach(), rtol=1e-12, atol=1e-15)
    curve = autograd.gradients(slope.sum(), x) if slope.requires_grad else np.zeros(len(X))
    smooth = abs(X) > 1e-7 if name in ("ReLU", "LeakyReLU", "ELU") else np.ones(len(X), bool)
    np.testing.assert_allclose(curve[smooth], second[torch.tensor(smooth)], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("module, name, options", MODULES, ids=lambda part: str(part))
def test_float32_stays_float32(module, name, options):
    x = Tensor(X.astype(np.float32))
    y = module(x)
    y.sum().backward()
    assert y.dtype == x.grad.dtype == np.float32


def test_every_unary_row_is_an_activation():
    for row in ops.ELEMENTWISE.values():
        one_operand = len(row.partials) - len(row.defaults) == 1
        assert (row.name in nn.activations.known()) == one_operand
        if one_operand:
            x = np.array([0.3, 0.6])
            np.testing.assert_array_equal(nn.Activation(row.name)(Tensor(x)).data, row(x))


def test_a_defined_operation_is_an_activation_at_once():
    name = "bent_identity"
    autograd.define(
        name,
        lambda x: 0.5 * ((x * x + 1.0) ** 0.5 - 1.0) + x,
        lambda out, x: 0.5 * x / (x * x + 1.0) ** 0.5 + 1.0,
    )
    assert nn.Activation(name)(Tensor([0.0])).item() == 0
    model = nn.MLP(1, [2, 1], name)
    assert model([0.5]).data == pytest.approx(model.vectorized()(np.array([[0.5]])).item(), abs=1e-14)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="no activation 'rleu'; known are linear, abs, .*relu.*tanh"):
        nn.Activation("rleu")
    with pytest.raises(ValueError, match="take Identity, or leave it out"):
        nn.Activation("linear")


def test_settings_are_checked():
    with pytest.raises(ValueError, match="slope is -1"):
        nn.LeakyReLU(-1)
    with pytest.raises(TypeError, match="alpha is '1'"):
        nn.ELU("1")


def test_repr():
    assert [repr(m) for m in (nn.ReLU(), nn.LeakyReLU(), nn.Activation("sin"))] == [
        "ReLU()",
        "LeakyReLU(0.01)",
        "Activation('sin')",
    ]
