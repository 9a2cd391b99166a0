"""Modules: bundle the ES modules of a page into one script, in the order of their imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import resources

IMPORT = re.compile(r'^import .* from "\./(.+)";$', re.M)
EXPORT = re.compile(r"^export ", re.M)


def bundle(entry: str, read: Callable[[str], str], written: Mapping[str, str]) -> str:
    """Bundle the module ``entry`` and its imports, each after its own imports, in one scope.

    ``read`` returns the text of a file; ``written`` has the modules that are not files. The head of a module,
    up to the first empty line, has its purpose and its imports, one per line. Heads, comments and indents are
    dropped, so no string may span lines. Since all modules share one scope, no two may declare the same name.

    >>> modules = {"one.js": "// A number.\\n\\nexport const one = 1;\\n"}
    >>> modules["two.js"] = '// Shows it.\\nimport { one } from "./one.js";\\n\\nshow(one);\\n'
    >>> print(bundle("two.js", modules.__getitem__, {}), end="")
    const one = 1;
    show(one);
    """
    begun: set[str] = set()
    bodies: list[str] = []

    def add(name: str) -> None:
        if name not in begun:
            begun.add(name)
            head, _, body = (written[name] if name in written else read(name)).partition("\n\n")
            for imported in IMPORT.findall(head):
                add(imported)
            lines = map(str.strip, EXPORT.sub("", body).splitlines())
            bodies.extend(f"{line}\n" for line in lines if line and not line.startswith("//"))

    add(entry)
    return "".join(bodies)


def read(name: str) -> str:
    """Return the text of a file in the folder ``page`` beside this one."""
    return resources.files("autograd.show").joinpath("page").joinpath(name).read_text(encoding="utf-8")
