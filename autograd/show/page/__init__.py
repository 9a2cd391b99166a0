"""Page: one HTML file with the drawing, the lesson, its program, and the scripts to step through it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from ...languages.javascript import complete
from ...text import printable
from ...typed.script import script
from .. import graph, layout, style, svg
from ..folding import folds, view
from ..lesson import Lesson, LessonNode, quoted
from ..modules import bundle, read
from . import program_script

FOLD_ABOVE = 500  # nodes; larger drawings are folded


def page(lesson: Lesson, fold_above: int = FOLD_ABOVE) -> str:
    """Return the whole file, which loads nothing else.

    In the drawing of a graph with more than ``fold_above`` nodes, neurons and layers are boxes that open.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> text = page(read_lesson(Value(2.0, "x").tanh()))
    >>> text.startswith("<!doctype html>"), "http-equiv" in text
    (True, True)
    """
    try:
        forward, live = f"export {program_script.forward(lesson)}", ""
    except ValueError as error:
        forward, live = "export const forward = null;\n", f"Numbers cannot be changed here: {error}."
    drawn = views(lesson, fold_above)
    data = {
        "title": lesson.title,
        "root": lesson.root,
        "walk": {
            "start": [None],
            "forward": lesson.order,
            "seed": [lesson.root],
            "backward": lesson.order[::-1],
        },
        "shares": [
            (position, share.parent, share.index)
            for position in range(lesson.last + 1)
            for share in lesson.step(position)
        ],
        "notice": _notice(lesson, drawn),
        "live": live,
        "nodes": [_node(lesson, node) for node in lesson.nodes],
        "views": drawn,
    }
    written = complete(f"export {script()}{forward}export {program_script.backward(lesson)}")
    head = "// What the page computes with: the grammar of typed numbers, and both passes.\n\n"
    return assemble("page.html", lesson.title, data, {"program.js": head + written})


def views(lesson: Lesson, fold_above: int) -> list[dict[str, Any]]:
    """Return the drawing of the whole and, if it is folded, of every box."""
    names = {node: each.name for node, each in zip(lesson.graph, lesson.nodes)}
    whole = graph.read(lesson.graph, names=names)
    boxes = folds(lesson) if len(lesson.nodes) > fold_above else []
    opened: list[int | None] = [None, *range(len(boxes))]
    graphs = [view(lesson, whole, boxes, up) for up in opened] if boxes else [whole]
    made = []
    for up, drawn, placed in zip(opened, graphs, layout.place_all(graphs, "LR")):
        fold = None if up is None else boxes[up]
        above = None if fold is None else 0 if fold.up is None else fold.up + 1
        title, head = (fold.title, fold.head) if fold else (lesson.title, lesson.root)
        made.append({"title": title, "svg": _svg(drawn, placed), "up": above, "head": head})
    return made


def _svg(drawn: graph.Graph, placed: layout.Layout) -> str:
    width, height = round(placed.width), round(placed.height)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="stepgrad" {size}>'
    # JSON would need a backslash before every double quote; texts have &quot; instead
    return f"{head}{svg.scene(drawn, placed, live=True)}</svg>".replace('"', "'")


def _notice(lesson: Lesson, drawn: Sequence[Any]) -> str:
    if len(drawn) == 1:
        return ""
    return f"{len(lesson.nodes):,} values: neurons and layers are folded into boxes; a click opens one."


def _node(lesson: Lesson, node: LessonNode) -> dict[str, Any]:
    """Return what the page needs to know about a node, without empty parts."""
    parts = {
        "quoted": quoted(node.name) if quoted(node.name) != node.name else "",
        "kind": node.kind if node.kind != "inner" else "",
        "op": node.op,
        "domain": node.domain,
        "parents": node.parents,
        "expression": _pieces(lesson, node.expression),
        "partials": [_pieces(lesson, partial or "") for partial in node.partials],
        "locals": [_number(local) for local in node.local_grads],
        "trained": node.trained,
    }
    named = {"name": node.name, "data": _number(node.data)}
    return named | {key: part for key, part in parts.items() if part}


def _pieces(lesson: Lesson, template: str) -> list[Any]:
    """Return a formula as texts and places [node, its name there, whether to parenthesize negatives]."""
    return [
        re.sub(r" [*-] ", lambda found: f" {svg.SYMBOLS[found[0][1]]} ", piece)
        if isinstance(piece, str)
        else [piece.node, piece.name, int(piece.beside)]
        for piece in lesson.pieces(template)
    ]


def _number(x: float | None) -> float | str | None:
    """Return the number, or its JavaScript name if JSON cannot hold it."""
    return x if x is None or math.isfinite(x) else str(x).replace("inf", "Infinity").replace("nan", "NaN")


# The places in a template to fill in.
LINKS = re.compile(
    r'<link rel="stylesheet" href="(?P<style>[^"]+)">'
    r'|<script type="module" src="(?P<module>[^"]+)"></script>'
    r'|(?P<open><title>|<script type="application/json"[^>]*>)'
)


def assemble(
    template: str, title: str, data: Any, written: Mapping[str, str], read: Callable[[str], str] = read
) -> str:
    """Assemble a page that needs no other file: inline what the ``template`` links to, and ``data`` as JSON.

    ``written`` has the modules that are not files; rules and colours come from :mod:`~autograd.show.style`.
    ``read`` returns the text of a file.
    """
    styles = {"variables.css": style.variables()}
    modules = {"rules.js": style.script(), **written}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = re.sub("<(?=/?script|!--)", r"\\u003c", text, flags=re.I)  # these would end the element

    def put_in(found: re.Match[str]) -> str:
        kind, name = found.lastgroup, found[found.lastgroup or 0]
        if kind == "style":
            return f"<style>\n{styles.get(name) or read(name)}</style>"
        if kind == "module":
            return f'<script type="module">\n{bundle(name, read, modules)}</script>'
        return f"{name}{escape(title) if name == '<title>' else text}"

    return printable(LINKS.sub(put_in, read(template)))
