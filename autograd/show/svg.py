"""SVG: paint a laid-out graph, light or dark like the reader's system."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from html import escape

from ..text import columns
from .dot import ARROW
from .graph import PAD, ROW, Card, Disc, Graph
from .layout import MARGIN, Curve, Layout, Point
from .modules import read
from .style import DARK, LIGHT, opacity

RADIUS = 7.0
HEADING = 30.0  # height of the title's line
SYMBOLS = {"*": "×", "-": "−"}

# A style applies to the whole page or notebook, so every rule begins with the picture's own class.
SHAPES, COLOURS = (read(f"{name}.css") for name in ("shapes", "colours"))


def _coloured(theme: Mapping[str, str]) -> str:
    """Replace CSS variables by colours: office programs and Inkscape would paint everything black."""
    return re.sub(r"var\(--(\w+)\)", lambda found: theme[found[1]], COLOURS)


STYLE = f"<style>{SHAPES}{_coloured(LIGHT)}@media (prefers-color-scheme:dark){{{_coloured(DARK)}}}</style>"


def scene(graph: Graph, layout: Layout, live: bool = False) -> str:
    """Return the laid-out graph as SVG elements; ``live`` if a page will change numbers and tints."""
    return "\n".join(
        [
            *(_edge(curve) for curve in layout.curves),
            *(_card(card, layout.centres[card.name], live) for card in graph.cards),
            *(_disc(disc, layout.centres[disc.name], live) for disc in graph.discs),
        ]
    )


def paint(graph: Graph, layout: Layout, title: str, summary: str, description: str) -> str:
    """Paint the whole picture with a title; ``summary`` and ``description`` are for screen readers."""
    top = HEADING if title else 0.0
    width = round(max(layout.width, 9.2 * columns(title) + 2 * MARGIN))
    height = round(layout.height + top)
    heading = f'<text class="heading" x="{MARGIN:g}" y="28">{escape(title)}</text>' if title else ""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" class="stepgrad" width="{width}"'
            f' height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(summary)}">',
            f"<title>{escape(summary)}</title><desc>{escape(description)}</desc>",
            STYLE,
            f'<rect class="canvas" width="{width}" height="{height}" rx="{RADIUS:g}"/>{heading}',
            f'<g transform="translate(0 {top:g})">',
            scene(graph, layout),
            "</g>",
            "</svg>\n",
        ]
    )


def _card(card: Card, centre: Point, live: bool) -> str:
    width, height = card.size
    parts = [f'<rect class="box" width="{width:g}" height="{height:g}" rx="{RADIUS:g}"/>']
    y = 0.0
    for line in card.lines:
        parts.append(f'<text class="label" x="{width / 2:g}" y="{y + 15.5:g}">{escape(line)}</text>')
        y += ROW
    for row in card.rows:
        if row.sign or live and row.caption == "grad":  # the last row, rounded like the card
            r, side, base = RADIUS - 1, ROW - RADIUS, width - 2 * RADIUS
            path = f"M1 {y:g}v{side:g}q0 {r:g} {r:g} {r:g}h{base:g}q{r:g} 0 {r:g} {-r:g}v{-side:g}z"
            look = f'{row.sign}" fill-opacity="{opacity(row.strength):.2f}' if row.sign else "tint"
            parts.append(f'<path class="{look}" d="{path}"/>')
        caption = "caption" if row.sign or live else "caption dim"
        parts.append(f'<text class="{caption}" x="{PAD:g}" y="{y + 15:g}">{row.caption}</text>')
        parts.append(f'<text class="number" x="{width - PAD:g}" y="{y + 15.5:g}">{escape(row.text)}</text>')
        y += ROW
    return _group(f"card {card.kind}", card, centre, "".join(parts), live)


def _disc(disc: Disc, centre: Point, live: bool) -> str:
    width, height = disc.size
    look, baseline = ("symbol short", 6) if len(disc.symbol) <= 2 else ("symbol", 4)
    symbol = escape(SYMBOLS.get(disc.symbol, disc.symbol))
    box = f'<rect class="box" width="{width:g}" height="{height:g}" rx="{height / 2:g}"/>'
    text = f'<text class="{look}" x="{width / 2:g}" y="{height / 2 + baseline:g}">{symbol}</text>'
    return _group("op", disc, centre, box + text, live)


def _group(kind: str, box: Card | Disc, centre: Point, content: str, live: bool) -> str:
    corner = (centre[0] - box.size[0] / 2, centre[1] - box.size[1] / 2)
    head = f'<g class="{kind}" data-name="{box.name}" transform="translate({_at(corner)})">'
    tip = "" if live else f"<title>{escape(box.tip)}</title>"  # a tip has numbers, which a page may change
    return f"{head}{tip}{content}</g>"


def _edge(curve: Curve) -> str:
    first, *others = curve.points
    edge, end = curve.edge, others[-1]
    before = next((point for point in reversed(curve.points) if point != end), end)
    turn = math.degrees(math.atan2(end[1] - before[1], end[0] - before[0]))
    tag = ""
    if edge.local_grad and curve.label:
        slope, (width, height) = edge.local_grad, edge.local_grad.tag_size
        box = f'x="{-width / 2:g}" y="{-height / 2:g}" width="{width:g}" height="{height:g}" rx="4"'
        tag = f'<g class="slope" transform="translate({_at(curve.label)})"><rect class="canvas" {box}/>'
        if slope.sign:
            tag += f'<rect class="{slope.sign}" fill-opacity="{opacity(slope.strength):.2f}" {box}/>'
        tag += f'<text y="4">{escape(slope.text)}</text></g>'
    place = f"translate({_at(end)}) rotate({turn:.0f})"
    return (
        f'<g class="edge" data-tail="{edge.tail}" data-head="{edge.head}">'
        f'<path class="wire" d="M{_at(first)}C{" ".join(map(_at, others))}"/>'
        f'<path class="arrow" d="M-1 -3.5L{ARROW:g} 0L-1 3.5z" transform="{place}"/>{tag}</g>'
    )


def _at(point: Point) -> str:
    return " ".join(f"{x:.1f}".removesuffix(".0") for x in point)
