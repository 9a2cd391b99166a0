"""Every demo in a short form: what it prints, what it writes, and that it writes nothing else."""

import base64
import json
import os
import re
import signal
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from demos import figures, page
from demos.command import APART, DEMOS, main
from demos.idx import load_mnist
from demos.moons import two_moons


def run(*argv: str, cwd: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    """The demos as a person runs them, in a folder of their own and with output that is no terminal."""
    command = [sys.executable, "-W", "error", *(["-c", code] if code else ["-m", "demos"]), *argv]
    return subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=600)


def environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


class References(HTMLParser):
    """Everything that a page asks a browser to get, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.links: set[str] = set()
        self.names: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "iframe", "object", "base")
        for name, value in attributes:
            assert not name.startswith("on")
            if name in ("src", "srcset"):
                self.found.add(str(value))
            if name == "href":
                self.links.add(str(value))
            if name == "id":
                self.names.add(str(value))

    def handle_data(self, data: str) -> None:
        self.text += data


def check_page(path: Path) -> References:
    """A page needs nothing but the files beside it: pictures with something in them, and stepping pages."""
    html = path.read_text(encoding="utf-8")
    assert "url(" not in html and "@import" not in html
    references = References(html)
    for link in references.links - {f"#{name}" for name in references.names}:
        assert "/" not in link and ":" not in link
        check_steps(path.parent / link.partition("#")[0])
    for name in references.found:
        assert "/" not in name and ":" not in name
        check_picture(path.parent / name)
    return references


class Alone(HTMLParser):
    """A page with scripts: every element is closed, nothing is asked for, and its data can be read."""

    VOID = {"input", "meta", "link", "br", "img", "source"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.data: list[object] = []
        self.is_data = False
        self.feed(html)
        assert html.startswith("<!doctype html>") and not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        assert tag not in ("iframe", "object", "base")
        self.is_data = ("type", "application/json") in attributes
        for name, value in attributes:
            assert not name.startswith("on")
            if name in ("src", "srcset", "href"):
                assert value is not None and value.startswith(("#", "data:"))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in ("image", "script")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.is_data:
            self.data.append(json.loads(data))
            self.is_data = False


def check_steps(path: Path) -> None:
    assert Alone(path.read_text(encoding="utf-8")).data


def pages_led_to(references: References) -> set[str]:
    return {link.partition("#")[0] for link in references.links if not link.startswith("#")}


def check_picture(path: Path) -> None:
    if path.suffix == ".svg":
        root = ElementTree.parse(path).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(root.findall(".//{http://www.w3.org/2000/svg}text")) > 10
        return
    with Image.open(path) as picture:
        picture.load()
        assert picture.width > 4.3 * figures.DOTS_PER_INCH and picture.height > 1.2 * figures.DOTS_PER_INCH
        grey = np.asarray(picture.convert("L"), dtype=float)
    assert grey.std() > 5  # a blank picture has 0
    corner = grey[0, 0]  # the paper
    inked = np.abs(grey - corner) > 40
    columns, rows = inked.any(axis=0).mean(), inked.any(axis=1).mean()
    assert columns > 0.4 and rows > 0.4  # and what is on it fills it


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "out"  # not there yet


# ---- the command line


def test_list_says_what_each_demo_is(tmp_path: Path) -> None:
    listed = run("--list", cwd=tmp_path)
    assert listed.returncode == 0 and listed.stderr == ""
    lines = listed.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(DEMOS)
    assert all(line.endswith(".") and len(line.split()) > 5 for line in lines)
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("demo", [[], *([name] for name in DEMOS)], ids=["tour", *DEMOS])
def test_help(demo: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*demo, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "--seed" in text and "--out" in text and " ".join(["python -m demos", *demo]) in text


def test_an_unknown_demo_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mnits"]) == 2
    said = capsys.readouterr().err
    assert "mnits" in said and all(name in said for name in DEMOS)


@pytest.mark.parametrize(
    "argv",
    [
        ["mnist", "--epochs", "0"],
        ["mnist", "--lr", "-1"],
        ["mnist", "--lr", "nan"],
        ["mnist", "--lr", "inf"],
        ["moons", "--points", "x"],
        ["neuron", "--seed", "-1"],
        ["mnist", "--recipe", "magic"],
    ],
)
def test_a_wrong_argument_is_refused_before_anything_happens(argv: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*argv, "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert files_in(tmp_path) == set()


def test_a_bad_data_set_is_an_error_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mnist", "--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("demos: ") and "nowhere" in said
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"no images")
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(b"no labels")
    assert main(["mnist", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "not an IDX file" in capsys.readouterr().err


def test_an_out_that_cannot_be_is_an_error_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file")
    assert main(["neuron", "--out", str(tmp_path / "out")]) == 1
    assert "out" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "a file"


def test_the_data_and_the_list_do_without_the_extras(tmp_path: Path) -> None:
    hide = "import sys; sys.modules.update(matplotlib=None, tqdm=None); "
    listed = run(cwd=tmp_path, code=hide + "from demos.command import main; sys.exit(main(['--list']))")
    assert listed.returncode == 0, listed.stderr
    read = run(
        cwd=tmp_path, code=hide + "from demos.mnist import load_mnist; print(len(load_mnist().test_labels))"
    )
    assert read.stdout == "10000\n", read.stderr
    trained = run(cwd=tmp_path, code=hide + "from demos.command import main; sys.exit(main(['moons']))")
    assert trained.returncode == 1 and "pip install 'stepgrad[demos]'" in trained.stderr
    assert "Traceback" not in trained.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to a process")
def test_ctrl_c_ends_it_with_a_word_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "demos", "mnist", "--epochs", "1000", "--images", "2000"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("epoch 1 "):
                break
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "Stopped" in said and "Traceback" not in said
    (saved,) = tmp_path.rglob("*.npz")  # what was learned is not lost
    assert "The network as it is now:" in printed and saved.name in printed
    with np.load(saved, allow_pickle=False) as network:
        assert network["0.weight"].shape == (128, 784)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_terminal_gets_a_progress_bar(tmp_path: Path) -> None:
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    program = """
from demos import command, figures
figures.save = lambda path, draw, size: (path, path)
raise SystemExit(command.main(["moons", "--steps", "3", "--points", "20"]))
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # Linux: the other side is closed
                break
            if not chunk:
                break
            seen += chunk
    os.close(ours)
    assert process.returncode == 0
    assert b"\rtraining:   0%|" in seen and b"0/3 [" in seen


# ---- the tour


QUICK = ("neuron", "why_order", "by_hand", "exercises", "graph", "moons", "film")


@pytest.mark.parametrize(
    "names", [QUICK, pytest.param(DEMOS, marks=pytest.mark.thorough)], ids=["quick", "all"]
)
def test_the_tour_shows_everything_and_writes_nowhere_else(names: tuple[str, ...], tmp_path: Path) -> None:
    tour = f"from demos import command; command.DEMOS = {names}; raise SystemExit(command.main(['--short']))"
    toured = run(cwd=tmp_path, code=tour)
    assert toured.returncode == 0, toured.stderr
    assert toured.stderr == ""  # no bars where there is no terminal
    assert len(toured.stdout.splitlines()) < 400
    assert str((tmp_path / "out" / "index.html").resolve()) in toured.stdout
    written = files_in(tmp_path)
    assert all(name.startswith("out" + os.sep) for name in written)
    references = check_page(tmp_path / "out" / "index.html")
    pictures = {name for name in map(os.path.basename, written) if name.endswith((".png", ".svg"))}
    assert references.found == pictures and {"neuron.svg", "mlp.svg", "moons-boundary.png"} <= pictures
    pages = pages_led_to(references)
    assert {"neuron-steps.html", "by_hand-steps.html", "why_order-steps.html", "exercise-01.html"} <= pages
    others = {"index.html"}
    if "mnist" in names:
        assert {"mnist-samples.png", "mnist-confusion.png"} <= pictures
        others.add("mnist-model.npz")
    assert {os.path.basename(name) for name in written} == pictures | pages | others
    assert set(references.names) >= set(names) - set(APART)
    assert "-1.5000" in references.text  # the neuron's table


TIMED = {"mnist-report.html", "matmuls-speed.png", "matmuls-speed-dark.png"}  # these say how long it took


# Seconds each, most of them to draw: what they compute is nn's, or has tests of its own that run them.
LONG = ("initialization", "regularization", "schedules", "optimizers", "matmuls", "mnist", "losses")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough if name in LONG else ()) for name in DEMOS]
)
def test_each_demo_runs_alone(
    name: str, ran: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = ran(name)
    references = check_page(found.out / f"{name}.html")
    assert references.found or pages_led_to(references)
    assert files_in(tmp_path) == set()
    assert found.printed.count(str(found.out / f"{name}.html")) == 1


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.thorough) for name in DEMOS]
)
def test_each_demo_repeats_itself(
    name: str, ran: Callable[[str], Any], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = ran(name)
    assert main([*first.argv, "--out", str(out)]) == 0
    for path in first.out.iterdir():
        if path.name not in TIMED | {f"{name}.html"}:
            assert path.read_bytes() == (out / path.name).read_bytes(), path.name  # same seed, same bits


def test_the_seed_matters(ran: Callable[[str], Any], out: Path) -> None:
    name, *options = ran("moons").argv
    assert main([name, *options, "--seed", "1", "--out", str(out)]) == 0
    boundary = "moons-boundary.png"
    assert (out / boundary).read_bytes() != (ran("moons").out / boundary).read_bytes()


# ---- one by one


def test_the_neuron_has_the_numbers_of_the_lecture(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["neuron", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^5 +o = tanh\(n\) +tanh\(0\.8814\) +0\.7071$", text, re.MULTILINE)
    # do/dn = 1 - o**2 = 1/2, and the leaves' gradients are that times what they were multiplied by
    for leaf, gradient in {"x1": -1.5, "x2": 0.5, "w1": 1.0, "w2": 0.0, "b": 0.5}.items():
        total = re.search(rf" {leaf} +∂\S+/∂{leaf} = .*= (\S+) +– → (\S+)$", text, re.MULTILINE)
        assert total and float(total[1]) == float(total[2]) == gradient
        slope = re.search(rf"^{leaf} +(\S+) +0\.707107 → \S+ +(\S+)$", text, re.MULTILINE)
        assert slope and float(slope[1]) == gradient and float(slope[2]) == pytest.approx(gradient, abs=2e-3)
    assert "∂o/∂n = 1.0 - o * o = 0.5000" in text
    drawn = "".join(ElementTree.parse(out / "neuron.svg").getroot().itertext())
    assert all(label in drawn for label in ("x1w1", "x2w2", "0.7071", "-1.5000"))


def test_the_neurons_program_runs_as_it_is_shown(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["neuron", "--out", str(out)]) == 0
    html = (out / "neuron.html").read_text(encoding="utf-8")
    program = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", html, re.DOTALL)
    assert program
    capsys.readouterr()
    names: dict[str, object] = {}
    exec(References(program[0]).text, names)
    assert names["o"].data == pytest.approx(0.5**0.5, abs=1e-12)  # type: ignore[attr-defined]
    assert names["w1"].grad == pytest.approx(1.0) and names["x1"].grad == pytest.approx(-1.5)  # type: ignore
    assert capsys.readouterr().out.count("upstream gradient") == 5


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_a_step_of_the_small_network_lowers_its_loss_as_predicted(
    seed: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["graph", "--seed", seed, "--out", str(out)]) == 0
    before, after, predicted = map(
        float, re.findall(r"<dd>([\d.]+)</dd>", (out / "graph.html").read_text(encoding="utf-8"))
    )
    assert after < before
    assert abs(after - predicted) < 0.35 * (before - predicted)


def test_two_moons_are_two_half_circles() -> None:
    points, labels = two_moons(501, np.random.default_rng(0), noise=0.0)
    assert points.shape == (501, 2) and sorted(set(labels)) == [-1, 1] and abs(labels.sum()) == 1
    upper, lower = points[labels == 1], points[labels == -1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1, rtol=1e-12)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1, rtol=1e-12)
    assert upper[:, 1].min() >= 0 and lower[:, 1].max() <= 0.5
    assert upper[:, 0].min() < -0.95 and upper[:, 0].max() > 0.95  # the whole of it
    assert lower[:, 0].min() < 0.05 and lower[:, 0].max() > 1.95
    noisy, again = (two_moons(20_000, np.random.default_rng(1), noise=sigma)[0] for sigma in (0.0, 0.1))
    assert (again - noisy).std() == pytest.approx(0.1, rel=0.03)


@pytest.mark.parametrize(
    ("options", "own", "new"),
    [
        (["--steps", "30", "--points", "60"], 93, 90),
        pytest.param([], 98, 96, marks=pytest.mark.thorough),
    ],
    ids=["quick", "thorough"],
)
def test_moons_are_told_apart(
    options: list[str],
    own: float,
    new: float,
    out: Path,
    capsys: pytest.CaptureFixture[str],
    undrawn: None,
) -> None:
    assert main(["moons", *options, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    shares = re.search(r"right on ([\d.]+) % of its points, on ([\d.]+) % of 1,000 new ones", text)
    assert shares and float(shares[1]) >= own and float(shares[2]) >= new
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", text)]
    assert len(losses) == 10 and losses[-1] < 0.15 * losses[0]


def test_mnist_learns_and_saves_what_it_learned(ran: Callable[[str], Any]) -> None:
    _, text, out = ran("mnist")
    assert "101,770 parameters" in text
    shares = [float(share) for share in re.findall(r"test accuracy ([\d.]+) %", text)]
    assert len(shares) == 1 and shares[0] > 93
    assert len(re.findall(r"validation accuracy 0\.9", text)) == 2
    # The saved network, computed with NumPy alone on the test images, is right as often as was said.
    with np.load(out / "mnist-model.npz", allow_pickle=False) as saved:
        arrays = [saved[name] for name in saved.files]
    weights = sorted((array for array in arrays if array.ndim == 2), key=lambda array: -array.size)
    biases = sorted((array for array in arrays if array.ndim == 1), key=lambda array: -array.size)
    data = load_mnist()
    hidden = np.maximum(data.test_images.reshape(10000, 784) / 255.0 @ weights[0].T + biases[0], 0)
    answers = (hidden @ weights[1].T + biases[1]).argmax(axis=1)
    assert 100 * np.mean(answers == data.test_labels) == pytest.approx(shares[0], abs=0.021)


def test_mnist_validates_on_training_images_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], undrawn: None
) -> None:
    """With test images that are noise, a validation run learns and reports as if they were not there."""
    data = load_mnist()
    rng = np.random.default_rng(0)
    for name, images, labels in (
        ("train", data.train_images[:3000], data.train_labels[:3000]),
        ("t10k", rng.integers(0, 256, (10, 28, 28)), np.zeros(10)),
    ):
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = np.array([0x800 + array.ndim, *array.shape], ">u4").tobytes()
            (tmp_path / f"{name}-{kind}-ubyte").write_bytes(header + array.astype(np.uint8).tobytes())
    argv = [
        "mnist",
        "--data",
        str(tmp_path),
        "--out",
        str(tmp_path / "out"),
        "--recipe",
        "plain",
        "--no-test",
    ]
    assert main([*argv, "--validation", "500", "--epochs", "2", "--batch-size", "32"]) == 0
    text = capsys.readouterr().out
    assert "2,500 images to train on, 500 to validate on" in text
    assert "test accuracy" not in text
    assert float(re.findall(r"validation accuracy ([\d.]+) %", text)[-1]) > 80
    with pytest.raises(SystemExit, match="leaves none"):
        main([*argv, "--validation", "3000"])
    with pytest.raises(SystemExit, match="leaves no images to report on"):
        main([*argv, "--validation", "0"])


def without_scripts(path: Path) -> str:
    return re.sub(r"<script.*?</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_mnist_without_validation_and_with_layers_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], undrawn: None
) -> None:
    argv = ["mnist", "--images", "600", "--validation", "0", "--hidden", "9", "8", "--epochs", "1"]
    assert main([*argv, "--recipe", "best", "--out", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "0 to validate on" in text and "validation loss" not in text
    assert "784-9-8-10" in References(without_scripts(tmp_path / "mnist-report.html")).text


def test_the_report_is_one_file_with_everything_inside(ran: Callable[[str], Any]) -> None:
    out = ran("mnist").out
    references = References(without_scripts(out / "mnist-report.html"))
    assert references.found and all(each.startswith("data:image/png;base64,") for each in references.found)
    shown = {base64.b64decode(each.partition(",")[2]) for each in references.found}
    assert shown == {path.read_bytes() for path in out.glob("*.png")}
    for what in (
        "precision",
        "recall",
        "validation accuracy",
        "chosen by the accuracy on 5,000 images held out of the training set",
        "Draw with mouse",
    ):
        assert what in " ".join(references.text.split()), what


# ---- files and pages


def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    page.write(path, [page.Section("old", "Old", [])])
    old = path.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        page.write(path, [page.Section("new", "New", [])])
    assert path.read_bytes() == old
    assert files_in(tmp_path) == {"page.html"}


def test_text_on_a_page_is_text() -> None:
    evil = "<script>alert(1)</script>\" onload='x' &amp;"
    blocks: list[page.Block] = [
        page.Paragraph(evil),
        page.Code(evil),
        page.Facts([(evil, evil)]),
        page.Table(evil, [evil], [[evil]]),
        page.Picture("a.png", evil, evil, dark="b.png"),
        page.Picture("c.svg", evil, evil, wide=True),
        page.Link("d.html#e", evil, evil, evil),
    ]
    read = References(page.html([page.Section("s", evil, blocks), page.Section("t", evil, blocks)]))
    assert read.found == {"a.png", "b.png", "c.svg"}  # and no script: References refuses one
    assert read.text.count(evil) >= 2 * 11
    assert pages_led_to(read) == {"d.html"}
