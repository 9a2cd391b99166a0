"""The state of random number generators, as numbers and strings that can be saved.

Whoever draws random numbers keeps its generator as an attribute, and so the generators of a model are found
by looking, as its parameters are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .module import Module

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
    try:
        rng.bit_generator.state = dict(state)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise ValueError(f"load_state_dict: the state of the {kind} generator is damaged: {error}") from error
    return rng


class Generators:
    """The generators that a model and others (callbacks, an optimizer) keep, found by looking, with their
    states.

    They are looked for among the attributes of all modules, and in lists and dicts there, and among the
    attributes of the other objects. What was None when the state was taken is set to None again: a
    :class:`nn.Dropout` makes its generator when it is first used.

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
        for name, module in self.model.named_modules():
            slots.update(_among(f"{name}." if name else "", vars(module), inside=True))
        for name, other in self.others.items():
            slots.update(_among(f"{name}.", getattr(other, "__dict__", {}), inside=False))
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
            if name in state:
                container[key] = set_generator_state(found, state[name])
            elif found is not None:
                container[key] = None


def _like(rng: np.random.Generator | None) -> np.random.Generator | None:
    return None if rng is None else np.random.Generator(type(rng.bit_generator)(0))


def _among(prefix: str, container: Any, inside: bool) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    items = container.items() if isinstance(container, Mapping) else enumerate(container)
    for key, found in list(items):
        if found is None or isinstance(found, np.random.Generator):
            yield f"{prefix}{key}", (container, key, found)
        elif inside and isinstance(found, (list, dict)):
            yield from _among(f"{prefix}{key}.", found, inside)
