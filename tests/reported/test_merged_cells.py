"""Reported: workbooks whose cells are merged (kind N; case 33)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading.formats import workbooks
from shopscore.reading.formats.workbooks import Grid, fill_merged

pytest.importorskip("python_calamine", reason="pip install python-calamine, to read workbooks")
openpyxl = pytest.importorskip("openpyxl", reason="pip install openpyxl, to write .xlsx")

HERE = Path(__file__).parent
HEAD = ["主订单编号", "子订单编号", "订单应付金额", "订单提交时间", "支付完成时间", "订单完成时间"]
TIMES = ["2022-05-20 09:59:59", "2022-05-20 10:00:05", "2022-06-01 09:00:00"]
A, B = "6921738301234567001", "6921738301234567101"


def book(path: Path, rows: Sequence[Sequence[Any]], *merged: str) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))
    for cells in merged:
        made.active.merge_cells(cells)
    file = io.BytesIO()
    made.save(file)
    path.write_bytes(file.getvalue())
    return path


def amounts(path: Path, platform: str = "douyin") -> dict[str, int | None]:
    events = ss.read_events(path, platform=platform, shop_id="S1")
    assert events.report.books["orders"].set_aside == 0
    frame = events.frames["orders"]
    return dict(zip(frame["order_id"], frame["amount"], strict=True))


def test_case_33() -> None:
    found = amounts(HERE / "33-merged-cells-of-an-order" / "订单.xlsx")
    assert found == {A: 20000, B: 5900}


def test_an_amount_that_is_merged_over_an_order_counts_once(tmp_path: Path) -> None:
    rows = [
        HEAD,
        [A, "1", "200.00", *TIMES],
        [None, "2", None, *[None] * 3],
        [B, "3", "59.00", *TIMES],
    ]
    path = book(tmp_path / "a.xlsx", rows, *(f"{c}2:{c}3" for c in "ACDEF"))
    assert amounts(path) == {A: 20000, B: 5900}


def test_an_amount_that_is_merged_over_two_orders_is_that_of_each(tmp_path: Path) -> None:
    rows = [HEAD, [A, "1", "59.00", *TIMES], [B, "2", None, *TIMES]]
    assert amounts(book(tmp_path / "a.xlsx", rows, "C2:C3")) == {A: 5900, B: 5900}


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    above = [*HEAD[:2], "金额", "时间", None, None]
    below = [None, None, *HEAD[2:]]
    rows = [above, below, [A, A, "59.00", *TIMES]]
    path = book(tmp_path / "a.xlsx", rows, "A1:A2", "B1:B2", "D1:F1")
    assert amounts(path) == {A: 5900}


def test_of_another_platform(tmp_path: Path) -> None:
    rows = [
        ["订单号", "订单创建时间", "订单支付时间", "实付款"],
        ["2200000000000000001", "2022-05-20 09:00:00", "2022-05-20 12:00:00", "1"],
        ["2200000000000000002", None, None, "2"],
        ["2200000000000000003", None, None, "3"],
    ]
    path = book(tmp_path / "a.xlsx", rows, "B2:C2", "B3:B4", "C2:C4")
    events = ss.read_events(path, platform="kuaishou", shop_id="S1")
    paid = pl.from_epoch(events.frames["orders"]["paid_at"]).dt.strftime("%H:%M").to_list()
    assert paid[1:] == [paid[1]] * 2


def test_the_other_columns_of_a_range_have_nothing(tmp_path: Path) -> None:
    from shopscore.reading.formats.sheets import open_sheets

    path = book(
        tmp_path / "a.xlsx", [["a", "b", "c"], ["1", None, "x"], [None, None, "y"]], "A2:B3"
    )
    (sheet,) = open_sheets(path)
    assert sheet.body(0, [0, 1, 2]).frame.rows() == [("1", None, "x"), ("1", None, "y")]
    assert sheet.body(0, [0, 1, 2]).merged == {0: [1]}


def test_rows_of_merged_cells_alone_are_none(tmp_path: Path) -> None:
    rows = [HEAD, [A, A, "59.00", *TIMES], [], [], [B, B, "1.00", *TIMES]]
    path = book(tmp_path / "a.xlsx", rows, "A2:A4", "B2:B4")
    assert amounts(path) == {A: 5900, B: 100}


def test_a_range_that_begins_in_a_blank_row_says_nothing() -> None:
    grid = Grid(pl.DataFrame({"0": ["x", None]}), pl.Series([2, 3]))
    assert fill_merged(grid, [((0, 0), (2, 0))], "a.xlsx").frame.rows() == [("x",), (None,)]


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_CELLS", 100)
    grid = Grid(pl.DataFrame({"0": ["x"] * 50}), pl.Series(range(1, 51)))
    ranges = [((0, 0), (49, 0))] * 3
    with pytest.raises(ss.InputError, match=r"a\.xlsx: too many merged cells"):
        fill_merged(grid, ranges, "a.xlsx")
