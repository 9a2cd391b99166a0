"""Drawing and stepping: pictures and pages of the graph, for a notebook, a file or a terminal.

A picture: ``graph`` reads what to show, ``layout`` asks Graphviz for positions, ``svg`` paints it, ``dot``
writes it as Graphviz source, and ``drawing`` is the public object.

A lesson: ``lesson`` holds both passes as data, ``page`` puts the drawing, both passes in JavaScript and the
scripts into one file, ``terminal`` steps through it with keys, and ``stepper`` is the public object.
``film`` records a network while it trains.
"""
