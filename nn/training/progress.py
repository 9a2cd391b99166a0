"""The output of training: a bar on a terminal, and a line per epoch."""

from __future__ import annotations

import time
from typing import Any

from autograd.text import printable

from .history import Row


class Progress:
    """A bar for each epoch (by tqdm, if installed, on a terminal), followed by a line."""

    pause = 0.2  # seconds between updates of the bar: drawing it takes as long as a step

    def __init__(self, epochs: int, batches: int, shown: bool) -> None:
        self.epochs, self.batches, self.shown = epochs, batches, shown
        self._bar: Any = None
        self._reported = 0

    def begin(self, epoch: int, done: int) -> float:
        """Start a bar for an epoch with ``done`` batches behind it; return the time of the next report."""
        if not self.shown:
            return float("inf")
        try:
            from tqdm import tqdm
        except ModuleNotFoundError:
            return float("inf")
        # disable=None: no bar without a terminal, so that a log gets one line per epoch
        self._bar = tqdm(
            total=self.batches,
            initial=done,
            desc=f"epoch {epoch}",
            leave=False,
            disable=None,
            unit=" batches",
        )
        self._reported = done
        return float("inf") if self._bar.disable else time.perf_counter() + self.pause

    def report(self, done: int, loss: float) -> float:
        """Update the bar; return the time of the next report."""
        self._bar.set_postfix_str(f"loss {loss:.4f}", refresh=False)
        self._bar.update(done - self._reported)
        self._reported = done
        return time.perf_counter() + self.pause

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def line(self, row: Row) -> None:
        """Print a line for a finished epoch."""
        if self.shown:
            hidden = ("epoch", "step", "seconds", "lr")
            numbers = "   ".join(
                f"{name.replace('_', ' ')} {number:.4f}" for name, number in row.items() if name not in hidden
            )
            self.say(f"epoch {row['epoch']} of {self.epochs}   {numbers}   {row['seconds']:.1f} s")

    def say(self, text: str) -> None:
        """Print a line."""
        if self.shown:
            print(printable(text), flush=True)
