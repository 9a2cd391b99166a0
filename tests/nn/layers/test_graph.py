"""SAGEConv: against the adjacency matrix, in PyTorch."""

import numpy as np
import pytest

import nn

from .against import compare, moved, numbers

EDGES = np.array([[0, 1, 1, 2, 4, 4, 0], [1, 0, 2, 1, 0, 4, 1]])  # one twice, one to itself; 3 is alone


@pytest.mark.parametrize("lead", [(), (2,), (1, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_against_pytorch(torch, lead, bias):
    layer = moved(nn.SAGEConv(3, 4, bias, dtype=np.float64, rng=0))
    adjacency = np.zeros((5, 5))
    np.add.at(adjacency, (EDGES[1], EDGES[0]), 1.0)
    means = torch.tensor(adjacency / np.maximum(adjacency.sum(axis=1, keepdims=True), 1.0))
    theirs = {name: torch.tensor(array, requires_grad=True) for name, array in layer.state_dict().items()}

    def expected(x):
        out = means @ x @ theirs["lin_l.weight"].T + x @ theirs["lin_r.weight"].T
        return [out + theirs["lin_l.bias"] if bias else out]

    compare(
        torch, lambda x: [layer(x, EDGES)], expected, layer.parameters(), [*theirs.values()],
        numbers(*lead, 5, 3),
    )  # fmt: skip


def test_a_graph_without_edges():
    layer = nn.SAGEConv(2, 3, False, rng=0)
    np.testing.assert_array_equal(
        layer(np.ones((4, 2)), np.zeros((2, 0), int)).data, layer.lin_r(np.ones((4, 2))).data
    )


@pytest.mark.parametrize(
    ("edges", "error", "says"),
    [
        ([[0, 1], [1, 5]], IndexError, "edges from 0 to 5, but there are 5 nodes"),
        ([[0, -1], [1, 0]], IndexError, "edges from -1 to 1"),
        ([[0, 1, 2]], TypeError, r"shape \(1, 3\); expected whole numbers \(2, E\)"),
        ([[0.0], [1.0]], TypeError, "dtype float64"),
    ],
)
def test_edges_that_are_none(edges, error, says):
    with pytest.raises(error, match=says):
        nn.SAGEConv(3, 4)(np.zeros((5, 3)), edges)


def test_an_input_of_another_size():
    with pytest.raises(ValueError, match=r"SAGEConv: the input has shape \(5, 2\); expected \(..., N, 3\)"):
        nn.SAGEConv(3, 4)(np.zeros((5, 2)), EDGES)
