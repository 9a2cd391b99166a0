"""Graph networks: every node of a graph combines its own numbers with those of its neighbours.

Shapes: N is the nodes, E the edges, I and O the input and output features of a node.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import array_ops

from ..checks import array, count, flag, floating
from ..inputs import taken
from ..module import Module
from ..seeding import own_generator
from .linear import Linear, affine


class SAGEConv(Module):
    """Message passing by means: out_v = lin_l(mean of x_u over the edges u to v) + lin_r(x_v).

    Takes nodes (..., N, I) and edges (2, E), whole numbers: the start of each edge above its end. Returns
    (..., N, O). A node without incoming edges gets 0 for the mean. ``lin_l``, with a bias, and ``lin_r``,
    without, are :class:`Linear` layers, named as in PyTorch Geometric. ``rng`` is a generator or a seed; by
    default the next generator of the process (:func:`nn.seed`).

    One layer sees the neighbours, two see their neighbours as well. The weights do not depend on the graph,
    so they work on another one. Raises IndexError for an edge to or from a missing node. Hamilton, Ying and
    Leskovec, "Inductive representation learning on large graphs", 2017.

    >>> layer = SAGEConv(2, 3, rng=0)
    >>> layer(np.eye(4, 2), [[0, 1, 1, 2], [1, 0, 2, 1]]).shape
    (4, 3)
    """

    def __init__(
        self, nin: int, nout: int, bias: bool = True, *, dtype: Any = np.float32, rng: Any = None
    ) -> None:
        self.nin, self.nout = count(nin, "nin", "SAGEConv"), count(nout, "nout", "SAGEConv")
        bias, self.dtype = flag(bias, "bias", "SAGEConv"), floating(dtype, "dtype", "SAGEConv")
        rng = own_generator(rng, "SAGEConv")
        self.lin_l = Linear(self.nin, self.nout, bias, dtype=self.dtype, rng=rng)
        self.lin_r = Linear(self.nin, self.nout, False, dtype=self.dtype, rng=rng)

    def __call__(self, x: Any, edges: Any) -> Any:
        """Map nodes (..., N, I) and edges (2, E) to nodes (..., N, O)."""
        x = taken(x, self, self.dtype)
        if x.ndim < 2 or x.shape[-1] != self.nin:
            raise ValueError(f"SAGEConv: the input has shape {x.shape}; expected (..., N, {self.nin})")
        start, end = self._checked(edges, x.shape[-2])
        degree = np.maximum(np.bincount(end, minlength=x.shape[-2]), 1)
        index = (..., end, slice(None))
        heard = array_ops.put(x[..., start, :], index=index, shape=x.shape)  # sums over incoming edges
        means = heard * (1 / degree)[:, None].astype(self.dtype)
        return affine(x, self.lin_r.weight, self.lin_l.bias) + means @ self.lin_l.weight.T

    def _checked(self, edges: Any, nodes: int) -> np.ndarray:
        found = array(edges, "edges", "SAGEConv")
        if found.ndim != 2 or len(found) != 2 or found.dtype.kind not in "iu":
            raise TypeError(
                f"SAGEConv: the edges are of dtype {found.dtype} and shape {found.shape}; expected whole "
                "numbers (2, E)"
            )
        if found.size and not (0 <= found.min() and found.max() < nodes):
            raise IndexError(
                f"SAGEConv: edges from {found.min()} to {found.max()}, but there are {nodes} nodes"
            )
        return found

    def extra_repr(self) -> str:
        """Return the sizes, and whether there is no bias."""
        return f"{self.nin}, {self.nout}" + (", bias=False" if self.lin_l.bias is None else "")
