"""Time the small expression of micrograd's README with its gradient, traced to source and through Numba."""

from __future__ import annotations

from collections.abc import Callable

import micrograd.engine

from autograd import trace

from .measure import Result, paired
from .works import g, slope_by_source

TIMES = 100_000


def descent(slope: Callable[[float, float], tuple[float, float, float]], times: int) -> tuple[float, float]:
    """Descend the slope, each step from the end of the one before, so that none can be optimised away."""
    a, b = -4.0, 2.0
    for _ in range(times):
        _, d_a, d_b = slope(a, b)
        a -= 1e-6 * d_a
        b -= 1e-6 * d_b
    return a, b


def by_micrograd(a: float, b: float) -> tuple[float, float, float]:
    x, y = micrograd.engine.Value(a), micrograd.engine.Value(b)
    out = g(x, y)
    out.backward()
    return out.data, x.grad, y.grad


def expression() -> None:
    """Time source that is called 100,000 times, and Numba's function in a Numba loop."""
    import numba

    program = trace(g, -4.0, 2.0)
    by_source, compiled = slope_by_source(), program.compiled().function

    def by_program(a: float, b: float) -> tuple[float, float, float]:
        value, gradients = program.value_and_grad(a, b)
        return (value, *gradients.arguments)

    @numba.njit
    def by_numba(times: int) -> tuple[float, float]:
        a, b = -4.0, 2.0
        for _ in range(times):
            _, d_a, d_b = compiled(a, b)
            a -= 1e-6 * d_a
            b -= 1e-6 * d_b
        return a, b

    expected = descent(by_micrograd, 1000)
    for found in (descent(by_source, 1000), descent(by_program, 1000), by_numba(1000)):
        assert max(abs(x - y) for x, y in zip(found, expected)) < 1e-12, "the two sides differ"

    def theirs() -> object:
        return descent(by_micrograd, TIMES)

    work = f"g and its gradient, {TIMES:,} times"
    for name, ours, target in (
        ("as source", lambda: descent(by_source, TIMES), 1 / 20),
        ("by value_and_grad", lambda: descent(by_program, TIMES), None),
        ("by Numba", lambda: by_numba(TIMES), 1 / 1000),
    ):
        found = paired(f"{work}, {name}", "micrograd", ours, theirs, target, runs=3)
        if name == "by Numba":  # the ratio is too small for the table's three digits
            found = Result(
                found.work, "a thousandth of micrograd's", found.ours, found.theirs, 1e3 * found.ratio,
                1e3 * found.low, 1e3 * found.high, 1.0,
            )  # fmt: skip
        found.report()


def main() -> None:
    expression()


if __name__ == "__main__":
    main()
