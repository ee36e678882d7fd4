"""The month of every day of the calendar, as numpy counts it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from shopscore.evaluation.operators import month_of_day

FIRST, LAST = (date(1, 1, 1) - date(1970, 1, 1)).days, (date(9999, 12, 31) - date(1970, 1, 1)).days


def test_every_day_of_the_calendar() -> None:
    days = np.arange(FIRST, LAST + 1)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    assert np.array_equal(month_of_day(days), months + 1970 * 12)


@pytest.mark.parametrize("year", [-40_000, -12_000, -1, 0, 12_400, 40_000])
def test_days_beyond_the_calendar(year: int) -> None:
    """What an expression computes need be no date: months go on as numpy has them."""
    first = np.datetime64(f"{year:05}-02-01", "D").astype(np.int64)
    days = np.arange(first, first + 90)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    assert np.array_equal(month_of_day(days), months + 1970 * 12)
