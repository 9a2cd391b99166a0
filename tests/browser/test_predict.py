"""Predict mode: asked before it is shown; right, wrong, hint, reveal; a score at the end."""

from __future__ import annotations

import math

import pytest

from autograd import Value, stepper

from .graphs import every_operation, neuron, shared


@pytest.fixture
def page(show):
    page = show(stepper(neuron()), "#step=6")
    page.keyboard.press("p")
    return page


def answer(page, text):
    page.locator("#question input").fill(text)
    page.keyboard.press("Enter")


def said(page):
    return page.locator("#question .said").inner_text()


def is_asked(page):
    return page.locator("#question").is_visible()


def at(page):
    return page.evaluate("stepgrad.position")


def test_nothing_is_revealed_before_it_is_answered(page):
    page.keyboard.press("ArrowRight")
    assert at(page) == 7 and is_asked(page)
    assert page.locator("#question").inner_text().startswith("into n: upstream × ∂o/∂n =")
    grad = "() => [stepgrad.grad(8), document.querySelectorAll('[data-name=n8] .number')[1].textContent]"
    assert page.evaluate(grad) == [None, "—"]
    shown = page.locator("#shares").inner_text() + page.locator("#spoken").inner_text()
    assert "0.5" not in shown and "0.7071" not in shown and shown.count("?") == 3
    page.keyboard.press("ArrowRight")  # the field is empty: the arrow steps, or would
    assert at(page) == 7 and "First predict" in said(page)
    page.get_by_role("button", name="Step forward").click()
    assert at(page) == 7 and page.evaluate(grad) == [None, "—"]
    answer(page, "0.5")
    assert page.evaluate(grad) == [pytest.approx(0.5), "0.5000"] and not is_asked(page)
    page.keyboard.press("Enter")  # the button for the next step has the focus
    assert at(page) == 8 and is_asked(page)


RIGHT = [
    "0.5", ".5", "5e-1", "0.504", "0.496", "1 - o**2", "1-o*o", "upstream * (1 - tanh(n)**2)", "1 − o × o",
    "1 - o^2", "upstream/2", "(1 - 0.7071 * 0.7071)", "--0.5", "2 ** -1", "+ 0.5", "exp(log(0.5))",
    "max(0.1, max(0.5, x2))", "maximum(x2, min(0.5, 1))", "gelu(0) + erfc(0) / 2", "leaky_relu(-1, -0.5)",
    "1 - (x1*w1 + x2*w2 + b + 0*s) * 0 - o*o", "1 - abs(-o) ** 2", "sqrt(0.25)", "2 * 0.25",
    "b - s * 0 - b + 0.5", "cos(pi/3)", "e^-log(2)", "local * upstream", "max(0.1, 0.5, 0.2)",
    "leaky_relu(0.5)", "-o**2 + 1", "2 ** 3 ** 2 / 1024", "8 / 2 / 8", "relu(-1) + sigmoid(0)",
]  # fmt: skip


def test_right_as_a_number_or_an_expression_of_names_and_numbers_on_screen(page):
    scores = page.evaluate(
        """(texts) => texts.map((text) => {
          const question = document.getElementById("question"), field = question.querySelector("input");
          stepgrad.go(7);
          if (question.hidden) return "nothing is asked";
          field.value = text;
          field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
          const score = document.getElementById("score");
          const said = question.hidden ? score.textContent : question.textContent;
          score.querySelector("button").click();
          return said;
        })""",
        RIGHT,
    )
    for text, score in zip(RIGHT, scores, strict=True):
        assert score.startswith("1 of 9 right at the first try"), text


def test_every_derivative_can_be_typed_as_it_is_shown(show):
    root = every_operation()
    lesson = stepper(root).lesson
    page = show(stepper(root), f"#step={len(lesson.order) + 1}&predict")
    typed = []
    for position in range(len(lesson.order) + 2, lesson.last + 1):
        rules = map(lesson.in_symbols, filter(None, lesson.nodes[lesson.current(position)].partials))
        # a choice is shown and not typed
        typed.append([position, [f"upstream * ({rule})" if " if " not in rule else "" for rule in rules]])
    page.evaluate("document.body.style.display = 'none'")  # to lay it out is most of the work
    open_after_each = page.evaluate(
        """(typed) => typed.map(([position, answers]) => {
          const question = document.getElementById("question"), field = question.querySelector("input");
          const reveal = [...question.querySelectorAll("button")].find((e) => e.textContent === "Reveal");
          stepgrad.go(position);
          for (const answer of answers) {
            if (question.hidden) return "nothing is asked";
            field.value = answer;
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            if (!answer) reveal.click();
          }
          return question.hidden ? "" : question.textContent;
        })""",
        typed,
    )
    assert [(what, now) for what, now in zip(typed, open_after_each, strict=True) if now] == []


WRONG = {
    "0.506": "0.506 is not what flows into n",  # more than 1 % away
    "0.494": "0.494 is not what flows into n",
    "1": "1.0 is not what flows into n",
    "-0.5": "The size is right, the sign is not.",
    "1/0": "I cannot work this out at “/0”: div(1, 0) has no finite value.",
    "": "Type a number",
    "1 - q": "at “q”: there is no name q.",
    "on": "at “on”: there is no name on.",
    "1 +": "at the end: an operand is missing here",
    "(1": "at “(1”: this ( is never closed.",
    "1 2": "at “2”: an operator is missing here",
    "o.constructor": "at “o.constructo”: an operand is missing here",
    "alert(1)": "at “alert(1)”: there is no function alert.",
    "constructor(1)": "there is no function constructor.",
    "__proto__": "there is no name __proto__.",
    "1;2": "at “;2”: an operator is missing here",
    "tanh(1, 2)": "at “tanh(1, 2)”: tanh got 2 numbers and takes 1.",
    "max() + 1": "max got 0 numbers and takes 1 to 10000.",
    "rows.tanh(1)": "at “rows.tanh(1)”: an operand is missing here",
    "tanh()": "tanh got 0 numbers and takes 1.",
    "(" * 200: "an operand is missing here",
}


def test_what_is_wrong_or_cannot_be_read_is_said_and_nothing_is_revealed(page):
    page.keyboard.press("ArrowRight")
    for text, reply in WRONG.items():
        answer(page, text)
        assert reply in said(page), text
        assert is_asked(page) and page.evaluate("stepgrad.grad(8)") is None, text


def test_the_local_gradient_alone_is_told_from_the_contribution(show):
    page = show(stepper(neuron()), "#step=10")
    page.keyboard.press("p")
    answer(page, "0")  # into x2 flows w2 * upstream = 0.5; its local gradient is 1
    assert "not what flows" in said(page)
    answer(page, "w2")
    assert "only the local gradient; multiply it by upstream" in said(page)
    answer(page, "w2 * upstream")
    assert page.locator("#question").inner_text().startswith("into w2")
    answer(page, "0.001")  # a gradient of 0 is 0: there is no 1 % of it
    assert is_asked(page)
    answer(page, "0")
    assert not is_asked(page)


def test_the_first_hint_is_the_rule_and_the_second_has_the_numbers(page):
    page.keyboard.press("ArrowRight")
    hint = page.locator("#question p").last
    assert hint.inner_text() == ""
    button = page.get_by_role("button", name="Hint")
    button.click()
    assert " ".join(hint.inner_text().split()) == "∂o/∂n = 1.0 − o × o"
    button.click()
    assert " ".join(hint.inner_text().split()) == (
        "∂o/∂n = 1.0 − o × o = 1.0 − 0.7071 × 0.7071 = 0.5, upstream = 1.0"
    )
    assert button.is_disabled() and page.evaluate("stepgrad.grad(8)") is None
    answer(page, "0.5")
    assert "0 of 9 right at the first try, 1 with a hint" in page.locator("#score").inner_text()
    page.keyboard.press("Enter")
    button.click()
    assert hint.inner_text() == "∂n/∂s = 1.0"  # the rule of a sum


def test_where_there_was_a_total_the_contribution_and_the_new_total_are_both_right(show):
    page = show(stepper(shared()), "#step=9")  # f = d * e, after d * d has given d -12
    page.keyboard.press("p")
    answer(page, "1")
    assert said(page) == "Right: 1.0 more, so -11.0 in total."
    page.get_by_role("button", name="Start over").click()
    page.evaluate("stepgrad.go(9)")
    answer(page, "-11")
    assert said(page) == "Right: -11.0 is the new total, 1.0 of it from here."
    answer(page, "d")  # into e nothing had arrived: there is only the contribution
    assert not is_asked(page)


def test_the_score_counts_and_links_the_steps_that_went_wrong(page):
    page.keyboard.press("ArrowRight")
    answer(page, "0.5")
    page.keyboard.press("Enter")
    answer(page, "7")
    answer(page, "8")
    answer(page, "upstream")
    page.get_by_role("button", name="Reveal").click()
    assert said(page) == "It was 0.5."
    page.keyboard.press("Enter")
    for text in ("0.5", "0.5"):
        answer(page, text)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hint").click()
    for text in ("w2 * upstream", "0"):
        answer(page, text)
    page.keyboard.press("Enter")
    for text in ("upstream*w1", "upstream*x1"):
        assert page.locator("#missed li").count() == 0
        answer(page, text)
    assert at(page) == 11
    assert (
        page.locator("#score .bar")
        .inner_text()
        .startswith("Score: 6 of 9 right at the first try, 1 with a hint, 1 wrong at first, 1 revealed")
    )
    wrong = page.locator("#missed li")
    assert [" ".join(text.split()) for text in wrong.all_inner_texts()] == [
        "Step 8: into s through n you typed 7, 8",
        "Step 8: into b through n revealed",
    ]
    table, missed = (page.locator(part).bounding_box() for part in ("#shares", "#missed"))
    assert table["y"] + table["height"] <= missed["y"]  # a long list does not push the contributions away
    wrong.first.get_by_role("button").click()
    assert at(page) == 8 and not is_asked(page)  # what was answered stays shown
    page.get_by_role("button", name="Start over").click()
    page.keyboard.press("ArrowRight")
    assert at(page) == 7 and is_asked(page)


def test_all_right_is_said(show):
    x = Value(3.0, "x")
    page = show(stepper(x * x), "#step=3")
    page.get_by_role("button", name="Predict").click()
    answer(page, "x")
    answer(page, "x")
    assert "2 of 2 right at the first try. All of them!" in page.locator("#score").inner_text()


def test_a_link_may_open_predict_mode(show):
    page = show(stepper(neuron()), "#step=7&predict")
    assert at(page) == 7 and is_asked(page) and page.evaluate("stepgrad.grad(8)") is None
    assert page.get_by_role("button", name="Predict").get_attribute("aria-pressed") == "true"
    answer(page, "0.5")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.hash === '#step=8&predict'")  # and what is linked keeps it
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.wait_for_function("() => location.hash === '#step=8'")
    assert at(show(stepper(neuron()), "#predict")) == 0


def test_playing_waits_at_a_question(page):
    page.get_by_label("Speed").select_option("20 a second")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "() => stepgrad.position === 7 && document.querySelector('#play span').textContent === 'Play'"
    )
    assert is_asked(page)
    page.get_by_role("button", name="Last step").click()  # the scrubber and End may leave it
    assert at(page) == 11 and is_asked(page)
    page.get_by_role("button", name="Predict").click()
    assert not is_asked(page) and page.evaluate("stepgrad.grad(0)") == pytest.approx(-1.5)


@pytest.mark.parametrize(
    ("left", "right", "answers"),
    [
        ("w0,1,0", "λ", ["λ", "max(w0,1,0, 1)"]),  # a name with commas, within a function's parentheses too
        ("x1*w1", "x1", ["x1", "x1*w1"]),
        ("e", "exp", ["exp * exp(0)", "e"]),  # a name may be a function's, and the beginning of another
        ("a b", "w", ["w", "a b"]),
        ("tanh", "upstream weight", ["upstream weight * upstream", "tanh + tanh(0)"]),
        ("損失", "-x", ["-x", "損失"]),
        ('"', "\\", ["\\", '"']),
    ],
)
def test_labels_of_any_kind_can_be_typed_and_the_longest_that_fits_is_taken(show, left, right, answers):
    page = show(stepper(Value(7.0, left) * Value(11.0, right)), "#step=3")
    page.keyboard.press("p")
    for text in answers:
        assert is_asked(page)
        answer(page, text)
    assert page.locator("#score").inner_text().startswith("Score: 2 of 2 right at the first try")


def test_a_label_that_reads_as_an_expression_is_that_expression(show):
    x, y, both = Value(2.0, "x"), Value(3.0, "y"), Value(100.0, "x+y")
    page = show(stepper(both * (x * y)), "#step=4")
    page.keyboard.press("p")
    answer(page, "x+y-94")  # as in the terminal and in the shell
    assert "-89.0 is not what flows into x+y" in said(page)
    answer(page, "x+y+1")  # into x+y flows x * y = 6
    assert page.locator("#question").inner_text().startswith("into v1")


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_one_per_cent_is_one_per_cent_at_any_size(show, scale):
    x, w = Value(3.0, "x"), Value(scale, "w")
    page = show(stepper(x * w), "#step=3")
    page.keyboard.press("p")
    answer(page, repr(1.02 * scale))
    assert is_asked(page) and page.evaluate("stepgrad.grad(0)") is None
    answer(page, repr(1.009 * scale))
    assert math.isclose(page.evaluate("stepgrad.grad(0)"), scale)
