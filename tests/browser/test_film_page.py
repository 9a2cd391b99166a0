"""The film's page in a browser: its numbers are the engine's, keys, buttons and clicks do what they say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, gradients
from autograd.show.film import Film, film

POINTS = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.0, 0.1], [-1.0, -1.0], [2.0, -0.5]]
TARGETS = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]
# Rows of one operand whose derivative is 0, or which are no use where a sum may be anything.
ODD = {
    "neg", "sign", "log", "log1p", "log2", "log10", "sqrt", "exp", "expm1", "exp2", "tan", "sinh", "cosh",
    "square", "arcsin", "arccos", "floor", "ceil", "round",
}  # fmt: skip


def recorded(
    sizes: tuple[int, ...] = (4, 3, 1),
    activation: str | None = "tanh",
    steps: int = 12,
    loss: Any = nn.mse,
    targets: Any = TARGETS,
    points: Any = POINTS,
    **options: Any,
) -> tuple[Film, Any]:
    """A short run, and its model."""
    model = nn.MLP(len(points[0]), list(sizes), activation, rng=3)
    run = film(model, points, targets, loss=loss, **options)
    optimizer = nn.SGD(model.parameters(), lr=0.05)
    for _ in range(steps):
        total = loss([model(point) for point in points], targets)
        optimizer.zero_grad()
        total.backward()
        run.record(total)
        optimizer.step()
    return run, model


def as_it_was(model: Any, run: Film, frame: int) -> Any:
    """The model with the weights of a frame."""
    for parameter, number in zip(model.parameters(), run.frames[frame].parameters.tolist()):
        parameter.data = number
    return model


# A clock that stands until it is asked to go on; then all that is due by then happens at once, in its order.
CLOCK = """() => new Promise((done) => {
  if (window.elapse) return done();
  window.atPicture = requestAnimationFrame;
  const forget = clearTimeout, due = new Map();
  let now = 0, count = 0;
  window.setTimeout = (act, after = 0) => { due.set(--count, [now + after, act]); return count; };
  window.clearTimeout = (id) => id < 0 ? due.delete(id) : forget(id);
  window.requestAnimationFrame = (act) => setTimeout(() => act(now), 16);
  window.elapse = (span) => {
    const end = now + span;
    for (;;) {
      const [next] = [...due].sort(([, [one]], [, [other]]) => one - other);
      if (!next || next[1][0] > end) break;
      due.delete(next[0]);
      now = next[1][0];
      next[1][1]();
    }
    now = end;
  };
  atPicture(done); // by then its first picture is there
})"""


@pytest.fixture
def show(show: Any) -> Callable[..., Any]:
    """The page with a clock of its own, so that nobody waits for what it does later."""

    def clocked(*args: Any, **options: Any) -> Any:
        page = show(*args, **options)
        page.evaluate(CLOCK)
        return page

    return clocked


@pytest.fixture
def usual(show: Any) -> Any:
    """The page of a short run at its start, opened once for those tests that leave nothing but its moment."""
    page = show(recorded()[0], kept=True)
    page.evaluate("stepgrad.choose({frame: 0, view: 'forward', example: 0, neuron: null})")
    page.evaluate("document.activeElement.blur()")
    return page


def drawn(page: Any) -> None:
    """When what was asked for has been drawn."""
    page.evaluate("elapse(20)")


def settled(page: Any) -> None:
    """When nothing more comes of it: the plane has been drawn finely, and the address has followed."""
    page.evaluate("elapse(200)")


def resize(page: Any, width: int, height: int) -> None:
    """To another size, which a page learns with the next picture of the screen."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => new Promise((done) => atPicture(() => atPicture(done)))")
    settled(page)


def until(page: Any, condition: str) -> None:
    """When it has become true; Playwright's own wait is eval, which the page's security policy forbids."""
    for _ in range(1200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition} did not become true")


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?(?:\d[\d.]*(?:e[-+]?\d+)?|inf)|nan", text)]


def close(shown: float, truth: float) -> bool:
    """As near as four decimals, or four digits, are."""
    return shown == truth or abs(shown - truth) <= max(6e-5, 6e-4 * abs(truth))


def rows(page: Any, table: int) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(
        """(table) => [...document.querySelectorAll("#numbers table")[table].tBodies[0].rows]
             .map((row) => [...row.cells].map((cell) => cell.textContent))""",
        table,
    )
    return found


# ---- what it computes


def of_each(*layers: list[str | None]) -> Any:
    """A network of two inputs whose neurons have these activations."""
    model = nn.MLP(2, [len(names) for names in layers], rng=3)
    rng = np.random.default_rng(3)
    for layer, names in zip(model.layers, layers):
        layer.neurons[:] = [nn.Neuron(len(layer.neurons[0].weights), name, rng=rng) for name in names]
    return model


EACH: list[str | None] = [None, *sorted(set(nn.activations.known()) - ODD)]
# A page has the functions that its activations need: those of each alone are enough for it.
ALONE = [
    pytest.param([name, name], marks=() if name in (None, "relu") else pytest.mark.thorough) for name in EACH
]


@pytest.mark.parametrize("names", [EACH, *ALONE], ids=["all", *map(str, EACH)])
def test_the_plane_is_the_engines(names: list[str | None], show: Any) -> None:
    """On a grid, at two frames, with the JavaScript of each row: an output for each, by two neurons of it."""
    model = of_each(names, names, [None] * len(names))
    for layer in model.layers[1:]:
        for j, neuron in enumerate(layer.neurons):
            for weight in neuron.weights[:j] + neuron.weights[j + 1 :]:
                weight.data = 0.0
    run = film(model, POINTS, [0] * len(POINTS))
    grid = [[x, y] for x in np.linspace(-3, 3, 9) for y in np.linspace(-3, 3, 9)]
    expected = []
    for _ in range(2):
        run.record(1.0)
        expected.append([[out.data for out in model(x)] for x in grid])
        for parameter in model.parameters():
            parameter.data = 0.25 - 0.7 * parameter.data if parameter.data else 0.0
    page = show(run)
    ours = page.evaluate("(grid) => [0, 1].map((frame) => grid.map((x) => stepgrad.outputs(frame, x)))", grid)
    for number, name in enumerate(names):
        mine, theirs = np.array(ours)[:, :, number], np.array(expected)[:, :, number]
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9, err_msg=str(name))


@pytest.mark.parametrize("loss", [nn.mse, nn.hinge, None])
def test_gradients_flow_back_as_in_the_engine(loss: Any, show: Any) -> None:
    names: list[str | None] = ["tanh", "relu", "sigmoid", "gelu", "leaky_relu"]
    model = of_each(names, names[::-1], [None])
    run = film(model, POINTS, TARGETS, loss=loss)
    optimizer = nn.SGD(model.parameters(), lr=0.05)
    for _ in range(2):
        total = nn.mse([model(point) for point in POINTS], TARGETS)
        optimizer.zero_grad()
        total.backward()
        run.record(total)
        optimizer.step()
    page = show(run)
    for frame in range(2):
        _compare_gradients(page, frame, as_it_was(model, run, frame), loss)


def _compare_gradients(page: Any, frame: int, model: Any, loss: Any) -> None:
    examples = list(range(len(POINTS)))
    found = page.evaluate(
        "([frame, examples]) => examples.map((example) => stepgrad.gradients(frame, example))",
        [frame, examples],
    )
    for ours, point, target in zip(found, POINTS, TARGETS, strict=True):
        outs: list[Value] = []
        x: Any = point
        for layer in model.layers:
            x = [neuron(x) for neuron in layer.neurons]
            outs += x
        root = x[0] if loss is None else loss([x[0]], [target])
        np.testing.assert_allclose(ours, gradients(root, outs), rtol=1e-6, atol=1e-12)


def test_the_numbers_of_a_neuron_are_those_recorded(usual: Any) -> None:
    run, model = recorded()
    page = usual
    page.evaluate("stepgrad.choose({frame: 7, example: 2, neuron: 5})")  # layer 1, neuron 1
    settled(page)
    assert page.locator("#numbers h2").text_content() == "Layer 1, neuron 1, tanh"
    frame = run.frames[7]
    at = 4 * 3 + 5  # after layer 0 and the first neuron of layer 1
    weights, grads = frame.parameters[at : at + 5], frame.gradient[at : at + 5]
    engine = as_it_was(model, run, 7)
    before = [neuron(POINTS[2]) for neuron in engine.layers[0].neurons]
    shown = rows(page, 1)
    assert [row[0] for row in shown] == ["neuron 0", "neuron 1", "neuron 2", "neuron 3", "bias"]
    for row, weight, grad in zip(shown, weights, grads):
        assert close(float(row[2]), weight) and close(float(row[3]), grad)
    for row, out in zip(shown, before):
        assert close(float(row[1]), out.data)
    out = engine.layers[1].neurons[1](before)
    values = rows(page, 0)
    assert close(float(values[0][1]), out.parents[0].data) and close(float(values[1][1]), out.data)
    rest: Any = [neuron(before) for neuron in engine.layers[1].neurons]
    rest[1] = out
    loss = nn.mse([engine.layers[2].neurons[0](rest)], [TARGETS[2]])
    for row, node in zip(values, (out.parents[0], out)):
        assert close(float(row[2]), gradients(loss, node))
    facts = page.locator(".facts dd").all_text_contents()
    assert numbers(facts[0]) == POINTS[2] and float(facts[1]) == TARGETS[2]
    assert close(float(facts[2]), engine(POINTS[2]).data)


def test_each_frame_shows_its_loss_and_the_norms_of_its_gradients(usual: Any) -> None:
    run, _ = recorded()
    page = usual
    for frame in run.frames:
        drawn(page)
        assert close(float(page.locator("#loss").text_content()), frame.loss)
        assert page.locator("#count").text_content() == f"step {frame.step} of 11"
        shown = [float(text) for text in page.locator(".bars .size").all_text_contents()]
        assert shown == pytest.approx(run.gradient_norms(frame), rel=0.05)  # two digits
        page.keyboard.press("ArrowRight")


def test_lines_are_wide_and_coloured_as_the_weights_are(usual: Any) -> None:
    run, _ = recorded()
    for view, truth in (("forward", run.frames[5].parameters), ("backward", run.frames[5].gradient)):
        page = usual
        page.evaluate(f"stepgrad.choose({{frame: 5, view: '{view}'}})")
        drawn(page)
        lines = page.evaluate(
            """() => [...document.querySelectorAll(".lines path")].map((path) => [
                 Number(path.dataset.edge), path.getAttribute("class"),
                 Number(path.getAttribute("stroke-width"))
               ])"""
        )
        assert len(lines) == 2 * 4 + 4 * 3 + 3
        for place, kind, _ in lines:
            assert kind == ("positive" if truth[place] > 0 else "negative")
        order = sorted(lines, key=lambda edge: abs(truth[edge[0]]))
        widths = [width for _, _, width in order]
        assert widths == sorted(widths) and widths[-1] > 2 * widths[0]
        assert ("log scale" in page.locator("#legend").inner_text()) == (view == "backward")


@pytest.mark.parametrize("neurons", [20, 4])  # of many the room decides, of few how large text is
def test_with_more_room_the_same_picture_is_larger(neurons: int, show: Any) -> None:
    page = show(recorded(sizes=(neurons, 1), steps=1)[0])
    widest = """Math.max(...[...document.querySelectorAll(".lines path")].map(
                  (path) => path.getAttribute("stroke-width")))"""
    settled(page)
    before = [page.evaluate(widest), page.locator(".neuron").first.bounding_box()["height"]]
    resize(page, 1900, 1200)
    after = [page.evaluate(widest), page.locator(".neuron").first.bounding_box()["height"]]
    assert after[1] > 1.1 * before[1]
    assert after[0] > 1.2 * before[0] or neurons == 4  # as wide as lines become


def test_dead_relus_are_crossed_out_and_counted(show: Any) -> None:
    model = nn.MLP(2, [4, 3, 1], "relu", rng=0)
    run = film(model, POINTS, TARGETS, loss=nn.mse)
    for killed in ([], [(0, 1)], [(0, 1), (1, 0), (1, 2)]):
        for layer, j in killed:
            model.layers[layer].neurons[j].bias.data = -100.0
        for parameter in model.parameters():
            parameter.grad = 0.0
        run.record(1.0)
    page = show(run)
    for frame, dead in enumerate(run.dead(each) for each in run.frames):
        drawn(page)
        crossed = page.evaluate(
            "[...document.querySelectorAll('.neuron.dead')].map((n) => Number(n.dataset.neuron))"
        )
        assert crossed == [4 * layer + j for layer, j in dead]
        assert page.locator("#dead").text_content() == f"{len(dead)} of 7 relus dead"
        assert len(dead) >= (0, 1, 3)[frame]
        page.keyboard.press("ArrowRight")
    page.evaluate("stepgrad.choose({neuron: 4})")
    drawn(page)
    assert "dead: 0 for every example" in page.locator("#numbers h2").text_content()


def test_how_many_examples_are_right(show: Any) -> None:
    for targets, level in ((TARGETS, 0.0), ([(t + 1) / 2 for t in TARGETS], 0.5)):
        run, model = recorded(targets=targets, steps=8)
        page = show(run, "#step=7")
        settled(page)
        engine = as_it_was(model, run, 7)
        right = sum((engine(x).data > level) == (t > level) for x, t in zip(POINTS, targets))
        assert page.locator("#right").text_content() == f"{right} of 6 right"


def test_the_plane_is_painted_by_side_of_the_boundary(show: Any) -> None:
    run, model = recorded(steps=8)
    page = show(run, "#step=7", color_scheme="light")
    settled(page)
    seen = page.evaluate(
        """() => {
             const canvas = document.querySelector("canvas");
             const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
             const found = [];
             for (let i = 1; i < 8; i++) for (let j = 1; j < 8; j++) {
               const [x, y] = [Math.round(canvas.width * i / 8), Math.round(canvas.height * j / 8)];
               const colour = dots.slice(4 * (y * canvas.width + x)).slice(0, 3);
               found.push([x / canvas.width, y / canvas.height, ...colour]);
             }
             return [canvas.width, canvas.height, found];
           }"""
    )
    wide, high, found = seen
    low, top = np.min(POINTS, axis=0), np.max(POINTS, axis=0)
    low, top = low - 0.12 * (top - low), top + 0.12 * (top - low)
    unit = min(wide / (top[0] - low[0]), high / (top[1] - low[1]))
    engine, compared = as_it_was(model, run, 7), 0
    for x, y, red, _, blue in found:
        place = (low + top) / 2 + np.array([(x - 0.5) * wide, (0.5 - y) * high]) / unit
        if min(np.hypot(*(place - point)) for point in POINTS) < 0.2:
            continue  # a marker is there
        out = engine(place.tolist()).data
        if abs(out) > 0.1:
            assert (blue > red) == (out > 0)
            compared += 1
    assert compared > 25


# ---- moving


def position(page: Any) -> int:
    drawn(page)
    at: int
    at, count, scrubber = page.evaluate(
        """() => [stepgrad.state.frame, document.getElementById("count").textContent,
                  document.getElementById("scrubber").value]"""
    )
    assert count == f"step {at} of 11"
    assert scrubber == str(at)
    return at


def addressed(page: Any) -> int:
    """The position, when the address has followed."""
    settled(page)
    at = position(page)
    assert f"step={at}" in page.evaluate("location.hash")
    return at


def test_keys_and_buttons(usual: Any) -> None:
    page = usual
    for press, at in (
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("ArrowLeft", 0), ("ArrowLeft", 0),
        ("End", 11), ("ArrowRight", 11), ("Home", 0),
    ):  # fmt: skip
        page.keyboard.press(press)
        assert position(page) == at
    for button, at in (("last", 11), ("back", 10), ("back", 9), ("first", 0), ("next", 1)):
        page.click(f"#{button}")
        assert addressed(page) == at
    page.click("#first")
    assert position(page) == 0
    assert page.locator("#first").is_disabled() and page.locator("#back").is_disabled()
    assert page.locator("#next").is_enabled() and page.locator("#last").is_enabled()
    page.focus("#next")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")  # on a button a space presses it
    assert addressed(page) == 2


def test_the_scrubber(usual: Any) -> None:
    page = usual
    page.focus("#scrubber")
    page.keyboard.press("ArrowRight")
    assert position(page) == 1
    page.keyboard.press("End")
    assert position(page) == 11
    box = page.locator("#scrubber").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert addressed(page) in (5, 6)
    assert page.locator("#scrubber").get_attribute("aria-valuetext").startswith("step ")


def test_space_plays_to_the_end_and_again_from_the_start(show: Any) -> None:
    page = show(recorded()[0])
    page.select_option("#speed", "60")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    page.evaluate("elapse(100)")
    assert 0 < page.evaluate("stepgrad.state.frame") < 11
    page.evaluate("elapse(1000)")
    assert page.locator("#play span").text_content() == "Play"
    assert position(page) == 11
    page.select_option("#speed", "2")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    page.evaluate("elapse(100)")
    assert page.evaluate("stepgrad.state.frame") == 1
    assert page.locator("#play span").text_content() == "Pause"
    page.keyboard.press("Space")
    at = position(page)
    page.evaluate("elapse(700)")
    assert position(page) == at == 1 and page.locator("#play span").text_content() == "Play"
    page.keyboard.press("Space")
    page.keyboard.press("Home")  # whoever moves by hand stops it
    page.evaluate("elapse(700)")
    assert position(page) == 0


# What an address says, and where it leads: frame, view, example, neuron.
ADDRESSES: dict[str, tuple[int, str, int, int | None]] = {
    "#step=7": (7, "forward", 0, None),
    "#step=3&view=backward&example=4&neuron=2": (3, "backward", 4, 2),
    "#step=999&example=999&neuron=999": (11, "forward", 5, 7),
    "#step=-1&view=sideways&example=x&neuron=1e9": (0, "forward", 0, None),
    "#step=<img src=x onerror=alert(1)>": (0, "forward", 0, None),
    "#%": (0, "forward", 0, None),
    "": (0, "forward", 0, None),
}
# To another address, until the page has heard of it.
TURN = """(hash) => new Promise((done) => {
  addEventListener("hashchange", done, {once: true});
  location.hash = hash;
}).then(() => elapse(200))"""


def _is_the_moment(page: Any, fragment: str) -> None:
    """The page is where the address leads; what it writes, it reads."""
    state = dict(zip(("frame", "view", "example", "neuron"), ADDRESSES[fragment]))
    assert page.evaluate("({...stepgrad.state})") == state
    parts = {"step": state["frame"], **state}
    del parts["frame"]
    usual = {"view": "forward", "example": 0, "neuron": None}
    address = "#" + "&".join(f"{name}={part}" for name, part in parts.items() if part != usual.get(name, ""))
    until(page, f"location.hash === '{address}'")  # what it began with was before the clock was its own
    page.evaluate(TURN, "#step=5")
    assert addressed(page) == 5
    page.evaluate(TURN, address)
    assert page.evaluate("({...stepgrad.state})") == state


@pytest.mark.parametrize("fragment", [each for each in ADDRESSES if "&" in each])
def test_the_address_is_a_moment(fragment: str, show: Any) -> None:
    page = show(recorded()[0], fragment)
    settled(page)
    _is_the_moment(page, fragment)


def test_another_address_is_another_moment(usual: Any) -> None:
    for fragment in ADDRESSES:
        usual.evaluate("stepgrad.choose({frame: 0})")
        settled(usual)
        usual.evaluate(TURN, fragment)
        _is_the_moment(usual, fragment)


def test_a_click_on_the_curve_goes_there(usual: Any) -> None:
    page = usual
    box = page.locator("#curve svg").bounding_box()
    for part in (0.2, 0.9, 0.48):
        x = 52 + part * (box["width"] - 66)  # between the margins of the chart
        page.mouse.click(box["x"] + x, box["y"] + box["height"] / 2)
        assert position(page) == round(part * 11)
        cursor = page.locator("#curve .cursor").get_attribute("d")
        assert abs(float(cursor[1:].split()[0]) - x) < (box["width"] - 66) / 11
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 14, box["y"] + 40, steps=5)
    page.mouse.up()
    assert position(page) == 11


def test_a_click_on_a_point_follows_it_through_the_network(usual: Any) -> None:
    page = usual
    drawn(page)
    box = page.locator("canvas").bounding_box()
    low, high = np.min(POINTS, axis=0), np.max(POINTS, axis=0)
    unit = min(box["width"] / (1.24 * (high[0] - low[0])), box["height"] / (1.24 * (high[1] - low[1])))
    for index in (3, 0, 5):
        shift = (np.array(POINTS[index]) - (low + high) / 2) * unit
        page.mouse.click(
            box["x"] + box["width"] / 2 + shift[0] + 2, box["y"] + box["height"] / 2 - shift[1] - 2
        )
        drawn(page)
        assert page.evaluate("stepgrad.state.example") == index
        assert page.locator("#example").input_value() == str(index)
        assert numbers(page.locator(".facts dd").first.text_content()) == POINTS[index]


def test_choosing_examples_neurons_and_views(usual: Any) -> None:
    page = usual
    see = "({...stepgrad.state})"
    page.keyboard.press("e")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("b")
    drawn(page)
    assert page.evaluate(see) == {"frame": 0, "view": "backward", "example": 1, "neuron": 1}
    page.keyboard.press("Shift+E")
    page.keyboard.press("Shift+E")
    page.keyboard.press("Shift+N")
    page.keyboard.press("Shift+N")
    page.keyboard.press("f")
    drawn(page)
    assert page.evaluate(see) == {"frame": 0, "view": "forward", "example": 5, "neuron": 7}
    assert page.locator(".neuron.chosen").count() == 1 and page.locator(".lines .own").count() == 3
    page.keyboard.press("Escape")
    page.locator("[data-neuron='4']").click()
    drawn(page)
    assert page.evaluate(see)["neuron"] == 4 and page.locator(".lines .own").count() == 4
    page.locator("[data-neuron='4']").click()  # once more: none
    page.select_option("#which", "6")
    page.select_option("#example", "2")
    page.click("#backward")
    drawn(page)
    assert page.evaluate(see) == {"frame": 0, "view": "backward", "example": 2, "neuron": 6}
    assert page.locator("#backward").get_attribute("aria-pressed") == "true"
    assert page.locator("#forward").get_attribute("aria-pressed") == "false"


def test_what_is_under_the_pointer_is_said_in_numbers(usual: Any) -> None:
    run, _ = recorded()
    page = usual
    page.evaluate("stepgrad.choose({frame: 4})")
    drawn(page)
    page.locator("[data-neuron='0']").hover()
    assert page.locator("#tip").text_content().startswith("layer 0, neuron 0, tanh: activation ")
    page.evaluate(
        """() => document.querySelector("[data-edge='1']").dispatchEvent(
             new PointerEvent("pointermove", {bubbles: true, clientX: 1270, clientY: 700}))"""
    )
    said = page.locator("#tip").text_content()
    assert said.startswith("x1 → layer 0, neuron 0: weight ")
    weight, grad = numbers(said)[-2:]
    assert close(weight, run.frames[4].parameters[1]) and close(grad, run.frames[4].gradient[1])
    box = page.locator("#tip").bounding_box()
    assert box["x"] + box["width"] <= 1280 and box["y"] + box["height"] <= 720


def test_help_theme_and_large_text(show: Any) -> None:
    page = show(recorded()[0], color_scheme="light")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("ArrowRight")  # goes nowhere while it is open
    page.click("#close")
    assert not page.locator("#keys").is_visible() and position(page) == 0
    ink = page.evaluate("getComputedStyle(document.body).color")
    page.click("#theme")
    settled(page)
    assert page.evaluate("getComputedStyle(document.body).color") != ink
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).color") == ink
    sizes = """['body', '.bars .size', '.legend text', '#curve text'].map(
                 (name) => parseFloat(getComputedStyle(document.querySelector(name)).fontSize))"""
    before = page.evaluate(sizes)
    page.click("#large")
    settled(page)
    assert page.evaluate(sizes) == pytest.approx([1.25 * size for size in before], rel=0.01)
    _in_place(page, 1280)


# ---- other films


def test_an_empty_film_says_so(show: Any) -> None:
    page = show(film(nn.MLP(2, [2, 1], rng=0), POINTS, TARGETS, loss=nn.mse, title="nothing yet"))
    assert page.locator("h1").text_content() == "nothing yet"
    assert "film.record(loss)" in page.locator("#empty").inner_text()
    assert not page.locator("main").is_visible()
    page.keyboard.press("ArrowRight")


def test_a_film_of_one_frame(show: Any) -> None:
    page = show(recorded(steps=1)[0], "#step=3")
    settled(page)
    assert page.locator("#count").text_content() == "step 0 of 0"
    for button in ("first", "back", "play", "next", "last"):
        assert page.locator(f"#{button}").is_disabled()
    for key in ("ArrowRight", "End", "Space", "ArrowLeft"):
        page.keyboard.press(key)
    settled(page)
    assert page.evaluate("stepgrad.state.frame") == 0


def test_an_exploded_run_is_shown_to_its_end(show: Any) -> None:
    model = nn.MLP(2, [3, 3, 1], "relu", rng=0)
    run = film(model, POINTS, TARGETS, loss=nn.mse)
    values = [0.5, 1e30, 1e200, -1e308, math.inf, math.nan]
    for number in values:
        for index, parameter in enumerate(model.parameters()):
            parameter.data = 0.25 if index % 2 == 0 else math.inf if math.isnan(number) else number
            parameter.grad = -number if index % 3 else None
        run.record(number)
    page = show(run, "#step=0&neuron=1")
    for view in ("forward", "backward"):
        page.evaluate(f"stepgrad.choose({{frame: 0, view: '{view}'}})")
        for frame, number in enumerate(values):
            drawn(page)
            assert page.evaluate("stepgrad.state.frame") == frame
            shown = float(page.locator("#loss").text_content())
            assert shown == pytest.approx(number, rel=1e-3, nan_ok=True)
            broken = page.locator(".lines .nan").count()
            assert (broken > 0) == (
                not math.isfinite(number) and not (math.isnan(number) and view == "backward")
            )
            page.keyboard.press("ArrowRight")
        assert page.locator("#curve .broken").count() >= 2  # inf and nan, on the curve


def test_without_gradients_there_is_a_dash_and_not_a_0(show: Any) -> None:
    run = film(nn.MLP(2, [2, 1], rng=0), POINTS, TARGETS, loss=nn.mse)
    run.record(1.0)
    page = show(run, "#neuron=0&view=backward")
    settled(page)
    assert page.locator(".bars .size").all_text_contents() == ["—", "—"]
    assert [row[3] for row in rows(page, 1)] == ["—"] * 3
    assert page.locator(".lines .zero").count() == 6


def test_several_classes_share_the_plane(show: Any) -> None:
    labels = [0, 1, 2, 0, 1, 2]
    run, model = recorded(sizes=(6, 3), steps=10, loss=nn.cross_entropy, targets=labels)
    page = show(run, "#step=9&view=backward&example=1")
    settled(page)
    engine = as_it_was(model, run, 9)
    right = sum(int(np.argmax([out.data for out in engine(x)])) == label for x, label in zip(POINTS, labels))
    assert page.locator("#right").text_content() == f"{right} of 6 right"
    outputs = page.evaluate("stepgrad.outputs(9, [0.3, 0.7])")
    np.testing.assert_allclose(outputs, [out.data for out in engine([0.3, 0.7])], rtol=1e-9)
    assert len(numbers(page.locator(".facts dd").nth(3).text_content())) == 3  # a gradient for each output


def test_without_a_plane_the_network_has_the_room(show: Any) -> None:
    for points in ([[x[0]] for x in POINTS], [[*x, 1.0] for x in POINTS]):
        page = show(recorded(points=points)[0])
        settled(page)
        assert not page.locator("#plane").is_visible()
        assert page.locator("#network").bounding_box()["width"] > 1200
        assert page.locator(".facts").is_visible()


def test_without_examples_there_are_weights_gradients_and_the_loss(show: Any) -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    run = film(model)
    for _ in range(3):
        loss = nn.mse([model(x) for x in POINTS], TARGETS)
        loss.backward()
        run.record(loss)
    page = show(run, "#neuron=0")
    settled(page)
    assert not page.locator("#plane").is_visible() and not page.locator("#example").is_visible()
    assert page.locator("#dead").text_content() == ""
    assert page.locator("#legend > div").count() == 1  # of the weights; there are no numbers in the neurons
    assert "there are no examples" in page.locator("#notices").inner_text()
    shown = [float(row[2]) for row in rows(page, 0)]
    assert all(close(a, b) for a, b in zip(shown, run.frames[0].parameters))
    page.keyboard.press("e")
    page.keyboard.press("b")
    settled(page)


def test_an_activation_without_a_formula(show: Any) -> None:
    autograd.define("ceil_of_film", math.ceil, lambda out, x: 0.0, on_array=np.ceil)
    model = nn.MLP(2, [2, 1], "ceil_of_film", rng=0)
    run = film(model, POINTS, TARGETS, loss=nn.mse)
    run.record(1.0)
    page = show(run, "#neuron=1")
    settled(page)
    assert "ceil_of_film has no formula" in page.locator("#notices").inner_text()
    assert not page.locator("#plane").is_visible()
    assert close(float(rows(page, 0)[0][2]), run.frames[0].parameters[3])


def test_a_thinned_film_says_so_and_counts_in_steps(show: Any) -> None:
    run = film(nn.MLP(1, [1], rng=0), [[1.0]])
    for step in range(700):
        run.record(1.0 + step)
    page = show(run)
    settled(page)
    assert page.locator("#notices").inner_text() == "Of 700 steps, one in 4 is kept, and the last."
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.locator("#count").text_content() == "step 4 of 699"
    assert float(page.locator("#loss").text_content()) == 5.0
    page.evaluate("location.hash = '#step=401'")
    settled(page)
    assert page.evaluate("location.hash") == "#step=400"


def test_markup_in_title_and_note_is_text(show: Any) -> None:
    text = "<img src=x onerror=alert(1)><b>bold</b> </script><script>alert(2)</script>"
    page = show(recorded(title=text, note=text)[0])
    assert page.locator("h1").text_content() == page.locator("#note p").text_content() == text
    assert page.locator("h1 *, #note p *").count() == 0 and page.title() == text


def test_the_note_stands_above_and_can_be_closed(show: Any) -> None:
    assert not show(recorded()[0]).locator("#note").is_visible()
    page = show(recorded(note="Look at the bars. " * 20)[0])
    note, drawing = page.locator("#note p"), page.locator("#drawing")
    before = drawing.bounding_box()
    heading, text = page.locator("#note summary").bounding_box(), note.bounding_box()
    assert heading["y"] == pytest.approx(text["y"], abs=2)  # on its first line
    assert text["y"] + text["height"] <= before["y"] and before["height"] > 200
    page.keyboard.press("Tab")  # past the five buttons of the header
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert not note.is_visible()
    assert drawing.bounding_box()["height"] > before["height"] + 20


@pytest.mark.parametrize(
    ("losses", "marks"),
    [
        ([1.15, 1.02], ["1.05", "1.1", "1.15"]),
        ([2.0, 1.9996], ["1.9996", "1.9998", "2"]),
        ([5e5, 4e5], ["4e5", "4.5e5", "5e5"]),
        ([3000.0, 1.0], ["10⁰", "10¹", "10²", "10³"]),
        ([90.0, 0.5], ["1", "10"]),
        ([0.09, 0.0011], ["1.1e-3", "0.09"]),  # a single power of ten in between
    ],
)
def test_the_marks_of_the_loss_say_where_they_stand(losses: list[float], marks: list[str], show: Any) -> None:
    run = film(nn.MLP(2, [1], rng=0))
    for loss in losses:
        run.record(loss)
    page = show(run)
    settled(page)
    assert page.locator("#curve .mark").all_text_contents() == marks


def test_numbers_stay_inside_their_neurons(show: Any) -> None:
    model = nn.MLP(2, [3, 1], "relu", rng=0)
    run = film(model, POINTS, TARGETS, loss=nn.mse)
    for number in (1e-3, -1.5e-15, 1e262, -1e262):
        for parameter in model.parameters():
            parameter.data = parameter.grad = number
        run.record(number)
    page = show(run)
    for view in ("forward", "backward"):
        page.evaluate(f"stepgrad.choose({{frame: 0, view: '{view}'}})")
        for _ in run.frames:
            drawn(page)
            boxes = page.evaluate(
                """() => [...document.querySelectorAll(".network [data-neuron], .network .input")]
                     .map((node) => [node.querySelector(".inside"), node.querySelector("circle")]
                       .map((part) => part.getBoundingClientRect()))
                     .map(([text, disc]) => [text.left - disc.left, disc.right - text.right])"""
            )
            assert all(left > 0 and right > 0 for left, right in boxes if left < 1000), boxes
            assert all(not each.is_visible() for each in page.locator(".dead .inside").all())
            page.keyboard.press("ArrowRight")


def test_counts_of_dead_relus_stand_free_on_a_phone(show: Any) -> None:
    model = nn.MLP(2, [8, 8, 1], "relu", rng=0)
    run = film(model, POINTS, TARGETS, loss=nn.mse)
    for parameter in model.parameters():
        parameter.data, parameter.grad = -1.0, 0.0
    run.record(1.0)
    page = show(run, width=800, height=844)
    for width in (360, 390, 560, 760):
        resize(page, width, 844)
        assert "8 dead" in page.locator(".network .head.off").all_text_contents()
        _in_place(page, width)


# ---- where it is read


def _in_place(page: Any, width: int) -> None:
    """No text or button lies over another of its kind, or beyond the screen."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.evaluate(
        """(names) => Object.fromEntries(names.map((name) => [name, [...document.querySelectorAll(name)]
             .filter((e) => e.textContent || e.tagName === "BUTTON").map((e) => e.getBoundingClientRect())
             .map((box) => [box.left, box.top, box.right, box.bottom])]))""",
        [
            "#note summary",
            ".network .head",
            ".bars .size",
            ".bars .mark",
            ".legend text",
            "#curve text",
            "header button",
            "#transport button",
        ],
    )
    for name, found in boxes.items():
        assert found, name
        for index, (left, top, right, bottom) in enumerate(found):
            assert left >= 0 and right <= width + 0.5, name
            for other in found[index + 1 :]:
                apart = (
                    right <= other[0] + 1
                    or other[2] <= left + 1
                    or bottom <= other[1] + 3
                    or other[3] <= top + 3
                )
                assert apart, (name, found[index], other)


LOOKS = [("light", "forward"), ("dark", "backward")]
SCREENS = [(360, 740), (768, 1024), (1280, 720), (1920, 1080)]
SEEN = [
    pytest.param(*screen, *look, marks=() if (at + how) % 2 else pytest.mark.thorough)
    for at, screen in enumerate(SCREENS)
    for how, look in enumerate(LOOKS)
]


@pytest.mark.parametrize(("width", "height", "scheme", "view"), SEEN)
def test_nothing_is_cut_off_or_overlaps(width: int, height: int, scheme: str, view: str, show: Any) -> None:
    run, _ = recorded(sizes=(8,) * 8 + (1,), activation="sigmoid", steps=3, note="Look at the bars. " * 20)
    page = show(run, f"#step=1&view={view}&neuron=70", width=width, height=height, color_scheme=scheme)
    settled(page)
    _in_place(page, width)
    if width > 760:  # all of it is on the screen at once
        for part in ("#network", "#plane", "#transport", "#losses", "#neuron"):
            box = page.locator(part).bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= height + 1
    else:  # the controls stay in sight
        for scroll in (0, 400, 5000):
            page.mouse.wheel(0, scroll)
            page.evaluate("() => new Promise((done) => atPicture(() => atPicture(done)))")
            box = page.locator("#transport").bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= height


def test_all_that_can_be_used_has_a_name(usual: Any) -> None:
    page = usual
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input")].filter((e) => {
             const label = e.tagName === "BUTTON" ? e.textContent : e.labels?.[0]?.textContent ?? "";
             return !label.trim() && !e.ariaLabel;
           }).map((e) => e.id)"""
    )
    assert unnamed == []
    settled(page)
    assert "Norm of each layer's gradient" in page.locator("svg.network").get_attribute("aria-label")
    assert page.locator("#spoken").text_content().startswith("Step 0, loss ")
    assert page.locator("canvas").get_attribute("aria-label").endswith("6 right")


def test_it_works_inside_a_notebooks_frame(show: Any) -> None:
    run, _ = recorded()
    outer = f"<!doctype html><meta charset=utf-8><link rel=icon href='data:,'><title>{escape('cell')}</title>"
    page = show(outer + run._repr_mimebundle_()["text/html"])
    frame = page.frame_locator("iframe")
    frame.locator("#next").click()
    frame.locator("#next").click()
    frame.locator("#count", has_text="step 2 of 11").wait_for()
    assert close(float(frame.locator("#loss").text_content()), run.frames[2].loss)
