"""A browser for all tests of a process, and pages in it that may neither ask for anything nor complain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SHELL = "chromium-headless-shell"  # the same engine without a window: a quarter less work for a page
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
    programs = PROGRAMS if settings.get_current_profile_name() == "thorough" else (SHELL, *PROGRAMS)
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        pytest.skip("there is no Chromium to show the page in: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program,
            args=["--headless", "--no-sandbox", "--disable-gpu", f"--disable-features={','.join(UNSEEN)}"],
        )
        yield browser
        browser.close()


def listen(page: Any) -> list[str]:
    """What the page asks for, and what it complains of, from now on."""
    heard: list[str] = []
    page.on("request", lambda asked: heard.append(asked.url.split("#")[0]))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.set_default_timeout(60_000)  # only where something is wrong
    return heard


@dataclass
class Window:
    """A window, what was heard from it, and how it stands: what is so already is not asked for again."""

    page: Any
    heard: list[str]
    media: dict[str, str] = field(default_factory=dict)
    html: str = ""
    address: str = ""

    def set(self, width: int, height: int, **media: str) -> None:
        size = {"width": width, "height": height}
        if self.page.viewport_size != size:
            self.page.set_viewport_size(size)
        if self.media != media:
            self.page.emulate_media(**media)
            self.media = media


class Windows:
    """Windows that tests use one after the other: to open one takes longer than most of them do."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.free: list[Window] = []

    def take(self, html: str) -> Window:
        """One that shows this already, else any; its page stays until the next comes, which costs as much."""
        if not self.free:
            page = self.browser.new_context().new_page()
            return Window(page, listen(page))
        window = next((each for each in self.free if each.html == html), self.free[-1])
        self.free.remove(window)
        window.heard.clear()
        return window

    def give_back(self, window: Window) -> None:
        """It rests: nothing moves in it, and nothing is under its pointer."""
        window.page.mouse.move(0, 0)
        if window.media.get("reduced_motion") != "reduce":
            window.page.emulate_media(reduced_motion="reduce")
            window.media["reduced_motion"] = "reduce"
        self.free.append(window)


@pytest.fixture(scope="session")
def windows(browser: Any) -> Windows:
    return Windows(browser)


@pytest.fixture
def show(browser: Any, windows: Windows, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``show(stepper)`` opens a page from a file; at the end it has asked for nothing and not complained.

    ``new``: in a window that no test has used, so one without a history.
    ``kept``: where a window shows this already, as the test before left it.
    """
    taken: list[Window] = []
    alone: list[Window] = []

    def show(
        page_of: Any,
        fragment: str = "",
        width: int = 1280,
        height: int = 720,
        new: bool = False,
        kept: bool = False,
        color_scheme: str = "light",
        reduced_motion: str = "reduce",
        **context: Any,
    ) -> Any:
        html = page_of if isinstance(page_of, str) else page_of.html
        if new or context:
            page = browser.new_context(**context).new_page()
            window = Window(page, listen(page))
            alone.append(window)
        else:
            window = windows.take(html)
            taken.append(window)
        window.set(width, height, color_scheme=color_scheme, reduced_motion=reduced_motion)
        if kept and window.html == html:
            return window.page
        path = tmp_path / f"page{len(taken)}-{len(alone)}.html"
        path.write_text(html, encoding="utf-8")
        window.html, window.address = "", path.as_uri()
        window.page.goto(window.address + fragment)
        window.html = html if kept else ""
        return window.page

    yield show
    for window in taken:
        windows.give_back(window)
    for window in alone:
        window.page.context.close()
    assert [text for each in taken + alone for text in each.heard if text != each.address] == []
