"""Columns of exact values against lists of fractions in which None is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore import Rationals
from shopscore.exact.columns import ColumnBuilder, ExactColumn

F = Fraction
Cells = list[F | None]

#: Small ones that tie, ones that int64 cannot hold, and none.
values = st.one_of(
    st.integers(-3, 3).map(F),
    st.fractions(-2, 2, max_denominator=30),
    st.sampled_from([F(10**40), F(-(10**19)), F(1, 10**30), F(10**20 + 1, 3), F(2**62)]),
)
cells = st.lists(st.none() | values, max_size=9)
pairs = st.lists(st.tuples(st.none() | values, st.none() | values, st.booleans()), max_size=9)


def split(rows: Sequence[tuple[F | None, F | None, bool]]) -> tuple[Cells, Cells, Any]:
    mask = np.array([keep for _, _, keep in rows], dtype=np.bool_)
    return [a for a, _, _ in rows], [b for _, b, _ in rows], mask


# ---------------------------------------------------------------------------------- whole columns


@given(cells)
def test_what_goes_in_comes_out(given_: Cells) -> None:
    column = ExactColumn.of(given_)
    assert column.fractions() == given_
    assert len(column) == len(column.known) == len(column.values) == len(given_)
    assert column.known.tolist() == [cell is not None for cell in given_]
    assert column.known.dtype == np.bool_


@given(values, st.integers(0, 5))
def test_constant_and_unknown(value: F, size: int) -> None:
    assert ExactColumn.constant(value, size).fractions() == [value] * size
    unknown = ExactColumn.unknown(size)
    assert unknown.fractions() == [None] * size
    assert unknown.or_zero().fractions() == [0] * size
    assert unknown.known.dtype == np.bool_


def test_a_known_zero_is_no_unknown_one() -> None:
    column = ExactColumn.of([F(0), None])
    assert column.fractions() == [0, None]
    assert column.or_zero().fractions() == [0, 0]
    assert column.or_else(ExactColumn.of([F(1), F(2)])).fractions() == [0, 2]


@given(cells)
def test_floats_are_the_nearest_doubles_and_nan(given_: Cells) -> None:
    for cell, found in zip(given_, ExactColumn.of(given_).floats().tolist(), strict=True):
        assert isnan(found) if cell is None else found == float(cell)


@given(cells)
def test_zero_in_the_place_of_the_unknown(given_: Cells) -> None:
    """Also where something stands below the mask."""
    column = ExactColumn.of([cell or F(7) for cell in given_])
    hidden = ExactColumn(column.values, np.array([c is not None for c in given_], dtype=np.bool_))
    expected = [F(0) if cell is None else (cell or F(7)) for cell in given_]
    assert hidden.or_zero().fractions() == expected


# --------------------------------------------------------------------------------- rows of columns


@given(st.data(), cells)
def test_rows_are_taken_by_index_mask_and_slice(data: st.DataObject, given_: Cells) -> None:
    column, places = ExactColumn.of(given_), range(len(given_))
    if given_:
        index = data.draw(st.lists(st.sampled_from(places), max_size=12))
        taken = column.take(np.array(index, dtype=np.int64))
        assert taken.fractions() == [given_[place] for place in index]
    mask = np.array([data.draw(st.booleans()) for _ in places], dtype=np.bool_)
    assert column.take(mask).fractions() == [
        cell for cell, kept in zip(given_, mask, strict=True) if kept
    ]
    assert column.take(slice(1, 3)).fractions() == given_[1:3]
    assert column.fractions() == given_, "the column itself stays"


@given(pairs)
def test_where(rows: list[tuple[F | None, F | None, bool]]) -> None:
    one, other, keep = split(rows)
    found = ExactColumn.of(one).where(keep, ExactColumn.of(other))
    assert found.fractions() == [a if k else b for a, b, k in rows]


@given(pairs)
def test_or_else(rows: list[tuple[F | None, F | None, bool]]) -> None:
    one, other, _ = split(rows)
    found = ExactColumn.of(one).or_else(ExactColumn.of(other))
    assert found.fractions() == [b if a is None else a for a, b, _ in rows]


@given(pairs)
def test_only(rows: list[tuple[F | None, F | None, bool]]) -> None:
    one, _, keep = split(rows)
    column = ExactColumn.of(one)
    assert column.only(keep).fractions() == [a if k else None for a, _, k in rows]
    assert column.fractions() == one, "the column itself stays"


@given(pairs)
def test_only_and_or_else_put_a_column_together_again(
    rows: list[tuple[F | None, F | None, bool]],
) -> None:
    one, _, keep = split(rows)
    column = ExactColumn.of(one)
    assert column.only(keep).or_else(column.only(~keep)).fractions() == one


# ----------------------------------------------------------------------------------------- builder

groups = st.lists(st.tuples(st.sampled_from([None, 0, 1, 2]), values), max_size=9)


@given(groups)
def test_a_builder_fills_group_by_group(rows: list[tuple[int | None, F]]) -> None:
    """Rows of no group stay unknown; in whatever order the groups come."""
    builders = [ColumnBuilder(len(rows)) for _ in range(2)]
    for builder, order in zip(builders, ((0, 1, 2), (2, 0, 1)), strict=True):
        for group in order:
            mine = [place for place, (own, _) in enumerate(rows) if own == group]
            exact = ExactColumn.of([rows[place][1] for place in mine]).values
            builder.put(np.array(mine, dtype=np.int64), exact)
    expected = [None if group is None else value for group, value in rows]
    assert [builder.build().fractions() for builder in builders] == [expected, expected]


@pytest.mark.parametrize(
    "rows", [[0, 2], np.array([0, 2]), np.array([True, False, True])], ids=["list", "index", "mask"]
)
def test_rows_are_named_by_list_index_or_mask(rows: Any) -> None:
    builder = ColumnBuilder(3)
    builder.put(rows, Rationals.of([1, 10**30], [3, 1]))
    assert builder.build().fractions() == [F(1, 3), None, F(10**30)]


def test_what_is_put_later_counts() -> None:
    builder = ColumnBuilder(2)
    builder.put([0, 1], Rationals.of([1, 2], [1, 1]))
    builder.put([1], Rationals.of([5], [2]))
    assert builder.build().fractions() == [1, F(5, 2)]


def test_a_column_that_was_built_stays_as_it_is() -> None:
    builder = ColumnBuilder(2)
    builder.put([0], Rationals.of([10**30], [1]))
    before = builder.build()
    builder.put([0, 1], Rationals.of([1, 2], [1, 1]))
    assert before.fractions() == [10**30, None]
    assert builder.build().fractions() == [1, 2]


def test_nothing_put_is_nothing_known() -> None:
    assert ColumnBuilder(3).build().fractions() == [None] * 3
    assert ColumnBuilder(0).build().fractions() == []


def test_what_is_unknown_is_kept_as_zero() -> None:
    """What reads a column without its mask finds 0/1 there, never a number."""
    for column in (ExactColumn.unknown(2), ExactColumn.of([None, None])):
        assert column.values.fractions() == [0, 0]
        assert column.fractions() == [None, None]
    built = ColumnBuilder(2)
    built.put([0], Rationals.of([3], [4]))
    assert built.build().values.fractions() == [F(3, 4), 0]
