"""Cells of one column become canonical values; what cannot be read is marked, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from ...errors import InputError
from ...messages import message
from ...model.layouts import AS_WRITTEN, UNITS, CellForm
from ...model.streams import MONEY_SCALE, NUMBER_SCALE, Column
from ...value_classes import frozen
from ..formats.column_types import within_calendar
from .clocks import DAY, clock_of
from .selecting import selected
from .times import LAST_DAY, ZEROS, Times, is_never, narrow, read_times

_EPOCH = datetime(1970, 1, 1)
_FIRST_SECOND = int((datetime(1, 1, 1) - _EPOCH).total_seconds())
_LAST_SECOND = int((datetime(9999, 12, 31, 23, 59, 59) - _EPOCH).total_seconds())
_TRUE = ("true", "1", "是")
_FALSE = ("false", "0", "否")
_YES_OR_NO = pl.Enum([*_TRUE, *_FALSE])
#: The decimals of the smallest unit of a kind.
DECIMALS = {"int": 0, "money": len(str(MONEY_SCALE)) - 1, "number": len(str(NUMBER_SCALE)) - 1}
#: So near must a double be to a whole number of the smallest unit.
NEAR = 1e-4
#: Larger integers would not survive a trip through a double.
_GREATEST = 2**53
#: From here on floats of 32 bits lie more than a cent apart.
_TELLS_CENTS = 2**17

Cell = TypeVar("Cell", pl.Series, pl.Expr)


class NoZoneError(InputError):
    """A time with an offset, where the platform's zone is not known."""


@frozen(eq=False)
class Cells:
    """A canonical column; ``unreadable`` marks cells that held something else (None: there are none).

    Times are steady seconds (see ``clocks``).
    """

    values: pl.Series
    unreadable: pl.Series | None


def parse(
    series: pl.Series, column: Column, zone: ZoneInfo | None, form: CellForm = AS_WRITTEN
) -> Cells:
    """Return the cells of a column in canonical form: int64, booleans, enums or text.

    Their type is one that the kind is read from (see ``column_types``). ``form`` is how a layout
    says that they are written. What is unreadable because of blanks around it, or because its digits
    and signs are of full width, is read without these, and as those of ASCII.

    Raises:
        NoZoneError: for a time with an offset and no known zone.
    """
    present = within_calendar(series)
    if series.dtype in (pl.Categorical, pl.Enum):
        present = series.cast(pl.String)
    if present.dtype == pl.String and column.kind == "enum":
        known = present.cast(pl.Enum(column.values), strict=False)
        if known.null_count() == present.null_count():
            return Cells(known, None)  # nothing to trim, which would cost more
    words = column.kind in ("text", "enum")
    if present.dtype == pl.String and words:
        present = trim(present)
    cells = _read(present, column, zone, form)
    if cells.unreadable is None or present.dtype != pl.String or words:
        return cells
    at = cells.unreadable.arg_true()
    written = present.gather(at)
    plain = trim(narrow(written))
    if plain.equals(written):
        return cells
    again = _read(plain, column, zone, form)
    left = again.unreadable
    unreadable = cells.unreadable.scatter(at, False if left is None else left)
    return Cells(cells.values.scatter(at, again.values), unreadable if unreadable.any() else None)


def _read(present: pl.Series, column: Column, zone: ZoneInfo | None, form: CellForm) -> Cells:
    values = _PARSERS[column.kind](present, column, zone, form)
    if column.kind in ("time", "day"):
        present, values = _without_never(present, values, zone)
    if column.kind == "day":
        values = _first_seconds(values, zone)
    lost = values.null_count() - present.null_count()
    if present.dtype.is_float():
        lost -= int(present.is_nan().sum() or 0)
    if not lost:
        return Cells(values, None)
    held = present.is_not_null()
    if present.dtype.is_float():
        held = held & present.is_not_nan()
    return Cells(values, held & values.is_null())


def trim(series: pl.Series) -> pl.Series:
    """Return text without blanks around it; nothing left is null."""
    cell, bare = pl.first().str.len_bytes(), pl.first().str.strip_chars().str.len_bytes()
    lengths = cell.sum().alias("all"), cell.min().alias("least"), bare.sum().alias("bare")
    length, least, bare_length = selected(series.to_frame(), lengths).row(0)
    if bare_length == length and least != 0:
        return series
    stripped = series.str.strip_chars()
    return stripped.set(stripped == "", None)


def _text(series: pl.Series, _column: Column, _: ZoneInfo | None, _form: CellForm) -> pl.Series:
    if series.dtype.is_integer() or series.dtype == pl.Null:
        return series.cast(pl.String)
    if series.dtype.is_float() and series.fill_nan(None).null_count() == len(series):
        return pl.Series(series.name, [None], dtype=pl.String).new_from_index(0, len(series))
    return series


def _enum(series: pl.Series, column: Column, zone: ZoneInfo | None, form: CellForm) -> pl.Series:
    return _text(series, column, zone, form).cast(pl.Enum(column.values), strict=False)


def _bool(series: pl.Series, _column: Column, _: ZoneInfo | None, _form: CellForm) -> pl.Series:
    if series.dtype in (pl.Boolean, pl.Null):
        return series.cast(pl.Boolean)
    if series.dtype.is_numeric():
        return (series == 1).set((series != 1) & (series != 0), None)
    return is_yes(series.str.to_lowercase())


def is_yes(cells: Cell) -> Cell:
    """Return whether words say yes; null where they say neither yes nor no."""
    return cells.cast(_YES_OR_NO, strict=False).to_physical() < len(_TRUE)


def _scaled(series: pl.Series, column: Column, _: ZoneInfo | None, form: CellForm) -> pl.Series:
    """Return numbers as int64 over a power of ten: integers, minor units or millionths."""
    digits = DECIMALS[column.kind] if form.unit is None else len(str(UNITS[form.unit])) - 1
    scale: int = 10**digits
    dtype = series.dtype
    if dtype == pl.Null:
        return series.cast(pl.Int64)
    if dtype.is_integer():
        wide = series.cast(pl.Int64, strict=False)
        most = _GREATEST // scale  # compared on both sides: the least int64 has no absolute value
        return wide.set((wide > most) | (wide < -most), None) * scale
    if dtype.is_float():
        exact = (series if dtype == pl.Float64 else _as_written(series)) * scale
        whole = exact.round()
        near = ((exact - whole).abs() < NEAR) & (whole.abs() < _GREATEST)
        return whole.set(~near | exact.is_nan(), None).cast(pl.Int64, strict=False)
    text = series.cast(pl.String) if dtype.is_decimal() else series
    return selected(text.to_frame(), [scaled(pl.first(), digits)]).to_series()


def _as_written(series: pl.Series) -> pl.Series:
    """Return floats of half the usual size as their decimals say, where these tell cents apart.

    >>> _as_written(pl.Series([70.48, 200_000.02], dtype=pl.Float32)).to_list()
    [70.48, 200000.015625]
    """
    exact = series.cast(pl.Float64)
    return series.cast(pl.String).cast(pl.Float64).zip_with(exact.abs() < _TELLS_CENTS, exact)


def scaled(cell: pl.Expr, digits: int) -> pl.Expr:
    """Read decimals of at most 15 digits over a power of ten.

    The double next to such a number is, times that power, within a quarter of the whole number.
    """
    fraction = rf"[0-9]{{0,{digits}}}0*" if digits else "0*"
    readable = cell.str.contains(rf"^[+-]?[0-9]{{1,{15 - digits}}}(?:\.{fraction})?$")
    whole = (cell.cast(pl.Float64, strict=False) * 10**digits).round().cast(pl.Int64, strict=False)
    return pl.when(readable).then(whole)


def _time(series: pl.Series, _column: Column, zone: ZoneInfo | None, form: CellForm) -> pl.Series:
    """Return steady seconds."""
    if series.dtype == pl.String:
        return _steady(read_times(series, form.time), zone)
    if series.dtype == pl.Null:
        return series.cast(pl.Int64)
    if series.dtype == pl.Date:
        return _steady(Times(series.cast(pl.Int64) * DAY), zone)
    assert isinstance(series.dtype, pl.Datetime)
    per_second = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[series.dtype.time_unit]
    seconds = series.cast(pl.Int64) // per_second
    offset = None if series.dtype.time_zone is None else seconds * 0  # they are of UTC
    return _steady(Times(seconds, offset), zone)


def _steady(times: Times, zone: ZoneInfo | None) -> pl.Series:
    """Return times as steady seconds; where no zone is known, these are the wall's."""
    seconds = _within_calendar(times.seconds)
    offset = times.offset
    if offset is None or offset.null_count() == len(offset):
        return seconds if zone is None else clock_of(zone).steady(seconds)
    if zone is None:
        raise NoZoneError(
            message(
                "times have an offset from UTC, and the platform's zone is not known: name the"
                " platform (platform=), or the zone (tz=)"
            )
        )
    clock = clock_of(zone)
    shifted = _within_calendar(seconds - offset + clock.base)
    if not offset.null_count():
        return shifted
    return shifted.zip_with(offset.is_not_null(), clock.steady(seconds))


def _without_never(
    present: pl.Series, values: pl.Series, zone: ZoneInfo | None
) -> tuple[pl.Series, pl.Series]:
    """Return cells and times without those that say that a time has not come."""
    zeros, last = nevers(zone)
    if (values < 2 * DAY).any() or (values >= last).any():
        never = (values.is_in(zeros) | (values >= last)).fill_null(False)
        present, values = present.set(never, None), values.set(never, None)
    if present.dtype == pl.String and values.null_count() > present.null_count():
        present = present.set(is_never(present), None)
    return present, values


@cache
def nevers(zone: ZoneInfo | None) -> tuple[tuple[int, ...], int]:
    """Return the steady seconds at which clocks begin, here and by UTC, and those of the last day."""
    zeros = pl.Series([0, *ZEROS])
    if zone is None:
        return tuple(zeros), LAST_DAY
    clock = clock_of(zone)
    found = pl.concat([zeros, zeros + clock.base, clock.steady(zeros)])
    return tuple(found.unique()), int(clock.steady(pl.Series([LAST_DAY])).item())


def _first_seconds(values: pl.Series, zone: ZoneInfo | None) -> pl.Series:
    """Return the seconds of the wall at which the days of times begin."""
    wall = values if zone is None else clock_of(zone).wall(values)
    return wall // DAY * DAY


def _within_calendar(seconds: pl.Series) -> pl.Series:
    """Return seconds within the years 1 to 9999; anything else is not a time."""
    outside = (seconds < _FIRST_SECOND) | (seconds > _LAST_SECOND)
    return seconds.set(outside, None) if outside.any() else seconds


_Parser = Callable[[pl.Series, Column, ZoneInfo | None, CellForm], pl.Series]
_PARSERS: dict[str, _Parser] = {
    "text": _text,
    "enum": _enum,
    "bool": _bool,
    "int": _scaled,
    "money": _scaled,
    "number": _scaled,
    "time": _time,
    "day": _time,
}
