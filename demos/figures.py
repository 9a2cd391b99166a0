"""Plots for the page: each is drawn twice, for a light page and for a dark one.

matplotlib is imported only when something is drawn: it is an optional extra and slow to import, and
``--list`` and the data sets work without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from autograd.files import replacing
from autograd.show import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

DOTS_PER_INCH = 160
LAYOUT: Literal["constrained"] | None = "constrained"


@dataclass(frozen=True)
class Theme:
    """The colours of a plot. Nearly everyone who is colour-blind can tell blue from orange."""

    paper: str
    ink: str
    dim: str
    grid: str
    blue: str
    orange: str

    def towards(self, colour: str) -> LinearSegmentedColormap:
        """Return a colour map from the paper's colour (0) to ``colour`` (1)."""
        from matplotlib.colors import LinearSegmentedColormap

        return LinearSegmentedColormap.from_list("towards", [self.paper, colour])

    @property
    def diverging(self) -> LinearSegmentedColormap:
        """A colour map from orange (lowest) through the paper's colour to blue (highest)."""
        from matplotlib.colors import LinearSegmentedColormap

        return LinearSegmentedColormap.from_list("diverging", [self.orange, self.paper, self.blue])


def _theme(colours: dict[str, str]) -> Theme:
    return Theme(
        paper=colours["card"], ink=colours["ink"], dim=colours["dim"], grid=colours["disc"],
        blue=colours["positive"], orange=colours["negative"],
    )  # fmt: skip


LIGHT, DARK = _theme(style.LIGHT), _theme(style.DARK)
THEMES = {"": LIGHT, "-dark": DARK}  # by the suffix of the picture's name


def save(path: Path, draw: Callable[[Figure, Theme], None], size: tuple[float, float]) -> tuple[Path, ...]:
    """Draw a figure with ``draw``, ``size`` in inches, light and dark, and write both as PNG files.

    Return their paths: ``path``, and the same name with "-dark". matplotlib's global state stays unchanged.
    """
    import matplotlib
    from matplotlib.figure import Figure

    path.parent.mkdir(parents=True, exist_ok=True)
    targets = {path.with_stem(path.stem + added): theme for added, theme in THEMES.items()}
    for target, theme in targets.items():
        with matplotlib.rc_context(_settings(theme)):
            figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout=LAYOUT)
            draw(figure, theme)
            with replacing(target) as file:
                figure.savefig(file, format="png")
    return tuple(targets)


def plain(axes: Axes) -> None:
    """Remove the frame and ticks, for pictures of things rather than of numbers."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def _settings(theme: Theme) -> dict[Any, Any]:
    return {
        "figure.facecolor": theme.paper,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.dim,
        "axes.labelcolor": theme.dim,
        "axes.titlecolor": theme.ink,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": theme.grid,
        "text.color": theme.ink,
        "xtick.color": theme.dim,
        "ytick.color": theme.dim,
        "legend.frameon": False,
        "figure.constrained_layout.h_pad": 0.12,
        "figure.constrained_layout.w_pad": 0.12,
    }
