"""Faults: cells for which a row cannot be used, or that are taken as empty, and why."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ...messages import Message, listed, message
from ...model.streams import Column, Stream
from ..raw_table import SUBORDER, RawTable
from .cells import Cells
from .ids import LOST_DIGITS, WORD, Ids
from .shop_codes import RowShops

#: A column, which of its cells are at fault, and why.
Fault = tuple[str, pl.Series, str]


def find_faults(
    table: RawTable, stream: Stream, cells: dict[str, Cells], ids: Ids, shops: RowShops
) -> Iterator[Fault]:
    """Yield reasons to set rows aside, in the order in which they are looked for."""
    for lack, reason in (("missing", _EMPTY), ("rounded", LOST_DIGITS), ("totals", WORD)):
        if (rows := shops.rows_with(lack)) is not None:
            yield "shop_id", rows, reason
    for fault in sorted(ids.faults, key=lambda f: f.column not in stream.key):
        if fault.aside:
            yield fault.column, fault.cells, fault.reason
    own = (name for name in cells if name != SUBORDER)  # in order: the first fault is told
    for name in sorted(own, key=lambda n: n not in stream.key):
        column, found = stream.column(name), cells[name]
        if found.unreadable is not None and column.kind == "enum":
            words = message("not one of {words}", words=listed(column.values))
            yield name, found.unreadable, words
        elif found.unreadable is not None and (column.required or column.vital):
            for mask, reason in _unreadable(table, column, found.unreadable):
                yield name, mask, reason
        if column.required and found.values.null_count():
            yield name, found.values.is_null(), _EMPTY
        low, high = column.low, column.high
        if low is not None and (values := found.values).min() is not None and values.min() < low:  # type: ignore[operator]
            yield name, (values < low).fill_null(False), _range(column)
        if high is not None and (values := found.values).max() is not None and values.max() > high:  # type: ignore[operator]
            yield name, (values > high).fill_null(False), _range(column)


def _is_decisive(column: Column) -> bool:
    """Return whether a cell of the column that cannot be read sets its row aside."""
    return column.kind == "enum" or column.required or column.vital


def find_empty(
    table: RawTable, stream: Stream, cells: dict[str, Cells], ids: Ids
) -> Iterator[Fault]:
    """Yield optional cells that hold something else than their column is for."""
    for fault in ids.faults:
        if not fault.aside:
            yield fault.column, fault.cells, fault.reason
    for name, found in cells.items():
        if found.unreadable is not None and not _is_decisive(column := stream.column(name)):
            for mask, reason in _unreadable(table, column, found.unreadable):
                yield name, mask, reason


_EMPTY = message("required, and empty")
_A_NUMBER = r"^[0-9]+(?:\.[0-9]*)?$"
#: What a cell of each kind looks like that can be read.
_READABLE = {
    "time": message("not readable as time: write it like 2024-06-30 12:00:00"),
    "day": message("not readable as day: write it like 2024-06-30"),
    "money": message("not readable as money: write it like 1234.50"),
    "int": message("not readable as int: write it like 12"),
    "number": message("not readable as number: write it like 0.25, with at most six decimals"),
    "bool": message("not readable as bool: write true or false"),
}
_COUNTED = message(
    "not readable as time: a number; write it like 2024-06-30 12:00:00, or let a layout say what it"
    " counts (time_format)"
)
_MARKS = message(
    "not readable as money: write it like 1234.50, or let a layout name its decimal mark (decimal)"
)


def _unreadable(
    table: RawTable, column: Column, unreadable: pl.Series
) -> Iterator[tuple[pl.Series, Message]]:
    """Yield unreadable cells by the reason, which says what can be read."""
    usual = _READABLE[column.kind]
    cells = table.frame[column.name]
    special: list[tuple[pl.Series, Message]] = []
    if cells.dtype == pl.String and column.kind in ("time", "day"):
        form = None if table.layout is None else table.layout.form(column.name).time
        if form is not None:
            usual = message(
                "not readable as time in the form that the layout states, {form}", form=form
            )
        else:
            special = [(cells.str.contains(_A_NUMBER), _COUNTED)]
    elif cells.dtype == pl.String and column.kind == "money" and table.layout is not None:
        special = [(cells.str.contains(r"[,.].*[0-9]"), _MARKS)]
    for mask, reason in special:
        found = unreadable & mask.fill_null(False)
        unreadable = unreadable & ~found
        if found.any():
            yield found, reason
    if unreadable.any():
        yield unreadable, usual


def _range(column: Column) -> Message:
    if column.high is None:
        return message("negative")
    return message("not within {low} to {high}", low=column.low, high=column.high)
