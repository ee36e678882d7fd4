"""Amounts: numbers as a console shows them, ``93.5%`` or ``2小时5分``, taken in a metric's unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from unicodedata import normalize

from ..errors import InputError
from ..exact.decimals import exact_decimal
from ..messages import Message, Translated, message
from ..model.metrics import Unit
from ..value_classes import frozen

#: What stands in a cell that nobody filled in.
EMPTY = frozenset({"", "nan", "null"})
#: What stands in a cell to say that a console shows no value.
NONE = frozenset({"-", "--", "–", "—", "——", "none", "n/a", "无", "暂无", "暂无数据"})
NOTHING = EMPTY | NONE

_PERCENT, _MILLE, _MARK = "%", "‰", "分"
#: Seconds of each word for a duration.
_SECONDS: Mapping[str, int] = {
    **dict.fromkeys(("天", "日", "d", "day", "days"), 86_400),
    **dict.fromkeys(("小时", "时", "h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("分钟", "分", "m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("秒", "秒钟", "s", "sec", "secs", "second", "seconds"), 1),
}
_UNIT_SECONDS: Mapping[str, int] = {
    "hours": 3_600,
    "days": 86_400,
    "minutes": 60,
    "seconds": 1,
}
_COUNTED = frozenset({"单", "个", "次", "条", "笔", "件", "天"})

_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?"
_PART = re.compile(rf"({_NUMBER})\s*([^\d\s.,+-]*)\s*")
_CLOCK = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d)")


@frozen
class Possible:
    """What the values of a metric can be: their unit, the least and the greatest."""

    unit: Unit
    low: Fraction | None = None
    high: Fraction | None = None

    @classmethod
    def of(cls, unit: Unit, low: Fraction, high: Fraction) -> Possible:
        """Return what values of a unit can be; ``low`` to ``high`` is the scale of points."""
        match unit:
            case "ratio":
                return cls(unit, Fraction(0), Fraction(1))
            case "hours" | "days" | "minutes" | "seconds" | "count" | "money":
                return cls(unit, Fraction(0))
            case "points":
                return cls(unit, low, high)
        return cls(unit)

    def allows(self, number: Fraction) -> bool:
        """Return whether a number in the unit can be a value."""
        if self.unit == "count" and number.denominator != 1:
            return False
        above = self.high is not None and number > self.high
        return not above and (self.low is None or number >= self.low)


@frozen
class Amount:
    """A number as it was typed in, with the words behind its parts; the unit is not known yet.

    >>> parse_amount("2小时5分").parts
    ((Fraction(2, 1), '小时'), (Fraction(5, 1), '分'))
    """

    text: str
    parts: tuple[tuple[Fraction, str], ...]

    @property
    def plain(self) -> bool:
        """Whether it is a mere number."""
        return len(self.parts) == 1 and not self.parts[0][1]

    def within(self, possible: Possible, place: Translated) -> Fraction:
        """Return the number in the unit of a metric.

        Raises:
            InputError: naming the place, where it has another unit, or is what no value can be.
        """
        number = self.in_unit(possible.unit)
        if number is None:
            raise InputError(_not_in_unit(self.text, possible.unit, place))
        if possible.unit == "count" and number.denominator != 1:
            raise InputError(
                message(
                    "{place}: {value!r}: things are counted in whole numbers",
                    place=place,
                    value=self.text,
                )
            )
        if not possible.allows(number):
            raise InputError(self._impossible(possible, number, place))
        return number

    def in_unit(self, unit: Unit) -> Fraction | None:
        """Return the number in a unit; None where its words are of another."""
        number, word = self.parts[0]
        if len(self.parts) > 1 or (word in _SECONDS and unit in _UNIT_SECONDS):
            return self._duration(unit)
        fits = {
            "ratio": {_PERCENT: Fraction(1, 100), _MILLE: Fraction(1, 1000)},
            "points": {_MARK: Fraction(1)},
            "count": dict.fromkeys(_COUNTED, Fraction(1)),
        }.get(unit, {})
        factor = Fraction(1) if not word else fits.get(word)
        return None if factor is None else number * factor

    def _duration(self, unit: Unit) -> Fraction | None:
        """Return the parts of a duration together; None where they do not make one."""
        sizes = [_SECONDS.get(word, 0) for _, word in self.parts]
        falling = all(a > b for a, b in zip(sizes, [*sizes[1:], 0], strict=True))
        if unit not in _UNIT_SECONDS or not falling or any(n < 0 for n, _ in self.parts[1:]):
            return None
        seconds = sum(n * size for (n, _), size in zip(self.parts, sizes, strict=True))
        return Fraction(seconds) / _UNIT_SECONDS[unit]

    def _impossible(self, possible: Possible, number: Fraction, place: Translated) -> Message:
        if possible.unit == "ratio" and self.plain and 1 < number <= 100:
            return message(
                "{place}: {value!r}: a rate is a fraction: write {fraction:.12g}, or {value}%",
                place=place,
                value=self.text,
                fraction=float(number / 100),
            )
        if possible.unit == "ratio":
            return message(
                "{place}: {value!r}: a rate is not below 0 or above 1 (100%)",
                place=place,
                value=self.text,
            )
        if possible.unit == "points" and possible.low is not None and possible.high is not None:
            return message(
                "{place}: {value!r} is not within the scale, {low:g} to {high:g}",
                place=place,
                value=self.text,
                low=float(possible.low),
                high=float(possible.high),
            )
        return message("{place}: {value!r} cannot be below 0", place=place, value=self.text)


def parse_amount(text: str) -> Amount | None:
    """Return an amount from text; None where it is none, or its number too large.

    Full-width characters, commas before groups of three, ``12.5 h`` and ``26:05:30`` are read.

    >>> parse_amount("78.3%"), parse_amount("much")
    (Amount(text='78.3%', parts=((Fraction(783, 10), '%'),)), None)
    """
    folded = normalize("NFKC", text).strip().lower()
    if clock := _CLOCK.fullmatch(folded):
        hours, minutes, seconds = map(Fraction, clock.groups())
        return Amount(text.strip(), ((hours, "h"), (minutes, "m"), (seconds, "s")))
    parts: list[tuple[Fraction, str]] = []
    position = 0
    while position < len(folded):
        found = _PART.match(folded, position)
        number = exact_decimal(found[1].replace(",", "")) if found and found[1] else None
        if found is None or number is None or (parts and not parts[-1][1]):
            return None
        parts.append((Fraction(number), found[2]))
        position = found.end()
    known = {*_SECONDS, *_COUNTED, _PERCENT, _MILLE, ""}
    unnamed = len(parts) > 1 and not parts[-1][1]
    if not parts or unnamed or any(word not in known for _, word in parts):
        return None
    return Amount(text.strip(), tuple(parts))


def read_amount(text: str, place: Translated) -> Amount:
    """Return an amount from text.

    Raises:
        InputError: naming the place, where it is none.
    """
    amount = parse_amount(text)
    if amount is None:
        raise InputError(
            message("{place}: {value!r} is not a number that can be used", place=place, value=text)
        )
    return amount


def read_percentile(text: str, place: Translated) -> Fraction:
    """Return a percentile, from 0 (worst) to 1 (best); ``78.3%`` is one too.

    Raises:
        InputError: naming the place, where it is none.
    """
    amount = read_amount(text, place)
    number = amount.in_unit("ratio")
    if number is not None and 0 <= number <= 1:
        return number
    if number is not None and amount.plain and 1 < number <= 100:
        raise InputError(
            message(
                "{place}: {value!r} is not within 0 to 1: write {fraction:.12g}, or {value}%",
                place=place,
                value=text,
                fraction=float(number / 100),
            )
        )
    raise InputError(message("{place}: {value!r} is not within 0 to 1", place=place, value=text))


def _not_in_unit(text: str, unit: Unit, place: Translated) -> Message:
    match unit:
        case "ratio":
            return message(
                "{place}: {value!r} is no rate: write a fraction such as 0.935, or 93.5%",
                place=place,
                value=text,
            )
        case "hours":
            return message(
                "{place}: {value!r} is no duration: write hours such as 12.5, or 12.5 h, or 2小时5分",
                place=place,
                value=text,
            )
        case "days":
            return message(
                "{place}: {value!r} is no duration: write days such as 2.5, or 2.5 d, or 2天5小时",
                place=place,
                value=text,
            )
        case "minutes":
            return message(
                "{place}: {value!r} is no duration: write minutes such as 2.5, or 2.5 min",
                place=place,
                value=text,
            )
        case "seconds":
            return message(
                "{place}: {value!r} is no duration: write seconds such as 45, or 45 s, or 1分5秒",
                place=place,
                value=text,
            )
    return message("{place}: {value!r} is not a number that can be used", place=place, value=text)
