"""Why a topological order is needed, and why gradients are added: right and wrong walks side by side.

The graph is the smallest in which the order matters: a = 1; b = a + a; c = b + b. So c = 4a, and the
gradient of c with respect to a is 4. The demo runs every walk, and the tables show its steps.
"""

from __future__ import annotations

import argparse
import inspect
import textwrap
from collections.abc import Callable

from autograd import Value, draw, stepper
from demos import page

from . import walks

A, X = 1.0, 3.0
NUDGE = 0.001
DEPTHS = (1, 2, 5, 10, 15)


def four_times(a: Value) -> Value:
    """Compute c = b + b, where b = a + a."""
    b = a + a
    c = b + b
    b.label, c.label = "b", "c"
    return c


def square(x: Value) -> Value:
    """Compute y = x * x."""
    y = x * x
    y.label = "y"
    return y


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: this demo has no options of its own."""


def run(options: argparse.Namespace) -> list[page.Section]:
    """Run all the walks, print what each did, and draw the graph."""
    a, x = Value(A, "a"), Value(X, "x")
    b_and_c, y = four_times(a), square(x)
    walked, added, found, paths = _walked(a, b_and_c), _added(x, y), _found(a, b_and_c, x, y), _paths()
    for table in (walked, added, found, paths):
        print(f"{textwrap.fill(page.flowing(table.caption), 96)}\n\n{page.columns(table)}\n")
    steps = stepper(b_and_c, title="b = a + a; c = b + b").save(options.out / "why_order-steps.html")
    squared = stepper(y, title="y = x * x").save(options.out / "why_order-square-steps.html")
    b_and_c.backward()
    picture = draw(b_and_c, local_grads=True).save(options.out / "why_order.svg")
    print(f"The graph: {picture}\nStep through the right order: {steps}, {squared}")
    blocks: list[page.Block] = [
        page.Paragraph(
            """b is used twice, so its gradient comes in two shares. When may b pass it on to a? In the right
            order, when both shares have arrived. The obvious recursion does not wait: it follows each edge
            down to the leaves as soon as it meets it. Go through the first table row by row, and say what b
            has before you look at what it passes on."""
        ),
        page.Picture(
            picture.name,
            """Two edges from a to b, two from b to c: four paths lead from c back to a, each worth 1 × 1, and
            their sum is 4. Every local gradient is 1, so only the order matters.""",
            "The graph of a, b and c, with two edges from a to b and two from b to c",
            wide=True,
        ),
        walked,
        page.Paragraph(
            """The walks part at step 2. On the left b waits for its second share. On the right b passes 1 on
            at once, although its gradient will be 2. That alone is not a mistake yet: the other 1 could
            follow later. The mistake is in steps 5 and 6. When the second share arrives, b passes on all it
            has, 2, and so sends the first 1 to a once more. So a gets 1 + 1 + 2 + 2 = 6, but the slope is 4.
            Here is the code of both walks (note records a step for the table)."""
        ),
        page.Code("\n\n".join(inspect.getsource(walk) for walk in (walks.in_order, walks.at_once))),
        page.Link(steps.name, "Step through it", "The right order: b has 2 before a gets anything."),
        page.Paragraph(
            """And why are contributions added? In y = x * x two edges lead from y back to x, one for each x
            in the formula. Move only the left x, and y changes 3 times as much; the same holds for the right
            one. But there is only one x, and moving it moves both: 3 + 3 = 2x. If you write = instead of +=,
            you keep the last share and lose the others."""
        ),
        added,
        page.Link(squared.name, "Step through x * x", "Two contributions to one gradient: 3, and 3 more."),
        found,
        paths,
    ]
    return [page.Section("why_order", "Why the order matters, and why gradients add up", blocks)]


def slope(function: Callable[[Value], Value], at: float) -> float:
    """Measure the slope: the change of the output divided by the change of the leaf."""
    up, down = function(Value(at + NUDGE)), function(Value(at - NUDGE))
    return (up.data - down.data) / (2 * NUDGE)


def remarks(pushes: list[walks.Push], complete: walks.Gradients) -> list[str]:
    """Say what is wrong with each contribution, given the final gradients of the nodes."""
    said = []
    gone: dict[tuple[Value, int], float] = {}  # the upstream gradient that last went along each edge
    turns: dict[Value, int] = {}  # the edges of a node take turns: the first, the second, the first again
    for each in pushes:
        turn = turns[each.node] = turns.get(each.node, -1) + 1
        edge = each.node, turn % len(each.node.parents)
        if edge in gone:
            said.append(f"{_short(gone[edge])} of the {_short(each.upstream)} went on before")
        elif each.upstream != complete[each.node]:
            said.append(f"too early: {each.node.label} will have {_short(complete[each.node])}")
        else:
            said.append("")
        gone[edge] = each.upstream
    return said


def _walked(a: Value, c: Value) -> page.Table:
    b = c.parents[0]
    (right, complete), (naive, _) = walks.trace(walks.in_order, c), walks.trace(walks.at_once, c)
    rows = []
    for number, (each, remark) in enumerate(zip(naive, remarks(naive, complete)), 1):
        left = _moved(right[number - 1], b, a) if number <= len(right) else ("", "", "")
        rows.append((str(number), *left, *_moved(each, b, a), remark))
    caption = """Two walks back through b = a + a, c = b + b. Each step passes local gradient × upstream along
        one edge; beside it are the gradients of b and a after the step. Left the topological order, right the
        recursion that passes on at once."""
    head = ("step", "right order", "b", "a", "recursion", "b", "a", "what is wrong")
    return page.Table(caption, head, rows)


def _moved(push: walks.Push, *watched: Value) -> tuple[str, ...]:
    product = f"{_short(push.local_grad)} × {_short(push.upstream)}"
    amount = _short(push.local_grad * push.upstream)
    gradients = (_short(push.after.get(node)) for node in watched)
    return f"{push.node.label} → {push.parent.label}: {product} = {amount}", *gradients


def _added(x: Value, y: Value) -> page.Table:
    added, put = walks.trace(walks.in_order, y)[0], walks.trace(walks.set_not_added, y)[0]
    rows = [
        (str(number), *_moved(right, x), _short(wrong.after[x]))
        for number, (right, wrong) in enumerate(zip(added, put), 1)
    ]
    caption = f"y = x * x at x = {_short(X)}, where the slope is {_short(slope(square, X))}."
    return page.Table(caption, ("step", "contribution", "x, where added", "x, where set"), rows)


def _found(a: Value, c: Value, x: Value, y: Value) -> page.Table:
    tried: list[tuple[str, walks.Walk]] = [
        ("right order, added: as backward() does", walks.in_order),
        ("recursion, passing on all that is there", walks.at_once),
        ("recursion, visiting each node once", walks.visited_once),
        ("recursion, passing on only what is new", walks.only_what_is_new),
        ("right order, set instead of added", walks.set_not_added),
    ]
    slopes = slope(four_times, A), slope(square, X)
    rows = [("the slope, measured by nudging", *map(_short, slopes), "")]
    for name, walk in tried:
        gradients = walks.trace(walk, c)[1][a], walks.trace(walk, y)[1][x]
        right = all(abs(gradient - true) < 1e-6 for gradient, true in zip(gradients, slopes))
        rows.append((name, *map(_short, gradients), "right" if right else "wrong"))
    caption = """Can the recursion be saved? Visiting each node once does not help: b passes on what it has at
        the first visit, and what comes later is lost. Passing on only what is new does."""
    return page.Table(caption, ("walk", "∂c/∂a", "∂y/∂x", ""), rows)


def _paths() -> page.Table:
    rows = []
    for depth in DEPTHS:
        root = Value(A)
        for _ in range(depth):
            root = root + root
        counts = (len(walks.trace(walk, root)[0]) for walk in (walks.in_order, walks.only_what_is_new))
        rows.append((str(depth), *(f"{count:,}" for count in counts)))
    caption = """That is right, but expensive: it walks every path separately, and each further a + a doubles
        the paths. In the right order each edge is passed once, however many paths lead over it. This is what
        makes backpropagation cheap: one step back for each step forward."""
    return page.Table(caption, ("a + a, times", "contributions in the right order", "path by path"), rows)


def _short(number: float | None) -> str:
    return "–" if number is None else f"{number:.6g}"
