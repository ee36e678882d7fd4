"""What is written as an export is read as what it was, for every layout that holds whole rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.model.layouts import Layout
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL, Column, Stream
from shopscore.plugins.layout_toml import parse_layout
from shopscore.workspace.agency.export_tables import export_table, export_tables

LAYOUTS = {layout.name: layout for one in ss.platforms() for layout in one.layouts}
#: One id for two columns, which may say different things.
NOT_WRITABLE = {"amazon/feedback"}
BEGIN = datetime(2024, 1, 1)
DTYPES = {"time": pl.Datetime("ms"), "day": pl.Date, "money": pl.Decimal(14, 2), "bool": pl.Boolean,
          "int": pl.Int64, "number": pl.Float64}  # fmt: skip


def stream_of(layout: Layout) -> Stream:
    (platform,) = (one for one in ss.platforms() if one.id == layout.platform)
    return platform.all_streams[layout.stream]


def columns_of(layout: Layout) -> list[Column]:
    return [stream_of(layout).column(name) for name in layout.columns]


def cells(column: Column, layout: Layout, draw: random.Random, at: datetime) -> Any:
    """A cell of a column: a word that the layout knows, or anything of its kind."""
    optional = not column.required and column.name not in stream_of(layout).key
    words = layout.words.get(column.name, {})
    if optional and not (column.kind == "bool" and words.get("")) and draw.random() < 0.2:
        return None
    if column.kind == "time":
        return at
    if column.kind == "money":
        return Decimal(draw.randrange(10**7)) / 100
    if column.kind == "bool":
        return draw.random() < 0.5
    if column.kind == "int":
        return draw.randint(1, 5)
    if column.values:
        return draw.choice([v for v in column.values if not words or v in words.values()])
    return f"X{draw.randrange(10**6)}-{draw.choice(['甲', 'b', ','])}"


def rows_of(layout: Layout, draw: random.Random) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw.randint(1, 40)):
        at = BEGIN + timedelta(seconds=draw.randrange(10**7))
        row = {}
        for column in columns_of(layout):
            at += timedelta(seconds=draw.randrange(10**5))  # times follow each other
            row[column.name] = cells(column, layout, draw, at)
        row |= {name: f"K{number:04}" for name in stream_of(layout).key if name != "shop_id"}
        if "*time*" in {w for words in layout.words.values() for w in words}:
            row["created_at"] = row["created_at"] or BEGIN  # when something has happened
        rows.append(row)
    return rows


def frame_of(layout: Layout, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = {c.name: DTYPES.get(c.kind, pl.String) for c in columns_of(layout)}
    return pl.DataFrame(rows, schema=schema)


def expected(column: Column, layout: Layout, cell: Any) -> Any:
    """What reading makes of a cell: seconds on the wall, cents, the default in place of nothing."""
    if cell is None:
        return column.default
    if column.kind == "time":
        form = layout.time_format.get(column.name)
        seen = datetime.strptime(cell.strftime(form), form) if form else cell
        return int((seen - datetime(1970, 1, 1)).total_seconds())
    return int(cell * 100) if column.kind == "money" else cell


def read(layout: Layout, table: pl.DataFrame, own: bool = False) -> Iterator[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        table.write_csv(path, include_bom=True)
        given = {"layouts": [layout]} if own else {"platform": layout.platform}
        events = ss.read_events(path, shop_id="S", **given)  # type: ignore[arg-type]
    books = events.report.books[layout.stream]
    assert books.accepted == len(table)
    assert not len(events.report.set_aside)
    yield from events.frames[layout.stream].to_dicts()


def check_round_trip(layout: Layout, rows: list[dict[str, Any]]) -> None:
    table = export_table(layout, stream_of(layout), frame_of(layout, rows))
    assert table is not None
    key = next(name for name in stream_of(layout).key if name != "shop_id")
    found = {row[key]: row for row in read(layout, table)}
    assert set(found) == {row[key] for row in rows}
    for row in rows:
        for column in columns_of(layout):
            said = found[row[key]].get(column.name, column.default)
            said = column.default if said is None else said
            assert said == expected(column, layout, row[column.name]), (column.name, row)


@pytest.mark.parametrize("name", sorted({*LAYOUTS} - NOT_WRITABLE))
@settings(max_examples=8)  # of many rows each
@given(seed=st.integers(0, 2**32))
def test_what_is_written_is_read(name: str, seed: int) -> None:
    layout = LAYOUTS[name]
    check_round_trip(layout, rows_of(layout, random.Random(seed)))


def test_two_columns_under_one_header_must_say_the_same() -> None:
    layout = LAYOUTS["amazon/feedback"]
    rows = rows_of(layout, random.Random(1))
    assert export_table(layout, stream_of(layout), frame_of(layout, rows)) is None
    same = [{**row, "order_id": row["review_id"]} for row in rows]
    check_round_trip(layout, same)


def test_what_a_layout_has_no_word_for_is_not_written() -> None:
    layout = LAYOUTS["douyin/aftersales"]
    (row, *_) = rows_of(layout, random.Random(2))
    words = {**layout.words, "kind": {"仅退款": "refund_only"}}
    poor = evolve(layout, words=words)
    for kind, written in (("refund_only", True), ("exchange", False)):
        frame = frame_of(layout, [{**row, "kind": kind}])
        assert (export_table(poor, stream_of(layout), frame) is not None) == written


def test_rows_that_contradict_a_constant_are_not_written() -> None:
    layout = LAYOUTS["amazon/unshipped"]
    frame = frame_of(layout, rows_of(layout, random.Random(3)))
    for channel, written in (("merchant", True), ("platform", False)):
        told = frame.with_columns(channel=pl.lit(channel))
        assert (export_table(layout, stream_of(layout), told) is not None) == written


OWN = """\
schema = 1
id = "own"
zh = "自己的"
en = "Own"
stream = "orders"
headers = ["No", "Sum"]
[columns]
order_id = "No"
amount = "Sum"
created_at = "At"
is_presale = "Pre"
[unit]
amount = "fen"
[time_format]
created_at = "%d/%m/%Y %I:%M:%S %p"
[words.is_presale]
yes = true
"" = false
"""


def own_table(text: str, **more: Any) -> tuple[Layout, pl.DataFrame | None]:
    orders = merge_streams(CANONICAL)["orders"]
    layout = parse_layout(text, "own.toml")
    row = {"order_id": "1", "amount": Decimal("12.30"), "created_at": datetime(2024, 5, 6, 19, 8, 9),
           "is_presale": False, **more}  # fmt: skip
    frame = pl.DataFrame(
        [row], schema_overrides={"amount": pl.Decimal(14, 2), "is_presale": pl.Boolean}
    )
    return layout, export_table(layout, orders, frame)


def test_units_halves_of_days_and_empty_words() -> None:
    layout, table = own_table(OWN)
    assert table is not None
    assert table.to_dicts() == [
        {"No": "1", "Sum": "1230.00", "At": "06/05/2024 07:08:09 PM", "Pre": None}
    ]
    (row,) = read(layout, table, own=True)
    assert row["amount"] == 1230
    assert row["created_at"] == int(
        (datetime(2024, 5, 6, 19, 8, 9) - datetime(1970, 1, 1)).total_seconds()
    )
    assert row["is_presale"] is False


def test_commas_before_decimals() -> None:
    layout, table = own_table(OWN.replace('[unit]\namount = "fen"', '[decimal]\namount = ","'))
    assert table is not None
    assert table["Sum"].to_list() == ["12,30"]
    (row,) = read(layout, table, own=True)
    assert row["amount"] == 1230


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (OWN, {"is_presale": None}),  # an empty cell would say no
        (OWN.replace('"%d/%m/%Y %I:%M:%S %p"', '"epoch_s"'), {}),  # of which zone
        (OWN.replace('order_id = "No"\n', ""), {}),  # nothing tells the rows apart
    ],
    ids=["empty", "counted", "key"],
)
def test_what_cannot_be_written(text: str, more: dict[str, Any]) -> None:
    assert own_table(text, **more)[1] is None


def test_of_several_layouts_of_a_stream_that_which_tells_most() -> None:
    tmall = next(one for one in ss.platforms() if one.id == "tmall")
    layout = LAYOUTS["tmall/orders"]
    frame = frame_of(layout, rows_of(layout, random.Random(4)))
    ((chosen, table),) = export_tables(tmall, {"orders": frame})
    assert chosen.name == layout.name
    assert [one.id for one in tmall.layouts if one.fits(table.columns)] == ["orders"]
    assert {*export_tables(tmall, {"reviews": frame})} == set()
