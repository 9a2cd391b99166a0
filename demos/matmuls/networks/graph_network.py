"""Message passing: every node of a graph receives its neighbours' mean, and computes numbers of its own.

The graph is Zachary's karate club: 34 members, and the 78 pairs who also met outside of it. The club broke in
two; the task is to predict from friendships who joined which side. Zachary, "An information flow model for
conflict and fission in small groups", 1977.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
import nn
from nn import Module

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
BOTH_WAYS = np.array([*EDGES, *(edge[::-1] for edge in EDGES)]).T  # (2, 156)
MEMBERS = 34

# Who stayed with the club's officers; the others left with the instructor, member 0.
OFFICERS = (9, 14, 15, 18, 20, *range(22, 34))
FACTIONS = [int(member in OFFICERS) for member in range(MEMBERS)]


class KarateClub(Module):
    """One round of messages, and two logits for each member: which side did they join?

    >>> network = KarateClub(np.random.default_rng(0), 2, 3)
    >>> network(np.ones((1, 34, 2))).shape
    (1, 34, 2)
    """

    def __init__(self, rng: np.random.Generator, features: int, hidden: int) -> None:
        self.layer = nn.SAGEConv(features, hidden, dtype=np.float64, rng=rng)
        self.out = nn.Linear(hidden, 2, dtype=np.float64, rng=rng)

    def __call__(self, x: Any) -> Any:
        """Map features of the members, (B, 34, features), to logits (B, 34, 2)."""
        return self.out(autograd.relu(self.layer(x, BOTH_WAYS)))


def loss(model: Any, x: Any, factions: Any) -> Any:
    """Compute the cross-entropy of the right factions, averaged over the members."""
    return nn.cross_entropy(model([x])[0], factions)
