"""What a person runs: ``python -m demos`` for the tour, ``python -m demos --list`` for the parts of it."""
