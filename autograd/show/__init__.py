"""Drawing: a picture of the graph, for a notebook or a file.

``graph`` reads what there is to show, ``layout`` asks Graphviz where it goes, ``svg`` paints it, ``dot``
writes it as Graphviz source, and ``drawing`` is what a person holds.
"""

from .drawing import Drawing, draw

__all__ = ["Drawing", "draw"]
