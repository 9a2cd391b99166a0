"""Which names cross from module to module. Which module may import which is in setup.cfg."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn", "demos", "benchmarks")


def private_names(text):
    """The names with an underscore that a module takes from another one of the project."""
    tree = ast.parse(text)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    found = [name.name for node in imports for name in node.names if is_private(name.name)]
    found += [part for node in imports for part in (node.module or "").split(".") if is_private(part)]
    modules = {
        name.asname or name.name for node in imports if node.level and not node.module for name in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in modules and is_private(node.attr):
                found.append(f"{node.value.id}.{node.attr}")
    return found


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def test_no_private_name_of_another_module():
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert len(paths) > 100
    assert {str(path): names for path in paths if (names := private_names(path.read_text()))} == {}


def test_a_private_name_is_found_however_it_is_reached():
    assert private_names("from .a import b, _c") == ["_c"]
    assert private_names("from . import a as b\nb._c()") == ["b._c"]
    assert private_names("from ._a import b") == ["_a"]
    assert private_names("from __future__ import annotations\nself._a\na.__name__") == []
