"""Export tables: rows of a canonical stream as a layout's file has them, the inverse of reading it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from ...model.layouts import ANY_TIME, ANY_WORD, COUNTED_TIMES, NO_WORD, UNITS, Layout
from ...model.streams import MONEY_SCALE, Column, Stream
from ...plugins.declarations import Platform

_TIME, _DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"


class _NotWritableError(Exception):
    """A layout has no way to write what a column holds."""


def export_tables(
    platform: Platform, frames: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[Layout, pl.DataFrame]]:
    """Yield for each stream the export that tells most of it, of those that can be written.

    A layout whose files do not hold all rows of their stream is left out.
    """
    best: dict[str, tuple[Layout, pl.DataFrame]] = {}
    for layout in platform.layouts:
        frame = frames.get(layout.stream)
        if frame is None or layout.incomplete:
            continue
        table = export_table(layout, platform.all_streams[layout.stream], frame)
        if table is None or not _is_told(layout, platform.layouts, table.columns):
            continue
        if layout.stream not in best or table.width > best[layout.stream][1].width:
            best[layout.stream] = (layout, table)
    yield from best.values()


def _is_told(layout: Layout, layouts: Sequence[Layout], headers: Sequence[str]) -> bool:
    return [one for one in layouts if one.fits(headers)] == [layout]


def export_table(layout: Layout, stream: Stream, frame: pl.DataFrame) -> pl.DataFrame | None:
    """Return a table of text under the headers of a layout; None where it cannot hold the rows.

    Each row is one row of the file, also where the platform has one for each part of an order.
    """
    try:
        return pl.DataFrame(_cells_by_header(layout, stream, frame))
    except _NotWritableError:
        return None


def _cells_by_header(layout: Layout, stream: Stream, frame: pl.DataFrame) -> dict[str, pl.Series]:
    _check_rows(layout, stream, frame)
    cells: dict[str, pl.Series] = {}
    for name, headers in layout.columns.items():
        if name not in frame.columns:
            continue
        own = _cells(layout, stream.column(name), frame)
        known = cells.setdefault(headers[0], own)
        if not known.equals(own):
            raise _NotWritableError
    if layout.suborders is not None:
        key = next(name for name in stream.key if name != "shop_id")
        cells.setdefault(layout.suborders.id[0], frame[key].cast(pl.String))
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(frame))
    return cells | {header: nothing for header in layout.headers if header not in cells}


def _check_rows(layout: Layout, stream: Stream, frame: pl.DataFrame) -> None:
    """Check that the layout has what a row must have, and that its constants are true of all rows."""
    needed = {*stream.key, *(column.name for column in stream.columns if column.required)}
    if not needed - {"shop_id"} <= {*layout.columns, *layout.constants}:
        raise _NotWritableError
    for name, value in layout.constants.items():
        if name in frame.columns and not (frame[name].cast(pl.String) == value).all():
            raise _NotWritableError


def _cells(layout: Layout, column: Column, frame: pl.DataFrame) -> pl.Series:
    """Return what a layout writes into the cells of a column."""
    values, words = frame[column.name], layout.words.get(column.name)
    if words is not None:
        return _words(words, column, values, _some_times(layout, frame))
    form = layout.form(column.name)
    if column.kind in ("time", "day"):
        if form.time in COUNTED_TIMES:
            raise _NotWritableError
        return values.dt.strftime(form.time or (_TIME if column.kind == "time" else _DAY))
    if column.kind == "money" and form.unit is not None:
        values = (values * (MONEY_SCALE // UNITS[form.unit])).cast(pl.Decimal(None, 2))
    text = values.cast(pl.String)
    if layout.decimal.get(column.name) == ",":
        text = text.str.replace(".", ",", literal=True)
    return text


def _words(
    words: Mapping[str, str], column: Column, values: pl.Series, times: pl.Series
) -> pl.Series:
    """Return the words of a layout for canonical values, the first of those that mean the same.

    What only "any other word" means is written as it is; what a column has by default, as nothing.
    """
    special = (ANY_WORD, ANY_TIME, NO_WORD)
    cell_of: dict[str, str] = {}
    for word, value in words.items():
        if word not in special and value:
            cell_of.setdefault(value, word)
    if other := words.get(ANY_WORD):
        cell_of.setdefault(other, other)
    empty = words.get(NO_WORD) or (None if column.default is None else str(column.default).lower())
    if empty is not None:
        cell_of.setdefault(empty, "")
    text = values.cast(pl.String)
    cells = text.replace_strict(cell_of, default=None, return_dtype=pl.String)
    if happened := words.get(ANY_TIME):
        cells = cells.zip_with((text != happened).fill_null(True) | cells.is_not_null(), times)
    unwritten = values.is_not_null() & cells.is_null()
    if unwritten.any() or (words.get(NO_WORD) and values.null_count()):
        raise _NotWritableError
    return cells.set(cells == "", None)


def _some_times(layout: Layout, frame: pl.DataFrame) -> pl.Series:
    """Return a time of each row as text, to be written where something has happened."""
    times = [frame[name].dt.strftime(_TIME) for name in layout.state if name in frame.columns]
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(frame))
    return pl.select(pl.coalesce(times or [nothing])).to_series()
