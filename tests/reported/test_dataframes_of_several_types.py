"""Kind J: dataframes with columns that cannot be read as they are (cases 23 and 25)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.model.streams import ORDERS
from shopscore.reading.formats.column_types import way_out
from support.event_rows import one

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

BASE: dict[str, Any] = {
    "shop_id": ["S1", "S1"],
    "order_id": ["1", "2"],
    "paid_at": ["2025-06-01 09:30", "2025-06-02 10:00"],
}


def mixed(*cells: object) -> Any:
    return pd.Series(cells, dtype=object)


def read(data: Any, stream: str = "orders") -> ss.Events:
    return ss.read_events({stream: data}, platform="douyin")


def refused(data: Any, *words: str, stream: str = "orders") -> None:
    with pytest.raises(ss.InputError) as error:
        read(data, stream)
    assert not [word for word in words if word not in str(error.value)], str(error.value)


class TestMixedColumns:
    @pytest.mark.parametrize(
        ("column", "cells", "types"),
        [
            ("order_id", (6921738301234567001, "6921738301234567002"), "int, str"),
            ("paid_at", (dt.datetime(2025, 6, 1, 9, 30), "2025-06-02 10:00"), "datetime, str"),
            ("amount", (59.9, "-"), "float, str"),
            ("is_presale", (True, "否"), "bool, str"),
        ],
    )
    def test_the_message_names_column_and_conversion(
        self, column: str, cells: Any, types: str
    ) -> None:
        frame = pd.DataFrame({**BASE, column: mixed(*cells)})
        refused(frame, f"column {column} ", types, f'frame["{column}"].astype(str)', "dtype=str")
        frame[column] = frame[column].astype(str)
        assert read(frame).report.books["orders"].accepted == 2

    def test_in_another_stream(self) -> None:
        frame = pd.DataFrame(
            {
                "shop_id": "S1",
                "review_id": ["1", "2"],
                "reviewed_at": ["2025-06-01 09:30"] * 2,
                "rating": mixed(5, "五"),
            }
        )
        refused(frame, "stream reviews", "column rating ", "int, str", stream="reviews")

    def test_a_column_that_no_stream_knows_is_not_used(self) -> None:
        frame = pd.DataFrame({**BASE, "数量": mixed(1, "2件"), 7: mixed(1, "x")})
        report = read(frame).report
        assert report.books["orders"].accepted == 2
        assert set(report.ignored["orders"]) == {"数量", "7"}

    def test_a_known_column_twice(self) -> None:
        frame = pd.DataFrame([["S1", "1", "1"]], columns=["shop_id", "order_id", "order_id"])
        refused(frame, "order_id", "twice")


class TestIndexes:
    def test_a_known_column_that_is_the_index(self) -> None:
        frame = pd.DataFrame(BASE)
        refused(frame.set_index("paid_at"), "column paid_at", "reset_index()")
        refused(frame.set_index(["shop_id", "order_id"]), "column shop_id", "reset_index()")
        assert read(frame.set_index("paid_at").reset_index()).report.books["orders"].accepted == 2

    def test_one_that_is_a_column_too_and_one_that_nobody_knows(self) -> None:
        for frame in (
            pd.DataFrame(BASE).set_index("order_id", drop=False),
            pd.DataFrame({**BASE, "row": [1, 2]}).set_index("row"),
        ):
            assert read(frame).report.books["orders"].accepted == 2


class TestTypes:
    def test_the_way_out_is_that_of_the_library(self) -> None:
        ids = [Decimal("6921738301234567001")]
        refused(pl.DataFrame({"shop_id": ["S1"], "order_id": ids}), 'pl.col("order_id").cast')
        table = pa.table({"shop_id": ["S1"], "order_id": pa.array(ids)})
        refused(table, 'table["order_id"].cast("string")')
        refused(table.to_pandas(), 'frame["order_id"].astype(str)')

    @pytest.mark.parametrize(
        ("column", "cells", "ways"),
        [
            ("shop_id", [1.0, 2.5], ("floats lose", 'column_types={"shop_id": pa.string()}', "VARCHAR")),
            ("order_id", [1.0, 2.5], ("floats lose", '.cast("int64").cast("string")', "VARCHAR")),
            ("shop_id", [True, False], ('frame["shop_id"].astype(str)', 'table["shop_id"].cast', "shop_id::VARCHAR")),
            ("paid_at", [1, 2], ("pd.to_datetime", 'pa.timestamp("s", "UTC")', "to_timestamp(paid_at)")),
            ("paid_at", [True, False], ("give datetimes",) * 3),
            ("amount", [True, False], ('frame["amount"].astype(str)', 'table["amount"].cast', "amount::VARCHAR")),
            ("is_presale", [dt.date(2025, 6, 1)] * 2, ("give true or false",) * 3),
        ],
    )  # fmt: skip
    def test_every_type_that_cannot_be_meant_has_a_way_out(
        self, column: str, cells: Any, ways: tuple[str, ...]
    ) -> None:
        table, (in_pandas, in_arrow, in_sql) = pa.table({**BASE, column: cells}), ways
        for data, way in ((table.to_pandas(), in_pandas), (table, in_arrow)):
            refused(data, "stream orders: ", f"column {column}: ", "cannot be read as", way)
        kind = ORDERS.column(column).kind
        assert in_sql in str(way_out(pl.Series(column, cells), kind, "duckdb"))

    def test_periods_of_pandas(self) -> None:
        days = pd.period_range("2025-06-01", periods=2, freq="D")
        refused(pd.DataFrame({**BASE, "paid_at": days}), 'frame["paid_at"].dt.to_timestamp()')
        refused(pd.DataFrame({**BASE, "shop_id": days}), 'frame["shop_id"].astype(str)')
        frame = pd.DataFrame({**BASE, "paid_at": days.to_timestamp()})
        assert read(frame).report.books["orders"].accepted == 2

    @pytest.mark.parametrize(
        ("cells", "words"),
        [
            (pl.Series([b"1"]), ("Binary", "decode")),
            (pl.Series([{"a": 1}]), ("Struct", "several values")),
            (pl.Series([["1"]]), ("List", "several values")),
            (pl.Series([["1"]], dtype=pl.Array(pl.String, 1)), ("Array", "several values")),
            (pl.Series([object()], dtype=pl.Object), ("Object", "several types")),
        ],
        ids=["binary", "struct", "list", "array", "object"],
    )
    @pytest.mark.parametrize("column", ["shop_id", "order_id", "carrier", "amount", "paid_at"])
    def test_no_id_and_no_other_cell(self, column: str, cells: Any, words: Any) -> None:
        frame = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"]})
        refused(frame.with_columns(cells.alias(column)), f"column {column}: ", *words)

    def test_as_columns_that_no_stream_knows(self) -> None:
        frame = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "x": [{"a": b"1"}]})
        assert one(read(frame))["order_id"] == "1"

    def test_the_least_of_the_integers_is_no_money(self) -> None:
        frame = pl.DataFrame(
            {"shop_id": ["S1"] * 2, "order_id": ["1", "2"], "amount": [-(2**63), 100]}
        )
        report = read(frame).report
        assert report.repaired.select("row", "column", "value").rows() == [
            (1, "amount", "-9223372036854775808")
        ]
        assert read(frame).frames["orders"]["amount"].to_list() == [None, 10_000]
