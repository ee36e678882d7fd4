"""Proofs: columns of which a few numbers show that every cell is as it should be.

What they cannot prove is looked at cell by cell (see ``cells``), which gives the same values. All
columns together are two calls to polars, each of which costs as much as some thousand cells.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
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
#: Any time of its last day says that a time has not come.
_LAST_YEAR = "9999"


@frozen(eq=False)
class _Proof:
    """The values of a column of some type, and the facts that prove that they are these."""

    values: pl.Expr
    facts: tuple[pl.Expr, ...] = ()
    holds: Callable[..., bool] = lambda: True


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
    if not proofs:
        return {}
    asked = [f.alias(f"{name} {i}") for name, p in proofs.items() for i, f in enumerate(p.facts)]
    facts: dict[str, Any] = selected(frame, asked).row(0, named=True) if asked else {}
    proved = {
        name: proof
        for name, proof in proofs.items()
        if proof.holds(*(facts[f"{name} {i}"] for i in range(len(proof.facts))))
    }
    values = selected(frame, (proof.values.alias(name) for name, proof in proved.items()))
    return {
        column.name: Cells(column, None)
        for column in values.get_columns()
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
            return _Proof(cell, (cell.is_in([*column.values]).all(),), bool)
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
    first, last = _first(zone), nevers(zone)[1]
    if first is None:
        return None

    def holds(least: int | None, most: int | None) -> bool:
        return (
            least is None
            or most is None
            or (least >= first * per_second and most < last * per_second)
        )

    return _Proof(units // per_second, (units.min(), units.max()), holds)


def _time_text(cell: pl.Expr, zone: ZoneInfo | None) -> _Proof | None:
    """Return the proof of such times in the canonical form, of which a text begins with the year."""
    first, (seconds, usual), text = _first(zone), canonical(cell), _text(cell)
    if first is None:
        return None
    begin = f"{(datetime(1970, 1, 1) + timedelta(seconds=first)).year + 1:04}"

    def holds(least: str | None, most: str | None, *lengths: int) -> bool:
        within = least is None or most is None or (least >= begin and most < _LAST_YEAR)
        return within and text.holds(*lengths)

    return _Proof(pl.when(usual).then(seconds), (cell.min(), cell.max(), *text.facts), holds)


def _first(zone: ZoneInfo | None) -> int | None:
    """Return a time from which on a zone's clock shows the same, and none says "never"; None: none."""
    if zone is None:
        return 2 * DAY
    since = clock_of(zone).since
    return None if since is None else max(2 * DAY, since + AROUND * DAY)


def _text(cell: pl.Expr) -> _Proof:
    """Return the proof of text that has no blanks around it, and is nowhere empty."""
    length, bare = cell.str.len_bytes(), cell.str.strip_chars().str.len_bytes()

    def holds(every: int, least: int | None, without: int) -> bool:
        return every == without and least != 0

    return _Proof(cell, (length.sum(), length.min(), bare.sum()), holds)


def _money(exact: pl.Expr) -> _Proof:
    whole = exact.round()

    def holds(off: float | None, most: float | None, nan: bool | None) -> bool:
        return off is None or most is None or (not nan and off < NEAR and most < _MOST_MINOR)

    facts = ((exact - whole).abs().max(), whole.abs().max(), exact.is_nan().any())
    return _Proof(whole.cast(pl.Int64), facts, holds)
