"""What a network of scalars turns out to be: the matrix products in it, and how much faster they are."""

from __future__ import annotations

import ast
import inspect
import math
import re
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd
import nn
from autograd import trace
from autograd.tracing.batched import Batched
from nn import Module

from .networks import Network, attention, convolution, gpt, normalization, parts, perceptron, recurrent

BATCH = 100  # examples at once
TIMED = 0.05  # seconds, and two runs at least: the fastest counts

# Functions and methods that say what a network computes, in the order of reading.
SCALARS: dict[str, tuple[Callable[..., Any], ...]] = {
    "two moons": (nn.Neuron.__call__, perceptron.Hinge.loss),
    "convolution": (convolution.response, convolution.Convolution.__call__, convolution.Convolution.loss),
    "rnn": (parts.product, recurrent.RNN.__call__, recurrent.RNN.loss),
    "multi-head attention": (
        parts.product, attention.attend, attention.MultiHeadAttention.__call__, attention.SelfAttention.loss,
    ),
    "gpt": (
        parts.product, normalization.rms_norm, attention.attend, attention.MultiHeadAttention.__call__,
        gpt.GPT.logits, gpt.GPT._think, parts.cross_entropy, gpt.GPT.loss,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Recovery:
    """A network as it is found, with the seconds that an example takes, forward and backward."""

    network: Network
    module: Module
    batched: Batched
    nodes: int  # of the graph that one example leaves on Values
    eager: float
    at_once: float  # as one of BATCH

    @property
    def speed_up(self) -> float:
        """How many examples are done in the time that one takes on Values."""
        return self.eager / self.at_once

    @property
    def lines(self) -> int:
        """Lines of the array program, forward and backward."""
        return len(self.batched.source.splitlines())

    @property
    def largest(self) -> str:
        """The matrix product with the most multiplications; a dash where there is none."""
        return max(self.batched.products, key=multiplications, default="–")


def recover(network: Network, rng: np.random.Generator) -> Recovery:
    """Trace a network, and time it both ways."""
    built = network.build(rng)
    batched = trace(built.fn, *built.example, parameters=built.parameters).batched()
    batch = [np.array(argument) for argument in zip(*(network.draw(rng) for _ in range(BATCH)))]
    nodes = len(autograd.topological_order(built.fn(*built.example)))
    eager = fastest(lambda: built.fn(*built.example).backward())
    at_once = fastest(lambda: batched.value_and_grad(*batch)) / BATCH
    module: Any = getattr(built.fn, "__self__", None)
    return Recovery(network, module, batched, nodes, eager, at_once)


def fastest(run: Callable[[], Any]) -> float:
    """Seconds that the fastest of some runs takes, after one in which sources are compiled."""
    run()
    times: list[float] = []
    while len(times) < 2 or sum(times) < TIMED:
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


def multiplications(product: str) -> int:
    """Those of one example, in a product as :attr:`Batched.products` writes it.

    >>> multiplications("B x 2 times (6, 4) @ (4, 5)")
    240
    """
    inner = re.search(r", (\d+)\) @", product)
    every = math.prod(map(int, re.findall(r"\d+", product)))
    return every // int(inner[1]) if inner else every


def scalar_source(network: Network) -> str:
    """The Python that a network is defined by: the functions that matter, each under its name.

    >>> from .networks import find
    >>> print(scalar_source(find("two moons")).splitlines()[-2])
    def loss(self, x: list[Any], y: Any) -> Any:
    """
    return "\n\n".join(
        f"# {function.__module__}.{function.__qualname__}\n{_bare(function)}"
        for function in SCALARS[network.name]
    )


def whole_source(recovery: Recovery) -> str:
    """The classes of a network, and the functions it is known to call."""
    classes: list[Any] = [
        each for each in type(recovery.module).__mro__ if each.__module__.startswith("demos.")
    ]
    functions: list[Any] = [f for f in SCALARS.get(recovery.network.name, ()) if "." not in f.__qualname__]
    if recovery.network.name == "two moons":
        functions.append(nn.Neuron.__call__)
    return "\n\n".join(textwrap.dedent(inspect.getsource(each)) for each in (*functions, *reversed(classes)))


def _bare(function: Callable[..., Any]) -> str:
    """A function's source without its docstring."""
    lines = textwrap.dedent(inspect.getsource(function)).rstrip().splitlines()
    (defined,) = ast.parse("\n".join(lines)).body
    assert isinstance(defined, ast.FunctionDef)
    if ast.get_docstring(defined) is not None:
        said = defined.body[0]
        del lines[said.lineno - 1 : said.end_lineno]
    return "\n".join(lines)
