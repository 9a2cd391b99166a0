"""Four training runs as films: one that goes well, a vanishing and an exploding gradient, dead relus.

All are given the two moons to tell apart, and each is a page with its network, its gradients and its
decision boundary at every step.
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
    """A network and how it is trained: what differs from film to film.

    ``gain`` multiplies the weights that nn.MLP begins with; ``batch`` is how many points, drawn anew, each
    step is computed from. ``look`` is what to look at, for the film itself and for what leads to it, and
    ``opens`` where the page opens.
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
        Then turn to Backward (B) and play it again: the gradients of the three layers, in the bars, are of a
        size, so all of them learn, and they become smaller together as there is less to correct.""",
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
        before, since the slope of a sigmoid is 1/4 at most and the way back multiplies all the slopes. What
        arrives at the first layer is next to nothing. Turn to Forward (F) and play: the lines on the left
        never change, and the boundary never bends.""",
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
        look="""Eight layers of sines, which are never flat for long, with weights that begin four times too
        large. Read the bars from right to left: from the second on, each is a multiple of the one before. Go
        on from step 0 (→): each step throws the first layers about, which makes the next gradient larger
        still, a thousandfold within ten steps. The plane is noise, another at each step. With weights of the
        usual size this same network learns.""",
    ),
    Run(
        "dead-relu",
        "Dead relus",
        hidden=(8, 8),
        activation="relu",
        rate=0.6,
        look="""The learning rate is ten times too high. Go on step by step (→): the first push weights so far
        that most sums are below 0 for every point. These relus, crossed out, give 0 and have gradient 0,
        so a step leaves their weights as they are. Where all of a layer are dead, the output is the same
        everywhere. Click on a crossed one to see its zeros.""",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long the films are."""
    parser.add_argument("--steps", type=positive, default=100, help="updates in each film")


def run(options: argparse.Namespace) -> list[page.Section]:
    """Record the four films, and say in numbers what each shows."""
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
            boundary at every step. All four networks are given the same two moons."""
        ),
        *links,
        page.Table(
            """The same in numbers. The ratio is the norm of the gradient in the first layer to that in the
            last, its geometric mean over all steps where neither is 0: far below 1 it vanishes on its way
            back, far above 1 it explodes.""",
            ("film", "network", "loss", "first layer : last layer", "dead relus at the end"),
            rows,
        ),
        page.Paragraph("A film of a network of your own takes two lines in the training loop:"),
        page.Code(PROGRAM),
    ]
    return [page.Section("film", "Training, filmed", blocks)]


def record(run: Run, seed: int, steps: int) -> Film:
    """Train a network as ``run`` says, and film it; ends early where numbers leave the range of floats."""
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
    """The norm of the gradient in the first layer by that in the last: the geometric mean over all frames."""
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
    film.record(loss)  # the weights as they are, and their gradients
    optimizer.step()
film.save("film.html")
"""
