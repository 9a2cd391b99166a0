"""A page that shows what the demos wrote: one HTML file beside the pictures, no script, no network.

Text may contain line breaks anywhere: a page, and :func:`flowing`, join the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from itertools import groupby
from pathlib import Path

from autograd.files import regular, replacing
from autograd.show import style
from autograd.text import printable


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Code:
    """A few lines of a program."""

    text: str


@dataclass(frozen=True)
class Facts:
    """The key figures, in large type: pairs of a number and its meaning."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """Rows of cells under a heading; a row whose first cell is empty continues the row above."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Picture:
    """A file beside the page; the caption says what to look at, ``alt`` describes it for screen readers.

    ``dark`` is the file for a dark page, None if the picture adapts by itself. A ``wide`` one is as broad as
    the page, and scrolls on a narrow screen instead of shrinking.
    """

    file: str
    caption: str
    alt: str
    dark: str | None = None
    wide: bool = False


@dataclass(frozen=True)
class Link:
    """A link to ``file``, a page beside this one; ``note`` describes it, ``mark`` adds a few words, such as a
    score.

    Several in a row make a grid.
    """

    file: str
    title: str
    note: str
    mark: str = ""


@dataclass(frozen=True)
class Widget:
    """A part of a page in its own HTML, with its own style and script."""

    html: str


Block = Paragraph | Code | Facts | Table | Picture | Link | Widget


@dataclass(frozen=True)
class Section:
    """The results of one demo: blocks from top to bottom; links, and pictures that are not wide, stand side
    by side."""

    name: str
    title: str
    blocks: Sequence[Block]


def write(path: Path, sections: Sequence[Section], title: str = "") -> Path:
    """Write the page atomically and return its path."""
    path = regular(path, "write")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(html(sections, title).encode())
    return path


def html(sections: Sequence[Section], title: str = "") -> str:
    """Return the page as HTML; ``title`` defaults to that of the only section, or to "the tour".

    >>> page = html([Section("one", "x < y", [Paragraph("a & b")])])
    >>> "<h2>x &lt; y</h2>" in page, "<p>a &amp; b</p>" in page
    (True, True)
    """
    title = f"stepgrad: {title or ('the tour' if len(sections) > 1 else sections[0].title)}"
    links = "".join(f'<a href="#{escape(s.name)}">{escape(s.title)}</a>' for s in sections)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title><style>{_style()}</style></head><body>",
        f'<header><div class="brand">stepgrad</div><h1>{SLOGAN}</h1>',
        f"<nav>{links}</nav></header><main>" if len(sections) > 1 else "</header><main>",
        *(_section(section) for section in sections),
        f"</main><footer>{FOOTER}</footer></body></html>\n",
    ]
    return printable("\n".join(parts))


def flowing(text: str) -> str:
    """Join the lines of a text with single spaces.

    >>> flowing("one\\n    two")
    'one two'
    """
    return " ".join(text.split())


def columns(table: Table) -> str:
    """Format a table as lines of text for the terminal.

    >>> print(columns(Table("", ("leaf", "gradient"), [("x1", "-1.5000"), ("w1", "1.0000")])))
    leaf  gradient
    x1    -1.5000
    w1    1.0000
    """
    lines = [table.head, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines
    )


def _style() -> str:
    return style.variables() + resources.files("demos").joinpath("page.css").read_text(encoding="utf-8")


def _section(section: Section) -> str:
    body = []
    for grid, blocks in groupby(section.blocks, _grid):
        together = "".join(map(_block, blocks))
        body.append(f'<div class="{grid}">{together}</div>' if grid else together)
    return f'<section id="{escape(section.name)}"><h2>{escape(section.title)}</h2>{"".join(body)}</section>'


def _grid(block: Block) -> str:
    """Return the CSS class of the grid that a block shares with neighbours of its kind; "" for none."""
    if isinstance(block, Link):
        return "links"
    return "row" if isinstance(block, Picture) and not block.wide else ""


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Code(text):
            return f'<pre tabindex="0"><code>{escape(text.strip())}</code></pre>'
        case Facts(pairs):
            cells = "".join(
                f"<div><dt>{escape(what)}</dt><dd>{escape(number)}</dd></div>" for number, what in pairs
            )
            return f"<dl>{cells}</dl>"
        case Table(caption, head, rows):
            heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
            body = "".join(_row(cells) for cells in rows)
            return (
                f'<figure class="wide"><figcaption>{escape(caption)}</figcaption>'
                f'<div class="scroll" tabindex="0">'
                f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div></figure>"
            )
        case Widget(own):
            return own
        case Link(file, title, note, mark):
            small = f" <small>{escape(mark)}</small>" if mark else ""
            return f'<a href="{escape(file)}"><b>{escape(title)}</b> <span>{escape(note)}</span>{small}</a>'
        case Picture(file, caption, alt, dark, wide):
            source = f'<source srcset="{escape(dark)}" media="(prefers-color-scheme: dark)">' if dark else ""
            image = f'<picture>{source}<img src="{escape(file)}" alt="{escape(alt)}"></picture>'
            caption = f"<figcaption>{escape(caption)}</figcaption>"
            if wide:
                return (
                    f'<figure class="wide"><div class="scroll" tabindex="0">{image}</div>{caption}</figure>'
                )
            return f"<figure>{image}{caption}</figure>"


def _row(cells: Sequence[str]) -> str:
    kind = "" if cells[0] else ' class="more"'
    return f"<tr{kind}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


SLOGAN = """Neural nets are stacks of dot products, non-linearities and parameter updates.
Here they are, step by step."""
FOOTER = """Written by <code>python -m demos</code>. The digits are from the MNIST database of Y. LeCun,
C. Cortes and C. Burges (CC BY-SA 3.0)."""
