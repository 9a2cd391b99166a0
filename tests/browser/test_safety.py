"""What a page must never do: run a label, ask for anything, break in a frame. ``show`` listens."""

from __future__ import annotations

import pytest

import autograd
from autograd import Value, stepper, topological_order
from autograd.show.stepper import frame

from .graphs import neuron, seen

LABELS = [
    "<script>alert(1)</script>",
    "</script><script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    '"' + "'" + "`${window.ran = 1}`",
    "back\\slash \\u003c \\n",
    "two\nlines",
    "⟦0⟧",
    "$& $1 /*SCRIPT*/ <!--LESSON-->",
    "λ 損失 ∂",
    "__proto__",
    "x" * 300,
    "\u202eturned",
    "{{ }}",
]


# Through all steps, each question of predict mode with both hints; at each, how much markup there is.
WALK = """() => {
  const question = document.getElementById("question"), found = [];
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const buttons = [...question.querySelectorAll("button")];
  const click = (name) => buttons.find((button) => button.textContent === name).click();
  const look = () => found.push(document.querySelectorAll(":is(main, header) :is(script, img, b)").length);
  press("p");
  while (stepgrad.position < stepgrad.total) {
    press("ArrowRight");
    while (!question.hidden) for (const name of ["Hint", "Hint", "Reveal"]) { click(name); look(); }
    look();
  }
  return found;
}"""
SEVERAL = [LABELS[start::4] for start in range(4)]
ALONE = [pytest.param([label], marks=pytest.mark.thorough) for label in LABELS]


@pytest.mark.parametrize("labels", [*SEVERAL, *ALONE])
def test_a_label_is_shown_as_text_and_runs_nothing(show, labels):
    leaves = [Value(2.0, label) for label in labels]
    inner = [leaf * Value(3.0, "w") for leaf in leaves]
    for product, label in zip(inner, labels):
        product.label = label
    root = autograd.sum([*inner, *leaves]).tanh()
    title = " ".join(sorted(labels, key=len))[:300]  # as long as a title may be
    shown = stepper(root, title=title, parameters=leaves)
    page = show(shown)
    assert page.title().split() == title.split()
    for tab in ("Nudge", "Descend", "Ledger"):
        page.get_by_role("tab", name=tab).click()
    found = page.evaluate(WALK)
    assert len(found) > shown.lesson.last and not any(found)
    assert page.locator("#missed li").count() > 0  # what was revealed, by its names
    assert page.evaluate("window.ran") is None
    names = page.locator("#ledger tbody td:first-child").all_text_contents()
    assert names == [" ".join(node.name.split("\n")) for node in shown.lesson.nodes]
    nodes = topological_order(root)
    for leaf, label in zip(leaves, labels):
        if len(label) <= 22 and "\n" not in label and label.isprintable():
            (index,) = (i for i, node in enumerate(nodes) if node is leaf)
            assert names[index] == label
            assert page.locator(f"[data-name=n{index}] .label").first.text_content() == label


def test_the_page_forbids_itself_to_ask_for_anything(show):
    page = show(stepper(neuron()))
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy.startswith("default-src 'none';") and "http" not in policy
    before, after = stepper(neuron()).html.split('<script type="application/json"')
    own = before + after.split("</script>", 1)[1]
    for outside in ("src=", "@import", "url(", "fetch(", "XMLHttpRequest", "import(", "eval(", "Function("):
        assert outside not in own, outside


def test_only_one_name_is_added_to_the_window(show):
    page = show(stepper(neuron()))
    added = """() => {
      const frame = document.body.appendChild(document.createElement("iframe"));
      const usual = new Set(Object.getOwnPropertyNames(frame.contentWindow));
      frame.remove();
      return Object.getOwnPropertyNames(window).filter((name) => !usual.has(name) && !/^\\d+$/.test(name));
    }"""
    assert page.evaluate(added) == ["stepgrad"]


def test_it_works_inside_a_sandboxed_frame(browser, tmp_path):
    heard = []
    path = tmp_path / "outer.html"
    inner = frame(stepper(neuron()).html, 'a "title"')
    assert 'sandbox="allow-scripts"' in inner
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{inner}", encoding="utf-8")
    page = browser.new_page()
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.goto(path.as_uri())
    page.locator("iframe").wait_for()
    inside = page.frames[1]
    inside.wait_for_function("() => window.stepgrad")
    inside.locator("h1").click()
    page.keyboard.press("End")
    inside.wait_for_function("() => stepgrad.position === 11")
    assert inside.evaluate("stepgrad.grad(0)") == pytest.approx(-1.5)
    field = inside.get_by_label("data of x1", exact=True)
    field.fill("1")
    field.press("Enter")
    assert inside.evaluate("stepgrad.data(0)") == 1
    field.press("Escape")
    page.keyboard.press("p")
    page.keyboard.press("Home")
    inside.get_by_role("button", name="Help").click()
    page.keyboard.press("Escape")
    inside.get_by_role("button", name="Predict").click()
    page.keyboard.press("ArrowRight")
    assert inside.evaluate("stepgrad.position") == 1
    # the address is kept a moment later, where there is one: give it the time to fail
    inside.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    assert heard == []
    page.close()


def test_numbers_that_json_cannot_hold_are_shown(show):
    page = show(stepper(Value(float("inf"), "x") * 2.0), "#step=3")
    assert [row[1] for row in seen(page)["rows"]] == ["inf", "2.0000", "inf"]
