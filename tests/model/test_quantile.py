"""Quantiles: read off a histogram, they are those of the rows themselves."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Quantile, Tally, col

HOURS = Tally(
    "orders", day=col.signed_at, where=col.needs_shipping, value=col.signed_at - col.paid_at
)


def of_rows(values: list[int], share: Fraction) -> int:
    """The least value that the share of the rows does not exceed."""
    return sorted(values)[ceil(share * len(values)) - 1]


@given(
    st.lists(st.lists(st.integers(0, 30), max_size=12), min_size=1, max_size=5),
    st.fractions(Fraction(1, 100), 1, max_denominator=100),
)
def test_the_quantile_of_each_shop(shops: list[list[int]], share: Fraction) -> None:
    quantile = Quantile(HOURS, share, edges=range(25), per=2)
    counts = [
        np.array([len(values) for values in shops], dtype=object),
        *(
            np.array([sum(v <= edge for v in values) for values in shops], dtype=object)
            for edge in range(25)
        ),
    ]
    num, den, n = quantile.combine(counts, counts)
    for values, a, b, rows in zip(shops, num, den, n, strict=True):
        assert rows == len(values)
        expected = of_rows(values, share) if values else None
        if expected is None or expected > 24:
            assert not values or b == 0
        else:
            assert Fraction(a, b) == Fraction(expected, 2)


def test_its_tallies_count_rows_up_to_each_edge() -> None:
    quantile = Quantile(HOURS, "0.5", edges=(3600, 7200))
    assert [str(tally.where) for tally in quantile.tallies] == [
        "needs_shipping and not ((signed_at − paid_at) is missing)",
        "needs_shipping and (signed_at − paid_at) ≤ 3600",
        "needs_shipping and (signed_at − paid_at) ≤ 7200",
    ]
    assert all(tally.counts_rows for tally in quantile.tallies)


@pytest.mark.parametrize(
    ("share", "edges"), [("0", (1,)), ("1.1", (1,)), ("0.5", ()), ("0.5", (2, 1)), ("0.5", (1.5,))]
)
def test_what_is_refused(share: Any, edges: Any) -> None:
    with pytest.raises(ss.DeclarationError):
        Quantile(HOURS, share, edges=edges)
