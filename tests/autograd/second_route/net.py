"""The comparison: every row, on every kind of number, to second order, at every class of operands."""

import itertools
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

import autograd
from autograd import array_ops, nary_ops
from autograd.rows import ROWS

from .draws import CLASSES, drawer
from .routes import ORDERS, ROUTES, Case, Traces, by_torch
from .truths import excepted, noise, truth

POINTS = 3  # of a row on single numbers, at a time
MANY = 24
ENOUGH = 20  # comparisons in a cell
RTOL = (1e-12, 1e-10, 1e-8)
NOT_COMPUTED = {
    "leaf",
    "constant",
    "argument",
    "parameter",
    "parameters",
    "batch",
}  # nothing computes these: they are given
PACKAGES = ("autograd", "nn", "demos")
NOT_FINITE = "not finite in PyTorch"


def rows():
    """All rows of the project, wherever they are defined."""
    import autograd.program_ops
    import autograd.tracing  # noqa: F401
    import nn  # noqa: F401

    return [
        row
        for (module, _, name), row in ROWS.items()
        if module.split(".")[0] in PACKAGES
        and name not in NOT_COMPUTED
        and not getattr(row, "is_defined", False)
    ]


@dataclass
class Report:
    """How many numbers were compared in each cell: row, kind, order, class of operands; and why not more."""

    compared: Counter = field(default_factory=Counter)
    reasons: defaultdict = field(default_factory=lambda: defaultdict(set))
    wrong: list = field(default_factory=list)


def kinds_of(row):
    """The kinds of number that a row computes on."""
    if isinstance(row, array_ops.ArrayOp):
        return ["Tensor", "array of Values", "traced"]
    return ["Value", "traced", "batched"] if isinstance(row, nary_ops.NaryOp) else list(ROUTES)


def subsets(operands):
    """Every set of operands that may need a gradient; of many operands each alone, and all. All come last."""
    places = [i for i, x in enumerate(operands) if not isinstance(x, int)]
    sizes = range(1, len(places) + 1) if len(places) <= 3 else (1, len(places))
    return [subset for size in sizes for subset in itertools.combinations(places, size)]


def operands_of(row, example, draw, points):
    """Operands and settings of one example; of a row on single numbers, columns of points."""
    if isinstance(row, array_ops.ArrayOp):
        with np.errstate(all="ignore"):
            return example(draw)
    drawn = [example(draw)[0] for _ in range(points)]
    return tuple(x[0] if isinstance(x[0], int) else np.array(x, float) for x in zip(*drawn)), {}


class Net:
    """Compares rows, and keeps the report."""

    def __init__(self, torch, seed, thorough=False, points=POINTS):
        self.torch, self.rng, self.thorough = torch, np.random.default_rng(seed), thorough
        self.points = points
        self.report, self.traces = Report(), Traces()

    def compare(self, row, kinds=None, classes=tuple(CLASSES), function=None):
        """Compare a row on kinds of number, at classes of operands."""
        function = function or truth(self.torch, row)
        assert function is not None, f"name PyTorch's function for {row!r} in {truth.__module__}"
        for name in classes:
            draw = drawer(name, self.rng)
            chosen = list(enumerate(row.examples))
            if not self.thorough:
                chosen = [chosen[self.rng.integers(len(chosen))]]
            for which, example in chosen:
                operands, settings = operands_of(row, example, draw, self.points)
                self._example(row, kinds or kinds_of(row), name, function, which, operands, settings)

    def fill(self, row):
        """Compare until each cell has enough, or a reason why it will not have."""
        for name in CLASSES:
            cells = [(row.name, kind, order, name) for kind in kinds_of(row) for order in ORDERS]
            for times in range(2 * ENOUGH):
                self.compare(row, classes=[name])
                few = [cell for cell in cells if self.report.compared[cell] < ENOUGH]
                if all(times >= 2 and self.report.reasons[cell] for cell in few):
                    break

    def _example(self, row, kinds, name, function, which, operands, settings):
        sets = subsets(operands)
        for index, subset in enumerate(sets):
            all_need = index == len(sets) - 1
            if not (all_need or self.thorough or self.rng.random() < 1 / (len(sets) - 1)):
                continue
            case, expected = by_torch(self.torch, function, Case(row, operands, settings, subset))
            expected = [_masked(part, excepted(case, order)[0]) for order, part in enumerate(expected)]
            scalars = case.upstream.size and any(np.size(operands[i]) for i in subset)
            for kind in kinds if scalars else ["Tensor"]:
                part = case, expected
                if kind == "traced" and not all_need:  # programs for constants: a few points of one class
                    if (which + index) % len(CLASSES) != list(CLASSES).index(name):
                        continue
                    part = _at(case, expected, slice(2)) if case.on_points else part
                key = (row, which, name if case.on_points else None)
                for group, wanted, finite in _groups(kind, *part):
                    self._one(group, kind, name, finite, wanted, key)

    def _one(self, case, kind, name, finite, expected, key):
        """Compare a case of which so many orders are finite, counted from the value on."""
        parts = ROUTES[kind](case, self.traces, key)
        underflow = "ignore" if name in ("huge", "tiny") else "raise"  # to 0, which is then right
        for order, wanted in enumerate(expected):
            where = (case.row.name, kind, ORDERS[order], name)
            why = excepted(case, order)[1] or NOT_FINITE
            if order > finite or kind == "batched" and order == finite > 0:  # an inf there hides the rest
                self.report.reasons[where].add(why)
                continue
            strict = finite > max(order, 1)  # a node has its first derivative from the start
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error" if strict else "ignore")
                    if strict:
                        with np.errstate(all="raise", under=underflow), autograd.detect_anomaly():
                            found = next(parts)
                    else:
                        with np.errstate(all="ignore"):
                            found = next(parts)
            except (ArithmeticError, ValueError, RuntimeWarning) as error:
                if strict:
                    self.report.wrong.append((where, case, repr(error), wanted))
                self.report.reasons[where].add(why)
                finite = -1
                continue
            floor = noise(case, order, expected)
            for mine, theirs in zip(_listed(found), _listed(wanted)):
                mine, theirs = np.asarray(mine), np.asarray(theirs)
                there = np.isfinite(theirs) if order else ~np.isnan(theirs)
                self.report.compared[where] += int(there.sum())
                if not there.all():
                    self.report.reasons[where].add(why)
                if mine.shape != theirs.shape or not _near(mine, theirs, RTOL[order], floor)[there].all():
                    self.report.wrong.append((where, case, found, wanted))


def _near(mine, theirs, rtol, floor):
    with np.errstate(all="ignore"):
        return (mine == theirs) | (np.abs(mine - theirs) <= rtol * np.abs(theirs) + floor)


def _masked(part, mask):
    """A part of the truth, without what is not to be compared."""
    if not np.any(mask):
        return part
    masked = [np.where(mask, np.nan, each) for each in _listed(part)]
    return masked if isinstance(part, list) else masked[0]


def _listed(part):
    return part if isinstance(part, list) else [part]


def _at(case, expected, places):
    value, *others = expected
    return case.at(places), [value[places], *([each[places] for each in part] for part in others)]


def _groups(kind, case, expected):
    """The case in parts of which equally many orders are finite, from the value on: case, truth, how many.

    Numbers of Python raise where there is no finite one: each such point is a part of its own.
    """
    if not case.on_points:
        finite = [all(np.isfinite(each).all() for each in _listed(part)) for part in expected]
        yield case, expected, [*finite, False].index(False)
        return
    finite = [np.all([np.isfinite(each) for each in _listed(part)], axis=0) for part in expected]
    counts = np.cumprod(finite, axis=0).sum(axis=0)
    for count in range(4):
        (places,) = np.nonzero(counts == count)
        alone = count < 3 and kind in ("Value", "traced")
        for some in [[place] for place in places] if alone else [places] if places.size else []:
            yield *_at(case, expected, np.array(some)), count


def table(report, rows):
    """The report as text: of each row and kind, order by order, the comparisons at each class of operands."""
    lines = [f"{'row':24} {'kind':16} {'order':18} " + " ".join(f"{name:>9}" for name in CLASSES)]
    reasons = sorted({why for cell in report.reasons.values() for why in cell} | {NOT_FINITE})
    for row in rows:
        for kind in ROUTES:
            if kind not in kinds_of(row):
                lines.append(f"{row.name:24} {kind:16} none: {_reason(row)}")
                continue
            for order in ORDERS:
                cells = [_cell(report, reasons, (row.name, kind, order, name)) for name in CLASSES]
                lines.append(f"{row.name:24} {kind:16} {order:18} {' '.join(f'{cell:>9}' for cell in cells)}")
    lines += [f"({letter}) {why}" for letter, why in zip("abcdefghijklmnop", reasons)]
    return "\n".join([*lines, f"{sum(report.compared.values()):,} comparisons"])


def _reason(row):
    return "a row of whole arrays" if isinstance(row, array_ops.ArrayOp) else "a row of any number of Values"


def _cell(report, reasons, where):
    count = report.compared[where]
    if count >= ENOUGH:
        return str(count)
    letters = [letter for letter, why in zip("abcdefghijklmnop", reasons) if why in report.reasons[where]]
    return f"{count} {','.join(letters) or '?'}"
