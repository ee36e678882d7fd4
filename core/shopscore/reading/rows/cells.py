"""Cells of one column become canonical values; what cannot be read is marked, never guessed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ...errors import InputError
from ...messages import message
from ...model.streams import MONEY_SCALE, NUMBER_SCALE, Column

_TIME = (
    r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::([0-5]\d)(?:[.,]\d*)?)?"
    r"\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$"
)
_DAY = r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$"
_CANONICAL = "%Y-%m-%d %H:%M:%S"
_EPOCH = datetime(1970, 1, 1)
_FIRST_SECOND = int((datetime(1, 1, 1) - _EPOCH).total_seconds())
_LAST_SECOND = int((datetime(9999, 12, 31, 23, 59, 59) - _EPOCH).total_seconds())
_TRUE = ("true", "1", "是")
_FALSE = ("false", "0", "否")
_DECIMALS = {"int": 0, "money": len(str(MONEY_SCALE)) - 1, "number": len(str(NUMBER_SCALE)) - 1}
_DAY_SECONDS = 86_400
#: Larger integers would not survive a trip through a double.
_GREATEST = 2**53


class NoZoneError(InputError):
    """A time with an offset, where the platform's zone is not known."""


@frozen(eq=False)
class Cells:
    """A canonical column; ``unreadable`` marks cells that held something else (None: there are none)."""

    values: pl.Series
    unreadable: pl.Series | None


def parse(series: pl.Series, column: Column, zone: ZoneInfo | None) -> Cells:
    """Return the cells of a column in canonical form: int64, booleans, enums or text.

    Raises:
        InputError: where the whole column is of a type that cannot be read as this kind.
        NoZoneError: for a time with an offset and no known zone.
    """
    present = series
    if series.dtype in (pl.Categorical, pl.Enum):
        present = series.cast(pl.String)
    if present.dtype == pl.String and column.kind == "enum":
        known = present.cast(pl.Enum(column.values), strict=False)
        if known.null_count() == present.null_count():
            return Cells(known, None)  # nothing to trim, which would cost more
    if present.dtype == pl.String:
        present = trim(present)
    values = _PARSERS[column.kind](present, column, zone)
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
    stripped, lengths = series.str.strip_chars(), series.str.len_bytes()
    if stripped.str.len_bytes().sum() == lengths.sum() and lengths.min() != 0:
        return series
    return stripped.set(stripped == "", None)


def _wrong_type(series: pl.Series, column: Column) -> InputError:
    if column.kind == "text" and series.dtype.is_float():
        return InputError(
            message(
                "column {column}: {type} cannot be read as text: give ids as text, floats lose"
                " their digits. Read the file again with this column as text"
                ' (dtype={{"{column}": str}} in pandas, schema_overrides={{"{column}": pl.String}}'
                " in polars); where no id has more than 15 digits, convert it:"
                ' .astype("Int64").astype("string") in pandas,'
                " .cast(pl.Int64).cast(pl.String) in polars, ::BIGINT::VARCHAR in SQL",
                column=column.name,
                type=series.dtype,
            )
        )
    return InputError(
        message(
            "column {column}: {type} cannot be read as {kind}",
            column=column.name,
            type=series.dtype,
            kind=column.kind,
        )
    )


def _text(series: pl.Series, column: Column, _: ZoneInfo | None) -> pl.Series:
    if series.dtype.is_integer() or series.dtype == pl.Null:
        return series.cast(pl.String)
    if series.dtype.is_float() and series.fill_nan(None).null_count() == len(series):
        return pl.Series(series.name, [None], dtype=pl.String).new_from_index(0, len(series))
    if series.dtype != pl.String:
        raise _wrong_type(series, column)
    return series


def _enum(series: pl.Series, column: Column, zone: ZoneInfo | None) -> pl.Series:
    return _text(series, column, zone).cast(pl.Enum(column.values), strict=False)


def _bool(series: pl.Series, column: Column, _: ZoneInfo | None) -> pl.Series:
    if series.dtype in (pl.Boolean, pl.Null):
        return series.cast(pl.Boolean)
    if series.dtype.is_numeric():
        words = (series == 1), (series == 0)
    elif series.dtype == pl.String:
        lower = series.str.to_lowercase()
        words = lower.is_in(_TRUE), lower.is_in(_FALSE)
    else:
        raise _wrong_type(series, column)
    yes, no = words
    return pl.select(pl.when(yes).then(True).when(no).then(False)).to_series()


def _scaled(series: pl.Series, column: Column, _: ZoneInfo | None) -> pl.Series:
    """Return numbers as int64 over a power of ten: integers, minor units or millionths."""
    digits = _DECIMALS[column.kind]
    scale: int = 10**digits
    dtype = series.dtype
    if dtype == pl.Null:
        return series.cast(pl.Int64)
    if dtype.is_integer():
        wide = series.cast(pl.Int64, strict=False)
        most = _GREATEST // scale
        return wide.set((wide > most) | (wide < -most), None) * scale  # abs() of -2^63 is itself
    if dtype.is_float():
        exact = series.cast(pl.Float64) * scale
        whole = exact.round()
        near = ((exact - whole).abs() < 1e-4) & (whole.abs() < _GREATEST)
        return whole.set(~near | exact.is_nan(), None).cast(pl.Int64, strict=False)
    if dtype.is_decimal():
        series, dtype = series.cast(pl.String), pl.String()
    if dtype != pl.String:
        raise _wrong_type(series, column)
    return _scaled_text(series, digits)


def _scaled_text(series: pl.Series, digits: int) -> pl.Series:
    fraction = rf"(\d{{0,{digits}}})0*" if digits else "(0*)"
    parts = series.str.extract_groups(rf"^([+-]?)(\d{{1,{15 - digits}}})(?:\.{fraction})?$").struct
    sign, whole, rest = (parts.field(name) for name in parts.fields)
    scale: int = 10**digits
    scaled = whole.cast(pl.Int64, strict=False) * scale
    if digits:
        scaled = scaled + rest.fill_null("").str.pad_end(digits, "0").cast(pl.Int64, strict=False)
    return scaled * pl.select(pl.when(sign == "-").then(-1).otherwise(1)).to_series()


def _time(series: pl.Series, column: Column, zone: ZoneInfo | None) -> pl.Series:
    if series.dtype == pl.String:
        return _times_from_text(series, zone)
    if series.dtype == pl.Null:
        return series.cast(pl.Int64)
    if series.dtype == pl.Date:
        return _within_calendar(series.cast(pl.Int64) * _DAY_SECONDS)
    if not isinstance(series.dtype, pl.Datetime):
        raise _wrong_type(series, column)
    if series.dtype.time_zone is not None:
        series = _on_clock(series, zone)
    per_second = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[series.dtype.time_unit]  # type: ignore[attr-defined]
    return _within_calendar(series.to_physical() // per_second)


def _day(series: pl.Series, column: Column, zone: ZoneInfo | None) -> pl.Series:
    """Return the second at which the day begins; a time is cut to its day."""
    if series.dtype == pl.String:
        days = series.str.extract_groups(_DAY).struct
        bare = _seconds(*(days.field(f) for f in days.fields))
        times = _times_from_text(series.set(bare.is_not_null(), None), zone)
        seconds = bare.zip_with(bare.is_not_null(), times)
    else:
        seconds = _time(series, column, zone)
    return seconds // _DAY_SECONDS * _DAY_SECONDS


def _times_from_text(series: pl.Series, zone: ZoneInfo | None) -> pl.Series:
    """Read the canonical form at once, and every other form by its parts."""
    if not len(series):
        return pl.Series(series.name, [], dtype=pl.Int64)
    seconds = series.str.to_datetime(_CANONICAL, strict=False, time_unit="ms").dt.epoch("s")
    odd = series.is_not_null() & (
        seconds.is_null() | (series.str.len_bytes() != len("2024-06-30 12:00:00"))
    )
    odd = odd | (series.str.ends_with("60") & series.is_not_null())
    if odd.any():
        seconds = seconds.scatter(odd.arg_true(), _from_parts(series.filter(odd), zone))
    return _within_calendar(seconds)


def _from_parts(series: pl.Series, zone: ZoneInfo | None) -> pl.Series:
    parts = series.str.extract_groups(_TIME).struct
    *clock, offset = (parts.field(name) for name in parts.fields)
    seconds = _seconds(*clock)
    if not offset.is_not_null().any():
        return seconds
    if zone is None:
        value = series.filter(offset.is_not_null())[0]
        raise NoZoneError(
            f"{value!r} has an offset, and the platform's zone is not known:"
            " name the platform (platform=), or the zone (tz=)"
        )
    utc = _within_calendar(seconds - _offset_seconds(offset))
    instants = (utc * 1000).cast(pl.Datetime("ms", "UTC"))
    shifted = _on_clock(instants, zone).to_physical() // 1000
    return shifted.zip_with(offset.is_not_null(), seconds)


def _offset_seconds(offset: pl.Series) -> pl.Series:
    parts = offset.str.extract_groups(r"^([+-])(\d{2}):?(\d{2})?$").struct
    sign, hours, minutes = (parts.field(name) for name in parts.fields)
    size = hours.cast(pl.Int64) * 3600 + minutes.cast(pl.Int64).fill_null(0) * 60
    signed = size.zip_with((sign == "+").fill_null(False), -size)
    return signed.fill_null(0)


def _seconds(
    year: pl.Series,
    month: pl.Series,
    day: pl.Series,
    hour: pl.Series | None = None,
    minute: pl.Series | None = None,
    second: pl.Series | None = None,
) -> pl.Series:
    """Return wall-clock seconds of a date and time in parts of text; null for impossible ones."""
    known = year.is_not_null().to_numpy()
    y, m, d = (_whole(part) for part in (year, month, day))
    clock = [
        _whole(part) if part is not None else np.zeros_like(y) for part in (hour, minute, second)
    ]
    possible = known & (y >= 1) & (m >= 1) & (m <= 12) & (d >= 1)
    months = np.where(possible, (y - 1970) * 12 + m - 1, 0)
    first = _days_before_month(months)
    possible &= d <= _days_before_month(months + 1) - first
    possible &= (clock[0] < 24) & (clock[1] < 60) & (clock[2] < 60)
    total = (first + d - 1) * _DAY_SECONDS + clock[0] * 3600 + clock[1] * 60 + clock[2]
    return pl.Series(year.name, total).set(pl.Series(~possible), None)


def _whole(part: pl.Series) -> npt.NDArray[np.int64]:
    return part.cast(pl.Int64, strict=False).fill_null(0).to_numpy()


def _days_before_month(months: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return days from 1970-01-01 to the first of a month that is counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _on_clock(instants: pl.Series, zone: ZoneInfo | None) -> pl.Series:
    if zone is None:
        raise NoZoneError(
            "times carry a zone, and the platform's zone is not known:"
            " name the platform (platform=), or the zone (tz=)"
        )
    return instants.dt.convert_time_zone(zone.key).dt.replace_time_zone(None)


def _within_calendar(seconds: pl.Series) -> pl.Series:
    """Return seconds within the years 1 to 9999; anything else is not a time."""
    outside = (seconds < _FIRST_SECOND) | (seconds > _LAST_SECOND)
    return seconds.set(outside, None) if outside.any() else seconds


_PARSERS = {
    "text": _text,
    "enum": _enum,
    "bool": _bool,
    "int": _scaled,
    "money": _scaled,
    "number": _scaled,
    "time": _time,
    "day": _day,
}
