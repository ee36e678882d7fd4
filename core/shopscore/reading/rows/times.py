"""Text to times of the wall: the forms that have one meaning, and those that a layout states."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from ...model.layouts import TIME_DIRECTIVES
from ...value_classes import frozen
from ..marks import is_nothing
from .clocks import DAY
from .selecting import selected

_OFFSET = r"Z|z|[+-][0-9]{2}(?::?[0-9]{2})?"
_CANONICAL = "%Y-%m-%d %H:%M:%S"
_TIME = (
    r"^(?P<Y>[0-9]{4})[-/](?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{1,2})[ T](?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})"
    rf"(?::(?P<S>[0-5][0-9])(?:[.,][0-9]*)?)?\s*(?P<z>{_OFFSET})?$"
)
#: A date alone, dots, and the two halves of a day; whatever is Chinese is made so first.
_LOOSE = (
    r"^(?P<Y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})"
    r"(?:[ T]\s*(?:(?P<before>[AaPp])\.?[Mm]\.?\s*)?(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})"
    r"(?::(?P<S>[0-5][0-9])(?:[.,][0-9]*)?)?\s*(?:(?P<p>[AaPp])\.?[Mm]\.?\s*)?"
    rf"(?P<z>{_OFFSET})?)?\s*$"
)
_CHINESE = (
    (r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", "$1-$2-$3 "),
    (r"([0-9]{1,2})[时点]([0-9]{2})分([0-9]{2})秒", "$1:$2:$3"),
    (r"([0-9]{1,2})[时点]([0-9]{2})分", "$1:$2"),
    ("上午", " AM "),
    ("下午", " PM "),
    (r"\s+", " "),
)
#: What stands for a time that has not come, beside the words for nothing: zero, MySQL's zero date
#: and that of spreadsheets, and the days at the ends of the calendar, also beyond it by an offset.
_NEVER = (
    r"^(?:0+(?:\.0*)?"
    r"|(?:0{4}[-/.]0{1,2}|1900[-/]0?1)[-/.]0{1,2}(?:[ T]0{1,2}:00(?::00(?:\.0*)?)?Z?)?"
    r"|0000年0{1,2}月0{1,2}日(?: *0{1,2}:00(?::00)?)?"
    r"|(?:0001[-/.]0?1[-/.]0?1|9999[-/.]12[-/.]31)(?:[ T].*)?)$"
)


def _midnight(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days * DAY


#: Midnights at which clocks begin, as programs write "never": of .NET and Go, the first of SQL
#: Server's calendar, the days that spreadsheets count as 0 and as 1, and SQL Server's zero.
ZEROS = tuple(
    _midnight(*day)
    for day in ((1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1))
)
#: Any time of the last day of the calendar is "never" too.
LAST_DAY = _midnight(9999, 12, 31)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Times before that are no epoch times: seconds would be taken for milliseconds.
_EARLIEST_EPOCH = 20 * 365 * DAY
#: Decimals of a day that are read, and the unit to which its fraction is rounded.
_DAY_DECIMALS, _MILLIS = 10, 1000


@frozen(eq=False)
class Times:
    """Times as they were written: seconds of some wall, and how far that is ahead of UTC.

    ``offset`` is null where it is that of the platform; None: it is so everywhere.
    """

    seconds: pl.Series
    offset: pl.Series | None = None


def read_times(cells: pl.Series, form: str | None = None) -> Times:
    """Return the times that cells of text hold, null where they hold none that can be read.

    ``form`` is what a layout states: a form of ``strptime``, which all cells have, or a way of
    counting, beside which the forms with one meaning are read.

    >>> times = pl.Series(["2022年5月20日 22:00", "2022/5/20 下午 10:00", "2022.5.20", "5/20/22"])
    >>> pl.from_epoch(read_times(times).seconds).dt.strftime("%d %H:%M").to_list()
    ['20 22:00', '20 22:00', '20 00:00', None]
    """
    if form is None:
        return _unstated(cells)
    if form in _COUNTED:
        counted = _COUNTED[form](cells)
        others = _unstated(cells.set(counted.seconds.is_not_null(), None))
        return _either(counted, others)
    return _from_parts(cells, _pattern(form))


def is_never(cells: pl.Series) -> pl.Series:
    """Return which cells of text say that a time has not come.

    >>> is_never(pl.Series(["0000-00-00 00:00:00", "0", "无", "2022-05-20"])).to_list()
    [True, True, True, False]
    """
    return cells.str.contains(_NEVER).fill_null(False) | is_nothing(cells)


def is_zero(seconds: pl.Series) -> pl.Series:
    """Return which times say "never": the zero of some clock, in 1970 of any zone, or the last day."""
    epoch = seconds.is_between(-DAY, DAY)
    return (epoch | seconds.is_in(ZEROS) | (seconds >= LAST_DAY)).fill_null(False)


def narrow(cells: pl.Series) -> pl.Series:
    """Return text with digits, letters and signs of full width as those of ASCII.

    >>> narrow(pl.Series(["２０２２-05-20 22：00"])).to_list()
    ['2022-05-20 22:00']
    """
    return cells.str.replace_many(_WIDE, _NARROW)


_NARROW = [chr(code) for code in range(0x21, 0x7F)] + [" ", "-", "-"]
_WIDE = [chr(code + 0xFEE0) for code in range(0x21, 0x7F)] + ["\u3000", "\u2212", "\u2010"]


def _unstated(cells: pl.Series) -> Times:
    """Read the canonical form at once, and every other form by its parts."""
    if not len(cells):
        return Times(pl.Series(cells.name, [], dtype=pl.Int64))
    cell, read = pl.col("cell"), pl.col("seconds")
    parsed, usual = canonical(cell)
    found = selected(cells.alias("cell").to_frame(), [cell, parsed.alias("seconds")])
    odd = selected(found, [cell.is_not_null() & (read.is_null() | ~usual)]).to_series()
    seconds = found["seconds"].alias(cells.name)
    if not odd.any():
        return Times(seconds)
    others = _by_parts(cells.filter(odd))
    at = odd.arg_true()
    if others.offset is None:
        return Times(seconds.scatter(at, others.seconds))
    offset = _constant(cells, None)
    return Times(seconds.scatter(at, others.seconds), offset.scatter(at, others.offset))


def canonical(cell: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the seconds of times in the canonical form, and which are certainly in that."""
    parsed = cell.str.to_datetime(_CANONICAL, strict=False, time_unit="ms", cache=False).dt.epoch(
        "s"
    )
    usual = (cell.str.len_bytes() == len("2024-06-30 12:00:00")) & ~cell.str.ends_with("60")
    return parsed, usual


def _by_parts(cells: pl.Series) -> Times:
    usual = _from_parts(cells, _TIME)
    if not usual.seconds.null_count():
        return usual
    left = usual.seconds.is_null() & ~cells.str.contains(_TIME)  # and not impossible ones
    others = cells.set(~left, None)
    for pattern, plain in _CHINESE:
        others = others.str.replace_all(pattern, plain)
    return _either(usual, _from_parts(others, _LOOSE))


def _either(first: Times, second: Times) -> Times:
    """Return the first times, and the second ones where there are none."""
    known = first.seconds.is_not_null()
    offsets = [
        _constant(cells.seconds, None) if cells.offset is None else cells.offset
        for cells in (first, second)
    ]
    seconds = first.seconds.zip_with(known, second.seconds)
    if first.offset is None and second.offset is None:
        return Times(seconds)
    return Times(seconds, offsets[0].zip_with(known, offsets[1]))


def _from_parts(cells: pl.Series, pattern: str) -> Times:
    parts = cells.str.extract_groups(pattern).struct
    found = {name: parts.field(name) for name in parts.fields}
    seconds = _seconds(found)
    zone = found.get("z")
    if zone is None or not zone.is_not_null().any():
        return Times(seconds)
    return Times(seconds, _offset_seconds(zone))


def _seconds(parts: dict[str, pl.Series]) -> pl.Series:
    """Return the seconds of a date and time in parts of text; null for impossible ones."""
    year = _whole(parts, "Y")
    if year is None:
        short = _part(parts, "y")
        year = short + np.where(short < 69, 2000, 1900)
    month, day = _month(parts), _part(parts, "d")
    hour, possible = _hour(parts)
    minute, second = _part(parts, "M"), _part(parts, "S")
    known = next(iter(parts.values())).is_not_null().to_numpy()
    possible &= known & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(possible, (year - 1970) * 12 + month - 1, 0)
    first = _days_before_month(months)
    possible &= day <= _days_before_month(months + 1) - first
    possible &= (hour < 24) & (minute < 60) & (second < 60)
    total = (first + day - 1) * DAY + hour * 3600 + minute * 60 + second
    name = next(iter(parts.values())).name
    return pl.Series(name, total).set(pl.Series(~possible), None)


def _hour(parts: dict[str, pl.Series]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the hour from 0 to 23, and where it can be one: with half a day it is 0 to 12."""
    hour = _part(parts, "I" if "I" in parts else "H")
    halves = [parts[name] for name in ("before", "p") if name in parts]
    possible = np.ones(len(hour), np.bool_)
    if not any(half.is_not_null().any() for half in halves):
        return hour, possible
    said = pl.select(pl.sum_horizontal(*(half.is_not_null().cast(pl.Int8) for half in halves)))
    half = pl.select(pl.coalesce(halves)).to_series()
    halved = half.is_not_null().to_numpy()
    afternoon = half.str.contains("^[Pp下]").fill_null(False).to_numpy()
    possible &= (said.to_series().to_numpy() < 2) & (~halved | (hour <= 12))
    return np.where(halved, hour % 12 + 12 * afternoon, hour), possible


def _month(parts: dict[str, pl.Series]) -> npt.NDArray[np.int64]:
    if "b" not in parts:
        return _part(parts, "m")
    names = parts["b"].str.to_lowercase().str.slice(0, 3)
    numbers = {name: number for number, name in enumerate(_MONTHS, start=1)}
    found: npt.NDArray[np.int64] = names.replace_strict(
        numbers, default=0, return_dtype=pl.Int64
    ).to_numpy()
    return found


def _part(parts: dict[str, pl.Series], name: str) -> npt.NDArray[np.int64]:
    found = _whole(parts, name)
    return np.zeros(len(next(iter(parts.values()))), np.int64) if found is None else found


def _whole(parts: dict[str, pl.Series], name: str) -> npt.NDArray[np.int64] | None:
    """Return a part as numbers: its digits are ASCII, so that every one can be cast."""
    if name not in parts:
        return None
    return parts[name].cast(pl.Int64).fill_null(0).to_numpy()


def _days_before_month(months: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return days from 1970-01-01 to the first of a month that is counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _offset_seconds(offset: pl.Series) -> pl.Series:
    parts = offset.str.extract_groups(r"^([+-])([0-9]{2}):?([0-9]{2})?$").struct
    sign, hours, minutes = (parts.field(name) for name in parts.fields)
    size = hours.cast(pl.Int64) * 3600 + minutes.cast(pl.Int64).fill_null(0) * 60
    signed = size.zip_with((sign == "+").fill_null(False), -size)
    return signed.fill_null(0).set(offset.is_null(), None)


def _epoch(cells: pl.Series, per_second: int) -> Times:
    """Read seconds since 1970 in UTC, or parts of them; 0 is nothing."""
    whole = cells.str.extract(r"^([0-9]{1,18})(?:\.[0-9]*)?$").cast(pl.Int64)
    seconds = whole // per_second
    seconds = seconds.set((seconds < _EARLIEST_EPOCH) & (whole != 0), None)
    return Times(seconds, _constant(cells, 0))


def _constant(like: pl.Series, value: int | None) -> pl.Series:
    return pl.Series(like.name, [value], dtype=pl.Int64).new_from_index(0, len(like))


def _serial(cells: pl.Series) -> Times:
    """Read days since 1899-12-30, to the millisecond, of which the rest of a second is cut."""
    parts = cells.str.extract_groups(r"^([0-9]{1,7})(?:\.([0-9]*))?$").struct
    whole, rest = (parts.field(name) for name in parts.fields)
    digits = rest.fill_null("").str.slice(0, _DAY_DECIMALS).str.pad_end(_DAY_DECIMALS, "0")
    scale = 10**_DAY_DECIMALS
    millis = (digits.cast(pl.Int64) * (DAY * _MILLIS) + scale // 2) // scale
    return Times((whole.cast(pl.Int64) - 25_569) * DAY + millis // _MILLIS)


_COUNTED: dict[str, Callable[[pl.Series], Times]] = {
    "epoch_s": lambda cells: _epoch(cells, 1),
    "epoch_ms": lambda cells: _epoch(cells, 1000),
    "serial": _serial,
}

_DIRECTIVES = {
    "%Y": "(?P<Y>[0-9]{4})",
    "%y": "(?P<y>[0-9]{2})",
    "%m": "(?P<m>[0-9]{1,2})",
    "%b": f"(?P<b>(?i:{'|'.join(_MONTHS)}))",
    "%B": "(?P<b>(?i:january|february|march|april|may|june|july|august|september|october|november|december))",
    "%d": "(?P<d>[0-9]{1,2})",
    "%H": "(?P<H>[0-9]{1,2})",
    "%I": "(?P<I>[0-9]{1,2})",
    "%M": "(?P<M>[0-9]{1,2})",
    "%S": "(?P<S>[0-9]{1,2})",
    "%f": "[0-9]{1,9}",
    "%p": r"(?P<p>[AaPp]\.?[Mm]\.?|上午|下午)",
    "%z": rf"(?P<z>{_OFFSET})",
    "%%": "%",
}
assert _DIRECTIVES.keys() == set(TIME_DIRECTIVES)


@cache
def _pattern(form: str) -> str:
    """Return a form of ``strptime`` as a regular expression.

    Digits need no leading zero, but where those of the next part follow at once.
    """
    pieces = [piece for piece in re.split(r"(%.|\s+)", form) if piece]
    pattern = ""
    for before, piece, after in zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False):
        part = _DIRECTIVES.get(piece, r"\s+" if piece.isspace() else re.escape(piece))
        close = before[:1] == "%" or after[:1] == "%"
        pattern += part.replace("{1,2}", "{2}") if close and piece != "%%" else part
    return f"^{pattern}$"
