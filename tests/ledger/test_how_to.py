"""The five commands of the how-to: their numbers are those of full recomputes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from support.command_line import shopscore

RULES = ("--ruleset", "2022", "--as-of", "2022-07-01")
DAYS = 100


def files_of_days(folder: Path, out: Path) -> list[Path]:
    """Cut a sample by the day on which each row begins; the last day has what is left."""
    times = {"orders": "created_at", "reviews": "reviewed_at", "aftersales": "applied_at",
             "conversations": "started_at", "complaints": "complained_at"}  # fmt: skip
    every = sorted(pl.read_csv(folder / "orders.csv")["created_at"].str.slice(0, 10).unique())[
        :DAYS
    ]
    days = [out / day for day in every]
    for day in days:
        day.mkdir(parents=True)
    for stream, time in times.items():
        rows = pl.read_csv(folder / f"{stream}.csv", infer_schema_length=0)
        own = rows[time].str.slice(0, 10)
        for number, day in enumerate(days):
            last = number + 1 == len(days)
            some = rows.filter((own >= day.name) if last else (own == day.name))
            if len(some):
                some.write_csv(day / f"{stream}.csv")
    for name in ("shops", "shop_facts"):
        shutil.copy(folder / f"{name}.csv", days[0])
    return days


def columns_of(text: str) -> list[dict[str, object]]:
    return json.loads(text)["shops"]


def scored(*args: str) -> list[dict[str, object]]:
    return columns_of(shopscore(*args, *RULES, "--format", "json").done().out)


@pytest.mark.slow
def test_a_hundred_days_and_a_correction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shopscore("sample", "events", "--shops", "8", "--orders", "900").done()
    days = files_of_days(tmp_path / "events", tmp_path / "days")
    shopscore("ledger", "init", "kept", "-p", "douyin").done()
    for day in days:
        shopscore("ledger", "ingest", "kept", str(day), "--known-at", "2022-06-30").done()
    first = scored("ledger", "score", "kept")
    whole = tmp_path / "whole"
    for day in days:
        for file in day.glob("*.csv"):
            (whole / file.stem).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, whole / file.stem / f"{day.name}.csv")
    assert first == scored("score", "whole", "-p", "douyin")
    reviews = pl.read_csv(tmp_path / "events" / "reviews.csv", infer_schema_length=0)
    changed = (
        reviews.filter(pl.col("rating").is_in(["1", "2"]))
        .tail(9)
        .with_columns(rating=pl.lit("5"), updated_at=pl.lit("2022-07-02 09:00:00"))
    )
    (tmp_path / "changed").mkdir()
    changed.write_csv(tmp_path / "changed" / "reviews.csv")
    shopscore("ledger", "ingest", "kept", "changed", "--known-at", "2022-07-02").done()
    shutil.copy(tmp_path / "changed" / "reviews.csv", whole / "reviews" / "changed.csv")
    now = scored("ledger", "score", "kept")
    assert now == scored("score", "whole", "-p", "douyin")
    assert now != first
    assert scored("ledger", "score", "kept", "--known-at", "2022-07-01") == first
    found = json.loads(
        shopscore("ledger", "revisions", "kept", *RULES, "--known-at", "2022-07-01", "-f", "json")
        .done()
        .out
    )
    assert {row["id"] for row in found["rows"]} <= {*changed["review_id"]}
    assert {row["kind"] for row in found["rows"]} == {"correction"}
    assert ss.Ledger.open("kept").verify().is_good


def test_commands_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command, and what it says when there is nothing to say."""
    monkeypatch.chdir(tmp_path)
    shopscore("sample", "events", "--shops", "4", "--orders", "80").done()
    shopscore("ledger", "init", "kept", "-p", "douyin").done()
    assert (
        "new are shops 4, orders 80" in shopscore("ledger", "ingest", "kept", "events").done().err
    )
    assert "nothing is new" in shopscore("ledger", "ingest", "kept", "events").done().err
    assert "scored" in shopscore("ledger", "score", "kept", *RULES).done().out
    assert scored("ledger", "score", "kept") == scored("score", "events", "-p", "douyin")
    status = json.loads(shopscore("ledger", "status", "kept", "-f", "json").done().out)
    assert status["rows"]["orders"] == 80
    assert status["history"][0]["source"] == "events"
    assert "all is well" in shopscore("ledger", "verify", "kept").done().err
    days = ("--from", "2022-06-30", "--to", "2022-07-01", "--ruleset", "2022")
    tracked = shopscore("ledger", "track", "kept", *days, "-f", "csv").done().out
    assert tracked == shopscore("track", "events", "-p", "douyin", *days, "-f", "csv").done().out
    said = shopscore("ledger", "revisions", "kept", *RULES, "--known-at", "2099-01-01").done().out
    assert "nothing that was shown has changed" in said
    shopscore("ledger", "compact", "kept").done()
    assert "shops 1" in shopscore("ledger", "forget", "kept", "--shop", "S0004").done().err
    shopscore("ledger", "export", "kept", "out").done()
    assert len(scored("score", "out", "-p", "douyin")) == 3


def test_what_is_wrong_with_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shopscore("ledger", "init", "kept", "-p", "douyin").done()
    assert "--platform" in shopscore("ledger", "init", "other").err
    assert shopscore("ledger", "score", "elsewhere").code == 3
    assert "no ledger here" in shopscore("ledger", "score", "elsewhere").err
    assert "--shop or --before" in shopscore("ledger", "forget", "kept").err
    assert (
        "nothing was ingested yet"
        in shopscore("ledger", "score", "kept", "--known-at", "2022-06-01", "-r", "2022").err
    )
