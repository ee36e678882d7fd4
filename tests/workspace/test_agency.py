"""``shopscore sample --agency`` and ``shopscore init``: what the one writes the other finds."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import shopscore as ss
from shopscore.workspace.agency.folders import write_agency
from support.command_line import shopscore

END = "2026-09-30"
IDS = [platform.id for platform in ss.platforms()]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("agency") / "files"
    said = shopscore("sample", out, "--agency", "--end", END).done().err
    assert f"{len(IDS)} platforms, 120 days to {END}" in said
    assert f"shopscore init {out}" in said
    return out


@pytest.fixture(scope="module")
def entries(agency: Path) -> list[dict[str, Any]]:
    """The entries of the file that init writes, with their platforms and sources."""
    file = agency.parent / "shopscore.toml"
    answer = shopscore("init", agency, "-o", file).done()
    assert answer.out == ""
    assert f"{file}: written" in answer.err
    document = tomllib.loads(file.read_text("utf-8"))
    assert document["schema"] == 1
    shops: list[dict[str, Any]] = document["shops"]
    return shops


def paths(entry: dict[str, Any], agency: Path) -> list[Path]:
    return [agency.parent / source for source in entry["sources"]]


def test_shops_on_every_platform_in_every_form(agency: Path) -> None:
    assert sorted(path.name for path in agency.iterdir()) == IDS
    for platform in ss.platforms():
        own = agency / platform.id
        assert (own / "events" / "orders.csv").is_file()
        assert (own / "documents").is_dir() == bool(platform.mappings)
        assert (own / "exports").is_dir() == bool(platform.layouts)


def test_names_and_ids(agency: Path) -> None:
    ids: set[str] = set()
    for platform in ss.platforms():
        shops = pl.read_csv(agency / platform.id / "events" / "shops.csv")
        exported = [path.name for path in (agency / platform.id).glob("exports/*")]
        names = [*shops["name"], *exported]
        assert len(set(names)) == 3
        chinese = [any("一" <= letter <= "鿿" for letter in name) for name in names]
        assert set(chinese) == {platform.currency == "CNY"}
        assert ids.isdisjoint(shops["shop_id"])
        ids |= {*shops["shop_id"]}


def test_the_same_arguments_give_the_same_bytes(agency: Path, tmp_path: Path) -> None:
    shopscore("sample", tmp_path / "again", "--agency", "--end", END, "--seed", 0).done()
    assert contents(tmp_path / "again") == contents(agency)
    shopscore("sample", tmp_path / "other", "--agency", "--end", END, "--seed", 1).done()
    other, first = contents(tmp_path / "other"), contents(agency)
    for platform in IDS:
        name = f"{platform}/events/orders.csv"
        assert other[name] != first[name]


def test_by_default_until_yesterday_of_each_platform(tmp_path: Path) -> None:
    before = {
        p.id: datetime.now(ZoneInfo(p.zone)).date() - timedelta(days=1) for p in ss.platforms()
    }
    written = write_agency(tmp_path / "out")
    for one in written:
        assert one.end - before[one.platform.id] in (timedelta(0), timedelta(days=1))  # midnight
        paid = pl.read_csv(
            tmp_path / "out" / one.platform.id / "events" / "orders.csv", try_parse_dates=True
        )
        assert paid["paid_at"].dt.date().max() == one.end


@pytest.mark.parametrize("more", [("--shops", 3), ("--orders", 9), ("-p", "etsy")])
def test_other_options_do_not_go_with_it(more: tuple[object, ...], tmp_path: Path) -> None:
    answer = shopscore("sample", tmp_path / "out", "--agency", *more)
    answer.failed(2, "--agency does not go with --")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("end", ["soon", "0001-01-05"])
def test_impossible_ends(end: str, tmp_path: Path) -> None:
    shopscore("sample", tmp_path / "out", "--agency", "--end", end).failed(2, "no such sample")
    assert [*tmp_path.iterdir()] == []


def test_a_filled_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a", "utf-8")
    shopscore("sample", tmp_path, "--agency").failed(3, "not empty")
    assert contents(tmp_path) == {"mine.csv": b"a"}


def test_init_finds_every_file(agency: Path, entries: list[dict[str, Any]]) -> None:
    named = [path for entry in entries for path in paths(entry, agency)]
    assert len(named) == len(set(named))
    for file in (path for path in agency.rglob("*") if path.is_file()):
        assert sum(file == path or path in file.parents for path in named) == 1, file


def test_each_entry_is_of_the_platform_whose_folder_it_lies_in(
    agency: Path, entries: list[dict[str, Any]]
) -> None:
    assert {entry["platform"] for entry in entries} == set(IDS)
    for entry in entries:
        for path in paths(entry, agency):
            assert path.relative_to(agency).parts[0] == entry["platform"]


def test_what_is_read_together_stands_together(agency: Path, entries: list[dict[str, Any]]) -> None:
    """Documents stand beside the events of their shop; exports have the id that they do not say."""
    for entry in entries:
        kinds = [path.relative_to(agency).parts[1] for path in paths(entry, agency)]
        assert kinds in (["events"], ["events", "documents"], ["documents"], ["exports"])
        assert ("id" in entry) == (kinds == ["exports"])
        if kinds == ["exports"]:
            assert entry["id"] == paths(entry, agency)[0].name
        if kinds == ["events", "documents"]:
            events, documents = paths(entry, agency)
            assert documents.name in set(pl.read_csv(events / "shops.csv")["shop_id"])


def test_every_source_is_read_and_nothing_of_it_is_left(
    agency: Path, entries: list[dict[str, Any]]
) -> None:
    for entry in entries:
        for path in paths(entry, agency):
            if "documents" in path.parts:
                documents = ss.read_documents(path, platform=entry["platform"])
                assert not documents.others
                assert not documents.unplaced
                assert {s.shop_id for d in documents for s in d.shops} == {path.name}
                continue
            events = ss.read_events(path, platform=entry["platform"], shop_id=entry.get("id"))
            assert not len(events.report.set_aside)
            skipped = [n for n in events.report.notices if n.code == "file_skipped"]
            assert not skipped


def test_the_last_shop_is_in_its_exports_only(agency: Path) -> None:
    for platform in (one for one in ss.platforms() if one.layouts):
        orders = pl.read_csv(agency / platform.id / "events" / "orders.csv")
        shops = pl.read_csv(agency / platform.id / "events" / "shops.csv")["shop_id"]
        assert set(orders["shop_id"]) == set(shops)
        assert len(shops) == 2
        (folder,) = (agency / platform.id / "exports").iterdir()
        events = ss.read_events(folder, platform=platform, shop_id="x")
        exported = events.frames["orders"]
        assert len(exported) > 20
        assert set(exported["order_id"]).isdisjoint(orders["order_id"].cast(pl.String))


@pytest.mark.parametrize("platform", IDS)
def test_every_platform_gives_a_result(agency: Path, platform: str) -> None:
    result = ss.score(agency / platform / "events", platform=platform, as_of="2026-10-01")
    assert {shop.status for shop in result} - {"not_computable"}
