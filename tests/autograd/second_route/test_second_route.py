"""Derivatives by a second route: every row of the registry against PyTorch. A new row needs no new line here,
but its function of PyTorch's in truths.py.
"""

import dataclasses

import numpy as np
import pytest

from autograd import ops

from . import net
from .draws import CLASSES

ROWS = [pytest.param(row, id=f"{type(row).__name__}-{row.name}") for row in net.rows()]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_examples_of_its_operands(row):
    assert row.examples, f"give {row!r} examples of its operands"


@pytest.mark.parametrize("row", ROWS)
def test_value_and_derivatives_are_those_of_pytorch(row, torch):
    report, rng = net.Report(), np.random.default_rng(11)
    for kind in net.kinds_of(row):
        for name in CLASSES:
            net.compare(torch, row, kind, name, rng, report)
    assert not report.wrong, _told(report.wrong)
    assert sum(report.compared.values()) >= 100


def _planted(row, index):
    """The row with one partial derivative a thousandth too large."""

    def larger(local):
        return (lambda g: local(g) * 1.001) if callable(local) else local * 1.001 + 1e-3

    if isinstance(row.partials, tuple):
        partials = tuple(
            (lambda *xs, p=partial, **s: larger(p(*xs, **s))) if i == index else partial
            for i, partial in enumerate(row.partials)
        )
    else:

        def partials(*xs, **settings):
            found = list(row.partials(*xs, **settings))
            found[index] = larger(found[index])
            return tuple(found)

    known = dict(ops.ROWS)
    planted = dataclasses.replace(row, partials=partials)
    ops.ROWS.clear()
    ops.ROWS.update(known)
    return planted


@pytest.mark.parametrize("row", ROWS)
def test_a_wrong_partial_derivative_is_found(row, torch):
    kind = "Value" if isinstance(row, ops.NaryOp) else "Tensor"
    count = len(row.examples[0](lambda *shape: np.ones(shape))[0])
    for index in range(count):
        report, rng = net.Report(), np.random.default_rng(5)
        net.compare(torch, _planted(row, index), kind, "ordinary", rng, report, net.truth(torch, row))
        assert any(where[2] == "first derivative" for where, *_ in report.wrong), f"operand {index}"


@pytest.mark.thorough
def test_every_cell_has_its_comparisons(torch, record_property):
    report, rng = net.Report(), np.random.default_rng(23)
    for row in net.rows():
        for kind in net.kinds_of(row):
            for name in CLASSES:
                for _ in range(net.ENOUGH):
                    net.compare(torch, row, kind, name, rng, report)
                    cells = [(row.name, kind, order, name) for order in net.ORDERS]
                    if all(report.compared[c] >= net.ENOUGH or report.not_finite[c] for c in cells):
                        break
    print(net.table(report))
    assert not report.wrong, _told(report.wrong)
    assert " ?" not in net.table(report)  # every cell that has fewer has a reason
    assert sum(report.compared.values()) >= 100_000


def _told(wrong):
    lines = [f"{len(wrong)} differ"]
    for where, operands, settings, subset, found, part in wrong[:4]:
        lines += [
            f"{where}: operands {operands}, {settings}, gradients to {subset}",
            f"  ours   {found}",
            f"  theirs {part}",
        ]
    return "\n".join(lines)
