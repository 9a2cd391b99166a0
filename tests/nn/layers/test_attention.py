"""Attention: against PyTorch's, whose states load; what is hidden is hidden."""

import numpy as np
import pytest

import nn
from autograd import Tensor, values

from .against import compare, compare_layer, loaded, moved, numbers


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("queries", "keys"), [(5, 5), (1, 1), (2, 4), (4, 2)])
def test_the_function_against_pytorch(torch, causal, queries, keys):
    theirs = torch.nn.functional.scaled_dot_product_attention
    compare(
        torch, lambda *x: [nn.scaled_dot_product_attention(*x, causal=causal)],
        lambda *x: [theirs(*x, is_causal=causal)],
        [], [], numbers(2, 3, queries, 4), numbers(2, 3, keys, 4), numbers(2, 3, keys, 5),
    )  # fmt: skip


@pytest.mark.parametrize("shape", [(2, 5, 6), (1, 1, 6), (3, 1, 6)])
@pytest.mark.parametrize(("heads", "causal", "bias"), [(1, False, True), (2, True, True), (6, True, False)])
def test_multi_head_attention_against_pytorch(torch, shape, heads, causal, bias):
    layer = moved(nn.MultiHeadAttention(6, heads, causal=causal, bias=bias, dtype=np.float64, rng=0))
    theirs = loaded(torch, torch.nn.MultiheadAttention(6, heads, bias=bias, batch_first=True), layer)
    hidden = torch.ones(shape[1], shape[1], dtype=bool).triu(1) if causal else None
    named = dict(theirs.named_parameters())
    compare(
        torch, lambda x: [layer(x)],
        lambda x: [theirs(x, x, x, attn_mask=hidden, need_weights=False)[0]],
        layer.parameters(), [named[name] for name, _ in layer.named_parameters()], numbers(*shape),
    )  # fmt: skip


@pytest.mark.parametrize(("activation", "bias"), [("relu", True), ("gelu", False)])
def test_a_block_against_pytorch(torch, activation, bias):
    layer = nn.TransformerBlock(6, 2, 5, activation, bias=bias, dtype=np.float64, rng=0)
    theirs = torch.nn.TransformerEncoderLayer(
        6, 2, 5, dropout=0.0, activation=activation, batch_first=True, norm_first=True, bias=bias
    )
    compare_layer(torch, layer, theirs, numbers(2, 4, 6))


def test_they_start_as_in_pytorch(torch):
    layer, theirs = nn.MultiHeadAttention(64, 4, rng=0), torch.nn.MultiheadAttention(64, 4)
    for name, tensor in theirs.named_parameters():
        ours, other = layer.state_dict()[name], tensor.detach().numpy()
        assert ours.shape == other.shape and ours.dtype == np.float32
        assert np.std(ours) == pytest.approx(np.std(other), rel=0.05)
    assert abs(layer.in_proj_weight.data).max() <= np.sqrt(6 / 256)


def test_what_comes_later_is_not_seen():
    layer, x = nn.TransformerBlock(6, 2, causal=True, dtype=np.float64, rng=0), numbers(1, 5, 6)
    other = x.copy()
    other[0, 3] += 1.0
    one, two = layer(x).data[0], layer(other).data[0]
    np.testing.assert_array_equal(one[:3], two[:3])
    assert (one[3:] != two[3:]).any(axis=1).all()


def test_on_values_what_is_hidden_is_never_computed():
    q, k, v = (values(numbers(1, 3, 2), name) for name in "qkv")
    out = nn.scaled_dot_product_attention(q, k, v, causal=True)
    out[0, 0].sum().backward()
    assert k[0, 1:].grad is None and v[0, 1:].grad is None
    assert v[0, 0].grad.tolist() == [1.0, 1.0]


def test_another_norm():
    block = nn.TransformerBlock(6, 2, norm=nn.RMSNorm, rng=0)
    assert isinstance(block.norm1, nn.RMSNorm) and block.norm1 is not block.norm2
    assert block(Tensor(np.ones((1, 2, 6), np.float32))).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nn.MultiHeadAttention(6, 4), "heads is 4; expected a number that divides the 6 channels"),
        (lambda: nn.MultiHeadAttention(6, 2)(np.zeros((5, 6))), r"shape \(5, 6\); expected \(B, T, 6\)"),
        (lambda: nn.MultiHeadAttention(6, 2)(np.zeros((5, 0, 6))), "one place at least"),
        (
            lambda: nn.scaled_dot_product_attention(*(np.zeros((2, n)) for n in (3, 4, 3))),
            r"shapes \(2, 3\), \(2, 4\) and \(2, 3\); expected",
        ),
        (lambda: nn.scaled_dot_product_attention(*[np.zeros(3)] * 3), r"query has shape \(3,\)"),
    ],
)
def test_what_they_refuse(call, says):
    with pytest.raises(ValueError, match=says):
        call()
