"""Sums over windows, while rows come and go: the same as counting row by row."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore import Tally, col
from shopscore.counting import sums as module
from shopscore.counting.sums import WindowSums
from shopscore.evaluation.with_numpy import Columns
from shopscore.model.expressions import DAY_SECONDS
from shopscore.model.windows import DayWeights

TODAY = date(2024, 6, 30)
TALLIES = (
    Tally("orders", day=col.paid_at),
    Tally("orders", day=col.paid_at, where=col.amount > 3),
    Tally("orders", day=col.paid_at, value=col.amount),
    Tally("orders", day=col.paid_at, where=col.amount > 0, value=col.amount * 2),
    Tally("orders", day=col.paid_at, where=col.amount < 5),
)
WEIGHTS = (DayWeights(1, (1,) * 5), DayWeights(2, (7, 3, 1), 7))

Row = tuple[int, int | None, int | None]
ROWS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.none() | st.integers(-2, 9),
        st.none() | st.integers(-9, 9) | st.sampled_from([2**38, -(2**38)]),
    ),
    max_size=25,
)


def frame(rows: list[Row]) -> pl.DataFrame:
    first = (TODAY - date(1970, 1, 1)).days * DAY_SECONDS
    return pl.DataFrame(
        {
            "shop": pl.Series([shop for shop, _, _ in rows], dtype=pl.UInt32),
            "paid_at": pl.Series(
                [None if age is None else first - age * DAY_SECONDS + 61 for _, age, _ in rows],
                dtype=pl.Int64,
            ),
            "amount": pl.Series([amount for _, _, amount in rows], dtype=pl.Int64),
        }
    )


def by_hand(rows: list[Row], at: int, weights: DayWeights, shop: int) -> tuple[int, int]:
    total = count = 0
    for own, age, amount in rows:
        if own != shop or age is None or not weights.first_age <= age <= weights.last_age:
            continue
        if at and (amount is None or not (True, amount > 3, True, amount > 0, amount < 5)[at]):
            continue
        value = {2: amount, 3: 2 * (amount or 0)}.get(at, 1)
        count += 1
        total += (value or 0) * weights.ints[age - weights.first_age]
    return total, count


@pytest.mark.parametrize("bits", [3, 21])
@given(pieces=st.lists(ROWS, max_size=4), gone=ROWS, weights=st.sampled_from(WEIGHTS))
def test_rows_come_and_go(
    bits: int, pieces: list[list[Row]], gone: list[Row], weights: DayWeights
) -> None:
    """Whatever pieces they come in, and however often the packed counts are unpacked."""
    with pytest.MonkeyPatch.context() as patch:
        if bits < 21 and all(len(piece) < 2**bits for piece in (*pieces, gone)):
            patch.setattr(module, "_BITS", bits)
            patch.setattr(module, "_MASK", 2**bits - 1)
        found = WindowSums([(tally, weights) for tally in TALLIES], TODAY)
        for piece in (*pieces, gone):
            found.add(Columns(frame(piece)))
        before = found.copied()
        found.take_away(Columns(frame(gone)))
        left = [row for piece in pieces for row in piece]
        for sums, rows in ((found, left), (before, [*left, *gone])):
            for at, (total, count) in enumerate(sums.per_shop(7)):
                wanted = [by_hand(rows, at, weights, shop) for shop in range(7)]
                assert list(zip(total.tolist(), count.tolist(), strict=True)) == wanted


def test_sums_beyond_int64() -> None:
    """Where a running bound does not prove that int64 holds the sum, it is added piece by piece."""
    rows: list[Row] = [(0, 1, 2**39)] * 20
    found = WindowSums([(TALLIES[2], DayWeights(1, (2**20,), 2**20))], TODAY)
    for _ in range(9):
        found.add(Columns(frame(rows)))
    ((total, count),) = found.per_shop(1)
    assert total.tolist() == [9 * 20 * 2**59]
    assert count.tolist() == [180]


def test_a_bound_that_is_reached() -> None:
    found = WindowSums([(TALLIES[2], WEIGHTS[0])], TODAY)
    for times in range(1, 10):  # from the second time on int64 might not hold the sum
        found.add(Columns(frame([(0, 1, 2**61)])))
        ((total, _),) = found.per_shop(1)
        assert total.tolist() == [times * 2**61]
    found.take_away(Columns(frame([(0, 1, 2**61)] * 8)))
    found.add(Columns(frame([(0, 1, 5)])))
    ((total, _),) = found.per_shop(1)
    assert total.tolist() == [2**61 + 5]


def test_nothing_at_all() -> None:
    found = WindowSums([(tally, WEIGHTS[0]) for tally in TALLIES], TODAY)
    found.add(Columns(frame([])))
    assert all(np.array_equal(total, [0, 0]) for total, _ in found.per_shop(2))
