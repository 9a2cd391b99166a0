"""The page: one HTML file with the drawing, the lesson, its program, and the scripts that walk through it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from importlib import resources
from typing import Any

from ..javascript import complete
from ..text import printable
from ..typed.script import script
from . import graph, layout, svg
from .folding import folds, view
from .lesson import Lesson
from .program import program
from .style import DARK, LIGHT

FOLD_ABOVE = 500  # nodes; a drawing of more is folded


def page(lesson: Lesson, fold_above: int = FOLD_ABOVE) -> str:
    """The whole file, which asks for nothing from anywhere.

    In the drawing of a graph with more than ``fold_above`` nodes, neurons and layers are boxes that open.

    >>> from autograd import Value
    >>> from autograd.show.lesson import read_lesson
    >>> text = page(read_lesson(Value(2.0, "x").tanh()))
    >>> text.startswith("<!doctype html>"), "http-equiv" in text
    (True, True)
    """
    try:
        written, live = program(lesson), ""
    except ValueError as error:
        written, live = "", f"Numbers cannot be changed here: {error}."
    drawn = views(lesson, fold_above)
    data = {
        "title": lesson.title,
        "root": lesson.root,
        "order": lesson.order,
        "notice": _notice(lesson, drawn),
        "live": live,
        "nodes": [_node(asdict(node)) for node in lesson.nodes],
        "views": drawn,
    }
    return assemble("page.html", STYLES, SCRIPTS, lesson.title, data, complete(script() + written))


STYLES = ("base.css", "layout.css", "graph.css", "panel.css", "side.css")
SCRIPTS = (  # one script in this order: what a file uses while it is read stands before it
    "dom.js", "numbers.js", "arithmetic.js", "lesson.js", "walk.js", "viewport.js", "graph.js", "panel.js",
    "predict.js", "live.js", "ledger.js", "plot.js", "trials.js", "moving.js", "main.js",
)  # fmt: skip


def views(lesson: Lesson, fold_above: int) -> list[dict[str, Any]]:
    """The drawings: of the whole, and where it is folded of every box."""
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
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="stepgrad" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{svg.scene(drawn, placed, live=True)}</svg>'
    )


def _notice(lesson: Lesson, drawn: Sequence[Any]) -> str:
    if len(drawn) == 1:
        return ""
    return f"{len(lesson.nodes):,} values: neurons and layers are folded into boxes; a click opens one."


def _node(node: dict[str, Any]) -> dict[str, Any]:
    node["data"] = _number(node["data"])
    node["locals"] = [_number(local) for local in node.pop("local_grads")]
    return {key: value for key, value in node.items() if value or key in ("data", "name")}


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _number(x: float | None) -> float | str | None:
    """The number, or what JavaScript calls it where JSON cannot hold it."""
    return x if x is None or math.isfinite(x) else str(x).replace("inf", "Infinity").replace("nan", "NaN")


def assemble(
    template: str, styles: Sequence[str], scripts: Sequence[str], title: str, data: Any, written: str = ""
) -> str:
    """A page from the files beside this one; ``data`` is its JSON, ``written`` a script of its own."""
    tokens = f":root{{{_tokens(LIGHT)}}}\n@media (prefers-color-scheme:dark){{:root{{{_tokens(DARK)}}}}}\n"
    tokens += f":root[data-theme=light]{{{_tokens(LIGHT)}}}\n:root[data-theme=dark]{{{_tokens(DARK)}}}\n"
    parts = {
        "<!--TITLE-->": escape(title),
        "/*STYLE*/": tokens + svg.SHAPES + "".join(map(_compact, styles)),
        # "<" as an escape, so that no text in it can end the script element
        "<!--LESSON-->": _json(data).replace("<", "\\u003c"),
        "/*PROGRAM*/": written,
        "/*SCRIPT*/": "".join(map(_compact, scripts)),
    }
    return printable(re.sub("|".join(map(re.escape, parts)), lambda found: parts[found[0]], _file(template)))


def _tokens(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


def _compact(name: str) -> str:
    """A style or script without its indentation and its lines of comment."""
    return re.sub(r"(?m)^\s*(?://.*|/\*.*\*/)\n|^\s+", "", _file(name))


def _file(name: str) -> str:
    return resources.files("autograd.show").joinpath("page").joinpath(name).read_text(encoding="utf-8")
