"""Drawing and stepping: pictures and pages of the graph, for a notebook, a file or a terminal.

A picture: ``graph`` reads what there is to show, ``layout`` asks Graphviz where it goes, ``svg`` paints it,
``dot`` writes it as Graphviz source, and ``drawing`` is what a person holds.

A lesson: ``lesson`` is both passes as data, ``program`` writes them in JavaScript, ``page`` puts drawing and
scripts into one file, ``terminal`` shows them between the keys, and ``stepper`` is what a person holds.
``film`` records a network while it trains.
"""
