"""Every Python block of README runs, and prints what the block below it says."""

import contextlib
import inspect
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import nn

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", README, re.S)


@pytest.mark.parametrize(("program", "printed"), BLOCKS, ids=[block[0].splitlines()[0] for block in BLOCKS])
def test_a_block_prints_what_it_says(program, printed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    assert out.getvalue() == printed
    film = tmp_path / "film.html"
    if film.exists():  # with its loss, so that the page shows the gradients of it and not of the output
        assert re.search(r'"loss": ?"mse"', film.read_text(encoding="utf-8"))
    drawn = tmp_path / "neuron.svg"
    if drawn.exists():  # the picture shown is the one the program makes
        assert texts(drawn) == texts(ROOT / "docs" / "neuron.svg")


def texts(path):
    return sorted(
        "".join(node.itertext()) for node in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    )


@pytest.mark.parametrize("printed", [printed for program, printed in BLOCKS if "optimizer" in program])
def test_a_block_that_trains_says_what_it_reached(printed):
    assert re.search(r"True\n|\[-1, 1, 1, -1\]\n", printed)


def test_readme_counts_what_is_in_nn():
    def of(package, base):
        classes = {found for name in package.__all__ if inspect.isclass(found := getattr(package, name))}
        return len({found for found in classes if issubclass(found, base)} - {base, nn.Activation})

    counted = {
        "activations": of(nn.activations, nn.Module),
        "losses": len(nn.losses.__all__),
        "optimizers": of(nn, nn.Optimizer),
        "schedules": of(nn, nn.Schedule),
        "normalisations": sum("Norm" in name for name in nn.__all__),
    }
    said = {what: int(number) for number, what in re.findall(r"(\d+) (\w+)", README) if what in counted}
    assert said == counted
    assert all(name in nn.__all__ for name in nn.losses.__all__)


def test_readme_has_its_blocks():
    assert len(BLOCKS) >= 4 and all(printed for _, printed in BLOCKS)
