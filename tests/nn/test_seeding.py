"""Layers built without ``rng``: each starts differently, and the same in every run."""

import copy
import inspect
import multiprocessing
import os
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

import nn
from autograd import Value
from nn.seeding import own_generator

# How to build each layer that draws, and the numbers it drew.


def weights(layer):
    return [p.data.tolist() for p in layer.parameters()]


LAYERS = {
    "Linear": (lambda **rng: nn.Linear(8, 8, **rng), lambda layer: layer.weight.data.tolist()),
    "Neuron": (lambda **rng: nn.Neuron(8, **rng), lambda layer: [w.data for w in layer.weights]),
    "Layer": (lambda **rng: nn.Layer(4, 2, **rng), lambda layer: [p.data for p in layer.parameters()]),
    "MLP": (lambda **rng: nn.MLP(2, [4, 1], **rng), lambda layer: [p.data for p in layer.parameters()]),
    "Conv2d": (lambda **rng: nn.Conv2d(1, 4, 3, **rng), weights),
    "Embedding": (lambda **rng: nn.Embedding(4, 4, **rng), weights),
    "LSTM": (lambda **rng: nn.LSTM(2, 4, **rng), weights),
    "MultiHeadAttention": (lambda **rng: nn.MultiHeadAttention(4, 2, **rng), weights),
    "RNN": (lambda **rng: nn.RNN(2, 4, **rng), weights),
    "SAGEConv": (lambda **rng: nn.SAGEConv(2, 4, **rng), weights),
    "TransformerBlock": (lambda **rng: nn.TransformerBlock(4, 2, **rng), weights),
    "Dropout": (lambda **rng: nn.Dropout(**rng), lambda layer: (layer(np.ones(64)) == 0).tolist()),
}


@pytest.fixture(params=LAYERS)
def kind(request):
    return LAYERS[request.param]


def linear(nin=3, nout=2):
    return nn.Linear(nin, nout).weight.data.tolist()


def test_every_layer_that_takes_an_rng_and_may_do_without_is_here():
    found = [
        name
        for name in nn.__all__
        if inspect.isclass(cls := getattr(nn, name))
        and (rng := inspect.signature(cls).parameters.get("rng")) is not None
        and rng.default is None
    ]
    assert sorted(found) == sorted(LAYERS)


def test_no_two_start_alike(kind):
    build, numbers = kind
    found = [numbers(build()) for _ in range(20)]
    assert all(one != other for i, one in enumerate(found) for other in found[:i])


def test_three_equal_layers_in_a_module_of_ones_own():
    class Attention(nn.Module):
        def __init__(self):
            self.query, self.key, self.value = (nn.Linear(8, 8) for _ in range(3))

    state = Attention().state_dict()
    drawn = [state[f"{name}.{part}"] for part in ("weight", "bias") for name in ("query", "key", "value")]
    assert len({array.tobytes() for array in drawn}) == 6
    flat = [array.ravel() for array in drawn[:3]]
    assert abs(np.corrcoef(flat) - np.eye(3)).max() < 0.4


def test_numbers_of_the_sequence_are_independent():
    rows = np.array([own_generator(None, "test").standard_normal(4000) for _ in range(30)])
    assert abs(np.corrcoef(rows) - np.eye(30)).max() < 5 / np.sqrt(4000)
    assert abs(rows.mean()) < 5 / np.sqrt(rows.size) and abs(rows.std() - 1) < 5 / np.sqrt(rows.size)


def test_a_seed_begins_the_sequence_anew(kind):
    build, numbers = kind
    runs = []
    for number in (3, 4, 3):
        nn.seed(number)
        runs.append([numbers(build()) for _ in range(3)])
    assert runs[0] == runs[2] and all(one != other for one, other in zip(runs[0], runs[1]))


def test_a_process_begins_with_seed_0():
    nn.seed(0)
    expected = [linear(), linear()]
    program = "import nn\nfor _ in range(2): print(nn.Linear(3, 2).weight.data.tolist())"
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert printed == "".join(f"{numbers}\n" for numbers in expected)


def test_numpys_global_state_does_not_matter():
    nn.seed(0)
    np.random.seed(5)  # noqa: NPY002
    first = linear()
    nn.seed(0)
    np.random.seed(6)  # noqa: NPY002
    assert linear() == first


def test_what_has_an_rng_takes_nothing_from_the_sequence(kind):
    build, numbers = kind
    nn.seed(1)
    expected = linear()
    nn.seed(1)
    assert numbers(build(rng=3)) == numbers(build(rng=3)) != numbers(build(rng=4))
    assert numbers(build(rng=np.random.default_rng(3))) == numbers(build(rng=3))
    nn.MLP(2, [3, 1], rng=0).vectorized()
    assert linear() == expected


@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.Linear(2, 0), lambda: nn.Linear(2, 3, dtype=int), lambda: nn.Linear(2, 3, bias="no"),
        lambda: nn.Neuron(2, "tahn"), lambda: nn.Neuron(2, dot="no"), lambda: nn.Neuron(2, label=3),
        lambda: nn.Layer(2, 3, "tahn"), lambda: nn.Layer(2, 0), lambda: nn.Layer(0, 2),
        lambda: nn.Layer(2, 3, dot=1), lambda: nn.Layer(2, 3, label=None),
        lambda: nn.MLP(2, [3, 1], "tahn"), lambda: nn.MLP(2, [3, 0]), lambda: nn.MLP(2, [3, 1], dot=0),
        lambda: nn.MLP(2, [1], "tahn"), lambda: nn.Dropout(2),
    ],
)  # fmt: skip
def test_what_is_refused_takes_nothing_from_the_sequence(build):
    nn.seed(1)
    expected = linear()
    nn.seed(1)
    with pytest.raises((TypeError, ValueError)):
        build()
    assert linear() == expected


@pytest.mark.parametrize("number", [None, True, "0", 1.5, float("nan"), -1, [0], np.array([0]), Value(1.0)])
def test_no_seed_and_the_sequence_goes_on(number):
    nn.seed(1)
    expected = linear()
    nn.seed(1)
    with pytest.raises(
        (TypeError, ValueError), match="^seed: number is .*expected a whole number of at least 0"
    ):
        nn.seed(number)
    assert linear() == expected


def test_numbers_of_numpy_are_seeds_too():
    nn.seed(np.int64(5))
    first = linear()
    nn.seed(5)
    assert linear() == first


def test_threads_share_the_sequence():
    nn.seed(2)
    expected = sorted(linear() for _ in range(200))
    nn.seed(2)
    found = []
    threads = [threading.Thread(target=lambda: found.extend(linear() for _ in range(25))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == expected


# Copies.


def test_a_copy_has_the_same_numbers_and_draws_the_same_masks():
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout())
    twin = copy.deepcopy(model)
    x = np.ones((5, 4))
    assert model(x).data.tolist() == twin(x).data.tolist()
    assert model(x).data.tolist() == twin(x).data.tolist()


def test_a_network_of_values_and_its_vectorized_form_are_one():
    model = nn.MLP(3, [5, 2], "tanh")
    x = [0.5, -1.0, 2.0]
    np.testing.assert_allclose(
        model.vectorized()(np.array([x])).data[0], [out.data for out in model(x)], rtol=1e-12
    )


# Workers. The child's answer comes back through a pipe; it must not end in the middle of pytest.

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks on this system")


def in_a_fork(work):
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that other threads may be at work
        child = os.fork()
    if not child:
        try:
            os.write(writer, repr(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        found = answer.read()
    os.waitpid(child, 0)
    return eval(found)  # noqa: S307  (lists of numbers, which this file wrote)


@forks
def test_a_fork_has_a_sequence_of_its_own():
    def run():
        nn.seed(7)
        before = linear()
        first = in_a_fork(lambda: [linear(), linear(), in_a_fork(linear), linear()])
        second = in_a_fork(lambda: [linear(), linear()])
        return [before, linear(), linear()], [*first, *second]

    ours, theirs = run()
    everything = ours + theirs
    assert all(one != other for i, one in enumerate(everything) for other in everything[:i])
    assert run() == (ours, theirs)
    nn.seed(7)
    assert [linear() for _ in range(3)] == ours  # forks take nothing from it


@forks
def test_a_seed_given_in_a_worker_counts():
    nn.seed(3)
    expected = linear()

    def seeded():
        nn.seed(3)
        return linear()

    assert in_a_fork(seeded) == expected
    assert linear() != expected


@forks
def test_a_fork_beside_threads_that_build_layers():
    going = threading.Event()
    going.set()

    def build():
        while going.is_set():
            linear()

    threads = [threading.Thread(target=build) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        found = [in_a_fork(linear) for _ in range(10)]
    finally:
        going.clear()
        for thread in threads:
            thread.join()
    assert len({str(numbers) for numbers in found}) == 10


def worker(queue):
    queue.put((linear(), linear()))


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_workers_of_multiprocessing_differ_however_they_are_started(method):
    context = multiprocessing.get_context(method)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for index in range(2):  # their names decide, where they are started anew: Process-1, ...
            queue = context.SimpleQueue()
            process = context.Process(target=worker, args=(queue,), name=f"worker {index}")
            process.start()
            found += queue.get()
            process.join()
    found.append(linear())
    assert all(one != other for i, one in enumerate(found) for other in found[:i])
