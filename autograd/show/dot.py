"""DOT: write the graph as Graphviz source, with cards to look at or blank boxes to lay out."""

from __future__ import annotations

from html import escape

import graphviz

from .graph import CAPTION, ROW, Card, Graph, Row
from .style import LIGHT, blend

# End Graphviz's long searches early: a chain of 149 sums of one leaf took more than half an hour, and now
# takes a second. Networks look the same.
BOUNDS = {"nslimit": "2", "nslimit1": "2", "mclimit": "0.3"}
ARROW = 7.0  # length of an arrowhead in points; edges stop this far from their box
FONT = {"fontname": "Courier", "fontsize": "13"}  # the one fixed-width font that every engine can measure
TABLE = '<TABLE CELLBORDER="0" CELLSPACING="0" {look}>{rows}</TABLE>'


def source(graph: Graph, direction: str, title: str = "", *, blank: bool = False) -> str:
    """Write the graph in DOT, ``blank`` or with HTML-like labels, the only ones to show any text."""
    spacing = {"nodesep": "0.17", "ranksep": "0.42", "pad": "0.2"}
    digraph = graphviz.Digraph(
        graph_attr={"rankdir": direction, "bgcolor": LIGHT["canvas"], **spacing, **BOUNDS},
        node_attr={"color": LIGHT["line"], "margin": "0", **FONT},
        edge_attr={"color": LIGHT["line"], "arrowsize": f"{ARROW / 10:g}", **FONT},
    )
    if title and not blank:
        digraph.attr(label=f"<<B>{_text(title, 15)}</B>>", labelloc="t", labeljust="l", **FONT)
    for card in graph.cards:
        if blank:
            digraph.node(card.name, "", shape="box", **_fixed(card.size))
        else:
            digraph.node(card.name, f"<{_table(card)}>", shape="plain")
    for disc in graph.discs:
        look = {"fillcolor": LIGHT["disc"], **_fixed(disc.size)}
        look |= {"ordering": "in"} if disc.ordered else {}
        look["shape"], look["style"] = ("box", "filled,rounded") if disc.wide else ("circle", "filled")
        label = "" if blank else f"<<B>{_text(disc.symbol, 18 if len(disc.symbol) <= 2 else 11)}</B>>"
        digraph.node(disc.name, label, **look)
    for edge in graph.edges:
        digraph.edge(edge.tail, edge.head, edge.local_grad and f"<{_tag(edge.local_grad, blank)}>")
    return digraph.source


def _fixed(size: tuple[float, float]) -> dict[str, str]:
    return {"width": f"{size[0] / 72:.4f}", "height": f"{size[1] / 72:.4f}", "fixedsize": "true"}


def _table(card: Card) -> str:
    width = card.size[0] - 2  # inside the border
    ink, bold = (LIGHT["dim"], "{}") if card.kind == "constant" else (LIGHT["ink"], "<B>{}</B>")
    cell = f'<TD COLSPAN="2" WIDTH="{width:.0f}" HEIGHT="{ROW:.0f}">'
    rows = [f"<TR>{cell}{bold.format(_text(line, 13, ink))}</TD></TR>" for line in card.lines]
    for row in card.rows:
        cell = f'<TD HEIGHT="{ROW:.0f}" BGCOLOR="{blend(row.sign, row.strength)}"'
        caption = _text(row.caption, 11, ink if row.sign else LIGHT["dim"])
        rows.append(
            f'<TR>{cell} WIDTH="{CAPTION:.0f}" ALIGN="LEFT">{caption}</TD>'
            f'{cell} WIDTH="{width - CAPTION:.0f}" ALIGN="RIGHT">{_text(row.text, 13, ink)}</TD></TR>'
        )
    border = {"leaf": 'STYLE="DASHED"', "constant": f'COLOR="{LIGHT["faint"]}"'}.get(card.kind, "")
    look = f'BORDER="1" {border} CELLPADDING="3" BGCOLOR="{LIGHT["card"]}"'
    return TABLE.format(look=look, rows="".join(rows))


def _tag(slope: Row, blank: bool) -> str:
    width, height = slope.tag_size
    cell = f'WIDTH="{width:.0f}" HEIGHT="{height:.0f}" BGCOLOR="{blend(slope.sign, slope.strength)}"'
    rows = f"<TR><TD {cell}>{'' if blank else _text(slope.text, 11)}</TD></TR>"
    return TABLE.format(look='BORDER="0" CELLPADDING="0"', rows=rows)


def _text(line: str, size: int, colour: str = LIGHT["ink"]) -> str:
    """Escape a line for a label: Graphviz expands backslashes even there, and rejects empty text."""
    shown = escape(line).replace("\\", "\\\\") or "&#160;"
    return f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{shown}</FONT>'
