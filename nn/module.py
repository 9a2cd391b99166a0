"""Module: anything with parameters. It finds them by looking, so there is nothing to register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from reprlib import recursive_repr
from typing import Any, TypeVar

import numpy as np

from autograd import Tensor, Value
from autograd.ops import LEAF

Parameter = Value | Tensor
M = TypeVar("M", bound="Module")


class Module:
    """A part of a network, or all of it: an object whose attributes hold its parameters and its parts.

    Subclass it, set Values, Tensors and Modules as attributes (also in lists, tuples and dicts), and define
    ``__call__``. Its state is every leaf found so; its parameters are those that ask for a gradient. A Tensor
    with ``requires_grad=False`` is thus saved and loaded with the rest, and not trained.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [name for name, _ in line.named_parameters()]
    (7.0, ['slope', 'offset'])
    >>> line
    Line()  2 parameters
    """

    training = True

    def __call__(self, x: Any) -> Any:
        """The output of the module; each subclass says what it takes and gives."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: define its __call__")

    def members(self) -> Iterator[tuple[str, Any]]:
        """The names and values in which parameters and parts are looked for: the attributes."""
        yield from vars(self).items()

    def modules(self) -> list[Module]:
        """This module and all its parts, and theirs, each once."""
        return [module for _, module in self.named_modules()]

    def named_modules(self) -> list[tuple[str, Module]]:
        """The same with their names: "" for this module, and for a part such as ``layers.0``."""
        return [(name, found) for name, found in _search(self) if isinstance(found, Module)]

    def named_parameters(self) -> list[tuple[str, Parameter]]:
        """The parameters with their names, such as ``0.weight``; a shared one once, under its first name."""
        state = self._named_state()
        return [(name, node) for name, node in state if isinstance(node, Value) or node.requires_grad]

    def parameters(self) -> list[Parameter]:
        """The parameters, in the order of their names in :meth:`named_parameters`."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters (None, which is not 0)."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self: M, mode: bool = True) -> M:
        """Set ``training`` here and in all parts; gives the module itself."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self: M) -> M:
        """Turn off what happens in training only, such as dropout: ``train(False)``."""
        return self.train(False)

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all numbers the module consists of, by name: arrays, with shape () for a Value.

        >>> Line = type("Line", (Module,), {"__init__": lambda self: setattr(self, "slope", Value(2.0))})
        >>> Line().state_dict()
        {'slope': array(2.)}
        """
        return {name: np.array(node.data) for name, node in self._named_state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set all numbers from ``state``, into the arrays that are there; all of them, or on an error none.

        Raises ValueError where a name is missing or not known, or a shape differs, and names it.
        """
        own = dict(self._named_state())
        check_names(state, own, type(self).__name__)
        arrays = {}
        for name, node in own.items():
            array = np.asarray(state[name])
            check_array(name, array.shape, array.dtype, np.asarray(node.data), type(self).__name__)
            if isinstance(node, Value) and np.isnan(array):
                raise ValueError(f"load_state_dict: {name!r} is nan in the state, which a Value cannot be")
            arrays[name] = array
        for name, node in own.items():
            if isinstance(node, Value):
                node.data = float(arrays[name])
            else:
                node.data[...] = arrays[name]  # in place: whoever holds the array sees the new numbers

    def extra_repr(self) -> str:
        """What ``repr`` shows between the brackets: sizes and settings."""
        return ""

    @recursive_repr()  # a part may point back
    def __repr__(self) -> str:
        parts = [(name, part) for name, part in _unfold(self.members()) if isinstance(part, Module)]
        text = f"{type(self).__name__}({self.extra_repr()}"
        if parts:
            text += "\n"
        for shown, group in groupby(parts, key=lambda part: repr(part[1])):  # equal neighbours make one line
            names = [name for name, _ in group]
            name = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}, each"
            text += "".join(f"  {line}\n" for line in f"{name}: {shown}".split("\n"))
        size = sum(np.size(parameter.data) for parameter in self.parameters())
        return text + ")" + (f"  {size:,} parameter{'s' if size > 1 else ''}" if size else "")

    def _named_state(self) -> list[tuple[str, Any]]:
        state = [(name, found) for name, found in _search(self) if not isinstance(found, Module)]
        names = [name for name, _ in state]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"{type(self).__name__}: two parameters are both called {twice!r}; rename one")
        return state


def check_names(state: Any, own: Any, model: str) -> None:
    """ValueError where the names in a state are not those of a model, saying which are missing or unknown."""
    missing = [name for name in own if name not in state]
    unknown = [name for name in state if name not in own]
    problems = [f"{_listed(missing)} missing from the state"] * bool(missing)
    problems += [f"{_listed(unknown)} not known to this {model}"] * bool(unknown)
    if problems:
        raise ValueError(f"load_state_dict: {'; '.join(problems)}: it is the state of another model")


def check_array(name: str, shape: tuple[int, ...], dtype: Any, own: np.ndarray, model: str) -> None:
    """ValueError where an array in a state, of that shape and dtype, does not fit a model's own."""
    if shape != own.shape:
        raise ValueError(
            f"load_state_dict: {name!r} has shape {shape} in the state, but {own.shape} in this {model}; "
            "build the model with the sizes it was saved with"
        )
    if not np.can_cast(dtype, own.dtype, "same_kind"):
        raise ValueError(
            f"load_state_dict: {name!r} is of dtype {dtype} in the state; expected numbers that "
            f"fit {own.dtype}"
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:5]))
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _search(root: Module) -> Iterator[tuple[str, Any]]:
    """All modules and leaves from ``root`` on, with dotted names, each once: parts may be shared."""
    seen: set[int] = set()

    def visit(name: str, found: Any) -> Iterator[tuple[str, Any]]:
        if id(found) in seen or not (isinstance(found, Module) or found.op is LEAF):
            return  # a computed node that a module keeps is a result, not part of its state
        seen.add(id(found))
        yield name, found
        if isinstance(found, Module):
            for inner, member in _unfold(found.members()):
                yield from visit(f"{name}.{inner}" if name else inner, member)

    yield from visit("", root)


def _unfold(members: Any) -> Iterator[tuple[str, Any]]:
    """The Modules, Values and Tensors among ``members``, and in lists, tuples and dicts there."""
    for name, member in members:
        if isinstance(member, (Module, Value, Tensor)):
            yield name, member
        elif isinstance(member, (list, tuple)):
            yield from _unfold((f"{name}.{i}", each) for i, each in enumerate(member))
        elif isinstance(member, dict):
            yield from _unfold((f"{name}.{key}", each) for key, each in member.items())
