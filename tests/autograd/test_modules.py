"""The scripts of the pages, put together from modules; what a linter sees of them is ``make lint``'s."""

import re
from collections import Counter
from importlib import resources

import pytest

from autograd.show.modules import bundle, read
from demos.mnist.report import pad

PAGES = {"main.js": read, "film.js": read, "pad.js": pad.read}
WRITTEN = dict.fromkeys(("program.js", "rules.js", "activations.js"), "")


def together(entry):
    return bundle(entry, PAGES[entry], WRITTEN)


def test_each_module_comes_once_after_what_it_imports():
    modules = {
        "last.js": 'import { one } from "./left.js";\nimport { three } from "./right.js";\n\nlast();\n',
        "left.js": 'import { three } from "./right.js";\n\nexport const one = 1;\nconst two = 2;\n',
        "right.js": 'export const three = 3;\nconst text = "export const four";\n',
    }
    parts = [modules[name] for name in ("right.js", "left.js", "last.js")]
    expected = "".join(re.sub(r"import .*\n+", "", part) for part in parts).replace("\nexport ", "\n")
    assert bundle("last.js", modules.__getitem__, {}) == expected.removeprefix("export ")


@pytest.mark.parametrize("entry", PAGES)
def test_no_two_modules_of_a_page_declare_the_same_name(entry):
    text = together(entry)
    assert not re.search(r"^\s*(import|export)\b", text, re.M)
    names = re.findall(r"^(?:const|let|function) (\w+)", text, re.M)
    for group in re.findall(r"^(?:const|let) [\[{] ?(.*?) ?[\]}] = ", text, re.M):
        names += [name.split(":")[-1].strip() for name in group.split(",")]
    assert len(names) > 20 and [name for name, count in Counter(names).items() if count > 1] == []


def test_every_script_is_in_a_page():
    files = {each.name for each in resources.files("autograd.show").joinpath("page").iterdir()}
    found = set()

    def note(name):
        found.add(name)
        return read(name)

    for entry in ("main.js", "film.js"):
        bundle(entry, note, WRITTEN)
    assert {name for name in files if name.endswith(".js")} == found
