"""Why a cell cannot be read, and what its column can be read from."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ...messages import Message, message
from ...model.streams import Column
from ..raw_table import RawTable

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


def why_unreadable(
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
