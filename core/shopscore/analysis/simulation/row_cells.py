"""Cells of rows as text: ids, and what a lever made of a cell, as files of events have them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl

from ...model.streams import MONEY_SCALE, NUMBER_SCALE, Column, Stream

_EPOCH = datetime(1970, 1, 1)


def cell_text(column: Column, value: object) -> str:
    """Return a cell as a file of events has it; an empty one is nothing.

    >>> from ...model.streams import AFTERSALES
    >>> cell_text(AFTERSALES.column("refund_amount"), 29999)
    '299.99'
    >>> cell_text(AFTERSALES.column("applied_at"), 1717200000)
    '2024-06-01 00:00:00'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int):
        return str(value)
    match column.kind:
        case "time":
            return (_EPOCH + timedelta(seconds=value)).isoformat(sep=" ")
        case "day":
            return (_EPOCH + timedelta(seconds=value)).date().isoformat()
        case "money":
            return f"{Decimal(value) / MONEY_SCALE:.2f}"
        case "number":
            return f"{(Decimal(value) / NUMBER_SCALE).normalize():f}"
    return str(value)


def texts_of(column: Column, cells: Iterable[object]) -> list[str]:
    """Return the cells of a column as files of events have them."""
    return [cell_text(column, cell) for cell in cells]


def ids_of(rows: pl.DataFrame, stream: Stream) -> list[str]:
    """Return what names each row within its shop: its key, with ``/`` between the parts of one."""
    parts = [texts_of(stream.column(name), rows[name]) for name in stream.key]
    return ["/".join(cells) for cells in zip(*parts, strict=True)]
