"""What a person would see: nothing overlaps or is cut, everything is within the window and can be read."""

from __future__ import annotations

import math

import pytest

from autograd import Value, stepper

from .graphs import network, neuron, shared

# Which of some elements lie over each other, by more than half a pixel.
PAIRS = """(selector, name) => {
  const boxes = [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility())
    .map((e) => [name(e), e.getBoundingClientRect()]);
  const [across, down] = [["left", "right"], ["top", "bottom"]].map(([from, to]) =>
    (p, q) => Math.min(p[to], q[to]) - Math.max(p[from], q[from]) > 0.5);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).flatMap(([b, q]) =>
    across(p, q) && down(p, q) ? [[a, b]] : []));
}"""
OVERLAPS = f"() => ({PAIRS})('#canvas [data-name] > .box', (e) => e.parentNode.dataset.name)"
CONTROLS = ", ".join(
    ["header button", "#transport button", "#transport select", "#scrubber", "#count", ".over button"]
    + [".tabs button", "#question button", "#question input"]
)
COVERED = f"() => ({PAIRS})('{CONTROLS}', (e) => e.id || e.textContent)"
# Text on a card or disc that is wider than it.
SPILLS = """() => [...document.querySelectorAll("#canvas [data-name] text")].filter((text) => {
  const [inner, outer] = [text, text.parentNode.querySelector(".box")].map((e) => e.getBoundingClientRect());
  return inner.left < outer.left - 1 || inner.right > outer.right + 1;
}).map((text) => text.textContent)"""
# Elements whose content is wider than they are, and controls that lie outside of the window.
CUT = """() => [...document.querySelectorAll("body *")].filter((e) =>
  e instanceof HTMLElement && e.checkVisibility() && !e.closest("#canvas, .unseen, option")
  && e.clientWidth && e.scrollWidth > e.clientWidth + 1
).map((e) => `${e.tagName}#${e.id}.${e.className}: ${e.textContent.slice(0, 40)}`)"""
OUTSIDE = """() => [...document.querySelectorAll("button, input, select, h1, output")].filter((e) => {
  const box = e.getBoundingClientRect();
  return e.checkVisibility() && (box.left < -0.5 || box.right > innerWidth + 0.5);
}).map((e) => e.id || e.textContent)"""
FAULTS = (
    "() => ["
    + ", ".join(f"({script})()" for script in (OVERLAPS, SPILLS, CUT, OUTSIDE, COVERED))
    + ", document.documentElement.scrollWidth]"
)
SIZES = {
    "projector": (1280, 720),
    "laptop": (1440, 900),
    "wide": (1920, 1080),
    "tablet": (800, 1100),
    "phone": (360, 740),
}


def long_names():
    x = Value(-1.5e-300, "a rather long label of an input, which is shortened")
    w = Value(-123456.789, "two\nlines")
    product = x * w
    product.label = "the product\nof the two"
    return (product + x).tanh() - w


GRAPHS = {"neuron": neuron, "shared": shared, "network": lambda: network(2, 3, 1), "long names": long_names}


# every size and every graph, the largest on the usual screen and all that may be too wide on the narrowest
QUICK = {
    ("projector", "network"),
    ("laptop", "neuron"),
    ("wide", "long names"),
    ("tablet", "shared"),
    ("phone", "long names"),
    ("phone", "network"),
}
CASES = [
    pytest.param(size, name, marks=() if (size, name) in QUICK else pytest.mark.thorough)
    for size in SIZES
    for name in GRAPHS
]


@pytest.mark.parametrize(("size", "name"), CASES)
def test_nothing_overlaps_or_is_cut_at_any_size(show, size, name):
    width, height = SIZES[size]
    page = show(stepper(GRAPHS[name]()), width=width, height=height)
    last = page.evaluate("stepgrad.total")

    def check(where):
        *found, wide = page.evaluate(FAULTS)
        assert found == [[]] * 5 and wide <= width, where

    for position in (0, last // 4, last // 2 + 1, last // 2 + 2, last - 1, last):
        page.evaluate(f"stepgrad.go({position})")
        check(position)
    for tab in ("Nudge", "Descend", "Ledger"):
        page.locator(f"#tab-{tab.lower()}").click(force=True)
        check(tab)
    page.locator("#predict").click(force=True)
    page.get_by_role("button", name="Hint").dblclick(force=True)
    page.locator("#question input").fill("12345")
    page.keyboard.press("Enter")
    check("predict")
    page.locator("#large").click(force=True)
    check("large text")
    page.locator("#help").click(force=True)
    dialog = page.locator("dialog").bounding_box()
    assert dialog["x"] >= 0 and dialog["x"] + dialog["width"] <= width and dialog["height"] <= height


# What colours, each with its opacity, look like over each other.
OVER = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const over = (...layers) => {
  for (const [colour, opacity] of layers) {
    canvas.globalAlpha = opacity;
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
  }
  canvas.globalAlpha = 1;
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
};"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_its_ground(show, scheme):
    """Contrast as WCAG defines it, 4.5: in the ledger, the panel, and on the strongest tint of a card."""
    page = show(stepper(neuron(w1=3.0)), "#step=11", color_scheme=scheme)
    colours = page.evaluate(
        "() => {"
        + OVER
        + """
          const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
          const paper = [style("body", "backgroundColor"), 1];
          const pairs = {};
          for (const [name, selector] of Object.entries({
            text: "body", quiet: "#step .quiet", header: "#shares th", ledger: "#ledger td", count: "#count",
            positive: "#shares .positive-ink", passes: ".passes", tab: "#tab-nudge",
          })) pairs[name] = [over([style(selector, "color"), 1]), over(paper)];
          for (const filled of [".badge", "#follow"])
            pairs[filled] = ["color", "backgroundColor"].map((name) => over([style(filled, name), 1]));
          for (const sign of ["positive", "negative"]) {
            const tint = document.querySelector(".stepgrad .tint");
            tint.setAttribute("class", `tint ${sign}`);
            const ground = over([style(".card .box", "fill"), 1], [getComputedStyle(tint).fill, 0.6]);
            for (const part of ["number", "caption"])
              pairs[`${sign} ${part}`] = [over([style(`.card .${part}`, "fill"), 1]), ground];
          }
          return pairs;
        }"""
    )
    for name, (ink, ground) in colours.items():
        assert _contrast(ink, ground) >= 4.5, (name, ink, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cards_that_the_walk_has_not_reached_can_be_read_too(show, scheme):
    page = show(stepper(shared()), color_scheme=scheme)
    for position in (1, 7, 11):
        page.evaluate(f"stepgrad.go({position})")
        colours = page.evaluate(
            "() => {"
            + OVER
            + """
              const paper = [getComputedStyle(document.getElementById("graph")).backgroundColor, 1];
              return [...document.querySelectorAll("#canvas .card text")].map((text) => {
                const { opacity } = getComputedStyle(text.parentNode);
                const fill = getComputedStyle(text.parentNode.querySelector(".box")).fill;
                const ground = fill === "none" ? [paper] : [paper, [fill, opacity]];
                const ink = [getComputedStyle(text).fill, opacity];
                return [over(...ground, ink), over(...ground), text.textContent];
              });
            }"""
        )
        assert len(colours) == 35  # seven cards of five texts
        for ink, ground, text in colours:
            assert _contrast(ink, ground) >= 4.5, (position, text)


def _contrast(one, other):
    lights = []
    for colour in (one, other):
        linear = [c / 12.92 if (c := x / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for x in colour]
        lights.append(math.fsum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear)) + 0.05)
    return max(lights) / min(lights)


def test_the_theme_follows_the_system_and_can_be_turned(show):
    ground = "() => getComputedStyle(document.body).backgroundColor"
    seen = {scheme: show(stepper(neuron()), color_scheme=scheme) for scheme in ("light", "dark")}
    light, dark = (page.evaluate(ground) for page in seen.values())
    assert light == "rgb(255, 255, 255)" and dark != light
    for scheme, page in seen.items():
        page.get_by_role("button", name="Light or dark").click()
        assert page.evaluate(ground) == {"light": dark, "dark": light}[scheme]
        page.get_by_role("button", name="Light or dark").click()
        assert page.evaluate(ground) == {"light": light, "dark": dark}[scheme]


def test_every_lit_edge_has_room_for_two_dashes(show):
    page = show(stepper(shared()))
    dashes = """() => [...document.querySelectorAll("#canvas .edge.current .wire")].map((wire) => {
      const pattern = getComputedStyle(wire).strokeDasharray.split(",").map(parseFloat);
      return wire.getTotalLength() / (pattern[0] + pattern[1]);
    })"""
    for position in range(1, page.evaluate("stepgrad.total") + 1):
        page.evaluate(f"stepgrad.go({position})")
        assert min(page.evaluate(dashes), default=2) >= 1.6, position  # a dash, a gap, most of the next


def test_whoever_wants_less_motion_gets_none(show):
    moves = "() => document.getAnimations().length"
    assert show(stepper(neuron()), "#step=7").evaluate(moves) == 0
    lively = show(stepper(neuron()), "#step=7", reduced_motion="no-preference")
    assert lively.evaluate(moves) == 2  # the two edges that are lit
    reverse = "() => document.getAnimations().map((a) => a.effect.getComputedTiming().direction)"
    assert lively.evaluate(reverse) == ["reverse", "reverse"]
    lively.evaluate("stepgrad.go(5)")
    assert lively.evaluate(reverse) == ["normal", "normal"]


def test_a_screen_reader_is_told_the_step_and_what_a_card_says(show):
    page = show(stepper(neuron()), "#step=10")
    spoken = page.locator("[aria-live=polite]")
    head, tail = "Step 10, backward through mul at x2*w2, upstream 0.5", "into x2 0.5, total 0.5; into w2 0.0"
    assert spoken.text_content() == f"{head}: {tail}, total 0.0."
    page.keyboard.press("Home")
    assert page.get_by_role("link", name="x1, data 2.0000, gradient not computed").count() == 1
    assert page.get_by_role("link", name="o, data not computed, gradient not computed").count() == 1
    page.keyboard.press("ArrowRight")
    assert spoken.text_content() == "Step 1, forward: x1*w1 is -6.0."
    for button in page.locator("button:visible").all():
        name = button.get_attribute("aria-label") or button.inner_text()
        assert name.strip(), button.evaluate("e => e.outerHTML")


def test_a_drawing_that_is_folded_says_so_and_opens(show):
    page = show(stepper(network(8, 10, 10, 1)))
    total = page.evaluate("stepgrad.total")
    assert "folded" in page.locator("#notice").inner_text()
    assert page.evaluate(OVERLAPS) == [] and page.evaluate(SPILLS) == []
    boxes = page.locator("#canvas [data-name^=v]")
    count = boxes.count()
    assert count > 0
    page.evaluate("stepgrad.go(1)")  # the box that the step is in is lit
    assert page.locator("#canvas [data-name^=v].current").count() == 1
    page.locator("#canvas [data-name^=v].current").click()
    crumbs = page.locator("#crumbs button")
    assert crumbs.count() == 2 and page.locator("#notice").is_hidden()
    inner = page.locator("#canvas [data-name^=v].current")
    inner.focus()
    page.keyboard.press("Enter")  # a neuron within the layer
    assert crumbs.count() == 3 and page.locator("#canvas .op.current").count() == 1
    assert page.evaluate(OVERLAPS) == [] and page.evaluate(SPILLS) == []
    page.keyboard.press("Escape")
    assert crumbs.count() == 2
    page.keyboard.press("Backspace")
    assert page.locator("#crumbs").is_hidden() and boxes.count() == count
    page.keyboard.press("c")  # to follow opens boxes as the walk goes
    for position in (1, total // 4, total // 2, total - 1):
        page.evaluate(f"stepgrad.go({position})")
        assert page.locator("#canvas .op.current").count() == 1, position
    page.locator("#crumbs button").first.click()  # who opens a view keeps it
    page.keyboard.press("ArrowLeft")
    assert page.locator("#crumbs").is_hidden()
    assert page.locator("#follow").get_attribute("aria-pressed") == "false"


def test_five_hundred_values_can_be_walked(show):
    x = [Value(0.1 * i, f"x{i}") for i in range(10)]
    terms = [(x[i % 10] * Value(0.01 * i, f"w{i}")).tanh() for i in range(124)]
    root = terms[0]
    for term in terms[1:]:
        root = root * term if term.data > 0.5 else root + term
    page = show(stepper(root))
    total = page.evaluate("stepgrad.total")
    assert page.locator("#ledger tbody tr").count() >= 500 and total > 700
    for key in ("End", "ArrowLeft", "Home", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("stepgrad.position") == 1
    page.keyboard.press("End")
    root.backward()
    assert page.evaluate("stepgrad.grad(0)") == x[0].grad
