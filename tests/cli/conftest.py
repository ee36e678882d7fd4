from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from shopscore.samples import generate, write_csv

END = date(2022, 6, 30)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PLUGINS", "DISABLE_PLUGINS", "STRICT", "LANG", "DEBUG"):
        monkeypatch.delenv(f"SHOPSCORE_{name}", raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "400")  # test_width.py is about lesser ones


@pytest.fixture(scope="session")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sample events: twelve shops, 120 days to 2022-06-30."""
    folder = tmp_path_factory.mktemp("events")
    facts = {"suspected_fake": 0.2}
    write_csv(generate(shops=12, orders=1200, seed=3, end=END, facts=facts), folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes files into a folder of events: ``folder(**{"orders.csv": "…"})``."""

    def write(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "in"

    return write
