"""The two forms of a model: Tensors, for speed, and arrays of Values, which show every single number.

The conversion works in place, so pass it a copy. It replaces every leaf by one of the other kind with the
same numbers; shared leaves stay shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, Value, ValueArray, values
from autograd.ops import CONSTANT

from .allocation import aligned
from .leaves import Named, is_array_of_values, is_trained, nodes_of

WAS = "_was"  # the attribute of a module that records its former Tensors


class Was(NamedTuple):
    """What is needed to restore a Tensor, besides its numbers."""

    dtype: Any
    label: str | None
    order: Any  # the memory order of its array: a layer may have chosen it for speed


class Exchange:
    """Replaces the leaves of modules, which are of the class ``kind``.

    ``names`` maps ids of leaves, and of the Values in them, to their names.
    """

    def __init__(self, kind: type, names: Mapping[int, str]) -> None:
        self.kind, self.names = kind, names
        self.done: dict[int, tuple[Any, Any]] = {}  # by the id of the old object: the old and the new one

    def leaf(self, found: Any, owner: Any, place: str) -> Any:
        """Return the replacement for a leaf that ``owner`` keeps at ``place``."""
        raise NotImplementedError

    def part(self, found: Any) -> Any:
        """Return the replacement for a module: itself, unless it has its own conversion."""
        return found

    def within(self, module: Any) -> Any:
        """Replace all leaves of a module and its parts; return the module."""
        self.done[id(module)] = module, module
        own = vars(module)
        for name, member in list(own.items()):
            own[name] = self._instead_of(member, module, name)
        return module

    def _instead_of(self, found: Any, owner: Any, place: str) -> Any:
        if isinstance(found, (Value, Tensor)) or is_array_of_values(found):
            return self.leaf(found, owner, place)
        if id(found) in self.done:
            return self.done[id(found)][1]
        new = found
        if isinstance(found, self.kind):
            new = self.part(found)
            if new is found:
                return self.within(found)
        elif isinstance(found, tuple):
            several = [self._instead_of(each, owner, f"{place}.{i}") for i, each in enumerate(found)]
            if any(one is not other for one, other in zip(several, found)):
                new = type(found)(*several) if hasattr(found, "_fields") else type(found)(several)
        elif isinstance(found, (list, dict)):
            for key, each in list(found.items() if isinstance(found, dict) else enumerate(found)):
                found[key] = self._instead_of(each, owner, f"{place}.{key}")
        elif isinstance(found, np.ndarray) and found.dtype.hasobject:
            for i, index in enumerate(np.ndindex(found.shape)):
                found[index] = self._instead_of(found[index], owner, f"{place}.{i}")
        self.done[id(found)] = found, new
        return new


class ToValues(Exchange):
    """Turns Tensors of floats into arrays of Values, or of constants if they ask for no gradient."""

    def leaf(self, found: Any, owner: Any, place: str) -> Any:
        """Return the array of Values; record at the place which Tensor it replaces."""
        if id(found) not in self.names or not isinstance(found, Tensor) or found.dtype.kind != "f":
            return found
        vars(owner).setdefault(WAS, {})[place] = _was(found)
        if id(found) not in self.done:
            self.done[id(found)] = found, _array(found, self.names[id(found)])
        return self.done[id(found)][1]


class ToTensors(Exchange):
    """Turns Values and arrays of Values into Tensors, with their former dtype or one for all."""

    def __init__(self, kind: Any, names: Mapping[int, str], dtype: Any) -> None:
        super().__init__(kind, names)
        self.dtype = dtype
        self.taken: set[int] = set()  # the ids of Values that are already in a Tensor

    def leaf(self, found: Any, owner: Any, place: str) -> Any:
        """Return the Tensor; ValueError for an array that shares Values with another one."""
        if id(found) in self.done:
            return self.done[id(found)][1]
        ids = {id(node) for node in nodes_of(found)}
        kept = isinstance(found, Tensor) and (self.dtype is None or found.dtype.kind != "f")
        if kept or not ids <= self.names.keys():
            return found
        if ids & self.taken or not isinstance(found, Tensor) and len(ids) < np.size(found):
            raise ValueError(
                f"vectorized: {place!r} of {type(owner).__name__} shares Values with another array, or has "
                "some twice, which Tensors cannot do; keep one array, and turn, cut or repeat it in use"
            )
        self.taken |= ids
        was = _was(found) if isinstance(found, Tensor) else vars(owner).get(WAS, {}).get(place)
        self.done[id(found)] = found, _tensor(found, was or Was(np.float64, place, "C"), self.dtype)
        return self.done[id(found)][1]

    def part(self, found: Any) -> Any:
        """Convert a part that has a ``vectorized`` of its own, such as :class:`nn.MLP`, with that."""
        own_way = type(found).vectorized is not self.kind.vectorized  # type: ignore[attr-defined]
        return found.vectorized(self.dtype) if own_way else found

    def within(self, module: Any) -> Any:
        """Replace all leaves, and update the ``dtype`` of modules that have one."""
        super().within(module)
        vars(module).pop(WAS, None)
        if self.dtype is not None and "dtype" in vars(module):
            vars(module)["dtype"] = self.dtype
        return module


def _was(tensor: Tensor) -> Was:
    flags = tensor.data.flags
    columns = flags.f_contiguous and not flags.c_contiguous
    return Was(tensor.dtype, tensor.label, "F" if columns else "C")


def _array(tensor: Tensor, name: str) -> ValueArray:
    if np.isnan(tensor.data).any():
        raise ValueError(f"scalars: {name!r} has a nan, which a Value cannot be")
    array = values(tensor.data, name)
    if not tensor.requires_grad:
        for value in array.ravel().tolist():
            value.op = CONSTANT
    return array


def _tensor(found: Named, was: Was, dtype: Any) -> Tensor:
    if len({node.op for node in nodes_of(found)}) > 1:
        raise ValueError(
            f"vectorized: {was.label!r} mixes constants and parameters; a Tensor is all one kind"
        )
    if isinstance(found, np.ndarray):
        found = found.view(ValueArray)
    data = np.asarray(found.data).astype(was.dtype if dtype is None else dtype, order=was.order)
    return Tensor(aligned(data), requires_grad=is_trained(found), label=was.label)
