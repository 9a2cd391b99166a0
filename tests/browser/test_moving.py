"""Moving: keys, buttons, the scrubber, playing, clicks on the drawing and in the ledger, and the address."""

from __future__ import annotations

import pytest

from autograd import stepper

from .graphs import network, neuron

X1, W1, PRODUCT, B, N, OUT = 0, 1, 2, 7, 8, 9  # nodes of the neuron; 5 operations, so 11 is the last step


@pytest.fixture
def page(show):
    return show(stepper(neuron()))


def at(page):
    return page.evaluate("stepgrad.position")


def wait_for(page, position):
    page.wait_for_function("(position) => stepgrad.position === position", arg=position)


def test_keys(page):
    for key, position in [
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 11), ("ArrowRight", 11),
        ("ArrowLeft", 10), ("Home", 0), ("ArrowLeft", 0),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert at(page) == position, key


def test_buttons(page):
    for name, position in [
        ("Step forward", 1), ("Step forward", 2), ("Step back", 1), ("Last step", 11), ("First step", 0),
    ]:  # fmt: skip
        page.get_by_role("button", name=name).click()
        assert at(page) == position, name
    assert page.get_by_role("button", name="Step back").is_disabled()
    assert page.get_by_role("button", name="First step").is_disabled()
    page.get_by_role("button", name="Step forward").click()
    page.get_by_label("Speed").select_option("20 a second")
    page.keyboard.press("Space")  # a button that was clicked does not keep the keys: this plays
    wait_for(page, 11)


def test_space_and_the_button_play_and_pause(page):
    page.get_by_label("Speed").select_option("20 a second")
    page.locator("h1").click()
    page.keyboard.press("Space")
    wait_for(page, 11)
    play = page.get_by_role("button", name="Play")
    play.wait_for()  # at the end it is Play again
    page.get_by_label("Speed").select_option("½ a second")
    play.click()  # from the end it starts anew, with a first step at once
    wait_for(page, 1)
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Play").is_visible()
    play.click()
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("End")  # moving by hand ends the playing
    assert at(page) == 11 and play.is_visible()


def test_the_scrubber_moves_by_pointer_and_by_key(page):
    scrubber = page.get_by_role("slider", name="Step")
    box = scrubber.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert at(page) in (5, 6)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    assert at(page) == 11
    for key, position in (("ArrowLeft", 10), ("Home", 0), ("ArrowRight", 1), ("End", 11)):
        scrubber.press(key)
        assert at(page) == position, key
    assert scrubber.get_attribute("aria-valuetext") == "step 11 of 11, backward"


def test_the_position_is_in_the_address(show):
    page = show(stepper(neuron()), new=True)  # a window without a history
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.hash === '#step=1'")
    assert page.evaluate("history.length") == 2  # about:blank and this: back does not go step by step
    linked = show(stepper(neuron()), "#step=7")
    assert at(linked) == 7
    linked.evaluate("location.hash = '#step=3'")
    wait_for(linked, 3)
    assert at(show(stepper(neuron()), "#step=99")) == 11
    assert at(show(stepper(neuron()), "#step=-1")) == 0
    assert at(show(stepper(neuron()), "#step=1e9<script>")) == 1


def test_a_click_in_the_drawing_goes_to_the_step(page):
    for start, name, first, second in [
        (0, f"n{PRODUCT}", 1, 9),  # the step that computes it, then the one that completes its gradient
        (8, f"n{PRODUCT}", 9, 1),  # the other way round on the way back
        (3, f"n{OUT}", 5, 6),
        (2, f"op{N}", 4, 8),  # an operation: the step through it, on either way
        (9, f"op{N}", 8, 4),
    ]:
        page.evaluate(f"stepgrad.go({start})")
        for position in (first, second, first):
            page.locator(f"[data-name={name}] text").first.click(force=True)
            assert at(page) == position, (start, name)


def test_a_click_on_a_leaf_goes_to_its_step_too(page):
    page.keyboard.press("ArrowRight")
    page.locator(f"[data-name=n{B}] .label").click()
    wait_for(page, 0)  # it waits a moment: a second click would edit
    page.keyboard.press("End")
    page.locator(f"[data-name=n{B}] .label").click()
    wait_for(page, 8)


def test_a_click_in_the_ledger_goes_to_the_step(page):
    rows = page.locator("#ledger tbody tr")
    rows.nth(N).click()
    assert at(page) == 4
    rows.nth(N).click()
    assert at(page) == 7
    rows.nth(X1).locator("td").first.click()
    assert at(page) == 11
    assert rows.nth(PRODUCT).get_attribute("aria-current") == "step"
    assert page.locator("[aria-current=step]").count() == 1


def test_ledger_drawing_and_formulas_highlight_each_other(page):
    hot = "() => [...document.querySelectorAll('[data-hot]')].map((e) => e.dataset.name ?? e.tagName)"
    page.keyboard.press("End")
    page.locator("#ledger tbody tr").nth(N).hover()
    assert page.evaluate(hot) == [f"n{N}", "TR"]
    page.locator(f"[data-name=n{X1}] .label").hover()
    assert page.evaluate(hot)[0] == f"n{X1}" and "TR" in page.evaluate(hot) and "SPAN" in page.evaluate(hot)
    page.locator("#shares").get_by_text("w1", exact=True).first.hover()
    assert page.evaluate(hot)[0] == f"n{W1}" and "TR" in page.evaluate(hot)
    page.locator("h1").hover()
    assert page.evaluate(hot) == []
    page.locator("#ledger tbody tr").nth(OUT).focus()
    assert page.evaluate(hot) == [f"n{OUT}", "SPAN", "TR"]  # o is in ∂o/∂(x1*w1)


def test_the_ledger_scrolls_to_the_current_value(show):
    page = show(stepper(network(2, 4, 4, 1)))
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    current = """() => {
      const [row, box] = [document.querySelector("[aria-current=step]"), document.querySelector("#ledger")]
        .map((element) => element.getBoundingClientRect());
      return row.top >= box.top && row.bottom <= box.bottom + 1;
    }"""
    # In every place: it scrolls with the next picture of the screen, which is not waited for here.
    seen = page.evaluate(
        f"""() => {{
          const found = [];
          let scroll = () => {{}};
          window.requestAnimationFrame = (act) => {{ scroll = act; return 1; }};
          for (let step = 0; step < 40; step++) {{
            document.body.dispatchEvent(new KeyboardEvent("keydown", {{key: "ArrowLeft", bubbles: true}}));
            scroll();
            found.push(({current})());
          }}
          return found;
        }}"""
    )
    assert seen == [True] * 40


def test_everything_can_be_reached_with_the_keyboard(page):
    reached = set()
    for _ in range(45):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => {
                  const e = document.activeElement;
                  return e.id || e.dataset.name || e.getAttribute("aria-label") || e.tagName;
                }"""
            )
        )
    for name in (
        "predict", "large", "theme", "help", f"n{X1}", "in", "out", "fit", "follow", "first", "play", "next",
        "last", "scrubber", "speed", "tab-ledger", "TR", "data of x1",
    ):  # fmt: skip
        assert name in reached or page.locator(f"#{name}").is_disabled(), name
    page.locator(f"[data-name=n{X1}]").focus()
    for key, name in (("ArrowDown", f"n{W1}"), ("ArrowUp", f"n{X1}"), ("ArrowUp", f"n{X1}")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.name") == name
    for _ in range(OUT):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert at(page) == 5
    rows = page.locator("#ledger tbody tr")
    rows.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert at(page) == 1
    page.keyboard.press("n")
    assert page.get_by_role("tab", name="Nudge").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowRight")  # on a tab the arrows go from tab to tab
    assert page.get_by_role("tab", name="Descend").get_attribute("aria-selected") == "true" and at(page) == 1


def test_help_tells_the_keys_and_closes(page):
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible() and "predict each gradient" in dialog.inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert not dialog.is_visible() and at(page) == 0
    page.get_by_role("button", name="Help").click()
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()


def test_the_view_zooms_pans_and_fits(page):
    def view():
        return [float(x) for x in page.locator("#canvas > svg").get_attribute("viewBox").split()]

    whole = view()
    canvas = page.locator("#canvas").bounding_box()
    middle = (canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] - 10)
    page.mouse.move(*middle)
    page.mouse.wheel(0, -200)
    assert view()[2] < whole[2]
    zoomed = view()
    page.mouse.down()
    page.mouse.move(middle[0] - 50, middle[1] - 30, steps=3)
    page.mouse.up()
    assert view()[0] > zoomed[0] and view()[1] > zoomed[1] and view()[2:] == pytest.approx(zoomed[2:])
    assert at(page) == 0  # a drag is no click
    page.keyboard.press("f")
    assert view() == pytest.approx(whole)
    page.get_by_role("button", name="Zoom in").click()
    assert view()[2] < whole[2]
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Zoom out").click()
    assert view()[2] > whole[2]
    page.get_by_role("button", name="Fit the whole graph").click()
    assert view() == pytest.approx(whole)
    page.keyboard.press("Shift+ArrowRight")
    assert view()[0] > whole[0] and at(page) == 0


def test_two_fingers_zoom(show):
    page = show(stepper(neuron()), has_touch=True)
    before = page.locator("#canvas > svg").get_attribute("viewBox").split()
    touch = page.context.new_cdp_session(page)

    def fingers(kind, apart):
        points = [] if kind == "touchEnd" else [{"x": 640 - apart, "y": 350}, {"x": 640 + apart, "y": 350}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 50)
    for apart in (60, 80, 100):
        fingers("touchMove", apart)
    fingers("touchEnd", 0)
    after = page.locator("#canvas > svg").get_attribute("viewBox").split()
    assert float(after[2]) == pytest.approx(float(before[2]) / 2, rel=0.1)


def test_a_drawing_too_small_to_read_follows_the_walk(show):
    page = show(stepper(network(2, 4, 4, 1)))
    inside = """() => {
      const [card, text, canvas] = ["#canvas .card.current", "#canvas .card.current .number", "#canvas"]
        .map((selector) => document.querySelector(selector).getBoundingClientRect());
      return card.left >= canvas.left && card.right <= canvas.right && card.top >= canvas.top
        && card.bottom <= canvas.bottom && text.height > 8;
    }"""
    for position in (1, 20, 45, 70, 131):
        page.evaluate(f"stepgrad.go({position})")
        assert page.evaluate(inside), position
    page.keyboard.press("Home")  # before the first step there is the whole
    box = page.locator("#canvas").bounding_box()
    cards = page.locator("#canvas .card")
    places = cards.evaluate_all("(all) => all.map((card) => card.getBoundingClientRect().toJSON())")
    assert places
    for place in places:
        assert box["x"] <= place["left"] and place["right"] <= box["x"] + box["width"]
        assert box["y"] <= place["top"] and place["bottom"] <= box["y"] + box["height"]
    page.keyboard.press("End")
    assert page.evaluate(inside)
    page.keyboard.press("f")  # who wants to see the whole keeps it
    whole = page.locator("#canvas > svg").get_attribute("viewBox")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#canvas > svg").get_attribute("viewBox") == whole
    assert page.locator("#follow").get_attribute("aria-pressed") == "false"
    page.keyboard.press("c")
    assert page.evaluate(inside)
