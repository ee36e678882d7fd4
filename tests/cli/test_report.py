"""``shopscore report``: the page of a workspace, as a command writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command_line import shopscore
from support.html_trees import parse
from support.page_reports import DAY, write_workspace

pytest.importorskip("jinja2", reason='pip install "shopscore[report]"')
pytest.importorskip("vl_convert", reason='pip install "shopscore[report]"')


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = write_workspace(tmp_path_factory.mktemp("workspace"))
    file.write_text(f'keep = ".kept"\n{file.read_text("utf-8")}', encoding="utf-8")
    return file


def names(page: Path) -> list[str]:
    (body,) = parse(page.read_text("utf-8")).by_id("shops").all("tbody")
    return [row.children[0].text for row in body.all("tr")]  # type: ignore[union-attr]


def test_a_page_of_all_shops(workspace: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    answer = shopscore("report", "-w", str(workspace), "--as-of", DAY, "-o", str(page))
    answer.failed(1, "1 shop has no result")
    tree = parse(page.read_text("utf-8"))
    sections = [one for one in tree.all("section") if one.attributes.get("class") == "shop"]
    assert len(sections) == 3
    assert len(names(page)) == 4
    again = tmp_path / "again.html"
    shopscore("report", "-w", str(workspace), "--as-of", DAY, "-o", str(again))
    assert again.read_bytes() == page.read_bytes()


def test_only_the_shops_that_are_named(workspace: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    asked = ("-w", str(workspace), "--as-of", DAY, "-o", str(page), "--title", "Zu <b>Hand</b>")
    shopscore("report", "S0002", "--only", *asked, "--lang", "zh").done()
    text = page.read_text("utf-8")
    assert len(names(page)) == 1
    assert "花间女装旗舰店" not in text
    assert "Zu &lt;b&gt;Hand&lt;/b&gt;" in text
    assert parse(text).children[1]["lang"] == "zh"  # type: ignore[index]


def test_a_shop_that_is_not_there(workspace: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    answer = shopscore("report", "S0009", "-w", str(workspace), "--as-of", DAY, "-o", str(page))
    answer.failed(2, "no shop S0009 here", "did you mean")
    assert not page.exists()


def test_only_needs_shops(workspace: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shopscore("report", "--only", "-w", str(workspace), "-o", str(page)).failed(2, "--only")


def test_there_must_be_a_place_to_write_to(workspace: Path) -> None:
    shopscore("report", "-w", str(workspace)).failed(2, "-o")


def test_shops_that_failed_are_not_too_many(tmp_path: Path) -> None:
    text = 'schema = 1\n[[shops]]\nplatform = "etsy"\nsources = ["nothing"]\n'
    (tmp_path / "shopscore.toml").write_text(text, encoding="utf-8")
    answer = shopscore("report", "-w", str(tmp_path), "-o", str(tmp_path / "page.html"))
    answer.failed(1, "1 shop has no result")
    assert "too much for a page" not in answer.err
