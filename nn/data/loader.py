"""Mini-batches: a data set in random order, a few examples at a time.

:func:`batches` is one pass. A :class:`Loader` is as many as one likes, remembers where it is, and changes
what it gives on the way.
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
    """One pass over ``x`` and ``y`` together, in batches of ``batch_size``.

    The last batch may be smaller; ``drop_last`` leaves such a one out (of a single example, batch
    normalisation has no variance).

    ``x`` and ``y`` are NumPy arrays of as many examples along axis 0 (or lists, which give lists). The order
    is drawn from ``seed``: a whole number gives the same order in every pass, so pass another for each epoch,
    or a ``numpy.random.Generator``, which goes on from pass to pass. Raises ValueError where the lengths
    differ or are 0.

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
    rng = generator(seed, "batches")  # also without shuffle, so that a wrong seed never goes unseen
    parts = _parts(len(x), batch_size, rng if shuffle else None)[:many]
    # A generator made here, and not a function that yields: a wrong argument is an error at the call.
    return ((taken(x, part), taken(y, part)) for part in parts)


class Loader:
    """Batches of ``x`` and ``y``, epoch after epoch: iterating once is one epoch, in an order of its own.

    ``x`` and ``y`` are arrays of as many examples along axis 0, or lists, which give lists. ``rng`` is a
    generator or a seed, from which the order is drawn, and what ``augment`` draws. ``augment`` changes each
    batch: ``augment(x, rng)`` gives the new x, as :class:`nn.Shift` does, ``augment(x, y, rng)`` the new x
    and y, as :class:`nn.Mixup` does; a list of such is applied in turn. ``drop_last`` leaves a last batch out
    that is smaller than the others: batch normalisation cannot train on a single example. ``len`` is the
    number of batches in an epoch.

    Use it where training runs for epochs, and is to be resumed: ``state_dict`` holds the place in the middle
    of an epoch too, and after ``load_state_dict`` the next iteration gives what was left of it, bit for bit.
    For a single pass there is :func:`batches`. Only one iteration is under way at a time: a new one begins a
    new epoch.

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
        self.position = 0  # batches given in the epoch that is under way
        self._begun: dict[str, Any] | None = None  # the generator's state when that epoch began
        self._resumed = False  # whether the next iteration is to go on with that epoch

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
        """Forget the epoch under way, as a new iteration does; but not one whose state was just loaded."""
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
            self.position += 1  # before it is given: a state saved while it is worked on has it behind it
            yield x, y
        self.position, self._begun = 0, None

    def _order(self, rng: np.random.Generator) -> list[np.ndarray]:
        return _parts(len(self.x), self.batch_size, rng if self.shuffle else None)[: len(self)]

    def state_dict(self) -> dict[str, Any]:
        """Where the loader is: the batches given, and the generator's state now and when the epoch began."""
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
        """Go on from there: the next iteration gives what was left of the epoch.

        ValueError where it is the state of other data or other batches; nothing is changed then.
        """
        own = self.state_dict()
        if isinstance(state, Mapping):
            state = {"drop_last": False, **state}  # which states from before there was one do not say
        if not isinstance(state, Mapping) or state.keys() != own.keys():
            got = f"has {sorted(map(str, state))}" if isinstance(state, Mapping) else f"is {shown(state)}"
            raise ValueError(f"load_state_dict: Loader: the state {got}; expected {sorted(own)}")
        for name in ("examples", "batch_size", "shuffle", "drop_last"):
            if state[name] != own[name]:
                raise ValueError(
                    f"load_state_dict: Loader: {name} is {state[name]!r} in the state, but {own[name]!r} "
                    "here; to go on bit for bit, load it into a loader of the same data and batches"
                )
        position = state["position"]
        if type(position) is not int or not 0 <= position <= len(self) or position and not state["begun"]:
            raise ValueError(f"load_state_dict: Loader: position is {position!r}; expected 0 to {len(self)}")
        begun = state["begun"] and generator_state(set_generator_state(None, state["begun"]))
        set_generator_state(self.rng, state["rng"])
        self.position, self._begun, self._resumed = position, begun, begun is not None


def examples(x: Any, y: Any, caller: str) -> tuple[Any, Any]:
    """Inputs and targets as they are, or an error where they do not make examples."""
    for data, name in ((x, "x"), (y, "y")):
        if not isinstance(data, (np.ndarray, Tensor, list, tuple)):
            raise TypeError(
                f"{caller}: {name} is of type {type(data).__name__}; expected a NumPy array or a list"
            )
        if not isinstance(data, (list, tuple)) and not data.ndim:
            raise ValueError(f"{caller}: {name} is a single number; expected examples along axis 0")
    if len(x) != len(y):
        raise ValueError(f"{caller}: x has {len(x)} examples and y has {len(y)}; expected as many of each")
    if not len(x):
        raise ValueError(f"{caller}: x and y are empty; there is nothing to train on")
    return x, y


def taken(data: Any, part: np.ndarray) -> Any:
    """The examples of ``data`` whose indices are in ``part``, copied."""
    if isinstance(data, np.ndarray):
        return data.take(part, axis=0)  # a tenth faster than data[part]
    return data[part] if isinstance(data, Tensor) else [data[i] for i in part.tolist()]


def _many(length: int, batch_size: int, drop_last: bool, caller: str) -> int:
    """The number of batches; ValueError where none is left."""
    many = length // batch_size if drop_last else -(-length // batch_size)
    if not many:
        raise ValueError(
            f"{caller}: drop_last leaves no batch of {batch_size} out of {length} examples; take a smaller "
            "batch_size"
        )
    return many


def _parts(length: int, batch_size: int, rng: np.random.Generator | None) -> list[np.ndarray]:
    """The indices of each batch, shuffled where there is a generator."""
    order = np.arange(length) if rng is None else rng.permutation(length)
    return [order[start : start + batch_size] for start in range(0, length, batch_size)]


def _takes_targets(augment: Any) -> bool:
    """Whether it is called with (x, y, rng), or with (x, rng)."""
    if not callable(augment):
        raise TypeError(
            f"Loader: augment is {augment!r}; expected what is called with (x, rng) or (x, y, rng), such as "
            "nn.Shift(1)"
        )
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [p for p in inspect.signature(augment).parameters.values() if p.kind in kinds]
    names = [p.name for p in parameters]
    if "rng" in names:  # also where it has a default, or others come after it
        many = names.index("rng") + 1
    else:
        many = sum(p.default is inspect.Parameter.empty for p in parameters)
    if many not in (2, 3):
        raise TypeError(f"Loader: augment takes {many} arguments; expected (x, rng) or (x, y, rng)")
    return many == 3


tell(Loader, LOADER)
