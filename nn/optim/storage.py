"""What an optimizer remembers of its parameters, and how it goes through them.

The same rule serves both kinds of parameter. A Tensor's array is updated where it is; Values are gathered
into one float64 array, updated, and scattered back. A float16 Tensor is updated in float32, which its state
is kept in, and rounded back. A parameter without a gradient (None) is left alone, with its state. Each
parameter counts its own steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, Value, changes

from ..errors import NotFiniteNumber
from ..memory import aligned
from ..module import Parameter, check_writable
from ..precision import wide, working_dtype

State = dict[str, Any]
Update = Callable[[np.ndarray, np.ndarray, State, Any], None]

SMALL = (
    4096  # elements: for Tensors up to this, NumPy's cost per call is most of the time, so they go together
)


@dataclass(eq=False)
class _Member:
    """A Tensor of a pack, with its own part of the pack's arrays."""

    index: int
    tensor: Tensor
    data: np.ndarray
    grad: np.ndarray
    arrays: State


@dataclass(eq=False)
class _Pack:
    """Small Tensors of one dtype, end to end: state, and data and gradients, copied here in each step."""

    data: np.ndarray
    grad: np.ndarray
    state: State
    members: list[_Member]


class Storage:
    """The state of one group of parameters: arrays of each one's shape, and numbers such as its steps.

    ``memory`` has the names of the arrays and what they are filled with at the start; ``scratch`` the names
    of arrays without content, room to compute in, taken once; ``numbers`` those of each parameter's numbers,
    and what they are at the start. Tensors have their state apart, or in packs: what a rule does is
    element by element and correctly rounded, so both give the same bits.
    """

    def __init__(
        self,
        parameters: list[Parameter],
        memory: Mapping[str, float],
        scratch: tuple[str, ...],
        numbers: Mapping[str, float],
    ) -> None:
        self.parameters = parameters
        self.memory, self.scratch, self.numbers = dict(memory), scratch, dict(numbers)
        self.tensors = [(i, p) for i, p in enumerate(parameters) if isinstance(p, Tensor)]
        self.values = [p for p in parameters if isinstance(p, Value)]
        self._shapes = [(tensor, tensor.shape) for _, tensor in self.tensors]
        small = [(i, p) for i, p in self.tensors if p.size <= SMALL]
        alike = [[(i, p) for i, p in small if p.dtype == d] for d in dict.fromkeys(p.dtype for _, p in small)]
        alike = [several for several in alike if len(several) > 1]
        packed = {i for several in alike for i, _ in several}
        self._packs = [self._pack(several) for several in alike]
        self._apart = [(i, p, self._new_state(p.data)) for i, p in self.tensors if i not in packed]
        self._value_state = self._new_state(np.zeros(len(self.values)))
        self._array_state: State = {}  # the same, while step_arrays keeps it
        self._places: Any = slice(0)
        for name, start in self.numbers.items():
            self._value_state[name] = np.full(len(self.values), start)

    def _new_state(self, data: np.ndarray) -> State:
        zeros = np.zeros_like(data, working_dtype(data.dtype))
        state: State = {name: aligned(zeros) for name in (*self.memory, *self.scratch)}
        for name, start in self.memory.items():
            state[name][...] = start
        return state | self.numbers

    def _pack(self, tensors: list[tuple[int, Tensor]]) -> _Pack:
        together = np.concatenate([tensor.data.ravel() for _, tensor in tensors])
        together = together.astype(working_dtype(together.dtype), copy=False)
        pack = _Pack(aligned(together), aligned(together), self._new_state(together), [])
        end = 0
        for index, tensor in tensors:
            start, end = end, end + tensor.size

            def part(array: np.ndarray, start: int = start, end: int = end, like: Tensor = tensor) -> Any:
                order: Any = "F" if like.data.flags.f_contiguous else "C"  # as there: copies are faster
                return array[start:end].reshape(like.shape, order=order)

            arrays = {name: part(array) for name, array in pack.state.items() if name not in self.numbers}
            pack.members.append(_Member(index, tensor, part(pack.data), part(pack.grad), arrays))
        return pack

    def _take_apart(self, pack: _Pack) -> None:
        numbers = {name: pack.state[name] for name in self.numbers}
        self._packs.remove(pack)
        self._apart += [(member.index, member.tensor, member.arrays | numbers) for member in pack.members]

    def __getstate__(self) -> tuple[Any, ...]:
        """For copies and pickles, where the views that make a pack would become arrays of their own."""
        return self.parameters, self.memory, self.scratch, self.numbers, self.state_dict()

    def __setstate__(self, kept: tuple[Any, ...]) -> None:
        *made_of, state = kept
        Storage.__init__(self, *made_of)
        self.load(self.fitting(state, "a copy"))

    def check_arrays(self, caller: str) -> None:
        """ValueError where data or a gradient has another shape than at the start, or data cannot be changed;
        TypeError for a gradient that is no array."""
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
                    f"expected {shape}, as when the optimizer was made"
                )

    def step_tensors(self, update: Update, settings: Any) -> None:
        """One step of every Tensor that has a gradient."""
        stepped = []
        for pack in list(self._packs):
            given = [member.tensor.grad is not None for member in pack.members]
            if all(given):
                self._step_pack(pack, update, settings)
                stepped += [member.tensor for member in pack.members]
            elif any(given):  # from here on they count different numbers of steps
                self._take_apart(pack)
        for _, tensor, state in self._apart:
            if tensor.grad is not None:
                state["step"] += 1
                data = tensor.data
                numbers = wide(data)
                update(numbers, wide(tensor.grad), state, settings)
                if numbers is not data:
                    data[...] = numbers
                stepped.append(tensor)
        if stepped:
            changes.note(stepped, "an optimizer's step")

    def _step_pack(self, pack: _Pack, update: Update, settings: Any) -> None:
        for member in pack.members:
            member.data[...] = member.tensor.data
            member.grad[...] = member.tensor.grad
        pack.state["step"] += 1
        update(pack.data, pack.grad, pack.state, settings)
        for member in pack.members:
            member.tensor.data[...] = member.data

    def step_arrays(
        self, update: Update, settings: Any, places: Mapping[Value, int], data: np.ndarray, grad: np.ndarray
    ) -> None:
        """One step of all the Values, whose numbers and gradients are at ``places`` of two arrays.

        ``places`` may be empty where they are as in the call before.
        """
        if not self.values:
            return
        if places:
            found = np.array([places[value] for value in self.values])
            first, last = int(found[0]), int(found[-1]) + 1
            whole = last - first == len(found) and (np.diff(found) == 1).all()
            self._places = slice(first, last) if whole else found
            if not whole and len(np.unique(found)) < len(found):
                raise ValueError("a Value is in a group twice")
        state = self._array_state
        if not state:
            state.update(self._value_state)
            for name in (*self.memory, *self.scratch):
                state[name] = self._value_state[name].astype(data.dtype)
            for name in self.numbers:  # one number for all, where all have done as many steps
                number = self._value_state[name]
                state[name] = number[0].item() if (number == number[0]).all() else number
        state["step"] += 1
        own, slopes = data[self._places], grad[self._places]
        update(own, slopes, state, settings)
        if not isinstance(self._places, slice):
            data[self._places] = own

    def _settle(self) -> None:
        """The state of the Values as of single ones again, after steps of whole arrays."""
        for name, array in self._array_state.items():
            self._value_state[name][...] = array
        self._array_state.clear()

    def values_after(self, update: Update, settings: Any, caller: str) -> tuple[list[int], Any, State]:
        """One step of every Value that has a gradient, worked out and not taken; NotFiniteNumber refuses it.

        Returns which Values, their data and their state, for :meth:`take`.
        """
        self._settle()
        chosen = [i for i, value in enumerate(self.values) if value.grad is not None]
        values = [self.values[i] for i in chosen]
        data = np.array([value.data for value in values], np.float64)
        grad = np.array([value.grad for value in values], np.float64)
        state = {name: array[chosen] for name, array in self._value_state.items()}
        if not values:
            return chosen, data, state
        state["step"] += 1
        with np.errstate(over="ignore", invalid="ignore"):  # said in words below
            update(data, grad, state, settings)
        if not np.isfinite(data).all():
            first = int(np.argmin(np.isfinite(data)))
            why = (
                f"the rate {settings['lr']:g} is too large for these gradients"
                if np.isfinite(grad[first])
                else "its gradient is, so that the fault is in the loss or the network"
            )
            raise NotFiniteNumber(f"{caller}: the step would make {values[first]!r} inf or nan; {why}")
        for name in self.memory:
            if not np.isfinite(state[name]).all():  # as the square of 1e200: no later step would move it
                first = int(np.argmin(np.isfinite(state[name])))
                raise NotFiniteNumber(
                    f"{caller}: the gradient {grad[first]:g} of {values[first]!r} is too large: the {name!r} "
                    "that is kept of it would be inf or nan; scale the loss down, or clip gradients"
                )
        return chosen, data, state

    def take(self, chosen: list[int], data: np.ndarray, state: State) -> None:
        """The step that :meth:`values_after` has worked out."""
        for name, array in state.items():
            self._value_state[name][chosen] = array
        for i, number in zip(chosen, data.tolist()):
            self.values[i].data = number

    def not_finite(self) -> str | None:
        """What is inf or nan in the state, and of which parameter; None where nothing is."""
        self._settle()
        for index, state in self._each():
            for name in self.memory:
                if not np.isfinite(state[name]).all():
                    return f"{name!r} of parameter {index}"
        for name in self.memory:
            bad = ~np.isfinite(self._value_state[name])
            if bad.any():
                return f"{name!r} of {self.values[int(np.argmax(bad))]!r}"
        return None

    def _each(self) -> Iterator[tuple[int, State]]:
        for pack in self._packs:
            numbers = {name: pack.state[name] for name in self.numbers}
            for member in pack.members:
                yield member.index, member.arrays | numbers
        for index, _, state in self._apart:
            yield index, state

    def state_dict(self) -> State:
        """Copies: of each Tensor, by its index in the group, and of all Values together, in their order."""
        self._settle()
        kept = (*self.memory, *self.numbers)
        return {
            "tensors": {
                str(index): {
                    name: state[name] if name in self.numbers else np.array(state[name]) for name in kept
                }
                for index, state in sorted(self._each(), key=lambda entry: entry[0])
            },
            "values": {name: np.array(self._value_state[name]) for name in kept},
        }

    def fitting(self, state: Any, where: str) -> State:
        """The state as :meth:`load` takes it, or ValueError, with nothing changed."""
        tensors = expect(state["tensors"], [str(i) for i, _ in self.tensors], f"{where}, tensors")
        kept = (*self.memory, *self.numbers)
        found: State = {"tensors": {}, "values": {}}
        for i, own in self._each():
            at = f"{where}, tensor {i}"
            entry = expect(tensors[str(i)], kept, at)
            arrays = {name: array_like(entry[name], own[name], name, at) for name in self.memory}
            numbers = {
                name: array_like(entry[name], np.asarray(start), name, at).item()
                for name, start in self.numbers.items()
            }
            found["tensors"][i] = arrays | numbers
        at = f"{where}, values"
        entry = expect(state["values"], kept, at)
        found["values"] = {name: array_like(entry[name], self._value_state[name], name, at) for name in kept}
        return found

    def load(self, state: State) -> None:
        """Take over what :meth:`fitting` has found to fit."""
        self._settle()
        tensors = state["tensors"]
        for pack in list(self._packs):
            first = tensors[pack.members[0].index]
            if all(tensors[m.index][name] == first[name] for m in pack.members for name in self.numbers):
                pack.state.update({name: first[name] for name in self.numbers})
            else:
                self._take_apart(pack)
        for index, own in self._each():
            for name in self.memory:
                own[name][...] = tensors[index][name]
        for index, _, own in self._apart:
            own.update({name: tensors[index][name] for name in self.numbers})
        for name, array in state["values"].items():
            self._value_state[name][...] = array


def expect(state: Any, expected: Iterable[str], where: str) -> Mapping[str, Any]:
    """The state, where it is a mapping with exactly these names; ValueError where it is not."""
    expected = sorted(expected)
    if not isinstance(state, Mapping) or set(state) != set(expected):
        got = sorted(map(str, state)) if isinstance(state, Mapping) else type(state).__name__
        raise ValueError(
            f"load_state_dict: {where}: got {got}; expected {expected}: it is the state of another "
            "optimizer, or of other parameters"
        )
    return state


def check_signs(state: State, never_negative: Iterable[str], where: str) -> None:
    """ValueError where what :meth:`Storage.fitting` gave has a number below 0 that cannot be."""
    for place, entry in [*state["tensors"].items(), ("values", state["values"])]:
        for name in never_negative:
            if np.min(entry.get(name, 0), initial=0) < 0:
                raise ValueError(f"load_state_dict: {where}, {place}: {name!r} is below 0, which it never is")


def array_like(found: Any, like: np.ndarray, name: str, where: str) -> np.ndarray:
    """What was found in a state as a copy like ``like``; ValueError where shape or dtype do not fit."""
    array = np.asarray(found)
    if array.shape != like.shape or not np.can_cast(array.dtype, like.dtype, "same_kind"):
        raise ValueError(
            f"load_state_dict: {where}: {name!r} has shape {array.shape} and dtype {array.dtype}; "
            f"expected {like.shape} and {like.dtype}, as of the parameter"
        )
    with np.errstate(over="ignore"):
        fitting = array.astype(like.dtype, copy=False)
    if like.dtype.kind == "f" and (np.isfinite(array) & ~np.isfinite(fitting)).any():
        raise ValueError(
            f"load_state_dict: {where}: {name!r} has a number that is too large for {like.dtype}, the "
            "dtype of the parameter"
        )
    return fitting
