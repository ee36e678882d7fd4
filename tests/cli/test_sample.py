"""``shopscore sample``: believable events, the same for the same arguments."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from shopscore.model.streams import CANONICAL
from support.command_line import shopscore


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def make(out: Path, *args: object) -> dict[str, bytes]:
    answer = shopscore("sample", out, *args).done()
    assert answer.out == ""
    assert str(out) in answer.err
    return contents(out)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "new" / "events"
    make(out, "--shops", 15, "--orders", 700, "--seed", 5, "--end", "2024-02-29")
    return out


def orders(folder: Path) -> pl.DataFrame:
    return pl.read_csv(folder / "orders.csv", try_parse_dates=True)


def test_one_file_per_stream(sample: Path) -> None:
    assert set(contents(sample)) == {f"{stream.name}.csv" for stream in CANONICAL}


def test_numbers_are_honoured(sample: Path) -> None:
    assert len(orders(sample)) == 700
    assert len(pl.read_csv(sample / "shops.csv")) == 15


def test_every_shop_has_orders(sample: Path) -> None:
    shops = pl.read_csv(sample / "shops.csv")["shop_id"]
    assert set(orders(sample)["shop_id"]) == set(shops)


def test_120_days_to_the_end(sample: Path) -> None:
    created = orders(sample)["created_at"].dt.date()
    assert created.max() == date(2024, 2, 29)
    assert created.min() == date(2024, 2, 29) - timedelta(days=119)
    for name in ("reviews", "aftersales", "conversations"):
        text = (sample / f"{name}.csv").read_text(encoding="utf-8")
        assert "2024-03" not in text


def test_same_arguments_same_bytes(sample: Path, tmp_path: Path) -> None:
    again = make(tmp_path, "--end", "2024-02-29", "--seed", 5, "--orders", 700, "--shops", 15)
    assert again == contents(sample)


def test_another_seed_gives_other_events(sample: Path, tmp_path: Path) -> None:
    again = make(tmp_path, "--end", "2024-02-29", "--seed", 6, "--orders", 700, "--shops", 15)
    assert again["orders.csv"] != contents(sample)["orders.csv"]


def test_defaults(tmp_path: Path) -> None:
    make(tmp_path)
    found = orders(tmp_path)
    assert (len(found), found["shop_id"].n_unique()) == (6000, 40)
    assert found["created_at"].dt.date().max() == date(2022, 6, 30)


def test_smallest(tmp_path: Path) -> None:
    make(tmp_path, "--shops", 1, "--orders", 1)
    assert len(orders(tmp_path)) == 1
    shopscore("validate", tmp_path, "--strict").done()


def test_validate_accepts_all(sample: Path) -> None:
    books = shopscore("validate", sample, "-f", "json", "--strict").done().document
    for counts in books["streams"].values():
        assert counts["accepted"] == counts["in"]
        assert counts["repaired"] == counts["unlinked"] == 0
    assert books["ignored"] == {}
    assert books["notices"] == []


def test_can_be_scored(sample: Path) -> None:
    answer = shopscore("score", sample, "-p", "douyin", "-r", "2022", "--as-of", "2024-03-01")
    assert "scored" in answer.done().out


@pytest.mark.parametrize("platform", ["amazon", "ebay", "etsy", "walmart"])
def test_buyers_live_where_the_platform_is(platform: str, tmp_path: Path) -> None:
    make(tmp_path / platform, "--platform", platform, "--shops", 2, "--orders", 900)
    make(tmp_path / "usual", "--platform", "douyin", "--shops", 2, "--orders", 900)
    abroad, usual = ({*orders(tmp_path / name)["province"]} for name in (platform, "usual"))
    assert len(abroad) == len(usual) == 12
    assert {"California", "Texas", "Hawaii"} <= abroad
    assert "zhejiang" in usual


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (("--shops", 0), 2, "shops"),
        (("--shops", -3), 2, "shops"),
        (("--shops", "many"), 2, "'many'"),
        (("--orders", 3), 2, "orders"),
        (("--orders", "1e6"), 2, "'1e6'"),
        (("--seed", -1), 2, "no such sample"),
        (("--end", "2024-02-30"), 2, "no such sample"),
        (("--end", "soon"), 2, "soon"),
        (("--end", "0001-01-05"), 2, "no such sample"),
    ],
)
def test_impossible(tmp_path: Path, args: tuple[object, ...], code: int, word: str) -> None:
    shopscore("sample", tmp_path / "out", *args).failed(code, word)
    assert not (tmp_path / "out").exists()


def test_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    shopscore("sample", tmp_path / "file").failed(3, "cannot be written")
    shopscore("sample", tmp_path / "file" / "below").failed(3, "cannot be written")
