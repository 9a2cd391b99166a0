"""A 2-2-1 network of sigmoids: both passes and a step of training by hand, next to the engine.

The loss is (o - t) squared, without the factor 1/2 of some books. w1_12 is the weight from input 1 to hidden
neuron 2. A delta is the gradient of the loss L with respect to the input of a sigmoid.
"""

from __future__ import annotations

import argparse
import textwrap

import nn
from autograd import Value, draw, stepper
from autograd.typed import build
from demos import page

from .paper import Formulas, Paper

INPUTS = {"x1": 0.5, "x2": 0.3, "t": 0.7}
PARAMETERS = {
    "w1_11": 0.2, "w1_12": 0.4, "w1_21": 0.1, "w1_22": 0.3, "b1_1": 0.1, "b1_2": 0.2,
    "w2_1": 0.5, "w2_2": 0.6, "b2": 0.1,
}  # fmt: skip
RATE = 0.1

FORWARD: Formulas = [
    ("z1", "x1 * w1_11 + x2 * w1_21 + b1_1"),
    ("h1", "sigmoid(z1)"),
    ("z2", "x1 * w1_12 + x2 * w1_22 + b1_2"),
    ("h2", "sigmoid(z2)"),
    ("z3", "h1 * w2_1 + h2 * w2_2 + b2"),
    ("o", "sigmoid(z3)"),
    ("error", "o - t"),
    ("L", "error ** 2"),
]
DELTAS: Formulas = [
    ("δ3", "2 * error * o * (1 - o)"),
    ("δ1", "δ3 * w2_1 * h1 * (1 - h1)"),
    ("δ2", "δ3 * w2_2 * h2 * (1 - h2)"),
]
GRADIENTS: Formulas = [
    ("dw2_1", "δ3 * h1"),
    ("dw2_2", "δ3 * h2"),
    ("db2", "δ3"),
    ("dw1_11", "δ1 * x1"),
    ("dw1_21", "δ1 * x2"),
    ("db1_1", "δ1"),
    ("dw1_12", "δ2 * x1"),
    ("dw1_22", "δ2 * x2"),
    ("db1_2", "δ2"),
]
STEP: Formulas = [(name[1:], f"{name[1:]} - {RATE} * {name}") for name, _ in GRADIENTS]

SHEETS: list[tuple[str, Formulas]] = [
    (
        "Forward: z is the input of a sigmoid, h and o are outputs. sigmoid(z) is 1 / (1 + exp(-z)).",
        FORWARD,
    ),
    (
        """Backward, the deltas: the square gives 2 * error, and the sigmoid multiplies it by its slope,
        o * (1 - o). On to the hidden layer: multiply by the weight on the way and that sigmoid's slope.""",
        DELTAS,
    ),
    (
        """The gradients. For a weight it is the delta behind it times the number that came in. For a bias it
        is the delta itself.""",
        GRADIENTS,
    ),
    (f"The step: subtract {RATE} times its gradient from each parameter.", STEP),
    ("Forward once more, with the new parameters.", FORWARD),
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: this demo has no options of its own."""


def run(options: argparse.Namespace) -> list[page.Section]:
    """Work the step out on paper, let the engine do the same, and compare."""
    paper = Paper(INPUTS | PARAMETERS)
    sheets, losses = [], []
    for caption, formulas in SHEETS:
        sheets.append(page.Table(caption, ("formula", "in numbers", "result"), paper.work_out(formulas)))
        losses.append(paper.numbers["L"])
    before, after = f"{losses[0]:.8f}", f"{losses[-1]:.8f}"

    nodes = network()
    loss, parameters = nodes["L"], [nodes[name] for name in PARAMETERS]
    stepped = stepper(loss, title="A network by hand", parameters=parameters)
    steps = stepped.save(options.out / "by_hand-steps.html")
    loss.backward()
    picture = draw(loss, direction="TB").save(options.out / "by_hand.svg")
    compared = _compared(paper.numbers, nodes)
    nn.SGD(parameters, lr=RATE).step()
    engine = f"{network({name: nodes[name].data for name in PARAMETERS})['L'].data:.8f}"

    for table in (*sheets, compared):
        print(f"{textwrap.fill(page.flowing(table.caption), 96)}\n\n{page.columns(table)}\n")
    print(f"Loss before {before}, after {after}; the engine: {engine}")
    print(f"Its graph: {picture}\nStep through it: {steps}")
    blocks: list[page.Block] = [
        page.Paragraph(
            """Two inputs, two hidden neurons, one output and a target: small enough to work through once on
            paper. Take a sheet. Cover the last column of each table, and fill it in yourself. Each line uses
            only numbers from further up."""
        ),
        page.Facts(
            [
                (before, f"loss, the squared distance of the output from {INPUTS['t']}"),
                (after, f"after one step with learning rate {RATE}"),
                (engine, "after the same step, done by the engine"),
            ]
        ),
        *sheets,
        page.Paragraph(
            """Look at two things. The gradients of the first layer are about ten times smaller than those of
            the second: on their way they were multiplied by one more weight and by the slope of one more
            sigmoid, which is never above 1/4. And δ1 is used three times, for two weights and a bias. This is
            why we go backwards, instead of starting again at the loss for every parameter."""
        ),
        compared,
        page.Paragraph(
            f"""On the page, open Descend and take one step: the loss goes from {before} to {after}, which the
            page writes as 4.133e-04. Then set the target t to 0.2, and the gradient of every parameter
            changes its sign: now the output is too large."""
        ),
        page.Link(steps.name, "Step through it", "The same network, one operation at a time."),
        page.Picture(
            picture.name,
            """The same numbers in the graph. The deltas on paper are the gradients of z1, z2 and z3. Blue is
            positive, orange negative.""",
            "The computation graph of the 2-2-1 network with all values and gradients",
            wide=True,
        ),
    ]
    return [page.Section("by_hand", "A network by hand", blocks)]


def network(parameters: dict[str, float] = PARAMETERS) -> dict[str, Value]:
    """Build all Values of the forward pass, by name, from the formulas that are on paper.

    >>> f"{network()['L'].data:.8f}"
    '0.00042731'
    """
    nodes = {name: Value(number, name) for name, number in (INPUTS | parameters).items()}
    for name, formula in FORWARD:
        nodes[name] = build(formula, nodes, out=name)
    return nodes


def _compared(paper: dict[str, float], nodes: dict[str, Value]) -> page.Table:
    rows = []
    for name, _ in GRADIENTS:
        by_hand, grad = paper[name], float(nodes[name[1:]].grad or 0.0)
        rows.append((name[1:], f"{by_hand:.8f}", f"{grad:.8f}", f"{abs(by_hand - grad):.0e}"))
    caption = """By hand and by the engine, which multiplies in another order, so the last of 16 digits may
        differ."""
    return page.Table(caption, ("parameter", "gradient by hand", "by backward()", "difference"), rows)
