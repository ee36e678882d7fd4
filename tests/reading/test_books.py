"""The books balance, whatever stands in the cells."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.model.streams import CANONICAL, Column, Stream
from shopscore.reading.report import INCIDENT_SCHEMA, Books
from support.event_rows import rows

#: Tables are large: finding a smaller one that fails takes minutes.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
READABLE = {
    "time": st.sampled_from(["2024-06-01 10:00:00", "2024/6/2 9:00", "2024-06-01T01:00:00Z"]),
    "day": st.sampled_from(["2024-06-01", "2024/6/2"]),
    "money": st.sampled_from(["1", "12.30", "0"]),
    "int": st.sampled_from(["1", "5"]),
    "number": st.sampled_from(["0.5", "-1"]),
    "bool": st.sampled_from(["true", "0", "是"]),
    "text": st.sampled_from(["1", "2", "a"]),
}
ODD = st.sampled_from(
    [
        "",
        " ",
        "never",
        "-1",
        "9",
        "2024-06-01",
        "1e9",
        "NaN",
        "nan",
        "\ufeff",
        "=1",
        '"',
        ",",
        "\n",
        "\r\n",
    ]
)


def cells(column: Column) -> st.SearchStrategy[str]:
    good = st.sampled_from(column.values) if column.kind == "enum" else READABLE[column.kind]
    return st.integers(0, 9).flatmap(lambda n: good if n < 7 else ODD if n < 9 else TEXT)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Stream, list[str], list[dict[str, str]]]:
    stream = draw(st.sampled_from(CANONICAL))
    optional = [c.name for c in stream.columns if not c.required]
    names = [c.name for c in stream.columns if c.required]
    names += draw(st.lists(st.sampled_from(optional), unique=True, max_size=5)) if optional else []
    names += draw(st.sampled_from([[], ["colour"]]))
    names = draw(st.permutations(names))
    row = st.fixed_dictionaries(
        {n: cells(stream.column(n)) if n in stream.names else TEXT for n in names}
    )
    return stream, names, draw(st.lists(row, max_size=12))


Table = tuple[Stream, list[str], list[dict[str, str]]]


def check(events: ss.Events, stream: str, rows_in: int) -> None:
    books, report = events.report.books[stream], events.report
    assert books.rows_in == rows_in
    assert books.balanced
    assert books.set_aside == len(report.set_aside)
    assert books.repaired == len(report.repaired)
    accepted = len(events.shops) if stream == "shops" else len(events.frames[stream])
    assert books.accepted == accepted
    for table in (report.set_aside, report.repaired):
        assert dict(table.schema) == INCIDENT_SCHEMA
        assert table["reason"].null_count() == table["stream"].null_count() == 0
    assert len(report.set_aside.unique(["file", "row"])) == len(report.set_aside)


@pytest.mark.slow
@given(tables())
@settings(max_examples=60, phases=WITHOUT_SHRINKING)
def test_of_dataframes(table: Table) -> None:
    stream, names, every = table
    data = pl.DataFrame(every, schema=dict.fromkeys(names, pl.String))
    events = ss.read_events({stream.name: data}, tz="Asia/Shanghai")
    check(events, stream.name, len(every))
    again = ss.read_events({stream.name: data.reverse()}, tz="Asia/Shanghai")
    assert again.digest == events.digest
    assert again.report.books == events.report.books
    if stream.name != "shops":
        assert rows(again, stream.name) == rows(events, stream.name)


@pytest.mark.slow
@given(tables(), st.booleans())
@settings(max_examples=60, phases=WITHOUT_SHRINKING)
def test_of_files(table: Table, windows: bool) -> None:
    stream, names, every = table
    text = io.StringIO()
    # before Python 3.13 the writer leaves a lone carriage return without quotes
    odd = any("\r" in cell for row in every for cell in row.values())
    quoting = csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL
    end = "\r\n" if windows else "\n"
    writer = csv.DictWriter(text, names, lineterminator=end, quoting=quoting)
    writer.writeheader()
    writer.writerows(every)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{stream.name}.csv"
        file.write_bytes(text.getvalue().encode())
        events = ss.read_events(folder, tz="Asia/Shanghai")
        check(events, stream.name, len(every))
        data = pl.DataFrame(every, schema=dict.fromkeys(names, pl.String))
        typed = ss.read_events({stream.name: data}, tz="Asia/Shanghai")
        assert typed.digest == events.digest
        columns = ["row", "column", "value", "reason"]
        for found, other in (
            (events.report.set_aside, typed.report.set_aside),
            (events.report.repaired, typed.report.repaired),
        ):
            # in a file an empty cell is no cell
            same = [
                frame.select(columns).with_columns(pl.col("value").replace("", None))
                for frame in (found, other)
            ]
            assert same[0].equals(same[1])
        lines = re.split("\r\n|\r|\n", text.getvalue())
        for line, value in events.report.set_aside.select("line", "value").iter_rows():
            first = (value or "").split("\n")[0].split('"')[0].rstrip("\r")
            assert first in "\n".join(lines[line - 1 :])


def attempted(folder: str) -> tuple[ss.Events | None, str]:
    """The events, or the message that says why there are none."""
    try:
        return ss.read_events(folder, tz="Asia/Shanghai"), ""
    except ss.InputError as error:
        return None, str(error)


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_of_any_bytes(content: bytes) -> None:
    head = b"shop_id,order_id,paid_at\n"
    with TemporaryDirectory() as folder:
        (Path(folder) / "orders.csv").write_bytes(head + content)
        events, message = attempted(folder)
        if events is None:
            assert "orders.csv" in message
            assert "\n" not in message
            return
        books = events.report.books["orders"]
        assert books.balanced
        assert books.set_aside == len(events.report.set_aside)


@pytest.mark.parametrize(
    ("counts", "balanced"), [((3, 1, 1, 1), True), ((3, 3, 0, 0), True), ((3, 1, 1, 0), False)]
)
def test_balance(counts: tuple[Any, ...], balanced: bool) -> None:
    assert Books(*counts).balanced is balanced


def test_names_in_documents() -> None:
    assert list(Books().to_dict()) == [
        "in",
        "accepted",
        "replaced",
        "set_aside",
        "repaired",
        "unlinked",
    ]
