"""The state that an optimizer keeps for its parameters, and how it updates them.

Parameters are stored end to end in blocks, and so is their state: a block is all Values, the small Tensors of
one dtype, or one large Tensor, whose own array is updated in place. Rules work elementwise and are correctly
rounded, so the results do not depend on the blocks. float16 is updated in float32. A parameter without a
gradient (None) keeps its numbers and state: each counts its own steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import compress
from typing import Any

import numpy as np

from autograd import Tensor, Value, changes

from ..allocation import aligned
from ..errors import NotFiniteNumber
from ..module import Parameter, check_writable
from ..precision import wide, working_dtype

Array = np.ndarray
State = dict[str, Any]
Update = Callable[[Array, Array, State, Any], None]
Given = list[bool] | None

SMALL = 4096  # elements: up to this, NumPy's cost per call dominates, so Tensors are joined


class Block:
    """Parameters that are updated together, and their state.

    ``state`` holds arrays of their elements, end to end, and the numbers of each parameter, such as its
    steps: one for all while they have taken the same steps, later an array with one for each.
    """

    def __init__(self, like: Array, sizes: list[int], memory: State, numbers: State) -> None:
        self.sizes, self.memory, self.numbers = sizes, memory, numbers
        self.state: State = {name: aligned(np.full_like(like, start)) for name, start in memory.items()}
        self.state |= numbers

    def __setstate__(self, kept: State) -> None:
        """Align the arrays of copies too."""
        vars(self).update(kept)
        self.state |= {name: aligned(self.state[name]) for name in self.memory}

    def __len__(self) -> int:
        return len(self.sizes)

    def advance(
        self, state: State, update: Update, settings: Any, data: Array, grad: Array, given: Given = None
    ) -> None:
        """Change ``data`` and ``state`` by a step of the ``given`` parameters, or of all for None."""
        if given is None and not isinstance(state["step"], np.ndarray):
            state["step"] += 1
            update(data, grad, state, settings)
            return
        given = [True] * len(self) if given is None else given
        numbers = self._numbers_of_each(state)
        rows = np.stack([given, *numbers.values()], axis=1)
        for row in np.unique(rows[given], axis=0):  # all that have taken the same steps at once
            members = (rows == row).all(axis=1)
            elements = np.flatnonzero(np.repeat(members, self.sizes))
            part = {name: state[name][elements] for name in self.memory}
            part |= {name: each[members][0].item() for name, each in numbers.items()}
            part["step"] += 1
            own = data[elements]
            update(own, grad[elements], part, settings)
            data[elements] = own
            for name in self.memory:
                state[name][elements] = part[name]
            for name, each in numbers.items():
                each[members] = part[name]
        state |= _joined(numbers)

    def _numbers_of_each(self, state: State) -> State:
        return {name: np.array(np.broadcast_to(state[name], len(self))) for name in self.numbers}

    def entries(self) -> list[tuple[str, State]]:
        """Return the block's entries in a state, by place: numbers, and arrays, which are views."""
        raise NotImplementedError

    def load(self, found: list[State]) -> None:
        """Take over a state that fits the :meth:`entries`."""
        for (_, own), entry in zip(self.entries(), found):
            for name in self.memory:
                own[name][...] = entry[name]
        self.state |= _joined({name: np.hstack([entry[name] for entry in found]) for name in self.numbers})


def _joined(numbers: State) -> State:
    """Reduce numbers of each parameter to one for all, if all are equal."""
    if all(each.size and (each == each[0]).all() for each in numbers.values()):
        return {name: each[0].item() for name, each in numbers.items()}
    return numbers


class Values(Block):
    """Values, whose numbers are gathered into one float64 array, updated, and scattered back."""

    def __init__(self, values: list[Value], memory: State, numbers: State) -> None:
        super().__init__(np.zeros(len(values)), [1] * len(values), memory, numbers)
        self.values = values
        self._places: Any = slice(0)  # their positions in the arrays of step_arrays

    def after_step(self, update: Update, settings: Any, caller: str) -> Callable[[], None]:
        """Compute one step; return the function that takes it, or raise NotFiniteNumber with no change."""
        values = self.values
        slopes = [value.grad for value in values]
        given = [slope is not None for slope in slopes]
        if not any(given):
            return lambda: None
        data, grad = np.array([value.data for value in values], np.float64), np.array(slopes, np.float64)
        state = {name: np.copy(kept) if name in self.memory else kept for name, kept in self._wide().items()}
        with np.errstate(over="ignore", invalid="ignore"):  # reported below
            self.advance(state, update, settings, data, grad, None if all(given) else given)
        if (bad := _first_not_finite(data, given)) is not None:
            why = (
                f"the rate {settings['lr']:g} is too large for these gradients"
                if np.isfinite(grad[bad])
                else "its gradient is, so the fault is in the loss or the network"
            )
            raise NotFiniteNumber(f"{caller}: the step would make {values[bad]!r} inf or nan; {why}")
        for name in self.memory:
            if (bad := _first_not_finite(state[name], given)) is not None:  # such as 1e200 squared
                raise NotFiniteNumber(
                    f"{caller}: the gradient {grad[bad]:g} of {values[bad]!r} is too large: the {name!r} "
                    "kept for it would become inf or nan; scale the loss down, or clip gradients"
                )

        def take() -> None:
            self.state = state
            for value, number in compress(zip(values, data.tolist()), given):
                value.data = number

        return take

    def step_arrays(
        self, update: Update, settings: Any, places: Mapping[Value, int], data: Array, grad: Array
    ) -> None:
        """Take one step of all Values, whose numbers and gradients are at ``places`` of two arrays.

        ``places`` may be empty if they are the same as in the last call.
        """
        if places:
            found = np.array([places[value] for value in self.values])
            first, last = int(found[0]), int(found[-1]) + 1
            whole = last - first == len(found) and (np.diff(found) == 1).all()
            self._places = slice(first, last) if whole else found
        if self.memory:
            self._wide(data.dtype)
        own = data[self._places]
        self.advance(self.state, update, settings, own, grad[self._places])
        if not isinstance(self._places, slice):
            data[self._places] = own

    def _wide(self, dtype: Any = np.float64) -> State:
        """Return the state in the dtype of the arrays that take steps, by default float64."""
        for name in self.memory:
            if self.state[name].dtype != dtype:
                self.state[name] = self.state[name].astype(dtype)
        return self.state

    def entries(self) -> list[tuple[str, State]]:
        """Return a single entry, with an element for each Value."""
        return [("values", self._wide() | self._numbers_of_each(self.state))]


def _first_not_finite(array: Array, given: list[bool]) -> int | None:
    """Return the index of the first inf or nan among those ``given``, or None."""
    if np.isfinite(array).all():
        return None
    bad = np.flatnonzero(~np.isfinite(array) & given)
    return int(bad[0]) if len(bad) else None


class Tensors(Block):
    """Small Tensors of one dtype, copied end to end in each step; or a single one, updated in place."""

    def __init__(self, members: Mapping[int, Tensor], memory: State, numbers: State) -> None:
        self.indices, self.tensors = list(members), list(members.values())
        first, sizes = self.tensors[0].data, [tensor.size for tensor in self.tensors]
        dtype = working_dtype(first.dtype)
        self.alone = len(sizes) == 1 and first.ndim > 0  # a rule's sqrt(v) of shape () would not be an array
        like = first.astype(dtype, copy=False) if self.alone else np.zeros(sum(sizes), dtype)
        super().__init__(like, sizes, memory, numbers)
        # Copies are faster if the parts have the memory order of the Tensors.
        self._orders: Any = ["F" if tensor.data.flags.f_contiguous else "C" for tensor in self.tensors]
        if not self.alone:
            self._data, self._grad = aligned(like), aligned(like)
            self._copies = list(zip(self.tensors, self._parts(self._data), self._parts(self._grad)))

    def __reduce__(self) -> tuple[Any, ...]:
        # Copied one by one, views of an array would become arrays of their own.
        members = dict(zip(self.indices, self.tensors))
        return Tensors, (members, self.memory, self.numbers), {"state": self.state}

    def _parts(self, array: Array) -> list[Array]:
        """Return each Tensor's part of an array, in its shape."""
        if self.alone:
            return [array]
        parts = zip(np.split(array, np.cumsum(self.sizes[:-1])), self.tensors, self._orders)
        return [part.reshape(tensor.shape, order=order) for part, tensor, order in parts]

    def step(self, update: Update, settings: Any) -> list[Tensor]:
        """Take one step of every Tensor that has a gradient; return these."""
        if self.alone:
            own, slopes = self.tensors[0].data, self.tensors[0].grad
            if slopes is None:
                return []
            data = wide(own)
            grad = slopes if slopes.dtype == data.dtype else slopes.astype(data.dtype)
            self.advance(self.state, update, settings, data, grad)
            if data is not own:
                own[...] = data
            return self.tensors
        given = [tensor.grad is not None for tensor in self.tensors]
        if not any(given):
            return []
        whole = all(given)
        copies = self._copies if whole else list(compress(self._copies, given))
        for tensor, data, grad in copies:
            data[...] = tensor.data
            grad[...] = tensor.grad
        self.advance(self.state, update, settings, self._data, self._grad, None if whole else given)
        for tensor, data, _ in copies:
            tensor.data[...] = data
        return self.tensors if whole else list(compress(self.tensors, given))

    def entries(self) -> list[tuple[str, State]]:
        """Return an entry for each Tensor, by its index in the group."""
        kept = {name: self._parts(self.state[name]) for name in self.memory}
        kept |= {name: each.tolist() for name, each in self._numbers_of_each(self.state).items()}
        return [
            (str(index), {name: parts[i] for name, parts in kept.items()})
            for i, index in enumerate(self.indices)
        ]


class Storage:
    """The state of one group of parameters.

    ``memory`` maps the names of the kept arrays to their initial values, ``numbers`` those of each
    parameter's numbers.
    """

    def __init__(
        self, parameters: list[Parameter], memory: Mapping[str, float], numbers: Mapping[str, float]
    ) -> None:
        memory, numbers = dict(memory), dict(numbers)
        alike: dict[Any, dict[int, Tensor]] = {}
        for index, parameter in enumerate(parameters):
            if isinstance(parameter, Tensor):
                kind = parameter.dtype if parameter.size <= SMALL else index
                alike.setdefault(kind, {})[index] = parameter
        self.tensors = [Tensors(members, memory, numbers) for members in alike.values()]
        self.values = Values([p for p in parameters if isinstance(p, Value)], memory, numbers)
        self._shapes = [(p, p.shape) for p in parameters if isinstance(p, Tensor)]

    def check_arrays(self, caller: str) -> None:
        """Raise ValueError if data or a gradient has changed its shape, or data is read-only; TypeError for a
        gradient that is not an array."""
        for tensor, shape in self._shapes:
            data, grad = tensor.data, tensor.grad
            if not data.flags.writeable:
                check_writable(data, tensor, caller)
            if data.shape != shape or grad is not None and getattr(grad, "shape", None) != shape:
                if grad is not None and not hasattr(grad, "shape"):
                    kind = type(grad).__name__
                    raise TypeError(f"{caller}: {tensor!r} has a gradient of type {kind}; expected an array")
                got = " and ".join(str(np.shape(array)) for array in (data, grad) if array is not None)
                raise ValueError(
                    f"{caller}: {tensor!r} has data (and gradient) of shape {got}; "
                    f"expected {shape}, as when the optimizer was built"
                )

    def step_tensors(self, update: Update, settings: Any) -> None:
        """Take one step of every Tensor that has a gradient."""
        stepped = [tensor for block in self.tensors for tensor in block.step(update, settings)]
        if stepped:
            changes.note(stepped, "an optimizer's step")

    def entries(self) -> dict[str, State]:
        """Return what is kept, by its place in a state: a Tensor's index in the group, or "values"."""
        found = dict(entry for block in self.tensors for entry in block.entries())
        return {place: found[place] for place in sorted(found, key=int)} | dict(self.values.entries())

    def not_finite(self) -> str | None:
        """Name what is inf or nan in the state, and its parameter; None if nothing is."""
        for place, entry in self.entries().items():
            for name in self.values.memory:
                if not np.isfinite(entry[name]).all():
                    bad = int(np.argmin(np.isfinite(entry[name])))
                    return f"{name!r} of " + (
                        repr(self.values.values[bad]) if place == "values" else f"parameter {place}"
                    )
        return None

    def state_dict(self) -> State:
        """Copy the state of each Tensor, by its index in the group, and of all Values together, in order."""
        copies = {
            place: {name: np.array(n) if isinstance(n, np.ndarray) else n for name, n in entry.items()}
            for place, entry in self.entries().items()
        }
        values = copies.pop("values")
        return {"tensors": copies, "values": values}

    def fitting(self, state: Any, where: str, never_negative: Iterable[str]) -> dict[str, State]:
        """Convert a state for :meth:`load`; ValueError, with no change, if it does not fit."""
        own = self.entries()
        tensors = expect(state["tensors"], own.keys() - {"values"}, f"{where}, tensors")
        found = {}
        for place, entry in own.items():
            at = f"{where}, {place}" if place == "values" else f"{where}, tensor {place}"
            given = expect(state["values"] if place == "values" else tensors[place], entry, at)
            found[place] = {n: array_like(given[n], np.asarray(like), n, at) for n, like in entry.items()}
            for name in never_negative:
                if np.min(found[place].get(name, 0), initial=0) < 0:
                    raise ValueError(f"load_state_dict: {at}: {name!r} is below 0, which it can never be")
        return found

    def load(self, found: Mapping[str, State]) -> None:
        """Take over a state from :meth:`fitting`."""
        for block in [*self.tensors, self.values]:
            block.load([found[place] for place, _ in block.entries()])


def joined(numbers: State) -> State:
    """Reduce numbers of each parameter to one for all, if all are equal."""
    if all(each.size and (each == each[0]).all() for each in numbers.values()):
        return {name: each[0].item() for name, each in numbers.items()}
    return numbers


def first_not_finite(array: Array, given: list[bool]) -> int | None:
    """Return the index of the first inf or nan among those ``given``, or None."""
    if np.isfinite(array).all():
        return None
    bad = np.flatnonzero(~np.isfinite(array) & given)
    return int(bad[0]) if len(bad) else None


def expect(state: Any, expected: Iterable[str], where: str) -> Mapping[str, Any]:
    """Return the state if it is a mapping with exactly these names, else raise ValueError."""
    expected = sorted(expected)
    if not isinstance(state, Mapping) or set(state) != set(expected):
        got = sorted(map(str, state)) if isinstance(state, Mapping) else type(state).__name__
        raise ValueError(
            f"load_state_dict: {where}: got {got}; expected {expected}: it is the state of another "
            "optimizer, or of other parameters"
        )
    return state


def array_like(found: Any, like: Array, name: str, where: str) -> Array:
    """Copy an array of a state to the layout of ``like``; ValueError if shape or dtype does not fit."""
    array = np.asarray(found)
    if array.shape != like.shape or not np.can_cast(array.dtype, like.dtype, "same_kind"):
        raise ValueError(
            f"load_state_dict: {where}: {name!r} has shape {array.shape} and dtype {array.dtype}; "
            f"expected {like.shape} and {like.dtype}, like the parameter"
        )
    with np.errstate(over="ignore"):
        fitting = array.astype(like.dtype, copy=False)
    if like.dtype.kind == "f" and (np.isfinite(array) & ~np.isfinite(fitting)).any():
        raise ValueError(
            f"load_state_dict: {where}: {name!r} has a number that is too large for {like.dtype}, the "
            "dtype of the parameter"
        )
    return fitting
