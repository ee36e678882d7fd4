"""Bands whose bounds are only known to lie between two ends, against every bound between them."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore import Bands, Rationals
from shopscore.errors import RuleSetError
from shopscore.rules.scorer_kinds import make_scorer

F = Fraction


def context_of(values, better):
    everyone = np.ones(len(values), dtype=np.bool_)
    return SimpleNamespace(
        better=better, low=F(0), high=F(100), has_value=everyone, values=rationals(values)
    )


def rationals(values):
    return Rationals.of([v.numerator for v in values], [v.denominator for v in values])


@given(
    st.lists(st.integers(0, 40), min_size=4, max_size=4, unique=True).map(sorted),
    st.lists(st.integers(-2, 42), min_size=1, max_size=8),
    st.sampled_from(["higher", "lower"]),
)
def test_reach_is_that_of_all_bounds_between_the_ends(ends, numbers, better):
    sign = 1 if better == "higher" else -1
    a, b, c, d = (F(sign * end) for end in ends)
    values = [F(sign * n) for n in numbers]
    scorer = make_scorer("band_intervals", {"bands": [[a, b, 60], [c, d, 100]]})
    scorer.check_direction(better)
    context = context_of(values, better)
    reach, points = scorer.reach(context), scorer.points(context.values, context)
    # bounds lie within (missed, reached]: halves and ends stand for all of them
    tries = [
        Bands([(a + (b - a) * s, 60), (c + (d - c) * t, 100)]).points(context.values, context)
        for s in (F(1, 100), F(1, 2), F(1))
        for t in (F(1, 100), F(1, 2), F(1))
    ]
    found = [one.values.fractions() for one in tries]
    for row in range(len(values)):
        seen = {column[row] for column in found}
        low, high = reach.lowest.fractions()[row], reach.highest.fractions()[row]
        assert low == min(seen)
        assert high == max(seen)
        assert bool(points.known[row]) == (len(seen) == 1)
        if points.known[row]:
            assert points.values.fractions()[row] == low


@pytest.mark.parametrize(
    ("bands", "better"),
    [([[2, 1, 60]], "higher"), ([[1, 2, 60]], "lower"), ([[3, 4, 60], [1, 2, 80]], "higher")],
)
def test_ends_the_wrong_way_round_are_refused(bands, better):
    with pytest.raises(RuleSetError):
        make_scorer("band_intervals", {"bands": bands}).check_direction(better)
