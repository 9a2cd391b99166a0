"""Record a training run, one frame per step, and save it as a page."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ... import checks, modes, text
from ...checks import function, instance, wrong
from ...value import Value
from ..stepper import frame as in_frame
from ..stepper import save_page
from . import document, examples, network
from .examples import Loss
from .network import Floats
from .thinned import Thinned

MOST_FRAMES = 300
MOST_NUMBERS = 400_000  # parameters in all frames; each takes 16 characters with its gradient
FEWEST_FRAMES = 40
MOST_PARAMETERS = 5_000
MOST_LOSSES = 2_000
HEIGHT = 760  # pixels, of the frame in a notebook
LISTED = 8  # frames in the text form


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a run: its step, counted from 0, its loss, and every parameter with its gradient.

    ``parameters`` and ``gradient`` are arrays (P,), ordered by layer, then by neuron, with the weights before
    the bias. A gradient that was not computed is nan.
    """

    step: int
    loss: float
    parameters: Floats
    gradient: Floats


class Film:
    """A training run to play back; :func:`film` makes one.

    ``title``    the heading                  ``network``  the architecture of the model
    ``note``     what to look at              ``steps``    the number of recorded steps
    ``frames``   the kept frames
    """

    def __init__(
        self,
        model: Any,
        shown: Any,
        targets: Any,
        loss: Loss | None,
        title: str,
        note: str,
        level: float | None,
    ) -> None:
        self._model = model
        self.network, values = network.read(model)
        if len(values) > MOST_PARAMETERS:
            raise ValueError(
                f"film: the network has {len(values):,} parameters, and above {MOST_PARAMETERS:,} nobody "
                "could tell them apart in a picture; film a smaller one"
            )
        heading = text.visible(text.heading(checks.text(title, "title", "film"), "film"))
        self.title = heading or f"A {self.network} network learns"
        self.note = text.visible(" ".join(checks.text(note, "note", "film").split()))
        self.examples = examples.read(shown, targets, level, self.network)
        self.loss = loss
        if loss is not None:
            self._try(loss)
        self._check_forward(values)
        self._frames: Thinned[Frame] = Thinned(
            min(MOST_FRAMES, max(FEWEST_FRAMES, MOST_NUMBERS // len(values)))
        )
        self._losses: Thinned[tuple[int, float]] = Thinned(MOST_LOSSES)

    def record(self, loss: Any) -> None:
        """Record the current weights and gradients; call it between ``loss.backward()`` and the step.

        ``loss`` is a Value or a number, which may be inf or nan. Recording is cheap compared with a training
        step: it only reads numbers. Raise ValueError if the architecture of the model has changed.
        """
        found, values = network.read(self._model)
        if found != self.network:
            was, now = (f"{each} ({', '.join(each.activations)})" for each in (self.network, found))
            raise ValueError(
                f"record: the model is {now} now, but was {was} when the film began; make a new film of it"
            )
        is_number = isinstance(loss, (Value, int, float, np.integer, np.floating))
        if not is_number or isinstance(loss, bool):
            raise wrong(loss, "the loss", "record", "a Value or a number")
        try:
            number = float(loss.data if isinstance(loss, Value) else loss)
        except OverflowError:
            number = math.inf if loss > 0 else -math.inf
        frame = Frame(
            self.steps,
            number,
            np.array([value.data for value in values], np.float64),
            np.array([math.nan if value.grad is None else value.grad for value in values], np.float64),
        )
        self._losses.append((frame.step, number))
        self._frames.append(frame)

    @property
    def steps(self) -> int:
        """The number of recorded steps."""
        return self._frames.appended

    @property
    def every(self) -> int:
        """The stride: one step in ``every`` is kept, and always the first and the last."""
        return self._frames.every

    @property
    def frames(self) -> list[Frame]:
        """The kept frames: for a long run, the first, the last, and evenly spaced ones in between."""
        return list(self._frames)

    @property
    def losses(self) -> list[tuple[int, float]]:
        """Steps and their losses; a very long run is thinned like the frames, but later."""
        return list(self._losses)

    def gradient_norms(self, frame: Frame) -> list[float]:
        """Return the norm of each layer's gradient for its weights and biases; nan if not computed."""
        instance(frame, Frame, "frame", "gradient_norms", "one of film.frames")
        return self.network.norms(frame.gradient)

    def dead(self, frame: Frame) -> list[tuple[int, int]]:
        """Return the dead relus, 0 for every example and with gradient 0, as pairs (layer, neuron)."""
        instance(frame, Frame, "frame", "dead", "one of film.frames")
        numbers, _ = self.network.off(frame.parameters, frame.gradient, self.examples.inputs)
        return [self.network.place(number) for number in numbers]

    @property
    def html(self) -> str:
        """The page as text."""
        return document.page(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file that ends in .html, and return its path.

        The page needs no server and no network. The file is written atomically, to an existing folder, and
        replaces an older one. You can record more afterwards, and save again.
        """
        return save_page(path, lambda: self.html)

    def __str__(self) -> str:
        frames = self.frames
        listed = [frames[index] for index in examples.spread(len(frames), LISTED)]
        lines = [f"{self.title}: {self._summary}"]
        if listed:
            heads = (f"layer {index}" for index in range(len(self.network.layers)))
            lines.append(
                f"{'step':>7} {'loss':>11}   gradient norm of " + " ".join(f"{head:>10}" for head in heads)
            )
        for frame in listed:
            norms = " ".join(f"{norm:>10.3g}" for norm in self.gradient_norms(frame))
            dead = len(self.dead(frame))
            lines.append(
                f"{frame.step:>7} {frame.loss:>11.4g}                    {norms}"
                + (f"   {dead} dead" if dead else "")
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Film: {self.title}, {self._summary}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Give notebooks the page in a frame of its own, and text as a fallback."""
        return {"text/html": in_frame(self.html, self.title, HEIGHT), "text/plain": str(self)}

    @property
    def _summary(self) -> str:
        steps = f"{self.steps:,} step{'s' if self.steps != 1 else ''}"
        return f"a {self.network} network, {self.network.parameters:,} parameters, {steps}"

    def _try(self, loss: Loss) -> None:
        """Try the loss once, so that a mistake shows at the start and not after a long run."""
        function(loss, "loss", "film", "predictions and targets")
        if self.examples.targets is None:
            raise ValueError("film: a loss was given, but no targets; it needs those of the examples")
        if self.examples.targets:
            output = np.full(self.network.layers[-1].neurons, 0.5)
            examples.gradients_of_own_loss(loss, output, self.examples.targets[0])

    def _check_forward(self, values: list[Value]) -> None:
        """Raise ValueError if the model does more than its layers: the page would show it wrongly."""
        if not callable(self._model) or not len(self.examples.inputs):
            return
        x = self.examples.inputs[:1]
        with modes.no_grad():
            given = self._model(x[0].tolist())
        given = given if isinstance(given, (list, tuple)) else [given]
        outputs = [float(each.data if isinstance(each, Value) else each) for each in given]
        ours = self.network.forward(np.array([value.data for value in values]), x)[-1][0]
        if len(outputs) != len(ours) or not np.allclose(outputs, ours, rtol=1e-9, atol=1e-12, equal_nan=True):
            raise ValueError(
                f"film: the model makes {outputs} of its first example, but its layers one after the other "
                f"make {ours.tolist()}; a film shows a network that is its layers and nothing more"
            )


def film(
    model: Any,
    examples: Any = None,
    targets: Any = None,
    *,
    loss: Loss | None = None,
    title: str = "",
    note: str = "",
    level: float | None = None,
) -> Film:
    """Record a small network of Values while it trains, as a page with a frame for every step.

    ``model``     nn.MLP, or anything with the same .layers, .neurons, .weights, .bias and .activation
    ``examples``  inputs for the model: a list of lists of numbers. The page follows any of them through the
                  network. For points in a plane, it draws the decision boundary among them. A relu that is 0
                  for all of them is dead
    ``targets``   the desired outputs: for each example a number, or the index of a class
    ``loss``      the loss as a function of predictions and targets, such as nn.mse: activations then show
                  the gradient of one example's own loss, and otherwise that of the output
    ``title``     a heading
    ``note``      a paragraph above the picture that says what to look at
    ``level``     the output that separates two classes; by default midway between the extreme targets

    The page has the exact weights, and computes activations and boundary from them as the engine does. They
    agree to a relative error of 1e-9, unless a run has exploded so far that the last digit of a number
    matters: a browser's sine or exp may differ from Python's. Gradients have six digits.

    Raise TypeError unless the model is a network of Values, and ValueError if examples, targets and model do
    not fit together.

    >>> import tempfile, nn
    >>> x, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [-1.0, 1.0, 1.0, -1.0]
    >>> model = nn.MLP(2, [4, 1], "tanh")
    >>> optimizer = nn.SGD(model.parameters(), lr=0.1)
    >>> recorded = film(model, x, y, loss=nn.mse, title="exclusive or")
    >>> for _ in range(3):
    ...     loss = nn.mse([model(point) for point in x], y)
    ...     optimizer.zero_grad()
    ...     loss.backward()
    ...     recorded.record(loss)  # the weights, and their gradients, before the step
    ...     optimizer.step()
    >>> recorded
    <Film: exclusive or, a 2-4-1 network, 17 parameters, 3 steps>
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     recorded.save(f"{folder}/film.html").name
    'film.html'
    """
    return Film(model, examples, targets, loss, title, note, level)
