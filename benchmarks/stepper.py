"""Time saving a page for a Value, and a step in that page: milliseconds, without a rival."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

import nn
from autograd import Value, stepper

from .measure import Result

# The script time of every step forward and back in the page, without the painting that follows.
STEPS = """() => {
  const times = [];
  for (let turn = 0; turn < 2; turn++)
    for (let position = 0; position <= stepgrad.total; position++) {
      const start = performance.now();
      stepgrad.go(position);
      times.push(performance.now() - start);
    }
  return times;
}"""


def neuron() -> Value:
    x1, x2, w1, w2 = Value(2.0, "x1"), Value(0.0, "x2"), Value(-3.0, "w1"), Value(1.0, "w2")
    return (x1 * w1 + x2 * w2 + Value(6.8813735870195432, "b")).tanh()


def network() -> Value:
    out: Value = nn.MLP(6, [8, 8, 4, 1], "tanh")([Value(0.1 * i, f"x{i}") for i in range(6)])
    return (out - 1.0) ** 2


def report(work: str, times: list[float], target: float) -> None:
    middle = statistics.median(times)
    Result(work, "", middle, 0.0, middle, min(times), max(times), target, is_ratio=False).report()


def saved(root: Value, path: Path) -> float:
    start = time.perf_counter()
    stepper(root).save(path)
    return 1e3 * (time.perf_counter() - start)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, build, target in (("neuron", neuron, 300.0), ("network", network, 3000.0)):
            path = Path(folder) / f"{name}.html"
            times = [saved(build(), path) for _ in range(8)][1:]
            nodes = len(stepper(build()).lesson.nodes)
            report(f"Value to saved page, {nodes} nodes, {path.stat().st_size / 1e3:.0f} kB", times, target)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(path.as_uri())
            report(f"a step in the page, {nodes} nodes", page.evaluate(STEPS)[1:], 16.0)
            browser.close()


if __name__ == "__main__":
    main()
