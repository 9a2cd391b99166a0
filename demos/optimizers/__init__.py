"""Every optimizer on its way down three surfaces, and on two moons and MNIST, each at its best rate.

On the surfaces the loss is a function of two Values, without noise. The networks are trained several times,
from different weights and, on MNIST, with different batches. The rates were found on validation data that
the test columns of the table do not use.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from demos import page
from demos.command import positive

from . import decay, networks, pictures, tuning
from .entries import ENTRIES, GRID, RATES, Rates, recorded
from .networks import Curve, Task
from .surfaces import SURFACES, Path, descend

COMMAND = "python -m demos optimizers --tune"

SEEN = {
    "Rosenbrock": """What to see: a valley with steep walls, and on its curved floor hardly any slope to the
    star. SGD's rate has to suit the walls, so it creeps along the floor; momentum gathers speed there.
    Dividing by the size of the gradients makes the first steps as long along x as along y, until the walls
    push back: the zigzags. It helps Adam and AMSGrad to arrive; Adagrad and RMSprop creep like SGD, and
    AdamW's decay pulls its numbers towards 0, off the star. L-BFGS learns how the valley bends. The titles
    give the evaluations of loss and gradient until the loss is within 0.01 of the lowest, for good. Only
    paths that stay in the picture were allowed.""",
    "Beale": """What to see: the paths lead down from a steep rim into a shallow valley, and on to the star.
    With momentum they swing past and come back; without, they turn into the valley and slow down. Lion's
    steps all have the same size, in x and in y: diagonals, to the end. RAdam's first steps follow the plain
    gradient, here too far, and long after that its steps are short.""",
    "saddle": """What to see: the start is 0.001 beside the ridge, where there is hardly any slope along y.
    SGD and L-BFGS go to the saddle, in the middle, and leave it only as the 0.001 grows. Optimizers that
    divide by the size of the gradient (Adagrad to Adamax, and NAdam), or take its sign (Lion), step as far
    along y as along x, and pass the saddle by.""",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's own options."""
    parser.add_argument(
        "--steps", type=positive, default=600, help="evaluations of loss and gradient on a surface"
    )
    parser.add_argument("--images", type=positive, default=5000, help="training images of MNIST")
    parser.add_argument("--epochs", type=positive, default=6, help="passes over them")
    parser.add_argument("--runs", type=positive, default=3, help="runs of each network, with a seed each")
    parser.add_argument(
        "--tune",
        action="store_true",
        help="find the rates again with a grid search, instead of using the recorded ones (minutes)",
    )


def run(options: argparse.Namespace) -> list[page.Section]:
    """Run every optimizer on every surface and network, and draw the results."""
    from tqdm import tqdm

    tasks = [networks.moons(-(-options.steps // 4)), networks.mnist(options.images, options.epochs)]
    rates = _tuned(tasks, options) if options.tune else recorded()
    paths: dict[str, dict[str, Path]] = {surface.name: {} for surface in SURFACES}
    found: dict[str, dict[str, list[Curve]]] = {task.name: {} for task in tasks}
    # disable=None: no bar without a terminal
    for entry in (bar := tqdm(ENTRIES, leave=False, disable=None, unit=" optimizers")):
        bar.set_description(entry.name)
        for surface in SURFACES:
            build = tuning.at(entry, rates[entry.name][surface.name])
            paths[surface.name][entry.name] = descend(surface, build, options.steps)
        for task in tasks:
            build = tuning.at(entry, rates[entry.name][task.name])
            found[task.name][entry.name] = [
                networks.train(task, build, seed) for seed in range(options.seed, options.seed + options.runs)
            ]

    results, used = _results(paths, found), _rates(rates)
    print(page.columns(results))
    surfaces = [
        pictures.trajectories(surface, paths[surface.name], SEEN[surface.name], options.out)
        for surface in SURFACES
    ]
    curves = [pictures.curves(task, found[task.name], _seen(task, options), options.out) for task in tasks]
    shown = [*surfaces, *curves, decay.picture(options.out)]
    print("\nPictures: " + ", ".join(str(options.out / picture.file) for picture in shown))
    blocks: list[page.Block] = [
        page.Paragraph(
            """An optimizer sees the gradient at its position, and has to choose how far to go, and whether to
            go straight downhill. SGD goes lr times the gradient. Momentum keeps part of the last step.
            Adagrad, RMSprop, Adadelta and the Adam family give each number a rate of its own, from the sizes
            of its past gradients. Lion keeps only signs. Lookahead wraps any other optimizer, and now and
            then goes halfway back. L-BFGS estimates the curvature, and searches along a line."""
        ),
        results,
        *shown,
        used,
        page.Code(
            "import nn\n\n"
            "optimizer = nn.Adam(model.parameters(), lr=0.005)\n"
            "for images, labels in nn.batches(x, y, batch_size=50):\n"
            "    loss = nn.cross_entropy(model(images), labels)\n"
            "    optimizer.zero_grad()\n"
            "    loss.backward()\n"
            "    optimizer.step()\n\n"
            "curved = nn.LBFGS(model.parameters())\n"
            "curved.step(lambda: nn.cross_entropy(model(x), y))  # evaluates as often as needed"
        ),
    ]
    return [page.Section("optimizers", "How optimizers follow the gradient", blocks)]


def _tuned(tasks: list[Task], options: argparse.Namespace) -> Rates:
    from tqdm import tqdm

    rates: Rates = {entry.name: {} for entry in ENTRIES}
    total = len(ENTRIES) * (len(SURFACES) + len(tasks))
    tuned = tuning.tune(tasks, options.steps)
    for name, problem, rate in tqdm(tuned, "tuning", total, leave=False, disable=None, unit=" grids"):
        rates[name][problem] = rate
    print(f"Rates: {tuning.write(rates, options.out / RATES.name, COMMAND)}\n")
    return rates


def _results(paths: dict[str, dict[str, Path]], found: dict[str, dict[str, list[Curve]]]) -> page.Table:
    rows = []
    for entry in ENTRIES:
        cells = [entry.name]
        for surface in SURFACES:
            arrival = paths[surface.name][entry.name].arrival(surface.lowest)
            cells.append("not yet" if arrival == np.inf else f"{arrival:.0f}")
        for curves in found.values():
            runs = curves[entry.name]
            accuracies = [100 * run.accuracy for run in runs]
            cells.append(f"{np.mean([run.losses[-1] for run in runs]):.3f}")
            cells.append(f"{np.mean(accuracies):.1f} ± {np.std(accuracies):.1f} %")
        rows.append(cells)
    head = ["optimizer", *(surface.name for surface in SURFACES)]
    for name in found:
        head += [f"{name}: loss", "test"]
    return page.Table(
        """On the surfaces: evaluations until the loss is within 0.01 of the lowest, for good. For the
        networks: the final validation loss, mean of the runs, and the final test accuracy, with its standard
        deviation over the runs.""",
        head,
        rows,
    )


def _rates(rates: Rates) -> page.Table:
    problems = [*(surface.name for surface in SURFACES), "moons", "MNIST"]
    rows: list[Any] = [
        (entry.name, *(f"{rates[entry.name][problem]:g}" for problem in problems), entry.code)
        for entry in ENTRIES
    ]
    return page.Table(
        f"""The rates, each the best of {len(GRID)} from {GRID[0]:g} to {GRID[-1]:g}, found by {COMMAND}; for
        the networks by the mean validation loss over the second half of runs with other seeds. Read along a
        line: the right rate for one problem may be a hundred times wrong for another. Read down: the same
        holds for another optimizer. L-BFGS needs no rate; its line search finds the step.""",
        ("optimizer", *problems, "in code"),
        rows,
    )


def _seen(task: Task, options: argparse.Namespace) -> str:
    runs = f"{options.runs} run{'s' if options.runs > 1 else ''}"
    sizes = "-".join(map(str, task.sizes))
    if task.batch is None:
        return f"""What to see: {len(task.x):,} points of two moons, all of them in each step, and a network
        {sizes}. Blue: the validation loss of {runs}, and the mean, whose last value is in the title; grey:
        the other optimizers' means. Each curve pauses at the loss of a straight boundary, which then bends.
        Curvature helps most without noise: L-BFGS is down first, and then overfits: it fits its own points
        better, and others worse."""
    return f"""What to see: {len(task.x):,} digits in batches of {task.batch}, a network {sizes}, and the
    same lines. With the rate that suits it, nearly every optimizer gets equally far. This is the wrong
    place for L-BFGS: each of its evaluations needs all images, a whole epoch, in which the others take {
        -(-len(task.x) // task.batch)
    } steps."""
