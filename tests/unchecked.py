"""Tests of test_wrong_arguments.py that are not passed yet: to be emptied, and never added to."""

UNCHECKED: dict[str, list[str]] = {}
