"""The days that rows have: each once, whatever numbers they are."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from shopscore.counting.day_ranges import _distinct

DAYS = st.one_of(st.none(), st.integers(-800_000, 3_000_000), st.sampled_from([0, 1, -1, 2**60]))


@given(days=st.lists(DAYS, max_size=30))
def test_each_day_once(days: list[int | None]) -> None:
    found = _distinct(pl.Series(days, dtype=pl.Int64))
    assert found.tolist() == sorted({day for day in days if day is not None})
