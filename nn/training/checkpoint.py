"""Checkpoints: the whole state of a run in one file, which is complete at any moment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from autograd.files import path_of

from ..checks import count, flag
from ..serialization import read_state, write_state
from .callbacks import Callback, prepare

if TYPE_CHECKING:
    from .run import Run

FORMAT = 1


class Checkpoint(Callback):
    """Saves the run after every epoch, and every ``steps`` steps if given, so that it can resume bit for bit.

    The file holds the weights, the optimizer, the schedule, the loader within its epoch, the history, the
    callbacks, and the state of every random generator that the model, the optimizer, the callbacks, the
    augmentation and the loss keep as attributes. It is written next to the old one and then replaces it in
    one step: a kill at any moment leaves the old file or the new one. No pickle.

    With ``resume=True`` a run continues from the file, if there is one: after a kill and restart, a program
    that builds the same model, data, optimizer and callbacks ends with bit-identical weights. More ``epochs``
    than before extend a finished run. Without it a new run begins and replaces the file. ``every`` is the
    number of epochs between two files; the last is always saved. replaces the file. ``every`` is how many
    epochs lie between two files; the last is always saved.

    >>> checkpoint = Checkpoint("run.checkpoint", steps=500, resume=True)
    """

    quiet = False
    runs_last = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        steps: int | None = None,
        every: int = 1,
        resume: bool = False,
    ) -> None:
        self.path = path_of(path, "Checkpoint")
        self.steps = None if steps is None else count(steps, "steps", "Checkpoint")
        self.every = count(every, "every", "Checkpoint")
        self.resume = flag(resume, "resume", "Checkpoint")
        self._begun: tuple[int, int] | None = None  # the position of the run at the start

    def begin(self, run: Run) -> None:
        """Resume, if requested and possible."""
        prepare(self.path, "Checkpoint")
        if self.resume and self.path.exists():
            remedy = "remove that file or pass resume=False to begin anew"
            try:
                state = read_checkpoint(self.path)
            except ValueError as error:
                raise ValueError(f"Checkpoint: cannot resume: {error}; {remedy}") from error
            try:
                run.load_state_dict(state)
            except ValueError as error:
                found = f"{str(self.path)!r} is damaged, or of another run: {error}"
                raise ValueError(f"Checkpoint: cannot resume: {found}; {remedy}") from error
        self._begun = run.epoch, run.step

    def after_step(self, run: Run) -> None:
        """Save, if it is time."""
        if self.steps and run.step % self.steps == 0:
            self.save(run)

    def after_epoch(self, run: Run) -> None:
        """Save, if it is time."""
        if run.epoch % self.every == 0:
            self.save(run)

    def end(self, run: Run) -> None:
        """Save the end of the run, also after Ctrl-C, unless the run has not moved since it began."""
        if self._begun != (run.epoch, run.step):
            self.save(run)

    def save(self, run: Run) -> None:
        """Write the file, unless a weight is inf or nan, which would replace a good file by a useless one."""
        run.check_weights()
        try:
            write_state({"format": FORMAT} | run.state_dict(), self.path)
        except OSError as error:
            text = f"Checkpoint: step {run.step} cannot be saved: {error.strerror}"
            raise type(error)(error.errno, text, os.fspath(self.path)) from error


def read_checkpoint(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a checkpoint; ``model.load_state_dict(read_checkpoint(path)["model"])`` loads only the weights.

    ValueError if the file is corrupt or not a checkpoint.
    """
    state = read_state(path, "read_checkpoint")
    kind = state.pop("format", None) if isinstance(state, dict) else None
    if type(kind) is not int or kind != FORMAT:
        raise ValueError(f"read_checkpoint: the path {os.fspath(path)!r} is not a checkpoint of a known kind")
    return state
