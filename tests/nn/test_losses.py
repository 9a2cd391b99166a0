"""Losses: each beside PyTorch, or its paper's own equation, to second order; both kinds of node; and errors.

``CASES`` has every loss with every option. What is compared with is written in PyTorch's operations, by
another route than ours, and differentiated by PyTorch.
"""

import inspect
import math
from dataclasses import dataclass, field

import numpy as np
import pytest

import autograd
import nn
import nn.losses
from autograd import Tensor, Value, ValueArray, gradcheck

REDUCTIONS = ("none", "mean", "sum")


@dataclass
class Case:
    """A loss, what it is called with, and ``oracle(torch, *predictions, target, reduction)``.

    ``learned`` is how many of the arguments are predictions, which gradients go to.
    """

    name: str
    arguments: tuple
    oracle: object
    options: dict = field(default_factory=dict)
    learned: int = 1

    def __str__(self):
        options = ",".join(f"{name}={np.shape(o) or o}" for name, o in self.options.items())
        return f"{self.name}({options})"

    @property
    def loss(self):
        return getattr(nn, self.name)

    @property
    def predictions(self):
        return self.arguments[: self.learned]

    @property
    def data(self):
        return self.arguments[self.learned :]


def theirs(name, options=None, long=False):
    """PyTorch's loss of that name."""

    def oracle(torch, *arguments, reduction):
        *predictions, target = arguments
        tensors = {
            key: torch.tensor(option) if isinstance(option, np.ndarray) else option
            for key, option in (options or {}).items()
        }
        target = target.long() if long else target
        return getattr(torch.nn.functional, name)(*predictions, target, reduction=reduction, **tensors)

    return oracle


def reduce(equation, **options):
    """An equation that gives the losses one by one, reduced in the plainest way."""

    def oracle(torch, *arguments, reduction):
        losses = equation(torch, *arguments, **options)
        return {"none": lambda: losses, "mean": losses.mean, "sum": losses.sum}[reduction]()

    return oracle


# Equations of papers.


def focal(torch, x, t, gamma, alpha):
    """Lin et al. (2017), equations 2 to 5, with the probability itself."""
    p = 1 / (1 + torch.exp(-x))
    p_t = torch.where(t == 1, p, 1 - p)
    alpha_t = 1.0 if alpha is None else torch.where(t == 1, torch.tensor(alpha), torch.tensor(1 - alpha))
    return -alpha_t * (1 - p_t) ** gamma * torch.log(p_t)


def contrastive(torch, x1, x2, sign, margin):
    """Hadsell et al. (2006), equation 4, with Y = 0 for a similar pair."""
    y = (1 - sign) / 2
    distance = torch.linalg.vector_norm(x1 - x2, dim=1)
    nothing = torch.zeros_like(distance)
    return (1 - y) * distance**2 / 2 + y * torch.maximum(nothing, margin - distance) ** 2 / 2


def dice(torch, p, g, smooth):
    """Milletari et al. (2016), section 3: the coefficient D, pixel by pixel; 1 - D is the loss."""
    p, g = p.flatten(1), g.flatten(1)
    upper = sum(2 * p[:, i] * g[:, i] for i in range(p.shape[1])) + smooth
    lower = sum(p[:, i] ** 2 + g[:, i] ** 2 for i in range(p.shape[1])) + smooth
    return 1 - upper / lower


def iou(torch, x, y, smooth):
    """Rahman and Wang (2016), equations 3 to 5."""
    x, y = x.flatten(1), y.flatten(1)
    return 1 - ((x * y).sum(1) + smooth) / ((x + y - x * y).sum(1) + smooth)


def relative_entropy(torch, log_q, p, log_target=False):
    """PyTorch's kl_div of each class, summed for each example: its "batchmean"."""
    return torch.nn.functional.kl_div(log_q, p, reduction="none", log_target=log_target).sum(1)


def multiclass_hinge(torch, x, labels, margin=1.0, power=1, weights=(1.0,) * 5):
    """Weston and Watkins (1999), over C, class by class; PyTorch's own has no second derivative."""
    losses = []
    for row, label in zip(x, labels.tolist()):
        gaps = [torch.clamp(margin - row[label] + row[j], min=0) for j in range(len(row)) if j != label]
        losses.append(weights[label] * sum(gap**power for gap in gaps) / len(row))
    return torch.stack(losses)


def soft_nll(torch, log_p, t, weights):
    return -(torch.tensor(weights) * t * log_p).sum(1)


RNG = np.random.default_rng(0)
NUMBERS, OTHERS = 2 * RNG.standard_normal((2, 4, 3))
LOGITS = np.concatenate([RNG.standard_normal((6, 5)), np.zeros((1, 5)), 1e4 * RNG.standard_normal((3, 5))])
SMALL = 2 * RNG.standard_normal((7, 5))
LABELS = np.array([0, 4, 2, 2, 1, 3, 0, 0, 1, 4])
IGNORING = np.array([0, 4, -100, 2, 1, -100, 0, 0, 1, 4])
WEIGHTS = np.array([0.5, 2.0, 0.0, 1.0, 3.5])
BITS = RNG.integers(0, 2, (4, 3)).astype(float)
SIGNS = 2 * BITS - 1
SHARES = RNG.random((4, 3))
LOG_P = np.log(RNG.dirichlet(np.ones(5), 10))
SOFT = RNG.dirichlet(np.ones(5), 10)
SOFT[0] = [0, 1, 0, 0, 0]
PAIR_SIGNS = np.array([1.0, -1, 1, -1, -1, -1])
VECTORS, NEAR, FAR = (
    RNG.standard_normal((6, 4)) + np.array([scale])[:, None] * RNG.standard_normal((6, 4))
    for scale in (0, 0.3, 2)
)
COUNTS = RNG.integers(0, 6, (4, 3)).astype(float)
MASKS = RNG.random((5, 6))
REGIONS = RNG.integers(0, 2, (5, 6)).astype(float)
REGIONS[0] = 0

CASES = [
    Case("mse", (NUMBERS, OTHERS), theirs("mse_loss")),
    Case("mse", (NUMBERS[:, 0], np.ones(4)), theirs("mse_loss")),
    Case("mae", (NUMBERS, OTHERS), theirs("l1_loss")),
    Case("huber", (NUMBERS, OTHERS), theirs("huber_loss")),
    Case("huber", (NUMBERS, OTHERS), theirs("huber_loss", {"delta": 0.3}), {"delta": 0.3}),
    Case("huber", (NUMBERS, OTHERS), theirs("huber_loss", {"delta": 100.0}), {"delta": 100.0}),
    Case("poisson_nll", (NUMBERS, COUNTS), theirs("poisson_nll_loss")),
    Case("poisson_nll", (NUMBERS, COUNTS), theirs("poisson_nll_loss", {"full": True}), {"full": True}),
    Case(
        "poisson_nll", (SHARES, COUNTS), theirs("poisson_nll_loss", {"log_input": False}),
        {"log_rate": False},
    ),
    Case(
        "poisson_nll", (SHARES, COUNTS),
        theirs("poisson_nll_loss", {"log_input": False, "eps": 0.1, "full": True}),
        {"log_rate": False, "eps": 0.1, "full": True},
    ),
    Case("binary_cross_entropy", (SHARES, BITS), theirs("binary_cross_entropy")),
    Case("binary_cross_entropy", (SHARES, SHARES[::-1].copy()), theirs("binary_cross_entropy")),
    Case("binary_cross_entropy_with_logits", (NUMBERS, BITS), theirs("binary_cross_entropy_with_logits")),
    Case("binary_cross_entropy_with_logits", (NUMBERS, SHARES), theirs("binary_cross_entropy_with_logits")),
    Case(
        "binary_cross_entropy_with_logits", (NUMBERS, SHARES),
        theirs("binary_cross_entropy_with_logits", {"pos_weight": np.array(3.0)}), {"positive_weight": 3.0},
    ),
    Case(
        "hinge", (NUMBERS, SIGNS), reduce(lambda torch, x, t: torch.clamp(1 - x * t, min=0.0)),
    ),
    Case("focal", (NUMBERS, BITS), reduce(focal, gamma=2.0, alpha=0.25)),
    Case("focal", (NUMBERS, BITS), reduce(focal, gamma=0.5, alpha=0.9), {"gamma": 0.5, "alpha": 0.9}),
    Case("focal", (NUMBERS, BITS), theirs("binary_cross_entropy_with_logits"), {"gamma": 0, "alpha": None}),
    Case("cross_entropy", (LOGITS, LABELS), theirs("cross_entropy", long=True)),
    Case(
        "cross_entropy", (LOGITS, LABELS), theirs("cross_entropy", {"weight": WEIGHTS}, True),
        {"class_weights": WEIGHTS},
    ),
    Case(
        "cross_entropy", (LOGITS, LABELS), theirs("cross_entropy", {"label_smoothing": 0.1}, True),
        {"label_smoothing": 0.1},
    ),
    Case(
        "cross_entropy", (LOGITS, IGNORING), theirs("cross_entropy", long=True), {"ignore_index": -100}
    ),
    Case(
        "cross_entropy", (LOGITS, LABELS), theirs("cross_entropy", {"ignore_index": 4}, True),
        {"ignore_index": 4},
    ),
    Case(
        "cross_entropy", (LOGITS, IGNORING),
        theirs("cross_entropy", {"weight": WEIGHTS, "label_smoothing": 0.3}, True),
        {"class_weights": WEIGHTS, "label_smoothing": 0.3, "ignore_index": -100},
    ),
    Case("cross_entropy", (LOGITS, SOFT), theirs("cross_entropy")),
    Case(
        "cross_entropy", (LOGITS, SOFT), theirs("cross_entropy", {"weight": WEIGHTS, "label_smoothing": 0.2}),
        {"class_weights": WEIGHTS, "label_smoothing": 0.2},
    ),
    Case("nll", (LOG_P, LABELS), theirs("nll_loss", long=True)),
    Case("nll", (LOG_P, SOFT), reduce(soft_nll, weights=np.ones(5))),
    Case("nll", (LOG_P, SOFT), reduce(soft_nll, weights=WEIGHTS), {"class_weights": WEIGHTS}),
    Case(
        "nll", (LOG_P, IGNORING), theirs("nll_loss", {"weight": WEIGHTS, "ignore_index": -100}, True),
        {"class_weights": WEIGHTS, "ignore_index": -100},
    ),
    Case("kl_divergence", (LOG_P, SOFT), reduce(relative_entropy)),
    Case("kl_divergence", (LOG_P[1:], SOFT[1:]), reduce(relative_entropy), learned=2),
    Case(
        "kl_divergence", (LOG_P, LOG_P[::-1].copy()), reduce(relative_entropy, log_target=True),
        {"log_target": True},
    ),
    Case(
        "kl_divergence", (LOG_P, LOG_P[::-1].copy()), reduce(relative_entropy, log_target=True),
        {"log_target": True}, learned=2,
    ),
    Case("multiclass_hinge", (SMALL, LABELS[:7]), reduce(multiclass_hinge)),
    Case(
        "multiclass_hinge", (SMALL, LABELS[:7]),
        reduce(multiclass_hinge, margin=0.5, power=2, weights=WEIGHTS),
        {"margin": 0.5, "power": 2, "class_weights": WEIGHTS},
    ),
    Case("cosine_embedding", (VECTORS, NEAR, PAIR_SIGNS), theirs("cosine_embedding_loss"), learned=2),
    Case(
        "cosine_embedding", (VECTORS, NEAR, PAIR_SIGNS), theirs("cosine_embedding_loss", {"margin": 0.4}),
        {"margin": 0.4}, learned=2,
    ),
    Case("contrastive", (VECTORS, NEAR, PAIR_SIGNS), reduce(contrastive, margin=1.0), learned=2),
    Case(
        "contrastive", (VECTORS, FAR, PAIR_SIGNS), reduce(contrastive, margin=4.0),
        {"margin": 4.0}, learned=2,
    ),
]  # fmt: skip


def triplets(**options):
    theirs_too = {"margin": 1.0, **options}
    return Case(
        "triplet",
        (VECTORS, NEAR, FAR),
        lambda torch, *three, reduction: torch.nn.functional.triplet_margin_loss(
            *three, eps=0.0, reduction=reduction, **theirs_too
        ),
        options,
        learned=3,
    )


CASES += [
    triplets(),
    triplets(margin=3.0),
    triplets(margin=3.0, p=1.0),
    triplets(margin=5.0, p=3.5),
    triplets(margin=5.0, swap=True),
    Case("dice", (MASKS, REGIONS), reduce(dice, smooth=1.0)),
    Case("dice", (MASKS, REGIONS), reduce(dice, smooth=0.0), {"smooth": 0.0}),
    Case("dice", (MASKS, SHARES.reshape(2, 6)[[0, 1, 0, 1, 0]]), reduce(dice, smooth=0.1), {"smooth": 0.1}),
    Case("iou", (MASKS, REGIONS), reduce(iou, smooth=1.0)),
    Case("iou", (MASKS, REGIONS), reduce(iou, smooth=0.0), {"smooth": 0.0}),
]
TABLE = pytest.mark.parametrize("case", CASES, ids=str)


def each_reduction(test):
    """The test with one reduction after the other: hundreds of small tests cost more than they compute."""

    def tests(**given):
        for reduction in REDUCTIONS:
            try:
                test(**given, reduction=reduction)
            except Exception as error:
                raise AssertionError(f"with reduction={reduction!r}: {error}") from error

    tests.__name__, tests.__doc__ = test.__name__, test.__doc__
    takes = inspect.signature(test).parameters.values()
    tests.__signature__ = inspect.Signature([each for each in takes if each.name != "reduction"])
    return tests


def test_the_table_has_every_loss_and_every_option():
    exported = set(nn.losses.__all__)
    assert {case.name for case in CASES} == exported
    assert exported <= set(nn.__all__)
    for name in exported:
        parameters = inspect.signature(getattr(nn, name)).parameters.values()
        options = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} - {"reduction"}
        tried = {option for case in CASES if case.name == name for option in case.options}
        assert tried == options, name
        assert [p.default for p in parameters if p.name == "reduction"] == ["mean"], name


def as_nodes(array):
    return [as_nodes(part) for part in array] if array.ndim else Value(float(array))


def flat(nodes):
    return [leaf for part in nodes for leaf in flat(part)] if isinstance(nodes, list) else [nodes]


@TABLE
@each_reduction
def test_as_pytorch_to_second_order(torch, case, reduction):
    inputs = [torch.tensor(p.copy(), requires_grad=True) for p in case.predictions]
    data = [torch.tensor(np.asarray(d)) for d in case.data]
    reference = case.oracle(torch, *inputs, *data, reduction=reduction)
    # An upstream gradient of its own for every loss, and a direction of its own for every second derivative.
    upstream = 1.5 + np.sin(np.arange(reference.numel())).reshape(reference.shape)
    first = torch.autograd.grad((reference * torch.tensor(upstream)).sum(), inputs, create_graph=True)
    directions = [np.cos(np.arange(g.numel())).reshape(g.shape) for g in first]
    along = sum((g * torch.tensor(d)).sum() for g, d in zip(first, directions))
    second = [None] * len(inputs)
    if along.requires_grad:
        second = torch.autograd.grad(along, inputs, allow_unused=True)

    tensors = [Tensor(p) for p in case.predictions]
    loss = case.loss(*tensors, *case.data, reduction=reduction, **case.options)
    assert loss.shape == tuple(reference.shape)
    np.testing.assert_allclose(loss.data, reference.detach(), rtol=1e-12, atol=1e-14)
    slopes = [autograd.gradients((loss * upstream).sum(), x, create_graph=True) for x in tensors]
    for slope, expected in zip(slopes, first):
        np.testing.assert_allclose(slope.data, expected.detach(), rtol=1e-10, atol=1e-13)
    along = sum((slope * d).sum() for slope, d in zip(slopes, directions))
    for x, expected in zip(tensors, second):
        expected = np.zeros(x.shape) if expected is None else expected.numpy(force=True)
        found = autograd.gradients(along, x) if along.requires_grad else np.zeros(x.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@TABLE
@each_reduction
def test_values_and_tensors_agree(case, reduction):
    tensors = [Tensor(p) for p in case.predictions]
    nodes = [as_nodes(p) for p in case.predictions]
    data = [d.astype(int) if np.array_equal(d, np.round(d)) else d for d in map(np.asarray, case.data)]
    fast = case.loss(*tensors, *data, reduction=reduction, **case.options)
    for given in (data, [d.tolist() for d in data], [Tensor(d) for d in data]):
        slow = case.loss(*nodes, *given, reduction=reduction, **case.options)
        assert np.shape(slow) == fast.shape if reduction == "none" else isinstance(slow, Value)
        np.testing.assert_allclose([v.data for v in flat(slow)], fast.data.ravel(), rtol=1e-10, atol=1e-11)
    weights = 1.5 + np.sin(np.arange(fast.size))
    (fast.reshape(-1) * weights).sum().backward()
    autograd.dot(flat(slow), weights.tolist()).backward()
    for tensor, values in zip(tensors, nodes):
        found = [v.grad or 0.0 for v in flat(values)]
        np.testing.assert_allclose(found, tensor.grad.ravel(), rtol=1e-9, atol=1e-11)


@TABLE
@each_reduction
def test_an_array_of_values_is_as_the_lists_of_them(case, reduction):
    tensors = [Tensor(p) for p in case.predictions]
    nodes = [np.frompyfunc(Value, 1, 1)(p) for p in case.predictions]
    fast = case.loss(*tensors, *case.data, reduction=reduction, **case.options)
    slow = case.loss(*nodes, *case.data, reduction=reduction, **case.options)
    if reduction == "none":
        assert type(slow) is ValueArray and slow.shape == fast.shape
        weights = 1.5 + np.sin(np.arange(fast.size)).reshape(fast.shape)
        fast, slow = fast * weights, slow * weights
    np.testing.assert_allclose(np.ravel(slow.data), fast.data.ravel(), rtol=1e-10, atol=1e-11)
    fast.sum().backward()
    slow.sum().backward() if reduction == "none" else slow.backward()
    for tensor, values in zip(tensors, nodes):
        found = [v.grad or 0.0 for v in values.ravel()]
        np.testing.assert_allclose(found, tensor.grad.ravel(), rtol=1e-9, atol=1e-11)


@TABLE
def test_one_example_of_values(case):
    """Without a list around it: a number, or a row, and its target."""
    rows = [as_nodes(np.asarray(p)[:1])[0] for p in case.predictions]
    target = [np.asarray(d)[0] for d in case.data]
    whole = case.loss(*[Tensor(p[:1]) for p in case.predictions], *[d[:1] for d in case.data], **case.options)
    for reduction in ("mean", "sum"):
        one = case.loss(*rows, *target, reduction=reduction, **case.options)
        assert isinstance(one, Value)
    one = case.loss(*rows, *target, **case.options)
    assert one.data == pytest.approx(whole.item(), rel=1e-10, abs=1e-12)


@TABLE
@each_reduction
def test_float32_stays_float32(case, reduction):
    singles = [Tensor(p.astype(np.float32)) for p in case.predictions]
    doubles = [Tensor(p) for p in case.predictions]
    for data in (case.data, [Tensor(d, requires_grad=False) for d in map(np.asarray, case.data)]):
        loss = case.loss(*singles, *data, reduction=reduction, **case.options)
        expected = case.loss(*doubles, *data, reduction=reduction, **case.options)
        slopes = [autograd.gradients(loss.sum(), x, create_graph=True) for x in singles]
        assert {loss.dtype, *(s.dtype for s in slopes)} == {np.dtype(np.float32)}
        np.testing.assert_allclose(loss.data, expected.data, rtol=2e-3, atol=1e-5)


@TABLE
@each_reduction
def test_plain_arrays_need_no_graph(case, reduction):
    loss = case.loss(*case.arguments, reduction=reduction, **case.options)
    assert not isinstance(loss, (Tensor, Value))
    tensors = [Tensor(p) for p in case.predictions]
    expected = case.loss(*tensors, *case.data, reduction=reduction, **case.options)
    np.testing.assert_array_equal(loss, expected.data)


@TABLE
def test_twice_gives_the_same_and_nothing_is_written_to(case):
    before = [np.array(a) for a in case.arguments]
    tensors = [Tensor(p) for p in case.predictions]
    first, second = (case.loss(*tensors, *case.data, **case.options) for _ in range(2))
    first.backward()
    assert first.item() == second.item()
    for argument, array in zip(case.arguments, before):
        np.testing.assert_array_equal(argument, array)


@TABLE
def test_bad_reductions(case):
    for reduction in ("average", None, 1, ["mean"], "batchmean"):
        with pytest.raises(ValueError, match=f"{case.name}: reduction is .*'mean', 'sum', 'none'"):
            case.loss(*case.arguments, reduction=reduction, **case.options)
    with pytest.raises(TypeError, match="positional"):
        case.loss(*case.arguments, "mean")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"margin": 0.5, "power": 2, "class_weights": WEIGHTS}], ids=str)
def test_the_multiclass_hinge_as_pytorch(torch, options, reduction):
    """Its own function, which can be differentiated once."""
    x = torch.tensor(SMALL, requires_grad=True)
    named = {"margin": options.get("margin", 1.0), "p": options.get("power", 1)}
    weights = torch.tensor(options["class_weights"]) if options else None
    reference = torch.nn.functional.multi_margin_loss(
        x, torch.tensor(LABELS[:7]), weight=weights, reduction=reduction, **named
    )
    reference.sum().backward()
    tensor = Tensor(SMALL)
    loss = nn.multiclass_hinge(tensor, LABELS[:7], reduction=reduction, **options)
    loss.sum().backward()
    np.testing.assert_allclose(loss.data, reference.detach(), rtol=1e-13)
    np.testing.assert_allclose(tensor.grad, x.grad, rtol=1e-13, atol=1e-16)


def test_closed_forms():
    assert nn.mse([Value(3.0), Value(1.0)], [1.0, 1.0]).data == 2
    assert nn.mse(Value(3.0), 1.0).data == 4
    assert nn.mse(Tensor(3.0), 1.0).item() == 4
    assert nn.hinge([Value(0.25), Value(2.0), Value(-1.0)], [1, 1, 1]).data == pytest.approx(2.75 / 3)
    assert nn.cross_entropy([Value(0.0)] * 4, 3).data == pytest.approx(math.log(4), abs=1e-15)
    assert nn.cross_entropy(Tensor(np.zeros((2, 4))), [0, 3]).item() == pytest.approx(math.log(4), abs=1e-15)
    smoothed = nn.cross_entropy(Tensor([[math.log(0.91), math.log(0.03), *[math.log(0.03)] * 2]]), [0],
                                label_smoothing=0.12)  # fmt: skip
    entropy = -0.91 * math.log(0.91) - 0.09 * math.log(0.03)  # the target is the prediction: its own entropy
    assert smoothed.item() == pytest.approx(entropy, rel=1e-14)
    assert nn.dice(Tensor(REGIONS), REGIONS).item() == nn.iou(Tensor(REGIONS), REGIONS).item() == 0


def test_hard_masks_have_the_dice_and_iou_of_sets():
    rng = np.random.default_rng(3)
    one, other = rng.integers(0, 2, (2, 20, 5, 5))
    pixels = [({*map(tuple, np.argwhere(a))}, {*map(tuple, np.argwhere(b))}) for a, b in zip(one, other)]
    jaccard = np.array([len(a & b) / len(a | b) for a, b in pixels])
    masks = Tensor(one.astype(float))
    np.testing.assert_allclose(1 - nn.iou(masks, other, smooth=0.0, reduction="none").data, jaccard)
    overlap = 1 - nn.dice(masks, other, smooth=0.0, reduction="none").data
    np.testing.assert_allclose(overlap, 2 * jaccard / (1 + jaccard))


def test_a_distribution_is_no_distance_from_itself():
    log_p = Tensor(LOG_P)
    loss = nn.kl_divergence(log_p, LOG_P, log_target=True)
    assert loss.item() == 0
    assert nn.kl_divergence(Tensor([[-np.inf, 0.0]]), [[0.0, 1.0]]).item() == 0
    assert nn.kl_divergence(Tensor([[-np.inf, 0.0]]), [[-np.inf, 0.0]], log_target=True).item() == 0
    assert nn.kl_divergence([Value(-1.0), Value(-0.5)], [0.0, 1.0]).data == 0.5


def test_focal_loss_of_classes_is_a_yes_or_no_for_each():
    """As the docstring says of one-hot targets; by the paper's equations, class by class."""
    hot = np.eye(5)[LABELS[:7]]
    found = nn.focal(Tensor(SMALL), hot, reduction="none").data
    for row, label, losses in zip(SMALL, LABELS, found):
        p = 1 / (1 + np.exp(-row))
        expected = -0.75 * p**2 * np.log(1 - p)
        expected[label] = -0.25 * (1 - p[label]) ** 2 * np.log(p[label])
        np.testing.assert_allclose(losses, expected, rtol=1e-12)


# At the kinks, and where a textbook form divides by 0.


def slope_of(loss, *arguments, **options):
    x = Tensor(arguments[0])
    loss(x, *arguments[1:], reduction="sum", **options).backward()
    return x.grad.tolist()


def test_slopes_at_kinks():
    assert slope_of(nn.hinge, [1.0, -1.0, 0.9], [1, -1, 1]) == [0, 0, -1]
    assert slope_of(nn.mae, [1.0, 2.0], [1.0, 1.0]) == [0, 1]
    assert slope_of(nn.huber, [1.0, -1.0, 0.0, 1.5], [0.0] * 4) == [1, -1, 0, 1]
    assert slope_of(nn.multiclass_hinge, [[1.0, 0.0]], [0]) == [[0, 0]]


def test_huber_is_curved_where_the_prediction_is_exact():
    x = Tensor([0.0, 0.5, 2.0])
    slope = autograd.gradients(nn.huber(x, [0.0] * 3, reduction="sum"), x, create_graph=True)
    assert autograd.gradients(slope.sum(), x).tolist() == [1, 1, 0]


@pytest.mark.parametrize("kind", [Tensor, lambda rows: [[Value(x) for x in row] for row in rows]])
def test_vectors_in_one_place_and_vectors_of_length_0(kind):
    same, zero = [[1.0, -2.0]], [[0.0, 0.0]]
    for options in ({}, {"p": 1.0}, {"p": 3.0}, {"swap": True}):
        three = [kind(same), kind(same), kind(same)]
        loss = nn.triplet(*three, **options)
        loss.backward()
        assert float(loss.data) == 1  # the margin
        for x in three:
            assert np.all(x.grad == 0) if isinstance(x, Tensor) else [v.grad for v in x[0]] == [0, 0]
    for sign, cost in ((1, 0.0), (-1, 0.5)):
        x = kind(same)
        loss = nn.contrastive(x, same, [sign])
        loss.backward()
        assert float(loss.data) == cost
        assert np.all(x.grad == 0) if isinstance(x, Tensor) else [v.grad for v in x[0]] == [0, 0]
        x = kind(zero)
        loss = nn.cosine_embedding(x, same, [sign])
        loss.backward()
        assert float(loss.data) == (1 if sign == 1 else 0)
        assert np.isfinite(x.grad if isinstance(x, Tensor) else [v.grad for v in x[0]]).all()


def test_certain_probabilities():
    """A right answer costs nothing and pulls as far as it could be wrong; a wrong one costs 100, no more."""
    for kind in (Tensor, lambda numbers: [Value(x) for x in numbers]):
        p = kind([0.0, 1.0, 0.0, 1.0, 1e-50])
        losses = nn.binary_cross_entropy(p, [0, 1, 1, 0, 1], reduction="none")
        numbers = losses.data.tolist() if isinstance(losses, Tensor) else [v.data for v in losses]
        assert numbers == [0, 0, 100, 100, 100]
        loss = nn.binary_cross_entropy(p, [0, 1, 1, 0, 1], reduction="sum")
        loss.backward()
        assert (p.grad.tolist() if isinstance(p, Tensor) else [v.grad for v in p]) == [1, -1, 0, 0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_probabilities_so_small_that_their_reciprocal_overflows(torch, dtype):
    """From 87 on in float32: the loss is PyTorch's, and no infinite slope gets to the logits behind."""
    logits = np.array([-60, -80, -87, -88, -90, -95, -99, -103, -110, 90], np.float32)
    p = torch.sigmoid(torch.tensor(logits)).numpy().astype(dtype)
    expected = torch.nn.functional.binary_cross_entropy(
        torch.tensor(p.astype(float)), torch.ones(len(p)).double(), reduction="none"
    )
    x = Tensor(p)
    with np.errstate(all="raise", under="ignore"):
        losses = nn.binary_cross_entropy(x, np.ones(len(p)), reduction="none")
        losses.sum().backward()
    np.testing.assert_allclose(losses.data, expected, rtol=2e-3 if dtype == np.float16 else 2e-5)
    assert np.isfinite(x.grad).all() and (x.grad[p > np.finfo(dtype).tiny] < 0).all()
    if dtype == np.float32:
        x = Tensor(logits)
        nn.binary_cross_entropy(x.sigmoid(), np.ones(len(p)), reduction="sum").backward()
        np.testing.assert_allclose(x.grad, [-1, -1, -1, 0, 0, 0, 0, 0, 0, 0], rtol=1e-5)


def test_masked_logits():
    """A class that is ruled out by a logit of -inf, beside labels that are another."""
    logits = np.array([[1.0, -np.inf, 0.0]])
    expected = math.log(1 + math.exp(-1))
    for options in ({}, {"ignore_index": 7}, {"class_weights": [1, 1, 1]}, {"reduction": "sum"}):
        x = Tensor(logits)
        loss = nn.cross_entropy(x, [0], **options)
        loss.backward()
        assert loss.item() == pytest.approx(expected, rel=1e-14)
        np.testing.assert_allclose(x.grad, [[-0.26894142137, 0, 0.26894142137]], rtol=1e-9)


# The extremes. The numbers are exact: a softplus or softmax at 10,000 is its limit, to the last bit.


@pytest.mark.parametrize("size", [1e3, 1e4, 1e300])
@pytest.mark.parametrize(
    "options",
    [{}, {"reduction": "sum"}, {"class_weights": [1.0, 1.0]}, {"ignore_index": -1}],
    ids=["plain", "sum", "weights", "ignore"],
)
def test_cross_entropy_of_extreme_logits(size, options):
    """The right class far ahead costs nothing, far behind costs the distance; gradients are finite."""
    for target, cost, slope in ((0, 0.0, [0, 0]), (1, size, [1, -1])):
        x = Tensor([[size, 0.0]])
        loss = nn.cross_entropy(x, [target], **options)
        loss.backward()
        assert loss.item() == cost and x.grad.tolist() == [slope]
        values = [Value(size), Value(0.0)]
        loss = nn.cross_entropy(values, target, **options)
        loss.backward()
        assert loss.data == cost and [v.grad for v in values] == slope


ENDS = (math.inf, -math.inf)
EXTREMES = [  # loss, options, logit, target, cost, slope
    (nn.binary_cross_entropy_with_logits, {}, 1e4, 1, 0, 0),
    (nn.binary_cross_entropy_with_logits, {}, -1e4, 1, 1e4, -1),
    (nn.binary_cross_entropy_with_logits, {}, 1e4, 0, 1e4, 1),
    (nn.binary_cross_entropy_with_logits, {}, -1e4, 0, 0, 0),
    (nn.binary_cross_entropy_with_logits, {}, 1e4, 0.5, 5e3, 0.5),
    (nn.binary_cross_entropy_with_logits, {"positive_weight": 3.0}, -1e4, 1, 3e4, -3),
    (nn.focal, {"alpha": None}, 1e4, 1, 0, 0),
    (nn.focal, {"alpha": None}, -1e4, 1, 1e4, -1),
    (nn.focal, {"alpha": None, "gamma": 0.5}, 1e4, 0, 1e4, 1),
    (nn.focal, {"alpha": None, "gamma": 0.5}, -1e4, 0, 0, 0),
    (nn.hinge, {}, 1e4, -1, 10001, 1),
    (nn.hinge, {}, -1e4, -1, 0, 0),
    (nn.huber, {}, 1e4, 0, 9999.5, 1),
    (nn.huber, {}, 1e300, 0, 1e300, 1),
    (nn.mae, {}, -1e300, 0, 1e300, -1),
    (nn.mse, {}, -1e4, 0, 1e8, -2e4),
    (nn.poisson_nll, {}, -1e4, 2, 2e4, -2),
    (nn.poisson_nll, {"log_rate": False}, 1e4, 0, 1e4, 1),
    # infinite, where the limit of the slope is finite
    *((nn.huber, {}, size, target, math.inf, math.copysign(1, size)) for size in ENDS for target in (0, -3)),
    *((nn.huber, {"delta": 2.5}, size, 0, math.inf, math.copysign(2.5, size)) for size in ENDS),
    *((nn.focal, {"gamma": gamma}, -math.inf, 1, math.inf, -0.25) for gamma in (0, 0.5, 2, 50)),
    *((nn.focal, {"gamma": gamma}, math.inf, 0, math.inf, 0.75) for gamma in (0, 0.5, 2, 50)),
    *((nn.focal, {"gamma": gamma}, math.inf, 1, 0, 0) for gamma in (0, 0.5, 2, 50)),
    *((nn.focal, {"gamma": gamma, "alpha": None}, -math.inf, 0, 0, 0) for gamma in (0, 0.5, 2, 50)),
    (nn.focal, {"alpha": None}, -120.0, 1, 120, -1),
    (nn.focal, {"alpha": None}, 120.0, 0, 120, 1),
    *((nn.mae, {}, size, 1, math.inf, math.copysign(1, size)) for size in ENDS),
    (nn.hinge, {}, math.inf, -1, math.inf, 1),
    (nn.hinge, {}, math.inf, 1, 0, 0),
    (nn.binary_cross_entropy_with_logits, {}, -math.inf, 1, math.inf, -1),
    (nn.binary_cross_entropy_with_logits, {}, math.inf, 0.5, math.inf, 0.5),
    (nn.poisson_nll, {}, -math.inf, 2, math.inf, -2),
]


@pytest.mark.parametrize("loss, options, x, target, cost, slope", EXTREMES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extremes(loss, options, x, target, cost, slope, dtype):
    if dtype is np.float32 and 1e30 < abs(x) < math.inf:
        return
    tensor, value = Tensor(np.array([x], dtype)), Value(float(x))
    for node, given in ((tensor, [target]), (value, target)):
        result = loss(node, given, **options)
        result.backward()
        assert np.asarray(result.data).item() == pytest.approx(cost, rel=1e-7 if node is tensor else 1e-15)
        assert np.asarray(node.grad).item() == slope


@pytest.mark.parametrize(
    "loss, options, x, target, cost, slope", [row for row in EXTREMES if math.isinf(row[2])]
)
@pytest.mark.parametrize("kind", [Tensor, Value])
def test_the_slope_no_longer_changes_at_infinity(loss, options, x, target, cost, slope, kind):
    node = kind(x)
    first = autograd.gradients(loss(node, target, **options), node, create_graph=True)
    assert float(first.data) == slope
    if first.parents:  # else it is a constant
        assert float(autograd.gradients(first, node)) == 0


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("size", ENDS)
def test_an_infinite_score_in_a_hinge(torch, size, power):
    rows = np.array([[size, 0.5, -1.0], [0.5, size, 2.0], [1.0, 0.0, 2.0]])
    ours, theirs = Tensor(rows), torch.tensor(rows, requires_grad=True)
    values = [[Value(number) for number in row] for row in rows.tolist()]
    labels = np.array([0, 2, 1])
    expected = torch.nn.functional.multi_margin_loss(theirs, torch.tensor(labels), p=power)
    expected.backward()
    assert not theirs.grad.isnan().any()
    for given, found in (
        (ours, lambda: ours.grad),
        (values, lambda: [[v.grad for v in row] for row in values]),
    ):
        loss = nn.multiclass_hinge(given, labels, power=power)
        loss.backward()
        assert float(loss.data) == pytest.approx(expected.item())
        np.testing.assert_allclose(np.array(found(), float), theirs.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("case", [c for c in CASES if np.abs(c.arguments[0]).max() > 1.01], ids=str)
def test_all_gradients_are_finite_at_ten_thousand(case):
    """Whatever takes numbers of any size, at 10,000 times the numbers of the table, to second order."""
    if case.name in ("nll", "kl_divergence", "poisson_nll"):
        scaled = [-np.abs(p) * 1e4 for p in case.predictions]
        if case.name == "kl_divergence" and not case.options:
            scaled[1:] = case.predictions[1:]
    else:
        scaled = [p / np.abs(p).max() * 1e4 for p in case.predictions]
    for dtype in (np.float64, np.float32):
        xs = [Tensor(p.astype(dtype)) for p in scaled]
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            loss = case.loss(*xs, *case.data, **case.options)
            slopes = [autograd.gradients(loss, x, create_graph=True) for x in xs]
            along = sum(slope.sum() for slope in slopes)
            curves = [autograd.gradients(along, x) for x in xs] if along.requires_grad else []
        assert np.isfinite([loss.item(), *(s for slope in slopes for s in slope.data.ravel())]).all()
        assert all(np.isfinite(curve).all() for curve in curves)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, Value])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e4])
def test_distances_of_any_size_in_any_norm(dtype, size):
    """A power of a distance is no float long before the distance is none: 1e4**12 in float32, 1e-9**40."""
    steps = np.array([3.0, -4.0, 0.0]) * size
    for p in (1.0, 2.0, 3.0, 12.0, 60.0, 400.0):
        # By logarithms, in units of the larger: (3**p + 4**p)**(1 / p), and the slopes (|x| / d)**(p - 1).
        distance = 4 * math.exp(math.log1p(0.75**p) / p)
        slopes = np.array([(3 / distance) ** (p - 1), -((4 / distance) ** (p - 1)), 0])
        anchor = as_nodes(steps) if dtype is Value else Tensor(steps[None].astype(dtype))
        here, far = ([0.0] * 3, [0.0] * 3) if dtype is Value else np.zeros((2, 1, 3), dtype)
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            loss = nn.triplet(anchor, here, far, margin=1.0, p=p)  # the two distances are one: no slope
            loss.backward()
            assert float(loss.data) == 1
            assert not np.any([x.grad for x in anchor] if dtype is Value else anchor.grad)
            positive = as_nodes(np.zeros(3)) if dtype is Value else Tensor(here)
            loss = nn.triplet(anchor, positive, anchor, margin=1.0, p=p)
            loss.backward()
        assert float(loss.data) - 1 == pytest.approx(distance * size, rel=1e-5, abs=2e-7)
        found = [x.grad for x in positive] if dtype is Value else positive.grad[0]
        np.testing.assert_allclose(found, -slopes, rtol=3e-5, atol=1e-7)


@pytest.mark.parametrize("size", [1e5, 1e10, 1e15])
def test_the_cosine_of_long_vectors_in_float32(size):
    x = Tensor(np.array([[size, 0]], np.float32))
    loss = nn.cosine_embedding(x, np.array([[size, size]], np.float32), [1])
    loss.backward()
    assert loss.item() == pytest.approx(1 - math.sqrt(0.5), rel=1e-6)
    np.testing.assert_allclose(x.grad * size, [[0, -math.sqrt(0.5)]], atol=1e-6)


@pytest.mark.parametrize("kind", [Value, lambda x: Tensor([x])])
def test_a_rate_of_0_where_nothing_is_counted(kind):
    for eps in (0.0, 1e-8):
        rate = kind(0.0)
        with np.errstate(all="raise"):
            loss = nn.poisson_nll(rate, 0 if kind is Value else [0], log_rate=False, eps=eps)
            loss.backward()
        assert float(loss.data) == 0 and float(np.squeeze(rate.grad)) == 1


def test_small_losses_are_not_rounded_away():
    """softplus(x) - x would be 0 at 40; the loss is exp(-40)."""
    x = Tensor([40.0, -40.0])
    losses = nn.binary_cross_entropy_with_logits(x, [1, 0], reduction="none")
    np.testing.assert_allclose(losses.data, [math.exp(-40)] * 2, rtol=1e-13)
    np.testing.assert_allclose(
        autograd.gradients(losses.sum(), x), [-math.exp(-40), math.exp(-40)], rtol=1e-13
    )


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
@pytest.mark.parametrize("options", [{}, {"ignore_index": 3}, {"reduction": "sum"}], ids=str)
def test_labels_of_any_integer_type(dtype, options):
    expected = nn.cross_entropy(Tensor(LOGITS), LABELS, **options).item()
    assert nn.cross_entropy(Tensor(LOGITS), LABELS.astype(dtype), **options).item() == expected
    assert nn.cross_entropy(Tensor(LOGITS), Tensor(LABELS), **options).item() == expected


def test_options_at_their_defaults_change_nothing():
    """The one node of the plain mean, and the row by row of the options, say the same."""
    plain = nn.cross_entropy(Tensor(LOGITS), LABELS)
    for options in ({"class_weights": np.ones(5)}, {"ignore_index": -1}, {"class_weights": np.full(5, 7.0)}):
        other = nn.cross_entropy(Tensor(LOGITS), LABELS, **options)
        assert other.item() == pytest.approx(plain.item(), rel=1e-14)
    one_hot = np.eye(5)[LABELS]
    assert nn.cross_entropy(Tensor(LOGITS), one_hot).item() == pytest.approx(plain.item(), rel=1e-14)
    assert plain.op.name == "cross_entropy"
    many = nn.cross_entropy(Tensor(LOGITS), IGNORING, ignore_index=-100)
    kept = IGNORING >= 0
    assert many.item() == pytest.approx(
        nn.cross_entropy(Tensor(LOGITS[kept]), LABELS[kept]).item(), rel=1e-14
    )


def test_soft_targets_of_mixup():
    """In float32, where two shares of the same label can come to a little more than 1."""
    rng = np.random.default_rng(1)
    one_hot = np.eye(5, dtype=np.float32)[LABELS]
    _, mixed = nn.Mixup(0.4)(rng.random((10, 4), np.float32), one_hot, rng)
    above = np.nextafter(one_hot, np.float32(2)) * (one_hot > 0)
    for targets in (mixed, above):
        loss = nn.cross_entropy(Tensor(LOGITS.astype(np.float32)), targets)
        assert loss.dtype == np.float32
        log_p = autograd.log_softmax(LOGITS, axis=1)
        assert loss.item() == pytest.approx(-(targets * log_p).sum(axis=1).mean(), rel=1e-5)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int64])
def test_predictions_that_are_whole_numbers_do_not_wrap_around(dtype):
    """In uint8, 0 - 20 is 236 and its square 144."""
    prediction, target = np.array([0, 1, 0, 1], dtype), np.array([20, 120, 0, 1], np.uint8)
    for given in (prediction, Tensor(prediction)):
        assert float(nn.mse(given, target, reduction="sum")) == 400 + 119**2
        assert float(nn.mae(given, target, reduction="sum")) == 20 + 119
        assert float(nn.huber(given, target, reduction="sum")) == 19.5 + 118.5
        assert float(nn.binary_cross_entropy(given, prediction)) == 0
        assert float(nn.hinge(given, [-1, 1, 1, -1], reduction="sum")) == 1 + 0 + 1 + 2


def test_targets_that_are_learned():
    """Of the losses between two of a kind, both sides can be nodes."""
    for loss in (nn.mse, nn.mae, nn.huber):
        x, t = Tensor([1.0, 2.0]), Tensor([0.5, 0.25])
        loss(x, t).backward()
        np.testing.assert_array_equal(x.grad, -t.grad)
        a, b = Value(1.0), Value(0.5)
        loss(a, b).backward()
        assert a.grad == -b.grad != 0


def test_masks_of_any_shape():
    rng = np.random.default_rng(5)
    masks, regions = rng.random((3, 2, 4, 5)), rng.integers(0, 2, (3, 2, 4, 5))
    for loss in (nn.dice, nn.iou):
        x = Tensor(masks)
        cube = loss(x, regions, reduction="none")
        flat_ = loss(Tensor(masks.reshape(3, -1)), regions.reshape(3, -1), reduction="none")
        np.testing.assert_array_equal(cube.data, flat_.data)
        cube.sum().backward()
        assert x.grad.shape == masks.shape
        assert gradcheck(lambda x, loss=loss: loss(x, regions), [Tensor(masks)]).ok


ZEROS = Tensor(np.zeros((3, 4)))
NODES = [Value(0.0), Value(0.0)]
PAIR = Tensor(np.ones((2, 3)))
CLASSES = [
    (ZEROS, [0, 4, 1], IndexError, "label 4, at index 1, is not one of the 4 classes, 0 to 3"),
    (ZEROS, [0, -1, 9], IndexError, "label -1, at index 1"),
    (ZEROS, [0.0, 1.0, 2.0], TypeError, "dtype float64; expected integers, 0 to 3"),
    (ZEROS, [0.0, math.nan, 2.0], TypeError, "dtype float64"),
    (ZEROS, [True, False, True], TypeError, "dtype bool"),
    (ZEROS, ["a", "b", "c"], TypeError, "target is .*; expected real numbers"),
    (ZEROS, [0, 1], ValueError, r"shape \(2,\); expected \(3,\)"),
    (ZEROS, [[0], [1], [2]], ValueError, r"shape \(3, 1\); expected \(3,\)"),
    (ZEROS, 1, ValueError, r"shape \(\); expected \(3,\)"),
    (Tensor(np.zeros(3)), [0], ValueError, r"shape \(3,\); expected"),
    (Tensor(np.zeros((0, 3))), [], ValueError, "no example or no class"),
    (Tensor(np.zeros((2, 0))), [0, 0], ValueError, "no example or no class"),
    (Tensor([[1, 2]]), [0], TypeError, "of dtype int64; expected floats"),
    ([], [], ValueError, "no example or no class"),
    ([[], []], [0, 0], ValueError, "no example or no class"),
    (NODES, 2, IndexError, "label 2, at index 0, is not one of the 2"),
    (NODES, 1.0, TypeError, "dtype float64"),
    ([NODES, NODES], [0], ValueError, r"shape \(1,\); expected \(2,\)"),
    ([NODES, NODES[:1]], [0, 0], ValueError, r"rows of \[1, 2\] numbers"),
    (Value(0.0), 0, TypeError, r"is Value\(0\); expected a Tensor or list of Values"),
    ("ab", 0, TypeError, "is 'ab'; expected a Tensor or list of Values"),
    ([ZEROS, ZEROS], [0, 0], TypeError, "an array"),
]


@pytest.mark.parametrize("scores, target, error, says", CLASSES)
@pytest.mark.parametrize("name", ["cross_entropy", "nll", "multiclass_hinge"])
def test_what_is_no_class(name, scores, target, error, says):
    with pytest.raises(error, match=f"{name}: .*{says}"):
        getattr(nn, name)(scores, target)
    if name == "cross_entropy":
        with pytest.raises(error, match=f"{name}: .*{says}"):
            nn.cross_entropy(scores, target, reduction="sum")


BAD = [
    (nn.mse, ZEROS, np.zeros((4, 3)),
     {}, ValueError, r"target has shape \(4, 3\), but the prediction \(3, 4\)"),
    (nn.mse, Tensor(np.zeros((3, 1))), np.zeros(3), {}, ValueError, "a column"),
    (nn.mse, Tensor(np.zeros(0)), np.zeros(0), {}, ValueError, "batch is empty"),
    (nn.mse, Tensor(np.zeros(0)), np.zeros(0), {"reduction": "none"}, ValueError, "batch is empty"),
    (nn.mse, [], [], {}, ValueError, "batch is empty"),
    (nn.mse, NODES, [1.0], {}, ValueError, "2 predictions but 1 targets"),
    (nn.mse, NODES, 1.0, {}, ValueError, "2 predictions but the target 1.0"),
    (nn.mse, [NODES], [1.0, 1.0], {}, ValueError, "1 predictions but 2 targets"),
    (nn.mse, Value(1.0), [1.0, 1.0], {}, ValueError, "2 targets but the prediction"),
    (nn.mse, Tensor([1.0, 2.0]), [1.0, math.nan], {}, ValueError, "nan in the target, at index 1"),
    (nn.mse, NODES, [1.0, math.nan], {}, ValueError, "nan in the target, at index 1"),
    (nn.mse, Tensor(1.0), math.nan, {}, ValueError, "nan in the target; expected finite"),
    (nn.mae, Tensor([1.0, 2.0]), [math.inf, 1.0], {}, ValueError, "inf in the target, at index 0"),
    (nn.poisson_nll, NODES, [1, math.inf], {}, ValueError, "inf in the target, at index 1"),
    (nn.mse, NODES, [1.0, "2"], {}, TypeError, "target is '2'; expected a Value or a number"),
    (nn.mse, NODES, [1.0, None], {}, TypeError, "target is None; expected a Value or a number"),
    (nn.mse, [Tensor([1.0]), Tensor([2.0])], [1.0, 2.0], {}, TypeError, "autograd.stack"),
    (nn.mse, Tensor([1.0, 2.0]), NODES, {}, TypeError, "beside the prediction, which is an array"),
    (nn.huber, NODES, [0, 0], {"delta": 0.0}, ValueError, "delta is 0.0; expected a finite number above 0"),
    (nn.huber, NODES, [0, 0], {"delta": "1"}, TypeError, "delta is '1'"),
    (nn.hinge, NODES, [0, 1], {}, ValueError, r"target 0; expected \+1 or -1"),
    (nn.hinge, Tensor([1.0, 2.0]), [1, 2], {}, ValueError, "target 2"),
    (nn.hinge, NODES, [1.0, math.nan], {}, ValueError, "nan in the target"),
    (nn.hinge, NODES, [True, True], {}, TypeError, "dtype bool"),
    (nn.hinge, Tensor([1.0, 2.0]), [True, True], {}, TypeError, "dtype bool"),
    (nn.hinge, NODES, ["1", "-1"], {}, TypeError, "target is '1'; expected a Value or a number"),
    (nn.hinge, NODES, [1], {}, ValueError, "2 predictions but 1 targets"),
    (nn.hinge, Tensor([[1.0], [2.0]]), [1, 1], {}, ValueError, "a column"),
    (nn.focal, NODES, [0.5, 1], {}, ValueError, r"target 0.5; expected 0 or 1"),
    (nn.focal, NODES, [1, -1], {}, ValueError, r"target -1; .*\(sign \+ 1\) / 2"),
    (nn.focal, NODES, [1, 1], {"gamma": -1.0}, ValueError, "gamma is -1.0"),
    (nn.focal, NODES, [1, 1], {"alpha": 1.5}, ValueError, "alpha is 1.5"),
    (nn.binary_cross_entropy, Tensor([0.5, 1.5]), [1, 1],
     {}, ValueError, "has 1.5, at index 1; .*with_logits"),
    (nn.binary_cross_entropy, [Value(-0.1)], [1], {}, ValueError, "has -0.1, at index 0"),
    (nn.binary_cross_entropy, Tensor([math.nan]), [1], {}, ValueError, "has nan"),
    (nn.binary_cross_entropy, Tensor([0.5]), [2], {}, ValueError, "target has 2"),
    (nn.binary_cross_entropy_with_logits, NODES, [1, -1], {}, ValueError, "target has -1, at index 1"),
    (nn.binary_cross_entropy_with_logits, NODES, [1, 1],
     {"positive_weight": -1.0}, ValueError, "positive_weight"),
    (nn.poisson_nll, NODES, [1, -1], {}, ValueError, "target has -1, at index 1; .*at least 0"),
    (nn.poisson_nll, [Value(-1.0)], [1],
     {"log_rate": False}, ValueError, "prediction has -1, .*log_rate=True"),
    (nn.cross_entropy, ZEROS, [0, 0, 0],
     {"class_weights": [1, 1]}, ValueError, r"shape \(2,\); expected \(4,\)"),
    (nn.cross_entropy, ZEROS, [0, 0, 0], {"class_weights": [1, -1, 1, 1]}, ValueError, "has -1, for class 1"),
    (nn.cross_entropy, ZEROS, [0, 0, 0],
     {"class_weights": [0, 1, 1, 1]}, ValueError, "nothing to take the mean"),
    (nn.cross_entropy, ZEROS, [5, 5, 5], {"ignore_index": 5}, ValueError, "every label is ignored"),
    (nn.cross_entropy, ZEROS, [5, 6, 0], {"ignore_index": 5}, IndexError, "label 6, at index 1"),
    (nn.cross_entropy, ZEROS, [0, 0, 0], {"ignore_index": 1.5}, TypeError, "ignore_index is 1.5"),
    (nn.cross_entropy, ZEROS, [0, 0, 0], {"label_smoothing": 1.0}, ValueError, "label_smoothing is 1.0"),
    (nn.cross_entropy, ZEROS, [0, 0, 0], {"label_smoothing": -0.1}, ValueError, "label_smoothing is -0.1"),
    (nn.cross_entropy, ZEROS, np.full((3, 4), 2.0), {}, ValueError, "target has 2"),
    (nn.cross_entropy, ZEROS, np.full((3, 4), 0.2),
     {"ignore_index": 1}, ValueError, "target is probabilities"),
    (nn.nll, Tensor([[0.3, 0.7]]), [0], {}, ValueError, "log-probability 0.3, at index .*log_softmax"),
    (nn.kl_divergence, Tensor([[0.3, 0.7]]), [[0.3, 0.7]], {}, ValueError, "log-probability 0.3"),
    (nn.kl_divergence, Tensor([[-1.0, -1.0]]), [[-1.0, 1.0]],
     {}, ValueError, "target has -1, .*log_target=True"),
    (nn.kl_divergence, PAIR * -1.0, [1.0, 0.0], {}, ValueError, r"target has shape \(2,\)"),
    (nn.multiclass_hinge, ZEROS, [0, 0, 0], {"power": 3}, ValueError, "power is 3; expected 1 or 2"),
    (nn.multiclass_hinge, ZEROS, [0, 0, 0], {"margin": -1.0}, ValueError, "margin is -1.0"),
    (nn.dice, Tensor(np.ones((2, 3, 4))), np.ones((2, 12)), {}, ValueError, r"shape \(2, 12\), but"),
    (nn.dice, Tensor([[0.5, 2.0]]), [[0, 1]], {}, ValueError, "prediction has 2, .*sigmoid"),
    (nn.iou, Tensor([[0.5, 0.5]]), [[0, 3]], {}, ValueError, "target has 3"),
    (nn.iou, Tensor([[0.0, 0.0]]), [[0, 0]], {"smooth": 0.0}, ValueError, "both masks are empty, at index 0"),
    (nn.dice, Tensor(np.full((1, 2), 1e-30, np.float32)), [[0, 0]],
     {"smooth": 0.0}, ValueError, "nearly so, and smooth is 0"),
    (nn.dice, [[Value(1e-170)]], [[0]], {"smooth": 0.0}, ValueError, "nearly so, and smooth is 0"),
    (nn.dice, Tensor([0.5]), [1], {}, ValueError, r"shape \(1,\)"),
    (nn.dice, Tensor(np.zeros((0, 3, 3))), np.zeros((0, 3, 3)), {}, ValueError, "no example"),
]  # fmt: skip


@pytest.mark.parametrize("loss, prediction, target, options, error, says", BAD)
def test_bad_input(loss, prediction, target, options, error, says):
    with pytest.raises(error, match=f"^{loss.__name__}: .*{says}"):
        loss(prediction, target, **options)


@pytest.mark.parametrize(
    "loss, arguments, options, error, says",
    [
        (nn.cosine_embedding, (PAIR, PAIR, [1, 0]), {}, ValueError, r"target 0; expected \+1 or -1"),
        (nn.cosine_embedding, (PAIR, PAIR, [1]), {}, ValueError, r"target has shape \(1,\); expected \(2,\)"),
        (nn.cosine_embedding, (PAIR, PAIR, 1), {}, ValueError, r"target has shape \(\)"),
        (nn.cosine_embedding, (PAIR, PAIR, [1, math.nan]), {}, ValueError, "target nan"),
        (nn.cosine_embedding, (PAIR, PAIR, [1, 1]), {"margin": 1.0}, ValueError, "margin is 1.0"),
        (nn.cosine_embedding, (PAIR, ZEROS, [1, 1]), {}, ValueError, "x2 has shape"),
        (nn.contrastive, (NODES, [1.0], 1), {}, ValueError, r"x2 has shape \(1, 1\), but the x1 \(1, 2\)"),
        (nn.contrastive, (NODES, NODES, "1"), {}, TypeError, "target is .*; expected real numbers"),
        (nn.contrastive, (PAIR, PAIR, [1, 1]), {"margin": 0.0}, ValueError, "margin is 0.0"),
        (
            nn.contrastive,
            (PAIR, [NODES, NODES], [1, 1]),
            {},
            TypeError,
            "x2 is .*beside the x1, which is an array",
        ),
        (nn.triplet, (PAIR, PAIR, ZEROS), {}, ValueError, "negative has shape"),
        (nn.triplet, (PAIR, PAIR, PAIR), {"p": 0.5}, ValueError, "p is 0.5"),
        (nn.triplet, (PAIR, PAIR, PAIR), {"margin": -1.0}, ValueError, "margin is -1.0"),
        (
            nn.triplet,
            (Value(1.0), NODES, NODES),
            {},
            TypeError,
            r"anchor is Value\(1\); expected a Tensor or list",
        ),
    ],
)
def test_bad_vectors(loss, arguments, options, error, says):
    with pytest.raises(error, match=f"^{loss.__name__}: .*{says}"):
        loss(*arguments, **options)


def test_values_and_tensors_do_not_mix_and_targets_do_not_widen():
    v = Value(1.0)
    with pytest.raises(TypeError, match="Linear: x is .*Values and Tensors do not mix"):
        nn.Linear(2, 1)([v, v])
    single = Tensor(np.ones((2, 1), np.float32))
    assert nn.mse(single, Tensor(np.zeros((2, 1)), requires_grad=False)).dtype == np.float32
    assert nn.mse([v, v], Tensor([1.0, 3.0])).data == 2.0


def test_docstrings_give_formula_gradient_use_and_source():
    for name in nn.losses.__all__:
        text = " ".join(inspect.getdoc(getattr(nn, name)).split())
        for part in ("Gradient", "Use it", "Not ", "Raises", "Source", ">>>"):
            assert part in text, (name, part)


def test_what_stands_beside_an_array_of_values():
    p, t = autograd.values([0.5, 2.0]), autograd.values([1.0, 0.0])
    nn.mse(p, t, reduction="sum").backward()
    assert p.grad.tolist() == [-1.0, 4.0] and t.grad.tolist() == [1.0, -4.0]
    for target in ([1.0, 0.0], np.array([1, 0]), Tensor([1.0, 0.0], requires_grad=False), [Value(1.0), 0]):
        assert nn.mse(p, target, reduction="sum").data == 4.25
    p, t = autograd.values([[-1.0, -0.5]]), autograd.values([[0.25, 0.75]])
    nn.kl_divergence(p, t).backward()
    fast_p, fast_t = Tensor(p.data), Tensor(t.data)
    nn.kl_divergence(fast_p, fast_t).backward()
    np.testing.assert_allclose(p.grad, fast_p.grad, rtol=1e-12)
    np.testing.assert_allclose(t.grad, fast_t.grad, rtol=1e-12)
    for prediction, target in ((p, fast_t), (fast_p, t), (fast_p, t.tolist())):
        with pytest.raises(TypeError, match="mse: target is .*beside the prediction, which is an array"):
            nn.mse(prediction, target)
        with pytest.raises(TypeError, match="kl_divergence: target is .*beside the log_probabilities"):
            nn.kl_divergence(prediction, target)
    with pytest.raises(TypeError, match="class_weights"):
        nn.cross_entropy(p, [0], class_weights=t[0])
