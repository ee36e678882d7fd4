"""The ends of weights, against every corner of the inequalities found by trying all of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore.analysis.learning.exact_extents import AtMost, find_extents

F = Fraction


def corners(inequalities, size):
    """Return every point where enough of the inequalities meet and that fulfils all of them."""
    rows = [(*each.factors, each.most) for each in inequalities]
    rows += [(*(F(-1) if k == place else F(0) for k in range(size)), F(0)) for place in range(size)]
    whole = (*(F(1) for _ in range(size)), F(1))
    found = set()
    for chosen in combinations(rows, size - 1):
        point = solve([whole, *chosen], size)
        if point is not None and all(
            sum(f * w for f, w in zip(row, point, strict=False)) <= row[-1] for row in rows
        ):
            found.add(point)
    return found


def solve(rows, size):
    """Return the only solution of some equations by Cramer's rule; None where there is not one."""

    def determinant(matrix):
        if len(matrix) == 1:
            return matrix[0][0]
        return sum(
            (-1) ** c * matrix[0][c] * determinant([[*r[:c], *r[c + 1 :]] for r in matrix[1:]])
            for c in range(len(matrix))
        )

    left = [list(row[:size]) for row in rows]
    below = determinant(left)
    if not below:
        return None
    return tuple(
        determinant([[*r[:k], row[-1], *r[k + 1 :]] for r, row in zip(left, rows, strict=True)])
        / below
        for k in range(size)
    )


small = st.integers(-6, 6).map(F)


@settings(max_examples=30)
@given(st.data())
def test_ends_are_those_of_all_corners(data):
    size = data.draw(st.integers(2, 4))
    rows = data.draw(
        st.lists(st.tuples(st.tuples(*[small] * size), st.integers(-4, 8).map(F)), max_size=6)
    )
    inequalities = [AtMost(factors, most) for factors, most in rows]
    points = corners(inequalities, size)
    extents = find_extents(inequalities, size)
    if not points:
        assert extents is None
    else:
        assert extents == [
            (min(p[k] for p in points), max(p[k] for p in points)) for k in range(size)
        ]


def test_ends_are_exact_where_floats_are_not():
    third = F(1, 3)
    ends = find_extents([AtMost((F(1), F(0), F(0)), third), AtMost((F(-1), F(0), F(0)), -third)], 3)
    assert ends is not None
    assert ends[0] == (third, third)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_nothing_known_leaves_everything_open(size):
    ends = find_extents([], size)
    assert ends == ([(F(1), F(1))] if size == 1 else [(F(0), F(1))] * size)
