"""Cells of documents: exact numbers, days and words, each read as its mapping says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from ...messages import Message, message
from ...model.mappings import Reading
from ...value_classes import frozen
from .searching import FAILED

#: What stands where there is no value: a console writes −9999 as a number or as text.
MISSING_WORDS = frozenset({"", "-", "--", "—", "暂无", "null", "-9999", "-9999.0", "-9999.00"})
_MISSING_NUMBER = -9999


class UnreadableError(ValueError):
    """A cell that does not hold what its mapping says."""

    def __init__(self, said: Message) -> None:
        super().__init__(said)
        self.said = said


@frozen
class Percent:
    """A weight that is written with %, so that its scale is known."""

    share: Fraction


#: What a cell can hold once it is read.
Value = Fraction | Percent | str | bool | date


def read_cell(found: Any, reading: Reading, zone: ZoneInfo) -> Value | None:
    """Return what a cell holds; None where nothing stands there.

    Raises:
        UnreadableError: where it is something else than its mapping says.

    >>> read_cell("88.15", "percent", ZoneInfo("Asia/Shanghai"))
    Fraction(1763, 2000)
    >>> read_cell(-9999, "number", ZoneInfo("Asia/Shanghai")) is None
    True
    """
    if found is FAILED:
        raise UnreadableError(message("what stands around it is not as expected"))
    if is_missing(found):
        return None
    return _READERS[reading](found, zone)


def rounding_of(found: Any, reading: Reading) -> Fraction:
    """Return by how much a number may be off that was rounded to the digits that are written.

    >>> rounding_of("88.15", "percent"), rounding_of(87, "number")
    (Fraction(1, 20000), Fraction(1, 2))
    """
    digits = str(found).strip().rstrip("%％")
    number = _PLAIN.fullmatch(digits)
    if number is None:
        return Fraction(0)
    decimals = len(number[1] or ".") - 1 - int((number[2] or "e0")[1:])
    half = Fraction(1, 2) / Fraction(10) ** decimals
    return half * _SCALES.get(reading, Fraction(1))


def is_missing(found: Any) -> bool:
    """Return whether nothing stands in a cell; 0 is a value."""
    if isinstance(found, list | dict):
        return not found
    if isinstance(found, str):
        return found.strip() in MISSING_WORDS
    return found is None or (not isinstance(found, bool) and found == _MISSING_NUMBER)


def shown(found: Any) -> str:
    """Return a cell as it stands in the document, cut where it is long."""
    if isinstance(found, list | dict):
        return "[…]" if isinstance(found, list) else "{…}"
    text = str(found).lower() if isinstance(found, bool) else str(found)
    return text if len(text) <= 80 else text[:80] + "…"


#: What a unit in the place of a reading is worth in the unit of the value.
_SCALES: Mapping[Reading, Fraction] = {
    "percent": Fraction(1, 100),
    "percent_text": Fraction(1, 100),
    "seconds_to_minutes": Fraction(1, 60),
    "seconds_to_hours": Fraction(1, 3600),
}
_PLAIN = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", re.ASCII)


def _number(found: Any, _: ZoneInfo | None = None) -> Fraction:
    """Return a number, or one as text; nothing else is taken for one."""
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        found = str(found)
    text = found.strip() if isinstance(found, str) else ""
    if not _PLAIN.fullmatch(text):
        raise UnreadableError(message("is not a number"))
    return Fraction(text)


def _fraction(found: Any, _: ZoneInfo) -> Fraction:
    number = _number(found)
    if not 0 <= number <= 1:
        raise UnreadableError(message("is not between 0 and 1, so that its scale is not known"))
    return number


def _percent(found: Any, _: ZoneInfo) -> Fraction:
    return _number(found) / 100


def _percent_text(found: Any, _: ZoneInfo) -> Fraction:
    text = found.strip() if isinstance(found, str) else ""
    if not text.endswith(("%", "％")):
        raise UnreadableError(message("is not a percentage with %"))
    return _number(text[:-1]) / 100


def _seconds(unit: int) -> Callable[[Any, ZoneInfo], Fraction]:
    """Return how seconds are read as a longer unit."""

    def read(found: Any, _: ZoneInfo) -> Fraction:
        return _number(found) / unit

    return read


def _weight(found: Any, zone: ZoneInfo) -> Fraction | Percent:
    if isinstance(found, str) and found.strip().endswith(("%", "％")):
        return Percent(_percent_text(found, zone))
    return _number(found)


def _words(found: Any, _: ZoneInfo) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str | int | Decimal):
        return str(found).strip()
    raise UnreadableError(message("is not a text"))


_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def _flag(found: Any, _: ZoneInfo) -> bool:
    text = str(found).strip().lower()
    if text not in _FLAGS:
        raise UnreadableError(message("is neither true nor false"))
    return _FLAGS[text]


_DAY = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])", re.ASCII)
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)


def _day(found: Any, _: ZoneInfo) -> date:
    """Return the day with which a text begins."""
    return _made_day(_DAY.match(found.strip()) if isinstance(found, str) else None)


def _made_day(match: re.Match[str] | None) -> date:
    try:
        if match:
            return date(*map(int, match.groups()))
    except ValueError:
        pass
    raise UnreadableError(message("is not a day"))


def _day_digits(found: Any, _: ZoneInfo) -> date:
    return _made_day(_DIGITS.fullmatch(str(found).strip()))


def _days_in(found: Any) -> list[re.Match[str]]:
    return list(_DAY.finditer(found)) if isinstance(found, str) else []


def _first_day(found: Any, _: ZoneInfo) -> date:
    return _made_day(next(iter(_days_in(found)), None))


def _last_day(found: Any, _: ZoneInfo) -> date:
    return _made_day(next(reversed(_days_in(found)), None))


def _instant(found: Any, zone: ZoneInfo) -> date:
    """Return the day, on the platform's clock, of a time with its zone."""
    text = found.strip() if isinstance(found, str) else ""
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        raise UnreadableError(message("is not a time")) from None


def _epoch(units: int) -> Callable[[Any, ZoneInfo], date]:
    def read(found: Any, zone: ZoneInfo) -> date:
        seconds = _number(found) // units
        if not 0 < seconds < 1 << 33:
            raise UnreadableError(message("is not a time"))
        return datetime.fromtimestamp(int(seconds), UTC).astimezone(zone).date()

    return read


#: Operators in words; the first that fits is meant.
_OPERATORS = (
    (re.compile(r"lower,\s*upper\]|(no|not) (more|greater|higher|above|over)\b"), "<="),
    (re.compile(r"upper,\s*lower\]|(no|not) (less|lower|below|under)\b"), ">="),
    (re.compile(r"lower,\s*upper\)"), "<"),
    (re.compile(r"upper,\s*lower\)"), ">"),
    (re.compile(r"or (below|less|lower|under)|at most|(less|lower) than or"), "<="),
    (re.compile(r"or (above|more|higher|greater)|at least|(greater|higher|more) than or"), ">="),
    (re.compile(r"(less|lower) than|\b(below|under)\b"), "<"),
    (re.compile(r"(greater|higher|more) than|\b(above|over)\b"), ">"),
    (re.compile(r"\bequal"), "="),
)
_SIGNS = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "=": "=", "==": "="}


def _operator(found: Any, _: ZoneInfo) -> str:
    """Return ``<``, ``<=``, ``>``, ``>=`` or ``=``, out of a sign, of words or of an interval.

    An interval names the bound that counts last: ``(LOWER,UPPER]`` ends with its upper bound.
    """
    text = found.strip().lower() if isinstance(found, str) else ""
    if text in _SIGNS:
        return _SIGNS[text]
    for words, operator in _OPERATORS:
        if words.search(text.replace("_", " ")):
            return operator
    raise UnreadableError(message("is not a comparison"))


#: A number in words, with what stands right before it: nothing, a minus, or what may be a hyphen.
_IN_WORDS = re.compile(r"(\w?[-−–—]+)?([0-9.,]*[0-9])\s*([%％]?)", re.ASCII)


def _limit(found: Any, _: ZoneInfo) -> Fraction:
    """Return the only number in some words, a percentage."""
    numbers = _IN_WORDS.findall(found) if isinstance(found, str) else []
    if len(numbers) == 1:
        ((before, digits, percent),) = numbers
        if percent and before in ("", "-", "−"):
            return _number(f"-{digits}" if before else digits) / 100
    raise UnreadableError(message("does not name one percentage"))


_READERS: Mapping[Reading, Callable[[Any, ZoneInfo], Value]] = {
    "number": _number,
    "fraction": _fraction,
    "percent": _percent,
    "percent_text": _percent_text,
    "seconds_to_minutes": _seconds(60),
    "seconds_to_hours": _seconds(3600),
    "weight": _weight,
    "text": _words,
    "flag": _flag,
    "day": _day,
    "day_digits": _day_digits,
    "first_day": _first_day,
    "last_day": _last_day,
    "instant": _instant,
    "epoch_s": _epoch(1),
    "epoch_ms": _epoch(1000),
    "operator": _operator,
    "limit": _limit,
}
