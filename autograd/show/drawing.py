"""Draw a graph, with the numbers that it has at that moment."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import checks, text
from ..checks import choice, count, flag, instance, wrong
from ..files import destination, replacing
from ..node import Node
from . import dot, layout, svg
from .graph import Graph, nodes_of, read

LISTED = 20  # nodes in the text form
LARGEST_PNG = 16_000  # dots; at full size, one engine needed 39 GB for a chain of 1,000 operations
FLOW = {"LR": "left to right", "TB": "top down"}


class Drawing:
    """A picture of a graph: a notebook shows it, ``print`` lists it, and ``save`` writes it to a file.

    ``svg``   the picture as SVG text: light or dark like the reader's system, with full labels as tooltips
    ``dot``   the graph as Graphviz source

    The numbers are those at the time of drawing; the layout is computed when it is first needed.
    """

    def __init__(self, graph: Graph, direction: str = "LR", title: str = "") -> None:
        self.graph = instance(graph, Graph, "graph", "Drawing", "the Graph that draw() reads")
        self.direction = choice(direction, FLOW, "direction", "Drawing")
        self.title = checks.text(title, "title", "Drawing")

    @cached_property
    def dot(self) -> str:
        """The graph in DOT, which needs no Graphviz program."""
        return dot.source(self.graph, self.direction, self.title)

    @cached_property
    def layout(self) -> layout.Layout:
        """The positions of everything. Raise RuntimeError, with install help, without Graphviz."""
        return layout.place(self.graph, self.direction)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text. Raise RuntimeError, with install help, without Graphviz."""
        return svg.paint(self.graph, self.layout, self.title, self._summary, str(self))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the format of the path's ending, .svg, .png, .pdf or .dot; return the path.

        The file is written atomically, to an existing folder, and replaces an older one. SVG follows the
        reader's dark mode; PNG and PDF are light. PNG has 144 dots per inch, or fewer if the picture would
        exceed 16,000 dots in width or height. PDF needs Graphviz's own ``dot`` program.

        >>> import tempfile
        >>> from autograd import Value
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     draw(Value(2.0, "x").tanh()).save(f"{folder}/tanh.svg").name
        'tanh.svg'
        """
        target = destination(path, "save", (".svg", ".png", ".pdf", ".dot"))
        ending = target.suffix.lower()
        if ending == ".svg":
            content = self.svg.encode()
        elif ending == ".dot":
            content = self.dot.encode()
        elif ending == ".pdf":
            content = layout.run(self.dot, "pdf")
        else:
            dpi = min(144.0, 72 * LARGEST_PNG / max(self.layout.width, self.layout.height))
            content = layout.run(self.dot, "png", f"-Gdpi={dpi:.4g}")
        with replacing(target) as file:
            file.write(content)
        return target

    def __str__(self) -> str:
        cards = self.graph.cards[-LISTED:]
        left_out = len(self.graph.cards) - len(cards)
        wide = max(text.columns(card.formula) for card in cards)
        lines = [self._summary + (f" (the last {LISTED} of them):" if left_out else ":")]
        for card in cards:
            numbers = "   ".join(f"{row.caption} {row.text:<10}" for row in card.rows)
            lines.append(f"  {card.formula}{' ' * (wide - text.columns(card.formula))}   {numbers}".rstrip())
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Drawing: {self._summary}>"

    @property
    def _summary(self) -> str:
        nodes, operations = len(self.graph.cards), len(self.graph.discs)
        return f"{self.title or 'Graph'}, {nodes} nodes, {operations} operations, {FLOW[self.direction]}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Give notebooks HTML that scrolls instead of shrinking, SVG, and text as a fallback."""
        return {
            "text/html": f'<div style="overflow:auto">{self.svg}</div>',
            "image/svg+xml": self.svg,
            "text/plain": str(self),
        }


def draw(
    root: Any,
    *,
    direction: str = "LR",
    local_grads: bool = False,
    title: str | None = None,
    max_nodes: int = 2000,
) -> Drawing:
    """Draw the graph that computed ``root`` (a Value, a Tensor, or a list of them).

    Each node is a card with its label, data and grad (— if not computed), each operation a disc. Leaves have
    dashed borders, constants are dim. Positive gradients are blue, negative ones orange, and arrays with both
    signs violet; the strength of the colour is proportional to sqrt(|grad| / largest |grad|).

    ``direction``    "LR", left to right, or "TB", top down
    ``local_grads``  whether edges into operations show their local gradients
    ``title``        a line above the picture
    ``max_nodes``    a larger graph raises ValueError: nobody could read it

    The graph does not change, and the drawing keeps the current numbers.

    >>> from autograd import Value
    >>> x, w = Value(2.0, "x"), Value(-3.0, "w")
    >>> o = (x * w).tanh()
    >>> o.backward()
    >>> print(draw(o, title="tiny"))
    tiny, 4 nodes, 2 operations, left to right:
      x               data 2.0000       grad -7.373e-05
      w               data -3.0000      grad 4.915e-05
      #2 = x * w      data -6.0000      grad 2.458e-05
      #3 = tanh(#2)   data -1.0000      grad 1.0000
    """
    roots = list(root) if isinstance(root, (list, tuple)) else [root]
    if not roots or not all(isinstance(each, Node) for each in roots):
        raise wrong(
            root,
            "root",
            "draw",
            "a Value or a Tensor, or a list of them; draw the node that a computation ended in",
        )
    choice(direction, FLOW, "direction", "draw")
    flag(local_grads, "local_grads", "draw")
    heading = text.visible(text.heading("" if title is None else checks.text(title, "title", "draw"), "draw"))
    count(max_nodes, "max_nodes", "draw")
    nodes = nodes_of(roots)
    if len(nodes) > max_nodes:
        raise ValueError(
            f"draw: the graph has {len(nodes):,} nodes, and above {max_nodes:,} nobody could read it; draw "
            "a part (any inner node will do), a smaller network, fewer examples, or pass a larger max_nodes"
        )
    return Drawing(read(nodes, local_grads), direction, heading)
