"""Find where a nan began: in which step, layer and operation.

Watching costs almost nothing: a step looks at the loss, which is a float by then, and an epoch at the
weights. If one of them is inf or nan, the run returns to the beginning of the epoch, whose state is kept, and
repeats the same steps, bit for bit, checking every gradient and weight. The first step that goes wrong is
then repeated under :func:`autograd.detect_anomaly`.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from autograd import Tensor, Value, detect_anomaly, topological_order

from ..leaves import is_array_of_values, nodes_of
from ..module import Module
from .evaluation import evaluating, outputs
from .history import History
from .run import NotFinite, Run, concerns, loss_number, not_finite


class NonFiniteError(ArithmeticError):
    """The loss or the weights became inf or nan; says where this began.

    ``step`` and ``epoch`` count from 1; ``layer`` is the dotted name of the module ("" for the model itself,
    None in the loss); ``operation`` is the name of the op, or of the optimizer whose step it was; ``history``
    is the history. The model is as it was before that step, with finite weights; for the loss on the
    validation data, ``step`` is the last one taken, and the model is as it was then. If the origin cannot be
    found, the message says so, ``step`` is where it was noticed, and layer and operation are None.
    """

    def __init__(
        self, message: str, step: int, epoch: int, layer: str | None, operation: str | None, history: History
    ) -> None:
        super().__init__(message)
        self.step, self.epoch, self.layer, self.operation = step, epoch, layer, operation
        self.history = history


class _Found(Exception):
    """Carries the description of where it began."""

    def __init__(self, detail: str, layer: str | None, operation: str | None) -> None:
        super().__init__(detail)
        self.detail, self.layer, self.operation = detail, layer, operation


def explain(run: Run, start: Mapping[str, Any], error: Exception) -> NonFiniteError | None:
    """Return the error to raise; None if ``error`` does not recur and speaks for itself, with the run
    restored."""
    step, epoch = run.step + 1, run.epoch + 1
    what = error if isinstance(error, NotFinite) else NotFinite("a number is not finite", run, under_way=True)
    losses = run.history.batch_losses
    try:
        reached = run.moment()
        run.history.batch_losses = losses[: start["progress"]["step"]]  # for callbacks that read it
        run.load_moment(start)
        _again(run, last=step)
    except _Found as found:
        began = run.step + 1
        at = "there" if began == step else f"at step {began}"
        text = f"fit: {what}. It began {at}, {found.detail}"
        return NonFiniteError(text, began, epoch, found.layer, found.operation, run.history)
    except Exception as failure:
        text = f"fit: {what}. " + _not_found("repeating the steps of this epoch", failure)
        raise NonFiniteError(text, step, epoch, None, None, run.history) from failure
    finally:
        run.history.batch_losses = losses
    if not isinstance(error, NotFinite):
        run.load_moment(reached)
        iter(run.loader)  # abandon this epoch
        return None
    text = (
        f"fit: {what}. Repeating the steps of this epoch does not show it: something in them "
        "is random and keeps its generator where it cannot be found (expected: in a module or a callback)"
    )
    return NonFiniteError(text, step, epoch, None, None, run.history)


def explain_validation(run: Run, what: str = "the validation loss is nan") -> NonFiniteError:
    """Return the error to raise for a nan loss on the validation data, with where it began."""
    x, y = run.validation  # type: ignore[misc]
    text = f"fit: {what} after step {run.step} (epoch {run.epoch}). "
    try:
        _check_data(x, y, "the validation data")
        with evaluating(run.model), _calls(run.model) as calls, detect_anomaly(), _placing(run, calls):
            run.loss_of(outputs(run.model, x), y)
        raise _Found("in the loss: it is not finite, though every operation is", None, None)
    except _Found as found:
        text += f"It began there, {found.detail}"
        return NonFiniteError(text, run.step, run.epoch, found.layer, found.operation, run.history)
    except Exception as failure:
        text += _not_found("computing it again", failure)
        raise NonFiniteError(text, run.step, run.epoch, None, None, run.history) from failure


def _again(run: Run, last: int) -> None:
    """Repeat the steps up to ``last``; raise :class:`_Found` at the first number that is not finite."""
    named = run.model.named_parameters()
    if bad := not_finite([(name, parameter.data) for name, parameter in named]):
        raise _Found(f"before it: {bad} was not finite when the epoch began", _layer(bad), None)
    before = [c.before_step for c in run.callbacks if c.quiet]
    after = [c.after_step for c in run.callbacks if c.quiet]
    for x, y in run.loader:
        if run.step >= last:
            return
        _check_data(x, y, "this batch")
        random, weights = run.generators.state_dict(), run.model.state_dict()
        number = _descends(run, x, y)
        if number is None or run.optimizer.takes_closure:  # such an optimizer recomputes all of it
            run.model.load_state_dict(weights, allow_nonfinite=True)
            run.generators.load_state_dict(random)
        if number is None:
            _take_apart(run, x, y)
        try:
            for hook in before:
                hook(run)
            if bad := _bad_gradient(named):
                raise _Found(f"in a callback: it made the gradient of {bad} inf or nan", _layer(bad), None)
            largest = max(
                (float(np.max(np.abs(p.grad), initial=0.0)) for _, p in named if p.grad is not None),
                default=0.0,
            )
            name = type(run.optimizer).__name__
            try:
                if run.optimizer.takes_closure:
                    run.step_by_closure(x, y)
                else:
                    run.optimizer.step()
            except ArithmeticError as error:
                if not concerns(error):
                    raise
                raise _Found(f"in the optimizer's step: {error}", None, name) from error
            if bad := not_finite([(name, parameter.data) for name, parameter in named]):
                raise _Found(
                    f"in the optimizer's step: {name} made {bad} inf or nan; the rate {run.optimizer.lr:g} "
                    f"is too large for these gradients (up to {largest:.3g})", _layer(bad), name,
                )  # fmt: skip
            if kept := run.optimizer.not_finite():
                raise _Found(
                    f"in the optimizer's step: {name} made the {kept} inf or nan, so that it would never "
                    f"move again: the gradients (up to {largest:.3g}) are too large", None, name,
                )  # fmt: skip
            run.step += 1
            run.batch_loss = number
            run.history.batch_losses.append(number)
            for hook in after:
                hook(run)
            if bad := not_finite([(name, parameter.data) for name, parameter in named]):
                run.step -= 1
                raise _Found(f"in a callback: it made {bad} inf or nan", _layer(bad), None)
        except _Found:
            run.model.load_state_dict(weights, allow_nonfinite=True)
            raise


def _descends(run: Run, x: Any, y: Any) -> float | None:
    """Return the loss of a batch; None if it, or a gradient, is not finite."""
    try:
        loss = run.loss_of(run.forward(x), y)
        number = loss_number(loss)
        if not math.isfinite(number):
            return None
        run.optimizer.zero_grad()
        loss.backward()
    except (ArithmeticError, ValueError) as error:
        if not concerns(error):
            raise
        return None
    return None if _bad_gradient(run.model.named_parameters()) else number


def _take_apart(run: Run, x: Any, y: Any) -> NoReturn:
    """Repeat the step, watching every operation and the module it is in; raise :class:`_Found`."""
    with _calls(run.model) as calls, detect_anomaly():
        with _placing(run, calls):
            prediction = run.forward(x)
            _check_values(run, calls, prediction)  # before the loss rejects them
            loss = run.loss_of(prediction, y)
        _check_values(run, calls, loss)
        try:
            run.optimizer.zero_grad()
            loss.backward()
        except (ArithmeticError, ValueError) as error:
            if not concerns(error):
                raise
            layer = calls.owner.get(id(getattr(error, "node", None)))
            raise _Found(f"{_place(run, layer)}: {error}", layer, _operation(error)) from error
    if bad := _bad_gradient(run.model.named_parameters()):
        raise _Found(
            f"in the gradient of {bad}: finite contributions have an infinite sum", _layer(bad), None
        )
    raise _Found("in the loss: it is not finite, though every operation is", None, None)


def _check_values(run: Run, calls: _Calls, found: Any) -> None:
    """Raise :class:`_Found` if a computed Value is inf, which can happen without an error."""
    if isinstance(found, (list, tuple)) or is_array_of_values(found):
        for each in nodes_of(found) if isinstance(found, np.ndarray) else found:
            _check_values(run, calls, each)
    for node in topological_order(found) if isinstance(found, Value) else ():
        if node.parents and math.isinf(node.data) and all(math.isfinite(p.data) for p in node.parents):
            layer, operands = calls.owner.get(id(node)), ", ".join(f"{p.data:.6g}" for p in node.parents)
            detail = f"{_place(run, layer)}: {node.op.name}({operands}) made {node.data}"
            raise _Found(detail, layer, node.op.name)


@contextmanager
def _placing(run: Run, calls: _Calls) -> Iterator[None]:
    """Raise :class:`_Found` for an operation that fails in a forward pass, with its layer."""
    try:
        yield
    except (ArithmeticError, ValueError) as error:
        if not concerns(error):
            raise
        detail = f"{_place(run, calls.failed)}: {getattr(error, 'what', error)}"
        raise _Found(detail, calls.failed, _operation(error)) from error


class _Calls:
    """Tracks which modules are running, and which of them made which node."""

    def __init__(self, model: Module) -> None:
        self.names = {id(module): name for name, module in model.named_modules()}
        self.working: list[str] = []
        self.failed: str | None = None
        self.owner: dict[int, str | None] = {}

    def made(self, result: Any, name: str | None) -> None:
        """Attribute to ``name`` all nodes behind ``result`` that no module has claimed."""
        found = [result]
        while found:
            node = found.pop()
            if isinstance(node, (list, tuple)):
                found += node
            elif is_array_of_values(node):
                found += nodes_of(node)
            elif isinstance(node, (Tensor, Value)) and node.parents and id(node) not in self.owner:
                self.owner[id(node)] = name
                found += node.parents

    def watching(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a module's ``__call__`` to report when it begins, ends and fails."""

        def watched(module: Module, *inputs: Any, **named: Any) -> Any:
            name = self.names.get(id(module))
            if name is None:  # a module of another model
                return call(module, *inputs, **named)
            self.made([*inputs, *named.values()], self.working[-1] if self.working else None)
            self.working.append(name)
            try:
                result = call(module, *inputs, **named)
            except Exception:
                if self.failed is None:
                    self.failed = name  # the innermost module comes first
                raise
            finally:
                self.working.pop()
            self.made(result, name)
            return result

        return watched


_patching = threading.RLock()  # guards classes, which all threads share


@contextmanager
def _calls(model: Module) -> Iterator[_Calls]:
    """Watch all calls of the modules of ``model``; one thread at a time."""
    calls = _Calls(model)
    kinds = {type(module) for module in model.modules()}
    owners = {base for kind in kinds for base in kind.__mro__ if "__call__" in vars(base)}
    with _patching:
        own = {kind: vars(kind)["__call__"] for kind in owners if issubclass(kind, Module)}
        try:
            for kind, call in own.items():
                kind.__call__ = calls.watching(call)  # type: ignore[method-assign]
            yield calls
        finally:
            for kind, call in own.items():
                kind.__call__ = call  # type: ignore[method-assign]


def _place(run: Run, layer: str | None) -> str:
    if layer is None:
        return "in the loss"
    module = dict(run.model.named_modules())[layer]
    return f"in {layer or 'the model'} ({type(module).__name__})"


def _not_found(again: str, failure: Exception) -> str:
    return f"Where it began was not found; {again} failed with {type(failure).__name__}: {failure}"


def _operation(error: Exception) -> str | None:
    return getattr(error, "operation", None)


def _layer(parameter: str) -> str:
    return parameter.rpartition(".")[0]


def _bad_gradient(named: list[tuple[str, Any]]) -> str | None:
    return not_finite([(name, parameter.grad) for name, parameter in named])


def _check_data(x: Any, y: Any, what: str) -> None:
    for data, name in ((x, "inputs"), (y, "targets")):
        array = np.asarray(data.data if isinstance(data, Tensor) else data)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise _Found(f"in the data: the {name} of {what} have {array[where]} at {where}", None, None)
