"""What tests share, beside what doctests do too (conftest.py above): PyTorch as an oracle."""

import os
import sys
from collections.abc import Generator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Random examples, the same in every run: few in make test, many in make test-all. A test that takes long for
# each has a share of them: @settings(max_examples=settings.default.max_examples // 10).
calm = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.register_profile("quick", calm, max_examples=40)
settings.register_profile("thorough", calm, max_examples=300)
settings.load_profile("quick")


def _nothing_is_skipped(report: Any) -> Any:
    """Under CI=true, where everything is installed, a test that is skipped has failed."""
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped under CI=true: {report.longrepr[-1]}"
    return report


DEMOS_THAT_RUN = [
    f"tests/demos/test_{name}.py" for name in ("demos", "activations_demo", "losses_demo", "matmuls_demo")
]


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, where it is installed
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give whole files to the processes, and to one of them all that share a browser, or a demo's run."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            if file in DEMOS_THAT_RUN:
                return "demos"
            return "browser" if file.startswith("tests/browser/") else file

    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return _nothing_is_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return _nothing_is_skipped((yield))


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch on one thread, float64 by default; without it a test is skipped."""
    torch = pytest.importorskip("torch", reason="the oracle is missing: pip install torch==2.13.0")
    if "torch._dynamo" not in sys.modules:
        # A compiler, which its optimizers import to say that they are not for it: that takes longer than to
        # import all the rest.
        compiler: Any = ModuleType("torch._dynamo")
        compiler.disable, compiler.graph_break = lambda function, *how, **named: function, lambda: None
        sys.modules["torch._dynamo"] = torch._dynamo = compiler
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)  # torch.tensor(0.1) would be rounded to float32 otherwise
    return torch
