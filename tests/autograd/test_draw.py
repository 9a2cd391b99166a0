"""Pictures of graphs: what they show, that they show it as it is, and where they go."""

import html.parser
import math
import re
import stat
import sys
import xml.etree.ElementTree as ET

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from PIL import Image

import autograd
from autograd import Tensor, Value, draw
from autograd.show import layout, style
from autograd.show.drawing import Drawing

SVG = "{http://www.w3.org/2000/svg}"

AWKWARD = [
    "<script>alert(1)</script>",
    "</text></svg>",
    "]]><!-- x -->",
    "a &amp; b & c;",
    "quote \" and '",
    '\\"',
    r"\N \n \G \l \\",
    "ends in \\",
    "αβγ Ωμέγα ∂",
    "損失関数",
    "  two  spaces ",
    "{a|b} %s {0}",
    "<b>",
    "node",
]


def neuron(backward: bool = True) -> Value:
    """The neuron of every lecture: two inputs, tanh, o = 1/sqrt(2)."""
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    w1, w2 = Value(-3.0, "w1"), Value(1.0, "w2")
    b = Value(6.8813735870195432, "b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    if backward:
        o.backward()
    return o


def parse(drawing: Drawing) -> ET.Element:
    return ET.fromstring(drawing.svg)


def groups(root: ET.Element, kind: str) -> list[ET.Element]:
    return [g for g in root.iter(f"{SVG}g") if kind in g.get("class", "").split()]


def texts(group: ET.Element) -> list[str]:
    return [t.text or "" for t in group.iter(f"{SVG}text")]


def card(root: ET.Element, label: str) -> ET.Element:
    (found,) = [g for g in groups(root, "card") if texts(g)[0] == label]
    return found


def tip(group: ET.Element) -> str:
    title = group.find(f"{SVG}title")
    assert title is not None
    return title.text or ""


def box(group: ET.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a card or a disc."""
    x, y = map(float, re.findall(r"[-\d.]+", group.get("transform", "")))
    rect = group.find(f"{SVG}rect")
    assert rect is not None
    return x, y, x + float(rect.get("width", "")), y + float(rect.get("height", ""))


def numbers(path: ET.Element) -> np.ndarray:
    return np.array(re.findall(r"-?[\d.]+", path.get("d", "")), float).reshape(-1, 2)


# What is shown


def test_cards_show_label_data_and_grad() -> None:
    root = parse(draw(neuron()))
    shown = {texts(g)[0]: texts(g)[1:] for g in groups(root, "card")}
    assert shown["o"] == ["data", "0.7071", "grad", "1.0000"]
    assert shown["n"] == ["data", "0.8814", "grad", "0.5000"]  # 1 - tanh² = 1/2
    assert shown["x1"] == ["data", "2.0000", "grad", "-1.5000"]
    assert shown["w1"] == ["data", "-3.0000", "grad", "1.0000"]
    assert shown["w2"] == ["data", "1.0000", "grad", "0.0000"]
    assert sorted(texts(g)[0] for g in groups(root, "op")) == ["+", "+", "tanh", "×", "×"]
    assert len(groups(root, "card")) == 10 and len(groups(root, "edge")) == 9 + 5


def test_an_unlabelled_node_has_no_label_row_and_a_gradient_not_computed_is_a_dash() -> None:
    (only,) = groups(parse(draw(Value(1.5))), "card")
    assert texts(only) == ["data", "1.5000", "grad", "—"]
    assert only.get("class") == "card leaf"


def test_a_constant_is_lesser() -> None:
    root = parse(draw(Value(3.0, "x") * 2))
    (constant,) = groups(root, "constant")
    assert texts(constant) == ["2"]
    left, top, right, bottom = box(constant)
    a_left, a_top, a_right, a_bottom = box(card(root, "x"))
    assert (right - left) * (bottom - top) < 0.3 * (a_right - a_left) * (a_bottom - a_top)


def test_a_node_used_twice_has_two_edges() -> None:
    x = Value(3.0, "x")
    root = parse(draw(x * x))
    ends = [(g.get("data-tail"), g.get("data-head")) for g in groups(root, "edge")]
    assert sorted(ends) == [("n0", "op1"), ("n0", "op1"), ("op1", "n1")]
    wires = {path.get("d") for path in root.iter(f"{SVG}path") if path.get("class") == "wire"}
    assert len(wires) == 3  # no edge hides another


def test_local_gradients_stand_on_the_edges_in_the_order_of_the_operands() -> None:
    x, y = Value(2.0, "x"), Value(5.0, "y")
    root = parse(draw(x * y, local_grads=True))
    slopes = {g.get("data-tail"): texts(g) for g in groups(root, "edge")}
    assert slopes == {"n0": ["5.0000"], "n1": ["2.0000"], "op2": []}
    root = parse(draw(x**x, local_grads=True))  # to the base 2 * 2¹, to the exponent ln 2 * 2²
    found = [texts(g)[0] for g in groups(root, "edge") if texts(g)]
    assert found == ["4.0000", f"{4 * math.log(2):.4f}"]
    assert not [g for g in groups(parse(draw(x * y)), "edge") if texts(g)]


def test_a_constant_has_no_local_gradient() -> None:
    root = parse(draw(Value(3.0, "x") * 2, local_grads=True))
    assert [texts(g) for g in groups(root, "edge")] == [["2.0000"], [], []]


def test_colours_follow_sign_and_root_of_size() -> None:
    leaves = [Value(1.0, name) for name in ("large", "quarter", "minus", "zero", "none", "nan", "inf")]
    total = autograd.sum(leaves)
    for leaf, grad in zip(leaves, [4.0, 1.0, -4.0, 0.0, None, math.nan, -math.inf], strict=True):
        leaf.grad = grad
    root = parse(draw(total))

    def tint(label: str) -> tuple[str, float] | None:
        path = card(root, label).find(f"{SVG}path")
        return None if path is None else (path.get("class", ""), float(path.get("fill-opacity", "")))

    assert tint("zero") is None and tint("none") is None
    assert tint("large") == ("positive", pytest.approx(style.opacity(1.0), abs=0.005))
    assert tint("quarter") == ("positive", pytest.approx(style.opacity(0.5), abs=0.005))
    assert tint("minus") == ("negative", pytest.approx(style.opacity(1.0), abs=0.005))
    assert tint("inf") == ("negative", pytest.approx(style.opacity(1.0), abs=0.005))
    assert tint("nan") == ("nan", pytest.approx(style.opacity(1.0), abs=0.005))


@pytest.mark.parametrize("theme", [style.LIGHT, style.DARK], ids=["light", "dark"])
def test_text_has_contrast_on_every_colour(theme: dict[str, str]) -> None:
    """WCAG's contrast of 4.5, with the formula of its definition."""

    def channels(colour: str) -> np.ndarray:
        return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])

    def luminance(rgb: np.ndarray) -> float:
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    def contrast(one: np.ndarray, other: np.ndarray) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    ground, share = channels(theme["card"]), style.opacity(1.0)
    for sign in ("positive", "negative", "mixed", "nan"):
        tinted = ground + share * (channels(theme[sign]) - ground)
        assert contrast(channels(theme["ink"]), tinted) >= 4.5, sign
    for surface in ("card", "canvas"):
        assert contrast(channels(theme["dim"]), channels(theme[surface])) >= 4.5, surface


def test_light_and_dark_are_both_in_the_picture_and_every_rule_is_its_own() -> None:
    (rules,) = [s.text or "" for s in parse(draw(neuron())).iter(f"{SVG}style")]
    light, dark = rules.split("@media (prefers-color-scheme:dark)")
    assert style.LIGHT["card"] in light and style.DARK["card"] in dark
    for rule in re.findall(r"([^{}]+)\{[^{}]*\}", light + dark):
        assert all(part.strip().startswith(".stepgrad") for part in rule.split(",")), rule


@pytest.mark.parametrize("data", [0.0, -0.0, 5e-324, -1.797e308, 99999.99, 9999.99999, 1 / 3, 1e4, -1e-3])
def test_every_number_is_short_and_says_its_value(data: float) -> None:
    (only,) = groups(parse(draw(Value(data))), "card")
    shown = texts(only)[1]
    assert len(shown) <= 11
    assert float(shown) == pytest.approx(data, rel=1e-3, abs=5e-324)
    assert f"data = {data!r}" in tip(only)


def test_text_fits_its_card() -> None:
    values = [
        Value(-1.5e-300, "W" * 40),
        Value(-9999.9999, "損" * 40),
        Value(1e300, "i"),
        Value(2.0, "a\n" * 9),
    ]
    for group in groups(parse(draw(autograd.sum(values))), "card"):
        left, top, right, bottom = box(group)
        for text in group.iter(f"{SVG}text"):
            size = 11 if "caption" in text.get("class", "") else 13
            wide = (
                0.605 * size * sum(2 if c == "損" else 1 for c in text.text or "")
            )  # the widest of common fonts
            x, y = float(text.get("x", "")), float(text.get("y", ""))
            start = {"label": x - wide / 2, "number": x - wide}.get(text.get("class", ""), x)
            assert 6 <= start and start + wide <= right - left - 6
            assert 0 < y < bottom - top


def test_tensors_show_type_and_shape_and_small_ones_their_elements() -> None:
    images = Tensor(np.ones((3, 784), np.float32), requires_grad=False, label="images")
    weights = Tensor(np.full((784, 2), 0.5, np.float32), label="W")
    bias = Tensor(np.array([0.5, -0.25], np.float32), label="b")
    loss = ((images @ weights + bias) * np.array([1.0, -2.0], np.float32)).sum()
    loss.backward()
    root = parse(draw(loss, local_grads=True))
    assert texts(card(root, "W")) == ["W", "data", "float32 (784, 2)", "grad", "|g| ≤ 6.0000"]
    assert texts(card(root, "b")) == ["b", "data", "[0.5, -0.25]", "grad", "[3, -6]"]
    assert texts(card(root, "images")) == [
        "images",
        "data",
        "float32 (3, 784)",
    ]  # data has no gradient to wait for
    path = card(root, "b").find(f"{SVG}path")
    assert path is not None and path.get("class") == "mixed"
    assert [texts(g) for g in groups(root, "constant")] == [
        ["images", "data", "float32 (3, 784)"],
        ["[1, -2]"],
    ]


def test_a_row_of_a_hundred_operands_is_one_disc() -> None:
    ws, xs = ([Value(float(i), f"{name}{i}") for i in range(150)] for name in "wx")
    root = parse(draw(autograd.dot(ws, xs)))
    assert len(groups(root, "op")) == 1
    assert len(groups(root, "edge")) == 301


def test_several_roots_are_one_picture() -> None:
    x = Value(2.0, "x")
    assert len(draw([x.exp(), x.sin()]).graph.cards) == 3


# Where it goes


@pytest.mark.parametrize(("direction", "axis"), [("LR", 0), ("TB", 1)])
def test_direction(direction: str, axis: int) -> None:
    root = parse(draw(neuron(), direction=direction))
    where = {g.get("data-name"): box(g) for g in [*groups(root, "card"), *groups(root, "op")]}
    for edge in groups(root, "edge"):
        tail, head = where[edge.get("data-tail")], where[edge.get("data-head")]
        assert tail[axis + 2] < head[axis]


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_nothing_overlaps_and_edges_run_from_box_to_box(direction: str) -> None:
    root = parse(draw(neuron(), direction=direction, local_grads=True, title="A neuron"))
    where = {g.get("data-name"): box(g) for g in [*groups(root, "card"), *groups(root, "op")]}
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    boxes = list(where.values())
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left and right <= width and 0 <= top and bottom + 30 <= height  # 30 for the title
        for other in boxes[:i]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top

    def distance(point: np.ndarray, name: str | None) -> float:
        """To a card, or to a disc: a card of no size with a margin of 17 around it, its radius."""
        (x, y), (left, top, right, bottom) = point, where[name]
        radius = 17 if str(name).startswith("op") else 0
        across = max(left + radius - x, x - right + radius, 0)
        down = max(top + radius - y, y - bottom + radius, 0)
        return math.hypot(across, down) - radius

    for edge in groups(root, "edge"):
        wire = edge.find(f"{SVG}path")
        assert wire is not None
        points = numbers(wire)
        assert len(points) % 3 == 1
        assert abs(distance(points[0], edge.get("data-tail"))) < 1.5
        assert distance(points[-1], edge.get("data-head")) == pytest.approx(7.0, abs=2.0)  # the arrowhead


def test_operands_of_a_difference_are_in_order() -> None:
    """In b - a, b is above a, also where a is used before; Graphviz by itself puts a above in both graphs."""
    a, b = Value(1.0, "a"), Value(2.0, "b")
    for root in (a.exp() * (b - a), (a + b) * (b - a)):
        picture = parse(draw(root))
        assert box(card(picture, "b"))[1] < box(card(picture, "a"))[1]


def test_a_thousand_nodes_are_drawn_and_more_than_can_be_read_are_refused() -> None:
    leaves = [Value(float(i)) for i in range(500)]
    total = leaves[0]
    for leaf in leaves[1:]:
        total = total * leaf
    assert len(groups(parse(draw(total)), "card")) == 999
    with pytest.raises(ValueError, match="999 nodes.*draw a part.*max_nodes"):
        draw(total, max_nodes=998)


# Labels are text


class Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


@pytest.mark.parametrize("label", AWKWARD)
def test_an_awkward_label_shows_as_itself(label: str) -> None:
    drawing = draw(Value(2.0, label) * Value(3.0, "w"), title=label)
    root = parse(drawing)
    shown = [g for g in groups(root, "card") if tip(g).startswith(label + "\n")]
    first = shown[0]
    assert texts(first)[0] == (label if len(label) <= 22 else label[:21] + "…")
    tags = Tags()
    tags.feed(drawing._repr_mimebundle_()["text/html"])
    assert tags.seen == {"div", "svg", "title", "desc", "style", "rect", "g", "path", "text"}


@pytest.mark.parametrize("label", AWKWARD)
def test_dot_shows_an_awkward_label_as_itself(label: str) -> None:
    """Graphviz's own SVG of our source is asked what it shows."""
    source = draw(Value(2.0, label), title="title").dot
    rendered = ET.fromstring(layout.run(source, "svg"))
    shown = [(t.text or "").replace("\N{NO-BREAK SPACE}", " ") for t in rendered.iter(f"{SVG}text")]
    visible = label if len(label) <= 22 else label[:21] + "…"
    assert shown == ["title", visible, "data", "2.0000", "grad", "—"]


def test_a_label_of_several_lines_has_several_lines() -> None:
    root = parse(draw(Value(1.0, "two\nlines")))
    assert texts(groups(root, "card")[0])[:3] == ["two", "lines", "data"]


def test_a_long_label_is_whole_in_its_tip() -> None:
    label = "weight of the first input of the second neuron " * 20
    (group,) = groups(parse(draw(Value(1.0, label))), "card")
    assert texts(group)[0] == label[:21] + "…"
    assert label in tip(group)


@hypothesis.given(st.text(max_size=60))
@hypothesis.example("\n")
@hypothesis.settings(max_examples=hypothesis.settings.default.max_examples // 10)
def test_any_label_at_all(label: str) -> None:
    drawing = draw(Value(2.0, label))
    (group,) = groups(parse(drawing), "card")
    if label and label.isprintable():
        assert tip(group).startswith(label + "\n")
    rendered = ET.fromstring(layout.run(drawing.dot, "svg"))
    shown = [(t.text or "").replace("\N{NO-BREAK SPACE}", " ") for t in rendered.iter(f"{SVG}text")]
    assert shown[-4:] == ["data", "2.0000", "grad", "—"]
    lines = texts(group)[:-4]  # Graphviz drops empty lines, so a space stands in them
    assert shown[:-4] == [line.replace("\N{NO-BREAK SPACE}", " ") or " " for line in lines]


def test_controls_are_written_out() -> None:
    (group,) = groups(parse(draw(Value(1.0, "bell\x07 \x00 \ud800 \u202e"))), "card")
    assert texts(group)[0] == r"bell\x07 \x00 � \u202e"
    assert r"\u202e" in tip(group)


# The drawing as a whole


def test_drawing_changes_nothing_and_keeps_its_numbers() -> None:
    o = neuron()
    nodes = autograd.topological_order(o)
    before = [(n.data, n.grad, n.label, n.op, n.parents, n.local_grads) for n in nodes]
    drawing = draw(o, local_grads=True)
    assert drawing.svg and drawing.dot and str(drawing)
    assert [(n.data, n.grad, n.label, n.op, n.parents, n.local_grads) for n in nodes] == before
    other = draw(o, local_grads=True)
    o.zero_grad()
    o.data = 100.0
    assert other.svg == drawing.svg


def test_a_notebook_gets_html_svg_and_text() -> None:
    shown = draw(neuron(), title="One neuron")._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/svg+xml", "text/plain"}
    assert shown["image/svg+xml"] in shown["text/html"]
    listing = shown["text/plain"].splitlines()
    assert listing[0] == "One neuron, 10 nodes, 5 operations, left to right:"
    assert re.fullmatch(r"  o = tanh\(n\) +data 0\.7071 +grad 1\.0000", listing[-1])


def test_the_picture_says_what_it_is_to_those_who_cannot_see_it() -> None:
    root = parse(draw(neuron(), title='The "first" <neuron>'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'The "first" <neuron>, 10 nodes, 5 operations, left to right'
    desc = root.find(f"{SVG}desc")
    assert desc is not None and "o = tanh(n)" in (desc.text or "")


@pytest.mark.parametrize("ending", ["svg", "png", "dot", "SVG"])
def test_save(ending: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    drawing = draw(neuron(), title="One neuron")
    target = tmp_path / f"graph.{ending}"
    target.write_text("an older picture")
    assert drawing.save(target) == target
    assert [path.name for path in tmp_path.iterdir()] == [target.name]  # nothing is left beside it
    if ending == "png":
        with Image.open(target) as picture:
            assert picture.format == "PNG"
            assert picture.width > 1500 and picture.height > 400
            pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
        largest, second = style.blend("negative", 1.0), style.blend("positive", math.sqrt(1 / 1.5))
        for colour, least in ((largest, 0.001), (second, 0.001), (style.LIGHT["canvas"], 0.3)):
            share = np.mean(np.all(pixels == [int(colour[i : i + 2], 16) for i in (1, 3, 5)], axis=1))
            assert least < share < 0.9, colour
    elif ending == "dot":
        plain = layout.run(target.read_text(encoding="utf-8"), "plain").decode()
        kinds = [line.split()[0] for line in plain.splitlines() if line]
        assert kinds.count("node") == 15 and kinds.count("edge") == 14
    else:
        assert target.read_text(encoding="utf-8") == drawing.svg


def test_a_png_of_a_long_chain_is_scaled_down(tmp_path) -> None:
    link = Value(0.5)
    for _ in range(60):
        link = link.sin()
    drawing = draw(link)
    assert drawing.layout.width > 9_000  # 18,000 dots at full size
    with Image.open(drawing.save(tmp_path / "chain.png")) as picture:
        assert 15_900 < picture.width <= 16_100


@pytest.mark.parametrize("sums", [2, 100, 149])
def test_the_searches_of_graphviz_are_bounded(sums) -> None:
    """One leaf feeds every sum of a chain: without bounds, 149 of them are not laid out in half an hour."""
    x = total = Value(0.5, "x")
    for _ in range(sums):
        total = total + x
    drawing = draw(total)
    attributes = re.search(r"graph \[(.*?)\]", drawing.dot)[1]
    assert {"nslimit", "nslimit1", "mclimit"} <= set(re.findall(r"(\w+)=", attributes))
    assert len(drawing.layout.centres) == 1 + 2 * sums and len(drawing.layout.curves) == 3 * sums


def test_pdf_without_dot_says_what_to_install(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match=r"PDF needs Graphviz's own `dot`.*apt install graphviz"):
        draw(neuron()).save(tmp_path / "graph.pdf")
    assert not list(tmp_path.iterdir())


def test_dot_on_path_comes_first(tmp_path, monkeypatch) -> None:
    """A stand-in for Graphviz's program answers with its arguments and what it was given to read."""
    program = tmp_path / "bin" / "dot"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nprint('%PDF-', sys.argv[1:], sys.stdin.read())\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    drawing = draw(Value(1.0, "x"))
    drawing.save(tmp_path / "graph.pdf")
    assert (tmp_path / "graph.pdf").read_text() == f"%PDF- ['-Kdot', '-Tpdf'] {drawing.dot}\n"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('out of ink')\n")
    with pytest.raises(RuntimeError, match="could not make plain: out of ink"):
        drawing.save(tmp_path / "graph.png")


def test_no_engine_at_all_says_how_to_get_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")

    def files(name: str) -> None:
        raise layout.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(layout.metadata, "files", files)
    drawing = draw(neuron())
    with pytest.raises(RuntimeError, match="pip install graphviz-pure.*apt install graphviz"):
        _ = drawing.svg
    drawing.save(tmp_path / "graph.dot")  # the source needs no engine
    assert [path.name for path in tmp_path.iterdir()] == ["graph.dot"]


@pytest.mark.parametrize("name", ["graph.jpg", "graph", "graph.svg.gz"])
def test_an_unknown_ending_is_refused(name: str, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.svg, \.png, \.pdf or \.dot"):
        draw(Value(1.0)).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="no folder .*missing"):
        draw(Value(1.0)).save(tmp_path / "missing" / "graph.svg")


def test_a_save_that_fails_leaves_the_older_file(tmp_path, monkeypatch) -> None:
    target = tmp_path / "graph.svg"
    target.write_text("an older picture")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        draw(Value(1.0)).save(target)
    assert target.read_text() == "an older picture"
    assert [path.name for path in tmp_path.iterdir()] == ["graph.svg"]


@pytest.mark.parametrize("root", [3.0, np.ones(3), None, "loss", [], [Value(1.0), 2.0], Value])
def test_what_is_no_node_is_refused(root: object) -> None:
    with pytest.raises(TypeError, match="expected a Value or a Tensor.*draw the node"):
        draw(root)


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="draw: direction is 'BT'; expected 'LR' or 'TB'"):
        draw(Value(1.0), direction="BT")
