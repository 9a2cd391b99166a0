"""Live numbers: what the page computes from an edited leaf against the engine, at 1e-9; nudge and descend."""

from __future__ import annotations

import math

import pytest

import autograd
import nn
from autograd import Value, gradients, stepper, topological_order

from .graphs import every_operation, neuron, positions, seen, shared

NEURON = {"x1": 0, "w1": 1, "x2": 3, "w2": 4, "b": 7}


@pytest.fixture
def page(show):
    return show(stepper(neuron(), parameters=None), "#step=9")


def number_of(page, name):
    return page.get_by_label(f"data of {name}", exact=True)


def edit(page, name, text):
    number_of(page, name).fill(text)
    number_of(page, name).press("Enter")


def assert_agrees(page, root):
    """The page, at its position, with the engine's walk of a graph built anew."""
    now = seen(page)
    data, grads = positions(root)[now["position"]]
    for mine, theirs in ((now["data"], data), (now["grads"], grads)):
        assert [x is None for x in mine] == [x is None for x in theirs]
        for x, y in zip(mine, theirs):
            assert x is None or math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12), (x, y)


def test_tints_are_those_of_the_gradients_at_hand(page):
    """By the root of the size beside the largest, from 8 % of the colour to 60 %; after an edit too."""
    page.evaluate("stepgrad.go(11)")
    for root in (neuron(), neuron(w1=-2.5)):
        grads = positions(root)[11][1]
        largest = max(abs(grad) for grad in grads)
        expected = {}
        for i, grad in enumerate(grads):
            share = 0.08 + 0.52 * math.sqrt(abs(grad) / largest) if grad else 0.0
            expected[f"n{i}"] = ["positive" if grad > 0 else "negative" if grad else "", f"{share:.2f}"]
        tints = """() => Object.fromEntries([...document.querySelectorAll("#canvas .tint")].map((tint) =>
          [tint.parentNode.dataset.name, [tint.classList[1] ?? "", tint.getAttribute("fill-opacity")]]))"""
        for name, (sign, opacity) in page.evaluate(tints).items():
            assert sign == expected[name][0] and abs(float(opacity) - float(expected[name][1])) < 0.011, name
        edit(page, "w1", "-2.5")


def test_an_edit_recomputes_both_passes_at_the_current_step(page):
    for position in (0, 3, 6, 9, 11):
        page.evaluate(f"stepgrad.go({position})")
        edit(page, "w1", "-2.5")
        assert_agrees(page, neuron(w1=-2.5))
        edit(page, "b", "1/3")  # arithmetic may be typed
        assert_agrees(page, neuron(w1=-2.5, b=1 / 3))
        for name, value in (("x1", "0"), ("x2", "1e-3"), ("w2", "−4")) if position in (3, 11) else ():
            edit(page, name, value)
            assert page.evaluate("stepgrad.position") == position
        if position in (3, 11):
            assert_agrees(page, neuron(x1=0.0, x2=1e-3, w1=-2.5, w2=-4.0, b=1 / 3))
        page.get_by_role("button", name="Reset").click()  # the engine's own again, to the last bit
        data, grads = positions(neuron())[position]
        assert (seen(page)["data"], seen(page)["grads"]) == (data, grads)
        assert page.evaluate("stepgrad.position") == position
        assert page.locator("#reset").is_hidden()


def test_every_operation_agrees_with_the_engine(show):
    page = show(stepper(every_operation()))
    page.evaluate(
        "document.getElementById('canvas').style.display = 'none'"
    )  # to lay it out is most of the work
    page.keyboard.press("End")
    for x, y in [(1e-3, 30.0), (5.5, 5.5), (0.999, 1.0)]:
        edit(page, "a", repr(x))
        edit(page, "b", repr(y))
        assert_agrees(page, every_operation(x, y))


def test_a_network_built_by_nn_agrees_with_the_engine(show):
    mlp = nn.MLP(3, [4, 1], activation="tanh")

    def loss():
        return (mlp([Value(0.5, "x0"), Value(-1.0, "x1"), Value(2.0, "x2")]) - 1.0) ** 2

    page = show(stepper(loss()), "#step=9999")
    for parameter in mlp.parameters()[:6]:
        parameter.data = 0.25 - 1.5 * parameter.data
        edit(page, parameter.label, repr(parameter.data))
    assert_agrees(page, loss())


def test_arrow_keys_and_a_sideways_drag_move_a_leaf(page):
    field = number_of(page, "w1")
    field.focus()
    field.press("ArrowUp")
    assert_agrees(page, neuron(w1=-2.9))
    field.press("Shift+ArrowDown")
    assert_agrees(page, neuron(w1=-3.9))
    assert page.evaluate("stepgrad.position") == 9
    field.press("Escape")
    box = number_of(page, "x1").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y, steps=4)
    page.wait_for_function("() => stepgrad.data(0) === 3")  # a hundredth of a unit each pixel
    page.mouse.up()
    assert_agrees(page, neuron(x1=3.0, w1=-3.9))
    page.keyboard.press("ArrowRight")
    assert page.evaluate("stepgrad.position") == 10  # a drag leaves the keys to the page


def test_a_drag_on_a_card_moves_its_leaf_and_not_the_drawing(page):
    view = page.locator("#canvas > svg").get_attribute("viewBox")
    box = page.locator("[data-name=n0] .number").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 50, y + 3, steps=4)
    page.wait_for_function("() => stepgrad.data(0) === 1.5")
    page.mouse.up()
    assert_agrees(page, neuron(x1=1.5))
    assert page.locator("#canvas > svg").get_attribute("viewBox") == view
    assert page.locator("[data-name=n0] .number").first.text_content() == "1.5000"
    page.locator("[data-name=n9] text").first.click()  # and a click is a click again
    assert page.evaluate("stepgrad.position") == 6


def test_a_card_is_edited_by_double_click_and_by_enter(page):
    page.locator("[data-name=n1] .label").dblclick()
    field = page.locator("#canvas input")
    assert field.input_value() == "-3"
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    assert field.count() == 0
    assert_agrees(page, neuron(w1=4.0))
    assert page.evaluate("stepgrad.position") == 9  # the clicks have not moved
    page.locator("[data-name=n7]").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("-1")
    page.keyboard.press("Escape")
    assert field.count() == 0
    assert_agrees(page, neuron(w1=4.0))
    page.keyboard.press("Enter")  # the card has the focus again
    page.keyboard.type("-1")
    page.locator("h1").click()  # to leave the field takes the number over
    assert_agrees(page, neuron(w1=4.0, b=-1.0))
    page.locator("[data-name=n8] .label").dblclick()
    assert field.count() == 0  # n is computed


def test_what_is_no_number_is_refused_and_the_old_number_stays(page):
    for text in ("", "abc", "1/0", "inf", "nan", "1e999", "x1", "1,5"):
        edit(page, "w1", text)
        assert number_of(page, "w1").get_attribute("aria-invalid") == "true", text
        assert page.evaluate("stepgrad.data(1)") == -3
    page.locator("h1").click()
    assert number_of(page, "w1").input_value() == "-3.0000"
    assert_agrees(page, neuron())


@pytest.mark.parametrize(
    ("build", "name", "text", "says"),
    [
        (lambda x: x.log(), "x", "-1", "log(-1.0) has no finite value: log needs x > 0"),
        (lambda x: x.log(), "x", "0", "log(0.0) has no finite value: log needs x > 0"),
        (lambda x: 1.0 / x, "x", "0", "div(1.0, 0.0) has no finite value: div needs a divisor other than 0"),
        (lambda x: x.sqrt(), "x", "-4", "sqrt(-4.0) has no finite value: sqrt needs x >= 0"),
        (lambda x: x.sqrt(), "x", "0", "sqrt(0.0) has a value, but no finite derivative: sqrt needs x >= 0"),
        (lambda x: x.exp(), "x", "1000", "exp(1000.0) is too large for a number in a computer"),
        (lambda x: x**0.5, "x", "-1", "pow(-1.0, 0.5) has no finite value: pow needs a base above 0"),
    ],
)
def test_a_result_that_is_not_finite_is_explained_and_the_page_stays_usable(show, build, name, text, says):
    root = build(Value(2.0, "x")) * Value(3.0, "w")
    page = show(stepper(root), "#step=9999")
    edit(page, name, text)
    trouble = page.get_by_role("alert")
    assert says in trouble.inner_text()
    page.keyboard.press("Escape")
    for key in ("Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
    for tab in ("Nudge", "Descend", "Ledger"):
        page.get_by_role("tab", name=tab).click()
    edit(page, name, "1.5")
    assert trouble.is_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    assert_agrees(page, build(Value(1.5, "x")) * Value(3.0, "w"))


def test_where_there_is_no_value_no_gradient_is_made_up(show):
    """The formula 1 / x has a value at -1 too, but log has no slope where it has no value."""
    page = show(stepper(Value(2.0, "x").log() * Value(3.0, "w")), "#step=9")
    edit(page, "x", "-1")
    grads = {row[0]: row[2] for row in seen(page)["rows"]}
    assert grads == {"x": "nan", "v1": "nan", "w": "nan", "v2": "1.0000"}


@pytest.mark.parametrize("size", [1e-7, 1.0, 1e9, 1e160])
def test_the_numbers_at_a_curve_are_within_the_picture(show, size):
    page = show(stepper(Value(-3.0 * size, "x") * Value(-size, "w")), "#step=3")
    inside = """(tab) => {
      const frame = document.querySelector(`#${tab} .plot`).getBoundingClientRect();
      return [...document.querySelectorAll(`#${tab} .plot text`)].map((text) => {
        const box = text.getBoundingClientRect();
        return [text.textContent, box.left >= frame.left && box.right <= frame.right];
      });
    }"""
    page.keyboard.press("d")
    page.get_by_label("Learning rate").fill("0.001")
    page.get_by_role("button", name="Descend one step").click()
    for tab in ("descend", "nudge"):
        page.get_by_role("tab", name=tab.title()).click()
        texts = page.evaluate(inside, tab)
        # of numbers beyond all measure there is no curve
        assert len(texts) == (4 if size < 1e100 else 0) and all(within for _, within in texts), texts


def test_a_nudge_shows_that_the_gradient_is_a_slope(page):
    page.keyboard.press("n")
    facts = page.locator("#nudge dd")
    page.get_by_label("Leaf to nudge").select_option("w1")
    page.get_by_label("h", exact=True).fill("0.01")
    before, after = neuron().data, neuron(w1=-2.99).data
    expected = [before, after, (after - before) / 0.01]
    assert [float(text) for text in facts.all_inner_texts()[:3]] == pytest.approx(expected, abs=6e-5)
    assert facts.all_inner_texts()[3] == "—"  # not computed at this step
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("End")
    (gradient,) = gradients(root := neuron(), [n for n in topological_order(root) if n.label == "w1"])
    assert float(facts.all_inner_texts()[3]) == pytest.approx(gradient, abs=6e-5)
    page.get_by_label("h", exact=True).fill("0")
    assert page.get_by_label("h", exact=True).get_attribute("aria-invalid") == "true"
    assert page.get_by_role("img", name="o against w1").count() == 1


def test_descend_takes_one_gradient_step_on_the_marked_leaves(show):
    a, b = 3.0, -2.0
    root = shared(a, b)
    marked = [node for node in topological_order(root) if node.label == "a"]
    page = show(stepper(root, parameters=marked), "#step=11")
    page.keyboard.press("d")
    boxes = page.locator("#descend input[type=checkbox]")
    assert [box.is_checked() for box in boxes.all()] == [True, False]
    page.get_by_label("Learning rate").fill("0.01")
    button = page.get_by_role("button", name="Descend one step")
    outputs = [shared(a, b).data]
    for step in range(4):
        if step == 2:
            page.get_by_label("b", exact=True).check()
        root = shared(a, b)
        grad_a, grad_b = gradients(root, [n for n in topological_order(root) if n.label in ("a", "b")])
        a -= 0.01 * grad_a
        b -= 0.01 * grad_b * (step >= 2)
        button.click()
        assert_agrees(page, shared(a, b))
        outputs.append(shared(a, b).data)
    assert outputs == sorted(outputs, reverse=True)  # it falls
    said = page.locator("#descend [role=status]").inner_text()
    assert said == f"L: {outputs[-2]:.4f} → {outputs[-1]:.4f} after 4 steps"
    points = page.locator("#descend .curve").get_attribute("d").replace("L", "M").split("M")[1:]
    heights = [float(point.split()[1]) for point in points]
    assert len(heights) == 5 and heights == sorted(heights)  # in a picture, down is more
    page.get_by_role("tab", name="Ledger").click()
    edit(page, "a", "1")  # a number set by hand begins a new curve
    page.get_by_role("tab", name="Descend").click()
    assert page.locator("#descend .curve").get_attribute("d").count("L") == 0
    for box in boxes.all():
        box.uncheck()
    assert button.is_disabled()


def test_where_the_page_cannot_compute_it_says_why_and_shows_the_rest(show):
    opaque = autograd.define(
        "opaque", lambda x: math.gamma(x), lambda out, x: out * 0.5 if isinstance(out, float) else None
    )
    page = show(stepper(opaque(Value(3.0, "x")) * 2.0))
    assert page.locator("#ledger input").count() == 0
    for tab in ("Nudge", "Descend"):
        page.get_by_role("tab", name=tab).click()
        assert "opaque" in page.get_by_role("tabpanel").inner_text()
    page.locator("[data-name=n0] .label").dblclick()
    assert page.locator("#canvas input").count() == 0
    page.keyboard.press("End")
    assert page.evaluate("stepgrad.grad(0)") == 2.0
