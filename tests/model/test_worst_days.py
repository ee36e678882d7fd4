"""The worst days of a window, beside plain loops over days."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Ratio, Tally, WorstDays, col
from shopscore.model.metrics import Better

PAID = Tally("orders", day=col.paid_at)
LATE = Tally("orders", day=col.paid_at, where=col.picked_up_at - col.paid_at > 48 * 3600)

days_ = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=6, max_size=6)


def of_days(days: list[tuple[int, int]], better: Better, worst: int) -> Fraction | None:
    """The rate of the worst days together; the newest stands first."""
    rates = [
        (Fraction(late, late + fine), age, late, late + fine)
        for age, (late, fine) in enumerate(days)
        if late + fine
    ]
    chosen = sorted(rates, key=lambda d: (d[0] if better == "higher" else -d[0], d[1]))[:worst]
    return Fraction(sum(d[2] for d in chosen), sum(d[3] for d in chosen)) if chosen else None


@given(
    st.lists(days_, min_size=1, max_size=4), st.sampled_from(["higher", "lower"]), st.integers(1, 6)
)
def test_beside_plain_loops(shops: list[list[tuple[int, int]]], better: Better, worst: int) -> None:
    found = WorstDays(Ratio(LATE, PAID), better=better, worst=worst, among=6)
    columns = []
    for age in range(6):
        columns.append(np.array([shop[age][0] for shop in shops], dtype=object))
        columns.append(np.array([sum(shop[age]) for shop in shops], dtype=object))
    num, den, n = found.combine(columns, columns)
    for shop, a, b, rows in zip(shops, num, den, n, strict=True):
        expected = of_days(shop, better, worst)
        assert (Fraction(int(a), int(b)) if rows else None) == expected


def test_each_part_is_of_one_day() -> None:
    found = WorstDays(Ratio(LATE, PAID), better="lower", worst=2, among=3)
    assert [(part.tally, part.window) for part in found.tallies] == [
        (tally, ss.Days(age, age)) for age in (1, 2, 3) for tally in (LATE, PAID)
    ]


@pytest.mark.parametrize(("worst", "among"), [(0, 3), (4, 3)])
def test_what_is_refused(worst: int, among: int) -> None:
    with pytest.raises(ss.DeclarationError):
        WorstDays(Ratio(LATE, PAID), better="lower", worst=worst, among=among)


def test_an_aggregator_with_windows_of_its_own_is_no_part_of_another() -> None:
    """Its windows would be left out in silence."""
    inner = ss.Change(Ratio(LATE, PAID), now=ss.Days(1, 3), before=ss.Days(4, 6))
    for outer in (
        WorstDays(inner, better="lower", worst=1, among=3),
        ss.Change(inner, now=ss.Days(1, 3), before=ss.Days(4, 6)),
    ):
        with pytest.raises(ss.DeclarationError, match="windows of its own"):
            outer.tallies  # noqa: B018
