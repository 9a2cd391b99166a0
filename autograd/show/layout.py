"""Layout: let Graphviz place the boxes and route the edges, and nothing else."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata

from .dot import source
from .graph import Edge, Graph

MARGIN = 16.0
Point = tuple[float, float]

INSTALL_DOT = "install Graphviz (apt install graphviz, brew install graphviz, winget install graphviz)"


@dataclass(frozen=True)
class Curve:
    """An edge as Bézier curves: a point, then three per curve; the arrowhead begins at the last point."""

    edge: Edge
    points: tuple[Point, ...]
    label: Point | None  # the centre of the local gradient's tag


@dataclass(frozen=True)
class Layout:
    """Positions in points, y downwards: the centre of every card and disc by name, and the edges."""

    width: float
    height: float
    centres: dict[str, Point]
    curves: tuple[Curve, ...]


def place(graph: Graph, direction: str) -> Layout:
    """Lay the graph out from left to right ("LR") or from the top down ("TB")."""
    return place_all([graph], direction)[0]


def place_all(graphs: Sequence[Graph], direction: str) -> list[Layout]:
    """Lay out several separate graphs in one run of Graphviz, since starting it takes most of the time."""
    sources = "".join(source(graph, direction, blank=True) for graph in graphs)
    lines = iter(run(sources, "plain").decode().splitlines())
    return [_read(graph, itertools.takewhile(lambda line: line != "stop", lines)) for graph in graphs]


def _read(graph: Graph, lines: Iterable[str]) -> Layout:
    centres: dict[str, Point] = {}
    curves: list[Curve] = []
    waiting: dict[tuple[str, str], deque[Edge]] = defaultdict(deque)  # parallel edges stay in order
    for edge in graph.edges:
        waiting[edge.tail, edge.head].append(edge)
    width = height = 0.0

    def point(x: str, y: str) -> Point:  # from inches, y upwards
        return MARGIN + 72 * float(x), height - MARGIN - 72 * float(y)

    for line in lines:
        kind, *fields = line.split(" ")
        if kind == "graph":
            width, height = (2 * MARGIN + 72 * float(size) for size in fields[1:])
        elif kind == "node":
            centres[fields[0]] = point(fields[1], fields[2])
        elif kind == "edge":
            tail, head, end = fields[0], fields[1], 3 + 2 * int(fields[2])
            label = point(*fields[-4:-2]) if len(fields) > end + 2 else None  # [text, x, y,] style, colour
            points = tuple(map(point, fields[3:end:2], fields[4:end:2]))
            curves.append(Curve(waiting[tail, head].popleft(), points, label))
    return Layout(width, height, centres, tuple(curves))


def run(dot_source: str, file_format: str, *options: str) -> bytes:
    """Run Graphviz on the source: ``dot`` if it is installed, else the engine from pip."""
    program = shutil.which("dot") or _pip_engine()
    if program is None:
        raise RuntimeError(
            "drawing needs Graphviz to place the nodes, and there is no `dot` program on PATH: "
            f"run `pip install graphviz-pure`, or {INSTALL_DOT}; .dot works without either"
        )
    if file_format == "pdf" and not shutil.which("dot"):
        raise RuntimeError(
            "a PDF needs Graphviz's own `dot` program, and there is none on PATH: "
            f"{INSTALL_DOT}; or save as .svg or .png"
        )
    done = subprocess.run(
        [program, "-Kdot", f"-T{file_format}", *options],
        input=dot_source.encode(),
        capture_output=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would open a console
    )
    if done.returncode != 0 or not done.stdout:
        complaint = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise RuntimeError(f"Graphviz ({program}) could not make {file_format}: {complaint}")
    return done.stdout


def _pip_engine() -> str | None:
    """Find the program of the package graphviz-pure in its file list: its folder may not be on PATH."""
    try:
        files = metadata.files("graphviz-pure") or []
    except metadata.PackageNotFoundError:
        return None
    programs = (file.locate() for file in files if file.name in ("graphviz-pure", "graphviz-pure.exe"))
    return next((str(program) for program in programs if program.is_file()), None)  # type: ignore[attr-defined]
