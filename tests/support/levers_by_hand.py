"""Levers applied row by row in plain Python: slow, and easy to trust."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

import shopscore as ss
from shopscore import Lever
from shopscore.evaluation.with_python import evaluate

Row = dict[str, Any]
#: Rows of one shop by stream and id.
Rows = dict[str, dict[str, Row]]
Use = tuple[Lever, Mapping[str, Any]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WINTER = datetime(2030, 1, 15, 12, tzinfo=UTC)
"""When the clocks of zones north of the equator show what the package counts seconds by."""


def rows_of(events: ss.Events, shop_id: str) -> Rows:
    """The rows of a shop by stream and id; times in seconds of a clock that is never changed."""
    place = events.shops["shop_id"].to_list().index(shop_id)
    found: Rows = {}
    for name, frame in events.frames.items():
        stream = events.streams[name]
        times = events.instants.get(name, pl.DataFrame())
        known = frame.with_columns(times).with_columns(pl.selectors.enum().cast(pl.String))
        defaults = {c.name: c.default for c in stream.columns if c.default is not None}
        own = known.filter(pl.col("shop") == place).to_dicts()
        if len(stream.key) == 1:
            found[name] = {row[stream.key[0]]: {**defaults, **row} for row in own}
    return found


def apply_by_hand(rows: Rows, uses: Iterable[Use]) -> list[list[str]]:
    """Change rows by levers, in turn; return the ids of the rows that each touches."""
    touched = []
    for lever, settings in uses:
        where, cells = lever.rows(**settings), lever.changes(**settings)
        new = {}
        for id, row in rows.get(lever.stream, {}).items():
            whole = {**row, **_order(rows, row)}
            if evaluate(where, whole) is True:
                new[id] = {name: evaluate(cell, whole) for name, cell in cells.items()}
        for id, changed in new.items():
            rows[lever.stream][id].update(changed)
        touched.append(list(new))
    return touched


def _order(rows: Rows, row: Row) -> Row:
    order = rows["orders"].get(row.get("order_id") or "")
    return {} if order is None else {f"order.{name}": cell for name, cell in order.items()}


def written(cell: Any, kind: str, zone: str) -> str:
    """A cell as a file has it; times as the wall of a zone shows them."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if kind == "money":
        return f"{cell // 100}.{cell % 100:02}"
    if kind == "time":
        clock = ZoneInfo(zone)
        base = WINTER.astimezone(clock).utcoffset()
        assert base is not None
        instant = EPOCH + timedelta(seconds=cell) - base
        return instant.astimezone(clock).strftime("%Y-%m-%d %H:%M:%S")
    return str(cell)


def changed_frames(
    frames: Mapping[str, pl.DataFrame], shop_id: str, rows: Rows, events: ss.Events
) -> dict[str, pl.DataFrame]:
    """The frames that events were read from, with the cells of the rows of a shop in their place."""
    changed = {}
    for name, frame in frames.items():
        stream = events.streams[name]
        lines = frame.with_columns(pl.all().cast(pl.String)).to_dicts()
        for line in lines:
            row = rows.get(name, {}).get(line[stream.key[0]]) if stream.key else None
            if row is None or line["shop_id"] != shop_id:
                continue
            for column in stream.columns:
                if column.name in ("shop_id", "updated_at", *stream.key) or column.kind == "number":
                    continue
                if column.name in row and (
                    column.name in line or row[column.name] != column.default
                ):
                    zone = events.zone or "Asia/Shanghai"
                    line[column.name] = written(row[column.name], column.kind, zone)
        columns = dict.fromkeys([*frame.columns, *(c for line in lines for c in line)])
        changed[name] = pl.DataFrame(
            {c: [line.get(c) for line in lines] for c in columns},
            schema=dict.fromkeys(columns, pl.String),
        )
    return changed
