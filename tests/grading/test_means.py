"""Means of several shops, from what each has: against the rows of all of them, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore import (
    Aggregator,
    Change,
    Count,
    Days,
    GradedRate,
    LookBack,
    Mean,
    PluginError,
    Quantile,
    RateMetric,
    Ratio,
    SumOverSum,
    Tally,
    Total,
    WorstDays,
    col,
)
from shopscore.grading.means import mean_of, mean_of_kind
from shopscore.grading.weighing import MetricValues, combine
from shopscore.plugins.bound_rules import BoundMetric
from support.graded_columns import rationals

F = Fraction

PAID = Tally("orders", day=col.paid_at)
LATE = Tally("orders", day=col.paid_at, where=col.is_presale)
MONEY = Tally("orders", day=col.paid_at, value=col.amount)
HOURS = Tally("orders", day=col.paid_at, value=col.signed_at - col.paid_at)
NEAR, FAR = Days(1, 10), Days(11, 20)


def values_of(aggregator: Aggregator, tallies: Sequence[Sequence[tuple[int, int]]]) -> MetricValues:
    """The values of shops: for each tally the sum and the number of rows of each shop."""
    metric = RateMetric("m", zh="值", en="M", better="lower", aggregator=aggregator, window=NEAR)
    pairs = [
        tuple(np.array([cell[part] for cell in shops], dtype=np.int64) for part in (0, 1))
        for shops in tallies
    ]
    return combine(BoundMetric(metric, aggregator, NEAR), pairs)  # type: ignore[arg-type]


def pooled(values: MetricValues) -> Fraction | None:
    rows = np.flatnonzero(values.averaged("pooled"))
    return mean_of_kind("pooled", values, rows) if len(rows) else None


def count(rows: Sequence[Any]) -> tuple[int, int]:
    return sum(map(int, rows)), len(rows)


numbers = st.lists(st.integers(0, 6), max_size=6)


@given(st.lists(numbers, min_size=1, max_size=5), st.sampled_from(["0.5", "0.9", "1", "0.01"]))
@settings(max_examples=300)
def test_a_quantile_is_that_of_all_rows(shops: list[list[int]], share: str) -> None:
    edges = (1, 2, 4)
    counted = [[(len(own), len(own)) for own in shops]]
    counted += [[count([1 for v in own if v <= edge]) for own in shops] for edge in edges]
    rows = sorted(value for own in shops for value in own)
    expected = None
    if rows:
        value = rows[ceil(F(share) * len(rows)) - 1]
        expected = next((F(edge, 2) for edge in edges if value <= edge), None)
    assert pooled(values_of(Quantile(HOURS, share, edges=edges, per=2), counted)) == expected


flags = st.lists(st.booleans(), max_size=5)


@given(st.lists(st.tuples(flags, flags), min_size=1, max_size=5))
@settings(max_examples=300)
def test_a_change_is_that_of_all_rows(shops: list[tuple[list[bool], list[bool]]]) -> None:
    """Of shops with rows now: those that have none make no part of an industry."""
    change = Change(Ratio(LATE, PAID), now=NEAR, before=FAR)
    parts = [(sum(own), len(own)) for own in (part for shop in shops for part in shop)]
    now, before = parts[::2], parts[1::2]
    tallies = [[(a, a) for a, _ in now], [(n, n) for _, n in now],
               [(a, a) for a, _ in before], [(n, n) for _, n in before]]  # fmt: skip
    there = [place for place, (_, n) in enumerate(now) if n]
    late, rows = (sum(now[place][part] for place in there) for part in (0, 1))
    then, of_then = (sum(before[place][part] for place in there) for part in (0, 1))
    expected = F(late, rows) / F(then, of_then) - 1 if rows and then else None
    assert pooled(values_of(change, tallies)) == expected


@given(st.lists(st.tuples(flags, flags), min_size=1, max_size=4), st.integers(1, 6))
@settings(max_examples=200)
def test_one_window_or_another_by_what_all_have(
    shops: list[tuple[list[bool], list[bool]]], least: int
) -> None:
    back = LookBack(Ratio(LATE, PAID), counted=PAID, at_least=least, window=NEAR, otherwise=FAR)
    near, far = [shop[0] for shop in shops], [shop[1] for shop in shops]
    tallies = [
        [count([1] * len(own)) for own in near],
        *([(f(own), f(own)) for own in part] for part in (near, far) for f in (sum, len)),
    ]
    there = [p for p, own in enumerate(near) if (own if len(own) >= least else far[p])]
    found = [flag for p in there for flag in near[p]]
    if len(found) < least:
        found = [flag for p in there for flag in far[p]]
    expected = F(sum(found), len(found)) if found else None
    assert pooled(values_of(back, tallies)) == expected


LINEAR = (
    Ratio(LATE, PAID),
    GradedRate([("0.7", LATE), (1, PAID)], PAID),
    Mean(HOURS, per=3600),
    SumOverSum(HOURS, MONEY),
)
wide = st.sampled_from([0, 1, 3, 2**40, 2**61, 10**20])
cells = st.tuples(wide, st.integers(0, 9)).map(lambda c: (c[0] if c[1] else 0, c[1]))


@pytest.mark.parametrize("aggregator", LINEAR, ids=lambda a: type(a).__name__)
@given(st.data())
def test_where_fractions_add_up_it_is_their_sum(aggregator: Aggregator, data: Any) -> None:
    """Which lets values that were typed in be among them."""
    assert aggregator.pooling == "fractions"
    size, n = data.draw(st.integers(1, 4)), len(aggregator.tallies)
    tallies = [data.draw(st.lists(cells, min_size=size, max_size=size)) for _ in range(n)]
    columns = [tuple(np.array([c[p] for c in t], dtype=object) for p in (0, 1)) for t in tallies]
    metric = RateMetric("m", zh="值", en="M", better="lower", aggregator=aggregator, window=NEAR)
    values = combine(BoundMetric(metric, aggregator, NEAR), columns)  # type: ignore[arg-type]
    num, den, n_ = aggregator.combine([s for s, _ in columns], [c for _, c in columns])
    there = [place for place in range(size) if n_[place]]
    above, below = (sum(int(part[place]) for place in there) for part in (num, den))
    assert pooled(values) == (F(above, below) if below else None)


@pytest.mark.parametrize(
    ("aggregator", "pooling"),
    [
        (Count(PAID), "values"),
        (Count(PAID, zero=True), "values"),
        (Total(MONEY), "values"),
        (LookBack(Count(PAID), counted=PAID, at_least=1, window=NEAR, otherwise=FAR), "values"),
        (WorstDays(Total(MONEY), better="higher", worst=1, among=2), "values"),
        (LookBack(Ratio(LATE, PAID), counted=PAID, at_least=1, window=NEAR, otherwise=FAR), "tallies"),
        (WorstDays(Ratio(LATE, PAID), better="lower", worst=1, among=2), "tallies"),
        (Change(Count(PAID), now=NEAR, before=FAR), "tallies"),
        (Change(Total(MONEY), now=NEAR, before=FAR), "tallies"),
        (Quantile(HOURS, "0.5", edges=(1,)), "tallies"),
    ],
)  # fmt: skip
def test_how_each_is_pooled(aggregator: Aggregator, pooling: str) -> None:
    assert aggregator.pooling == pooling


def test_a_shop_without_a_row_counts_for_the_mean_of_a_count_where_none_is_a_value() -> None:
    for zero, mean in ((True, F(2)), (False, F(3))):
        values = values_of(Count(PAID, zero=zero), [[(2, 2), (0, 0), (4, 4)]])
        assert pooled(values) == mean


def test_of_rows_that_make_no_value_together_there_is_no_mean() -> None:
    values = values_of(SumOverSum(HOURS, MONEY), [[(3, 1), (4, 1)], [(0, 2), (0, 1)]])
    assert values.averaged("pooled").tolist() == [True, True]
    assert pooled(values) is None


@given(st.lists(st.fractions(-9, 9) | st.integers(-(10**30), 10**30).map(F), min_size=1))
def test_the_plain_mean(cells: list[Fraction]) -> None:
    assert mean_of(rationals(cells)) == sum(cells) / len(cells)


class Moody(Aggregator):
    """An aggregator that answers otherwise where it is asked of one shop alone."""

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return (PAID,)

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> Any:
        return sums[0], sums[0] if len(sums[0]) > 1 else -sums[0], counts[0]


def test_what_an_aggregator_makes_of_an_industry_is_checked_too() -> None:
    values = values_of(Moody(), [[(2, 2), (4, 4)]])
    with pytest.raises(PluginError, match="aggregator of metric m: den = -6"):
        pooled(values)
