"""Cells of one tally against a dictionary in plain Python."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.counting.cells import Cells, fingerprint
from shopscore.exact.integers import group_totals, sorted_order

FIRST, LAST = (date(1, 1, 1) - date(1970, 1, 1)).days, (date(9999, 12, 31) - date(1970, 1, 1)).days
DAYS = st.sampled_from([FIRST, -1, 0, 1, 19_900, 19_901, LAST])
SHOPS = st.sampled_from([0, 1, 2, 2**20, 2**32 - 1])
#: Shop, day and value of a row.
ROWS = st.lists(st.tuples(SHOPS, DAYS, st.integers(-(2**50), 2**50)), max_size=30)

Row = tuple[int, int, int]


def array(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def cells_of(rows: list[Row], *, counting: bool = False) -> Cells:
    shop, day, value = ([row[i] for row in rows] for i in range(3))
    return Cells.of(array(shop), array(day), None, None if counting else array(value))


def as_dict(cells: Cells) -> dict[tuple[int, int], tuple[int, int]]:
    places = zip(cells.shops.tolist(), cells.days.tolist(), strict=True)
    found = zip(cells.values.tolist(), cells.counts.tolist(), strict=True)
    return dict(zip(places, found, strict=True))


def by_hand(rows: list[Row], sign: int = 1) -> dict[tuple[int, int], tuple[int, int]]:
    sums: Counter[tuple[int, int]] = Counter()
    counts: Counter[tuple[int, int]] = Counter()
    for shop, day, value in rows:
        sums[shop, day] += sign * value
        counts[shop, day] += sign
    return {place: (sums[place], counts[place]) for place in counts}


@given(rows=ROWS)
def test_sums_and_counts_per_shop_and_day(rows: list[Row]) -> None:
    cells = cells_of(rows)
    assert as_dict(cells) == by_hand(rows)
    assert list(as_dict(cells)) == sorted(as_dict(cells))
    ones = [(shop, day, 1) for shop, day, _ in rows]
    assert as_dict(cells_of(rows, counting=True)) == by_hand(ones)
    # sums that are counts are not kept twice, however they came about
    assert cells_of(ones).sums is None
    assert cells_of(ones) == cells_of(rows, counting=True)


@given(runs=st.lists(ROWS, min_size=1, max_size=5), taken=ROWS)
def test_runs_are_added_and_taken_away(runs: list[list[Row]], taken: list[Row]) -> None:
    every = [row for rows in runs for row in rows]
    added = Cells.added([cells_of(rows) for rows in runs])
    assert added == cells_of(every)
    more = Cells.added([added, cells_of(taken)])
    assert Cells.added([more, cells_of(taken).negative()]) == added
    gone = Cells.added([cells_of(taken).negative(), added])
    expected = Counter(by_hand(every).keys())
    for place in {*expected, *by_hand(taken)}:
        a, b = by_hand(every).get(place, (0, 0)), by_hand(taken).get(place, (0, 0))
        left = a[0] - b[0], a[1] - b[1]
        assert as_dict(gone).get(place, (0, 0)) == left
    assert (0, 0) not in as_dict(gone).values()


@given(rows=ROWS)
def test_cells_are_read_back_in_any_order(rows: list[Row]) -> None:
    cells = cells_of(rows)
    back = np.arange(len(cells))[::-1]
    again = Cells.of(cells.shops[back], cells.days[back], cells.counts[back], cells.values[back])
    assert again == cells


WINDOWS = [ss.Days(1, 1), ss.Days(3, 40), ss.Days(1, 30, half_life=7)]


@given(rows=ROWS, window=st.sampled_from(WINDOWS), ahead=st.integers(-3, 45))
@settings(max_examples=200)
def test_windows_weigh_days(rows: list[Row], window: ss.Window, ahead: int) -> None:
    rows = [(shop % 5, day, value) for shop, day, value in rows]
    as_of = date(1970, 1, 1) + timedelta(days=19_900 + ahead)
    weights = window.weights(as_of)
    sums, counts = cells_of(rows).window_sums(weights, as_of, 5)
    expected_sums, expected_counts = [0] * 5, [0] * 5
    for shop, day, value in rows:
        age = 19_900 + ahead - day
        if weights.first_age <= age <= weights.last_age:
            expected_sums[shop] += value * weights.ints[age - weights.first_age]
            expected_counts[shop] += 1
    assert [int(v) for v in sums] == expected_sums
    assert counts.tolist() == expected_counts


def test_shops_are_renumbered() -> None:
    cells = cells_of([(0, 5, 7), (2, 5, 8), (2, -9, 1)])
    moved = cells.renumbered(array([3, 4, 2**32 - 1]))
    assert as_dict(moved) == {(3, 5): (7, 1), (2**32 - 1, 5): (8, 1), (2**32 - 1, -9): (1, 1)}


@pytest.mark.parametrize("day", [2**23, -(2**23), 2**40])
def test_days_that_would_run_into_the_shop_are_refused(day: int) -> None:
    with pytest.raises(ss.StateError, match="no calendar has"):
        cells_of([(0, day, 1)])
    for last in (2**23 - 1, 1 - 2**23):
        assert as_dict(cells_of([(1, last, 1)])) == {(1, last): (1, 1)}


def test_equal_tallies_have_one_fingerprint_and_others_another() -> None:
    """Also where an assumption is bound to another number, or the name of a column is a word."""
    paid, day = ss.col.paid_at, ss.col.paid_at
    tallies = [
        ss.Tally("orders", day=day),
        ss.Tally("reviews", day=day),
        ss.Tally("orders", day=ss.col.signed_at),
        ss.Tally("orders", day=day, value=paid),
        ss.Tally("orders", day=day, value=2),
        ss.Tally("orders", day=day, with_excluded=True),
        ss.Tally("orders", day=day, where=ss.col.is_presale),
        ss.Tally("orders", day=day, where=ss.col.carrier == "is_presale"),
        ss.Tally("orders", day=day, where=ss.col.amount >= 1),
        ss.Tally("orders", day=day, where=ss.col.amount >= 2),
        ss.Tally("orders", day=day, once=ss.Once.per_order(earliest=(paid,))),
        ss.Tally("orders", day=day, once=ss.Once((ss.col.buyer_id,), (paid,))),
        ss.Tally("orders", day=day, once=ss.Once((ss.col.buyer_id,), (paid,), 2)),
    ]
    found = [fingerprint(tally) for tally in tallies]
    assert len(set(found)) == len(tallies)
    assert found == [fingerprint(tally) for tally in tallies]
    # written down in states that people keep: it must never change unseen
    assert found[0] == "518d910588b0ac01"


# ---------------------------------------------------------------------------- on integers


@given(
    values=st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([2**63, 2**63 + 1]), max_size=80)
)
def test_sorted_order_is_that_of_a_stable_sort(values: list[int]) -> None:
    found = sorted_order(np.array(values, dtype=np.uint64))
    assert found.tolist() == sorted(range(len(values)), key=values.__getitem__)


@pytest.mark.parametrize("top", [1, 1000, 2**40, 2**64 - 1])
def test_sorted_order_of_many(top: int) -> None:
    values = np.random.default_rng(0).integers(0, top, 50_000, dtype=np.uint64, endpoint=True)
    assert np.array_equal(sorted_order(values), np.argsort(values, kind="stable"))


def test_totals_that_wrap_on_the_way_are_exact() -> None:
    values = array([2**62, 2**62 - 1, 2**62, 2**62 - 1, -(2**62), 3])
    assert group_totals(values, array([1, 3, 5])).tolist() == [2**63 - 1, 2**63 - 1, 3 - 2**62]


def test_cells_are_equal_in_all_parts() -> None:
    """Two cells, of which another place, count or sum makes other cells."""

    def made(*rows: tuple[int, int, int, int]) -> Cells:
        shop, day, counts, sums = (array([row[i] for row in rows]) for i in range(4))
        return Cells.of(shop, day, counts, sums)

    some = made((0, 1, 2, 3), (1, 1, 2, 4))
    assert some == made((1, 1, 2, 4), (0, 1, 2, 3))
    assert some != made((0, 1, 2, 3), (2, 1, 2, 4))
    assert some != made((0, 1, 2, 3), (1, 2, 2, 4))
    assert some != made((0, 1, 2, 3), (1, 1, 3, 4))
    assert some != made((0, 1, 2, 3), (1, 1, 2, 5))
    assert some != made((0, 1, 2, 3))
    counted = made((0, 1, 2, 2), (1, 1, 3, 3))
    assert counted.sums is None
    assert counted == Cells.of(array([0, 1]), array([1, 1]), array([2, 3]), None)
    assert counted != made((0, 1, 2, 3), (1, 1, 3, 3))
    assert counted != made((0, 1, 2, 2), (1, 1, 4, 4))
    assert counted != made((0, 1, 2, 2), (1, 2, 3, 3))
    assert some != "cells"
