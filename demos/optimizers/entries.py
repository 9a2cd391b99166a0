"""The optimizers of the demo, in the order of their invention, and the rates that suit them.

A comparison at one rate for all would compare rates. So each has its own rate for each problem, the best of a
small grid, found by ``python -m demos optimizers --tune`` and recorded in demos/data/optimizer-rates.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nn

GRID = tuple(digit * 10.0**power for power in range(-4, 2) for digit in (1, 2, 5))
RATES = Path(__file__).parents[1] / "data" / "optimizer-rates.json"

Rates = dict[str, dict[str, float]]  # by optimizer, then by problem


@dataclass(frozen=True)
class Entry:
    """An optimizer: a function that builds it over parameters, and the code to show."""

    name: str
    code: str
    build: Callable[[list[Any], float], nn.Optimizer]
    tuned: bool = True  # its rate has to be found

    @property
    def grid(self) -> tuple[float, ...]:
        """The rates to try."""
        return GRID if self.tuned else (1.0,)


ENTRIES = (
    Entry("SGD", "nn.SGD(p, lr)", lambda p, lr: nn.SGD(p, lr)),
    Entry("momentum", "nn.SGD(p, lr, momentum=0.9)", lambda p, lr: nn.SGD(p, lr, momentum=0.9)),
    Entry(
        "Nesterov", "nn.SGD(p, lr, momentum=0.9, nesterov=True)",
        lambda p, lr: nn.SGD(p, lr, momentum=0.9, nesterov=True),
    ),
    Entry("Adagrad", "nn.Adagrad(p, lr)", lambda p, lr: nn.Adagrad(p, lr)),
    Entry("Adadelta", "nn.Adadelta(p, lr)", lambda p, lr: nn.Adadelta(p, lr)),
    Entry("RMSprop", "nn.RMSprop(p, lr)", lambda p, lr: nn.RMSprop(p, lr)),
    Entry("Adam", "nn.Adam(p, lr)", lambda p, lr: nn.Adam(p, lr)),
    Entry("AMSGrad", "nn.Adam(p, lr, amsgrad=True)", lambda p, lr: nn.Adam(p, lr, amsgrad=True)),
    Entry("AdamW", "nn.AdamW(p, lr)", lambda p, lr: nn.AdamW(p, lr)),
    Entry("Adamax", "nn.Adamax(p, lr)", lambda p, lr: nn.Adamax(p, lr)),
    Entry("NAdam", "nn.NAdam(p, lr)", lambda p, lr: nn.NAdam(p, lr)),
    Entry("RAdam", "nn.RAdam(p, lr)", lambda p, lr: nn.RAdam(p, lr)),
    Entry("Lion", "nn.Lion(p, lr)", lambda p, lr: nn.Lion(p, lr)),
    Entry(
        "Lookahead", "nn.Lookahead(nn.SGD(p, lr, momentum=0.9))",
        lambda p, lr: nn.Lookahead(nn.SGD(p, lr, momentum=0.9)),
    ),
    # One iteration per step, to show each; the default is 20.
    Entry(
        "L-BFGS", "nn.LBFGS(p, max_iter=1, max_eval=20)",
        lambda p, lr: nn.LBFGS(p, lr, max_iter=1, max_eval=20), tuned=False,
    ),
)  # fmt: skip


def recorded() -> Rates:
    """Load the recorded rates."""
    rates: Rates = json.loads(RATES.read_text(encoding="utf-8"))["rates"]
    return rates
