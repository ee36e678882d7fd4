"""Check sums notice every change that their page promises, whatever the shop, the day and the tally."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from shopscore.counting.cells import Cells
from shopscore.counting.check_sums import check_sum, shop_factors

SHOPS = pl.Series([f"S{number:03}" for number in range(200)])
ROWS = np.arange(200, dtype=np.int64)
#: One cell per shop, on as many days.
PLACES = np.arange(200, dtype=np.int64)


def total(counts: np.ndarray, values: np.ndarray, rows: np.ndarray = ROWS) -> int:
    cells = Cells.of(PLACES, PLACES + 19_000, counts, values)
    return check_sum(SHOPS, rows, {"0123456789abcdef": cells})


def changed(values: np.ndarray, at: int, by: int) -> np.ndarray:
    copy = values.copy()
    copy[at] += by
    return copy


@pytest.mark.parametrize("by", [1, 2**16, 2**31, 2**32 - 1, 3 * 2**30])
def test_a_value_that_changes_by_less_than_two_to_the_32(by: int) -> None:
    counts, values = np.full(200, 7, dtype=np.int64), np.full(200, 10**9, dtype=np.int64)
    before = total(counts, values)
    assert all(total(counts, changed(values, at, by)) != before for at in range(200))


@pytest.mark.parametrize("by", [1, 2**16, 2**31])
def test_a_count_that_changes(by: int) -> None:
    counts, values = np.full(200, 7, dtype=np.int64), np.full(200, 10**9, dtype=np.int64)
    before = total(counts, values)
    assert all(total(changed(counts, at, by), values) != before for at in range(200))


@pytest.mark.parametrize("by", [1, 2**31])
def test_a_number_of_rows_that_changes(by: int) -> None:
    counts = values = np.full(200, 7, dtype=np.int64)
    before = total(counts, values)
    assert all(total(counts, values, changed(ROWS, at, by)) != before for at in range(200))


def test_it_is_linear() -> None:
    """The sum of two states is the sum of their check sums; what takes away is its negative."""
    ones, nothing = np.ones(200, dtype=np.int64), np.zeros(200, dtype=np.int64)
    first, second = total(ones, 3 * ones), total(2 * ones, 5 * ones, nothing)
    assert total(3 * ones, 8 * ones) == (first + second) % 2**32
    assert (total(-ones, -3 * ones, -ROWS) + first) % 2**32 == 0


def test_factors_are_odd_and_differ() -> None:
    factors = shop_factors(SHOPS)
    assert (factors % 2 == 1).all()
    assert len(set(factors.tolist())) == 200
