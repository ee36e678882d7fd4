"""Pages in Debian's Chromium: ``tox -e browser``. The browser is never downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

if os.environ.get("SHOPSCORE_BROWSER") != "1":
    pytest.skip(
        "needs a browser: run tox -e browser, or set SHOPSCORE_BROWSER=1", allow_module_level=True
    )

from playwright.sync_api import Browser, Page, sync_playwright

from shopscore.pages.page import page_of
from support.page_reports import HOSTILE, many_shops, mapped, report, run, write_workspace

#: It is given nothing to say to anybody.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
CHROMIUM = os.environ.get("SHOPSCORE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of four shops, of one, of hostile ones, and of 5,000."""
    folder = tmp_path_factory.mktemp("pages")
    sheet = run(write_workspace(folder))
    whole = report(sheet)
    long = {**whole, "shops": [{**row, "name": "长" * 200} for row in whole["shops"]]}
    texts = {
        "all": page_of(whole),
        "one": sheet.to_html(only=["S0001"]),
        "long": page_of(long),
        "hostile": page_of(mapped(whole, lambda text: f"{HOSTILE} {text}")),
        "many": page_of(many_shops()),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture
def look(browser: Browser, pages: dict[str, Path]) -> Iterator[Callable[..., Page]]:
    """Opens a page; it may say nothing, raise nothing and ask for nothing but itself."""
    contexts, wrong = [], []

    def open_page(name: str, place: str = "", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        address = pages[name].as_uri()
        page.on("console", lambda said: wrong.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda asked: (
                None if asked.url.split("#")[0] in (address, "data:,") else wrong.append(asked.url)
            ),
        )
        page.goto(address + place)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
