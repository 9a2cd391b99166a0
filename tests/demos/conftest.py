"""What the tests of the demos share: each demo's short run, and pictures that are drawn once."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from demos import figures, matmuls, optimizers
from demos.command import main
from demos.matmuls import recovery
from demos.matmuls.networks import models
from demos.mnist import inside

SHORT = {
    "moons": ["--steps", "4", "--points", "30"],
    "film": ["--steps", "3"],
    "mnist": ["--images", "12000", "--epochs", "2"],
    "initialization": ["--depth", "3", "--width", "16", "--steps", "4"],
    # one image is left for the last batch
    "regularization": ["--epochs", "1", "--images", "51", "--runs", "1"],
    "optimizers": ["--steps", "12", "--images", "100", "--epochs", "1", "--runs", "1"],
    "matmuls": ["--images", "5000", "--steps", "120"],
    "schedules": ["--epochs", "1", "--images", "100", "--runs", "1"],
}


class Ran(NamedTuple):
    """A demo that ran: its arguments but for the folder, what it printed, and the folder it wrote."""

    argv: list[str]
    printed: str
    out: Path


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory, short_cuts: None) -> Callable[[str], Ran]:
    """``ran(name)``: a demo's short run, the same for all tests that look at it."""

    @cache
    def run(name: str) -> Ran:
        out, said = tmp_path_factory.mktemp(name), io.StringIO()
        argv = [name, "--seed", "3", *SHORT.get(name, [])]
        with contextlib.redirect_stdout(said):
            assert main([*argv, "--out", str(out)]) == 0
        return Ran(argv, said.getvalue(), out)

    return run


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """For runs whose numbers count: a picture is an empty file."""

    def save(path: Path, *_: Any) -> tuple[Path, Path]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path, path

    monkeypatch.setattr(figures, "save", save)


@pytest.fixture(scope="session")
def learned(ran: Callable[[str], Ran]) -> dict[str, Any]:
    """What the two networks of the demo of matrix products learned in its short run."""
    ran("matmuls")
    return LEARNED


LEARNED: dict[str, Any] = {}


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose last result is kept."""

    def inside(*arguments: Any) -> Any:
        LEARNED[function.__name__] = function(*arguments)
        return LEARNED[function.__name__]

    return inside


def some(every: Sequence[Any]) -> list[Any]:
    """Two of those that are alike, and all others."""
    alike = [each for each in every if each.says.startswith("MLP 3-4-2,")]
    return [each for each in every if each not in alike[2:]]


def once(run: Callable[[], Any]) -> float:
    """No time, but a run."""
    run()
    return 1.0


@pytest.fixture(scope="session", autouse=True)
def short_cuts() -> Iterator[None]:
    """Drawing is most of a short run: outside of the thorough set pictures are coarse and not laid out, and
    the dark ones copies of the light. Of those that one function draws in a run, the first is written, and
    copied for the others, which are drawn but not rendered. There are fewer networks and optimizers of a
    kind there; MNIST in scalars has 16 hidden neurons, not 128, and few images are shown of what MNIST in
    arrays learned.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery, "TIMED", 0.0)  # how fast a network is, no test asks
        patch.setattr(matmuls, "learn_digits", remembered(matmuls.learn_digits))
        patch.setattr(matmuls, "learn_names", remembered(matmuls.learn_names))
        if settings.get_current_profile_name() != "thorough":
            patch.setattr(models.digits, "__defaults__", (16,))
            patch.setattr(inside, "UNITS", 8)
            patch.setattr(inside, "STEPS", 20)
            catalogue = matmuls.catalogue
            patch.setattr(matmuls, "catalogue", lambda: some(catalogue()))
            patch.setattr(recovery, "fastest", once)
            patch.setattr(optimizers, "ENTRIES", [*optimizers.ENTRIES[::5], optimizers.ENTRIES[-1]])
            from matplotlib.figure import Figure

            save = figures.save
            written: dict[tuple[Path, CodeType], Path] = {}

            def sparing(path: Path, draw: Callable[..., None], size: tuple[float, float]) -> tuple[Path, ...]:
                kind = (path.parent, draw.__code__)
                if kind in written and written[kind].is_file():
                    draw(Figure(size), figures.LIGHT)
                    light = Path(shutil.copy(written[kind], path))
                else:
                    (light,) = save(path, draw, size)
                    written[kind] = light
                return light, shutil.copy(light, path.with_stem(f"{path.stem}-dark"))

            patch.setattr(figures, "THEMES", {"": figures.LIGHT})
            patch.setattr(figures, "LAYOUT", None)
            patch.setattr(figures, "DOTS_PER_INCH", 100)
            patch.setattr(figures, "save", sparing)
        yield
