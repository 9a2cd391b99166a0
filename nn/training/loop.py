"""fit: the training loop."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..checks import count, flag, function, instance, listed
from ..data import Loader, examples
from ..data.split import Examples, size_of, split
from ..module import Module
from ..optim import Optimizer
from ..schedules import Schedule
from .callbacks import Callback, Scheduling
from .evaluation import Metric, in_mode, named
from .history import INTERRUPTED, History
from .nonfinite import NonFiniteError, explain, explain_validation
from .progress import Progress
from .run import Loss, NotFinite, Run, concerns


def fit(
    model: Module,
    data: Loader | Examples,
    loss: Loss,
    optimizer: Optimizer,
    *,
    epochs: int,
    batch_size: int | None = None,
    seed: Any = None,
    validation: float | int | Examples | None = None,
    metrics: Metric | Sequence[Metric] | Mapping[str, Metric] | None = None,
    schedule: Schedule | None = None,
    callbacks: Callback | Sequence[Callback] = (),
    progress: bool = True,
) -> History:
    """Train ``model`` for ``epochs`` epochs; return the :class:`History`.

    - ``data``: a :class:`nn.Loader`, or x and y, from which one is made with ``batch_size`` (32) and ``seed``
      (0). If batch normalisation meets a last batch of one example, pass a loader with ``drop_last``.
    - ``loss``: ``loss(prediction, y)`` returns a node; add penalties inside. If all parameters of a model are
      single Values (:class:`nn.MLP`), the prediction is a list with its output for each example.
    - ``validation``: x and y, or how much of ``data`` to hold out (:func:`split`): a share or a number. Loss
      and metrics are computed on it after every epoch, in eval mode.
    - ``metrics``: functions of (prediction, y), both arrays, in a list or in a dict by name. On the training
      data they are means over the batches, with the weights of that moment.
    - ``schedule``: takes a step after every step; for one step per epoch use :class:`Scheduling`.
    - ``callbacks``: one or a list, see :class:`Callback`.
    - ``progress``: a bar (tqdm, on a terminal) and a line per epoch.

    Every step is the textbook's loop; write it yourself if you need more freedom:

        for x, y in loader:
            loss = loss_of(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    Ctrl-C ends training after the current batch: callbacks get their ``end`` (a checkpoint is saved), and
    the history is returned, with ``interrupted``; a second Ctrl-C raises KeyboardInterrupt at once. If a
    loss, a weight, or the optimizer's state becomes inf or nan (on the validation data: if the loss becomes
    nan), :class:`NonFiniteError` says in which step, layer and operation it began, and contains the history.
    The same seed on the same machine gives bit-identical results.

    >>> import nn
    >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array([0, 1, 1, 0])
    >>> model = nn.Sequential(nn.Linear(2, 8, rng=0), nn.Tanh(), nn.Linear(8, 2, rng=1))
    >>> optimizer = nn.Adam(model.parameters(), lr=0.1)
    >>> history = fit(model, (x, y), nn.cross_entropy, optimizer, epochs=50, batch_size=4, progress=False)
    >>> len(history), history["loss"][-1] < 0.01
    (50, True)
    """
    check_trained(model, loss, optimizer, "fit")
    epochs = count(epochs, "epochs", "fit")
    measured, progress = named(metrics, "fit"), flag(progress, "progress", "fit")
    called: list[Callback] = [] if schedule is None else [Scheduling(schedule)]
    expected = "an nn.training.Callback, or a list of them"
    one = isinstance(callbacks, Callback)
    for callback in [callbacks] if one else listed(callbacks, "callbacks", "fit", expected):
        called.append(instance(callback, Callback, "one of the callbacks", "fit", "an nn.training.Callback"))
    loader, held_out = _data(data, batch_size, seed, validation)
    run = Run(model, loss, optimizer, loader, held_out, measured, called)
    with (
        in_mode(model, True),
        _interruptible(run),
        np.errstate(all="ignore"),
    ):  # numbers that are not finite are reported below
        for hook in run.hooks("begin"):
            hook(run)
        try:
            _train(run, epochs, Progress(epochs, len(loader), progress))
        except NonFiniteError:
            for hook in run.hooks("failed"):
                hook(run)
            raise
        with _spoiled_by_a_callback(run):
            for hook in reversed(run.hooks("end")):
                hook(run)
    return run.history


def _train(run: Run, epochs: int, progress: Progress) -> None:
    after_epoch = run.hooks("after_epoch")
    while run.epoch < epochs and not run.stopping:
        start = run.moment()
        try:
            finished = run.train_epoch(progress)
            run.check_weights()
        except (ArithmeticError, ValueError) as error:
            if not concerns(error):
                raise
            progress.say("not finite: repeating the steps of this epoch, to see where it began")
            found = explain(run, start, error)
            if found is None:
                raise
            raise found from error
        if not finished:
            break
        try:
            run.finish_epoch()
        except (ArithmeticError, ValueError) as error:
            if not concerns(error):
                raise
            raise explain_validation(run, "a number is not finite on the validation data") from error
        progress.line(run.row)
        if math.isnan(run.row.get("validation_loss", 0.0)):
            raise explain_validation(run)
        with _spoiled_by_a_callback(run):
            for hook in after_epoch:
                hook(run)
    if run.stopping:
        why = run.history.stopped or INTERRUPTED
        progress.say(f"stopped after {run.epoch} epochs and {run.step} steps: {why}")


@contextmanager
def _spoiled_by_a_callback(run: Run) -> Iterator[None]:
    """Report weights that were finite after the last step, and are not when a checkpoint is to be saved."""
    try:
        yield
    except NotFinite as error:
        text = f"fit: {error.what} after step {run.step}: a callback changed them"
        epoch = run.epoch + bool(run.loader.position)
        raise NonFiniteError(text, run.step, epoch, None, None, run.history) from error


def check_trained(model: Any, loss: Any, optimizer: Any, caller: str) -> None:
    """Raise TypeError or ValueError if model, loss and optimizer do not fit together.

    What the optimizer trains must be in the model: only there is it saved, watched and restored.
    """
    instance(model, Module, "model", caller, "a Module")
    instance(optimizer, Optimizer, "optimizer", caller, "an Optimizer, such as nn.Adam(model.parameters())")
    function(loss, "loss", caller, "(prediction, y)")
    own = {id(parameter) for parameter in model.parameters()}
    others = sum(id(parameter) not in own for parameter in optimizer.parameters)
    if others:
        raise ValueError(
            f"{caller}: {others} of the optimizer's {len(optimizer.parameters)} parameters are not in the "
            "model, so no checkpoint would hold them; build the optimizer on model.parameters(), and make "
            "what else is trained (of the loss, say) an attribute of the model"
        )


def _data(data: Any, batch_size: int | None, seed: Any, validation: Any) -> tuple[Loader, Examples | None]:
    """Return the loader to train from, and the held-out examples."""
    held_out: Examples | None = None
    if batch_size is not None:
        count(batch_size, "batch_size", "fit")  # before drawing numbers from the seed
    if isinstance(validation, (tuple, list)):
        held_out = _pair(validation, "validation")
    elif validation is not None:
        if isinstance(data, Loader):
            raise TypeError(
                f"fit: validation is {validation!r}, but the data is a loader; split the data first: "
                "train, validation = nn.training.split(x, y, 0.1), then nn.Loader(*train, ...)"
            )
        x, y = _pair(data, "data")
        size = size_of(validation, len(x), "validation", "fit")
        data, held_out = split(x, y, size, 0 if seed is None else seed)
    return loader_of(data, batch_size, seed), held_out


def loader_of(data: Any, batch_size: int | None, seed: Any) -> Loader:
    """Return a loader as it is, or make one of x and y."""
    if not isinstance(data, Loader):
        batch_size, seed = 32 if batch_size is None else batch_size, 0 if seed is None else seed
        return Loader(*_pair(data, "data"), batch_size, rng=seed)
    if batch_size is not None or seed is not None:
        raise TypeError("fit: the loader has a batch size and a seed; do not pass them here as well")
    return data


def _pair(data: Any, name: str) -> Examples:
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(
            f"fit: {name} is of type {type(data).__name__}; expected x and y, as (x, y)"
            + (", or an nn.Loader" if name == "data" else "")
        )
    x, y = data
    return examples(x, y, f"fit, {name}")


@contextmanager
def _interruptible(run: Run) -> Iterator[None]:
    """Let Ctrl-C stop the run after a batch, when its state is consistent; a second one stops it at once."""
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not ours:  # the handler is someone else's, or cannot be set in this thread
        yield
        return

    before = False

    def interrupt(number: int, frame: Any) -> None:
        nonlocal before
        if before:
            signal.default_int_handler(number, frame)
        before = True  # not history.interrupted: the run may already be stopping for another reason
        run.stop(INTERRUPTED)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
