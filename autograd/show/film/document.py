"""The page of a film: its frames as data, and the activations in JavaScript, to compute with.

Numbers are in base64, which is compact and can hold inf and nan. Weights are doubles, since the page computes
the network from them; gradients are the upper halves of doubles, which keep six digits and every exponent.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import ops
from ...languages.javascript import LIBRARY, JavaScript, definitions, expression, value
from ..page import assemble
from ..style import CLASSES
from .examples import Loss, gradients_of_own_loss
from .network import LINEAR, Floats

if TYPE_CHECKING:
    from .recorder import Film


HEAD = "// The activations, written by the rows of the table.\n\n"


def page(film: Film) -> str:
    """Return the whole file, which loads nothing else."""
    written, unknown = _activations(film)
    return assemble("film.html", film.title, _data(film, unknown), {"activations.js": written})


def doubles(numbers: Any) -> str:
    """Encode numbers as doubles in base64.

    >>> doubles([1.0])
    'AAAAAAAA8D8='
    """
    return base64.b64encode(np.asarray(numbers, "<f8").tobytes()).decode()


def halves(numbers: Any) -> str:
    """Encode numbers as upper halves of doubles, rounded to nearest: the relative error is at most 5e-7.

    >>> halves([1.0, float("inf")])  # two words of 32 bits each, 3ff00000 and 7ff00000
    'AADwPwAA8H8='
    """
    array = np.array(numbers, np.float64).ravel()
    array[np.isnan(array)] = np.nan  # one kind of nan: the upper half of another may be inf
    bits = array.view(np.uint64)
    nearest = bits + np.uint64(1 << 31)
    nearest = np.where(np.isfinite(nearest.view(np.float64)), nearest, bits)  # do not round up to inf
    return base64.b64encode((nearest >> np.uint64(32)).astype("<u4").tobytes()).decode()


def _data(film: Film, unknown: str) -> dict[str, Any]:
    frames, shown, targets = film.frames, film.examples.shown, film.examples.targets
    off = [film.network.off(frame.parameters, frame.gradient, film.examples.inputs) for frame in frames]
    return {
        "title": film.title,
        "note": film.note,
        "layers": [{"inputs": each.inputs, "activations": each.activations} for each in film.network.layers],
        "steps": [frame.step for frame in frames],
        "losses": doubles([frame.loss for frame in frames]),
        "curve": {
            "steps": [step for step, _ in film.losses],
            "losses": doubles([loss for _, loss in film.losses]),
        },
        "parameters": doubles([frame.parameters for frame in frames]),
        "gradients": halves([frame.gradient for frame in frames]),
        "dead": [dead for dead, _ in off],
        "silent": [silent for _, silent in off],
        "examples": film.examples.inputs[shown].tolist(),
        "targets": None if targets is None else [targets[index] for index in shown],
        "level": film.examples.level,
        "classes": CLASSES,
        "loss": _name(film.loss),
        "seeds": "" if film.loss is None or unknown else halves(_seeds(film, film.loss)),
        "recorded": film.steps,
        "unknown": unknown,
        "notices": _notices(film, unknown),
    }


def _seeds(film: Film, loss: Loss) -> Floats:
    """Return the gradients of each example's own loss for the outputs, where its backward pass begins.

    The shape is (frames, examples, outputs), with nan after the network has exploded.
    """
    shown, targets = film.examples.shown, film.examples.targets or []
    found = np.full((len(film.frames), len(shown), film.network.layers[-1].neurons), np.nan)
    for number, frame in enumerate(film.frames):
        outputs = film.network.forward(frame.parameters, film.examples.inputs[shown])[-1]
        for row, (output, index) in enumerate(zip(outputs, shown)):
            try:
                found[number, row] = gradients_of_own_loss(loss, output, targets[index])
            except (ArithmeticError, ValueError):  # nan, or too large to square
                continue
    return found


def _activations(film: Film) -> tuple[str, str]:
    """Write each activation's value and derivative in JavaScript, or return the reason why not.

    >>> print(_functions("tanh"))
      "tanh": {value: (x) => Math.tanh(x), slope: (out, x) => 1.0 - out * out},
    """
    try:
        lines = "\n".join(map(_functions, film.network.activations))
        rows = definitions(lines)
    except ValueError as error:
        return f"{HEAD}export const ACTIVATIONS = {{}};\n", str(error)
    library = LIBRARY if "library." in rows + lines else ""
    return f"{HEAD}{library}{rows}\nexport const ACTIVATIONS = {{\n{lines}\n}};\n", ""


def _functions(name: str) -> str:
    x, out = JavaScript("x"), JavaScript("out")
    if name == LINEAR:
        return f'  "{name}": {{value: (x) => x, slope: (out, x) => 1.0}},'
    row = ops.ELEMENTWISE[name]
    try:
        slope = expression(row.partials[0](out, x, *row.defaults))
    except Exception as error:
        raise ValueError(
            f"the derivative of {name} has no formula that a page could compute with: {error}"
        ) from None
    return f'  "{name}": {{value: (x) => {value(row, [x, *row.defaults])}, slope: (out, x) => {slope}}},'


def _name(loss: Any) -> str:
    return "" if loss is None else str(getattr(loss, "__name__", "loss")).replace("<lambda>", "loss")


def _notices(film: Film, unknown: str) -> list[str]:
    """Tell the reader what was left out, and why."""
    said, examples = [], film.examples
    if film.every > 1:
        said.append(f"Of {film.steps:,} steps, one in {film.every} is kept, and the last.")
    if len(examples.shown) < examples.given:
        said.append(
            f"Of {examples.given:,} examples, {len(examples.shown):,} are drawn; "
            f"{len(examples.inputs):,} are used to find dead relus."
        )
    if not len(examples.inputs):
        said.append("No activations and no plane, since there are no examples.")
    if unknown:
        said.append(f"No activations and no plane: {unknown}.")
    return said
