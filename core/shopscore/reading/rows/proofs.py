"""Proofs: columns of which a few numbers show that every cell is as it should be.

What they cannot prove is looked at cell by cell (see ``cells``), which gives the same values. All
columns together are two calls to polars, each of which costs as much as some thousand cells.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ...model.streams import MONEY_SCALE, Column
from ...value_classes import evolve, frozen
from .cells import DECIMALS, NEAR, Cells, is_yes, nevers, scaled
from .clocks import AROUND, DAY, clock_of
from .selecting import selected
from .times import canonical

_PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_SMALL = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
#: Amounts below this, in minor units, are whole numbers of a double with room for its error.
_MOST_MINOR = 2**53


@frozen(eq=False)
class _Proof:
    """The values of a column of some type, and what shows that they are these.

    Where ``holds`` is null, no cell has anything in it.
    """

    values: pl.Expr
    holds: pl.Expr | None = None


def prove(
    frame: pl.DataFrame,
    columns: Iterable[Column],
    zone: ZoneInfo | None,
    needed: Container[str] | None = None,
) -> dict[str, Cells]:
    """Return those of a table's columns whose cells are all proved to be readable.

    Where only some columns are ``needed``, of the others it is proved as cheaply as can be, and
    their cells stay as they are.
    """
    schema = frame.schema
    found = {
        c.name: _proof(c, schema[c.name], zone, needed is None or c.name in needed) for c in columns
    }
    proofs = {name: proof for name, proof in found.items() if proof is not None}
    asked = [one.holds.alias(name) for name, one in proofs.items() if one.holds is not None]
    facts: dict[str, Any] = selected(frame, asked).row(0, named=True) if asked else {}
    proved = [one.values.alias(n) for n, one in proofs.items() if facts.get(n) is not False]
    return {
        column.name: Cells(column, None)
        for column in selected(frame, proved)
        if column.null_count() == frame[column.name].null_count()
    }


@lru_cache(maxsize=256)
def _proof(
    column: Column, dtype: pl.DataType, zone: ZoneInfo | None, is_needed: bool
) -> _Proof | None:
    cell = pl.col(column.name)
    has_range = column.low is not None or column.high is not None
    match column.kind:
        case "enum" if dtype == pl.String and not is_needed:
            return _Proof(cell, cell.is_in([*column.values]).all())
        case "money" if dtype == pl.Float64 and not is_needed and not has_range:
            return evolve(_money(cell * MONEY_SCALE), values=cell)
        case "bool" if dtype == pl.Boolean:
            return _Proof(cell)
        case "enum" if dtype == pl.String:
            return _Proof(cell.cast(pl.Enum(column.values), strict=False))
        case "text" if dtype == pl.String:
            return _text(cell)
        case "int" if dtype in _SMALL:
            return _Proof(cell.cast(pl.Int64))
        case "time" if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
            return _time(cell.cast(pl.Int64), _PER_SECOND[dtype.time_unit], zone)
        case "time" if dtype == pl.String:
            return _time_text(cell, zone)
        case "bool" if dtype == pl.String:
            return _Proof(is_yes(cell))
        case "money" if dtype == pl.Float64:
            return _money(cell * MONEY_SCALE)
        case "int" | "money" | "number" if dtype == pl.String:
            return _Proof(scaled(cell, DECIMALS[column.kind]))
    return None


def _time(units: pl.Expr, per_second: int, zone: ZoneInfo | None) -> _Proof | None:
    """Return the proof of times on a clock that nobody has changed since, and that have come."""
    if (first := _first(zone)) is None:
        return None
    last = nevers(zone)[1]
    within = (units.min() // per_second >= first) & (units.max() // per_second < last)
    return _Proof(units // per_second, within)


def _time_text(cell: pl.Expr, zone: ZoneInfo | None) -> _Proof | None:
    """Return the proof of such times in the canonical form, which begins with the year."""
    if (first := _first(zone)) is None:
        return None
    begin = (datetime(1970, 1, 1) + timedelta(seconds=first)).year + 1
    within = (cell.min() >= f"{begin}") & (cell.max() < "9999")
    seconds, usual = canonical(cell)
    return _Proof(pl.when(usual).then(seconds), within)


def _first(zone: ZoneInfo | None) -> int | None:
    """Return the first time after which nobody has changed a clock, and none says "never"."""
    since = -AROUND * DAY if zone is None else clock_of(zone).since
    return None if since is None else max(2 * DAY, since + AROUND * DAY)


def _text(cell: pl.Expr) -> _Proof:
    """Return the proof of text that has no blanks around it, and is nowhere empty."""
    length, bare = cell.str.len_bytes(), cell.str.strip_chars().str.len_bytes()
    return _Proof(cell, (length.sum() == bare.sum()) & (length.min() != 0))


def _money(exact: pl.Expr) -> _Proof:
    whole = exact.round()
    near = ((exact - whole).abs().max() < NEAR) & (whole.abs().max() < _MOST_MINOR)
    return _Proof(whole.cast(pl.Int64), near & ~exact.is_nan().any())
