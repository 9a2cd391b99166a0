"""The pad: a canvas to draw a digit on, and the trained network, in JavaScript, that reads it.

The activations and their derivatives are written from the rows of the table (:mod:`autograd.ops`).
"""

from __future__ import annotations

from base64 import b64encode
from importlib import resources

import numpy as np
from numpy.typing import NDArray

import nn
from autograd.languages.javascript import JavaScript, complete, expression, value
from autograd.show.page import assemble


def html(model: nn.Sequential, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> str:
    """Return the pad as HTML; it offers ``images`` (N, H, W) with their ``labels`` as samples."""
    layers = layers_of(model)
    network = {
        "side": images.shape[1],
        "layers": [{"weight": _text(weight), "bias": _text(bias)} for weight, bias, _ in layers],
        "samples": [
            {"pixels": b64encode(image.tobytes()).decode(), "digit": int(label)}
            for image, label in zip(images, labels)
        ],
    }
    activations = _activations([activation for _, _, activation in layers])
    return assemble("pad.html", "", network, {"activations.js": activations}, read)


def read(name: str) -> str:
    """Read the text of a file beside this one."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


Layer = tuple[np.ndarray, np.ndarray, nn.Activation | None]


def layers_of(model: nn.Sequential) -> list[Layer]:
    """List weight and bias of each linear layer of ``model``, and the activation after it (None: none).

    Modules that act only in training, such as dropout, are left out. Raise TypeError for any other module.

    >>> model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Dropout(), nn.Linear(3, 2))
    >>> [activation for _, _, activation in layers_of(model)]
    [ReLU(), None]
    """
    layers: list[Layer] = []
    for module in model:
        if isinstance(module, nn.Linear) and module.bias is not None:
            layers.append((module.weight.data, module.bias.data, None))
        elif isinstance(module, nn.Activation) and layers and layers[-1][2] is None:
            layers[-1] = (*layers[-1][:2], module)
        elif not isinstance(module, (nn.Dropout, nn.Flatten)):
            raise TypeError(
                f"the pad computes linear layers with activations between them; got {module!r} in the model"
            )
    return layers


def _activations(activations: list[nn.Activation | None]) -> str:
    """Write the activation after each layer as JavaScript: its value, its derivative, and what they call."""
    out, x = JavaScript("out"), JavaScript("x")
    lines = []
    for module in activations:
        if module is None:
            lines.append("  null,")
            continue
        operands = [x, *(getattr(module, name) for name in module.row.operands[1:])]
        slope = expression(module.row.partials[0](out, *operands))
        lines.append(f"  {{ value: (x) => {value(module.row, operands)}, slope: (out, x) => {slope} }},")
    text = "\n".join(["export const activations = [", *lines, "];"])
    return f"// The activation after each layer.\n\n{complete(text)}"


def _text(array: np.ndarray) -> str:
    """Encode an array as float32, row by row, little-endian, in base 64."""
    return b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()
