"""Module: anything with parameters. It finds them in its attributes; nothing needs registering."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from itertools import groupby
from reprlib import recursive_repr
from typing import Any, TypeVar

import numpy as np

from autograd import Tensor, Value, ValueArray
from autograd.names import tell, there
from autograd.ops import LEAF

from .checks import flag, floating, instance
from .forms import ToTensors, ToValues
from .leaves import Named, Parameter, flat, is_array_of_values, is_leaf, is_trained, nodes_of
from .torch_names import MODULE

M = TypeVar("M", bound="Module")


class Module:
    """A network or part of one: an object whose attributes hold its parameters and submodules.

    Subclass it, set Values, arrays of Values, Tensors and Modules as attributes (or in lists, tuples and
    dicts), and define ``__call__``, or ``forward``, which a call then runs. Every leaf found this way is part
    of the state; those that ask for a gradient are the parameters. A Tensor with ``requires_grad=False`` is
    thus saved and loaded but not trained; so is an array of constants with labels. A parameter or submodule
    can only be replaced by another one, or by None, which removes it.

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

    def __init_subclass__(cls, **settings: Any) -> None:
        """Let a call run ``forward`` even if a base class has a ``__call__`` of its own."""
        super().__init_subclass__(**settings)
        if "forward" in vars(cls) and "__call__" not in vars(cls):
            cls.__call__ = Module.__call__  # type: ignore[method-assign]

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Compute the output; each subclass says what it takes and returns."""
        forward = getattr(type(self), "forward", None)
        if forward is None:
            raise NotImplementedError(
                f"{type(self).__name__} does not say what it computes: define its __call__ or forward"
            )
        return forward(self, *inputs, **named)

    __dir__ = there

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; TypeError if that would silently lose a parameter or submodule."""
        before = vars(self).get(name)
        if isinstance(before, (Module, Value, Tensor, np.ndarray, list, tuple, dict)) and value is not None:
            self._check_kept(name, before, value)
        super().__setattr__(name, value)

    def _check_kept(self, name: str, before: Any, after: Any) -> None:
        """Raise TypeError if the old attribute has parameters or submodules and the new one has none."""
        lost = next((found for _, found in _unfold([(name, before)]) if _is_kept(found)), None)
        given = [found for _, found in _unfold([(name, after)])]
        emptied = isinstance(after, (list, tuple, dict)) and not after
        if lost is None or emptied or given and all(map(_is_kept, given)):
            return
        got = f"{type(self).__name__}.{name}: got {type(after).__name__}"
        is_array = isinstance(lost, np.ndarray)
        kind = "array of Values" if is_array else type(lost).__name__
        several = "arrays of Values" if is_array else f"{kind}s"
        if isinstance(before, (list, tuple, dict)):
            got += f" in place of a {type(before).__name__} with {several} in it"
            expected = f"{several} in it again"
        elif isinstance(lost, Module):
            got += f" in place of {kind}"
            expected = "a Module"
        else:
            got += f"{' that was computed' if given else ''} in place of the {kind} that is saved and trained"
            new = "autograd.values" if is_array else kind
            expected = f"a new {new}(...); its numbers are set by .{name}.data = ..."
        raise TypeError(f"{got}; expected {expected} (None takes it out)")

    def members(self) -> Iterator[tuple[str, Any]]:
        """Yield the names and values that may hold parameters and submodules: the attributes."""
        yield from vars(self).items()

    def modules(self) -> list[Module]:
        """Return this module and all its submodules, each once."""
        return [module for _, module in self.named_modules()]

    def named_modules(self) -> list[tuple[str, Module]]:
        """Return all modules with their names: "" for this one, and such as ``layers.0`` for submodules."""
        return [(name, found) for name, found in _search(self) if isinstance(found, Module)]

    def named_parameters(self) -> list[tuple[str, Named]]:
        """Return the parameters with their names, such as ``0.weight``; a shared one under its first name.

        An array of Values has one name. A view of it has none, since its Values are named already.
        """
        return [(name, node) for name, node in self._named_state() if is_trained(node)]

    def parameters(self) -> list[Parameter]:
        """Return the parameters for an optimizer, in the order of :meth:`named_parameters`.

        Arrays of Values are flattened; each Value comes once, even if several arrays share it.

        >>> from autograd import values
        >>> Tied = type("Tied", (Module,), {})
        >>> model = Tied()
        >>> model.weight = values([[1.0, 2.0]], "w")
        >>> model.turned = model.weight.T
        >>> [parameter.label for parameter in model.parameters()]
        ['w[0,0]', 'w[0,1]']
        """
        found: list[Any] = [parameter for _, parameter in self.named_parameters()]
        if not any(isinstance(parameter, np.ndarray) for parameter in found):
            return found
        return [node for node in flat(found) if node.op is LEAF]

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to None."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self: M, mode: bool = True) -> M:
        """Set ``training`` here and in all submodules; return self."""
        mode = flag(mode, "mode", "train")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: M) -> M:
        """Turn off what happens only in training, such as dropout: ``train(False)``."""
        return self.train(False)

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copy all numbers of the module into a dict of arrays by name; a Value has shape ().

        An array of Values gives one float64 array.

        >>> Line = type("Line", (Module,), {"__init__": lambda self: setattr(self, "slope", Value(2.0))})
        >>> Line().state_dict()
        {'slope': array(2.)}
        """
        return {name: np.array(node.data) for name, node in self._named_state()}

    def load_state_dict(self, state: Mapping[str, Any], allow_nonfinite: bool = False) -> None:
        """Set all numbers from ``state``, writing into the existing arrays; on an error, change nothing.

        Raises ValueError if a name is missing or unknown, a shape differs, a number is too large for the
        dtype, or a parameter would become nan or inf. ``allow_nonfinite`` allows that, but no Value is nan.
        """
        own = dict(self._named_state())
        expected = "a dict of arrays by name, as state_dict() gives it"
        state = instance(state, Mapping, "state", "load_state_dict", expected)
        check_names(state, own, type(self).__name__)
        allow_nonfinite = flag(allow_nonfinite, "allow_nonfinite", "load_state_dict")
        arrays = {name: self._fitting(name, node, state[name], allow_nonfinite) for name, node in own.items()}
        for name, node in own.items():
            set_data(node, arrays[name])  # in place: whoever holds the array sees the new numbers

    def _fitting(self, name: str, node: Named, found: Any, allow_nonfinite: bool) -> np.ndarray:
        """Convert numbers of a state to the dtype of ``node``; ValueError if they do not fit."""
        array, data = np.asarray(found), np.asarray(node.data)
        check_array(name, array.shape, array.dtype, data, type(self).__name__)
        if isinstance(node, Tensor):
            check_writable(data, repr(name), "load_state_dict")
        if data.dtype.kind != "f":
            return array
        finite = np.isfinite(array)
        if not isinstance(node, Tensor) and np.isnan(array).any():
            raise ValueError(f"load_state_dict: {name!r} is nan in the state, which a Value cannot be")
        if is_trained(node) and not (allow_nonfinite or finite.all()):  # a mask may be infinite
            raise ValueError(
                f"load_state_dict: {name!r} has {array[~finite][0]:g} in the state; expected finite numbers "
                "(allow_nonfinite=True takes others too)"
            )
        with np.errstate(over="ignore"):
            fitting = array.astype(data.dtype, copy=False)
        lost = finite & ~np.isfinite(fitting)
        if lost.any():
            raise ValueError(
                f"load_state_dict: {name!r} has {array[lost][0]:g} in the state, which is too large for "
                f"its dtype here, {data.dtype}"
            )
        return fitting

    def scalars(self: M) -> M:
        """Copy the model into its scalar form: every parameter an array of Values.

        Names, shapes, numbers, settings, modes, generators and sharing are kept; the original does not
        change. Tensors of floats that ask for no gradient become arrays of constants; other Tensors stay. The
        copy takes the same inputs and returns arrays of Values, (B, ...). Labels consist of name and index:
        ``0.weight[1,2]``. ValueError for a nan, which a Value cannot be.

        >>> from nn import Linear
        >>> model = Linear(2, 1, rng=0).scalars()
        >>> out = model(np.array([[1.0, 2.0]]))
        >>> out.sum().backward()
        >>> out.shape, model.weight[0, 1].label, model.weight.grad.tolist()
        ((1, 1), 'weight[0,1]', [[1.0, 2.0]])
        """
        model = copy.deepcopy(self)
        names = {id(leaf): name for name, leaf in model._named_state()}
        ToValues(Module, names).within(model)
        model.zero_grad()
        return model

    def vectorized(self, dtype: Any = None) -> Any:
        """Copy the model into its form on Tensors, for speed: every parameter a Tensor.

        The inverse of :meth:`scalars`: each parameter gets its former dtype, float64 if it was never a
        Tensor, or ``dtype`` if given. The original does not change. ValueError for an array of Values that is
        a view of another one: keep one array, and transpose it where it is used.

        >>> from nn import Linear
        >>> Linear(2, 1, rng=0).scalars().vectorized().weight.dtype
        dtype('float32')
        """
        dtype = None if dtype is None else floating(dtype, "dtype", "vectorized")
        model = copy.deepcopy(self)
        names = {id(node): name for name, leaf in model._named_state() for node in nodes_of(leaf)}
        ToTensors(Module, names, dtype).within(model)
        model.zero_grad()
        return model

    def extra_repr(self) -> str:
        """Return what ``repr`` shows between the brackets: sizes and settings."""
        return ""

    @recursive_repr()  # a submodule may refer back
    def __repr__(self) -> str:
        parts = [(name, part) for name, part in _unfold(self.members()) if isinstance(part, Module)]
        text = f"{type(self).__name__}({self.extra_repr()}"
        if parts:
            text += "\n"
        for shown, group in groupby(parts, key=lambda part: repr(part[1])):  # join equal neighbours
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


def check_writable(array: np.ndarray, of: Any, caller: str) -> None:
    """Raise ValueError if an array is read-only; ``of`` is its name or its Tensor."""
    if not array.flags.writeable:
        if isinstance(of, Tensor):
            of = f"a Tensor, label={of.label!r}, shape={of.shape},"
        raise ValueError(
            f"{caller}: the array of {of} is read-only, but must be changed in place; give it one of its "
            "own: tensor.data = tensor.data.copy()"
        )


def set_data(node: Named, numbers: np.ndarray) -> None:
    """Write new numbers into the existing array of a leaf, so that whoever holds it sees them."""
    if isinstance(node, Tensor):
        data = node.data
        data[...] = numbers
        node.data = data  # the same array: assigning it marks the change
    else:
        node.data = float(numbers) if isinstance(node, Value) else numbers


def check_names(state: Any, own: Any, model: str) -> None:
    """Raise ValueError, with the missing and unknown names, unless a state has the names of the model."""
    missing = [name for name in own if name not in state]
    unknown = [name for name in state if name not in own]
    problems = [f"{_listed(missing)} missing from the state"] * bool(missing)
    problems += [f"{_listed(unknown)} not known to this {model}"] * bool(unknown)
    if problems:
        raise ValueError(f"load_state_dict: {'; '.join(problems)}: it is the state of another model")


def check_array(name: str, shape: tuple[int, ...], dtype: Any, own: np.ndarray, model: str) -> None:
    """Raise ValueError if an array of this shape and dtype in a state does not fit the model's own."""
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
    """Yield all modules and leaves from ``root`` on with dotted names, each once, even if shared."""
    seen: set[int] = set()

    def visit(name: str, found: Any) -> Iterator[tuple[str, Any]]:
        if id(found) in seen or not _is_kept(found):
            return  # a computed node that a module keeps is a result, not part of its state
        if isinstance(found, np.ndarray) and found.size:  # maybe a view of Values that are elsewhere too
            new = {id(node) for node in nodes_of(found)} - seen
            seen.update(new)
            if not new:
                return
        else:
            seen.add(id(found))
        yield name, found
        if isinstance(found, Module):
            for inner, member in _unfold(found.members()):
                yield from visit(f"{name}.{inner}" if name else inner, member)

    yield from visit("", root)


def _is_kept(found: Any) -> bool:
    """Check whether it is part of a module's state, or contains such parts, and is not a computed result."""
    return isinstance(found, Module) or is_leaf(found)


def _unfold(members: Any) -> Iterator[tuple[str, Any]]:
    """Yield the Modules, Values, arrays of Values and Tensors in ``members``, its lists, tuples and dicts."""
    for name, member in members:
        if isinstance(member, (Module, Value, Tensor)):
            yield name, member
        elif isinstance(member, (list, tuple)):
            yield from _unfold((f"{name}.{i}", each) for i, each in enumerate(member))
        elif isinstance(member, dict):
            yield from _unfold((f"{name}.{key}", each) for key, each in member.items())
        elif isinstance(member, np.ndarray) and member.dtype.hasobject:
            if is_array_of_values(member):
                yield name, member if isinstance(member, ValueArray) else member.view(ValueArray)
            else:  # of something else, too: as a list
                yield from _unfold((f"{name}.{i}", each) for i, each in enumerate(member.ravel().tolist()))


tell(Module, MODULE)
