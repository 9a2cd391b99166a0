"""The matrix products found in a network of scalars, and how much faster they are."""

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
from nn.layers.recurrent import rnn_step

from .networks import Network, gpt, models

BATCH = 100  # examples at once
TIMED = 0.05  # seconds, and at least two runs: the fastest counts

# Functions and methods that define a network's computation, in reading order.
SCALARS: dict[str, tuple[Callable[..., Any], ...]] = {
    "two moons": (nn.Neuron.__call__, models.hinge),
    "convolution": (nn.Conv2d.__call__, models.squared_error),
    "rnn": (rnn_step, nn.RNN.__call__, models.EachStep.__call__, models.squared_error),
    "multi-head attention": (
        nn.scaled_dot_product_attention, nn.MultiHeadAttention.__call__, models.squared_error,
    ),
    "gpt": (
        nn.scaled_dot_product_attention, nn.MultiHeadAttention.__call__, nn.TransformerBlock.__call__,
        gpt.GPT.__call__, gpt.logits, gpt.loss,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Recovery:
    """A traced network, with the seconds per example, forward and backward."""

    network: Network
    model: Module
    batched: Batched
    nodes: int  # in the graph of one example on Values
    eager: float
    at_once: float  # as one of BATCH

    @property
    def speed_up(self) -> float:
        """The number of examples that run in the time of one on Values."""
        return self.eager / self.at_once

    @property
    def lines(self) -> int:
        """Lines of the array program, forward and backward."""
        return len(self.batched.source.splitlines())

    @property
    def largest(self) -> str:
        """The matrix product with the most multiplications; a dash if there is none."""
        return max(self.batched.products, key=multiplications, default="–")


def recover(network: Network, rng: np.random.Generator) -> Recovery:
    """Trace a network, and time it both ways."""
    built = network.build(rng)
    batched = trace(built.fn, *built.example, parameters=built.parameters).batched()
    batch = [np.array(argument) for argument in zip(*(network.draw(rng) for _ in range(BATCH)))]
    nodes = len(autograd.topological_order(built.fn(*built.example)))
    eager = fastest(lambda: built.fn(*built.example).backward())
    at_once = fastest(lambda: batched.value_and_grad(*batch)) / BATCH
    return Recovery(network, built.model, batched, nodes, eager, at_once)


def fastest(run: Callable[[], Any]) -> float:
    """Return the seconds of the fastest of several runs, after one that compiles the sources."""
    run()
    times: list[float] = []
    while len(times) < 2 or sum(times) < TIMED:
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


def multiplications(product: str) -> int:
    """Count the multiplications for one example in a product as :attr:`Batched.products` writes it.

    >>> multiplications("B x 2 times (6, 4) @ (4, 5)")
    240
    """
    inner = re.search(r", (\d+)\) @", product)
    every = math.prod(map(int, re.findall(r"\d+", product)))
    return every // int(inner[1]) if inner else every


def scalar_source(network: Network) -> str:
    """Return the Python source that defines a network: the functions that matter, each under its name.

    >>> from .networks import find
    >>> print(scalar_source(find("two moons")).splitlines()[-2])
    def hinge(model: Any, x: list[Any], y: Any) -> Any:
    """
    return "\n\n".join(
        f"# {function.__module__}.{function.__qualname__}\n{_bare(function)}"
        for function in SCALARS[network.name]
    )


def whole_source(recovery: Recovery) -> str:
    """Return the source of a network's classes, parts first, and of the functions called besides."""
    classes: dict[Any, None] = {
        kind: None
        for module in reversed(recovery.model.modules())
        for kind in reversed(type(module).__mro__)
        if kind.__module__.startswith(("demos.", "nn.layers."))
    }
    names = {kind.__name__ for kind in classes}
    functions = [*SCALARS.get(recovery.network.name, ()), recovery.network.loss]
    beside = dict.fromkeys(f for f in functions if f.__qualname__.split(".")[0] not in names)
    return "\n\n".join(textwrap.dedent(inspect.getsource(each)) for each in (*classes, *beside))


def _bare(function: Callable[..., Any]) -> str:
    """Return a function's source without its docstring."""
    lines = textwrap.dedent(inspect.getsource(function)).rstrip().splitlines()
    (defined,) = ast.parse("\n".join(lines)).body
    assert isinstance(defined, ast.FunctionDef)
    if ast.get_docstring(defined) is not None:
        said = defined.body[0]
        del lines[said.lineno - 1 : said.end_lineno]
    return "\n".join(lines)
