"""The month of every day of the calendar, as numpy counts it."""

from __future__ import annotations

from datetime import date

import numpy as np

from shopscore.evaluation.operators import month_of_day

FIRST, LAST = (date(1, 1, 1) - date(1970, 1, 1)).days, (date(9999, 12, 31) - date(1970, 1, 1)).days


def test_every_day_of_the_calendar() -> None:
    days = np.arange(FIRST, LAST + 1)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    assert np.array_equal(month_of_day(days), months + 1970 * 12)
