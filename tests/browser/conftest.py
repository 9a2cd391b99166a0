"""A browser for all tests of a process, and pages in it that may neither ask for anything nor complain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# What every window has beside its page: a process for its address bar, and one in advance for the next page.
# What every page has before it is there: a frame and a group of its own, and the picture of the page before.
UNSEEN = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
    "RenderDocument",
    "ProactivelySwapBrowsingInstance",
    "PaintHolding",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; where it or Playwright is missing a test is skipped."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no Chromium to show the page in: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program,
            args=["--headless", "--no-sandbox", "--disable-gpu", f"--disable-features={','.join(UNSEEN)}"],
        )
        yield browser
        browser.close()


class Windows:
    """Windows that tests use one after the other: to open one takes longer than most of them do."""

    def __init__(self, browser: Any) -> None:
        self.browser, self.free = browser, []

    def take(
        self, width: int, height: int, color_scheme: str = "light", reduced_motion: str = "reduce"
    ) -> Any:
        page = self.free.pop() if self.free else self.browser.new_context().new_page()
        size = {"width": width, "height": height}
        if page.viewport_size != size:
            page.set_viewport_size(size)
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        return page

    def give_back(self, page: Any) -> None:
        """Its page stays until the next comes, for to leave it costs as much as that; but it rests."""
        page.mouse.move(0, 0)
        page.emulate_media(reduced_motion="reduce")
        self.free.append(page)


@pytest.fixture(scope="session")
def windows(browser: Any) -> Windows:
    return Windows(browser)


@pytest.fixture
def show(browser: Any, windows: Windows, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``show(stepper)`` opens a page from a file; at the end it has asked for nothing and not complained.

    ``new``: in a window that no test has used, so one without a history.
    """
    opened, heard = [], []

    def show(
        page_of: Any,
        fragment: str = "",
        width: int = 1280,
        height: int = 720,
        new: bool = False,
        **context: Any,
    ) -> Any:
        path = tmp_path / f"page{len(opened)}.html"
        path.write_text(page_of if isinstance(page_of, str) else page_of.html, encoding="utf-8")
        own = path.as_uri()
        alone = new or bool(context.keys() - {"color_scheme", "reduced_motion"})
        if alone:
            size = {"width": width, "height": height}
            page = browser.new_context(viewport=size, **{"reduced_motion": "reduce"} | context).new_page()
        else:
            page = windows.take(width, height, **context)
        page.set_default_timeout(60_000)  # only where something is wrong
        listeners = {
            "request": lambda asked: heard.append(asked.url) if asked.url.split("#")[0] != own else None,
            "pageerror": lambda error: heard.append(str(error)),
            "console": lambda message: heard.append(message.text),
            "dialog": lambda dialog: (heard.append(dialog.message), dialog.dismiss()),
        }
        for event, listener in listeners.items():
            page.on(event, listener)
        opened.append((page, listeners, alone))
        page.goto(own + fragment)
        return page

    yield show
    for page, listeners, alone in opened:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        if alone:
            page.context.close()
        else:
            windows.give_back(page)
    assert heard == []
