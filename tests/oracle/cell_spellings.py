"""The many ways in which exports write the same cell."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from oracle.canonical_streams import Column
from oracle.cell_meanings import Value

_EPOCH = datetime(1970, 1, 1)  # a wall clock
_SHANGHAI = 8 * 60
_TRUE, _FALSE = ("true", "TRUE", "True", "1", "是"), ("false", "FALSE", "False", "0", "否")

UNREADABLE_TIMES = (
    "yesterday", "2024-13-01 10:00:00", "2024-02-30 00:00:00", "2024-06-01 25:00:00",
    "2024-06-01 10:60:00", "01/06/2024 10:00", "2024-06", "1717200000", "2024-06-01 下午 13:00:00",
)  # fmt: skip

NEVER = (
    "-", "0", "无", "null", "0000-00-00 00:00:00", "1970-01-01 08:00:00", "1970/1/1 0:00",
    "0001-01-01 00:00:00", "1753-01-01", "1900/1/1 0:00", "9999-12-31 23:59:59",
)  # fmt: skip


def spell(rng: Random, value: Value, column: Column) -> str:
    """One of the spellings of a value; now and then with blanks around it."""
    if value is None:
        if column.kind == "time" and rng.random() < 0.1:
            return rng.choice(NEVER)
        return "" if rng.random() < 0.95 else "  "
    if column.kind == "time":
        spelled = _spell_time(rng, int(str(value)))
    elif column.kind == "day":
        day = _EPOCH + timedelta(seconds=int(str(value)))
        spelled = f"{day:%Y-%m-%d}" if rng.random() < 0.7 else f"{day:%Y/%m/%d}"
    elif column.kind == "boolean":
        spelled = rng.choice(_TRUE if value is True else _FALSE)
    elif column.kind == "money":
        spelled = _spell_money(rng, int(str(value)))
    else:
        spelled = str(value)
    return f" {spelled}  " if rng.random() < 0.02 else spelled


def _spell_money(rng: Random, minor: int) -> str:
    whole, cents = divmod(minor, 100)
    if cents == 0 and rng.random() < 0.5:
        return str(whole)
    if cents % 10 == 0 and rng.random() < 0.5:
        return f"{whole}.{cents // 10}"
    return f"{whole}.{cents:02}"


def _spell_time(rng: Random, seconds: int) -> str:
    clock = _EPOCH + timedelta(seconds=seconds)
    form = rng.random()
    if form < 0.60:
        return f"{clock:%Y-%m-%d %H:%M:%S}"
    if form < 0.68:
        return f"{clock:%Y/%m/%d %H:%M:%S}"
    if form < 0.72:
        return f"{clock:%Y-%m-%dT%H:%M:%S}"
    if form < 0.76:
        return f"{clock:%Y-%m-%d %H:%M:%S}.{rng.choice(('0', '5', '999', '999999'))}"
    if form < 0.78:
        half = "上午" if clock.hour < 12 else "下午"
        return f"{clock.year}年{clock.month}月{clock.day}日 {half} {clock.hour % 12 or 12}:{clock:%M:%S}"
    if form < 0.79:
        wide = str.maketrans("0123456789:", "０１２３４５６７８９：")
        return f"{clock:%Y-%m-%d %H:%M:%S}".translate(wide)
    if form < 0.81:
        return f"{clock.year}/{clock.month}/{clock.day} {clock.hour}:{clock:%M:%S}"
    if form < 0.90:
        return _spell_with_offset(rng, clock)
    if clock.second == 0:
        return f"{clock:%Y-%m-%d %H:%M}"
    return f"{clock:%Y-%m-%d %H:%M:%S}"


def _spell_with_offset(rng: Random, clock: datetime) -> str:
    """The same moment as a clock elsewhere shows it."""
    name, minutes = rng.choice(
        (("Z", 0), ("+08:00", _SHANGHAI), ("+0800", _SHANGHAI), ("-05:00", -300), ("+05:30", 330))
    )
    there = clock + timedelta(minutes=minutes - _SHANGHAI)
    fraction = rng.choice(("", "", ".250"))
    return f"{there:%Y-%m-%dT%H:%M:%S}{fraction}{name}"
