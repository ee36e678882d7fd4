"""The windows of many days: the sums of each day alone, and of a loop in plain Python."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import DayWeights, Tally, col
from shopscore.counting.by_day import ByDay
from shopscore.counting.cells import Cells, fingerprint
from shopscore.counting.many_days import SumsOfDays
from shopscore.counting.sums import Sums, Wanted, weighted_sum

SHOPS = 4
EPOCH = date(1970, 1, 1)
MIDDLE = 19_900
TALLY = Tally("orders", day=col.paid_at)
NAME = fingerprint(TALLY)

#: Shop, day and value.
Row = tuple[int, int, int]


class Months(ss.Window):
    """A window that is as long as the month that the day lies in, and may weigh its days."""

    def __init__(self, scale: int = 1) -> None:
        self.scale = scale

    def weights(self, as_of: date) -> DayWeights:
        _, length = calendar.monthrange(as_of.year, as_of.month)
        return DayWeights(1, tuple(max(self.scale - age, 1) for age in range(length)), self.scale)


WINDOWS: list[ss.Window] = [
    ss.Days(1, 1),
    ss.Days(1, 7),
    ss.Days(3, 40),
    ss.Days(1, 30, half_life=7),
    ss.Days(15, 104, half_life=30),
    Months(),
    Months(scale=100),
]
ABOUT = st.integers(MIDDLE - 50, MIDDLE + 50)
FAR = st.sampled_from([-700_000, 0, MIDDLE, 2_000_000])
SMALL = st.integers(-3, 10)
HUGE = st.sampled_from([2**53 + 1, -(2**55), 2**61 + 12_345, -(2**61) - 1, 2**62 - 1])
ROWS = st.lists(st.tuples(st.integers(0, SHOPS - 1), ABOUT | FAR, SMALL | HUGE), max_size=40)
DENSE = st.lists(st.tuples(st.integers(0, 1), st.integers(MIDDLE - 3, MIDDLE), SMALL), min_size=40)
DAYS = st.lists(st.integers(MIDDLE - 60, MIDDLE + 60), min_size=1, max_size=8)


def array(values: Sequence[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def cells_of(rows: Sequence[Row], *, counting: bool = False) -> Cells:
    """One cell for each shop and day, the last row of it; counts are its place, so that they differ."""
    found = {(shop, day): value for shop, day, value in rows}
    keys = sorted(found)
    counts = array([1 + at % 5 for at in range(len(keys))])
    days = array([day for _, day in keys])
    shops = array([shop for shop, _ in keys])
    places = Cells.of(shops, days, counts, None)
    return Cells(places.keys, counts, None if counting else array([found[key] for key in keys]))


def by_loop(rows: Sequence[Row], weights: DayWeights, today: int) -> tuple[list[int], list[int]]:
    """The sums and the numbers of rows, per shop."""
    sums, counts = [0] * SHOPS, [0] * SHOPS
    for shop, day, value in rows:
        age = today - day
        if weights.first_age <= age <= weights.last_age:
            sums[shop] += value * weights.ints[age - weights.first_age]
            counts[shop] += 1
    return sums, counts


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=number)


def wanted_on(windows: Sequence[ss.Window], day: date) -> list[Wanted]:
    return [(TALLY, window.weights(day)) for window in windows]


def assert_same(found: Sums, expected: Sums) -> None:
    """The same integers, held alike."""
    for one, other in zip(found, expected, strict=True):
        assert one.tolist() == other.tolist()
        assert one.dtype == other.dtype


windows = st.lists(st.sampled_from(WINDOWS), min_size=1, max_size=3, unique=True)


@given(rows=ROWS, windows=windows, days=DAYS, counting=st.booleans())
@settings(max_examples=300)
def test_of_cells(
    rows: list[Row], windows: list[ss.Window], days: list[int], counting: bool
) -> None:
    """Days in any order and repeated, several windows at once, values beyond doubles and int64."""
    cells = cells_of(rows, counting=counting)
    many = SumsOfDays({NAME: [ByDay.of_cells(cells)]}, SHOPS)
    for number in days:
        day = day_of(number)
        wanted = wanted_on(windows, day)
        for (_, weights), sums in zip(wanted, many.window_sums(wanted, day), strict=True):
            assert_same(sums, cells.window_sums(weights, day, SHOPS))


@given(chunks=st.lists(ROWS | DENSE, max_size=3), window=st.sampled_from(WINDOWS), days=DAYS)
@settings(max_examples=300)
def test_of_rows(chunks: list[list[Row]], window: ss.Window, days: list[int]) -> None:
    """In chunks, of which some are added up to cells and others are not."""
    values = [rows_of(rows) for rows in chunks]
    counted = [rows_of([(shop, day, 1) for shop, day, _ in rows], True) for rows in chunks]
    every = [row for rows in chunks for row in rows]
    for runs, worth in ((values, every), (counted, [(s, d, 1) for s, d, _ in every])):
        many = SumsOfDays({NAME: runs}, SHOPS)
        for number in days:
            weights = window.weights(day_of(number))
            ((sums, counts),) = many.window_sums([(TALLY, weights)], day_of(number))
            expected = by_loop(worth, weights, number)
            assert ([int(v) for v in sums], counts.tolist()) == expected
            assert (sums.dtype == object) == (max(map(abs, expected[0])) >= 2**62)


@pytest.mark.parametrize("window", WINDOWS[1:5], ids=str)
def test_sums_beyond_int64_and_back(window: ss.Window) -> None:
    """Windows that hold more than int64 does, among others that do not."""
    most = 2**62 - 1
    rows = [(0, MIDDLE + at, most) for at in range(6)] + [
        (1, MIDDLE + at, -most) for at in range(3)
    ]
    cells = cells_of(rows)
    ways = [SumsOfDays({NAME: [run]}, SHOPS) for run in (ByDay.of_cells(cells), rows_of(rows))]
    kinds = set()
    for number in range(MIDDLE, MIDDLE + 60):
        weights = window.weights(day_of(number))
        expected, _ = by_loop(rows, weights, number)
        alone, _ = cells.window_sums(weights, day_of(number), SHOPS)
        for many in ways:
            ((sums, _),) = many.window_sums([(TALLY, weights)], day_of(number))
            assert [int(v) for v in sums] == expected
            assert sums.dtype == alone.dtype
            kinds.add(sums.dtype.kind)
    assert kinds == {"i", "O"}


def rows_of(rows: Sequence[Row], counting: bool = False) -> ByDay:
    shop = np.array([shop for shop, _, _ in rows], dtype=np.uint32)
    day, value = (array([row[at] for row in rows]) for at in (1, 2))
    return ByDay.of_rows(shop, day, None if counting else value)


def test_many_rows_of_a_shop_and_day_are_added_up() -> None:
    """So that what is kept does not grow with the events, where shops are large."""
    rows = [(at % 2, MIDDLE + at % 3, at) for at in range(600)]
    few, many = rows_of(rows[:12]), rows_of(rows)
    assert few.counts is None
    assert many.counts is not None
    assert len(many.shops) == len(many.counts) == 6
    assert many.counts.sum() == 600
    huge = rows_of([(shop, day, 2**61) for shop, day, _ in rows])
    assert huge.counts is None  # their sum would leave int64


@given(rows=ROWS, days=DAYS)
def test_cells_stand_in_the_order_of_their_days(rows: list[Row], days: list[int]) -> None:
    run = ByDay.of_cells(cells_of(rows))
    assert run.days.tolist() == sorted({day for _, day, _ in rows})
    of_each = np.repeat(run.days, np.diff(run.starts))
    places = list(zip(of_each.tolist(), run.shops.tolist(), strict=True))
    assert places == sorted({(day, shop) for shop, day, _ in rows})
    weights = ss.Days(1, 30).weights(day_of(days[0]))
    start, end = run.cells_in(weights, day_of(days[0]))
    assert all(days[0] - 30 <= day < days[0] for day, _ in places[start:end])
    assert end - start == sum(days[0] - 30 <= day < days[0] for day, _ in places)


def test_what_was_given_out_does_not_change_later() -> None:
    """A result keeps its sums while the window moves on."""
    cells = cells_of([(0, MIDDLE, 7), (1, MIDDLE + 1, 9)])
    many = SumsOfDays({NAME: [ByDay.of_cells(cells)]}, SHOPS)
    window = ss.Days(1, 1)
    first = many.window_sums(wanted_on([window], day_of(MIDDLE + 1)), day_of(MIDDLE + 1))
    many.window_sums(wanted_on([window], day_of(MIDDLE + 2)), day_of(MIDDLE + 2))
    assert first[0][0].tolist() == [7, 0, 0, 0]


@given(
    values=st.lists(SMALL | HUGE, min_size=1, max_size=12),
    weight=st.sampled_from([1, 2**20, 2**40, 2**61, 2**62]),
)
def test_weighted_sums_of_any_size(values: list[int], weight: int) -> None:
    codes, heavy = array([at % 3 for at in range(len(values))]), array([weight] * len(values))
    most = -(-len(values) // 3)
    expected = [sum(v * weight for v in values[at::3]) for at in range(3)]
    for bound in (None, most):
        assert weighted_sum(codes, array(values), heavy, 3, bound).tolist() == expected


@pytest.mark.parametrize("length", [1, 30, 90])
def test_weights_of_a_half_life_are_those_of_each_age(length: int) -> None:
    ints = ss.Days(2, 1 + length, half_life="7.5").weights(EPOCH).ints
    assert len(ints) == length
    assert list(ints) == [round(2**20 * 2 ** (-age / 7.5)) for age in range(length)]
