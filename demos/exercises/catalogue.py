"""The exercises, from one product to a softmax with its loss, with numbers that suit mental arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import autograd
from autograd import Value


@dataclass(frozen=True)
class Exercise:
    """A graph to predict. ``name`` is the key of its score, ``teaches`` says what it is for."""

    name: str
    title: str
    teaches: str
    build: Callable[[], Value]


def leaves(**numbers: float) -> list[Value]:
    """Return one leaf for each number, labelled with its name."""
    return [Value(number, name) for name, number in numbers.items()]


def named(label: str, node: Value) -> Value:
    """Label a node and return it."""
    node.label = label
    return node


def product() -> Value:
    """Build y = a * b."""
    a, b = leaves(a=2.0, b=-3.0)
    return named("y", a * b)


def sum_() -> Value:
    """Build y = a * b + c."""
    a, b, c = leaves(a=2.0, b=-3.0, c=10.0)
    return named("y", named("p", a * b) + c)


def square() -> Value:
    """Build y = x * x."""
    (x,) = leaves(x=3.0)
    return named("y", x * x)


def reused() -> Value:
    """Build y = a * b + a * c."""
    a, b, c = leaves(a=2.0, b=-3.0, c=4.0)
    return named("y", named("p", a * b) + named("q", a * c))


def chain() -> Value:
    """Build y = (2x + 1)²."""
    (x,) = leaves(x=1.0)
    return named("y", named("u", 2.0 * x + 1.0) ** 2)


def quotient() -> Value:
    """Build y = a / b."""
    a, b = leaves(a=3.0, b=2.0)
    return named("y", a / b)


def two_paths() -> Value:
    """Build y = x² * 3x."""
    (x,) = leaves(x=2.0)
    u, v = named("u", x**2), named("v", 3.0 * x)
    return named("y", u * v)


def neuron() -> Value:
    """Build o = tanh(w x + b), which is 1/2."""
    x, w, b = leaves(x=0.5, w=2.0, b=math.atanh(0.5) - 1.0)
    return named("o", named("n", w * x + b).tanh())


def alive_and_dead() -> Value:
    """Build the sum of two relus, one of a number above 0 and one of a number below 0."""
    x, w1, b1, w2, b2 = leaves(x=2.0, w1=1.5, b1=-1.0, w2=-1.0, b2=0.5)
    h1 = named("h1", named("n1", w1 * x + b1).relu())
    h2 = named("h2", named("n2", w2 * x + b2).relu())
    return named("y", h1 + h2)


def tie() -> Value:
    """Build y = max(a, b) * c, where a = b."""
    a, b, c = leaves(a=2.0, b=2.0, c=3.0)
    return named("y", named("m", autograd.maximum(a, b)) * c)


def squared_error() -> Value:
    """Build L = (sigmoid(w x + b) - 1)²."""
    x, w, b = leaves(x=2.0, w=1.0, b=-2.0)
    o = named("o", named("n", w * x + b).sigmoid())
    return named("L", named("error", o - 1.0) ** 2)


def log_likelihood() -> Value:
    """Build L = -log(sigmoid(z)), the loss when the right answer is 1."""
    (z,) = leaves(z=-math.log(3.0))
    p = named("p", z.sigmoid())
    return named("L", -named("logp", p.log()))


def network() -> Value:
    """Build two inputs, two relus, one output, and its squared distance from 3."""
    x1, x2 = leaves(x1=1.0, x2=2.0)
    w11, w12, w21, w22, b1, b2 = leaves(w11=1.0, w12=2.0, w21=1.0, w22=-1.0, b1=-1.0, b2=1.0)
    u1, u2, c = leaves(u1=1.0, u2=-2.0, c=1.0)
    s1, s2 = named("s1", autograd.dot([w11, w21], [x1, x2])), named("s2", autograd.dot([w12, w22], [x1, x2]))
    h1, h2 = named("h1", named("z1", s1 + b1).relu()), named("h2", named("z2", s2 + b2).relu())
    y = named("y", named("s3", autograd.dot([u1, u2], [h1, h2])) + c)
    return named("L", named("error", y - 3.0) ** 2)


def cross_entropy() -> Value:
    """Build L = -log(p), where p is the second entry of the softmax of three logits."""
    logits = leaves(z1=0.0, z2=math.log(2.0), z3=math.log(3.0))
    exps = [named(f"e{number}", z.exp()) for number, z in enumerate(logits, 1)]
    total = named("s", autograd.sum(exps))
    p = named("p", exps[1] / total)
    return named("L", -named("logp", p.log()))


EXERCISES = (
    Exercise(
        "product",
        "One product",
        """y = a * b. Move a a little, and y moves b times as much: the gradient of a factor is the other
        factor.""",
        product,
    ),
    Exercise(
        "sum",
        "A product and a sum",
        "y = a * b + c. A sum passes its gradient on to both operands, unchanged.",
        sum_,
    ),
    Exercise(
        "square",
        "A number times itself",
        "y = x * x. Two edges lead to x; each brings a contribution, and they add up.",
        square,
    ),
    Exercise(
        "reused",
        "A number used twice",
        "y = a * b + a * c. Two contributions reach a. Which of them comes first?",
        reused,
    ),
    Exercise(
        "chain",
        "A chain",
        """y = (2x + 1)². Along a chain the local gradients multiply: the slope of the square, then that of
        2x + 1.""",
        chain,
    ),
    Exercise(
        "quotient",
        "A quotient",
        "y = a / b. The larger b, the smaller y: name the sign of b's gradient before you compute it.",
        quotient,
    ),
    Exercise(
        "two_paths",
        "Two paths",
        "u = x², v = 3x, y = u * v. So y = 3x³, whose slope you know. Do the two paths add up to it?",
        two_paths,
    ),
    Exercise(
        "neuron",
        "A neuron with tanh",
        "o = tanh(w x + b) = 1/2. The slope of tanh is 1 - o²: its output is all you need.",
        neuron,
    ),
    Exercise(
        "relu",
        "relu, alive and dead",
        "Two neurons see the same x. In one of them relu gets a number below 0: what can that neuron learn?",
        alive_and_dead,
    ),
    Exercise(
        "tie",
        "A maximum at a tie",
        """y = max(a, b) * c, and a = b. There is a corner here, and an engine has to choose a slope: this one
        gives one half to each.""",
        tie,
    ),
    Exercise(
        "squared_error",
        "sigmoid and squared error",
        "L = (o - 1)², o = sigmoid(w x + b) = 1/2. The slope of sigmoid is o (1 - o), at most 1/4.",
        squared_error,
    ),
    Exercise(
        "log_likelihood",
        "sigmoid and logarithm",
        """L = -log(p), p = sigmoid(z) = 1/4. When p is small, 1/p is large, and the slope of sigmoid is
        small. What is their product? Compare it with p - 1.""",
        log_likelihood,
    ),
    Exercise(
        "network",
        "A network, 2-2-1",
        """Two inputs, two relu neurons, one output, squared error; whole numbers only. Each hidden neuron
        sends a contribution back to each input.""",
        network,
    ),
    Exercise(
        "cross_entropy",
        "softmax with cross-entropy",
        """The softmax of z1, z2, z3 is 1/6, 1/3, 1/2, and the second class is the right one: L = -log(1/3).
        In the end the gradient is softmax minus one-hot.""",
        cross_entropy,
    ),
)
