"""Attention: every position of a sequence looks at others, and takes most from those that match best.

Shapes: B is the batch, T the positions, C the channels, D = C / heads the channels of a head.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from autograd.array_functions import array_of

from .. import init
from ..activations import Activation
from ..checks import count, flag, floating, function, instance, wrong
from ..inputs import taken
from ..module import Module
from ..seeding import own_generator
from .linear import Linear, affine
from .normalization import LayerNorm


def scaled_dot_product_attention(query: Any, key: Any, value: Any, *, causal: bool = False) -> Any:
    """Average the values for each query, weighted by how well their keys match: softmax(q kᵀ / sqrt(D)) v.

    Takes (..., T, D), (..., S, D) and (..., S, E), returns (..., T, E). With ``causal``, position t sees only
    positions 0 to t. Vaswani and others, "Attention is all you need", 2017.

    >>> ones = np.ones((2, 1))
    >>> scaled_dot_product_attention(ones, ones, np.array([[2.0], [4.0]]), causal=True).tolist()
    [[2.0], [3.0]]
    """
    name = "scaled_dot_product_attention"
    given = {"query": query, "key": key, "value": value}
    query, key, value = (array_of(name, each, called) for called, each in given.items())
    for called, each in {"query": query, "key": key, "value": value}.items():
        if each.ndim < 2:
            raise ValueError(f"{name}: {called} has shape {each.shape}; expected (..., T, D)")
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2] or not key.shape[-2]:
        raise ValueError(
            f"{name}: query, key and value have the shapes {query.shape}, {key.shape} and {value.shape}; "
            "expected (..., T, D), (..., S, D) and (..., S, E), with one key at least"
        )
    scores = (query * (1 / math.sqrt(query.shape[-1]))) @ autograd.swapaxes(key, -1, -2)  # (..., T, S)
    if flag(causal, "causal", name):
        scores = autograd.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -math.inf)
    return autograd.softmax(scores, axis=-1) @ value


class MultiHeadAttention(Module):
    """Self-attention with several heads, each on its own channels, and a linear map of their results.

    Takes (B, T, C) and keeps the shape. Queries, keys and values are three linear maps of the input, stored
    as one: ``in_proj_weight`` (3C, C) and ``in_proj_bias`` (3C,). Each head gets C / heads channels of each,
    see :func:`scaled_dot_product_attention`. ``out_proj`` is a :class:`Linear` layer of C channels. With
    ``causal`` a position sees only itself and those before it. Names and initial values are PyTorch's: Xavier
    uniform for ``in_proj_weight``, 0 for the biases. ``rng`` is a generator or a seed; by default the next
    generator of the process (:func:`nn.seed`).

    Every position reaches all others in one step, however far away: use it for sequences where related parts
    may be far apart. The cost grows with T². It does not know the positions; add an :class:`Embedding` of
    them to the input. Vaswani and others, "Attention is all you need", 2017.

    >>> layer = MultiHeadAttention(8, 2, causal=True, rng=0)
    >>> layer(np.ones((5, 6, 8))).shape, [name for name, _ in layer.named_parameters()][:2]
    ((5, 6, 8), ['in_proj_weight', 'in_proj_bias'])
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        *,
        causal: bool = False,
        bias: bool = True,
        dtype: Any = np.float32,
        rng: Any = None,
    ) -> None:
        name = "MultiHeadAttention"
        self.channels, self.heads = count(channels, "channels", name), count(heads, "heads", name)
        if self.channels % self.heads:
            raise wrong(heads, "heads", name, f"a number that divides the {channels} channels", ValueError)
        self.causal, bias = flag(causal, "causal", name), flag(bias, "bias", name)
        self.dtype, rng = floating(dtype, "dtype", name), own_generator(rng, name)
        rows = 3 * self.channels
        weight = init.xavier_uniform((rows, self.channels), rng, dtype=self.dtype)
        self.in_proj_weight = Tensor(weight, label="in_proj_weight")
        self.in_proj_bias = Tensor(np.zeros(rows, self.dtype), label="in_proj_bias") if bias else None
        self.out_proj = Linear(self.channels, self.channels, bias, dtype=self.dtype, rng=rng)
        if self.out_proj.bias is not None:
            self.out_proj.bias.data[...] = 0.0

    def __call__(self, x: Any) -> Any:
        """Map (B, T, C) to (B, T, C)."""
        x = taken(x, self, self.dtype)
        if x.ndim != 3 or x.shape[2] != self.channels or not x.shape[1]:
            raise ValueError(
                f"MultiHeadAttention: the input has shape {x.shape}; expected (B, T, {self.channels}), with "
                "one place at least"
            )
        batch, places, channels = x.shape
        maps = affine(x, self.in_proj_weight, self.in_proj_bias)
        query, key, value = (
            each.reshape((batch, places, self.heads, channels // self.heads)).transpose(
                (0, 2, 1, 3)
            )  # (B, heads, T, D)
            for each in autograd.split(maps, 3, axis=2)
        )
        found = scaled_dot_product_attention(query, key, value, causal=self.causal)
        return self.out_proj(found.transpose((0, 2, 1, 3)).reshape((batch, places, channels)))

    def extra_repr(self) -> str:
        """Return the sizes, and the settings that are not the defaults."""
        shown = f"{self.channels}, {self.heads}" + (", causal=True" if self.causal else "")
        return shown + (", bias=False" if self.in_proj_bias is None else "")


class TransformerBlock(Module):
    """Attention, then two linear layers at each position; each result is added to its input.

    x = x + self_attn(norm1(x)) and x = x + linear2(activation(linear1(norm2(x)))), both (B, T, C). The parts
    are named as in PyTorch's TransformerEncoderLayer with norm_first. ``self_attn`` is a
    :class:`MultiHeadAttention`, ``hidden`` the size between the linear layers (default 4C), ``norm`` a
    function from C to a module (default :class:`LayerNorm`). ``rng`` is a generator or a seed; by default the
    next generator of the process (:func:`nn.seed`).

    The sums, with norms before the parts rather than after, let gradients reach the first of many blocks.
    Vaswani and others, "Attention is all you need", 2017; Xiong and others, "On layer normalization in the
    Transformer architecture", 2020.

    >>> TransformerBlock(8, 2, causal=True, rng=0)(np.ones((5, 6, 8))).shape
    (5, 6, 8)
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        hidden: int | None = None,
        activation: str = "relu",
        *,
        causal: bool = False,
        bias: bool = True,
        norm: Callable[[int], Any] | None = None,
        dtype: Any = np.float32,
        rng: Any = None,
    ) -> None:
        name = "TransformerBlock"
        channels = count(channels, "channels", name)
        hidden = 4 * channels if hidden is None else count(hidden, "hidden", name)
        bias, rng = flag(bias, "bias", name), own_generator(rng, name)
        self.dtype = dtype = floating(dtype, "dtype", name)
        norm = partial(LayerNorm, bias=bias, dtype=dtype) if norm is None else norm
        norms = [function(norm, "norm", name, "the channels")(channels) for _ in range(2)]
        for each in norms:
            instance(each, Module, "norm", name, "a function from the channels to a module")
        own = Activation(activation), *norms
        self.self_attn = MultiHeadAttention(channels, heads, causal=causal, bias=bias, dtype=dtype, rng=rng)
        self.linear1 = Linear(channels, hidden, bias, dtype=dtype, rng=rng)
        self.linear2 = Linear(hidden, channels, bias, dtype=dtype, rng=rng)
        self.activation, self.norm1, self.norm2 = own

    def __call__(self, x: Any) -> Any:
        """Map (B, T, C) to (B, T, C)."""
        x = taken(x, self, self.dtype)
        x = x + self.self_attn(self.norm1(x))
        return x + self.linear2(self.activation(self.linear1(self.norm2(x))))
