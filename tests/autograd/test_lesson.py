"""The lesson: both passes as data, against backward() and numbers worked out by hand."""

import json
import math
import operator
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor, Value, no_grad, stepper
from autograd.languages.javascript import JavaScript, complete
from autograd.show.folding import folds
from autograd.show.lesson import names_of, read_lesson, shown
from autograd.show.page import page
from autograd.show.page.program_script import forward
from autograd.typed.script import script


def karpathy():
    x1, x2, w1, w2 = Value(2.0, "x1"), Value(0.0, "x2"), Value(-3.0, "w1"), Value(1.0, "w2")
    b = Value(6.8813735870195432, "b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


def by_name(lesson, numbers):
    return {node.name: number for node, number in zip(lesson.nodes, numbers)}


def test_a_position_shows_what_is_known_then_and_a_dash_for_the_rest():
    lesson = read_lesson(karpathy())
    assert lesson.last == 11 and [lesson.phase(p) for p in (0, 1, 5, 6, 7, 11)] == [
        "start", "forward", "forward", "seed", "backward", "backward",
    ]  # fmt: skip
    known = [sum(x is not None for x in lesson.data(p)) for p in range(12)]
    assert known == [5, 6, 7, 8, 9, 10, 10, 10, 10, 10, 10, 10]
    assert all(grad is None for grad in lesson.grads(5))
    assert by_name(lesson, lesson.grads(6))["o"] == 1.0
    assert by_name(lesson, lesson.grads(7))["n"] == pytest.approx(0.5)
    at_end = by_name(lesson, lesson.grads(11))
    for name, grad in {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0}.items():
        assert at_end[name] == pytest.approx(grad, abs=1e-12)
    assert (shown(None), shown(0.0)) == ("—", "0.0000")


def test_the_current_node_goes_forward_and_then_back_the_same_way():
    lesson = read_lesson(karpathy())
    forward = [lesson.current(p) for p in range(1, 6)]
    assert [lesson.current(p) for p in range(7, 12)] == forward[::-1]
    assert lesson.current(0) is None and lesson.current(6) == lesson.root == forward[-1]


@st.composite
def graphs(draw):
    """A random graph with shared nodes: leaves, and a root that depends on some of them."""
    nodes = [Value(draw(st.floats(0.1, 2.0)), f"x{i}") for i in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(1, 12))):
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        step = draw(st.sampled_from(["add", "mul", "tanh", "sub", "dot", "scaled"]))
        nodes.append(
            {
                "add": lambda a, b: a + b,
                "mul": lambda a, b: a * b,
                "sub": lambda a, b: a - b,
                "tanh": lambda a, b: a.tanh(),
                "dot": lambda a, b: autograd.dot([a, b], [b, a]),
                "scaled": lambda a, b: 0.5 * a,
            }[step](a, b)
        )
    return nodes[-1] if nodes[-1].parents else nodes[-1] * 1.0


@given(graphs())
def test_every_number_is_what_backward_gives_bit_for_bit(root):
    lesson = read_lesson(root)
    root.backward()
    for node, value, grad in zip(lesson.graph, lesson.data(lesson.last), lesson.grads(lesson.last)):
        assert value == node.data and grad == node.grad
    running = {}
    for contribution in lesson.contributions(lesson.last):
        assert contribution.amount == contribution.upstream * contribution.local_grad
        assert contribution.before == running.get(contribution.parent)
        running[contribution.parent] = contribution.after


def test_the_gradients_of_the_graph_stay_as_they_were():
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    read_lesson(y)
    assert (x.grad, y.grad) == (6.0, 1.0)
    assert by_name(lesson := read_lesson(y), lesson.grads(lesson.last))["x"] == 6.0  # not 12


def test_they_stay_also_where_the_walk_fails():
    x, v = Value(1e200, "x"), Value(1.0, "v")
    x.grad, v.grad = 7.0, -2.0
    root = (x * 1e200 * v).tanh()  # tanh(inf) is flat: gradient 0, which meets the infinite x * 1e200
    with pytest.raises(ValueError, match="nan"):
        read_lesson(root)
    assert (x.grad, v.grad, root.grad) == (7.0, -2.0, None)


def test_names_are_labels_or_counted_and_no_two_are_the_same():
    a, b = Value(1.0, "v1"), Value(2.0, "v1")
    c = a * b
    names = list(names_of([a, b, c, c + 1.0]).values())
    assert names[:2] == ["v1", "v1#2"] and len(set(names)) == 4 and names[2] == "v2"


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>", 'a"b', "back\\slash", "two\nlines", "λ", "⟦0⟧"]
)
def test_any_label_is_a_name_and_leaves_templates_alone(label):
    x = Value(2.0, label)
    lesson = read_lesson(x * 3.0)
    assert lesson.in_numbers(lesson.nodes[lesson.root].expression) == "2.0000 * 3.0"
    assert lesson.in_symbols("⟦0⟧") == lesson.nodes[0].name
    text = page(lesson)
    assert "<script>alert" not in text
    data = json.loads(re.search(r'id="lesson">(.*?)</script>', text, re.S)[1])
    assert data["nodes"][0]["name"] == lesson.nodes[0].name


@pytest.mark.parametrize(
    ("root", "error", "says"),
    [
        (
            lambda: Tensor([1.0]),
            TypeError,
            r"root is Tensor\(.*; expected the Value.*a Tensor holds an array",
        ),
        (lambda: 3.0, TypeError, "stepper: root is 3.0; expected the Value"),
        (lambda: no_grad()(lambda: Value(1.0) * 2.0)(), ValueError, "is a constant"),
        (lambda: sum((Value(1.0) for _ in range(3000)), Value(0.0)), ValueError, "max_nodes"),
    ],
)
def test_what_cannot_be_stepped_is_refused(root, error, says):
    with pytest.raises(error, match=says):
        stepper(root())


def test_a_single_leaf_is_a_lesson_too():
    lesson = read_lesson(Value(2.0, "x"))
    assert lesson.last == 1 and lesson.grads(1) == [1.0]
    assert "id=" in page(lesson)


def test_parameters_are_marked_and_must_be_leaves():
    o = karpathy()
    leaves = {node.label: node for node in o.parents[0].parents[0].parents[0].parents}
    lesson = read_lesson(o, parameters=[leaves["w1"]])
    assert [node.name for node in lesson.nodes if node.trained] == ["w1"]
    with pytest.raises(TypeError, match="is not a leaf"):
        read_lesson(o, parameters=[o])
    assert sum(node.trained for node in read_lesson(o).nodes) == 5


def test_formulas_in_symbols_and_in_numbers():
    lesson = read_lesson(karpathy())
    inner = {node.name: node for node in lesson.nodes}
    assert lesson.in_symbols(inner["o"].partials[0]) == "1.0 - o * o"
    assert lesson.in_numbers(inner["o"].partials[0]) == "1.0 - 0.7071 * 0.7071"
    assert lesson.in_numbers(inner["v1"].expression) == "2.0000 * (-3.0000)"
    assert lesson.in_numbers(inner["v1"].partials[0]) == "-3.0000"


def test_an_operation_without_formula_is_named_and_the_page_says_what_cannot_be_changed():
    lumpy = autograd.define("lumpy", lambda x: math.cos(float(x)), lambda out, x: -math.sin(float(x)))
    lesson = read_lesson(lumpy(Value(0.5, "x")))
    assert lesson.nodes[-1].partials == ("∂lumpy/∂1",)
    with pytest.raises(ValueError, match="lumpy"):
        forward(lesson)
    assert "Numbers cannot be changed here" in page(lesson)


def test_javascript_never_writes_what_only_python_reads():
    x = JavaScript("x")
    assert str(operator.neg(-x)) == "-(-x)"  # --x is a decrement there
    assert str(-(x**2.0)) == "-Math.pow(x, 2.0)"
    assert (
        str(autograd.where(x > 0.0, 1.0, autograd.where(x < 0.0, x, 2.0)))
        == "x > 0.0 ? 1.0 : x < 0.0 ? x : 2.0"
    )


def test_what_can_be_called_are_the_rows_that_have_a_formula():
    partials = (lambda out, var, new: var / out, lambda out, var, new: new / out)  # words of JavaScript
    autograd.define("hypotenuse", lambda var, new: autograd.sqrt(var**2 + new**2), partials, symbol="h³")
    autograd.define("lumpy", lambda x: math.floor(x), lambda out, x: 0.0 * x)
    text = script()
    assert "\nhypotenuse: rows.hypotenuse,\n" in text
    assert "hypotenuse: (x, y) => Math.sqrt(" in complete(text)
    assert "lumpy" not in text and "h³" not in text
    for name in autograd.ops.ELEMENTWISE:
        assert (f"\n{name}: " in text) == (name != "lumpy"), name


def test_a_network_folds_into_its_layers_and_neurons():
    model = nn.MLP(3, [5, 4, 1], "tanh")
    loss = nn.mse([model([Value(0.1, "a"), Value(0.2, "b"), Value(0.3, "c")])], [1.0])
    lesson = read_lesson(loss)
    boxes = folds(lesson)
    layers = [box for box in boxes if box.head is None]
    assert [box.title for box in layers] == ["5 × tanh", "4 × tanh"]
    # 3 weights and a bias, 3 products, 2 sums and the bias's, the activation
    assert [len(box.members) for box in boxes if box.up == 0] == [4 + 3 + 3 + 1] * 5
    assert [len(box.members) for box in layers] == [55, 4 * (6 + 5 + 5 + 1)]
    for box in boxes:
        if box.up is not None:
            assert box.members < boxes[box.up].members


def test_examples_in_a_batch_fold_together():
    model = nn.MLP(2, [3, 1], "relu")
    loss = nn.mse([model([Value(0.1 * i), Value(0.2)]) for i in range(1, 4)], [1.0] * 3)
    assert [box.title for box in folds(read_lesson(loss)) if box.up is None][0] == "9 × relu"


@given(graphs())
def test_boxes_never_overlap_except_inside_each_other(root):
    boxes = folds(read_lesson(root))
    for i, box in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert not box.members & other.members or other.members <= box.members


def data_of(text):
    return json.loads(re.search(r'id="lesson">(.*?)</script>', text, re.S)[1])


def test_a_page_folds_above_the_stated_size_and_says_so():
    model = nn.MLP(2, [4, 1], "tanh")
    out = model([Value(0.5, "x0"), Value(-1.0, "x1")])
    assert len(data_of(stepper(out).html)["views"]) == 1
    data = data_of(stepper(out, fold_above=10).html)
    assert "folded" in data["notice"]
    names = [set(re.findall(r"data-name='(\w+)'", view["svg"])) for view in data["views"]]
    everywhere = set().union(*names)
    assert {f"n{index}" for index in range(len(data["nodes"]))} <= everywhere  # nothing is lost in a box
    for number, view in enumerate(data["views"]):
        if view["up"] is not None:
            assert f"v{number}" in names[view["up"]]  # and every box can be reached


def test_a_page_is_one_small_file_that_asks_for_nothing(tmp_path):
    path = stepper(karpathy()).save(tmp_path / "neuron.html")
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < 100_000
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", text) and "@import" not in text
    assert "default-src 'none'" in text
    with pytest.raises(ValueError, match="must end in .html"):
        stepper(karpathy()).save(tmp_path / "neuron.txt")
    with pytest.raises(FileNotFoundError, match="no folder"):
        stepper(karpathy()).save(tmp_path / "nowhere" / "neuron.html")
    assert [file.name for file in tmp_path.iterdir()] == ["neuron.html"]


def test_a_notebook_gets_a_frame_that_may_only_run_its_own_script():
    bundle = stepper(karpathy())._repr_mimebundle_()
    assert 'sandbox="allow-scripts"' in bundle["text/html"] and "srcdoc=" in bundle["text/html"]
    assert bundle["text/plain"].startswith("<Stepper: o, 10 nodes")
