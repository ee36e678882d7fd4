"""Weighted sums by groups of shops, and patterns of marks, against plain loops and fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore import Rationals
from shopscore.composing import patterns, weighted_sums
from shopscore.composing.comparison import extremes
from shopscore.composing.patterns import Patterns, find_patterns
from shopscore.composing.weighted_sums import GroupedColumn, Groups, weighted_sum
from shopscore.exact import integers
from shopscore.grading.means import mean_of

F = Fraction

#: Denominators of ranks, which many shops share; the borders of int64; and far beyond.
denominators = st.sampled_from(
    [1, 2, 198, 4258, 4256, 2**31 - 1, 2**53, 2**61, 2**62 - 1, 2**62, 10**25]
)
numerators = st.one_of(
    st.integers(0, 5000), st.integers(-(2**62), 2**62), st.integers(-(10**30), 10**30)
)
shares = st.one_of(st.sampled_from([F(0), F(1), F(1, 2), F(3, 20)]), st.fractions(0, 1))
ROWS, COLUMNS, PATTERNS = 7, 3, 2
tables = st.tuples(
    st.lists(
        st.lists(st.tuples(numerators, denominators), min_size=ROWS, max_size=ROWS),
        min_size=COLUMNS,
        max_size=COLUMNS,
    ),
    st.lists(st.integers(0, PATTERNS - 1), min_size=ROWS, max_size=ROWS),
    st.lists(st.lists(shares, min_size=COLUMNS, max_size=COLUMNS), min_size=2, max_size=2),
)


@given(tables, st.integers(1, 4))
def test_sums_of_sums_are_those_of_fractions(drawn: Any, together: int) -> None:
    """Also where a column is itself such a sum, as dimensions are."""
    cells, codes, weights = drawn
    columns = [Rationals.of([n for n, _ in own], [d for _, d in own]) for own in cells]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integers, "_TOGETHER", together)
        groups = Groups.of([np.array(codes), *(column.den for column in columns)])
        own = np.array(codes)[groups.first]
        grouped = {str(i): GroupedColumn.of(c, groups) for i, c in enumerate(columns)}
        table = {
            str(i): Rationals.of(
                [w[i].numerator for w in weights], [w[i].denominator for w in weights]
            ).take(own)
            for i in range(COLUMNS)
        }
        once = weighted_sum(groups, grouped, table)
        twice = weighted_sum(groups, {**grouped, "once": once}, {**table, "once": table["0"]})
    values = [column.fractions() for column in columns]
    for row, code in enumerate(codes):
        expected = sum((values[i][row] * weights[code][i] for i in range(COLUMNS)), F(0))
        assert once.column(groups).fractions()[row] == expected
        more = expected + expected * weights[code][0]
        assert twice.column(groups).fractions()[row] == more


def test_nothing_weighs_nothing() -> None:
    groups = Groups.of([np.zeros(3, dtype=np.int64)])
    assert weighted_sum(groups, {}, {}).column(groups).fractions() == [0, 0, 0]
    nobody = Groups.of([np.zeros(0, dtype=np.int64)])
    assert weighted_sum(nobody, {}, {}).column(nobody).fractions() == []


def test_equal_hashes_of_different_shops_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed, seeds = weighted_sums._mixed, []

    def colliding(columns: Any, seed: int) -> Any:
        seeds.append(seed)
        return np.zeros(len(columns[0]), dtype=np.int64) if seed == 0 else mixed(columns, seed)

    monkeypatch.setattr(weighted_sums, "_mixed", colliding)
    groups = Groups.of([np.array([1, 2, 1, 2]), np.array([5, 5, 6, 5])])
    assert seeds == [0, 1]
    assert len(groups) == 3
    assert groups.codes[1] == groups.codes[3]


@given(st.data(), st.sampled_from([1, 3, 20, 70]), st.integers(1, 3), st.integers(0, 8))
def test_patterns_are_what_shops_have_in_common(
    data: st.DataObject, marks: int, bits: int, size: int
) -> None:
    """Of any number of marks, more than an integer holds among them."""
    rows = data.draw(
        st.lists(
            st.sets(st.integers(0, marks - 1), max_size=4).map(sorted),
            min_size=size,
            max_size=size,
        )
    )
    masks = {str(m): np.array([m in row for row in rows], dtype=np.bool_) for m in range(marks)}
    among = np.array([data.draw(st.booleans()) for _ in rows], dtype=np.bool_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "_FEW", bits)
        patch.setattr(patterns, "_BITS", bits + 4)
        found = Patterns.of([masks, {}], size)
        some = list(find_patterns([masks], among))
    for row, code in zip(rows, found.codes, strict=True):
        assert found.sets[code] == (frozenset(map(str, row)), frozenset())
    assert len(set(found.sets)) == len(found.sets)
    assert sorted(place for _, places in some for place in places) == np.flatnonzero(among).tolist()
    for (own,), places in some:
        assert all(own == frozenset(map(str, rows[place])) for place in places)


@given(st.lists(st.tuples(numerators, denominators), min_size=1, max_size=8))
def test_means_and_ends_are_those_of_fractions(cells: list[tuple[int, int]]) -> None:
    """Also of values that no double tells apart."""
    column = Rationals.of([n for n, _ in cells], [d for _, d in cells])
    exact = [F(n, d) for n, d in cells]
    assert mean_of(column) == sum(exact, F(0)) / len(exact)
    assert extremes(column) == (min(exact), max(exact))
