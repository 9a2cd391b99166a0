"""Derivatives by a second route: every row of the registry against PyTorch. A new row needs no new line here,
but its function of PyTorch's in truths.py.
"""

import dataclasses

import numpy as np
import pytest

from autograd import Tensor, nary_ops
from autograd.node import Node

from .net import MANY, Net, rows, table
from .truths import truth

ALL = rows()
ROWS = [pytest.param(row, id=f"{type(row).__name__}-{row.name}") for row in ALL]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_examples_of_its_operands_and_a_truth(row, torch):
    assert row.examples, f"give {row!r} examples of its operands"
    assert truth(torch, row), f"name PyTorch's function for {row!r} in {truth.__module__}"


@pytest.mark.parametrize("row", ROWS)
def test_value_and_derivatives_are_those_of_pytorch(row, torch):
    """At a few points of each class; at many, with each subset of operands, in the thorough set."""
    net = Net(torch, seed=11)
    net.compare(row)
    refuse_wrong(net.report)
    assert sum(net.report.compared.values()) >= 100


def _larger(local, operand):
    """A local gradient a thousandth too large."""
    return (lambda g: local(g) * 1.001 + 2e-3) if callable(local) else local * 1.001 + 2e-3


def _bent(local, operand):
    """A local gradient right in its number, and wrong in its slope."""
    bend = 0.0
    if isinstance(operand, Node):
        bend = (operand - (operand.detach() if isinstance(operand, Tensor) else operand.data)) * 1e-3
    return (lambda g: local(g) + bend) if callable(local) else local + bend


def _planted(row, index, change):
    """The row with the partial derivative to one operand changed."""

    def one(*operands, **settings):
        operand, local = operands[1 + index], row.partials[index](*operands, **settings)
        return change((lambda g: 0.0 * operand) if local is None else local, operand)

    def several(*operands, **settings):
        found = list(row.partials(*operands, **settings))
        if index < len(found):  # not every example has so many operands
            found[index] = change(found[index], operands[1 + index])
        return tuple(found)

    if callable(row.partials):
        return dataclasses.replace(row, partials=several)
    return dataclasses.replace(row, partials=(*row.partials[:index], one, *row.partials[index + 1 :]))


# Of every row in the thorough set: it is the same net that each is caught in.
SOME = [
    pytest.param(*row.values, id=row.id, marks=pytest.mark.thorough if i % 4 else ())
    for i, row in enumerate(ROWS)
]


@pytest.mark.parametrize("row", SOME)
@pytest.mark.parametrize("change, order", [(_larger, "first derivative"), (_bent, "second derivative")])
def test_a_wrong_partial_derivative_is_found(row, change, order, torch):
    kind = "Value" if isinstance(row, nary_ops.NaryOp) else "Tensor"
    operands = max((example(lambda *shape: np.ones(shape))[0] for example in row.examples), key=len)
    for index in [i for i, each in enumerate(operands) if not isinstance(each, int)]:
        net = Net(torch, seed=5, thorough=True)
        net.compare(_planted(row, index, change), [kind], ["ordinary"], truth(torch, row))
        assert {where[2] for where, *_ in net.report.wrong} >= {order}, f"operand {index}"


@pytest.mark.thorough
def test_every_cell_has_its_comparisons(torch, capsys):
    net = Net(torch, seed=23, thorough=True, points=MANY)
    for row in ALL:
        net.fill(row)
    shown = table(net.report, ALL)
    with capsys.disabled():
        print(f"\n{shown}")
    refuse_wrong(net.report)
    assert "?" not in shown  # every cell that has fewer than 20 has a reason
    assert sum(net.report.compared.values()) >= 100_000


def refuse_wrong(report):
    """Fail with the first few numbers that differ."""
    lines = [f"{len(report.wrong)} differ"]
    for where, case, found, expected in report.wrong[:4]:
        lines += [
            f"{where}: operands {case.operands}, {case.settings}, gradients to {case.subset}",
            f"  ours   {found}",
            f"  theirs {expected}",
        ]
    if report.wrong:
        pytest.fail("\n".join(lines), pytrace=False)
