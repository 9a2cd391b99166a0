"""A graph network on the karate club: two members are labelled, and friendships tell the others.

Shapes: N members, C channels.
"""

import numpy as np

import nn
from autograd import Tensor, log_softmax, relu
from demos.matmuls.networks.graph_network import EDGES, FACTIONS, MEMBERS

from . import twins

STEPS = 20
LABELLED = np.array([0, 33])  # the instructor and the president
LABELS = np.array(FACTIONS)


def normalized_adjacency():
    A = np.eye(MEMBERS)  # everybody knows himself
    for i, j in EDGES:
        A[i, j] = A[j, i] = 1.0
    D = A.sum(axis=1) ** -0.5
    return D[:, None] * A * D


class GraphConvolution(nn.Module):
    def __init__(self, nin, nout, rng):
        self.weight = Tensor(nn.init.xavier_uniform((nout, nin), rng=rng, dtype=np.float64).T)
        self.bias = Tensor(np.zeros(nout))

    def __call__(self, x, adjacency):
        return adjacency @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, nin, hidden, classes, rng):
        self.gc1 = GraphConvolution(nin, hidden, rng)
        self.gc2 = GraphConvolution(hidden, classes, rng)

    def __call__(self, x, adjacency):
        x = relu(self.gc1(x, adjacency))
        return log_softmax(self.gc2(x, adjacency), axis=1)


def train(model, features, adjacency, steps):
    optimizer = nn.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    for _ in range(steps):
        optimizer.zero_grad()
        output = model(features, adjacency)
        loss = nn.nll(output[LABELLED], LABELS[LABELLED])
        loss.backward()
        yield loss, model.named_parameters()
        optimizer.step()


def twin(torch, parameters, steps):
    F = torch.nn.functional
    pairs = torch.tensor(EDGES)
    loops = torch.arange(MEMBERS)
    source = torch.cat([pairs[:, 0], pairs[:, 1], loops])
    target = torch.cat([pairs[:, 1], pairs[:, 0], loops])
    degree = torch.bincount(target).double()
    share = (degree[source] * degree[target]).rsqrt()

    def gather(x):  # messages along the edges, added up where they arrive
        return torch.zeros_like(x).index_add(0, target, share[:, None] * x[source])

    optimizer = torch.optim.Adam(parameters.values(), lr=0.01, weight_decay=5e-4)
    weight1, bias1, weight2, bias2 = parameters.values()
    for _ in range(steps):
        hidden = torch.relu(gather(torch.eye(MEMBERS) @ weight1) + bias1)
        logits = gather(hidden @ weight2) + bias2
        loss = F.cross_entropy(logits[LABELLED], torch.tensor(LABELS[LABELLED]))
        optimizer.zero_grad()
        loss.backward()
        yield loss, parameters
        optimizer.step()


def test_karate_club(torch):
    assert len(EDGES) == len(set(EDGES)) == 78 and all(i < j < MEMBERS for i, j in EDGES)
    model = GCN(MEMBERS, 16, 2, np.random.default_rng(0))
    features, adjacency = np.eye(MEMBERS), normalized_adjacency()
    parameters = twins.leaves(torch, model.named_parameters())
    losses = twins.stay_together(
        train(model, features, adjacency, STEPS), twin(torch, parameters, STEPS), STEPS
    )
    assert losses[-1] < 0.7 * losses[0]
    right = (model(features, adjacency).argmax(axis=1) == LABELS).mean()
    assert right > 0.9
