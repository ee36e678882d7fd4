"""Typed columns of any dataframe library."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, ClassVar

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.model.streams import CANONICAL
from support.event_rows import books, incidents, one, read, seconds

AT = datetime(2024, 6, 30, 12, 0, 0)
NOON = seconds("2024-06-30 12:00:00")


def value(
    series: Any, column: str, stream: str = "orders", tz: str | None = "Asia/Shanghai"
) -> Any:
    """What one typed cell means."""
    needed = {
        "orders": {"order_id": ["1"]},
        "reviews": {"review_id": ["1"], "reviewed_at": [AT], "rating": [5]},
        "conversations": {"session_id": ["1"], "started_at": [AT]},
        "shop_facts": {"date": [date(2024, 1, 1)], "name": ["x"]},
    }[stream]
    table = pl.DataFrame({"shop_id": ["S1"], **needed}).with_columns(pl.Series(column, series))
    return one(ss.read_events({stream: table}, tz=tz), stream)[column]


class TestTimes:
    @pytest.mark.parametrize("unit", ["ms", "us", "ns"])
    def test_units(self, unit: Any) -> None:
        series = pl.Series([AT + timedelta(milliseconds=999)], dtype=pl.Datetime(unit))
        assert value(series, "signed_at") == NOON

    @pytest.mark.parametrize("unit", ["ms", "us", "ns"])
    def test_fractions_before_1970_are_cut_too(self, unit: Any) -> None:
        series = pl.Series([datetime(1969, 12, 31, 23, 59, 58, 500_000)], dtype=pl.Datetime(unit))
        assert value(series, "signed_at") == -2

    @pytest.mark.parametrize("unit", ["ms", "us", "ns"])
    @pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
    def test_instants_are_shown_on_the_platforms_clock(self, unit: Any, zone: str) -> None:
        instant = datetime(2024, 6, 30, 4, 0, 0, tzinfo=UTC)
        series = pl.Series([instant], dtype=pl.Datetime(unit, "UTC")).dt.convert_time_zone(zone)
        assert value(series, "signed_at") == NOON
        assert value(series, "signed_at", tz="UTC") == NOON - 8 * 3600

    def test_instants_need_a_zone(self) -> None:
        series = pl.Series([datetime(2024, 6, 30, 4, tzinfo=UTC)])
        with pytest.raises(ss.InputError, match=r"signed_at: .*zone"):
            value(series, "signed_at", tz=None)

    def test_text(self) -> None:
        assert value(["2024/06/30 12:00"], "signed_at") == NOON

    def test_days(self) -> None:
        midnight = seconds("2024-06-30 00:00:00")
        for series in (pl.Series([date(2024, 6, 30)]), pl.Series([AT]), pl.Series(["2024-06-30"])):
            assert value(series, "date", "shop_facts") == midnight

    @pytest.mark.parametrize(
        "wrong", [[1719720000], [1.5], [True], [time(12)], [timedelta(1)], [[AT]]]
    )
    def test_what_cannot_be_meant(self, wrong: list[Any]) -> None:
        with pytest.raises(ss.InputError, match="signed_at"):
            value(wrong, "signed_at")


class TestNumbers:
    @pytest.mark.parametrize(
        "dtype", [pl.Int8, pl.Int64, pl.UInt8, pl.UInt64, pl.Float32, pl.Float64]
    )
    def test_whole(self, dtype: Any) -> None:
        series = pl.Series([3], dtype=dtype)
        assert value(series, "rating", "reviews") == 3
        assert value(series, "amount") == 300
        assert value(series, "value", "shop_facts") == 3_000_000

    @pytest.mark.parametrize("amount", [0.1 + 0.2, 1.1 * 1.1 - 0.91, 19.99, 0.07, 1e9 + 0.01])
    def test_floats_are_the_money_they_stand_for(self, amount: float) -> None:
        assert value([amount], "amount") == round(amount * 100)

    @pytest.mark.parametrize("amount", [70.48, 8.01, 0.07, 19.99, 65_432.1, 131_071.99, -0.0, 7.0])
    def test_floats_of_32_bits_too(self, amount: float) -> None:
        assert value(pl.Series([amount], dtype=pl.Float32), "amount") == round(amount * 100)
        fact = pl.Series([20.1], dtype=pl.Float32)
        assert value(fact, "value", "shop_facts") == 20_100_000

    @pytest.mark.parametrize("amount", [12.345, 200_000.02, 131_072.01, float("inf"), 1e30])
    def test_floats_of_32_bits_that_tell_no_cents(self, amount: float) -> None:
        assert value(pl.Series([amount], dtype=pl.Float32), "amount") is None
        assert value(pl.Series([200_000.0], dtype=pl.Float32), "amount") == 20_000_000

    @pytest.mark.parametrize("amount", [12.345, 0.001, float("inf"), float("-inf"), 1e300])
    def test_floats_that_are_no_money(self, amount: float) -> None:
        assert value([amount], "amount") is None

    def test_nan_is_null_and_no_fault(self) -> None:
        events = read(
            orders=pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "amount": [float("nan")]})
        )
        assert books(events) == {"in": 1, "accepted": 1}

    def test_decimals(self) -> None:
        for places in (2, 3, 6):
            series = pl.Series([Decimal("12.30")], dtype=pl.Decimal(18, places))
            assert value(series, "amount") == 1230
        assert value(pl.Series([Decimal("12.345")]), "amount") is None
        assert value(pl.Series([Decimal("-0.5")]), "value", "shop_facts") == -500_000

    @pytest.mark.parametrize("rating", [0, 6, -1, 4.5, 255])
    def test_stars_out_of_bounds(self, rating: float) -> None:
        table = {"shop_id": ["S1"], "review_id": ["1"], "reviewed_at": [AT], "rating": [rating]}
        assert books(read(reviews=pl.DataFrame(table)), "reviews") == {"in": 1, "set_aside": 1}

    def test_negative_money(self) -> None:
        for amount in (-1, -0.01, Decimal("-0.01")):
            table = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "amount": [amount]})
            assert books(read(orders=table)) == {"in": 1, "set_aside": 1}

    def test_integers_that_are_too_large(self) -> None:
        assert value([2**62], "amount") is None
        assert value(pl.Series([2**64 - 1], dtype=pl.UInt64), "amount") is None
        assert value([2**62], "value", "shop_facts") is None

    @pytest.mark.parametrize("wrong", [[True], [AT], [[1]], [b"1"]])
    def test_what_cannot_be_meant(self, wrong: list[Any]) -> None:
        with pytest.raises(ss.InputError, match="amount"):
            value(wrong, "amount")

    @given(st.integers(0, 10**13))
    @settings(max_examples=50)
    def test_any_amount_as_a_float(self, fen: int) -> None:
        from shopscore.model.streams import Column
        from shopscore.reading.rows.cells import parse

        assert parse(pl.Series([fen / 100]), Column("m", "money"), None).values[0] == fen


class TestBooleans:
    @pytest.mark.parametrize("yes", [True, 1, 1.0, "1", "是"])
    def test_yes(self, yes: object) -> None:
        assert value([yes], "is_presale") is True

    @pytest.mark.parametrize("no", [False, 0, 0.0, "FALSE", "否"])
    def test_no(self, no: object) -> None:
        assert value([no], "needs_shipping") is False

    @pytest.mark.parametrize("odd", [2, -1, 0.5, "yes"])
    def test_anything_else_is_emptied(self, odd: object) -> None:
        assert value([odd], "needs_shipping") is True
        assert value([odd], "is_presale") is False
        assert value([odd], "delivery_on_time") is None

    def test_null_means_the_default(self) -> None:
        for dtype in (pl.Boolean, pl.Null, pl.Int64, pl.String, pl.Float64):
            assert value(pl.Series([None], dtype=dtype), "needs_shipping") is True

    def test_what_cannot_be_meant(self) -> None:
        with pytest.raises(ss.InputError, match="is_presale"):
            value([AT], "is_presale")


class TestText:
    def test_categories(self) -> None:
        for dtype in (pl.Categorical, pl.Enum(["buyer", "x"])):
            series = pl.Series(["buyer"], dtype=dtype)
            assert value(series, "cancelled_by") == "buyer"
            assert value(series, "carrier") == "buyer"
        table = pl.DataFrame(
            {"shop_id": ["S2", "S1"], "order_id": ["2", "1"], "paid_at": ["2024-06-30 12:00", "?"]}
        ).cast(pl.Categorical)
        assert books(read(orders=table)) == {"in": 2, "accepted": 1, "set_aside": 1}

    def test_integers_are_ids(self) -> None:
        ids = pl.DataFrame(
            {"shop_id": [7, 7], "order_id": [6901234567890123456, 6901234567890123457]}
        )
        events = read(orders=ids)
        assert events.frames["orders"]["order_id"].to_list() == [
            "6901234567890123456",
            "6901234567890123457",
        ]
        large = pl.DataFrame(
            {"shop_id": ["S"], "order_id": pl.Series([2**64 - 1], dtype=pl.UInt64)}
        )
        assert one(read(orders=large))["order_id"] == "18446744073709551615"

    @pytest.mark.parametrize("wrong", [[1.0], [True], [AT], [b"x"], [Decimal(1)]])
    def test_what_cannot_be_an_id(self, wrong: list[Any]) -> None:
        table = pl.DataFrame({"shop_id": ["S"], "order_id": wrong})
        with pytest.raises(ss.InputError, match=r"order_id: .* text"):
            read(orders=table)

    def test_binary_that_is_no_text(self) -> None:
        with pytest.raises(ss.InputError, match="carrier"):
            value([b"\xff"], "carrier")


class TestNull:
    @pytest.mark.parametrize("stream", CANONICAL, ids=lambda s: s.name)
    def test_columns_without_a_type(self, stream: ss.Stream) -> None:
        table = pl.DataFrame({c.name: [None, None] for c in stream.columns})
        events = read(**{stream.name: table})
        assert books(events, stream.name) == {"in": 2, "set_aside": 2}
        empty = read(**{stream.name: table.clear()})
        assert books(empty, stream.name) == {}


class TestPlaces:
    def test_rows_are_counted_from_one_and_have_no_line(self) -> None:
        table = pl.DataFrame(
            {"shop_id": ["S1", "S1"], "order_id": ["1", "2"], "paid_at": ["", "never"]}
        )
        report = read(orders=table).report
        assert incidents(report.set_aside, "stream", "file", "line", "row", "value") == [
            ("orders", None, None, 2, "never")
        ]


class TestLibraries:
    COLUMNS: ClassVar = {"shop_id": ["S1", "S1"], "order_id": ["2", "1"], "amount": [1.5, None]}

    def check(self, data: Any) -> None:
        events = read({"orders": data})
        assert books(events) == {"in": 2, "accepted": 2}
        assert events.digest == read({"orders": pl.DataFrame(self.COLUMNS)}).digest

    def test_polars(self) -> None:
        self.check(pl.DataFrame(self.COLUMNS).lazy())

    def test_plain_columns(self) -> None:
        self.check(self.COLUMNS)

    def test_pyarrow(self) -> None:
        pyarrow = pytest.importorskip("pyarrow")
        self.check(pyarrow.table(self.COLUMNS))
        self.check(pyarrow.table(self.COLUMNS).to_batches()[0])

    def test_pandas(self) -> None:
        pandas = pytest.importorskip("pandas")
        table = pandas.DataFrame(self.COLUMNS)
        self.check(table)
        self.check(table[::-1])
        self.check(table.astype({"shop_id": "category", "order_id": object}))

    def test_pandas_times(self) -> None:
        pandas = pytest.importorskip("pandas")
        table = pandas.DataFrame(
            {
                "shop_id": ["S1", "S1"],
                "order_id": [1, 2],
                "paid_at": pandas.to_datetime(["2024-06-30 12:00:00", None]),
                "signed_at": pandas.to_datetime(["2024-06-30 05:00:00", None], utc=True),
                "is_presale": [True, None],
            }
        )
        row = read({"orders": table}).frames["orders"].row(0, named=True)
        assert (row["paid_at"], row["signed_at"], row["is_presale"]) == (NOON, NOON + 3600, True)

    @pytest.mark.slow
    @pytest.mark.skipif(find_spec("duckdb") is None, reason="needs duckdb")
    def test_duckdb(self) -> None:
        code = """
import duckdb, shopscore as ss
rows = "('S1', '2', 1.5), ('S1', '1', null)"
table = duckdb.sql(f"select * from (values {rows}) t(shop_id, order_id, amount)")
events = ss.read_events({"orders": table})
print(events.report.books["orders"].accepted, events.digest)
"""  # in a process of its own: the library grumbles when the process ends
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        digest = read({"orders": pl.DataFrame(self.COLUMNS)}).digest
        assert done.stdout.split() == ["2", digest]

    @pytest.mark.parametrize("odd", [5, "orders", None, object(), [1, 2]])
    def test_what_is_no_dataframe(self, odd: object) -> None:
        with pytest.raises(ss.InputError, match="orders"):
            read({"orders": odd})


_DTYPES: list[Any] = [
    pl.Int8, pl.Int64, pl.UInt64, pl.Float32, pl.Float64, pl.Boolean, pl.String, pl.Null, pl.Date,
    pl.Datetime("ms"), pl.Datetime("ns"), pl.Datetime("us", "UTC"), pl.Time, pl.Duration("us"),
    pl.Categorical, pl.Binary, pl.Decimal(20, 3), pl.List(pl.Int64), pl.Struct({"a": pl.Int64}),
]  # fmt: skip


@st.composite
def _tables(draw: st.DrawFn) -> tuple[str, pl.DataFrame]:
    from polars.testing.parametric import column, dataframes

    stream = draw(st.sampled_from(CANONICAL))
    names = draw(st.lists(st.sampled_from(stream.names), unique=True, max_size=4))
    for needed in (c.name for c in stream.columns if c.required):
        if needed not in names:
            names.append(needed)
    columns = [
        column(n, dtype=draw(st.sampled_from([*_DTYPES, *[pl.String, pl.Int64] * 6])))
        for n in names
    ]
    table = draw(dataframes(columns, min_size=0, max_size=5))
    return stream.name, table


@pytest.mark.slow
@given(_tables())
@settings(max_examples=80)
def test_any_typed_table_is_read_or_refused(table: tuple[str, pl.DataFrame]) -> None:
    stream, data = table
    message, events = "", None
    try:
        events = ss.read_events({stream: data}, tz="Asia/Shanghai")
    except ss.InputError as error:
        message = str(error)
    if events is None:
        assert stream in message
        return
    assert events.report.books[stream].balanced
    assert events.report.books[stream].rows_in == len(data)
