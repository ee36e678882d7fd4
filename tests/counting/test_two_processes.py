"""A state is written by one process; another adds a day, and scores as if all were counted at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate

MORNING = datetime(2024, 6, 20)
RULES = 'platform="douyin", ruleset="2022"'
PAST = f"""
import shopscore as ss
ss.tally(ss.resolve("past", {RULES})).write_parquet("state.parquet")
"""
TODAY = f"""
import shopscore as ss
state = ss.Tallies.read_parquet("state.parquet")
state += ss.tally(ss.resolve("after", {RULES})) - ss.tally(ss.resolve("before", {RULES}))
state.write_parquet("state.parquet")
result = ss.score(state, {RULES}, as_of="2024-06-30", shops=ss.read_events("all").shops)
with open("in_parts.json", "w", encoding="utf-8") as file:
    file.write(result.to_json())
"""


@pytest.mark.slow
def test_the_bytes_are_those_of_one_run_over_everything(tmp_path: Path) -> None:
    """The day brings new orders, and rows of old ones, whose units are corrected."""
    sample = generate(shops=8, orders=600, seed=5, end=date(2024, 6, 29))
    began = {
        "orders": "created_at", "reviews": "reviewed_at", "aftersales": "applied_at",
        "conversations": "started_at", "complaints": "complained_at",
    }  # fmt: skip
    everything = {name: sample[name] for name in ("shops", *began)}
    tables = {name: frame for name, frame in everything.items() if name in began}
    past = {n: f.filter(pl.col(began[n]) < MORNING) for n, f in tables.items()}
    new = {n: f.filter(pl.col(began[n]) >= MORNING) for n, f in tables.items()}
    names = [
        frame.select("shop_id", "order_id") for frame in new.values() if "order_id" in frame.columns
    ]
    touched = pl.concat(names).unique()
    before = {n: f.join(touched, on=["shop_id", "order_id"], how="semi") for n, f in past.items()}
    after = {n: pl.concat([before[n], f]) for n, f in new.items()}
    assert sum(map(len, before.values())) > 20
    folders = {"all": everything, "past": past, "before": before, "after": after}
    for folder, frames in folders.items():
        (tmp_path / folder).mkdir()
        for name, frame in frames.items():
            path = tmp_path / folder / f"{name}.csv"
            frame.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
    for program in (PAST, TODAY):
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    result = ss.score(tmp_path / "all", platform="douyin", ruleset="2022", as_of="2024-06-30")
    assert (
        result.to_json().partition('"shops": [')[2]
        == ((tmp_path / "in_parts.json").read_text("utf-8").partition('"shops": [')[2])
    )
    assert "scored" in {shop.status for shop in result}
