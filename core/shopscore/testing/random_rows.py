"""Rows of a plugin's own streams and columns, drawn from what it declares of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl

from ..model.streams import CANONICAL, Column, Stream
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.samples import extend_sample

#: Rows of each stream that the package does not know, and the days over which they are spread.
ROWS, DAYS = 300, 120
#: One in so many cells that may be empty is.
_EMPTY = 8
#: How far an integer goes where its column says no bound.
_MOST = 20


def with_own_streams(
    rules: BoundRuleSet, frames: Mapping[str, pl.DataFrame], end: date
) -> dict[str, pl.DataFrame]:
    """Return sample events with all that a platform declares besides the streams of the package.

    What the plugin's own function for samples makes is taken; whatever it leaves out is drawn: rows
    of its streams, of which most name an order, and cells of its columns, with every word of an
    enum, both ends of a range, and some that are empty.
    """
    made = {**frames, **extend_sample(rules.platform, frames, seed=7)}
    rng = Random(7)  # noqa: S311 - nothing is kept secret
    orders = made["orders"].select("shop_id", "order_id").rows()
    for declared in rules.platform.streams:
        stream = rules.streams[declared.name]
        known = made.get(stream.name)
        if known is None:
            rows = [_row(stream, number, orders, end, rng) for number in range(ROWS)]
            made[stream.name] = pl.DataFrame(rows, infer_schema_length=None)
        else:
            missing = [c for c in _own_columns(stream) if c.name not in known.columns]
            cells = {c.name: [_cell(c, end, rng) for _ in range(len(known))] for c in missing}
            made[stream.name] = known.with_columns(
                pl.Series(name, values, strict=False) for name, values in cells.items()
            )
    return made


def _own_columns(stream: Stream) -> list[Column]:
    """Return the columns that the package does not know of the stream."""
    canonical = next((one.names for one in CANONICAL if one.name == stream.name), ())
    return [column for column in stream.columns if column.name not in canonical]


def _row(
    stream: Stream, number: int, orders: list[tuple[str, str]], end: date, rng: Random
) -> dict[str, Any]:
    """Return a row: of the shop whose order it names, with a key of its own."""
    shop, order = rng.choice(orders)
    row = {column.name: _cell(column, end, rng) for column in stream.columns}
    if "order_id" in row:
        row["order_id"] = order if rng.randrange(_EMPTY) else None
    keys = [name for name in stream.key if name != "order_id"]
    texts = [name for name in keys if stream.column(name).kind == "text"]
    if texts:
        row[texts[-1]] = f"{stream.name}{number}"
    return row | {"shop_id": shop}


def _cell(column: Column, end: date, rng: Random) -> Any:
    """Return a cell that the column allows."""
    if not column.required and not rng.randrange(_EMPTY):
        return None
    low = 0 if column.low is None else column.low
    high = low + _MOST if column.high is None else column.high
    match column.kind:
        case "time":
            seconds = rng.randrange(DAYS * 86_400)
            return datetime.combine(end, datetime.max.time()).replace(microsecond=0) - timedelta(
                seconds=seconds
            )
        case "day":
            return end - timedelta(days=rng.randrange(DAYS))
        case "enum":
            return rng.choice(column.values)
        case "bool":
            return rng.random() < 0.5
        case "int":
            return rng.choice((low, high, rng.randint(low, high)))
        case "money":
            most = low + 10_000 if column.high is None else column.high
            return Decimal(rng.randint(low, most)) / 100
        case "number":
            return rng.randint(low, high) / 1_000_000
    return f"{column.name}{rng.randrange(_MOST)}"
