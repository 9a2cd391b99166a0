"""The page of the tour in a browser: its cards at every width, nothing in them cut."""

from __future__ import annotations

from typing import Any

import pytest

from demos import page

WIDTHS = (320, 360, 390, 480, 600, 768, 1024, 1280, 1920)


def opened(show: Any, width: int, *blocks: page.Block) -> Any:
    return show(page.html([page.Section("one", "One", blocks)]), width=width, height=844)


def boxes(shown: Any, name: str) -> list[dict[str, float]]:
    found: list[dict[str, float]] = shown.locator(name).evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().toJSON())"
    )
    return found


def test_ten_digits_fit_into_a_card(show: Any) -> None:
    shown = opened(show, 1280, page.Facts([("0.00042731", "loss"), ("-0.0004133", "after"), ("1", "x")]))
    for width in WIDTHS:
        shown.set_viewport_size({"width": width, "height": 844})
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        cut = shown.evaluate(
            """() => [...document.querySelectorAll("dl div")].filter((card) => {
                 const text = document.createRange();
                 const padding = parseFloat(getComputedStyle(card).paddingRight);
                 text.selectNodeContents(card.querySelector("dd"));
                 return text.getBoundingClientRect().right > card.getBoundingClientRect().right - padding;
               }).map((card) => card.textContent)"""
        )
        assert cut == [], width


@pytest.mark.parametrize("count", [2, 4, 14])
def test_links_fill_their_rows(count: int, show: Any) -> None:
    """The films are four and the exercises fourteen: no row of either has a gap at its end."""
    link = page.Link(
        "film.html", "A film", "What is to be seen in it, and where to look for that first. " * 3
    )
    shown = opened(show, 1280, *[link] * count)
    for width in WIDTHS:
        shown.set_viewport_size({"width": width, "height": 844})
        found = boxes(shown, ".links a")
        rows = {box["y"]: sum(other["y"] == box["y"] for other in found) for box in found}
        assert len(found) == count and len(set(rows.values())) == 1, width
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in found), width


def test_on_a_large_screen_everything_is_larger(show: Any) -> None:
    small, large = (
        opened(show, width, page.Paragraph("one"), page.Table("", ("a", "b"), [("1", "2")]))
        for width in (1280, 1920)
    )
    for name in ("h1", "p", "td", "section"):
        sizes = [
            shown.evaluate(f"parseFloat(getComputedStyle(document.querySelector({name!r})).fontSize)")
            for shown in (small, large)
        ]
        assert sizes[1] > 1.1 * sizes[0]
    assert boxes(large, "main")[0]["width"] > 1.1 * boxes(small, "main")[0]["width"]
