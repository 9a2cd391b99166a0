"""The scripts of the pages, put together from modules; what a linter sees of them is ``make lint``'s."""

import re
from collections import Counter
from importlib import resources

import pytest

from autograd.show.modules import bundle, read
from demos.mnist.report import pad

PAGES = {"main.js": read, "film.js": read, "pad.js": pad.read}
WRITTEN = dict.fromkeys(("program.js", "rules.js", "activations.js"), "")

FOLDER = resources.files("autograd.show").joinpath("page")
SCRIPTS = {each.name for each in FOLDER.iterdir() if each.name.endswith(".js")}


def together(entry):
    return bundle(entry, PAGES[entry], WRITTEN)


def read_for(entry):
    """The files that a page is made of."""
    found = []

    def note(name):
        found.append(name)
        return PAGES[entry](name)

    bundle(entry, note, WRITTEN)
    return found


def test_each_module_comes_once_after_what_it_imports():
    modules = {
        "last.js": '// c\nimport { one } from "./left.js";\nimport { three } from "./right.js";\n\nlast();\n',
        "left.js": '// b\nimport { three } from "./right.js";\n\nexport const one = 1;\nconst two = 2;\n',
        "right.js": '// a\n\nexport const three = 3;\n\nconst text = "export const four";\n',
    }
    expected = (
        'const three = 3;\nconst text = "export const four";\nconst one = 1;\nconst two = 2;\nlast();\n'
    )
    assert bundle("last.js", modules.__getitem__, {}) == expected


@pytest.mark.parametrize("entry", PAGES)
def test_no_two_modules_of_a_page_declare_the_same_name(entry):
    assert not re.search(r"^\s*(import|export)\b", together(entry), re.M)
    text = "\n".join(map(PAGES[entry], read_for(entry)))  # set in, where it is not for all modules
    names = re.findall(r"^(?:export )?(?:const|let|function) (\w+)", text, re.M)
    for group in re.findall(r"^(?:export )?(?:const|let) [\[{] ?(.*?) ?[\]}] = ", text, re.M):
        names += [name.split(":")[-1].strip() for name in group.split(",")]
    assert len(names) > 20 and [name for name, count in Counter(names).items() if count > 1] == []


def test_a_head_is_what_a_module_is_for_and_its_imports():
    for name in SCRIPTS:
        head = read(name).partition("\n\n")[0].split("\n")
        assert head[0].startswith("// ") and all(line.startswith(("// ", "import {")) for line in head), name


def test_every_script_is_in_a_page():
    assert SCRIPTS == {name for entry in ("main.js", "film.js") for name in read_for(entry)}
