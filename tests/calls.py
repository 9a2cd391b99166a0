"""A good call of everything public, argument by argument, and what else each argument takes.

An argument is one that is right, and the names of those wrong objects (``OBJECTS``) that are right here too: kinds
of argument (a count, a flag, a probability, ...) have functions that say both. Whatever has no entry here fails
:mod:`tests.test_wrong_arguments`, and so does an argument that its entry leaves out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd
import nn
from autograd import Tensor, Value, ops
from nn import training


class Anything:
    """A class that takes whatever it is given, and is nothing that anybody expects."""

    def __init__(self, *args: Any, **named: Any) -> None:
        pass


def nothing(*args: Any, **named: Any) -> None:
    """A function that takes whatever it is given, and gives nothing that anybody expects."""


# What each argument is replaced by, one after the other; each a new one.
OBJECTS: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "x": lambda: "x",
    "empty": lambda: "",
    "bytes": lambda: b"",
    "3": lambda: 3,
    "-1": lambda: -1,
    "0": lambda: 0,
    "2.5": lambda: 2.5,
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "True": lambda: True,
    "[]": list,
    "[1.0]": lambda: [1.0],
    "()": tuple,
    "{}": dict,
    "object": object,
    "function": lambda: nothing,
    "class": lambda: Anything,
    "array([])": lambda: np.array([]),
    "array75": lambda: np.arange(35.0).reshape(7, 5),
    "array0d": lambda: np.array(2.0),
    "1j": lambda: 1j,
    "nans": lambda: np.array([math.nan]),
    "words": lambda: np.array(["a", "b"]),
    "Value": lambda: Value(2.0, "v"),
    "Tensor": lambda: Tensor([1.0, 2.0], label="t"),
    "Values": lambda: np.array([Value(1.0), Value(2.0)], object),
    "huge": lambda: 10**400,
}


@dataclass(frozen=True)
class Argument:
    """One that is right, made anew for each call; ``takes`` are the others that may be taken too."""

    good: Callable[[], Any]
    takes: frozenset[str] = frozenset()

    def __or__(self, more: str) -> Argument:
        """The same where more is taken: ``count(3) | "None"``."""
        return Argument(self.good, self.takes | frozenset(more.split()))


def made(good: Callable[[], Any], takes: str = "") -> Argument:
    """An argument that is an object with a state of its own."""
    return Argument(good, frozenset(takes.split()))


def given(good: Any, takes: str = "") -> Argument:
    """An argument that never changes."""
    return made(lambda: good, takes)


# Kinds of argument.


def number(good: float) -> Argument:
    return given(good, "3 -1 0 2.5")


def above0(good: float) -> Argument:
    return given(good, "3 2.5")


def from0(good: float) -> Argument:
    return given(good, "3 0 2.5")


def share(good: float) -> Argument:
    """From 0 to 1."""
    return given(good, "0")


def count(good: int) -> Argument:
    return given(good, "3")


def count0(good: int) -> Argument:
    return given(good, "3 0")


def flag(good: bool = True) -> Argument:
    return given(good, "True")


def word(good: str) -> Argument:
    """One of several."""
    return given(good)


def text(good: str = "a name") -> Argument:
    return given(good, "x empty")


def seed() -> Argument:
    return made(lambda: np.random.default_rng(0), "3 0 huge")


def axis(good: int | None = 0) -> Argument:
    return given(good, "-1 0")


def axes(good: Any = 0) -> Argument:
    return given(good, "None -1 0 () []")


def dtype(good: Any = np.float32) -> Argument:
    return given(good)


def path(good: str) -> Argument:
    """A file that may be written, or is there."""
    return given(good, "x")


def function(good: Callable[..., Any]) -> Argument:
    return given(good, "function class")


NUMBERS = "3 -1 0 2.5 inf True array0d"
ARRAYS = NUMBERS + " nan [] [1.0] () array([]) array75 nans Tensor"


def array(*shape: int, takes: str = "") -> Argument:
    """Numbers in an array of one shape."""
    return made(lambda: np.linspace(0.1, 0.9, math.prod(shape)).reshape(shape), takes)


def tensor(*shape: int, takes: str = "") -> Argument:
    return made(lambda: Tensor(np.linspace(0.1, 0.9, math.prod(shape)).reshape(shape)), takes)


def value(data: float = 0.5, takes: str = "Value") -> Argument:
    return made(lambda: Value(data, "x"), takes)


def values(*data: float, takes: str = "") -> Argument:
    return made(lambda: [Value(each) for each in data], takes)


def operand(data: float = 0.5) -> Argument:
    """Of an elementwise operation."""
    return value(data, NUMBERS + " nan array([]) array75 nans Value Tensor Values")


def of_tensors() -> Argument:
    return given(0.5, NUMBERS + " nan array([]) array75 nans Tensor")


# Things with a state.


class Schedule(nn.Schedule):
    """The least that a schedule of one's own is."""

    def rate(self, step: int, base: float) -> float:
        """Half of it in every step."""
        return base * 0.5**step


def weights() -> list[Any]:
    """Parameters with gradients."""
    found = [Tensor(np.linspace(0.1, 0.9, 6).reshape(2, 3), label="w"), Tensor([0.5, 0.25], label="b")]
    for each in found:
        each.grad = np.ones_like(each.data)
    return found


def parameters() -> Argument:
    return made(weights, "Values")


def sgd() -> Any:
    return nn.SGD(weights(), lr=0.1, momentum=0.9)


def optimizer() -> Argument:
    return made(sgd)


def linear() -> Any:
    return nn.Linear(3, 2, rng=0)


def model() -> Argument:
    return made(linear)


def graph() -> Any:
    x = Value(0.5, "x")
    return (x * x).tanh()


def examples() -> tuple[Any, Any]:
    return np.linspace(0.0, 1.0, 12, dtype=np.float32).reshape(4, 3), np.array([0, 1, 0, 1])


def network() -> Any:
    return nn.MLP(2, [3, 1], "tanh", rng=0)


def film() -> Any:
    return autograd.film(network(), [[0.0, 1.0], [1.0, 0.0]], [1.0, -1.0])


def program() -> Any:
    w = Value(0.5, "w")

    def traced_of_test(arguments: Any) -> Any:
        return arguments * w

    return autograd.trace(traced_of_test, 0.5, parameters=[w])


def whatever(x: Any) -> Any:
    """The sum of what there is, in lists of lists."""
    return sum(map(whatever, x), Value(0.0)) if isinstance(x, list) else x * x


def history() -> Any:
    found = training.History()
    found.rows = [{"epoch": 1, "step": 2, "loss": 0.5}]
    found.batch_losses = [0.6, 0.4]
    return found


# The calls: by name, the arguments in the order of the signature. "*name" is a list, of arguments by position.

Call = dict[str, Any]  # or what makes one, where arguments have to fit one another
CALLS: dict[str, Any] = {}


def entries(package: str, **calls: Any) -> None:
    CALLS.update({f"{package}.{name.replace('__', '.', 1)}": call for name, call in calls.items()})


# autograd: the operations of the table, as functions and as methods; all that is in it, also what is added later.

for row in ops.ELEMENTWISE.values():
    others = [operand() for _ in row.partials[1:]]
    CALLS[f"autograd.Value.{row.name}"] = dict(zip(row.operands[1:], others))
    CALLS[f"autograd.Tensor.{row.name}"] = {"*operands": [of_tensors() for _ in others]}
    if row.name in autograd.__all__:
        CALLS[f"autograd.{row.name}"] = {"*operands": [operand(), *others]}

REDUCTIONS = ("sum", "mean", "max", "min", "logsumexp")
entries("autograd", **{f"Tensor__{name}": dict(axis=axes(), keepdims=flag()) for name in REDUCTIONS})
entries(
    "autograd",
    Value=dict(data=number(0.5) | "inf True array0d", label=text() | "None"),
    Value__backward=dict(gradient=number(2.0) | "None inf True array0d Value"),
    Value__zero_grad={},
    Tensor=dict(
        data=array(2, 3, takes=ARRAYS.replace("Tensor", "")), requires_grad=flag() | "None", label=text() | "None"
    ),
    Tensor__backward=dict(gradient=array(2, 3)),
    Tensor__zero_grad={},
    Tensor__argmax=dict(axis=axis() | "None"),
    Tensor__astype=dict(dtype=dtype()),
    Tensor__detach={},
    Tensor__item={},
    Tensor__numpy={},
    Tensor__softmax=dict(axis=axis()),
    Tensor__log_softmax=dict(axis=axis()),
    Tensor__var=dict(axis=axes(), keepdims=flag(), ddof=given(0, "3 -1 0")),
    Tensor__reshape={"*shape": [given(3, "-1"), given(2, "-1")]},
    Tensor__transpose={"*axes": [given(1, "-1"), given(0)]},
    sum=[
        dict(values=tensor(2, 3, takes="array([]) array75 array0d nans Tensor [] [1.0] ()"), axis=axes(), keepdims=flag()),
        dict(values=values(0.5, 1.0, takes="array([]) array75 array0d nans Tensor Values [] [1.0] ()")),
    ],
    logsumexp=[
        dict(values=tensor(2, 3, takes="array75 array0d nans Tensor [1.0]"), axis=axes(), keepdims=flag()),
        dict(values=values(0.5, 1.0, takes="array75 array0d nans Tensor Values [1.0]")),
    ],
    softmax=[
        dict(values=tensor(2, 3, takes="array75 nans Tensor [] [1.0] ()"), axis=axis()),
        dict(values=values(0.5, 1.0, takes="array75 nans Tensor Values [] [1.0] ()")),
    ],
    log_softmax=[
        dict(values=tensor(2, 3, takes="array75 nans Tensor [] [1.0] ()"), axis=axis()),
        dict(values=values(0.5, 1.0, takes="array75 nans Tensor Values [] [1.0] ()")),
    ],
    dot=[
        dict(ws=values(0.5, 1.0, takes="Values"), xs=values(1.0, 2.0, takes="Tensor Values")),
        dict(ws=tensor(2, 3), xs=tensor(3)),
    ],
    take=[
        dict(rows=tensor(5, 2, takes="array75"), index=given([0, 4], "3 -1 0 [] () array([])")),
        dict(rows=values(0.5, 1.0, 2.0, 3.0, takes="array75"), index=given(2, "3 -1 0")),
    ],
    concatenate=dict(tensors=made(lambda: [Tensor([[1.0]]), np.ones((1, 1))]), axis=axis()),
    stack=dict(tensors=made(lambda: [Tensor([1.0]), np.ones(1)]), axis=axis()),
    where=[
        dict(condition=given(True, "True"), x=operand(), y=operand()),
        dict(condition=given(np.array([True, False]), "True"), x=tensor(2, takes=NUMBERS + " nan Tensor"), y=number(0.5)),
    ],
    backward_steps=dict(root=made(graph, "Value"), gradient=number(2.0) | "None inf True array0d Value"),
    topological_order=dict(root=made(graph, "Value Tensor")),
    gradients=dict(
        output=made(graph, "Value"), inputs=value(), create_graph=flag(False), gradient=number(2.0) | "None inf True array0d Value"
    ),
    jacobian=[
        dict(outputs=values(0.5, 1.0, takes="Value [] ()"), inputs=values(0.5, 1.0, takes="Value [] ()")),
        dict(outputs=tensor(2, takes="Tensor"), inputs=tensor(2, 3, takes="Tensor [] ()")),
    ],
    hessian=[
        dict(output=made(graph, "Value"), inputs=values(0.5, 1.0, takes="Value [] ()")),
        dict(output=tensor(), inputs=tensor(2, takes="Tensor [] ()")),
    ],
    hvp=[
        dict(output=made(graph, "Value"), inputs=values(0.5), vector=given([1.0], "[1.0]")),
        dict(output=tensor(), inputs=tensor(2, takes="Tensor"), vector=array(2, takes="Tensor")),
    ],
    gradcheck=dict(
        fn=function(lambda x: x * x), inputs=given([0.5], NUMBERS + " [1.0] Value Tensor array75"),
        step=above0(1e-4), rtol=from0(1e-6), atol=from0(1e-8),
    ),
    define=dict(
        name=word("made_of_test") | "x", value_of=function(lambda x: x * x), partials=function(lambda out, x: 2 * x),
        symbol=text("²") | "None", on_array=function(np.square) | "None", domain=text(""),
    ),
    formula=dict(node=made(graph), index=given(0, "-1 0")),
    name_of=dict(node=value(takes="Value Tensor")),
    no_grad={},
    no_grad____call__=dict(function=function(nothing)),
    detect_anomaly={},
    detect_anomaly____call__=dict(function=function(nothing)),
    draw=dict(
        root=made(graph, "Value Tensor"), direction=word("LR"), local_grads=flag(), title=text() | "None", max_nodes=count(9),
    ),
    stepper=dict(
        root=made(graph, "Value"), title=text() | "None", parameters=values(0.5) | "None [] () array([]) Values",
        fold_above=count0(500), max_nodes=count(9),
    ),
    film=dict(
        model=made(network), examples=given([[0.0, 1.0], [1.0, 0.0]]), targets=given([1.0, -1.0], "None"),
        loss=function(nn.mse) | "None", title=text(), note=text(), level=number(0.5) | "None",
    ),
    Film__record=dict(loss=value(0.5, "Value 3 -1 0 2.5 nan inf huge")),
    Film__save=dict(path=path("film.html")),
    Film__gradient_norms=dict(frame=made(lambda: frame())),
    Film__dead=dict(frame=made(lambda: frame())),
    Drawing__save=dict(path=path("graph.dot")),
    Stepper__save=dict(path=path("page.html")),
    Stepper__terminal=dict(predict=flag(False)),
    trace={
        "fn": function(whatever), "*arguments": [given(0.5, NUMBERS + " [1.0] Value Values () [] array([]) array75")],
        "parameters": made(list, "None [] () array([]) Values"),
    },
    traced=dict(fn=function(lambda x, n=2: x * n), static=word("x") | "() [] x", parameters=made(list, "None [] () array([]) Values")),
    Program____call__={"*arguments": [given(0.5, NUMBERS + " Value")]},
    Program__value_and_grad={"*arguments": [given(0.5, NUMBERS + " Value")]},
    Program__batched=dict(dtype=dtype(float)),
    Program__compiled={},
    Symbol=dict(text=text("x"), binding=given(None, "None 3 0")),
    Op=dict(
        name=text("made"), symbol=text("m"), on_float=function(abs), on_array=function(np.abs),
        partials=given((nothing,)), domain=text(""), defaults=given((), "()"), is_defined=flag(False),
    ),
    Op____call__={"*operands": [operand()]},
    Op__complete=dict(operands=given((0.5,)), named=given({}, "{}")),
    NaryOp=dict(name=text("made"), symbol=text("m"), on_float=function(max), partials=function(nothing), domain=text("")),
    ArrayOp=dict(name=text("made"), symbol=text("m"), on_array=function(np.abs), partials=given((nothing,), "function class")),
    ArrayOp____call__={"*operands": [tensor(2, takes="Tensor"), tensor(2, takes="Tensor")]},
    Report=dict(entries=made(lambda: autograd.gradcheck(lambda x: x * x, 0.5).entries, "()")),
    GradientError=dict(report=made(lambda: autograd.gradcheck(lambda x: x * x, 0.5))),
)


def frame() -> Any:
    recorded = film()
    recorded.record(0.5)
    return recorded.frames[0]


# nn: layers.

for name in ("Identity", "Mish", "ReLU", "SELU", "SiLU", "Sigmoid", "Softplus", "Tanh", "Flatten", "Module"):
    CALLS[f"nn.{name}"] = {}

entries(
    "nn",
    Activation={"name": word("elu"), "*settings": [number(1.0) | "Value Tensor"]},
    Activation____call__=dict(x=array(2, 3, takes=ARRAYS + " Value Values")),
    ELU=dict(alpha=from0(1.0)),
    GELU=dict(approximate=word("none")),
    Hardtanh=dict(low=number(-1.0), high=above0(1.0) | "0"),
    LeakyReLU=dict(slope=from0(0.01)),
    PReLU=dict(channels=count(1), slope=number(0.25) | "Value", dtype=dtype()),
    PReLU____call__=dict(x=array(2, 3, takes=ARRAYS)),
    Swish=dict(beta=number(1.0) | "Value Tensor"),
    Softmax=dict(axis=axis() | "3"),
    Softmax____call__=dict(x=array(2, 3, takes="array0d array75 nans Tensor Values [] [1.0] ()")),
    LogSoftmax=dict(axis=axis() | "3"),
    LogSoftmax____call__=dict(x=array(2, 3, takes="array0d array75 nans Tensor Values [] [1.0] ()")),
    Linear=dict(nin=count(3), nout=count(2), bias=flag(), dtype=dtype(), rng=seed() | "None"),
    Linear____call__=dict(x=array(2, 3)),
    Dropout=dict(p=share(0.5), rng=seed() | "None"),
    Dropout____call__=dict(x=array(2, 3, takes=ARRAYS)),
    Flatten____call__=dict(x=array(2, 3, takes="[] [1.0] () array([]) array75 nans Tensor Values")),
    Sequential={"*modules": [model(), made(nn.ReLU)]},
    Sequential____call__=dict(x=array(2, 3)),
    BatchNorm1d=dict(features=count(3), eps=above0(1e-5), momentum=share(0.1) | "None", affine=flag(), dtype=dtype()),
    BatchNorm1d____call__=dict(x=array(2, 3)),
    BatchNorm2d=dict(features=count(3), eps=above0(1e-5), momentum=share(0.1) | "None", affine=flag(), dtype=dtype()),
    BatchNorm2d____call__=dict(x=array(2, 3, 4, 4)),
    LayerNorm=dict(shape=count(3), eps=above0(1e-5), affine=flag(), bias=flag(), dtype=dtype()),
    LayerNorm____call__=dict(x=array(2, 3)),
    RMSNorm=dict(shape=count(3), eps=above0(1e-5) | "None", affine=flag(), dtype=dtype()),
    RMSNorm____call__=dict(x=array(2, 3)),
    Neuron=dict(nin=count(2), activation=word("tanh") | "None", dot=flag(), rng=seed() | "None", label=text()),
    Neuron____call__=dict(x=values(1.0, 2.0, takes="Tensor Values")),
    Layer=dict(nin=count(2), nout=count(3), activation=word("tanh") | "None", dot=flag(), rng=seed() | "None", label=text()),
    Layer____call__=dict(x=values(1.0, 2.0, takes="Values")),
    MLP=dict(nin=count(2), nouts=given([3, 1]), activation=word("tanh") | "None", dot=flag(), rng=seed() | "None"),
    MLP____call__=dict(x=values(1.0, 2.0, takes="Values")),
    MLP__vectorized=dict(dtype=dtype()),
    Module__load_state_dict=dict(state=made(lambda: linear().state_dict())),
    Module__train=dict(mode=flag()),
    Module__eval={},
    Module__modules={},
    Module__named_modules={},
    Module__named_parameters={},
    Module__parameters={},
    Module__state_dict={},
    Module__zero_grad={},
)

# nn: losses, of arrays and of Values.

REDUCTION = dict(reduction=word("mean"))
TARGET = "3 -1 0 2.5 True array0d Value"  # where one number is wanted


def of_numbers(name: str, target: float, prediction: str = "prediction", answers: str = TARGET, **options: Argument) -> None:
    many = np.full(2, target)
    CALLS[f"nn.{name}"] = [
        {prediction: tensor(2, takes="Tensor Values"), "target": given(many, "Tensor"), **options, **REDUCTION},
        {prediction: value(0.5, NUMBERS + " nan Value"), "target": given(target, answers), **options, **REDUCTION},
    ]


of_numbers("mse", 1.0)
of_numbers("mae", 1.0)
of_numbers("huber", 1.0, delta=above0(1.0))
of_numbers("poisson_nll", 1.0, log_rate=flag(), full=flag(), eps=from0(1e-8))
of_numbers("hinge", 1.0, "score")
of_numbers("focal", 1.0, "logit", gamma=from0(2.0), alpha=share(0.25) | "None")
of_numbers("binary_cross_entropy", 1.0, "probability")
of_numbers("binary_cross_entropy_with_logits", 1.0, "logit", positive_weight=from0(1.0))

SMALL = "nans Tensor Values"
VECTORS = dict(x1=tensor(2, 3), x2=tensor(2, 3), target=given([1, -1]))
VECTOR = dict(x1=values(0.5, 1.0, takes="Values"), x2=values(1.0, 2.0, takes="Values Tensor"), target=given(1, "-1"))
CLASSES = dict(target=given([0, 1]), class_weights=given([1.0, 2.0, 3.0], "None"))
CLASS = dict(target=given(1, "0 3"), class_weights=given([1.0, 2.0], "None Tensor"))
ENTROPY = dict(label_smoothing=share(0.1), ignore_index=given(-1, "None 3 -1 0"))
PAIRS = dict(anchor=tensor(2, 3), positive=tensor(2, 3), negative=tensor(2, 3))
PAIR = dict(anchor=values(0.5, 1.0, takes="Values"), positive=values(1.0, 2.0, takes="Values Tensor"), negative=values(3.0, 2.0, takes="Values Tensor"))
TRIPLET = dict(margin=above0(1.0), p=above0(2.0), swap=flag())
MASKS = [
    dict(prediction=tensor(2, 3), target=given(np.eye(2, 3)), smooth=from0(1.0), **REDUCTION),
    dict(prediction=values(0.5, 1.0), target=given([0.0, 1.0]), smooth=from0(1.0), **REDUCTION),
]
LOGARITHMS = made(lambda: Tensor(np.log(np.full((2, 3), 1 / 3))))
entries(
    "nn",
    cosine_embedding=[dict(call, margin=share(0.0) | "-1", **REDUCTION) for call in (VECTORS, VECTOR)],
    contrastive=[dict(call, margin=above0(1.0), **REDUCTION) for call in (VECTORS, VECTOR)],
    triplet=[dict(call, **TRIPLET, **REDUCTION) for call in (PAIRS, PAIR)],
    dice=MASKS,
    iou=MASKS,
    cross_entropy=[
        dict(logits=tensor(2, 3), **CLASSES, **ENTROPY, **REDUCTION),
        dict(logits=values(0.5, 1.0, takes="Values"), **CLASS, **ENTROPY, **REDUCTION),
        dict(logits=tensor(2, 3), target=given([0, 1])),
    ],
    nll=[
        dict(log_probabilities=LOGARITHMS, **CLASSES, ignore_index=ENTROPY["ignore_index"], **REDUCTION),
        dict(log_probabilities=values(-0.5, -1.0), **CLASS, ignore_index=ENTROPY["ignore_index"], **REDUCTION),
    ],
    kl_divergence=[
        dict(log_probabilities=LOGARITHMS, target=given(np.full((2, 3), 1 / 3)), log_target=flag(False), **REDUCTION),
        dict(log_probabilities=values(-0.5, -1.0), target=given([0.5, 0.5], "Tensor Values"), log_target=flag(False), **REDUCTION),
    ],
    multiclass_hinge=[
        dict(scores=tensor(2, 3), target=CLASSES["target"], margin=from0(1.0), power=given(1), class_weights=CLASSES["class_weights"], **REDUCTION),
        dict(scores=values(0.5, 1.0, takes="Values"), target=given(1, "0"), margin=from0(1.0), power=given(1), class_weights=CLASS["class_weights"], **REDUCTION),
    ],
)

# nn: optimizers.

BETAS = given((0.9, 0.99))
entries(
    "nn",
    Optimizer={"parameters": parameters(), "lr": above0(0.1)},
    Optimizer__step=dict(closure=made(lambda: None, "None")),
    Optimizer__step_arrays=dict(values=made(list), data=array(2), grad=array(2)),
    Optimizer__evaluate=dict(closure=function(lambda: Value(1.0) * 2.0)),
    Optimizer__load_state_dict=dict(state=made(lambda: sgd().state_dict())),
    Optimizer__lr=dict(rate=from0(0.1)),
    Optimizer__state_dict={},
    Optimizer__zero_grad={},
    SGD=dict(parameters=parameters(), lr=above0(0.1), momentum=from0(0.9), weight_decay=from0(0.0), nesterov=flag(False)),
    Adadelta=dict(parameters=parameters(), lr=above0(0.1), rho=share(0.9), eps=from0(1e-6), weight_decay=from0(0.0)),
    Adagrad=dict(
        parameters=parameters(), lr=above0(0.1), lr_decay=from0(0.0), weight_decay=from0(0.0),
        initial_accumulator_value=from0(0.0), eps=from0(1e-6),
    ),
    Adam=dict(parameters=parameters(), lr=above0(0.1), betas=BETAS, eps=from0(1e-8), weight_decay=from0(0.0), amsgrad=flag()),
    AdamW=dict(parameters=parameters(), lr=above0(0.1), betas=BETAS, eps=from0(1e-8), weight_decay=from0(0.0), amsgrad=flag()),
    Adamax=dict(parameters=parameters(), lr=above0(0.1), betas=BETAS, eps=from0(1e-8), weight_decay=from0(0.0)),
    Lion=dict(parameters=parameters(), lr=above0(0.1), betas=BETAS, weight_decay=from0(0.0)),
    NAdam=dict(
        parameters=parameters(), lr=above0(0.1), betas=BETAS, eps=from0(1e-8), weight_decay=from0(0.0),
        momentum_decay=from0(0.004), decoupled_weight_decay=flag(),
    ),
    RAdam=dict(
        parameters=parameters(), lr=above0(0.1), betas=BETAS, eps=from0(1e-8), weight_decay=from0(0.0),
        decoupled_weight_decay=flag(),
    ),
    RMSprop=dict(
        parameters=parameters(), lr=above0(0.1), alpha=share(0.9), eps=from0(1e-8), weight_decay=from0(0.0),
        momentum=from0(0.0), centered=flag(),
    ),
    LBFGS=dict(
        parameters=parameters(), lr=above0(0.1), max_iter=count(20), max_eval=count(25) | "None", tolerance_grad=from0(1e-7),
        tolerance_change=from0(1e-9), history_size=count(5),
    ),
    LBFGS__step=dict(closure=function(lambda: Value(1.0) * 2.0)),
    LBFGS__load_state_dict=dict(state=made(lambda: nn.LBFGS(weights()).state_dict())),
    LBFGS__state_dict={},
    Lookahead=dict(optimizer=optimizer(), k=count(5), alpha=given(0.5)),
    Lookahead__step=dict(closure=given(None, "None")),
    Lookahead__step_arrays=dict(values=made(list), data=array(2), grad=array(2)),
    Lookahead__load_state_dict=dict(state=made(lambda: nn.Lookahead(sgd()).state_dict())),
    Lookahead__state_dict={},
)

# nn: schedules, regularization, augmentation, data.

entries(
    "nn",
    Schedule=dict(optimizer=optimizer(), total_steps=count(10) | "None"),
    Schedule__lr_at=dict(step=count0(3), group=given(0, "0")),
    Schedule__load_state_dict=dict(state=made(lambda: nn.StepDecay(sgd(), 2).state_dict())),
    Schedule__observe=dict(metric=number(0.5) | "nan inf array0d Value nans"),
    Schedule__plot=dict(path=path("schedule.svg"), steps=count(5)),
    Schedule__preview=dict(steps=count(5), group=given(0, "0")),
    Schedule__state_dict={},
    Schedule__step={},
    Cosine=dict(optimizer=optimizer(), total_steps=count(9), min_lr=from0(0.0)),
    CosineWarmRestarts=dict(optimizer=optimizer(), period=count(9), multiplier=count(1), min_lr=from0(0.0)),
    ExponentialDecay=dict(optimizer=optimizer(), gamma=from0(0.9)),
    LinearWarmup=dict(after=made(lambda: nn.Cosine(sgd(), 9)), steps=count(3), start_factor=from0(0.0)),
    LinearWarmup__observe=dict(metric=number(0.5) | "nan inf array0d Value nans"),
    LinearWarmup__step={},
    LinearWarmup__state_dict={},
    MultiStepDecay=dict(optimizer=optimizer(), milestones=given([2, 3], "[] () array([])"), gamma=from0(0.1)),
    OneCycle=dict(
        optimizer=optimizer(), max_lr=above0(1.0) | "[1.0]", total_steps=count(9), pct_start=share(0.3), div_factor=above0(25.0),
        final_div_factor=above0(1e4), anneal=word("cosine"), three_phase=flag(), momentum=given((0.85, 0.95), "None"),
    ),
    OneCycle__momentum_at=dict(step=count0(3)),
    PolynomialDecay=dict(optimizer=optimizer(), total_steps=count(9), power=above0(1.0), min_lr=from0(0.0)),
    ReduceOnPlateau=dict(
        optimizer=optimizer(), factor=share(0.1), patience=count0(3), mode=word("min"), threshold=from0(1e-4),
        threshold_mode=word("rel"), cooldown=count0(0), min_lr=from0(0.0), eps=from0(1e-8),
    ),
    ReduceOnPlateau__observe=dict(metric=number(0.5) | "nan inf array0d Value nans"),
    ReduceOnPlateau__plot=dict(path=path("plateau.svg"), steps=count(5) | "None", metrics=given([0.5, 0.4], "None [] () [1.0] array([]) nans Tensor Values")),
    ReduceOnPlateau__preview=dict(steps=count(5) | "None", group=given(0, "0"), metrics=given([0.5, 0.4], "None [] () [1.0] array([]) nans Tensor Values")),
    ReduceOnPlateau__state_dict={},
    StepDecay=dict(optimizer=optimizer(), step_size=count(2), gamma=from0(0.1)),
    l1=dict(parameters=parameters()),
    l2=dict(parameters=parameters()),
    elastic_net=dict(parameters=parameters(), l1=from0(0.1), l2=from0(0.1)),
    max_norm=[
        dict(weights=parameters(), limit=above0(1.0)),
        dict(weights=tensor(2, 3, takes="Values"), limit=above0(1.0)),
        dict(weights=values(0.5, 3.0, takes="Values"), limit=above0(1.0)),
    ],
    GradientNoise=dict(parameters=parameters() | "[] () array([])", eta=from0(0.01), gamma=from0(0.55), rng=seed()),
    GradientNoise__load_state_dict=dict(state=made(lambda: nn.GradientNoise(weights(), rng=0).state_dict())),
    GradientNoise__state_dict={},
    GradientNoise__step={},
    clip_grad_norm=dict(parameters=parameters() | "[] () array([])", max_norm=from0(1.0), norm_type=above0(2.0) | "inf"),
    clip_grad_value=dict(parameters=parameters() | "[] () array([])", clip_value=from0(1.0)),
    Shift=dict(pixels=count0(1)),
    Rotate=dict(degrees=from0(10.0)),
    Elastic=dict(alpha=from0(34.0), sigma=above0(4.0)),
    Augment={"*warps": [made(lambda: nn.Shift(1)), made(lambda: nn.Rotate(5))]},
    **{f"{name}____call__": dict(images=array(2, 4, 4), rng=seed()) for name in ("Shift", "Rotate", "Elastic", "Augment")},
    Elastic__field=dict(shape=given((2, 4, 4)), rng=seed(), dtype=dtype()),
    Mixup=dict(alpha=from0(0.2), classes=count(3) | "None"),
    Mixup____call__=dict(x=array(2, 3), y=given(np.array([0, 1])), rng=seed()),
    batches=dict(x=array(4, 3), y=array(4), batch_size=count(2), seed=seed(), shuffle=flag()),
    Loader=dict(x=array(4, 3), y=array(4), batch_size=count(2), rng=seed(), shuffle=flag(), augment=given(None, "None [] () function class")),
    Loader__load_state_dict=dict(state=made(lambda: nn.Loader(np.ones(4), np.ones(4), 2).state_dict())),
    Loader__break_off={},
    Loader__state_dict={},
    save=dict(model=model(), path=path("model.npz")),
    load=dict(model=model(), path=path("saved.npz")),
)

# nn.init.

SHAPE = given((2, 3))
DRAWN = dict(rng=seed(), gain=from0(1.0))
FAN = dict(mode=word("fan_in"))
entries(
    "nn.init",
    gain=dict(activation=word("relu") | "None"),
    fans=dict(shape=SHAPE),
    uniform=dict(shape=SHAPE | "[] ()", bound=from0(1.0), rng=seed(), dtype=dtype()),
    normal=dict(shape=SHAPE | "[] ()", std=from0(1.0), rng=seed(), dtype=dtype()),
    **{
        name: dict(shape=SHAPE, **DRAWN, **(FAN if "kaiming" in name else {}), dtype=dtype())
        for name in (
            "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "lecun_uniform", "lecun_normal", "orthogonal",
        )
    },
    variances=dict(model=made(lambda: nn.Sequential(linear())), x=array(2, 3), rng=seed()),
)

# nn.training.

LOADER = made(lambda: nn.Loader(*examples(), 2))
METRICS = given(training.accuracy, "None [] () {} function class")
CHECKPOINTED = "of_test.checkpoint"
entries(
    "nn.training",
    AfterStep=dict(act=function(nothing)),
    BeforeStep=dict(act=function(nothing)),
    AfterStep__state_dict={},
    BeforeStep__state_dict={},
    CSVLog=dict(path=path("log.csv")),
    JSONLinesLog=dict(path=path("log.jsonl")),
    Callback={},
    Callback__state_dict={},
    Checkpoint=dict(path=path(CHECKPOINTED), steps=count(5) | "None", every=count(1), resume=flag()),
    EarlyStopping=dict(monitor=text("loss") | "None", patience=count0(5), mode=word("min"), min_delta=from0(0.0), restore=flag()),
    EarlyStopping__load_state_dict=dict(state=made(lambda: training.EarlyStopping().state_dict())),
    EarlyStopping__state_dict={},
    History={},
    History__columns={},
    History__plot=dict(path=path("history.svg")),
    History__load_state_dict=dict(state=made(lambda: history().state_dict())),
    History__state_dict={},
    RangeTest=dict(rates=given([0.1, 0.2], "[1.0]"), losses=given([0.5, 0.4], "[1.0]")),
    RangeTest__plot=dict(path=path("rates.svg")),
    Scheduling=dict(schedule=made(lambda: nn.StepDecay(sgd(), 2)), every=word("step"), monitor=text("loss") | "None"),
    Scheduling__load_state_dict=dict(state=made(lambda: nn.StepDecay(sgd(), 2).state_dict())),
    Scheduling__state_dict={},
    accuracy=dict(prediction=array(2, 3), target=given(np.array([0, 1]))),
    predict=dict(model=model(), x=array(4, 3), batch_size=count(2)),
    evaluate=dict(
        model=model(), x=made(lambda: examples()[0]), y=made(lambda: examples()[1]), loss=given(nn.cross_entropy, "None function class"),
        metrics=METRICS, batch_size=count(2),
    ),
    split=dict(x=array(4, 3), y=array(4), held_out=given(0.5, "3"), seed=seed()),
    read_checkpoint=dict(path=path("saved.checkpoint")),
)


def of_training(**more: Argument) -> Callable[[], Call]:
    """A model, its data, and an optimizer of its parameters."""

    def call() -> Call:
        model = linear()
        return dict(
            model=given(model), data=LOADER, loss=function(nn.cross_entropy),
            optimizer=given(nn.SGD(model.parameters(), lr=0.1)), **more,
        )

    return call


OF_XY = dict(batch_size=count(2) | "None", seed=seed() | "None")
entries(
    "nn.training",
    fit=[
        of_training(
            epochs=count(1), metrics=METRICS, schedule=given(None, "None"), callbacks=given([], "[] ()"),
            progress=given(False),
        ),
        lambda: of_training(epochs=count(1), validation=given(0.5, "None 3"), **OF_XY, progress=given(False))()
        | dict(data=given(examples())),
    ],
    range_test=[
        of_training(low=above0(1e-3), high=above0(10.0), steps=count(3)),
        lambda: of_training(**OF_XY)() | dict(data=given(examples())),
    ],
)
