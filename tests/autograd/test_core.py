"""The core, held to the fast engine: the same numbers and gradients, to the last bit, on random programs."""

import random

import pytest

import autograd
from autograd import core

PROGRAMS = 2000
ROWS = {row.name: row for row in vars(core).values() if isinstance(row, core.Row)}


CALLS = {
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y, "pow": lambda x, y: x**y, "neg": lambda x, _: -x,
}  # fmt: skip


def run(name, x, y):
    return CALLS[name](x, y) if name in CALLS else getattr(x, name)()


def random_graphs(seed):
    """The same program on both engines: for each the leaves, and what it ends in.

    A step that the fast engine refuses (a logarithm of a negative number, an overflow) is left out.
    """
    rng = random.Random(seed)
    pairs = [
        (core.Value(x), autograd.Value(x)) for x in (rng.uniform(-3, 3) for _ in range(rng.randint(1, 4)))
    ]
    leaves = list(pairs)
    for _ in range(rng.randint(1, 30)):
        name = rng.choice(sorted(ROWS))
        operands = [rng.choice(pairs), rng.choice([rng.choice(pairs), [rng.uniform(-3, 3)] * 2, [2, 2]])]
        if name in CALLS and name != "neg":
            rng.shuffle(operands)  # a plain number on the left too
        x, y = operands
        try:
            fast = run(name, x[1], y[1])
        except (ArithmeticError, ValueError):
            continue
        if name == "pow" and (fast.parents[0].data, fast.parents[1].data) == (0.0, 0.0):
            continue  # whose slope the core does not know
        pairs.append((run(name, x[0], y[0]), fast))
    return zip(*leaves), pairs[-1]


def bits(numbers):
    return [None if number is None else float(number).hex() for number in numbers]


@pytest.mark.parametrize("seed", range(0, PROGRAMS, 100))
def test_the_same_bits_as_the_fast_engine(seed):
    seen = set()
    for each in range(seed, seed + 100):
        (leaves, fast_leaves), (root, fast) = random_graphs(each)
        order = [node for node in core.topological_order(root) if node.parents]
        seen |= {node.op.name for node in order}
        for _ in range(2):  # gradients of leaves add up
            steps = [(node.op, node.grad) for node in core.backward_steps(root) if node.parents]
            fast_steps = [(step.node.op, step.upstream) for step in autograd.backward_steps(fast)]
            assert [op.name for op, _ in steps] == [op.name for op, _ in fast_steps]
            assert bits(grad for _, grad in steps) == bits(grad for _, grad in fast_steps)
        assert bits([root.data]) == bits([fast.data])
        assert bits(leaf.grad for leaf in leaves) == bits(leaf.grad for leaf in fast_leaves)
    assert seen == set(ROWS)  # a hundred programs use every row


def test_it_has_ten_rows_of_the_table():
    assert len(ROWS) == 10
    assert set(ROWS) <= set(autograd.ops.ELEMENTWISE)


def test_it_is_read_in_one_sitting():
    with open(core.__file__, encoding="utf-8") as file:
        assert len(file.readlines()) <= 100


def test_a_chain_is_as_long_as_it_likes():
    x = core.Value(1.0)
    y = x
    for _ in range(20_000):
        y = y + 1.0
    y.backward()
    assert (y.data, x.grad) == (20_001.0, 1.0)
