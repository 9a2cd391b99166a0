"""Step through a graph in a page, terminal or notebook."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from .. import checks
from ..files import destination, replacing
from ..value import Value
from .lesson import Lesson, read_lesson
from .page import FOLD_ABOVE, page


class Stepper:
    """Both passes through a graph, one operation at a time, with the numbers at the time of its creation.

    ``lesson``  the graph and its steps as data
    ``html``    the page as text
    """

    def __init__(self, lesson: Lesson, fold_above: int = FOLD_ABOVE) -> None:
        self.lesson = checks.instance(lesson, Lesson, "lesson", "Stepper", "the Lesson that stepper() reads")
        self.fold_above = checks.count(fold_above, "fold_above", "Stepper", low=0)

    @cached_property
    def html(self) -> str:
        """The page: one file that needs no network. Raise RuntimeError without Graphviz."""
        return page(self.lesson, self.fold_above)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to ``path``, which ends in .html, and return the path.

        The file is written atomically, to an existing folder, and replaces an older one.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     stepper(Value(2.0, "x").tanh()).save(f"{folder}/tanh.html").name
        'tanh.html'
        """
        return save_page(path, lambda: self.html)

    def terminal(self, *, predict: bool = False) -> None:
        """Step with single keys in the terminal; with ``predict``, ask for each contribution first.

        Without a terminal (in a pipe or a notebook), print the whole walk as a table.
        """
        from . import terminal

        checks.flag(predict, "predict", "terminal")
        terminal.run(self.lesson, predict=predict)

    def __repr__(self) -> str:
        operations = len(self.lesson.order)
        return f"<Stepper: {self.lesson.title}, {len(self.lesson.nodes)} nodes, {operations} operations>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": frame(self.html, self.lesson.title), "text/plain": repr(self)}


def save_page(path: str | os.PathLike[str], html: Any) -> Path:
    """Write the result of ``html()`` atomically to a path that ends in .html, and return the path."""
    target = destination(path, "save", (".html", ".htm"))
    content = html().encode()
    with replacing(target) as file:
        file.write(content)
    return target


def frame(html: str, title: str, height: int = 640) -> str:
    """Embed a page in a notebook, in a frame that may run only its own script."""
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" srcdoc="{escape(html)}" '
        f'style="width:100%;height:{height}px;border:0"></iframe>'
    )


def stepper(
    root: Value,
    *,
    title: str | None = None,
    parameters: Collection[Value] | None = None,
    fold_above: int = FOLD_ABOVE,
    max_nodes: int = 5000,
) -> Stepper:
    """Step through the forward and backward pass of ``root``: with ``.save("page.html")``, ``.terminal()``,
    or as the last line of a notebook cell.

    ``title``       a heading; by default the root's label
    ``parameters``  the leaves to descend on in the page, such as ``model.parameters()``; by default all
    ``fold_above``  nodes; in the drawing of a larger graph, neurons and layers are boxes that open on a click
    ``max_nodes``   a larger graph raises ValueError: nobody could follow it

    The numbers are those of ``root.backward()`` with all gradients None before; no gradient of the graph
    changes. Raise TypeError unless ``root`` is a Value, and ValueError for a constant.

    >>> x = Value(3.0, "x")
    >>> stepper(x * x)
    <Stepper: mul of 2 values, 2 nodes, 1 operations>
    """
    fold_above = checks.count(fold_above, "fold_above", "stepper", low=0)
    return Stepper(read_lesson(root, title=title, parameters=parameters, max_nodes=max_nodes), fold_above)
