"""The film of a training run: what it records, judges and saves, against the engine and PyTorch."""

import base64
import json
import math
import os
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Tensor, Value
from autograd.show.film import Film, film
from autograd.show.film.document import doubles, halves
from autograd.show.film.network import read
from autograd.show.film.thinned import Thinned

POINTS = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.0, 0.1], [-1.0, -1.0]]
TARGETS = [1.0, -1.0, 1.0, -1.0, 1.0]


def train(recorded: Film | None, model: Any, steps: int, lr: float = 0.1, loss: Any = nn.mse) -> list[float]:
    """The textbook's loop; returns the losses."""
    optimizer = nn.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        total = loss([model(point) for point in POINTS], TARGETS)
        optimizer.zero_grad()
        total.backward()
        if recorded is not None:
            recorded.record(total)
        optimizer.step()
        losses.append(total.data)
    return losses


def data_of(recorded: Film) -> dict[str, Any]:
    """The page's JSON, read as strictly as a browser reads it: no NaN, no Infinity."""
    found = re.search(r'<script type="application/json" id="film">(.*?)</script>', recorded.html, re.DOTALL)
    assert found

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    data: dict[str, Any] = json.loads(found[1], parse_constant=refuse)
    return data


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f8")


def unpacked_halves(text: str) -> np.ndarray:
    words = np.frombuffer(base64.b64decode(text), "<u4").astype(np.uint64)
    return (words << np.uint64(32)).view(np.float64)


# ---- what is recorded


def test_each_frame_is_the_model_of_that_moment() -> None:
    model = nn.MLP(2, [4, 3, 1], "tanh", rng=1)
    recorded = film(model, POINTS, TARGETS, loss=nn.mse, title="moments")
    optimizer = nn.Adam(model.parameters(), lr=0.05)
    seen = []
    for _ in range(7):
        loss = nn.mse([model(point) for point in POINTS], TARGETS)
        optimizer.zero_grad()
        loss.backward()
        recorded.record(loss)
        # nn names them layer by layer, neuron by neuron, weights first: the order that a film keeps
        seen.append((loss.data, [(p.data, p.grad) for p in model.parameters()]))
        optimizer.step()
    assert [frame.step for frame in recorded.frames] == list(range(7))
    for frame, (loss, pairs) in zip(recorded.frames, seen):
        assert frame.loss == loss
        assert frame.parameters.tolist() == [data for data, _ in pairs]
        assert frame.gradient.tolist() == [grad for _, grad in pairs]
    data = data_of(recorded)
    parameters = unpacked(data["parameters"]).reshape(7, -1)
    gradients = unpacked_halves(data["gradients"]).reshape(7, -1)
    assert parameters.tolist() == [[data for data, _ in pairs] for _, pairs in seen]  # every digit
    np.testing.assert_allclose(gradients, [[grad for _, grad in pairs] for _, pairs in seen], rtol=5e-7)
    assert unpacked(data["losses"]).tolist() == [loss for loss, _ in seen]
    assert data["title"] == "moments" and data["steps"] == list(range(7)) and data["loss"] == "mse"
    assert [(layer["inputs"], layer["activations"]) for layer in data["layers"]] == [
        (2, ["tanh"] * 4), (4, ["tanh"] * 3), (3, ["linear"]),
    ]  # fmt: skip


def test_recording_changes_nothing() -> None:
    alone, filmed = nn.MLP(2, [5, 1], rng=3), nn.MLP(2, [5, 1], rng=3)
    recorded = film(filmed, POINTS, TARGETS, loss=nn.mse)
    assert train(None, alone, 20) == train(recorded, filmed, 20)
    before = [(p.data, p.grad) for p in filmed.parameters()]
    assert recorded.html and str(recorded)
    assert [(p.data, p.grad) for p in filmed.parameters()] == before
    assert [p.data for p in alone.parameters()] == [p.data for p in filmed.parameters()]


def test_a_gradient_that_was_not_computed_is_none_and_not_0() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    recorded = film(model, POINTS)
    recorded.record(1.5)  # nothing has been walked yet
    assert np.isnan(recorded.frames[0].gradient).all()
    assert all(math.isnan(norm) for norm in recorded.gradient_norms(recorded.frames[0]))
    assert np.isnan(unpacked_halves(data_of(recorded)["gradients"])).all()


@pytest.mark.parametrize("dot", [False, True])
def test_any_object_with_these_parts_will_do(dot: bool) -> None:
    """Not the classes of nn, but what they have."""
    inner = nn.MLP(2, [3, 2], "relu", dot=dot, rng=0)
    model = SimpleNamespace(
        layers=[
            SimpleNamespace(
                neurons=[
                    SimpleNamespace(weights=n.weights, bias=n.bias, activation=n.activation)
                    for n in layer.neurons
                ]
            )
            for layer in inner.layers
        ]
    )
    recorded = film(model, POINTS, [0, 1, 0, 1, 0])
    recorded.record(0.0)
    assert str(recorded.network) == "2-3-2"
    np.testing.assert_array_equal(recorded.frames[0].parameters, [p.data for p in inner.parameters()])


# ---- what is worked out


@pytest.mark.parametrize("name", [None, *nn.activations.known()])
def test_the_forward_pass_is_the_models(name: str | None) -> None:
    model = nn.MLP(2, [4, 3], name, rng=5)
    for parameter in model.parameters():
        parameter.data = (abs(parameter.data) + 0.1) / 8  # inside every activation's domain
    network, values = read(model)
    x = np.abs(POINTS) + 0.5
    outputs = network.forward(np.array([value.data for value in values]), x)[-1]
    expected = [[value.data for value in model(point)] for point in x.tolist()]
    np.testing.assert_allclose(outputs, expected, rtol=1e-12)


def test_gradient_norms(torch: ModuleType) -> None:
    model = nn.MLP(2, [4, 3, 1], "tanh", rng=2)
    recorded = film(model, POINTS, TARGETS)
    train(recorded, model, 1)
    frame = recorded.frames[0]
    layers, x = [], torch.tensor(POINTS)
    begin = 0
    for inputs, outputs in ((2, 4), (4, 3), (3, 1)):
        end = begin + outputs * (inputs + 1)
        matrix = torch.tensor(frame.parameters[begin:end]).reshape(outputs, inputs + 1)
        layers.append(matrix.requires_grad_())
        x = x @ matrix[:, :-1].T + matrix[:, -1]
        x = x if outputs == 1 else torch.tanh(x)
        begin = end
    torch.nn.functional.mse_loss(x[:, 0], torch.tensor(TARGETS)).backward()
    expected = [float(matrix.grad.norm()) for matrix in layers]
    assert recorded.gradient_norms(frame) == pytest.approx(expected, rel=1e-10)


def test_norms_of_what_no_float_can_square() -> None:
    model = nn.MLP(2, [1], rng=0)
    recorded = film(model)
    for gradients, norm in (
        ((3e200, 4e200, 0.0), 5e200),
        ((3e-200, 0.0, 4e-200), 5e-200),
        ((0.0, 0.0, 0.0), 0.0),
        ((1.0, math.inf, 2.0), math.inf),
        ((3.0, None, 4.0), 5.0),
    ):
        for parameter, gradient in zip(model.parameters(), gradients):
            parameter.grad = gradient
        recorded.record(0.0)
        assert recorded.gradient_norms(recorded.frames[-1]) == [pytest.approx(norm, rel=1e-12)]


def test_dead_relus_are_those_that_are_0_everywhere() -> None:
    """Compared with the engine, neuron by neuron and example by example."""
    checked = 0
    for seed in range(6):
        model = nn.MLP(2, [8, 8, 1], rng=seed)
        for layer in model.layers[:2]:
            for neuron in layer.neurons[::2]:
                neuron.bias.data = -1.0 - seed / 2
        recorded = film(model, POINTS, TARGETS)
        network = recorded.network
        train(recorded, model, 1)
        expected = []
        for frame in recorded.frames:
            inputs: Any = POINTS
            for index, layer in enumerate(model.layers[:2]):
                _restore(model, frame.parameters)
                outs = [[neuron(x).data for neuron in layer.neurons] for x in inputs]
                expected += [(index, j) for j in range(8) if not any(out[j] for out in outs)]
                inputs = outs
            assert recorded.dead(frame) == expected
            for index, j in expected:
                neuron = model.layers[index].neurons[j]
                assert all(not parameter.grad for parameter in (*neuron.weights, neuron.bias))
            numbers = [8 * index + j for index, j in expected]
            assert network.off(frame.parameters, frame.gradient, np.array(POINTS)) == (numbers, [])
        checked += len(expected)
    assert checked > 10


def _restore(model: Any, parameters: np.ndarray) -> None:
    for parameter, number in zip(model.parameters(), parameters.tolist()):
        parameter.data = number


def test_a_relu_that_something_still_moves_is_silent_and_not_dead() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    for neuron in model.layers[0].neurons:
        neuron.bias.data = -50.0
    recorded = film(model, POINTS, TARGETS)
    penalty = 0.01 * autograd.dot(model.parameters(), model.parameters())
    loss = nn.mse([model(point) for point in POINTS], TARGETS) + penalty
    loss.backward()
    recorded.record(loss)
    data = data_of(recorded)
    assert recorded.dead(recorded.frames[0]) == [] and data["dead"] == [[]] and data["silent"] == [[0, 1]]


@pytest.mark.parametrize("name", ["tanh", "leaky_relu", "sigmoid"])
def test_only_relus_die(name: str) -> None:
    model = nn.MLP(2, [3, 1], name, rng=0)
    for neuron in model.layers[0].neurons:
        neuron.bias.data = -1000.0  # sigmoid gives 0.0 there
    recorded = film(model, POINTS)
    recorded.record(0.0)
    assert recorded.dead(recorded.frames[0]) == []


def test_the_backward_pass_begins_with_each_examples_own_loss(torch: ModuleType) -> None:
    functional = torch.nn.functional
    for loss, targets, size, oracle in (
        (nn.mse, TARGETS, 1, lambda out, t: functional.mse_loss(out[0], torch.tensor(t))),
        (nn.hinge, TARGETS, 1, lambda out, t: torch.relu(1 - out[0] * t)),
        (nn.cross_entropy, [0, 2, 1, 2, 0], 3, lambda out, t: functional.cross_entropy(out, torch.tensor(t))),
    ):
        model = nn.MLP(2, [4, size], "tanh", rng=4)
        recorded = film(model, POINTS, targets, loss=loss)
        recorded.record(0.0)
        seeds = unpacked_halves(data_of(recorded)["seeds"]).reshape(len(POINTS), size)
        for point, target, seed in zip(POINTS, targets, seeds):
            outputs = model(point)
            numbers = [out.data for out in (outputs if size > 1 else [outputs])]
            leaf = torch.tensor(numbers, requires_grad=True)
            oracle(leaf, target).backward()
            np.testing.assert_allclose(seed, leaf.grad.numpy(), rtol=1e-6, atol=1e-12)


@given(st.floats(allow_nan=True, allow_infinity=True))
@example(1.7976931348623157e308)  # the largest: it must not become inf
@example(-1.79769e308)
@example(5e-324)
@example(np.uint64(0x7FF0000000000001).view(np.float64).item())  # a nan whose upper half is that of inf
def test_halves_keep_six_digits_and_every_exponent(number: float) -> None:
    (back,) = unpacked_halves(halves([number]))
    if math.isnan(number):
        assert math.isnan(back)
    elif math.isinf(number):
        assert back == number
    else:
        exact = 5e-7 if abs(number) < 1.797e308 else 1e-6  # there is nothing above to round to
        assert abs(back - number) <= max(exact * abs(number), 1e-313)  # the smallest have fewer digits
    (whole,) = unpacked(doubles([number]))
    assert whole == number or math.isnan(number) and math.isnan(whole)


# ---- long runs, large networks, many examples


@given(st.integers(2, 40), st.integers(0, 500))
def test_a_long_run_is_thinned_evenly(most: int, count: int) -> None:
    run: Thinned[int] = Thinned(most)
    for step in range(count):
        run.append(step)
        assert len(run) <= most
    kept = list(run)
    assert len(kept) == len(run) and run.appended == count
    if not count:
        assert kept == []
        return
    assert kept[0] == 0 and kept[-1] == count - 1
    gaps = {after - before for before, after in zip(kept[:-1], kept[1:-1])}
    assert gaps <= {run.every} and kept[:-1] == list(range(0, count, run.every))[: len(kept) - 1]
    assert len(kept) > (most - 1) / 2 or run.every == 1  # no thinner than it must be


def test_a_long_run_says_that_it_was_thinned() -> None:
    model = nn.MLP(1, [1], rng=0)
    recorded = film(model)
    for step in range(1000):
        recorded.record(step)
    data = data_of(recorded)
    assert recorded.steps == 1000 and len(recorded.frames) <= 300
    assert data["steps"][0] == 0 and data["steps"][-1] == 999 and data["recorded"] == 1000
    assert data["notices"][0] == "Of 1,000 steps, one in 4 is kept, and the last."
    assert unpacked(data["losses"]).tolist() == data["steps"]  # the loss was the step
    assert data["curve"]["steps"] == list(range(1000))  # every loss is in the curve
    assert data_of(film(model, [[1.0]]))["notices"] == []
    assert data_of(film(model))["notices"] == ["No activations and no plane, since there are no examples."]


def test_the_page_stays_small() -> None:
    model = nn.MLP(2, [16, 16, 1], dot=True, rng=0)
    rng = np.random.default_rng(0)
    points, targets = rng.normal(size=(100, 2)), rng.choice([-1, 1], 100)
    recorded = film(model, points, targets, loss=nn.hinge)
    parameters = model.parameters()
    for step in range(50):  # each adds as much
        for parameter in parameters:
            parameter.data, parameter.grad = rng.normal(), rng.normal()
        recorded.record(step)
        if step == 0:
            first = len(recorded.html.encode())
    assert len(recorded.frames) == 50
    assert first + 199 / 49 * (len(recorded.html.encode()) - first) < 1_500_000  # of 200 frames


def test_many_examples_are_sampled_and_it_is_said() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    points = [[float(i), 0.0] for i in range(5001)]
    recorded = film(model, points, [float(i) for i in range(5001)])
    recorded.record(0.0)
    data = data_of(recorded)
    assert data["notices"] == ["Of 5,001 examples, 200 are drawn; 2,000 are used to find dead relus."]
    drawn = [x for x, _ in data["examples"]]
    assert len(drawn) == 200 and drawn[0] == 0 and drawn[-1] == 5000 and drawn == sorted(drawn)
    assert data["targets"] == drawn and max(np.diff(drawn)) <= 28  # 5000 / 199, and rounding twice
    own = film(model, points, [float(i) for i in range(5001)], loss=nn.mse)
    own.record(0.0)
    seeds = unpacked_halves(data_of(own)["seeds"])
    expected = [2 * (model([x, 0.0]).data - x) for x in drawn]  # the target of each is its x
    np.testing.assert_allclose(seeds, expected, rtol=1e-6)


def test_a_network_that_nobody_could_see_is_refused() -> None:
    with pytest.raises(ValueError, match=r"film: the network has 5,101 parameters.*smaller"):
        film(nn.MLP(1, [1700, 1], rng=0))


# ---- numbers that have left the range of floats, and other ends


def test_an_exploded_run_is_saved_as_it_is(tmp_path: Path) -> None:
    model = nn.MLP(2, [3, 3, 1], rng=0)
    recorded = film(model, POINTS, TARGETS, loss=nn.mse)
    numbers = [0.5, 1e200, -1e308, math.inf, -math.inf]
    for number in numbers:
        for index, parameter in enumerate(model.parameters()):
            parameter.data = number if index % 2 else 0.25
            parameter.grad = -number if index % 3 else None
        recorded.record(number)
    recorded.record(math.nan)  # a loss alone may be nan: a Value never is
    numbers.append(math.nan)
    saved = recorded.save(tmp_path / "film.html")
    assert saved.read_text(encoding="utf-8") == recorded.html
    data = data_of(recorded)
    np.testing.assert_array_equal(unpacked(data["losses"]), numbers)
    np.testing.assert_array_equal(
        unpacked(data["parameters"]), np.concatenate([frame.parameters for frame in recorded.frames])
    )
    assert "nan" in str(recorded) and "inf" in str(recorded)


def test_an_empty_film_and_one_of_one_frame() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    recorded = film(model, POINTS, TARGETS, loss=nn.mse)
    assert data_of(recorded)["steps"] == [] and recorded.frames == [] and "0 steps" in repr(recorded)
    assert str(recorded) == "A 2-2-1 network learns: a 2-2-1 network, 9 parameters, 0 steps"
    recorded.record(1.0)
    assert data_of(recorded)["steps"] == [0] and repr(recorded).endswith("1 step>")


def test_an_activation_without_a_formula_is_left_out_and_it_is_said() -> None:
    autograd.define("floor_of_film", math.floor, lambda out, x: 0.0, on_array=np.floor)
    model = nn.MLP(2, [2, 1], "floor_of_film", rng=0)
    recorded = film(model, POINTS, TARGETS, loss=nn.mse)
    recorded.record(1.0)
    data = data_of(recorded)
    assert "floor_of_film has no formula" in data["unknown"] and data["unknown"] in data["notices"][0]
    assert data["seeds"] == ""
    np.testing.assert_array_equal(unpacked(data["parameters"]), recorded.frames[0].parameters)


def test_text_is_text() -> None:
    title = 'one </script><script>alert(1)</script> & <!--LESSON--> /*SCRIPT*/ "two" \u202e'
    recorded = film(nn.MLP(1, [1], rng=0), title=title, note=f"on two\n    lines {title}")
    recorded.record(1.0)
    shown = title.replace("\u202e", r"\u202e")  # what would turn the line around
    assert data_of(recorded)["title"] == shown and data_of(recorded)["note"] == f"on two lines {shown}"
    html = recorded.html
    assert html.count("<script") == 2 and html.count("</script>") == 2  # data, program
    assert "alert(1)" not in html.split('id="film"')[0].replace("&lt;script&gt;alert(1)", "")
    assert re.search(r"https?:", html.replace("http://www.w3.org/2000/svg", "")) is None
    assert "default-src 'none'" in html


def test_the_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = film(nn.MLP(1, [1], rng=0))
    path = recorded.save(tmp_path / "film.html")
    old = path.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    recorded.record(1.0)
    with pytest.raises(KeyboardInterrupt):
        recorded.save(path)
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["film.html"]


def test_where_it_is_saved(tmp_path: Path) -> None:
    recorded = film(nn.MLP(1, [1], rng=0))
    with pytest.raises(ValueError, match="must end in .html"):
        recorded.save(tmp_path / "film.svg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        recorded.save(tmp_path / "nowhere" / "film.html")
    assert os.listdir(tmp_path) == []


def test_in_a_notebook() -> None:
    recorded = film(nn.MLP(2, [2, 1], rng=0), POINTS, title="a & b")
    recorded.record(0.25)
    bundle = recorded._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].startswith('<iframe title="a &amp; b" sandbox="allow-scripts" srcdoc="')
    assert bundle["text/plain"] == str(recorded)
    lines = bundle["text/plain"].splitlines()
    assert lines[0] == "a & b: a 2-2-1 network, 9 parameters, 1 step" and "0.25" in lines[2]


# ---- what is refused, and how


def test_what_is_no_network_is_told_what_is_expected() -> None:
    neuron = SimpleNamespace(weights=[Value(1.0)], bias=Value(0.0), activation=None)

    def of(*layers: list[Any]) -> Any:
        return SimpleNamespace(layers=[SimpleNamespace(neurons=layer) for layer in layers])

    def odd(**change: Any) -> Any:
        return SimpleNamespace(**{**vars(neuron), **change})

    for model, said in (
        (None, "the model, of type NoneType, has no list .layers"),
        (nn.Neuron(2), "of type Neuron, has no list .layers"),
        (of(), "of type SimpleNamespace, has no list .layers with something in it"),
        (of([]), "layer 0 has no list .neurons"),
        (of([odd(weights=[])]), "has no list .weights"),
        (of([odd(weights=[1.0])]), "a weight or bias is 1.0"),
        (of([odd(bias=None)]), "a weight or bias is None"),
        (of([odd(activation="swoosh")]), "an activation is 'swoosh'"),
        (of([odd(activation="mul")]), "an activation is 'mul'"),
        (of([SimpleNamespace(weights=[Value(1.0)], bias=Value(0.0))]), "an activation is ''"),
        (
            of([neuron], [odd(weights=[Value(1.0), Value(2.0)])]),
            "layer 1 has 2 weights for 1 inputs",
        ),
        (of([neuron, odd(weights=[Value(1.0), Value(2.0)])]), "layer 0 has 2 weights for 1 inputs"),
    ):
        with pytest.raises(TypeError, match=re.escape(said)) as refused:
            film(model)
        assert "nn.MLP" in str(refused.value)
    for model in (nn.MLP(2, [2, 1]).vectorized(), nn.Linear(2, 1)):
        with pytest.raises(TypeError, match="are Tensors.*film the nn.MLP itself"):
            film(model)


def test_a_model_that_is_more_than_its_layers_is_refused() -> None:
    class Skip(nn.MLP):
        def __call__(self, x: Any) -> Any:
            return super().__call__(x) + x[0]

    with pytest.raises(ValueError, match="its layers and nothing more"):
        film(Skip(2, [2, 1], rng=0), POINTS)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"examples": [1.0, 2.0]}, ValueError, r"of shape \(2,\); expected \(2, 2\)"),
        ({"examples": [[1.0, 2.0, 3.0]]}, ValueError, r"expected \(1, 2\)"),
        ({"examples": [[1.0, 2.0], [3.0]]}, TypeError, "examples is .*lists of equal lengths"),
        ({"examples": [[1.0, math.nan]]}, ValueError, "inf or nan"),
        ({"examples": [["a", "b"]]}, TypeError, "examples is .*expected real numbers"),
        ({"examples": [[Value(1.0), Value(2.0)]]}, TypeError, "examples is .*expected real numbers"),
        ({"targets": [1.0]}, ValueError, r"targets are of shape \(1,\); expected \(5,\)"),
        ({"targets": None, "loss": nn.mse}, ValueError, "no targets"),
        ({"loss": lambda out, target: 3.0}, TypeError, "expected a Value"),
        ({"loss": 3.0}, TypeError, "loss is 3.0; expected a function"),
        ({"title": 3}, TypeError, "title is 3; expected a string"),
        ({"note": None}, TypeError, "note is None; expected a string"),
        ({"level": math.inf}, ValueError, "level is inf"),
        ({"level": "half"}, TypeError, "level is 'half'"),
    ],
)
def test_a_wrong_argument_is_refused_at_once(change: dict[str, Any], error: type, said: str) -> None:
    arguments = {"examples": POINTS, "targets": TARGETS} | change
    with pytest.raises(error, match=said):
        film(nn.MLP(2, [2, 1], rng=0), **arguments)


def test_the_level_is_midway_between_the_targets() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    assert film(model, POINTS, TARGETS).examples.level == 0
    assert film(model, POINTS, [0, 1, 0, 1, 1]).examples.level == 0.5
    assert film(model, POINTS, TARGETS, level=0.25).examples.level == 0.25
    assert film(model, POINTS).examples.level == 0
    column = film(model, np.array(POINTS), np.array(TARGETS)[:, None], loss=nn.mse)  # (N, 1) is (N,) here
    assert column.examples.targets == TARGETS


def test_another_architecture_in_the_middle_is_refused() -> None:
    model = nn.MLP(2, [2, 1], rng=0)
    recorded = film(model, POINTS)
    recorded.record(1.0)
    wider = nn.MLP(2, [3, 1], rng=0)
    model.layers = wider.layers
    with pytest.raises(ValueError, match=r"record: the model is 2-3-1 .* now, but was 2-2-1"):
        recorded.record(1.0)
    model.layers = nn.MLP(2, [2, 1], "tanh", rng=0).layers
    with pytest.raises(ValueError, match=r"2-2-1 \(tanh, linear\) now, but was 2-2-1 \(relu, linear\)"):
        recorded.record(1.0)
    model.layers = nn.MLP(2, [2, 1], rng=5).layers  # other Values, the same architecture
    recorded.record(1.0)
    assert recorded.steps == 2


@pytest.mark.parametrize("loss", [None, "0.5", True, [1.0], Tensor([1.0])])
def test_a_loss_is_a_number(loss: Any) -> None:
    recorded = film(nn.MLP(2, [2, 1], rng=0))
    with pytest.raises(TypeError, match="record: the loss is"):
        recorded.record(loss)
    assert recorded.steps == 0
