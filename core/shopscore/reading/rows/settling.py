"""Settling: times in order, defaults in empty cells, and times as the wall shows them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from ...model.expressions import ColumnRef
from ...model.instants import instant_of
from ...model.streams import Stream
from .clocks import clock_of
from .narrowing import widened
from .repairs import none_emptied, repair_times


def settle(
    rows: pl.DataFrame, stream: Stream, zone: ZoneInfo | None, *, out_of_order: bool = True
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return rows with their times repaired and with defaults, and the cells that were emptied."""
    emptied = none_emptied()
    if out_of_order:
        rows, emptied = repair_times(rows, stream, zone)
    return _with_defaults(rows, stream), emptied


def _with_defaults(rows: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    """Return rows in which empty cells have the defaults of their columns."""
    filled = [
        rows[column.name].fill_null(column.default)
        for column in stream.columns
        if column.default is not None
        and column.name in rows.columns
        and rows[column.name].null_count()
    ]
    return rows.with_columns(filled) if filled else rows


def on_the_wall(
    rows: pl.DataFrame, stream: Stream, zone: ZoneInfo | None
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return rows with the times that the wall shows, and their instants where these differ."""
    if zone is None:
        return rows, None
    clock = clock_of(zone)
    times = [widened(c) for c in _times(rows, stream) if clock.has_changes(c)]
    shown = [clock.wall(column) for column in times]
    if all(wall.equals(steady) for wall, steady in zip(shown, times, strict=True)):
        return rows, None
    return rows.with_columns(shown), pl.DataFrame([widened(c) for c in _times(rows, stream)])


def with_both_clocks(rows: pl.DataFrame, stream: Stream, zone: ZoneInfo | None) -> pl.DataFrame:
    """Return rows with the times that the wall shows, and instants beside them where these differ."""
    shown, instants = on_the_wall(rows, stream, zone)
    if instants is None:
        return shown
    return shown.hstack(
        [c.alias(instant_of(ColumnRef(c.name)).path) for c in instants.get_columns()]
    )


def _times(rows: pl.DataFrame, stream: Stream) -> list[pl.Series]:
    names = {column.name for column in stream.columns if column.kind == "time"}
    return [column for column in rows.get_columns() if column.name in names]
