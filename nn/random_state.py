"""The state of random number generators, as numbers and strings that can be saved.

Whoever draws random numbers keeps its generator as an attribute, and so the generators of a model are found
by looking, as its parameters are.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from .module import Module

Slot = tuple[str, tuple[Any, Any, Any]]  # a name, and where it is: container, key and what is there
KINDS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")  # those of NumPy


def generator_state(rng: np.random.Generator) -> dict[str, Any]:
    """What the next numbers of a generator depend on: nested dicts of whole numbers, strings and arrays.

    >>> rng = np.random.default_rng(0)
    >>> state = generator_state(rng)
    >>> float(rng.random()) == float(set_generator_state(None, state).random())
    True
    """
    state: Any = rng.bit_generator.state
    return dict(state)


def set_generator_state(rng: np.random.Generator | None, state: Any) -> np.random.Generator:
    """Set a generator (a new one where None) to a state of :func:`generator_state`; gives the generator.

    ValueError where it is not the state of one, or of another kind; the generator is then as it was.
    """
    kind = state.get("bit_generator") if isinstance(state, Mapping) else None
    if kind not in KINDS:
        raise ValueError(
            f"load_state_dict: {kind or state!r} is no random number generator; expected one of "
            f"{', '.join(KINDS)}"
        )
    if rng is None:
        rng = np.random.Generator(getattr(np.random, kind)(0))
    if type(rng.bit_generator).__name__ != kind:
        raise ValueError(
            f"load_state_dict: it is the state of a {kind} generator, but this one is "
            f"{type(rng.bit_generator).__name__}; pass a generator of the same kind"
        )
    before = rng.bit_generator.state
    try:
        rng.bit_generator.state = dict(state)
        if not _same(rng.bit_generator.state, state):  # it takes 1.5 for 1
            raise ValueError("not all of its numbers can be those of a generator")
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        rng.bit_generator.state = before
        raise ValueError(f"load_state_dict: the state of the {kind} generator is damaged: {error}") from error
    return rng


def _same(one: Any, other: Any) -> bool:
    """Whether two states have the same names and the same numbers."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(np.array_equal(one, other))


class Generators:
    """The generators that a model and others (callbacks, an optimizer) keep, found by looking, with their
    states.

    They are looked for among the attributes of all modules and of the other objects, and in lists, tuples and
    dicts there; of a method, among those of its object, of a ``functools.partial`` among its arguments too. A
    generator that only the code of a function knows is not found. What was None when the state was taken is
    set to None again, for what makes its generator when it first draws.

    >>> import nn
    >>> dropout = nn.Dropout(rng=0)
    >>> list(Generators(dropout).state_dict())
    ['_rng']
    """

    def __init__(self, model: Module, **others: Any) -> None:
        self.model, self.others = model, others

    def _slots(self) -> dict[str, tuple[Any, Any, Any]]:
        """By name: container, key and content of each place that has a generator, or None."""
        slots: dict[str, tuple[Any, Any, Any]] = {}
        for name, holder in {"": self.model, **self.others}.items():
            slots.update(_kept_by(holder, f"{name}." if name else ""))
        return slots

    def state_dict(self) -> dict[str, Any]:
        """The state of each generator, by name."""
        slots = self._slots()
        return {name: generator_state(found) for name, (_, _, found) in slots.items() if found is not None}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set all generators; ValueError, and nothing is changed, where the names or kinds do not fit."""
        slots = self._slots()
        for name, saved in state.items():
            if name not in slots:
                raise ValueError(
                    f"load_state_dict: there is no generator called {name!r} here; it is the state of "
                    "another model, or its generator has another name"
                )
            set_generator_state(_like(slots[name][2]), saved)  # tried on one that nobody uses
        for name, (container, key, found) in slots.items():
            rng = set_generator_state(found, state[name]) if name in state else None
            if rng is not found:
                container[key] = rng


def _like(rng: np.random.Generator | None) -> np.random.Generator | None:
    return None if rng is None else np.random.Generator(type(rng.bit_generator)(0))


def _kept_by(holder: Any, prefix: str) -> Iterator[Slot]:
    """The places in whatever may keep a generator."""
    if isinstance(holder, Module):
        for name, module in holder.named_modules():
            yield from _among(vars(module), f"{prefix}{name}." if name else prefix)
    elif inspect.ismethod(holder):
        yield from _kept_by(holder.__self__, prefix)
    elif isinstance(holder, partial):
        yield from _among({"args": holder.args, "keywords": holder.keywords}, prefix)
        yield from _kept_by(holder.func, f"{prefix}func.")
    else:
        yield from _among(getattr(holder, "__dict__", {}), prefix)


def _among(container: Any, prefix: str) -> Iterator[Slot]:
    items = container.items() if isinstance(container, Mapping) else enumerate(container)
    for key, found in list(items):
        if isinstance(found, np.random.Generator) or found is None and not isinstance(container, tuple):
            yield f"{prefix}{key}", (container, key, found)
        elif isinstance(found, (list, tuple, dict)):
            yield from _among(found, f"{prefix}{key}.")
