"""Mini-batches: every example once, pairs kept, orders by seed."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)


@pytest.mark.parametrize(
    "size, sizes", [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10]), (99, [10])]
)
@pytest.mark.parametrize("shuffle", [True, False])
def test_every_example_once_and_in_pairs(size, sizes, shuffle):
    found = list(nn.batches(X, Y, size, shuffle=shuffle))
    assert [len(x) for x, _ in found] == sizes
    for x, y in found:
        np.testing.assert_array_equal(x[:, 0], 2 * y)
    labels = np.concatenate([y for _, y in found]).tolist()
    assert sorted(labels) == Y.tolist() and (labels == Y.tolist()) != shuffle


def labels(**options):
    return np.concatenate([y for _, y in nn.batches(X, Y, 4, **options)]).tolist()


def test_orders_by_seed():
    assert labels() == labels(seed=0) != labels(seed=1)
    rng = np.random.default_rng(0)
    first, second = labels(seed=rng), labels(seed=rng)
    assert first == labels(seed=0) and first != second


def test_batches_are_copies_of_the_dtype():
    x, y = next(nn.batches(X.astype(np.float32), Y.astype(np.uint8), 10, shuffle=False))
    assert x.dtype == np.float32 and y.dtype == np.uint8
    x[:] = 0
    assert X[1, 0] == 2


def test_lists_give_lists():
    points = [[Value(float(i))] for i in range(5)]
    for x, y in nn.batches(points, list(range(5)), 2):
        assert type(x) is list and type(y) is list and [p[0].data for p in x] == y
        assert all(any(p is q for q in points) for p in x)


def test_tensors_give_tensors():
    x, _ = next(nn.batches(Tensor(X), Y, 3, shuffle=False))
    assert isinstance(x, Tensor) and x.shape == (3, 2)


@pytest.mark.parametrize(
    "arguments, options, error, says",
    [
        ((X, Y[:9], 2), {}, ValueError, "x has 10 examples and y has 9"),
        ((X[:0], Y[:0], 2), {}, ValueError, "empty"),
        ((X, Y, 0), {}, ValueError, "batch_size is 0"),
        ((X, Y, -3), {}, ValueError, "batch_size is -3"),
        ((X, Y, 2.0), {}, TypeError, "batch_size is 2.0"),
        ((X, Y, True), {}, TypeError, "batch_size is True"),
        ((X, Y, 2), {"seed": None}, TypeError, "batches: the source of random numbers is None"),
        ((X, Y, 2), {"seed": 1.5, "shuffle": False}, TypeError, "random numbers is 1.5"),
        ((np.float64(1), Y, 2), {}, TypeError, "x is of type float64"),
        ((np.array(1.0), Y, 2), {}, ValueError, "x is a single number"),
        ((X, "0123456789", 2), {}, TypeError, "y is of type str"),
    ],
)
def test_wrong_arguments_are_errors_at_the_call(arguments, options, error, says):
    with pytest.raises(error, match=says):
        nn.batches(*arguments, **options)  # not iterated


# Loader


def epoch(loader):
    return [tuple(part if isinstance(part, list) else part.tolist() for part in batch) for batch in loader]


def noise(x, rng):
    return x + rng.random(x.shape)


def swapped(x, y, rng):
    order = rng.permutation(len(x))
    return x[order], y[order]


AUGMENTS = {
    "none": None,
    "inputs": noise,
    "both": swapped,
    "several": [noise, swapped, nn.Mixup(0.4, classes=10)],
}


@pytest.mark.parametrize("size, batches", [(1, 10), (3, 4), (5, 2), (10, 1), (99, 1)])
def test_an_epoch_of_a_loader_is_every_example_once(size, batches):
    loader = nn.Loader(X, Y, size, rng=3)
    assert len(loader) == batches
    first, second = epoch(loader), epoch(loader)
    assert len(first) == len(second) == batches
    for given in (first, second):
        assert sorted(label for _, labels in given for label in labels) == Y.tolist()
        assert all(row[0] == 2 * label for x, y in given for row, label in zip(x, y))
    assert first != second and first == epoch(nn.Loader(X, Y, size, rng=3))


def test_a_loader_is_batches_over_and_over():
    rng = np.random.default_rng(5)
    loader = nn.Loader(X, Y, 3, rng=np.random.default_rng(5))
    for _ in range(3):
        assert epoch(loader) == epoch(nn.batches(X, Y, 3, seed=rng))
    assert epoch(nn.Loader(X, Y, 4, shuffle=False)) == epoch(nn.batches(X, Y, 4, shuffle=False))


def test_lists_and_tensors_of_a_loader_stay_what_they_are():
    for x, y in nn.Loader([[1.0], [2.0], [3.0]], [1, 2, 3], 2):
        assert type(x) is list and type(y) is list and [[float(label)] for label in y] == x
    assert all(isinstance(x, Tensor) for x, _ in nn.Loader(Tensor(X), Y, 3))


def test_augmentation_by_what_it_takes():
    for x, y in nn.Loader(X, Y, 4, augment=noise, rng=1):
        assert ((x[:, 0] > 2 * y) & (x[:, 0] < 2 * y + 1)).all()
    for x, y in nn.Loader(X, Y, 4, augment=[swapped, lambda x, rng: x * 2], rng=1):
        np.testing.assert_array_equal(x[:, 0], 4 * y)
    for x, y in nn.Loader(X, Y, 4, augment=nn.Mixup(0.4, classes=10), rng=1):
        np.testing.assert_allclose(y @ np.arange(10), x[:, 0] / 2)
    images = np.ones((4, 9), np.float32)
    assert next(iter(nn.Loader(images, np.arange(4), 4, augment=nn.Shift(1))))[0].dtype == np.float32
    np.testing.assert_array_equal(X, np.arange(20.0).reshape(10, 2))  # the data is as it was


@pytest.mark.parametrize(
    "augment, targets",
    [
        (lambda x, rng=None: x, False),
        (lambda x, rng, strength=0.1, order=1: x, False),
        (lambda x, y, rng=None: (x, -y), True),
        (lambda x, y, rng, strength=0.1: (x, -y), True),
        (lambda images, labels, generator: (images, -labels), True),
        (lambda images, generator, strength=0.1: images, False),
    ],
)
def test_augmentation_with_defaults(augment, targets):
    for x, y in nn.Loader(X, Y, 4, augment=augment):
        np.testing.assert_array_equal(x[:, 0], 2 * (-y if targets else y))


@pytest.mark.parametrize("augment", AUGMENTS)
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("given", [0, 1, 2, 3, 4, 6])  # of four batches an epoch
def test_resumed_also_in_the_middle_of_an_epoch(augment, shuffle, given):
    loader, resumed = (nn.Loader(X, Y, 3, seed, shuffle, AUGMENTS[augment]) for seed in (1, 2))
    under_way = iter(loader) if given else None
    for number in range(given):
        if number == 4:
            assert next(under_way, None) is None
            under_way = iter(loader)
        next(under_way)
    resumed.load_state_dict(loader.state_dict())
    if under_way:  # also after the last batch: the end of the epoch is still to come
        rest = epoch(under_way)
        assert len(rest) == -given % 4 and epoch(resumed) == rest
    for _ in range(2):
        assert epoch(loader) == epoch(resumed)


def test_breaking_off_and_beginning_again():
    """A new iteration is a new epoch; only a state that was loaded goes on."""
    loader = nn.Loader(X, Y, 3)
    next(iter(loader))
    state = loader.state_dict()
    assert state["position"] == 1
    assert len(epoch(loader)) == 4 and loader.state_dict()["position"] == 0
    loader.load_state_dict(state)
    assert len(epoch(loader)) == 3 and len(epoch(loader)) == 4


def test_what_is_broken_off_is_no_part_of_the_state():
    loader = nn.Loader(X, Y, 3)
    next(iter(loader))
    loader.break_off()
    other = nn.Loader(X, Y, 3)
    other.load_state_dict(loader.state_dict())
    assert len(epoch(other)) == 4
    next(iter(loader))
    other.load_state_dict(loader.state_dict())
    other.break_off()  # it is to go on
    assert len(epoch(other)) == 3


def test_states_are_copies_and_can_be_loaded_twice():
    loader = nn.Loader(X, Y, 3)
    next(iter(loader))
    state = loader.state_dict()
    loader.load_state_dict(state)
    first = epoch(loader)
    loader.load_state_dict(state)
    assert epoch(loader) == first


@pytest.mark.parametrize("kind", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_every_generator_of_numpy(kind, tmp_path):
    from nn.serialization import read_state, write_state

    def make(seed):
        return np.random.Generator(getattr(np.random, kind)(seed))

    loader, other = (nn.Loader(X, Y, 3, rng=make(seed), augment=noise) for seed in (0, 1))
    rest = iter(loader)
    next(rest)
    loader.rng.random(3, dtype=np.float32)  # half a number is kept
    write_state(loader.state_dict(), tmp_path / "state")
    other.load_state_dict(read_state(tmp_path / "state"))
    assert epoch(rest) == epoch(other) and epoch(loader) == epoch(other)


def test_states_that_do_not_fit():
    loader = nn.Loader(X, Y, 3)
    next(iter(loader))
    state, before = loader.state_dict(), repr(loader.state_dict())
    wrong = [
        ({}, "expected"), (None, "expected"), (nn.Loader(X, Y, 4).state_dict(), "batch_size is 4"),
        (nn.Loader(X[:9], Y[:9], 3).state_dict(), "examples is 9"), (state | {"position": 5}, "0 to 4"),
        (state | {"position": -1}, "0 to 4"), (state | {"position": 1.5}, "0 to 4"),
        (state | {"begun": None}, "0 to 4"), (state | {"begun": {"bit_generator": "os"}}, "not a random"),
        (state | {"rng": {"bit_generator": "PCG64"}}, "damaged"),
        (state | {"rng": np.random.Generator(np.random.Philox(0)).bit_generator.state}, "of the same kind"),
        (nn.Loader(X, Y, 3, shuffle=False).state_dict(), "shuffle is False"),
    ]  # fmt: skip
    for state, says in wrong:
        with pytest.raises(ValueError, match=f"load_state_dict: .*{says}"):
            loader.load_state_dict(state)
        assert repr(loader.state_dict()) == before


@pytest.mark.parametrize(
    "arguments, options, error, says",
    [
        ((X, Y[:9], 2), {}, ValueError, "Loader: x has 10 examples and y has 9"),
        ((X[:0], Y[:0], 2), {}, ValueError, "Loader: x and y are empty"),
        ((X, Y, 0), {}, ValueError, "Loader: batch_size is 0"),
        ((X, Y, 2), {"rng": None}, TypeError, "Loader: the source of random numbers is None"),
        ((X, Y, 2), {"augment": 3}, TypeError, "Loader: augment is 3"),
        ((X, Y, 2), {"augment": lambda x: x}, TypeError, "takes 1 arguments; expected"),
        ((X, Y, 2), {"augment": [noise, lambda a, b, c, d: a]}, TypeError, "takes 4 arguments"),
    ],
)
def test_wrong_arguments_of_a_loader(arguments, options, error, says):
    with pytest.raises(error, match=says):
        nn.Loader(*arguments, **options)


# drop_last.


@pytest.mark.parametrize("size, whole", [(10, 3), (9, 3), (11, 3), (3, 1), (4, 1)])
@pytest.mark.parametrize("shuffle", [True, False])
def test_drop_last_leaves_out_what_is_smaller_than_a_batch(size, whole, shuffle):
    x = np.arange(size)
    every = [batch.tolist() for batch, _ in nn.batches(x, x, 3, seed=5, shuffle=shuffle)]
    full = [batch.tolist() for batch, _ in nn.batches(x, x, 3, seed=5, shuffle=shuffle, drop_last=True)]
    assert full == [batch for batch in every if len(batch) == 3] and len(full) == whole
    loader, all_of_it = (nn.Loader(x, x, 3, rng=5, shuffle=shuffle, drop_last=drop) for drop in (True, False))
    assert (len(loader), len(all_of_it)) == (whole, -(-size // 3))
    for _ in range(3):  # the same orders, epoch after epoch
        found = [batch.tolist() for batch, _ in loader]
        assert found == [batch.tolist() for batch, _ in all_of_it if len(batch) == 3] and len(found) == whole


@pytest.mark.parametrize("build", [nn.Loader, nn.batches])
def test_drop_last_that_leaves_nothing(build):
    with pytest.raises(ValueError, match="drop_last leaves no batch of 3 out of 2 examples; use a smaller"):
        build(np.arange(2), np.arange(2), 3, drop_last=True)
    for word in ("yes", 1, None):
        for name in ("drop_last", "shuffle"):
            with pytest.raises(TypeError, match=f"{name} is {word!r}; expected True or False"):
                build(np.arange(4), np.arange(4), 3, **{name: word})


def test_a_loader_that_drops_goes_on_in_the_middle_of_its_epoch():
    def build(**options):
        return nn.Loader(np.arange(11), np.arange(11), 3, rng=2, **options)

    loader, other = build(drop_last=True), build(drop_last=True)
    expected = [[batch.tolist() for batch, _ in loader] for _ in range(2)]
    running = iter(other)
    found = [next(running)[0].tolist()]
    resumed = build(drop_last=True)
    resumed.load_state_dict(other.state_dict())
    found += [batch.tolist() for batch, _ in resumed]
    assert [found, [batch.tolist() for batch, _ in resumed]] == expected
    with pytest.raises(ValueError, match="drop_last is True in the state, but False here"):
        build().load_state_dict(other.state_dict())


def test_a_state_from_before_there_was_drop_last():
    loader = nn.Loader(np.arange(5), np.arange(5), 2)
    state = loader.state_dict()
    del state["drop_last"]
    loader.load_state_dict(state)
    with pytest.raises(ValueError, match="drop_last is False in the state, but True here"):
        nn.Loader(np.arange(5), np.arange(5), 2, drop_last=True).load_state_dict(state)


def test_batch_normalisation_with_a_last_batch_of_one():
    x, y = np.random.default_rng(0).standard_normal((5, 3)), np.zeros(5, int)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    with pytest.raises(
        ValueError, match=r"nn\.Loader or nn\.batches with drop_last=True; fit takes that loader"
    ):
        nn.training.fit(model, (x, y), nn.cross_entropy, optimizer, epochs=1, batch_size=2, progress=False)
    loader = nn.Loader(x, y, 2, drop_last=True)
    history = nn.training.fit(model, loader, nn.cross_entropy, optimizer, epochs=2, progress=False)
    assert len(history.batch_losses) == 4
