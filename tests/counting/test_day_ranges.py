"""The days that rows have: each once, whatever numbers they are."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from shopscore import Tally, col
from shopscore.counting.day_counts import DayCounts
from shopscore.evaluation.with_numpy import Columns
from shopscore.model.expressions import DAY_SECONDS

ORDERS = Tally("orders", day=col.paid_at)

DAYS = st.one_of(st.none(), st.integers(-800_000, 3_000_000), st.sampled_from([0, 1, -1, 2**46]))


def rows(days: list[int | None]) -> Columns:
    seconds = [None if day is None else day * DAY_SECONDS for day in days]
    return Columns(pl.DataFrame({"paid_at": pl.Series(seconds, dtype=pl.Int64)}))


@given(days=st.lists(DAYS, max_size=30), replaced=st.integers(0, 30))
def test_each_day_once(days: list[int | None], replaced: int) -> None:
    counts = DayCounts((ORDERS,))
    for part in (days[:7], days[7:]):
        counts.add(rows(part))
    before = counts.copied()
    counts.add(rows(days[:replaced]), -1)
    assert before.days(ORDERS).tolist() == sorted({day for day in days if day is not None})
    left = {day for day in days[replaced:] if day is not None}
    assert counts.days(ORDERS).tolist() == sorted(left)
