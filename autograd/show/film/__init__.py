"""The film of a training run: a small network of Values recorded while it trains, as a page to play back.

``network`` reads a model as arrays of plain numbers, ``examples`` what goes through it, ``thinned`` keeps a
long run short, ``document`` writes the page, and ``recorder`` is what a person holds.
"""

from .network import Network
from .recorder import Film, Frame, film

__all__ = ["Film", "Frame", "Network", "film"]
