"""The operators of expressions, the same in Python and over columns."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def month_of_day(day: Any) -> Any:
    """Return the calendar month of a day since 1970-01-01, counted from January of the year 0.

    Inside, years begin in March, so that leap days come last. Takes and returns integers.

    >>> divmod(month_of_day(19_782), 12)  # 29 February 2024
    (2024, 1)
    """
    since_march = day + 719_468  # 0000-03-01
    era = since_march // 146_097
    of_era = since_march - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (year * 365 + year // 4 - year // 100)
    month = (of_year * 5 + 2) // 153
    return (era * 400 + year) * 12 + month + 2
