"""The four films of the demo: each shows what its text says, in the numbers that it recorded."""

import argparse
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import nn
from autograd.show.film import Film
from demos import film, page
from demos.moons import two_moons

RUNS = {run.name: run for run in film.RUNS}
SEEDS = (0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2)))


STEPS = 50 if settings.get_current_profile_name() == "quick" else 100  # as many as the demo's


@cache
def recorded(name: str, seed: int) -> Film:
    return film.record(RUNS[name], seed, STEPS)


def norms(run: Film) -> np.ndarray:
    """(frames, layers), worked out from the recorded gradients layer by layer."""
    sizes = [int(size) for size in str(run.network).split("-")]
    found = []
    for frame in run.frames:
        begin, row = 0, []
        for inputs, outputs in zip(sizes, sizes[1:]):
            end = begin + outputs * (inputs + 1)
            row.append(np.linalg.norm(frame.gradient[begin:end]))
            begin = end
        assert begin == len(frame.gradient)
        found.append(row)
    return np.array(found)


def accuracy(run: Film, seed: int) -> float:
    """Of the last frame, by its weights put into a new model."""
    points, labels = two_moons(film.POINTS, np.random.default_rng(seed))
    sizes = [int(size) for size in str(run.network).split("-")]
    model = nn.MLP(sizes[0], sizes[1:], run.network.activations[0])
    for parameter, number in zip(model.parameters(), run.frames[-1].parameters.tolist()):
        parameter.data = number
    outputs = np.array([model(point).data for point in points.tolist()])
    return float(np.mean(outputs * labels > 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_healthy_run_learns_with_gradients_of_a_size(seed: int) -> None:
    run = recorded("moons", seed)
    losses = [frame.loss for frame in run.frames]
    assert len(losses) == STEPS and losses[-1] < 0.1 * losses[0]
    assert accuracy(run, seed) > 0.96
    sizes = norms(run)
    ratios = sizes[:, 0] / sizes[:, -1]
    assert 0.05 < np.median(ratios) < 20
    assert (sizes[-10:].mean(axis=0) < sizes[0]).all()  # they become smaller together


@pytest.mark.parametrize("seed", SEEDS)
def test_the_vanishing_gradient_vanishes_layer_by_layer(seed: int) -> None:
    run = recorded("vanishing", seed)
    sizes = norms(run)
    assert sizes.shape == (STEPS, 9)
    assert (sizes[:, 0] < sizes[:, -1]).all()
    assert (sizes[:, 0] < 1e-3 * sizes[:, -1]).mean() > 0.95  # but where the errors of a batch cancel
    means = np.exp(np.log(sizes).mean(axis=0))
    assert (means[:-1] < 0.8 * means[1:]).all() and means[0] < 1e-4 * means[-1]
    first, last = run.frames[0].parameters, run.frames[-1].parameters
    moved = np.abs(last[:24] - first[:24]).max()  # 8 neurons with 2 weights and a bias
    assert moved < 1e-3  # "the lines on the left never change"
    assert np.mean([frame.loss for frame in run.frames[-20:]]) > 0.9  # as good as guessing
    points = two_moons(film.POINTS, np.random.default_rng(seed))[0]
    outputs = run.network.forward(last, points)[-1]
    assert np.ptp(outputs) < 1e-2  # "the boundary never bends": all points are one to it


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_the_exploding_gradient_explodes_layer_by_layer(seed: int) -> None:
    run = recorded("exploding", seed)
    sizes = norms(run)
    assert sizes.shape == (STEPS, 9) and np.isfinite(sizes).all()
    assert (sizes[:, 0] > 100 * sizes[:, -1]).all()
    means = np.exp(np.log(sizes).mean(axis=0))
    assert (means[:-2] > 1.5 * means[1:-1]).all() and means[0] > 1e4 * means[-1]
    assert sizes[:11, 0].max() > 1e3 * sizes[0, 0]  # "a thousandfold within ten steps"
    later = sizes[STEPS // 2 :]
    assert np.median(later[:, 0] / later[:, -1]) > 10 * sizes[0, 0] / sizes[0, -1]  # and grows in time
    assert accuracy(run, seed) < 0.8


@pytest.mark.thorough
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_with_the_usual_gain_the_exploding_network_learns(seed: int) -> None:
    run = recorded("exploding", seed)
    usual = film.record(replace(RUNS["exploding"], gain=1.0), seed, 100)  # "this same network learns"
    assert usual.frames[-1].loss < 0.5 * usual.frames[0].loss
    assert accuracy(usual, seed) > accuracy(run, seed) + 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_dead_relus_are_dead(seed: int) -> None:
    run = recorded("dead-relu", seed)
    counts = [len(run.dead(frame)) for frame in run.frames]
    assert counts[0] <= 4 and counts[-1] >= 8  # of 16
    assert max(counts[:6]) > counts[0]  # in the first steps
    before, after = run.frames[-2], run.frames[-1]
    for layer, neuron in run.dead(before):
        begin = 3 * neuron if layer == 0 else 24 + 9 * neuron
        end = begin + (3 if layer == 0 else 9)
        assert not before.gradient[begin:end].any()
        assert (after.parameters[begin:end] == before.parameters[begin:end]).all()  # "as they are"


@pytest.mark.thorough
@pytest.mark.parametrize("seed", SEEDS)
def test_at_a_tenth_of_the_rate_few_relus_die(seed: int) -> None:
    run = recorded("dead-relu", seed)
    gentle = film.record(replace(RUNS["dead-relu"], rate=0.06), seed, 100)  # "ten times too high"
    assert gentle.frames[-1].loss < 0.5 and gentle.frames[-1].loss < run.frames[-1].loss
    assert len(gentle.dead(gentle.frames[-1])) < len(run.dead(run.frames[-1])) / 2


def test_each_film_says_what_to_look_at() -> None:
    for run in film.RUNS:
        assert film.record(run, 0, 1).note == page.flowing(run.look)


def test_the_ratio_of_the_table_is_that_of_the_norms() -> None:
    for name in RUNS:
        sizes = norms(recorded(name, 0))
        seen = sizes[(sizes[:, 0] > 0) & (sizes[:, -1] > 0)]
        expected = np.exp(np.log(seen[:, 0] / seen[:, -1]).mean())
        assert film.ratio(recorded(name, 0)) == pytest.approx(expected, rel=1e-9)


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attributes if name == "href"]


def test_it_writes_four_films_and_leads_to_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "out"
    sections = film.run(argparse.Namespace(seed=0, out=out, steps=3))
    files = {f"film-{name}.html" for name in ("moons", "vanishing", "exploding", "dead-relu")}
    assert {path.name for path in out.iterdir()} == files
    links = Links(page.html(sections)).found
    assert {link.partition("#")[0] for link in links} == files and len(links) == 4
    assert "film-vanishing.html#view=backward" in links
    said = capsys.readouterr().out
    assert all(str(out / name) in said for name in files)
    (section,) = sections
    (table,) = (block for block in section.blocks if isinstance(block, page.Table))
    assert [row[0] for row in table.rows] == [run.title for run in film.RUNS]
    for block in section.blocks:
        if isinstance(block, page.Link):
            assert len(block.note.split()) > 30 and "\n" not in block.note  # a paragraph on what to look at


def test_the_same_seed_gives_the_same_film_and_another_another() -> None:
    one, again, other = (film.record(RUNS["vanishing"], seed, 3).html for seed in (5, 5, 6))
    assert one == again != other


def test_the_program_runs_as_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import autograd

    monkeypatch.chdir(tmp_path)
    points, labels = (array.tolist() for array in two_moons(10, np.random.default_rng(0)))
    model = nn.MLP(2, [3, 1], "tanh", rng=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    names: dict[str, object] = {"autograd": autograd, "nn": nn, "model": model, "optimizer": optimizer}
    names |= {"points": points, "labels": labels}
    exec(film.PROGRAM, names)
    assert names["film"].steps == 100  # type: ignore[attr-defined]
    assert re.search(
        r"<title>A 2-3-1 network learns</title>", (tmp_path / "film.html").read_text(encoding="utf-8")
    )
