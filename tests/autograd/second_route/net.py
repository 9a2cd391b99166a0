"""The comparison: every row, on every kind of number, to second order, at every class of operands."""

import itertools
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

import autograd
from autograd import ops

from .draws import CLASSES, drawer
from .routes import ORDERS, ROUTES, by_torch
from .truths import truth

POINTS = 8  # of an elementwise row, at a time
ENOUGH = 20  # comparisons in a cell
RTOL = (1e-12, 1e-10, 1e-8)
NOT_COMPUTED = {"leaf", "constant", "argument", "parameter"}  # nothing computes these: they are given


def rows():
    """All rows of the project, wherever they are defined."""
    import autograd.tracing  # noqa: F401
    import nn  # noqa: F401

    return [
        row
        for (_, name), row in ops.ROWS.items()
        if name not in NOT_COMPUTED and not getattr(row, "is_defined", False)
    ]


@dataclass
class Report:
    """How many numbers were compared in each cell: row, kind, order, class of operands; and what was refused."""

    compared: Counter = field(default_factory=Counter)
    not_finite: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)


def kinds_of(row):
    """The kinds of number that a row computes on."""
    if isinstance(row, ops.ArrayOp):
        return ["Tensor", "array of Values", "traced"]
    if isinstance(row, ops.NaryOp):
        return ["Value", "traced"]
    return list(ROUTES)


def subsets(count):
    """Every set of operands that may need a gradient; of many operands each alone, and all."""
    if count > 3:
        return [(i,) for i in range(count)] + [tuple(range(count))]
    return [s for size in range(1, count + 1) for s in itertools.combinations(range(count), size)]


def examples(row, kind, name, rng):
    """Operands and settings to try: of an elementwise row many points, for arrays at once."""
    draw = drawer(name, rng)
    for example in row.examples:
        if isinstance(row, ops.ArrayOp):
            yield example(draw)
        else:
            points = [example(draw)[0] for _ in range(POINTS)]
            if kind in ("Tensor", "array of Values"):
                yield tuple(np.array(column) for column in zip(*points)), {}
            else:
                yield from ((point, {}) for point in points)


def compare(torch, row, kind, name, rng, report, function=None):
    """Compare a row on one kind of number at one class of operands."""
    function = function or truth(torch, row)
    assert function is not None, f"name PyTorch's function for {row!r} in truths.py"
    for operands, settings in examples(row, kind, name, rng):
        for subset in subsets(len(operands)):
            expected = by_torch(torch, function, operands, settings, subset)
            _one(row, kind, name, operands, settings, subset, expected, report)


def _one(row, kind, name, operands, settings, subset, expected, report):
    finite = [np.isfinite(np.concatenate([np.ravel(x) for x in _listed(part)])).all() for part in expected]
    route = ROUTES[kind](row, operands, settings, subset)
    underflow = "ignore" if name in ("huge", "tiny") else "raise"  # to 0, which is then right
    for order, part in enumerate(expected):
        # Values need the first derivative to be finite for a node to be made at all.
        strict = all(finite[: max(order + 1, 1 if kind == "Tensor" else 2)])
        where = (row.name, kind, ORDERS[order], name)
        try:
            if strict:
                with np.errstate(all="raise", under=underflow), autograd.detect_anomaly():
                    found = next(route)
            else:
                with np.errstate(all="ignore"):
                    found = next(route)
        except (ArithmeticError, ValueError) as error:
            if strict:
                report.wrong.append((where, operands, settings, subset, f"raised {error!r}", part))
            else:
                report.not_finite[where] += 1
            return
        for mine, theirs in zip(_listed(found), _listed(part)):
            mine, theirs = np.ravel(mine), np.ravel(theirs)
            there = np.isfinite(theirs) if order else ~np.isnan(theirs)
            report.not_finite[where] += int((~there).sum())
            with np.errstate(all="ignore"):
                size = np.abs(theirs[np.isfinite(theirs)]).max(initial=0.0)
                near = np.isclose(mine, theirs, rtol=RTOL[order], atol=RTOL[order] * 1e-3 * size)
            report.compared[where] += int(there.sum())
            if not near[there].all():
                report.wrong.append((where, operands, settings, subset, found, part))


def _listed(part):
    return part if isinstance(part, list) else [part]


def table(report, limit=ENOUGH):
    """The report as text: of each row and kind, order by order, the comparisons at each class of operands."""
    lines = [f"{'row':24} {'kind':16} {'order':18} " + " ".join(f"{name:>9}" for name in CLASSES)]
    for row in rows():
        for kind in ROUTES:
            if kind not in kinds_of(row):
                lines.append(f"{row.name:24} {kind:16} none: {_reason(row)}")
                continue
            for order in ORDERS:
                cells = [_cell(report, (row.name, kind, order, name), limit) for name in CLASSES]
                lines.append(
                    f"{row.name:24} {kind:16} {order:18} " + " ".join(f"{cell:>9}" for cell in cells)
                )
    lines.append(f"{sum(report.compared.values()):,} comparisons")
    return "\n".join(lines)


def _reason(row):
    return "a row of whole arrays" if isinstance(row, ops.ArrayOp) else "a row of any number of Values"


def _cell(report, where, limit):
    count = report.compared[where]
    if count >= limit:
        return str(count)
    return f"{count} inf" if report.not_finite[where] else f"{count} ?"
