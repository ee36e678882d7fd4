"""The events of a result: those that were scored, whatever became of their source since."""

from __future__ import annotations

import pickle
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

import shopscore as ss

DAY = "2024-06-30"


def score(source: object) -> ss.Result:
    return ss.score(source, platform="douyin", ruleset="2022", as_of=DAY)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("shopscore.reading.batches.BATCH_ROWS", 100)
    orders = pl.DataFrame(
        {
            "shop_id": [f"S{n % 3}" for n in range(20_000)],
            "order_id": [str(7_000_000_000_000_000_123 + 17 * n) for n in range(20_000)],
            "paid_at": ["2024-06-01 09:30:00"] * 20_000,
            "amount": [1.5] * 20_000,
        }
    )
    orders.write_parquet(tmp_path / "orders.parquet")
    return tmp_path


def test_rows_that_were_not_kept_are_read_again(folder: Path) -> None:
    result, events = score(folder), ss.read_events(folder, platform="douyin")
    assert result.events is not None
    assert result.events.frames["orders"].equals(events.frames["orders"])
    assert result.versions["input_digest"] == events.digest
    assert result.events is result.events


def test_a_result_goes_to_another_process_and_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    result = pickle.loads(pickle.dumps(score(folder.name)))
    monkeypatch.chdir("/")
    assert result.versions["input_digest"] == ss.read_events(folder, platform="douyin").digest


def test_of_few_rows_all_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    result = score(folder)
    (folder / "orders.parquet").unlink()
    assert result.events is not None
    assert len(result.events.frames["orders"]) == 20_000


def test_files_that_changed_are_refused(folder: Path) -> None:
    result = score(folder)
    (folder / "orders.parquet").write_bytes((folder / "orders.parquet").read_bytes())
    with pytest.raises(ss.InputError, match="written to since they were scored"):
        _ = result.events


def test_a_reader_of_arrow_that_is_read_once() -> None:
    orders = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "paid_at": ["2024-06-01 09:30"]})
    result = score({"orders": pa.RecordBatchReader.from_stream(orders)})
    assert result.events is not None
    assert len(result.events.frames["orders"]) == 1


def test_a_dataframe_that_is_changed_later() -> None:
    orders = pl.DataFrame({"order_id": ["1", "2"], "paid_at": ["2024-06-01 09:30"] * 2})
    pandas = orders.with_columns(shop_id=pl.lit("S1")).to_pandas()
    result = score({"orders": pandas})
    before = result.versions["input_digest"]
    pandas.loc[0, "paid_at"] = "2024-06-02 09:30"
    assert result.versions["input_digest"] == before
