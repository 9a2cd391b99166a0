"""The state of random number generators, as numbers and strings that can be saved.

Objects that draw random numbers keep their generator as an attribute, where it is found in the same way as
the parameters of a model.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from .module import Module

Slot = tuple[str, tuple[Any, Any, Any]]  # a name and its place: container, key and content
KINDS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")  # NumPy's


def generator_state(rng: np.random.Generator) -> dict[str, Any]:
    """Return the state that decides the next numbers: nested dicts of whole numbers, strings and arrays.

    >>> rng = np.random.default_rng(0)
    >>> state = generator_state(rng)
    >>> float(rng.random()) == float(set_generator_state(None, state).random())
    True
    """
    state: Any = rng.bit_generator.state
    return dict(state)


def set_generator_state(rng: np.random.Generator | None, state: Any) -> np.random.Generator:
    """Set a generator (a new one for None) to a state from :func:`generator_state`; return the generator.

    ValueError, with no change, for anything but the state of a generator of the same kind.
    """
    kind = state.get("bit_generator") if isinstance(state, Mapping) else None
    if kind not in KINDS:
        raise ValueError(
            f"load_state_dict: {kind or state!r} is not a random number generator; expected one of "
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
        if not _same(rng.bit_generator.state, state):  # NumPy accepts 1.5 for 1
            raise ValueError("not all of its numbers can be those of a generator")
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        rng.bit_generator.state = before
        raise ValueError(f"load_state_dict: the state of the {kind} generator is damaged: {error}") from error
    return rng


def _same(one: Any, other: Any) -> bool:
    """Check whether two states have the same names and numbers."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(np.array_equal(one, other))


class Generators:
    """The generators that a model and other objects (callbacks, an optimizer) keep, with their states.

    They are looked up in the attributes of all modules and other objects, and in lists, tuples and dicts
    there; for a method, in its object; for a ``functools.partial``, in its arguments too. A generator that
    only the code of a function refers to is not found. Loading restores a None too, for objects that make
    their generator when they first draw.

    >>> import nn
    >>> dropout = nn.Dropout(rng=0)
    >>> list(Generators(dropout).state_dict())
    ['_rng']
    """

    def __init__(self, model: Module, **others: Any) -> None:
        self.model, self.others = model, others

    def _slots(self) -> dict[str, tuple[Any, Any, Any]]:
        """Return, by name, the container, key and content of each place with a generator or None."""
        slots: dict[str, tuple[Any, Any, Any]] = {}
        for name, holder in {"": self.model, **self.others}.items():
            slots.update(_kept_by(holder, f"{name}." if name else ""))
        return slots

    def state_dict(self) -> dict[str, Any]:
        """Return the state of each generator, by name."""
        slots = self._slots()
        return {name: generator_state(found) for name, (_, _, found) in slots.items() if found is not None}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set all generators; ValueError, with no change, if names or kinds do not fit."""
        slots = self._slots()
        for name, saved in state.items():
            if name not in slots:
                raise ValueError(
                    f"load_state_dict: there is no generator called {name!r} here; it is the state of "
                    "another model, or its generator has another name"
                )
            set_generator_state(_like(slots[name][2]), saved)  # try it on an unused one first
        for name, (container, key, found) in slots.items():
            rng = set_generator_state(found, state[name]) if name in state else None
            if rng is not found:
                container[key] = rng


def _like(rng: np.random.Generator | None) -> np.random.Generator | None:
    return None if rng is None else np.random.Generator(type(rng.bit_generator)(0))


def _kept_by(holder: Any, prefix: str) -> Iterator[Slot]:
    """Yield the places of generators in anything that may keep one."""
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
