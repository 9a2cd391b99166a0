"""The demos: ``python -m demos`` runs the tour, ``python -m demos --list`` lists its parts."""
