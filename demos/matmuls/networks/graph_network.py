"""Message passing: every node of a graph hears its neighbours' mean, and answers with a number of its own.

The graph is Zachary's karate club: 34 members, and the 78 pairs who met outside of it too. The club broke in
two, and who went with whom is to be told from who knew whom. Zachary, "An information flow model for conflict
and fission in small groups", 1977.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from nn import Module

from . import parts

# Each member's friends with a higher number; members are counted from 0.
FRIENDS = {
    0: (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31),
    1: (2, 3, 7, 13, 17, 19, 21, 30),
    2: (3, 7, 8, 9, 13, 27, 28, 32),
    3: (7, 12, 13),
    4: (6, 10),
    5: (6, 10, 16),
    6: (16,),
    8: (30, 32, 33),
    9: (33,),
    13: (33,),
    14: (32, 33),
    15: (32, 33),
    18: (32, 33),
    19: (33,),
    20: (32, 33),
    22: (32, 33),
    23: (25, 27, 29, 32, 33),
    24: (25, 27, 31),
    25: (31,),
    26: (29, 33),
    27: (33,),
    28: (31, 33),
    29: (32, 33),
    30: (32, 33),
    31: (32, 33),
    32: (33,),
}
EDGES = [(low, high) for low, friends in FRIENDS.items() for high in friends]
MEMBERS = 34

# Who stayed with the club's officers; the others left with the instructor, member 0.
OFFICERS = (9, 14, 15, 18, 20, *range(22, 34))
FACTIONS = [int(member in OFFICERS) for member in range(MEMBERS)]


def neighbours(edges: list[tuple[int, int]], nodes: int) -> list[list[int]]:
    """For every node those that share an edge with it, in order.

    >>> neighbours([(0, 1), (1, 2)], 3)
    [[1], [0, 2], [1]]
    """
    found: list[list[int]] = [[] for _ in range(nodes)]
    for a, b in edges:
        found[a].append(b)
        found[b].append(a)
    return [sorted(each) for each in found]


class MessagePassing(Module):
    """h_v = relu(W x_v + M (mean of x_u over the neighbours u of v) + b): nodes (N, I) to (N, H).

    Hamilton, Ying and Leskovec, "Inductive representation learning on large graphs", 2017.

    >>> layer = MessagePassing(np.random.default_rng(0), 2, 3, [[1], [0, 2], [1]])
    >>> out = layer([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    >>> len(out), len(out[0])
    (3, 3)
    """

    def __init__(self, rng: np.random.Generator, nin: int, nout: int, graph: list[list[int]]) -> None:
        self.own = parts.matrix(rng, "own", nout, nin)  # W (H, I)
        self.message = parts.matrix(rng, "message", nout, nin)  # M (H, I)
        self.bias = parts.vector("b", nout)  # b (H,)
        self.graph = graph

    def __call__(self, xs: list[Any]) -> list[Any]:
        """What is known of each node, (N, I), to what each node makes of it, (N, H)."""
        outputs = []
        for x, friends in zip(xs, self.graph):
            heard = [autograd.sum(column) / len(friends) for column in zip(*(xs[u] for u in friends))]
            own, message = parts.product(self.own, x), parts.product(self.message, heard)
            outputs.append([(o + m + b).relu() for o, m, b in zip(own, message, self.bias)])
        return outputs


class KarateClub(Module):
    """One round of messages, and two logits a member: with whom did they go?

    >>> network = KarateClub(np.random.default_rng(0), 2, 3)
    >>> len(network([[1.0, 0.0]] * 34)), len(network.parameters())
    (34, 23)
    """

    def __init__(self, rng: np.random.Generator, features: int, hidden: int) -> None:
        self.layer = MessagePassing(rng, features, hidden, neighbours(EDGES, MEMBERS))
        self.out = parts.Linear(rng, "v", 2, hidden)

    def __call__(self, xs: list[Any]) -> list[Any]:
        """What is known of the members, (34, features), to logits (34, 2)."""
        return [self.out(h) for h in self.layer(xs)]

    def loss(self, xs: list[Any], factions: list[Any]) -> Any:
        """The cross-entropy of the right factions, averaged over the members."""
        losses = [parts.cross_entropy(logits, faction) for logits, faction in zip(self(xs), factions)]
        return autograd.sum(losses) / len(losses)
