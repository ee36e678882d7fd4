"""Small events, read, as rows that tests can compare."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl

import shopscore as ss

EPOCH = datetime(1970, 1, 1)


def seconds(text: str) -> int:
    """The canonical second of a time on the platform's clock."""
    return int((datetime.fromisoformat(text) - EPOCH).total_seconds())


def read(source: Any = None, /, **streams: Any) -> ss.Events:
    """Events from a folder, or from rows: ``read(orders=[{"order_id": "1"}])``.

    Rows are given as text; without ``shop_id`` they belong to S1.
    """
    tz = streams.pop("tz", "Asia/Shanghai")
    if source is None:
        source = {name: frame(rows) for name, rows in streams.items()}
    return ss.read_events(source, tz=tz)


def frame(rows: Any) -> Any:
    """Rows of text as a dataframe; anything else as it is."""
    if not isinstance(rows, list):
        return rows
    every = [{"shop_id": "S1", **row} for row in rows]
    names = dict.fromkeys(name for row in every for name in row)
    return pl.DataFrame(every, schema=dict.fromkeys(names, pl.String))


def rows(events: ss.Events, stream: str) -> list[dict[str, Any]]:
    """The accepted rows of a stream, in order of their keys; ``_order`` is the id of the order."""
    table = events.frames[stream]
    shops = events.shops["shop_id"]
    found = []
    for row in table.iter_rows(named=True):
        row["shop_id"] = shops[row.pop("shop")]
        if row.get("_order") is not None:
            row["_order"] = events.frames["orders"]["order_id"][row["_order"]]
        found.append(row)
    key = ("shop_id", *events.streams[stream].key)
    return sorted(found, key=lambda r: [r[k] for k in key])


def one(events: ss.Events, stream: str = "orders") -> dict[str, Any]:
    """The only row of a stream."""
    (row,) = rows(events, stream)
    return row


def cell(text: str | None, column: str, stream: str = "orders") -> Any:
    """What a cell of a row means; the row needs nothing else than its key."""
    needed = {"orders": {"order_id": "1"}, "shop_facts": {"date": "2024-01-01", "name": "x"}}
    return one(read(**{stream: [{**needed[stream], column: text}]}), stream)[column]


def books(events: ss.Events, stream: str = "orders") -> dict[str, int]:
    """The counts of a stream that are not zero."""
    return {k: v for k, v in events.report.books[stream].to_dict().items() if v}


def incidents(table: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the cells that were set aside or repaired."""
    return table.select(columns).rows()


def as_csv(header: Iterable[str], every: Iterable[Mapping[str, Any]], end: str = "\n") -> str:
    """Rows as CSV."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(header), lineterminator=end)
    writer.writeheader()
    writer.writerows(every)
    return file.getvalue()
