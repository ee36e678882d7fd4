"""Several files and folders as one source: read as if they lay together."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

import shopscore as ss
from shopscore.samples import generate, write_csv
from support import console_documents as examples

DAY = "2022-07-01"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "events"
    write_csv(generate(shops=8, orders=700, seed=3, end=date(2022, 6, 30)), folder)
    return folder


@pytest.fixture
def parts(whole: Path, tmp_path: Path) -> list[Path]:
    """The same files in two folders, and one by itself."""
    first, second, alone = tmp_path / "first", tmp_path / "second", tmp_path / "alone"
    for folder in (first, second, alone):
        folder.mkdir()
    names = sorted(path.name for path in whole.iterdir())
    for place, name in enumerate(names):
        target = (first, second)[place % 2] if place else alone
        shutil.copy(whole / name, target / name)
    return [first, second, alone / names[0]]


def test_the_score_is_that_of_one_folder(whole, parts):
    one = ss.score(whole, platform="douyin", ruleset="2022", as_of=DAY)
    many = ss.score(parts, platform="douyin", ruleset="2022", as_of=DAY)
    assert many.to_polars().equals(one.to_polars())
    assert many.versions == one.versions  # the digest of the input among them


def test_days_are_scored_from_a_list_too(whole, parts):
    days = ["2022-06-30", DAY]
    one = ss.score_days(whole, platform="douyin", ruleset="2022", days=days)
    many = ss.score_days(parts, platform="douyin", ruleset="2022", days=days)
    for a, b in zip(one, many, strict=True):
        assert a.to_polars().equals(b.to_polars())


def test_a_list_of_one_is_that_one(whole):
    one, listed = ss.read_events(whole), ss.read_events([str(whole)])
    assert [t.label for t in one.report.tables] == [t.label for t in listed.report.tables]
    assert one.digest == listed.digest


def test_files_of_several_folders_are_told_apart(parts):
    events = ss.read_events(parts)
    labels = {table.label for table in events.report.tables}
    assert {label.split("/")[0] for label in labels} == {"first", "second", "alone"}


def test_documents_and_events_stand_in_one_list(whole, tmp_path):
    """A file without tables is no source of events, and no hindrance either."""
    page = tmp_path / "pages" / "page.json"
    page.parent.mkdir()
    page.write_text(json.dumps({"nobody": "knows"}), encoding="utf-8")
    plain = ss.score(whole, platform="douyin", ruleset="2022", as_of=DAY)
    beside = ss.score([whole, page.parent], platform="douyin", ruleset="2022", as_of=DAY)
    assert beside["S0001"].score_exact == plain["S0001"].score_exact


def test_what_is_not_there_is_said(whole, tmp_path):
    with pytest.raises(ss.InputError, match="no such file or folder"):
        ss.read_events([whole, tmp_path / "nothing"])
    with pytest.raises(ss.InputError, match="no such file or folder"):
        ss.score([whole, tmp_path / "nothing"], platform="douyin", as_of=DAY, ruleset="2022")


@pytest.mark.parametrize("source", [[], [3], ["a", None]])
def test_a_list_is_one_of_paths(source):
    with pytest.raises(ss.UsageError, match="a list of sources is one of paths"):
        ss.read_events(source)


def test_documents_are_paths():
    with pytest.raises(ss.UsageError, match="documents are a file, a folder, or a list"):
        ss.read_documents({"a": 1})  # type: ignore[arg-type]


def test_a_list_of_documents_is_read_as_if_they_lay_in_a_folder(tmp_path):
    name = "pinduoduo_mall_serve_score.json"
    folder = tmp_path / "pages"
    folder.mkdir()
    for called in ("a.json", "b.json"):
        shutil.copy(examples.EXAMPLES / name, folder / called)
    together = ss.read_documents(folder)
    listed = ss.read_documents([folder / "a.json", folder / "b.json"])
    assert (
        [d.label for d in listed] == [d.label for d in together] == ["pages/a.json", "pages/b.json"]
    )
    assert listed.to_polars().drop("shop_id").equals(together.to_polars().drop("shop_id"))
