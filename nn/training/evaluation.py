"""What a model says of data, and how good that is: outside of training, so nothing is dropped or recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import Tensor, Value, no_grad
from autograd.value_array import numbers

from ..checks import array, count, function, instance, shown, wrong
from ..data import examples
from ..module import Module

Metric = Callable[[np.ndarray, Any], float]
TAKEN = ("epoch", "step", "loss", "lr", "seconds")  # names in the history


def forward_of(model: Module) -> Callable[[Any], Any]:
    """What gives a model's prediction for a batch: the model, or where all its parameters are single Values,
    as of neurons, which take one example at a time, a list of what it says to each."""
    named = model.named_parameters()
    if named and all(isinstance(parameter, Value) for _, parameter in named):
        return lambda x: [model(example) for example in x]
    return model


def as_array(prediction: Any) -> np.ndarray:
    """A prediction as an array: of a Tensor its data, of Values, in arrays or lists, theirs.

    >>> as_array([[Value(1.0), Value(2.0)]])
    array([[1., 2.]])
    """
    if isinstance(prediction, (list, tuple)):
        return np.array([as_array(each) for each in prediction])
    return np.asarray(prediction.data if isinstance(prediction, Tensor) else numbers(prediction))


@contextmanager
def in_mode(model: Module, training: bool) -> Iterator[None]:
    """All parts in training mode, or in eval mode; afterwards each is in the mode it was in."""
    before = [(module, vars(module).get("training")) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, own in before:
            vars(module).pop("training")  # where it had none, it is that of its class
            if own is not None:
                module.training = own


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Eval mode, without recording."""
    with in_mode(model, False), no_grad():
        yield


def predict(model: Module, x: Any, batch_size: int = 1000) -> np.ndarray:
    """The predictions of ``model`` for all of ``x``, an array (N, ...); in eval mode, ``batch_size`` at a
    time.

    Afterwards every part of the model is in the mode it was in. Use it in place of ``model(x)`` where there
    is dropout or normalisation, or too much data for one batch.

    >>> import nn
    >>> predict(nn.Sequential(nn.Dropout(0.5)), np.ones((3, 2)))
    array([[1., 1.],
           [1., 1.],
           [1., 1.]])
    """
    return as_array(outputs(model, x, batch_size))


def outputs(model: Module, x: Any, batch_size: int = 1000) -> Any:
    """The same as a Tensor, or for a model of Values as a list of them: what losses take."""
    _check_model(model, "predict")
    batch_size = count(batch_size, "batch_size", "predict")
    if (
        not isinstance(x, (np.ndarray, Tensor, list, tuple))
        or isinstance(x, (np.ndarray, Tensor))
        and not x.ndim
    ):
        raise wrong(x, "x", "predict", "an array or a list of examples")
    if not len(x):
        raise wrong(x, "x", "predict", "at least one example", ValueError)
    forward = forward_of(model)
    with evaluating(model):
        parts = [forward(x[start : start + batch_size]) for start in range(0, len(x), batch_size)]
    if isinstance(parts[0], list):
        return [each for part in parts for each in part]
    if not all(isinstance(part, (Tensor, np.ndarray)) for part in parts):
        raise TypeError(
            f"predict: the model gave {type(parts[0]).__name__}; expected a Tensor with the examples along "
            "axis 0"
        )
    return Tensor(np.concatenate([as_array(part) for part in parts]), requires_grad=False)


def evaluate(
    model: Module,
    x: Any,
    y: Any,
    loss: Callable[[Any, Any], Any] | None = None,
    metrics: Metric | Sequence[Metric] | Mapping[str, Metric] | None = None,
    batch_size: int = 1000,
) -> dict[str, float]:
    """The loss and the metrics of ``model`` on data: a dict with ``"loss"`` and the metrics by name.

    All examples are predicted in eval mode, ``batch_size`` at a time, then loss and metrics are computed
    once, of all of them; so they are exact also where a metric is no mean. A metric is ``metric(prediction,
    y)`` of arrays.

    >>> import nn
    >>> evaluate(nn.Sequential(nn.ReLU()), np.eye(3) - 0.5, np.array([0, 1, 0]), metrics=accuracy)
    {'accuracy': 0.6666666666666666}
    """
    _check_model(model, "evaluate")
    examples(x, y, "evaluate")
    if loss is not None:
        function(loss, "loss", "evaluate", "(prediction, y)")
    measured = named(metrics, "evaluate")
    batch_size = count(batch_size, "batch_size", "evaluate")
    with evaluating(model):
        prediction = outputs(model, x, batch_size)
        results = {} if loss is None else {"loss": as_number(loss(prediction, y), "the loss")}
        numbers = as_array(prediction)
        for name, metric in measured.items():
            results[name] = as_number(metric(numbers, y), name)
    return results


def named(metrics: Any, caller: str) -> dict[str, Metric]:
    """Metrics by name: a dict as it is, functions under their own names.

    >>> named(accuracy, "fit") == named([accuracy], "fit") == {"accuracy": accuracy}
    True
    """
    if metrics is None:
        return {}
    if not isinstance(metrics, Mapping):
        listed = metrics if isinstance(metrics, (list, tuple)) else [metrics]
        metrics = {getattr(metric, "__name__", type(metric).__name__): metric for metric in listed}
        if len(metrics) < len(listed):
            raise ValueError(
                f"{caller}: two of the metrics have one name; give them names with a dict, {{'top 1': ...}}"
            )
    for name, metric in metrics.items():
        if not callable(metric) or not isinstance(name, str):
            raise TypeError(
                f"{caller}: of the metrics, {shown(name)} is {shown(metric)}; expected functions of "
                "(prediction, target)"
            )
        if name in TAKEN or name.startswith("validation_"):
            raise ValueError(
                f"{caller}: one of the metrics is called {name!r}, as a number of the history is; choose "
                "another name"
            )
    return dict(metrics)


def as_number(result: Any, name: str) -> float:
    """What a loss or a metric gave as a float, or an error where it is not one number."""
    data = result.data if isinstance(result, (Tensor, Value)) else result
    if np.asarray(data).dtype.kind not in "biuf":
        raise TypeError(f"{name} gave {data!r} of type {type(data).__name__}; expected a number")
    if np.size(data) != 1:
        raise ValueError(
            f"{name} gave an array of shape {np.shape(data)}; expected one number, such as the mean over the "
            'batch (reduction="mean")'
        )
    return float(np.asarray(data).reshape(()))


def _check_model(model: Any, caller: str) -> None:
    instance(model, Module, "model", caller, "a Module")


def _numbers(data: Any, name: str) -> np.ndarray:
    return array(as_array(data), name, "accuracy")


def accuracy(prediction: np.ndarray, target: Any) -> float:
    """The share of examples that are right, between 0 and 1.

    (N, C), C above 1, are scores of classes, of which the highest counts; ``target`` then holds the labels
    (N,), or probabilities (N, C), as after mixup. (N,) or (N, 1) are scores of two classes, positive or not;
    ``target`` is positive or not as well (1 and 0, 1 and -1). For probabilities take 0.5 off first. Use it
    where classes are about equally frequent; where one is rare, always saying the other is nearly always
    right.

    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    >>> accuracy(np.array([0.3, -2.0, 1.5]), np.array([1, -1, -1]))
    0.6666666666666666
    """
    prediction, target = _numbers(prediction, "prediction"), _numbers(target, "target")
    if prediction.ndim == 2 and prediction.shape[1] > 1:
        answers = prediction.argmax(axis=1)
        labels = target.argmax(axis=1) if target.ndim == 2 and target.shape == prediction.shape else target
    elif prediction.ndim and prediction.size == len(prediction):
        answers, labels = prediction.reshape(-1) > 0, target > 0
    else:
        raise ValueError(f"accuracy: the prediction has shape {prediction.shape}; expected (N, C) or (N,)")
    if labels.size != len(answers) or not len(answers):
        raise ValueError(
            f"accuracy: the prediction is of {len(answers)} examples, and the target has shape "
            f"{target.shape}; expected as many, and at least one"
        )
    known = ~np.isnan(prediction).reshape(len(answers), -1).any(axis=1)  # argmax would choose the nan
    return float(np.count_nonzero(known & (answers == labels.reshape(-1))) / len(answers))
