"""Film: record a small network of Values while it trains, and play it back in a page.

``network`` reads a model as arrays of plain numbers, ``examples`` checks its inputs, ``thinned`` limits the
length of a run, ``document`` writes the page, and ``recorder`` has the public object.
"""

from .network import Network
from .recorder import Film, Frame, film

__all__ = ["Film", "Frame", "Network", "film"]
