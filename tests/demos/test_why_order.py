"""The walks of why_order, against what they come to on paper."""

import re
from pathlib import Path

import pytest

from autograd import Value
from demos.command import main
from demos.why_order import four_times, square, walks

WALKS = [walks.in_order, walks.at_once, walks.visited_once, walks.only_what_is_new, walks.set_not_added]


def moves(walk: walks.Walk) -> list[tuple[str, float, float | None, float | None]]:
    """The edge, what went along it, and what b and a have then."""
    a = Value(1.0, "a")
    c = four_times(a)
    b = c.parents[0]
    return [
        (f"{push.node.label}{push.parent.label}", push.upstream, push.after.get(b), push.after.get(a))
        for push in walks.trace(walk, c)[0]
    ]


def test_the_right_order_waits() -> None:
    assert moves(walks.in_order) == [
        ("cb", 1, 1, None), ("cb", 1, 2, None),
        ("ba", 2, 2, 2), ("ba", 2, 2, 4),
    ]  # fmt: skip


def test_the_recursion_passes_the_first_share_on_twice() -> None:
    assert moves(walks.at_once) == [
        ("cb", 1, 1, None), ("ba", 1, 1, 1), ("ba", 1, 1, 2),
        ("cb", 1, 2, 2), ("ba", 2, 2, 4), ("ba", 2, 2, 6),
    ]  # fmt: skip


def test_visited_once_loses_the_second_share() -> None:
    assert moves(walks.visited_once) == [
        ("cb", 1, 1, None), ("ba", 1, 1, 1), ("ba", 1, 1, 2), ("cb", 1, 2, 2),
    ]  # fmt: skip


def test_only_what_is_new_goes_along_every_path() -> None:
    assert moves(walks.only_what_is_new) == [
        ("cb", 1, 1, None), ("ba", 1, 1, 1), ("ba", 1, 1, 2),
        ("cb", 1, 2, 2), ("ba", 1, 2, 3), ("ba", 1, 2, 4),
    ]  # fmt: skip


@pytest.mark.parametrize("walk", [walks.in_order, walks.only_what_is_new])
def test_the_right_walks_agree_with_the_engine_where_numbers_differ(walk: walks.Walk) -> None:
    x, w = Value(0.3, "x"), Value(-0.8, "w")
    n = x * w
    o = n.tanh()
    root = o * n + o / x - (n * n).exp() * 2.0
    found = walks.trace(walk, root)[1]
    root.backward()
    for node in (x, w, n, o):
        assert found[node] == pytest.approx(node.grad, rel=1e-13)


@pytest.mark.parametrize("walk", WALKS)
def test_where_nothing_is_used_twice_any_walk_will_do(walk: walks.Walk) -> None:
    x, w, b = Value(2.0), Value(-3.0), Value(6.0)
    root = (x * w + b).exp()  # exp(0): every gradient is a local one
    found = walks.trace(walk, root)[1]
    assert (found[x], found[w], found[b]) == (-3, 2, 1)


def test_the_engine_is_right_about_both_graphs() -> None:
    a, x = Value(1.0), Value(3.0)
    four_times(a).backward()
    square(x).backward()
    assert (a.grad, x.grad) == (4, 6)  # of 4a and of x², by the rules of school


def test_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why_order", "--out", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()

    def rows(start: str) -> list[list[str]]:
        first = next(i for i, line in enumerate(lines) if line.startswith(start))
        return [re.split(r" {2,}", line) for line in lines[first + 1 : lines.index("", first)]]

    walked = rows("step  right order")
    assert walked[0] == ["1", "c → b: 1 × 1 = 1", "1", "–", "c → b: 1 × 1 = 1", "1", "–"]
    said = [row[-1] for row in walked]
    assert [i for i, remark in enumerate(said, 1) if "too early: b will have 2" in remark] == [2, 3]
    assert [i for i, remark in enumerate(said, 1) if remark == "1 of the 2 went on before"] == [5, 6]
    assert [row[-2:] for row in rows("step  contribution")] == [["3", "3"], ["6", "3"]]
    found = rows("walk")
    assert [row[1:] for row in found] == [
        ["4", "6"], ["4", "6", "right"], ["6", "6", "wrong"], ["2", "6", "wrong"], ["4", "6", "right"],
        ["1", "3", "wrong"],
    ]  # fmt: skip
    for depth, ordered, paths in rows("a + a"):  # 2 + 4 + ... + 2^depth edges on all the paths
        assert int(ordered) == 2 * int(depth)
        assert int(paths.replace(",", "")) == 2 ** (int(depth) + 1) - 2
