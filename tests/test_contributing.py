"""What CONTRIBUTING.md shows of adding things works as it stands, in the modules that it names."""

import argparse
import importlib
import math
import re
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, gradcheck, ops, values

ROOT = Path(__file__).parent.parent
BLOCKS = dict(
    re.findall(r"```python\n# ([\w/]+\.py)\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
)
# What the file begins with, where there is no such file yet.
HEADS = {
    "nn/layers/scale.py": "nn.layers.dropout",
    "demos/slope.py": "demos.graph",
}


@pytest.fixture
def added():
    """Run the block for a file, with the names that the module has, and give what it defines."""

    def run(file):
        module = importlib.import_module(HEADS.get(file, file.removesuffix(".py").replace("/", ".")))
        scope = dict(vars(module), np=np, Tensor=Tensor, Value=Value)
        scope |= {"count": nn.checks.count, "autograd": autograd, "math": math}
        exec(BLOCKS[file], scope)  # noqa: S102
        return scope

    return run


def test_each_is_ten_lines_or_little_more():
    assert len(BLOCKS) == 6
    for file, block in BLOCKS.items():
        lines = [line for line in block.splitlines() if line and not line.startswith(("from ", "import "))]
        assert len(lines) <= 11, file


def test_an_operation(added):
    softsign = added("autograd/elementary.py")["softsign"]
    assert ops.ELEMENTWISE["softsign"] is softsign
    x = Value(-3.0)
    assert softsign(x).data == -0.75 and gradcheck(softsign, [x]).ok
    slope = autograd.gradients(softsign(x), x, create_graph=True)
    assert slope.data == 1 / 16 and autograd.gradients(slope, x) == pytest.approx(2 / 4**3)
    program = autograd.trace(lambda x: softsign(x), 1.0)
    assert program(-3.0) == -0.75
    assert program.batched()([-3.0, 1.0]).tolist() == softsign(np.array([-3.0, 1.0])).tolist()


def test_a_layer(added):
    layer = added("nn/layers/scale.py")["Scale"](3, dtype=np.float64)
    layer.weight.data[...] = [1.0, 2.0, 3.0]
    x = np.arange(6.0).reshape(2, 3)
    layer(x).sum().backward()
    assert layer.weight.grad.tolist() == x.sum(axis=0).tolist()
    scalar = layer.scalars()
    assert scalar(values(x)).data.tolist() == layer(x).data.tolist() == (x * [1, 2, 3]).tolist()


def test_a_loss(added):
    log_cosh = added("nn/losses/regression.py")["log_cosh"]
    errors = np.array([-40.0, -0.5, 0.0, 2.0])
    prediction = Tensor(errors + 1.0)
    loss = log_cosh(prediction, np.ones(4), reduction="sum")
    assert loss.item() == pytest.approx(np.log(np.cosh(errors)).sum())
    loss.backward()
    assert prediction.grad == pytest.approx(np.tanh(errors))
    assert log_cosh([Value(3.0)], [1.0]).data == pytest.approx(math.log(math.cosh(2.0)))


def test_an_optimizer(added):
    kind, w = added("nn/optim/sgd.py")["SignMomentum"], Value(1.0)
    optimizer = kind([w], lr=0.25)
    for expected in (0.75, 0.5, 0.25, 0.0, -0.25):  # over the minimum: the mean is still above 0
        optimizer.step(lambda: w * w)
        assert w.data == expected
    resumed = kind([w], lr=0.25)
    resumed.load_state_dict(optimizer.state_dict())
    resumed.step(lambda: w * w)
    assert w.data == -0.5


def test_a_schedule(added):
    optimizer = nn.SGD([Value(1.0)], lr=1.0)
    schedule = added("nn/schedules/decay.py")["InverseRoot"](optimizer)
    for _ in range(3):
        schedule.step()
    assert optimizer.lr == 0.5


def test_a_demo(added, tmp_path, capsys):
    scope = added("demos/slope.py")
    (section,) = scope["run"](argparse.Namespace(out=tmp_path, seed=0))
    assert capsys.readouterr().out == "slope 12\n" and section.title == "A slope"
