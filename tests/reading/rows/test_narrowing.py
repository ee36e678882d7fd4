"""Numbers that wait for the end are narrow where they fit, and are the same numbers."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading import batches
from shopscore.reading.rows.narrowing import all_widened, narrowed, widened
from shopscore.reading.rows.stacking import stack

BORDERS = [-(2**31), 2**31 - 1, None]


def test_numbers_are_narrow_up_to_the_borders() -> None:
    rows = pl.DataFrame({"fits": BORDERS, "above": [2**31, None, 0], "below": [0, 0, -(2**31) - 1]})
    found = narrowed(rows, rows.columns)
    assert found.dtypes == [pl.Int32, pl.Int64, pl.Int64]
    assert all_widened(found).collect().equals(rows)
    assert [widened(column).to_list() for column in found] == [c.to_list() for c in rows]


def test_pieces_of_both_widths_are_stacked_as_numbers() -> None:
    narrow = pl.DataFrame({"at": [1, None]}, schema={"at": pl.Int32})
    wide = pl.DataFrame({"at": [2**40]})
    assert stack([narrow, wide]).equals(pl.DataFrame({"at": [1, None, 2**40]}))


def test_times_after_2038_in_some_batches_count_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [
        "2024-06-01 08:00:00",
        "2024-06-02 09:00:00",
        "2050-01-01 00:00:00",
        "2024-06-03 07:00:00",
    ]
    orders = pl.DataFrame({"shop_id": ["S"] * 4, "order_id": ["1", "2", "3", "4"], "paid_at": days})
    orders = orders.with_columns(signed_at=pl.col("paid_at"))
    reviews = pl.DataFrame(
        {
            "shop_id": ["S"] * 4,
            "review_id": ["1", "2", "3", "4"],
            "order_id": ["3", "2", "1", "4"],
            "reviewed_at": ["2024-06-04 08:00:00"] * 3 + ["2050-01-02 00:00:00"],
            "rating": [1, 5, 2, 4],
        }
    )
    orders.write_parquet(tmp_path / "orders.parquet")
    reviews.write_parquet(tmp_path / "reviews.parquet")
    events = ss.read_events(tmp_path, platform="douyin")
    whole = ss.score(events, platform="douyin", ruleset="2022", as_of="2024-06-30")
    monkeypatch.setattr(batches, "BATCH_ROWS", 2)
    monkeypatch.setattr(batches, "are_many", lambda size: True)
    counted = ss.score(tmp_path, platform="douyin", ruleset="2022", as_of="2024-06-30")
    assert counted.read is not None
    assert not counted.read.frames
    assert counted.to_polars().equals(whole.to_polars())
