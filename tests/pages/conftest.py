from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import shopscore as ss

pytest.importorskip("jinja2", reason='pip install "shopscore[report]"')
pytest.importorskip("vl_convert", reason='pip install "shopscore[report]"')


@pytest.fixture(scope="session")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> ss.Sheet:
    from support.page_reports import run, write_workspace

    folder: Path = tmp_path_factory.mktemp("workspace")
    return run(write_workspace(folder))


@pytest.fixture(scope="session")
def report(sheet: ss.Sheet) -> dict[str, Any]:
    from support.page_reports import report

    return report(sheet)


@pytest.fixture(scope="session")
def html(report: dict[str, Any]) -> str:
    from shopscore.pages.page import page_of

    return page_of(report)
