"""Any public function or class given what is none of its business, for any of its arguments.

For each argument in turn, every object of a list stands in its place. What is not among those that the
argument takes must be a TypeError or a ValueError that names the function and the argument, and leaves all
that was given, and the package itself, as it was. The calls, and what each argument takes, are in the folder
``calls``.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import types
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, modes, ops
from autograd.rows import Row
from autograd.tracing import Traced
from autograd.tracing.batched import Batched
from autograd.tracing.compiled import Compiled

from .calls import CALLS, OBJECTS, Argument, things
from .calls.kinds import array, nothing

# What the package calls, with what it has checked, and what people define in classes of their own.
HOOKS = {
    "after_epoch", "after_step", "apply", "before_step", "begin", "call", "choice", "end", "extra_repr",
    "failed", "members", "memory", "positions", "rate", "rate_of", "settle", "text", "update", "complete",
}  # fmt: skip
# Not called by people: what the package makes and hands out, and methods that there is nothing to yet.
APART = {
    "autograd.Batched", "autograd.Checked", "autograd.Compiled", "autograd.Contribution", "autograd.Film",
    "autograd.Step", "autograd.TraceError", "autograd.ValueArray",
    "autograd.ValueArray.added_at", "autograd.ValueArray.dots", "autograd.ValueArray.largest",
    "autograd.ValueArray.reduced", "nn.LBFGS.step_arrays",
    "nn.Lookahead.step_arrays", "nn.Module.__call__", "nn.Optimizer.step_arrays", "nn.init.Signal",
    "nn.training.AfterStep.load_state_dict", "nn.training.BeforeStep.load_state_dict",
    "nn.training.Callback.load_state_dict", "nn.training.Checkpoint.save", "nn.training.NonFiniteError",
    "nn.training.Run",
}  # fmt: skip
# How an error may call an argument, beside its own name.
SAID: Mapping[str, tuple[str, ...]] = {
    "activation": ("name",),
    "args": ("argument",), "arguments": ("argument", "batch"), "arrays": ("arguments", "batch"),
    "axis": ("axes",), "data": ("number", "Tensor"), "fn": ("function",),
    "log_probabilities": ("log-probability",), "log_target": ("log-probability",), "low": ("high",),
    "milestones": ("milestone",), "model": ("module",), "name": ("activation",), "number": ("data",),
    "others": ("axes",), "outputs": ("output",), "parameters": ("parameter",), "scores": ("label",),
    "seed": ("rng",), "settings": ("alpha",), "sizes": ("shape",),
    "target": ("targets", "label", "labels"),
    "values": ("x", "array"), "root": ("Tensor",), "ws": ("operands",), "xs": ("operands",),
    "x": ("input", "images", "array", "shape", "axis", "axes", "indices", "operand", "operands", "equal"),
    "y": ("operand", "operands", "equal"),
}  # fmt: skip
# As in Python, a label or an index out of range is an IndexError, and a file that is not there an OSError.
ALSO = dict.fromkeys(
    (
        "autograd.put",
        "autograd.Tensor.put",
        "autograd.take",
        "nn.cross_entropy",
        "nn.multiclass_hinge",
        "nn.nll",
    ),
    (IndexError,),
)
ALSO |= dict.fromkeys(("nn.Embedding.__call__", "nn.SAGEConv.__call__"), (IndexError,))
ALSO |= dict.fromkeys(("nn.load", "nn.training.read_checkpoint"), (OSError,))
# How an error may call a function or a class, beside its own name.
CALLED: Mapping[str, tuple[str, ...]] = {
    "autograd.Traced": ("traced",), "autograd.Op.__call__": ("tanh",), "autograd.dot": ("matmul",),
    "autograd.ArrayOp.__call__": ("matmul",),
    **{
        f"autograd.{kind}.{method}": ("traced_of_test", "trace")
        for kind in ("Batched", "Compiled", "Program", "Traced")
        for method in ("__call__", "value_and_grad", "program", "step", "map")
    },
    # What hands an argument on, to another public function that says it itself.
    "nn.Sequential.__call__": ("Linear",), "nn.TransformerBlock": ("Activation", "MultiHeadAttention"),
    "nn.TransformerBlock.__call__": ("LayerNorm",), "nn.init.variances": ("Linear",),
    "nn.training.predict": ("Linear",),
    "nn.training.evaluate": ("Linear", "predict", "cross_entropy"),
    "nn.training.fit": ("Loader", "Scheduling", "split", "Linear"),
    "nn.training.range_test": ("Loader", "Linear"),
}  # fmt: skip


def packages() -> Iterator[tuple[str, Any]]:
    """Every public name, with its package, and what it is."""
    for package in (autograd, nn, nn.training):
        for name in package.__all__:
            yield f"{package.__name__}.{name}", getattr(package, name)
    for found in (Batched, Compiled, Traced):  # what programs become, and people call
        yield f"autograd.{found.__name__}", found
    for name, found in vars(nn.init).items():
        if not name.startswith("_") and getattr(found, "__module__", None) == "nn.init":
            yield f"nn.init.{name}", found


def public() -> dict[str, Any]:
    """Everything that can be called: functions, classes, and the methods and properties that they define."""
    named = {name: found for name, found in packages() if callable(found)}
    classes = {found: name for name, found in named.items() if inspect.isclass(found)}
    found = dict(named)
    for cls, name in classes.items():
        for member in dir(cls):
            home = next(each for each in cls.__mro__ if member in vars(each))
            ours = home.__module__.partition(".")[0] in ("autograd", "nn") and (
                home is cls or home not in classes
            )
            if not ours or member in HOOKS or member.startswith("_") and member != "__call__":
                continue
            it = inspect.getattr_static(cls, member)
            if isinstance(it, property):
                if it.fset is not None:
                    found[f"{name}.{member}"] = it
            elif callable(getattr(cls, member, None)) and not inspect.isclass(getattr(cls, member)):
                found[f"{name}.{member}"] = it
    return {
        name: it
        for name, it in found.items()
        if name not in APART and name.rpartition(".")[0] != "nn.training.Run"
    }


PUBLIC = public() | {"nn.Schedule": things.Schedule}


def test_everything_public_has_an_entry():
    new = sorted(set(PUBLIC) - set(CALLS))
    assert new == [], f"new here: {', '.join(new)}; add a good call of each to tests/calls"


def test_no_entry_is_of_something_that_is_gone():
    assert sorted(set(CALLS) - set(PUBLIC)) == []


# Calling.


def fresh(name: str) -> list[dict[str, Any]]:
    found = CALLS[name] if isinstance(CALLS[name], list) else [CALLS[name]]
    return [call() if callable(call) else call for call in found]


OWNERS: dict[str, Callable[[], Any]] = {
    "autograd.Drawing": lambda: autograd.draw(things.graph()),
    "autograd.Film": things.film,
    "autograd.Stepper": lambda: autograd.stepper(things.graph()),
    "autograd.Program": things.program,
    "autograd.Batched": cache(things.batched),
    "autograd.Compiled": cache(things.compiled),  # by Numba, which takes its time
    "autograd.Traced": things.traced,
    "autograd.Value": lambda: Value(0.5, "x"),
    "autograd.Tensor": lambda: Tensor(np.linspace(0.1, 0.9, 6).reshape(2, 3)),
    "autograd.ValueArray": lambda: autograd.values(np.linspace(0.1, 0.9, 6).reshape(2, 3)),
    "autograd.Op": lambda: ops.tanh,
    "autograd.ArrayOp": lambda: autograd.array_ops.matmul,
    "autograd.Symbol": lambda: autograd.Symbol("x"),
    "autograd.Tensor.item": lambda: Tensor([0.5]),
    "nn.LBFGS.step": lambda: nn.LBFGS([things.TRAINED]),
    "nn.Module": things.linear,
    "nn.Optimizer": things.sgd,
    "nn.Schedule": lambda: nn.StepDecay(things.sgd(), 2),
    "nn.training.History": things.history,
}


def bound(name: str) -> tuple[Any, inspect.Signature, Any]:
    """What is to be called, what it takes, and the object that it is of."""
    it = PUBLIC[name]
    owner_name, _, member = name.rpartition(".")
    if owner_name not in PUBLIC and owner_name not in APART:
        return it, signature_of(name, it), None
    if make := OWNERS.get(name) or OWNERS.get(owner_name):
        owner = make()
    else:
        named = {key: made.good() for key, made in fresh(owner_name)[0].items() if not key.startswith("*")}
        listed = [
            made.good() for key, made in fresh(owner_name)[0].items() if key.startswith("*") for made in made
        ]
        owner = PUBLIC[owner_name](*named.values(), *listed) if listed else PUBLIC[owner_name](**named)
    method = partial(it.fset, owner) if isinstance(it, property) else getattr(owner, member)
    return method, signature_of(name, method), owner


def signature_of(name: str, function: Any, found: dict[str, inspect.Signature] = {}) -> inspect.Signature:  # noqa: B006
    """What it takes, found once."""
    if name not in found:
        found[name] = inspect.signature(function)
    return found[name]


class Scene:
    """A good call, all new: the function, what is given to it, and the object that it is of."""

    def __init__(self, name: str, which: int, key: str = "") -> None:
        """With a key, what is given for that argument is yet to come."""
        self.it, self.signature, self.owner = bound(name)
        self.held = {
            other.lstrip("*"): tuple(good(made)) if other.startswith("*") else good(made)
            for other, made in fresh(name)[which].items()
            if other != key
        }
        self.before = self.state() if key else None

    def state(self) -> Any:
        return state((self.held, self.owner))

    def call(self, **more: Any) -> Any:
        call = inspect.BoundArguments(self.signature, OrderedDict(self.held | more))
        return self.it(*call.args, **call.kwargs)


PLAIN = {str, bytes, int, bool, complex, type(None), type, types.FunctionType, np.dtype}


def state(found: Any, seen: set[int] | None = None) -> Any:
    """All that an object consists of, to be compared."""
    seen = set() if seen is None else seen
    kind = type(found)
    if kind in PLAIN:
        return found
    if isinstance(found, float):
        return found.hex()
    if isinstance(found, (str, bytes, int, complex, type, np.dtype, Row)):
        return found
    if id(found) in seen:
        return "again"
    seen.add(id(found))
    if isinstance(found, np.ndarray):
        if found.dtype == object:
            return found.shape, [state(each, seen) for each in found.ravel().tolist()]
        return found.shape, found.dtype.str, found.tobytes()
    if isinstance(found, np.random.Generator):
        return repr(found.bit_generator.state)
    if isinstance(found, dict) or not isinstance(found, (list, tuple)) and isinstance(found, Mapping):
        inside = [(str(key), state(each, seen)) for key, each in found.items()]
    elif isinstance(found, (list, tuple, set, frozenset)):
        inside = [state(each, seen) for each in found]
    else:
        inside = []
    slots, is_ours = parts_of(kind)
    inside += [(slot, state(getattr(found, slot, None), seen)) for slot in slots]
    if is_ours:
        inside += [(key, state(each, seen)) for key, each in sorted(getattr(found, "__dict__", {}).items())]
    return kind, inside


@cache
def parts_of(kind: type) -> tuple[list[str], bool]:
    """The names of its slots, and whether what else it has belongs to its state."""
    slots = (slot for cls in kind.__mro__ for slot in getattr(cls, "__slots__", ()))
    ours = kind.__module__.partition(".")[0] in ("autograd", "nn", "tests")
    return [slot for slot in slots if not slot.startswith("__")], ours


def is_domain(error: Exception) -> bool:
    """Whether it is an operation that has no answer to a number."""
    return hasattr(error, "operation")


def of_the_package() -> Any:
    """What belongs to everybody."""
    return (
        len(ops.ELEMENTWISE),
        modes.paused,
        modes.watched,
        modes.traces,
        len(vars(Value)),
        len(vars(Tensor)),
    )


def problems(name: str) -> dict[str, list[str]]:
    """What is wrong with it, by argument; what it says and warns of meanwhile counts for nothing."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        np.errstate(all="ignore"),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        return found_problems(name)


def found_problems(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for which, call in enumerate(fresh(name)):
        for key, argument in call.items():
            if argument != []:  # of a method that takes no other operand
                found.setdefault(key, []).extend(wronged(name, which, key, argument))
    return {key: told for key, told in found.items() if told}


def good(argument: Argument | list[Argument]) -> Any:
    return [each.good() for each in argument] if isinstance(argument, list) else argument.good()


def wronged(
    name: str, which: int, key: str, argument: Argument | list[Argument], together: bool = True
) -> list[str]:
    """Put every object in the place of the argument, and say what is wrong with what comes.

    What has to be refused is given to one function after the other with the same things beside it, which
    stay as they were. Where they do not, each has things of its own, to tell which of them it was.
    """
    first, *others = argument if isinstance(argument, list) else [argument]
    told = []

    def put(wrong: str, scene: Scene, alone: bool) -> None:
        given = (OBJECTS[wrong](), *map(good, others)) if isinstance(argument, list) else OBJECTS[wrong]()
        if problem := wronged_once(scene, alone, name, key, given, wrong in first.takes):
            told.append(f"{wrong}: {problem}")

    shared = Scene(name, which, key)
    for wrong in sorted(OBJECTS.keys() - first.takes):
        put(wrong, shared if together else Scene(name, which, key), not together)
    if together and shared.state() != shared.before:
        return wronged(name, which, key, argument, together=False)
    for wrong in sorted(first.takes & OBJECTS.keys()):
        put(wrong, Scene(name, which, key), True)
    return told


def wronged_once(scene: Scene, alone: bool, name: str, key: str, given: Any, takes: bool) -> str | None:
    """Call it; what is wrong with what comes."""
    called, before, own = key.lstrip("*"), state(given), of_the_package()
    try:
        result = scene.call(**{called: given})
        if inspect.isgenerator(result):
            list(result)
    except (TypeError, ValueError, ArithmeticError, *ALSO.get(name, ())) as error:
        # A file that is not there, a function that gives something else, a number outside of a domain.
        if takes and (isinstance(error, OSError) or key in ("fn", "loss", "metrics") or is_domain(error)):
            return None
        if isinstance(error, ArithmeticError) and not isinstance(error, ValueError):
            return f"{type(error).__name__}: {error}"
        said = str(error)
        *_, owner_name, function = name.split(".")
        names = (function, type(scene.owner).__name__, *CALLED.get(name, ()))
        if not any(re.search(rf"\b{each}\b", said) for each in (*names, owner_name)):
            return f"does not name {function}: {type(error).__name__}: {said}"
        if function not in ops.ELEMENTWISE and key != "*operands":  # whose operands have no names
            if not any(re.search(rf"\b{each}\b", said) for each in (called, *SAID.get(called, ()))):
                return f"does not name {called}: {type(error).__name__}: {said}"
        if state(given) != before or alone and scene.state() != scene.before:
            return f"something was changed before: {said}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    else:
        return None if takes else f"is taken, and gives {result!r}"
    if of_the_package() != own:
        return f"the package was changed before: {said}"
    return None


@pytest.fixture(autouse=True)
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the files that are read; and what is no argument's business is out of the way."""
    name = request.node.name
    if "Compiled" in name:
        pytest.importorskip("numba")
    if ".plot" in name:
        figure = pytest.importorskip("matplotlib.figure")
        monkeypatch.setattr(figure.Figure, "savefig", nothing)  # it takes longer than all the rest
    monkeypatch.chdir(tmp_path)
    if ".load" in name or "read_checkpoint" in name:
        nn.save(things.linear(), "saved.npz")
        nn.serialization.write_state({"format": 1}, "saved.checkpoint")


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_good_call_is_taken_and_a_wrong_argument_an_error_that_names_it(name):
    if name == "autograd.Program.compiled":
        pytest.importorskip("numba")
    covered: set[str] = set()
    for which in range(len(fresh(name))):
        scene = Scene(name, which)
        covered |= scene.held.keys()
        with contextlib.redirect_stdout(io.StringIO()):
            scene.call()
    takes = {key for key, each in bound(name)[1].parameters.items() if each.kind is not each.VAR_KEYWORD}
    assert takes <= covered, f"{name} has the new arguments {takes - covered}: add them to tests/calls"

    told = [f"{name}, {key}: {each}" for key, listed in problems(name).items() for each in listed]
    assert told == [], "\n".join(told[:40])


# The net itself: faults that it has to find.


def takes_anything(x):
    pass


def fails_inside(x):
    return x.strip()


def names_nothing(x):
    raise TypeError("bad operand")


def names_no_argument(x):
    raise TypeError("names_no_argument: got something else")


def changes_first(x, y):
    x += 1.0
    if not isinstance(y, np.ndarray):
        raise TypeError(f"changes_first: y is {y!r}; expected an array")


@pytest.mark.parametrize(
    ("planted", "argument", "told"),
    [
        (takes_anything, "x", "3: is taken, and gives None"),
        (fails_inside, "x", "3: AttributeError: 'int' object has no attribute 'strip'"),
        (names_nothing, "x", "3: does not name names_nothing: TypeError: bad operand"),
        (names_no_argument, "x", "3: does not name x: TypeError: names_no_argument: got something else"),
        (changes_first, "y", "3: something was changed before: changes_first: y is 3; expected an array"),
    ],
)
def test_a_planted_fault_is_found(planted, argument, told, monkeypatch):
    name = f"nn.{planted.__name__}"
    monkeypatch.setitem(PUBLIC, name, planted)
    monkeypatch.setitem(CALLS, name, {key: array(2) for key in inspect.signature(planted).parameters})
    assert told in problems(name)[argument]
