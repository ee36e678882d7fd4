"""Which rows can be used: the others are set aside, each with column, value and reason."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import polars as pl
from attrs import frozen

from ...errors import InputError
from ...model.streams import Column, Stream
from ..raw_table import RawTable
from ..report import INCIDENT_SCHEMA, no_incidents
from .cells import Cells, NoZoneError, parse
from .shop_codes import ShopCodes

#: Position of a row in its source, kept until the report is made.
ROW = "_row"


@frozen(eq=False)
class Checked:
    """The usable rows of one source, typed, and what was found on the way.

    ``unreadable`` lists optional cells that became null; they are reported if their row stays.
    """

    rows: pl.DataFrame
    shops: ShopCodes
    rows_in: int
    set_aside: pl.DataFrame
    unreadable: pl.DataFrame
    ignored: tuple[str, ...]


def check(table: RawTable, stream: Stream, zone: ZoneInfo | None) -> Checked:
    """Type the known columns of a source and set aside the rows that cannot be used.

    Raises:
        InputError: where a required column is missing, or a column is of an impossible type.
    """
    raw, where = table.frame, table.label or f"stream {stream.name}"
    _refuse_missing_columns(table, stream, where)
    shops = ShopCodes.of(_shop_ids(raw["shop_id"], where))
    own = (c for c in stream.columns if c.name in raw.columns and c.name != "shop_id")
    cells = {c.name: _parse(table, c, zone, where) for c in own}
    bad = pl.Series([False]).new_from_index(0, len(raw))
    incidents = [no_incidents()]
    for column, mask, reason in _find_faults(table, stream, cells, shops):
        fresh = mask & ~bad
        if fresh.any():
            incidents.append(_incidents(table, stream, column, fresh, reason))
            bad = bad | fresh
    typed = pl.DataFrame({name: c.values for name, c in cells.items()}).with_row_index(ROW)
    layout = table.layout
    state = [name for name in layout.state if name in typed.columns] if layout else []
    if state and "updated_at" not in typed.columns:
        typed = typed.with_columns(updated_at=pl.max_horizontal(state))
    optional = [no_incidents()]
    for name, found in cells.items():
        if found.unreadable is not None and (left := found.unreadable & ~bad).any():
            reason = f"{_unreadable(stream.column(name))}: taken as empty"
            optional.append(_incidents(table, stream, name, left, reason))
    set_aside, unreadable = _locate(table, pl.concat(incidents), pl.concat(optional))
    return Checked(
        rows=typed.filter(~bad) if bad.any() else typed,
        shops=shops.only(~bad) if bad.any() else shops,
        rows_in=len(raw),
        set_aside=set_aside,
        unreadable=unreadable,
        ignored=(*(n for n in raw.columns if n not in stream.names), *table.unread),
    )


def _refuse_missing_columns(table: RawTable, stream: Stream, where: str) -> None:
    names = table.frame.columns
    missing = [c.name for c in stream.columns if c.required and c.name not in names]
    if missing:
        present = ", ".join(map(_printable, [*names, *table.unread][:12]))
        raise InputError(f"{where}: no column {', '.join(missing)}; there are: {present}")


def _printable(name: str) -> str:
    return name if name.isprintable() else repr(name)


def _parse(table: RawTable, column: Column, zone: ZoneInfo | None, where: str) -> Cells:
    series = table.frame[column.name]
    try:
        return parse(series, column, zone)
    except NoZoneError as error:
        first = series.cast(pl.String, strict=False).str.contains(r"(Z|z|[+-]\d{2}:?\d{2})\s*$")
        rows = [int(first.arg_true()[0])] if first.any() else [0]
        (line,) = table.lines(rows)
        place = f", line {line}" if line is not None else f", row {rows[0] + 1}"
        raise InputError(f"{where}{place}, column {column.name}: {error}") from None
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _shop_ids(series: pl.Series, where: str) -> pl.Series:
    """Return ids of shops as text, not trimmed yet."""
    if series.dtype.is_float() or series.dtype.is_temporal() or series.dtype == pl.Boolean:
        raise InputError(
            f"{where}: column shop_id: {series.dtype} cannot be read as text: give ids as text"
        )
    return series.cast(pl.String)


def _find_faults(
    table: RawTable, stream: Stream, cells: dict[str, Cells], shops: ShopCodes
) -> Iterator[tuple[str | None, pl.Series, str]]:
    """Yield reasons to set rows aside, in the order in which they are looked for."""
    if table.refused:
        rows = pl.Series([False]).new_from_index(0, len(table.frame))
        yield None, rows.scatter(list(table.refused), True), _REFUSED
    if (without := shops.missing()) is not None:
        yield "shop_id", without, "required, and empty"
    for name in sorted(cells, key=lambda n: n not in stream.key):
        column, found = stream.column(name), cells[name]
        if found.unreadable is not None and column.kind == "enum":
            yield name, found.unreadable, f"not one of {', '.join(column.values)}"
        elif found.unreadable is not None and (column.required or column.vital):
            yield name, found.unreadable, _unreadable(column)
        if column.required and found.values.null_count():
            yield name, found.values.is_null(), "required, and empty"
        low, high = column.low, column.high
        if low is not None and (values := found.values).min() is not None and values.min() < low:  # type: ignore[operator]
            yield name, (values < low).fill_null(False), _range(column)
        if high is not None and (values := found.values).max() is not None and values.max() > high:  # type: ignore[operator]
            yield name, (values > high).fill_null(False), _range(column)


#: Stands for the reason that a table gives for each row that it refuses.
_REFUSED = "refused"


def _unreadable(column: Column) -> str:
    if column.kind == "text":
        return "digits of this id are lost: a spreadsheet rounded it"
    return f"not readable as {column.kind}"


def _range(column: Column) -> str:
    return "negative" if column.high is None else f"not within {column.low} to {column.high}"


def _incidents(
    table: RawTable, stream: Stream, column: str | None, mask: pl.Series, reason: str
) -> pl.DataFrame:
    """List cells of a column, without their lines: these are looked up for all at once."""
    rows = mask.arg_true().to_list()
    reasons, values = [reason] * len(rows), list[str | None]()
    if reason is _REFUSED:
        values = [table.refused[row][0] for row in rows]
        reasons = [table.refused[row][1] for row in rows]
    elif column is not None:
        values = table.values(column, rows)
        column = table.titles.get(column, column)
    return pl.DataFrame(
        {
            "stream": [stream.name] * len(rows),
            "file": [table.label] * len(rows),
            "line": [None] * len(rows),
            "row": [row + 1 for row in rows],
            "column": [column] * len(rows),
            "value": values,
            "reason": reasons,
        },
        schema=INCIDENT_SCHEMA,
    )


def _locate(table: RawTable, *lists: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield lists of cells with the lines on which their rows begin."""
    rows = sorted({int(row) for found in lists for row in found["row"]})
    lines = dict(zip(rows, table.lines([row - 1 for row in rows]), strict=True))
    for found in lists:
        yield found.with_columns(pl.Series("line", [lines[row] for row in found["row"]], pl.Int64))
