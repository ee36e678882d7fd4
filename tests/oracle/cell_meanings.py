"""What one cell of text means: times, money, booleans, enums, ratings and numbers.

`read_cell` gives the value, `None` for an empty cell, and raises `Unreadable` for text that says
nothing and `Forbidden` for text that is readable and not allowed (a rating of 9, negative money,
an unknown word of an enum). Which of the two sets the row aside is decided in `loading`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

from oracle.canonical_streams import Column

Value = int | str | bool | Fraction | None

SECONDS_PER_DAY = 86_400
_EPOCH = datetime(1970, 1, 1)

# Months, days and hours may lack their leading zero; minutes and seconds may not.
_DATE = r"(?P<year>[0-9]{4})(?P<dash>[-/])(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})"
_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"  # a fraction of a second is cut
)
_OFFSET = r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
_TIME = re.compile(f"{_DATE}[T ]{_CLOCK}{_OFFSET}")
_BARE_DATE = re.compile(_DATE)
_HALVES = re.compile(rf"{_DATE} (?P<half>上午|下午) (?P<clock>[0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}})")
#: What is written where a time has not come, besides the zero of the clock.
_NEVER = ("-", "0", "无", "null", "0000-00-00 00:00:00")
#: Midnights at which other clocks begin, and the last day of all.
_BEGINNINGS = ("0001-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01")
_LAST_DAY = "9999-12-31"
_MONEY = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_BOOLEANS = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}


class Unreadable(ValueError):
    """The text means nothing in a column of this kind."""


class Forbidden(ValueError):
    """The text is readable and its value is not allowed."""


def read_cell(text: str | None, column: Column, zone: str | None) -> Value:
    """The value of a cell; an empty cell is null, and a null boolean is its default."""
    trimmed = (text or "").strip()
    if not trimmed:
        return column.default
    if column.kind == "text":
        return trimmed
    if column.kind in ("time", "day") and trimmed in _NEVER:
        return None
    if column.kind == "time":
        return None if _is_never(time := read_time(trimmed, zone), zone) else time
    if column.kind == "day":
        return read_day(trimmed, zone)
    if column.kind == "boolean":
        return _read_boolean(trimmed)
    if column.kind == "enum":
        return _read_enum(trimmed, column.words)
    return _read_number(trimmed, column.kind)


def _is_never(time: int, zone: str | None) -> bool:
    """Whether a clock begins there: the epoch's in the zone and by UTC, or another; or all ends."""
    there = datetime.fromtimestamp(0, ZoneInfo(zone)) if zone else _EPOCH
    epoch = (there.replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)
    return (
        time in (0, epoch)
        or any(time == read_time(day, None) for day in _BEGINNINGS)
        or (time >= read_time(_LAST_DAY, None))
    )


def read_time(text: str, zone: str | None) -> int:
    """Seconds of the wall clock since 1970-01-01 00:00:00; an offset is converted to `zone`.

    A bare date is its midnight; Chinese and full-width forms are spelled in the usual way first.
    """
    text = _plain(text)
    found = _TIME.fullmatch(text)
    if found is None:
        raise Unreadable(text)
    names = ("year", "month", "day", "hour", "minute", "second")
    year, month, day, hour, minute, second = (int(found[name] or 0) for name in names)
    try:
        clock = datetime(year, month, day, hour, minute, second)  # a wall clock
        if found["offset"]:
            clock = _to_zone(clock, found["offset"], zone)
    except (ValueError, OverflowError) as error:
        raise Unreadable(text) from error
    return (clock - _EPOCH) // timedelta(seconds=1)


def _plain(text: str) -> str:
    text = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    text = re.sub("^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", r"\1-\2-\3", text)
    if _BARE_DATE.fullmatch(text):
        return f"{text} 00:00:00"
    if halved := _HALVES.fullmatch(text):
        hour, rest = halved["clock"].split(":", 1)
        if int(hour) > 12:
            raise Unreadable(text)
        hours = int(hour) % 12 + (12 if halved["half"] == "下午" else 0)
        return f"{text.split(' ')[0]} {hours}:{rest}"
    return text


def _to_zone(clock: datetime, offset: str, zone: str | None) -> datetime:
    """The wall clock of `zone` at the moment that `clock` with `offset` names."""
    if zone is None:
        raise LookupError("a time has an offset and no zone is known")
    if offset == "Z":
        moment = clock.replace(tzinfo=UTC)
    else:
        sign = -1 if offset[0] == "-" else 1
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        moment = clock.replace(tzinfo=timezone(sign * timedelta(minutes=minutes)))
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def read_day(text: str, zone: str | None) -> int:
    """The first second of a calendar day."""
    return read_time(text, zone) // SECONDS_PER_DAY * SECONDS_PER_DAY


def _read_boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise Unreadable(text)
    return _BOOLEANS[text.lower()]


def _read_enum(text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise Forbidden(f"unknown word, not one of {', '.join(words)}")
    return text


def _read_number(text: str, kind: str) -> int | Fraction:
    """Money in minor units, ratings 1–5, whole numbers, and the numbers of `shop_facts`."""
    pattern = {"money": _MONEY, "number": _NUMBER}.get(kind, _INTEGER)
    if not pattern.fullmatch(text):
        raise Unreadable(text)
    number = Fraction(text)
    if kind == "number":
        return number
    if kind == "money":
        number *= 100
        if number < 0:
            raise Forbidden("negative money")
    if kind == "rating" and not 1 <= number <= 5:
        raise Forbidden("outside 1–5")
    return int(number)


def canonical(value: Value) -> str:
    """The text by which states with the same updated_at are compared; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
