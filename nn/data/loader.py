"""Mini-batches: a data set in random order, a few examples at a time.

:func:`batches` is one pass. A :class:`Loader` makes any number of passes, keeps its position, and can augment
the examples.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.names import tell, there

from ..checks import count, flag, generator, shown
from ..random_state import generator_state, set_generator_state
from ..torch_names import LOADER

Augment = Callable[..., Any]


def batches(
    x: Any, y: Any, batch_size: int, seed: Any = 0, shuffle: bool = True, drop_last: bool = False
) -> Iterator[tuple[Any, Any]]:
    """Iterate once over ``x`` and ``y`` together, in batches of ``batch_size``.

    The last batch may be smaller; ``drop_last`` drops it then (batch normalisation cannot train on a single
    example).

    ``x`` and ``y`` are NumPy arrays with the same number of examples along axis 0 (or lists, which give
    lists). The order comes from ``seed``: a whole number gives the same order in every pass, so pass another
    one each epoch; or a ``numpy.random.Generator``, which continues from pass to pass. Raises ValueError if
    the lengths differ or are 0.

    >>> for numbers, squares in batches(np.arange(5), np.arange(5) ** 2, batch_size=2, shuffle=False):
    ...     print(numbers, squares)
    [0 1] [0 1]
    [2 3] [4 9]
    [4] [16]
    """
    x, y = examples(x, y, "batches")
    batch_size = count(batch_size, "batch_size", "batches")
    shuffle = flag(shuffle, "shuffle", "batches")
    many = _many(len(x), batch_size, flag(drop_last, "drop_last", "batches"), "batches")
    rng = generator(seed, "batches")  # even without shuffle, to report a wrong seed
    parts = _parts(len(x), batch_size, rng if shuffle else None)[:many]
    # Return a generator rather than yield here: then a wrong argument is an error at the call.
    return ((taken(x, part), taken(y, part)) for part in parts)


class Loader:
    """Batches of ``x`` and ``y``, epoch after epoch: each iteration is one epoch, in a new order.

    ``x`` and ``y`` are arrays with the same number of examples along axis 0, or lists, which give lists.
    ``rng``, a generator or a seed, draws the order and is passed to ``augment``. ``augment`` changes each
    batch: ``augment(x, rng)`` returns the new x, as :class:`nn.Shift` does, ``augment(x, y, rng)`` the new x
    and y, as :class:`nn.Mixup` does; a list of them is applied in turn. ``drop_last`` drops a smaller last
    batch: batch normalisation cannot train on a single example. ``len`` is the number of batches in an epoch.

    Use it for training that runs for several epochs and may be resumed: ``state_dict`` includes the position
    within an epoch, and after ``load_state_dict`` the next iteration yields exactly the rest of it. For a
    single pass use :func:`batches`. Only one iteration can be active: a new one begins a new epoch.

    >>> loader = Loader(np.arange(5), np.arange(5) ** 2, batch_size=2, rng=0)
    >>> for numbers, squares in loader:
    ...     print(numbers, squares)
    [2 4] [ 4 16]
    [3 0] [9 0]
    [1] [1]
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        batch_size: int,
        rng: Any = 0,
        shuffle: bool = True,
        augment: Augment | Sequence[Augment] | None = None,
        drop_last: bool = False,
    ) -> None:
        self.x, self.y = examples(x, y, "Loader")
        self.batch_size = count(batch_size, "batch_size", "Loader")
        self.rng = generator(rng, "Loader")
        self.shuffle = flag(shuffle, "shuffle", "Loader")
        self.drop_last = flag(drop_last, "drop_last", "Loader")
        _many(len(self.x), self.batch_size, self.drop_last, "Loader")
        listed: list[Any] = list(augment) if isinstance(augment, (list, tuple)) else [augment]
        self.augments = [(each, _takes_targets(each)) for each in listed if each is not None]
        self.position = 0  # batches yielded in the current epoch
        self._begun: dict[str, Any] | None = None  # the generator's state when that epoch began
        self._resumed = False  # whether the next iteration continues that epoch

    def __len__(self) -> int:
        return _many(len(self.x), self.batch_size, self.drop_last, "Loader")

    __dir__ = there

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        self.break_off()
        self._resumed = False
        if self._begun is not None:
            parts = self._order(set_generator_state(None, self._begun))
        else:
            self._begun = generator_state(self.rng)
            parts = self._order(self.rng)
        return self._batches(parts[self.position :])

    def break_off(self) -> None:
        """Abandon the current epoch, as a new iteration does, unless its state was just loaded."""
        if not self._resumed:
            self.position, self._begun = 0, None

    def _batches(self, parts: list[np.ndarray]) -> Iterator[tuple[Any, Any]]:
        for part in parts:
            x, y = taken(self.x, part), taken(self.y, part)
            for augment, takes_targets in self.augments:
                if takes_targets:
                    x, y = augment(x, y, self.rng)
                else:
                    x = augment(x, self.rng)
            self.position += 1  # before the yield: a state saved meanwhile counts this batch as done
            yield x, y
        self.position, self._begun = 0, None

    def _order(self, rng: np.random.Generator) -> list[np.ndarray]:
        return _parts(len(self.x), self.batch_size, rng if self.shuffle else None)[: len(self)]

    def state_dict(self) -> dict[str, Any]:
        """Return the batches yielded, and the generator's state now and when the epoch began."""
        return {
            "examples": len(self.x),
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "drop_last": self.drop_last,
            "position": self.position,
            "begun": self._begun,
            "rng": generator_state(self.rng),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state: the next iteration yields the rest of the epoch.

        ValueError, with no change, for a state of other data or other batches.
        """
        own = self.state_dict()
        if isinstance(state, Mapping):
            state = {"drop_last": False, **state}  # older states lack it
        if not isinstance(state, Mapping) or state.keys() != own.keys():
            got = f"has {sorted(map(str, state))}" if isinstance(state, Mapping) else f"is {shown(state)}"
            raise ValueError(f"load_state_dict: Loader: the state {got}; expected {sorted(own)}")
        for name in ("examples", "batch_size", "shuffle", "drop_last"):
            if state[name] != own[name]:
                raise ValueError(
                    f"load_state_dict: Loader: {name} is {state[name]!r} in the state, but {own[name]!r} "
                    "here; to continue bit for bit, load it into a loader of the same data and batches"
                )
        position = state["position"]
        if type(position) is not int or not 0 <= position <= len(self) or position and not state["begun"]:
            raise ValueError(f"load_state_dict: Loader: position is {position!r}; expected 0 to {len(self)}")
        begun = state["begun"] and generator_state(set_generator_state(None, state["begun"]))
        set_generator_state(self.rng, state["rng"])
        self.position, self._begun, self._resumed = position, begun, begun is not None


def examples(x: Any, y: Any, caller: str) -> tuple[Any, Any]:
    """Return inputs and targets, or raise an error if they do not form examples."""
    for data, name in ((x, "x"), (y, "y")):
        if not isinstance(data, (np.ndarray, Tensor, list, tuple)):
            raise TypeError(
                f"{caller}: {name} is of type {type(data).__name__}; expected a NumPy array or a list"
            )
        if not isinstance(data, (list, tuple)) and not data.ndim:
            raise ValueError(f"{caller}: {name} is a single number; expected examples along axis 0")
    if len(x) != len(y):
        raise ValueError(
            f"{caller}: x has {len(x)} examples and y has {len(y)}; expected the same number of each"
        )
    if not len(x):
        raise ValueError(f"{caller}: x and y are empty; there is nothing to train on")
    return x, y


def taken(data: Any, part: np.ndarray) -> Any:
    """Copy the examples of ``data`` whose indices are in ``part``."""
    if isinstance(data, np.ndarray):
        return data.take(part, axis=0)  # a tenth faster than data[part]
    return data[part] if isinstance(data, Tensor) else [data[i] for i in part.tolist()]


def _many(length: int, batch_size: int, drop_last: bool, caller: str) -> int:
    """Return the number of batches; ValueError if there is none."""
    many = length // batch_size if drop_last else -(-length // batch_size)
    if not many:
        raise ValueError(
            f"{caller}: drop_last leaves no batch of {batch_size} out of {length} examples; use a smaller "
            "batch_size"
        )
    return many


def _parts(length: int, batch_size: int, rng: np.random.Generator | None) -> list[np.ndarray]:
    """Return the indices of each batch, shuffled if there is a generator."""
    order = np.arange(length) if rng is None else rng.permutation(length)
    return [order[start : start + batch_size] for start in range(0, length, batch_size)]


def _takes_targets(augment: Any) -> bool:
    """Check whether it is called with (x, y, rng) rather than (x, rng)."""
    if not callable(augment):
        raise TypeError(
            f"Loader: augment is {augment!r}; expected a function of (x, rng) or (x, y, rng), such as "
            "nn.Shift(1)"
        )
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [p for p in inspect.signature(augment).parameters.values() if p.kind in kinds]
    names = [p.name for p in parameters]
    if "rng" in names:  # even with a default, or others after it
        many = names.index("rng") + 1
    else:
        many = sum(p.default is inspect.Parameter.empty for p in parameters)
    if many not in (2, 3):
        raise TypeError(f"Loader: augment takes {many} arguments; expected (x, rng) or (x, y, rng)")
    return many == 3


tell(Loader, LOADER)
