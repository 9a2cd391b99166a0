"""A browser for all tests of a process, and pages in it that may neither ask for anything nor complain."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def _absent(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; where it or Playwright is missing a test is skipped, and under CI=true it fails."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as missing:
        if missing.name != "playwright":
            raise
        _absent("Playwright, which drives the browser, is not installed: pip install playwright")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        _absent("there is no Chromium to show the page in: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``show(stepper)`` opens a page from a file; at the end it has asked for nothing and not complained."""
    contexts, heard = [], []

    def show(page_of: Any, fragment: str = "", width: int = 1280, height: int = 720, **context: Any) -> Any:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(page_of if isinstance(page_of, str) else page_of.html, encoding="utf-8")
        contexts.append(
            browser.new_context(
                viewport={"width": width, "height": height}, **{"reduced_motion": "reduce"} | context
            )
        )
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        own = path.as_uri()
        page.on("request", lambda asked: heard.append(asked.url) if asked.url.split("#")[0] != own else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda message: heard.append(message.text))
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        page.goto(own + fragment)
        return page

    yield show
    for context in contexts:
        context.close()
    assert heard == []
