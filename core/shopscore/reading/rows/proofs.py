"""Proofs: columns of which a few numbers show that every cell is as it should be.

What they cannot prove is looked at cell by cell (see ``cells``), which gives the same values. All
columns together are two calls to polars, each of which costs as much as some thousand cells.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ...model.streams import MONEY_SCALE, Column
from ...value_classes import evolve, frozen
from .cells import NEAR, Cells, nevers
from .clocks import AROUND, DAY, clock_of
from .selecting import selected

_PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_SMALL = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
#: Amounts below this, in minor units, are whole numbers of a double with room for its error.
_MOST_MINOR = 2**53


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
        case "money" if dtype == pl.Float64:
            return _money(cell * MONEY_SCALE)
    return None


def _time(units: pl.Expr, per_second: int, zone: ZoneInfo | None) -> _Proof | None:
    """Return the proof of times on a clock that nobody has changed since, and that have come."""
    first = 2 * DAY
    if zone is not None:
        since = clock_of(zone).since
        if since is None:
            return None
        first = max(first, since + AROUND * DAY)
    last = nevers(zone)[1]

    def holds(least: int | None, most: int | None) -> bool:
        return (
            least is None
            or most is None
            or (least >= first * per_second and most < last * per_second)
        )

    return _Proof(units // per_second, (units.min(), units.max()), holds)


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
