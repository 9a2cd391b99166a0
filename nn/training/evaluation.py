"""Predictions of a model and how good they are: outside training, without dropout or a graph."""

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
TAKEN = ("epoch", "step", "loss", "lr", "seconds")  # reserved names in the history


def forward_of(model: Module) -> Callable[[Any], Any]:
    """Return a function that predicts a batch: the model, or, if all its parameters are single Values, as in
    neurons, which take one example at a time, a function that returns a list of its outputs."""
    named = model.named_parameters()
    if named and all(isinstance(parameter, Value) for _, parameter in named):
        return lambda x: [model(example) for example in x]
    return model


def as_array(prediction: Any) -> np.ndarray:
    """Convert a prediction to an array: the data of a Tensor, or of Values in arrays or lists.

    >>> as_array([[Value(1.0), Value(2.0)]])
    array([[1., 2.]])
    """
    if isinstance(prediction, (list, tuple)):
        return np.array([as_array(each) for each in prediction])
    return np.asarray(prediction.data if isinstance(prediction, Tensor) else numbers(prediction))


@contextmanager
def in_mode(model: Module, training: bool) -> Iterator[None]:
    """Put all modules in training or eval mode; restore their modes afterwards."""
    before = [(module, vars(module).get("training")) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, own in before:
            vars(module).pop("training")  # it had none, so it has that of its class
            if own is not None:
                module.training = own


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Use eval mode, without recording a graph."""
    with in_mode(model, False), no_grad():
        yield


def predict(model: Module, x: Any, batch_size: int = 1000) -> np.ndarray:
    """Predict all of ``x`` with ``model``, in eval mode, ``batch_size`` at a time; return an array (N, ...).

    Restores the mode of every module afterwards. Use it instead of ``model(x)`` if there is dropout or
    normalisation, or too much data for one batch.

    >>> import nn
    >>> predict(nn.Sequential(nn.Dropout(0.5)), np.ones((3, 2)))
    array([[1., 1.],
           [1., 1.],
           [1., 1.]])
    """
    return as_array(outputs(model, x, batch_size))


def outputs(model: Module, x: Any, batch_size: int = 1000) -> Any:
    """Predict as a Tensor, or as a list of Values for a model of Values: the input of a loss."""
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
            f"predict: the model returned {type(parts[0]).__name__}; expected a Tensor with the examples "
            "along axis 0"
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
    """Compute the loss and the metrics of ``model`` on data: a dict with ``"loss"`` and the metrics by name.

    First predicts all examples in eval mode, ``batch_size`` at a time, then computes loss and metrics once
    for all of them; so even metrics that are not means are exact. A metric is ``metric(prediction, y)`` of
    arrays.

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
    """Return metrics by name: a dict as it is, functions under their own names.

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
                f"{caller}: two of the metrics have the same name; name them with a dict, {{'top 1': ...}}"
            )
    for name, metric in metrics.items():
        if not callable(metric) or not isinstance(name, str):
            raise TypeError(
                f"{caller}: of the metrics, {shown(name)} is {shown(metric)}; expected functions of "
                "(prediction, target)"
            )
        if name in TAKEN or name.startswith("validation_"):
            raise ValueError(
                f"{caller}: one of the metrics is called {name!r}, like a number of the history; choose "
                "another name"
            )
    return dict(metrics)


def as_number(result: Any, name: str) -> float:
    """Convert the result of a loss or a metric to a float, or raise an error if it is not one number."""
    data = result.data if isinstance(result, (Tensor, Value)) else result
    if np.asarray(data).dtype.kind not in "biuf":
        raise TypeError(f"{name} returned {data!r} of type {type(data).__name__}; expected a number")
    if np.size(data) != 1:
        raise ValueError(
            f"{name} returned an array of shape {np.shape(data)}; expected one number, such as the mean over "
            'the batch (reduction="mean")'
        )
    return float(np.asarray(data).reshape(()))


def _check_model(model: Any, caller: str) -> None:
    instance(model, Module, "model", caller, "a Module")


def _numbers(data: Any, name: str) -> np.ndarray:
    return array(as_array(data), name, "accuracy")


def accuracy(prediction: np.ndarray, target: Any) -> float:
    """Compute the share of correct examples, between 0 and 1.

    Predictions (N, C), with C above 1, are scores of classes, of which the highest counts; ``target`` is then
    labels (N,), or probabilities (N, C), as after mixup. Predictions (N,) or (N, 1) are scores of two
    classes, positive or not; ``target`` is then positive or not (1 and 0, 1 and -1). Subtract 0.5 from
    probabilities first. Use it if classes are about equally frequent; if one is rare, always predicting the
    other scores well.

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
            f"{target.shape}; expected the same number, and at least one"
        )
    known = ~np.isnan(prediction).reshape(len(answers), -1).any(axis=1)  # argmax would choose the nan
    return float(np.count_nonzero(known & (answers == labels.reshape(-1))) / len(answers))
