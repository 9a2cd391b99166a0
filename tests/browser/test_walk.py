"""Every step, forward and back, shows the engine's own numbers: in the ledger, on cards and in the panel."""

from __future__ import annotations

import functools
import math

import pytest

import autograd
from autograd import Value, backward_steps, name_of, stepper
from autograd.text import number

from .graphs import every_operation, network, neuron, positions, seen_after_each, shared

# Half way between two numbers as they are shown, and others that only look so.
HALVES = [
    1 / 32, 3 / 32, 5 / 32, 7 / 32, 1.03125, 9999.96875, 10005.0, 12345.0, 99995.0, 1.2355e9, 1.2345e25,
    0.00125, 0.12345, 1.00005, 1.2345e-5, 1.2345e26, 3.0005e100,
]  # fmt: skip

GRAPHS = {
    "neuron": neuron,
    "shared": shared,
    "network": lambda: network(2, 3, 1),
    "every operation": every_operation,
    "a leaf alone": lambda: Value(2.0, "x"),
    "x * x": lambda: (lambda x: x * x)(Value(-0.0, "x")),
    "small and large": lambda: Value(1e-7, "tiny") * Value(3e12, "large") * 1e-300,
    "half way": lambda: autograd.sum([Value(sign * half) for half in HALVES for sign in (1, -1)]),
    "constants": lambda: (2.0 * Value(3.0, "x") - 1.0) / 4.0,
}


@pytest.mark.parametrize("name", GRAPHS)
def test_every_step_forward_and_back_shows_the_numbers_of_the_engine(name, show):
    root = GRAPHS[name]()
    truth = positions(root)
    last = len(truth) - 1
    page = show(stepper(root))
    page.evaluate("document.body.style.display = 'none'")  # what is written is read, and not laid out
    assert page.evaluate("stepgrad.total") == last
    back = min(last, 120)  # of the longest walk the whole backward pass, and into the forward one
    there_and_back = [*range(last + 1), *range(last - 1, last - 1 - back, -1)]
    keys = ["Home"] + ["ArrowRight"] * last + ["ArrowLeft"] * back
    for position, now in zip(there_and_back, seen_after_each(page, keys), strict=True):
        data, grads = truth[position]
        assert (now["position"], now["count"]) == (position, f"step {position} of {last}")
        assert (now["data"], now["grads"]) == (data, grads)  # to the last bit
        texts = [[_text(x), _text(g)] for x, g in zip(data, grads)]
        assert [row[1:] for row in now["rows"]] == texts
        for i, text in enumerate(texts):
            numbers = now["cards"][f"n{i}"]
            assert numbers == text[: len(numbers)]  # a constant has no gradient, and may have its name alone


@functools.cache
def _text(x: float | None) -> str:
    """As Python writes it, but no sign on a zero."""
    return "—" if x is None else number(x or 0.0)


def test_a_forward_step_has_its_formula_in_symbols_and_then_in_numbers(show):
    page = show(stepper(neuron()), "#step=4")
    assert _lines(page, "#step .math") == ["compute n", "n = s + b = -6.0 + 6.8814 = 0.8814"]
    page.keyboard.press("ArrowRight")
    assert _lines(page, "#step .math") == ["compute o", "o = tanh(n) = tanh(0.8814) = 0.7071"]
    page.evaluate("stepgrad.go(3)")  # a name that is an expression is in parentheses
    assert _lines(page, "#step .math") == ["compute s", "s = (x1*w1) + (x2*w2) = -6.0 + 0.0 = -6.0"]
    page.evaluate("stepgrad.go(1)")  # and so is a number below 0 behind an operator
    assert _lines(page, "#step .math") == ["compute x1*w1", "x1*w1 = x1 × w1 = 2.0 × (-3.0) = -6.0"]


def test_a_backward_step_has_symbols_numbers_contribution_and_total_for_every_parent(show):
    page = show(stepper(neuron()), "#step=7")
    assert _lines(page, "#step .math") == ["o = tanh(n)", "upstream ∂o/∂o = 1.0"]
    assert _rows(page) == [
        ["n", "∂o/∂n = 1.0 − o × o = 1.0 − 0.7071 × 0.7071 = 0.5", "1.0 × 0.5 = 0.5", "— → 0.5"]
    ]
    page.keyboard.press("End")
    assert _lines(page, "#step .math") == ["x1*w1 = x1 × w1", "upstream ∂o/∂(x1*w1) = 0.5"]
    assert _rows(page) == [
        ["x1", "∂(x1*w1)/∂x1 = w1 = -3.0", "0.5 × (-3.0) = -1.5", "— → -1.5"],
        ["w1", "∂(x1*w1)/∂w1 = x1 = 2.0", "0.5 × 2.0 = 1.0", "— → 1.0"],
    ]


def test_a_value_used_in_several_places_shows_its_contributions_adding_up(show):
    root = shared()
    page = show(stepper(root))
    sums: dict[str, list[str]] = {}
    arrived: dict[str, list[tuple[str, float]]] = {}
    for position, step in enumerate(backward_steps(root), len(positions(shared())) // 2 + 1):
        page.evaluate(f"stepgrad.go({position})")
        for part in step.contributions:
            arrived.setdefault(name_of(part.parent), []).append((name_of(step.node), part.amount))
        for line in _lines(page, "#shares .sum"):
            sums.setdefault(line.split()[0], []).append(line)
    square = "v1"  # d * d has no label
    assert sums["d"] == [
        f"d is used 3 times. So far via {square}: -6.0 + via {square}: -6.0 = -12.0, 1 more to come",
        f"d is used 3 times. So far via {square}: -6.0 + via {square}: -6.0 + via f: 1.0 = -11.0, complete",
    ]
    assert [amount for _, amount in arrived["d"]] == [-6.0, -6.0, 1.0]  # so says the engine
    assert sums["a"][-1] == "a is used 2 times. So far via e: -6.0 + via d: 22.0 = 16.0, complete"
    assert sum(amount for _, amount in arrived["a"]) == 16.0


def test_done_current_and_not_yet_reached_are_told_apart(show):
    page = show(stepper(neuron()), "#step=2")
    look = "name => document.querySelector(`[data-name=${name}]`).getAttribute('class').split(' ').at(-1)"
    assert page.evaluate(look, "n5") == "current" and page.evaluate(look, "op5") == "current"
    assert page.evaluate(look, "n3") == "touched" and page.evaluate(look, "n9") == "ahead"
    assert page.evaluate(look, "op9") == "ahead" and page.evaluate(look, "n2") == ""
    page.evaluate("stepgrad.go(8)")
    assert page.evaluate(look, "n8") == "current" and page.evaluate(look, "n6") == "touched"
    assert page.evaluate(look, "n0") == "waiting" and page.evaluate(look, "op9") == "flowed"


def test_arrowheads_turn_round_where_the_gradient_has_passed(show):
    page = show(stepper(neuron()))
    head = """() => Object.fromEntries([...document.querySelectorAll(".edge")].map((g) =>
        [g.dataset.tail + g.dataset.head, g.querySelector(".arrow").getAttribute("transform")]))"""
    forward = page.evaluate(head)
    page.evaluate("stepgrad.go(7)")
    turned = {edge for edge, place in page.evaluate(head).items() if place != forward[edge]}
    assert turned == {"n8op9", "op9n9"}
    page.evaluate("stepgrad.go(11)")
    assert not set(page.evaluate(head).items()) & set(forward.items())
    page.evaluate("stepgrad.go(5)")
    assert page.evaluate(head) == forward


def test_gradients_are_tinted_by_sign_and_by_the_root_of_their_size(show):
    root = neuron()
    page = show(stepper(root), "#step=11")
    tints = page.evaluate(
        """() => [...document.querySelectorAll("#canvas .card")].map((g) => {
          const tint = g.querySelector("path");
          return [tint.getAttribute("class").split(" ")[1] ?? "", Number(tint.getAttribute("fill-opacity"))];
        })"""
    )
    _, grads = positions(root)[-1]
    for (sign, opacity), grad in zip(tints, grads):
        assert grad is not None
        assert sign == ("positive" if grad > 0 else "negative" if grad < 0 else "")
        assert opacity == pytest.approx(0.08 + 0.52 * math.sqrt(abs(grad) / 1.5) if grad else 0.0, abs=0.006)


def _lines(page, selector):
    return [" ".join(text.split()) for text in page.locator(selector).all_inner_texts()]


def _rows(page):
    rows = page.locator("#shares tbody tr:not(.sum)").all()
    return [[" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()] for row in rows]
