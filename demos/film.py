"""Four training runs as films: one that goes well, a vanishing and an exploding gradient, dead relus.

All four networks learn to separate the two moons. Each film is a page that shows the network, its gradients
and its decision boundary at every step.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

import autograd
import nn
from autograd.show.film import Film
from demos import page
from demos.command import positive
from demos.moons import two_moons

POINTS = 60


@dataclass(frozen=True)
class Run:
    """A network and how it is trained: the settings that differ from film to film.

    ``gain`` multiplies the initial weights of nn.MLP; ``batch`` is the number of random points in each step.
    ``look`` says what to look at, in the film and beside its link; ``opens`` is where the page opens.
    """

    name: str
    title: str
    hidden: tuple[int, ...]
    activation: str
    rate: float
    look: str
    momentum: float = 0.0
    gain: float = 1.0
    batch: int = POINTS
    opens: str = ""


RUNS = (
    Run(
        "moons",
        "A healthy run",
        hidden=(8, 8),
        activation="tanh",
        rate=0.1,
        momentum=0.9,
        look="""Play it (Space). A straight line becomes a curve that reaches around the tips of both moons.
        Then turn to Backward (B) and play it again: the gradients of the three layers, shown as bars, are of
        similar size, so all layers learn, and they shrink together as there is less to correct.""",
    ),
    Run(
        "vanishing",
        "A vanishing gradient",
        hidden=(8,) * 8,
        activation="sigmoid",
        rate=0.1,
        batch=5,
        opens="#view=backward",
        look="""Eight layers of sigmoids. Read the bars from right to left: each is a fraction of the one
        before, because the slope of a sigmoid is at most 1/4 and the backward pass multiplies all the
        slopes. Next to nothing arrives at the first layer. Turn to Forward (F) and play: the lines on the
        left never change, and the boundary never bends.""",
    ),
    Run(
        "exploding",
        "An exploding gradient",
        hidden=(8,) * 8,
        activation="sin",
        gain=4.0,
        rate=0.03,
        batch=20,
        opens="#view=backward",
        look="""Eight layers of sines, which are never flat for long, with initial weights four times too
        large. Read the bars from right to left: from the second on, each is a multiple of the one before.
        Step on from step 0 (→): each step throws the first layers about, which makes the next gradient even
        larger, a thousandfold within ten steps. The plane is noise, different at each step. With weights of
        the usual size the same network learns.""",
    ),
    Run(
        "dead-relu",
        "Dead relus",
        hidden=(8, 8),
        activation="relu",
        rate=0.6,
        look="""The learning rate is ten times too high. Go step by step (→): the first steps push weights so
        far that most sums are below 0 for every point. These relus, crossed out, give 0 and have gradient 0,
        so a step leaves their weights as they are. If all relus of a layer are dead, the output is the same
        everywhere. Click a crossed-out one to see its zeros.""",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the length of the films."""
    parser.add_argument("--steps", type=positive, default=100, help="updates in each film")


def run(options: argparse.Namespace) -> list[page.Section]:
    """Record the four films, and summarise each in numbers."""
    options.out.mkdir(parents=True, exist_ok=True)
    links, rows = [], []
    for each in RUNS:
        film = record(each, options.seed, options.steps)
        saved = film.save(options.out / f"film-{each.name}.html")
        print(f"{film}\nIts film: {saved}\n")
        links.append(page.Link(f"{saved.name}{each.opens}", each.title, page.flowing(each.look)))
        rows.append((each.title, str(film.network), *_in_numbers(film)))
    blocks: list[page.Block] = [
        page.Paragraph(
            """A loss that does not fall says that something is wrong, but not what. A film shows it: go
            through the training in both directions, and see weights, activations, gradients and the decision
            boundary at every step. All four networks learn from the same two moons."""
        ),
        *links,
        page.Table(
            """The four runs in numbers. The ratio divides the gradient norm of the first layer by that of
            the last (geometric mean over all steps where neither is 0): far below 1 the gradient vanishes on
            its way back, far above 1 it explodes.""",
            ("film", "network", "loss", "first layer : last layer", "dead relus at the end"),
            rows,
        ),
        page.Paragraph("To film your own network, add two lines to the training loop:"),
        page.Code(PROGRAM),
    ]
    return [page.Section("film", "Training, filmed", blocks)]


def record(run: Run, seed: int, steps: int) -> Film:
    """Train a network as ``run`` says, and film it; stop early if numbers leave the range of floats."""
    rng = np.random.default_rng(seed)
    points, labels = (array.tolist() for array in two_moons(POINTS, rng))
    model = nn.MLP(2, [*run.hidden, 1], run.activation, dot=True, rng=rng)
    for layer in model.layers:
        for neuron in layer.neurons:
            for weight in neuron.weights:
                weight.data *= run.gain
    optimizer = nn.SGD(model.parameters(), lr=run.rate, momentum=run.momentum)
    film = autograd.film(model, points, labels, loss=nn.mse, title=run.title, note=run.look)
    for _ in range(steps):
        batch = rng.choice(POINTS, run.batch, replace=False) if run.batch < POINTS else range(POINTS)
        try:
            loss = nn.mse([model(points[i]) for i in batch], [labels[i] for i in batch])
            optimizer.zero_grad()
            loss.backward()
            film.record(loss)
            optimizer.step()
        except (ArithmeticError, ValueError) as error:
            print(f"{run.title}: stopped, {error}")
            break
    return film


def ratio(film: Film) -> float:
    """Divide the gradient norm of the first layer by that of the last: geometric mean over all frames."""
    norms = np.array([film.gradient_norms(frame) for frame in film.frames])
    seen = norms[(norms[:, [0, -1]] > 0).all(axis=1)]
    return float(np.exp(np.mean(np.log(seen[:, 0] / seen[:, -1])))) if len(seen) else float("nan")


def _in_numbers(film: Film) -> tuple[str, str, str]:
    frames = film.frames
    relus = sum(name == "relu" for layer in film.network.layers for name in layer.activations)
    dead = f"{len(film.dead(frames[-1]))} of {relus}" if relus else "no relus"
    return f"{frames[0].loss:.3g} → {frames[-1].loss:.3g}", f"{ratio(film):.2g}", dead


PROGRAM = """
film = autograd.film(model, points, labels, loss=nn.mse)
for _ in range(100):
    loss = nn.mse([model(point) for point in points], labels)
    optimizer.zero_grad()
    loss.backward()
    film.record(loss)  # the current weights and their gradients
    optimizer.step()
film.save("film.html")
"""
