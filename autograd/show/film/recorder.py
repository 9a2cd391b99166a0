"""What a person holds: a film that takes one frame a step, and saves itself as a page."""

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
MOST_NUMBERS = 400_000  # parameters in all frames: with their gradients, 16 characters each
FEWEST_FRAMES = 40
MOST_PARAMETERS = 5_000
MOST_LOSSES = 2_000
HEIGHT = 760  # dots, of the frame in a notebook
LISTED = 8  # frames in the text form


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a run: its step, counted from 0, its loss, and every parameter with its gradient.

    ``parameters`` and ``gradient`` are arrays (P,), layer by layer and in it neuron by neuron, the weights
    and then the bias. A gradient that was not computed is nan.
    """

    step: int
    loss: float
    parameters: Floats
    gradient: Floats


class Film:
    """A training run to play back; :func:`film` makes one.

    ``title``    what it is called            ``network``  the architecture of the model
    ``note``     what to look at in it        ``steps``    how many were recorded
    ``frames``   the frames that are kept
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
        """Take a frame: the weights and gradients as they are now, between ``loss.backward()`` and the step.

        ``loss`` is a Value or a number, which may be inf or nan. It costs little beside a step of training,
        for it reads numbers, and computes none. ValueError where the model is not as it was at first.
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
        """How many steps were recorded."""
        return self._frames.appended

    @property
    def every(self) -> int:
        """One step in how many is kept; the first and the last always are."""
        return self._frames.every

    @property
    def frames(self) -> list[Frame]:
        """The frames that are kept: of a long run, the first, the last, and evenly spaced ones in between."""
        return list(self._frames)

    @property
    def losses(self) -> list[tuple[int, float]]:
        """Steps and their losses; of a very long run, thinned as the frames are, but later."""
        return list(self._losses)

    def gradient_norms(self, frame: Frame) -> list[float]:
        """The norm of the gradient of each layer's weights and biases; nan where none was computed."""
        instance(frame, Frame, "frame", "gradient_norms", "one of film.frames")
        return self.network.norms(frame.gradient)

    def dead(self, frame: Frame) -> list[tuple[int, int]]:
        """The dead relus, as pairs of layer and neuron: 0 for every example, and their gradient is 0."""
        instance(frame, Frame, "frame", "dead", "one of film.frames")
        numbers, _ = self.network.off(frame.parameters, frame.gradient, self.examples.inputs)
        return [self.network.place(number) for number in numbers]

    @property
    def html(self) -> str:
        """The page as text."""
        return document.page(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file that ends in .html, and return its path.

        It needs nothing else: no server, no network. The file appears whole or not at all, in a folder that
        exists, and replaces an older one. More can be recorded afterwards, and saved again.
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
        """For notebooks: the page in a frame of its own, and text for where that is stripped."""
        return {"text/html": in_frame(self.html, self.title, HEIGHT), "text/plain": str(self)}

    @property
    def _summary(self) -> str:
        steps = f"{self.steps:,} step{'s' if self.steps != 1 else ''}"
        return f"a {self.network} network, {self.network.parameters:,} parameters, {steps}"

    def _try(self, loss: Loss) -> None:
        """A mistake in the loss shows when the film is made, and not when a long run is over."""
        function(loss, "loss", "film", "predictions and targets")
        if self.examples.targets is None:
            raise ValueError("film: a loss was given, but no targets; it needs those of the examples")
        if self.examples.targets:
            output = np.full(self.network.layers[-1].neurons, 0.5)
            examples.gradients_of_own_loss(loss, output, self.examples.targets[0])

    def _check_forward(self, values: list[Value]) -> None:
        """A model that does more than one layer after the other would be shown wrongly; so it is refused."""
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

    ``model``     nn.MLP, or anything with .layers, .neurons, .weights, .bias and .activation as it has them
    ``examples``  inputs, as the model takes them: a list of lists of numbers. The page follows any of them
                  through the network. Where they are points in a plane, it draws the decision boundary among
                  them. A relu is dead where it is 0 for all of them
    ``targets``   what the examples should give: for each a number, or the index of a class
    ``loss``      the loss as a function of predictions and targets, such as nn.mse: gradients of activations
                  are then those of one example's own loss, and otherwise those of the output
    ``title``     a heading
    ``note``      a paragraph above the picture, on what to look at in it
    ``level``     the output where two classes part; midway between smallest and largest target where None

    The page has the weights with all their digits, and computes activations and boundary from them as the
    engine does. They agree to 1e-9 of their size, but where a run has exploded so far that the last digit of
    a number decides: there a browser's sine or exp may differ from Python's. Gradients have six digits.

    Raises TypeError for what is no network of Values, and ValueError where examples, targets and model do not
    go together.

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
