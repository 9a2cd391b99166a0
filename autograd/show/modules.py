"""Scripts of a page: ES modules, put into one script in the order of their imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import resources

IMPORT = re.compile(r'^import \{.*\} from "\./(.+)";\n\n?', re.M)
EXPORT = re.compile(r"^export (?=const|let|function)", re.M)


def bundle(entry: str, read: Callable[[str], str], written: Mapping[str, str]) -> str:
    """The module ``entry`` and all that it imports, each after what it imports itself.

    ``read`` gives the text of a file, ``written`` has the modules that are no files. All end up in one scope,
    so no two declare the same name; an import is one line, an export stands before its declaration.

    >>> one, two = 'export const one = 1;\\n', 'import { one } from "./one.js";\\nshow(one);\\n'
    >>> print(bundle("two.js", {"two.js": two}.__getitem__, {"one.js": one}), end="")
    const one = 1;
    show(one);
    """
    begun: set[str] = set()
    texts: list[str] = []

    def add(name: str) -> None:
        if name not in begun:
            begun.add(name)
            text = written[name] if name in written else read(name)
            for imported in IMPORT.findall(text):
                add(imported)
            texts.append(EXPORT.sub("", IMPORT.sub("", text)))

    add(entry)
    return "".join(texts)


def read(name: str) -> str:
    """The text of a file in the folder ``page`` beside this one."""
    return resources.files("autograd.show").joinpath("page").joinpath(name).read_text(encoding="utf-8")
