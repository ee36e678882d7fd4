"""Times in Parquet that nothing can show: out of the calendar, and past what the engine bears."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading.quarantine import write_quarantine
from support.event_rows import books, seconds

BEYOND: dict[str, tuple[Any, int]] = {
    "day far": (pl.Date, 2**31 - 1),
    "day before": (pl.Date, -(2**31) + 5),
    "day just after": (pl.Date, 2_932_897),  # 10000-01-01
    "ms": (pl.Datetime("ms"), 2**62),
    "us": (pl.Datetime("us"), 2**63 - 1),
    "ms of a zone": (pl.Datetime("ms", "UTC"), 2**62),
    "us of a zone": (pl.Datetime("us", "UTC"), -(2**63)),
}


def write(folder: Path, dtype: Any, value: int, column: str) -> Path:
    """Orders of which the first has a value beyond the calendar, and the second a day of 1970."""
    per_day = {"ms": 86_400_000, "us": 86_400_000_000}.get(getattr(dtype, "time_unit", ""), 1)
    cells = pl.Series(column, [value, 9 * per_day], dtype=pl.Int64)
    if dtype == pl.Date:
        cells = cells.cast(pl.Int32)
    frame = pl.DataFrame({"shop_id": ["S1"] * 2, "order_id": ["1", "2"]})
    frame.with_columns(cells.cast(dtype)).write_parquet(folder / "orders.parquet")
    return folder


@pytest.mark.parametrize("name", BEYOND)
def test_a_vital_time_sets_its_row_aside(name: str, tmp_path: Path) -> None:
    dtype, value = BEYOND[name]
    events = ss.read_events(write(tmp_path, dtype, value, "paid_at"), tz="UTC")
    assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}
    (row,) = events.report.set_aside.select("file", "row", "column", "value").rows()
    assert row[:3] == ("orders.parquet", 1, "paid_at")
    assert row[3].startswith(f"{value} ")
    assert events.frames["orders"]["paid_at"].to_list() == [9 * 86_400]
    (written,) = write_quarantine(events.report, tmp_path / "aside")
    assert f"{value} " in written.read_text("utf-8")


@pytest.mark.parametrize("name", BEYOND)
def test_any_other_is_emptied(name: str, tmp_path: Path) -> None:
    dtype, value = BEYOND[name]
    events = ss.read_events(write(tmp_path, dtype, value, "signed_at"), tz="UTC")
    assert books(events) == {"in": 2, "accepted": 2, "repaired": 1}
    assert events.frames["orders"]["signed_at"].to_list() == [None, 9 * 86_400]


@pytest.mark.parametrize("dtype", [pl.Datetime("us"), pl.Datetime("ms", "Asia/Shanghai")])
def test_the_others_of_the_column_are_read_as_they_are(dtype: Any, tmp_path: Path) -> None:
    noon = seconds("1969-12-31 12:00:00") * 1000 + 999
    cells = pl.Series("signed_at", [2**62, noon], dtype=pl.Int64)
    zone = getattr(dtype, "time_zone", None)
    cells = cells.set(pl.Series([False, True]), noon * 1000) if zone is None else cells
    frame = pl.DataFrame(
        {"shop_id": ["S1"] * 2, "order_id": ["1", "2"], "signed_at": cells.cast(dtype)}
    )
    frame.write_parquet(tmp_path / "orders.parquet")
    events = ss.read_events(tmp_path, tz="Asia/Shanghai")
    shift = 0 if zone is None else 8 * 3600
    assert events.frames["orders"]["signed_at"].to_list() == [None, noon // 1000 + shift]


def test_binary_that_is_no_text_is_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"shop_id": [b"a", b"\xff"], "order_id": ["1", "2"]})
    frame.write_parquet(tmp_path / "orders.parquet")
    with pytest.raises(ss.InputError, match=r"orders\.parquet: column shop_id: Binary"):
        ss.read_events(tmp_path)
