"""Graphs to step through, and what the engine says of them: the truth that pages are compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import autograd
import nn
from autograd import Value, backward_steps, topological_order


def neuron(
    x1: float = 2.0, x2: float = 0.0, w1: float = -3.0, w2: float = 1.0, b: float = 6.8813735870195432
) -> Value:
    """Karpathy's neuron; nodes in topological order: x1 w1 x1*w1 x2 w2 x2*w2 s b n o."""
    leaves = {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b}
    leaf = {name: Value(number, name) for name, number in leaves.items()}
    first, second = leaf["x1"] * leaf["w1"], leaf["x2"] * leaf["w2"]
    both = first + second
    n = both + leaf["b"]
    o = n.tanh()
    first.label, second.label, both.label, n.label, o.label = "x1*w1", "x2*w2", "s", "n", "o"
    return o


def shared(a: float = 3.0, b: float = -2.0) -> Value:
    """d is used three times, twice of them by d * d."""
    left, right = Value(a, "a"), Value(b, "b")
    d = left * right
    e = left + right
    f = d * e
    out = f + d * d
    d.label, e.label, f.label, out.label = "d", "e", "f", "L"
    return out


def network(*sizes: int) -> Value:
    """A loss of a small MLP built by nn, in which most nodes have no label."""
    inputs = [Value(0.3 * i - 0.4, f"x{i}") for i in range(sizes[0])]
    loss = (nn.MLP(sizes[0], list(sizes[1:]), activation="tanh")(inputs) - 1.0) ** 2
    loss.label = "loss"
    return loss


def every_operation(x: float = 0.7, y: float = 1.3) -> Value:
    """Every row of the table once, also those on any number of Values, and constants beside them."""
    a, b = Value(x, "a"), Value(y, "b")
    out = autograd.dot([a, b], [b, a]) + autograd.sum([a, b, a]) + autograd.logsumexp([a, b])
    for op in autograd.ops.ELEMENTWISE.values():
        if not op.is_defined:
            first = a / 8.0 if op.domain.startswith("-1 <= x") else a
            out = out + op(*[first, b, 1.9][: len(op.partials)])
    out.label = "out"
    return out


def positions(root: Value) -> list[tuple[list[float | None], list[float | None]]]:
    """Data and gradients as the engine has them at every position of the walk; None where not computed."""
    nodes = topological_order(root)
    index = {node: i for i, node in enumerate(nodes)}
    data: list[float | None] = [None if node.parents else node.data for node in nodes]
    grads: list[float | None] = [None] * len(nodes)
    found: list[tuple[list[float | None], list[float | None]]] = [(data.copy(), grads.copy())]
    for i, node in enumerate(nodes):
        if node.parents:
            data[i] = node.data
            found.append((data.copy(), grads.copy()))
    for node in nodes:
        node.grad = None
    steps = backward_steps(root)
    grads[index[root]] = 1.0
    found.append((data.copy(), grads.copy()))
    for step in steps:
        for contribution in step.contributions:
            grads[index[contribution.parent]] = contribution.after
        found.append((data.copy(), grads.copy()))
    assert grads == [node.grad for node in nodes]  # the walk and backward() are one
    return found


# What the page has and shows at its position: numbers, the ledger row by row, and the cards by name.
SEE = """() => {
  const rows = [...document.querySelectorAll("#ledger tbody tr")];
  const numbers = (g) => [...g.querySelectorAll(".number")].map((text) => text.textContent);
  return {
    position: stepgrad.position,
    count: document.getElementById("count").textContent,
    data: rows.map((_, i) => stepgrad.data(i)),
    grads: rows.map((_, i) => stepgrad.grad(i)),
    rows: rows.map((tr) => [...tr.cells].map((td) => td.querySelector("input")?.value ?? td.textContent)),
    cards: Object.fromEntries(
      [...document.querySelectorAll("#canvas .card")].map((g) => [g.dataset.name, numbers(g)])),
  };
}"""


def seen(page: Any) -> dict[str, Any]:
    return page.evaluate(SEE)


def seen_after_each(page: Any, keys: list[str]) -> Iterator[dict[str, Any]]:
    """The same after each of the keys, pressed within the page without a moment in between.

    What is as it was the key before does not come again. It comes as text, which is sooner read; a number
    that is not finite is a word in it.
    """
    changes = json.loads(
        page.evaluate(
            f"""(keys) => {{
              const word = (_, x) => typeof x === "number" && !Number.isFinite(x) ? String(x) : x;
              const before = {{ data: {{}}, grads: {{}}, rows: {{}}, cards: {{}} }};
              return JSON.stringify(keys.map((key) => {{
                document.body.dispatchEvent(new KeyboardEvent("keydown", {{key, bubbles: true}}));
                const now = ({SEE})();
                for (const name in before) now[name] = Object.fromEntries(
                  Object.entries(now[name]).filter(([at, x]) => {{
                    const text = JSON.stringify(x, word);
                    return text !== before[name][at] && (before[name][at] = text);
                  }}));
                return now;
              }}), word);
            }}""",
            keys,
        )
    )
    parts: dict[str, dict[str, Any]] = {"data": {}, "grads": {}, "rows": {}, "cards": {}}
    for change in changes:
        for name, part in parts.items():
            part.update(change[name])
        lists = {name: list(part.values()) for name, part in parts.items() if name != "cards"}
        yield {**change, **lists, "cards": parts["cards"]}
