"""One neuron with two inputs, forwards and backwards, one operation at a time.

The neuron is from Andrej Karpathy's lecture "The spelled-out intro to neural networks and backpropagation:
building micrograd". Its numbers make the output 1/√2 and the derivative of tanh there 1/2.
"""

from __future__ import annotations

import argparse
import inspect
import textwrap

from autograd import Value, backward_steps, draw, stepper, topological_order
from autograd.symbols import ATOM, Symbol
from demos import page

LEAVES = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
NUDGE = 0.0001


def neuron(x1: Value, x2: Value, w1: Value, w2: Value, b: Value) -> Value:
    """Multiply two inputs by their weights, add a bias, and squash the sum."""
    x1w1 = x1 * w1
    x2w2 = x2 * w2
    dot = x1w1 + x2w2
    n = dot + b
    o = n.tanh()
    x1w1.label, x2w2.label, dot.label, n.label, o.label = "x1w1", "x2w2", "dot", "n", "o"
    return o


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: this demo has no options of its own."""


def run(options: argparse.Namespace) -> list[page.Section]:
    """Print every step of both passes, and draw the graph."""
    leaves = {name: Value(number, name) for name, number in LEAVES.items()}
    o = neuron(**leaves)
    forward = _forward(o)
    backward = _backward(o)  # from here on the nodes have their gradients
    slopes = _slopes(o, leaves)
    for table in (forward, backward, slopes):
        print(f"{textwrap.fill(page.flowing(table.caption), 96)}\n\n{page.columns(table)}\n")
    options.out.mkdir(parents=True, exist_ok=True)
    picture = draw(o, local_grads=True).save(options.out / "neuron.svg")
    print(f"Its graph: {picture}")
    parameters = [leaves[name] for name in ("w1", "w2", "b")]
    steps = stepper(o, title="A neuron", parameters=parameters).save(options.out / "neuron-steps.html")
    print(f"Step through it: {steps}")

    blocks: list[page.Block] = [
        page.Paragraph(
            """A Value is a float that remembers the numbers it was computed from, and how much it changes
            with each of them: the local gradient. That is all it takes to go back from the output to every
            weight."""
        ),
        page.Paragraph(
            """On the page, press → and watch one operation at a time. Stop at tanh: its output is 0.7071, so
            its slope is 1 - 0.7071² = 0.5, which multiplies every gradient behind it. Then change x2 from 0
            to 1: now w2 has a gradient, and the others are smaller, because tanh is flatter there."""
        ),
        page.Link(steps.name, "Step through it", "Both passes, one operation at a time."),
        page.Picture(
            picture.name,
            """Read it from right to left. The output's gradient is 1; each edge multiplies it by the number
            on the edge, the local gradient. x1 has the largest gradient because its weight is the largest,
            and that of w2 is 0 because its input is 0. Blue is positive, orange negative.""",
            "The neuron's computation graph with every value, gradient and local gradient",
            wide=True,
        ),
        forward,
        backward,
        slopes,
        page.Paragraph("The program:"),
        page.Code(_program()),
    ]
    return [page.Section("neuron", "One neuron, step by step", blocks)]


def _program() -> str:
    lines = ["import autograd", "from autograd import Value", "", inspect.getsource(neuron)]
    lines += [f'{name} = Value({number}, "{name}")' for name, number in LEAVES.items()]
    lines += [
        f"o = neuron({', '.join(LEAVES)})",
        "for step in autograd.backward_steps(o):  # what o.backward() does, one step at a time",
        "    print(step)",
    ]
    return "\n".join(lines)


def _forward(root: Value) -> page.Table:
    rows: list[tuple[str, ...]] = []
    for node in topological_order(root):
        if node.parents:
            names = node.op(*(Symbol(parent.label) for parent in node.parents))
            numbers = node.op(*(Symbol(f"{parent.data:.4f}", ATOM) for parent in node.parents))
            rows.append((str(len(rows) + 1), f"{node.label} = {names}", str(numbers), f"{node.data:.4f}"))
    caption = "Forward: each operation computes one number from numbers already known."
    return page.Table(caption, ("step", "operation", "in numbers", "result"), rows)


def _backward(root: Value) -> page.Table:
    rows = []
    for number, step in enumerate(backward_steps(root), 1):
        operation = (str(number), f"{step.node.label} ({step.node.op.symbol})")
        for to in step.contributions:
            symbols = "" if to.formula == str(to.local_grad) else f"{to.formula} = "
            local = f"∂{step.node.label}/∂{to.parent.label} = {symbols}{to.local_grad:.4f}"
            total = f"{'–' if to.before is None else f'{to.before:.4f}'} → {to.after:.4f}"
            product = (f"× {step.upstream:.4f}", f"= {to.amount:.4f}")
            rows.append((*operation, to.parent.label, local, *product, total))
            operation = ("", "")  # shown once for all its contributions
    caption = """Backward: each operation multiplies its local gradients by the gradient that has reached it
        (upstream), and adds each product (the contribution) to the running total of the parent it goes into.
        A dash means that there was no total yet."""
    head = ("step", "through", "into", "local gradient", "× upstream", "= contribution", "running total")
    return page.Table(caption, head, rows)


def _slopes(root: Value, leaves: dict[str, Value]) -> page.Table:
    rows = []
    for name, leaf in leaves.items():
        nudged = neuron(**{**leaves, name: Value(leaf.data + NUDGE, name)})
        slope = (nudged.data - root.data) / NUDGE
        rows.append((name, f"{leaf.grad:.4f}", f"{root.data:.6f} → {nudged.data:.6f}", f"{slope:.4f}"))
    caption = f"""A gradient is a slope: add {NUDGE} to one number, compute the output again, and divide the
        change by {NUDGE}."""
    return page.Table(caption, ("leaf", "gradient", "output", "slope"), rows)
