"""Arrays of integers: how great they are, and when they leave int64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.exact.integers import (
    dense_ranks,
    magnitude,
    narrow,
    parts_of,
    repeated,
    total,
    widen,
)


@pytest.mark.parametrize(
    ("values", "greatest"),
    [([], 0), ([0], 0), ([3, -7], 7), ([7, -3], 7), ([-(2**63)], 2**63), ([2**70, 1], 2**70)],
)
def test_magnitude(values: list[int], greatest: int) -> None:
    wide = np.array(values, dtype=object)
    assert magnitude(wide) == greatest
    if greatest <= 2**63:
        assert magnitude(wide.astype(np.int64)) == greatest


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([2**62 - 1, 1 - 2**62], np.int64),
        ([2**62], object),
        ([-(2**62)], object),
        ([], np.int64),
    ],
)
def test_narrow(values: list[int], kind: type) -> None:
    found = narrow(np.array(values, dtype=object))
    assert found.dtype == kind
    assert found.tolist() == values
    assert widen(found).dtype == object
    assert widen(found).tolist() == values


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**80), 2**80), max_size=9))
def test_totals_never_wrap(values: list[int]) -> None:
    wide = np.array(values, dtype=object)
    assert total(wide) == sum(values)
    if magnitude(wide) < 2**63:
        assert total(wide.astype(np.int64)) == sum(values)


@given(st.integers(-(2**63), 2**63) | st.sampled_from([2**62 - 1, -(2**62), 2**70]))
def test_a_repeated_integer(value: int) -> None:
    found = repeated(value, 4)
    assert found.tolist() == [value] * 4
    assert magnitude(found) == abs(value)
    assert repeated(value, 0).tolist() == []
    assert narrow(found).tolist() == [value] * 4


@given(st.lists(st.one_of(st.integers(-3, 3), st.integers(-(2**62), 2**62)), max_size=30))
def test_places_among_the_different_ones(values: list[int]) -> None:
    codes, first = dense_ranks(np.array(values, dtype=np.int64))
    different = sorted(set(values))
    assert codes.tolist() == [different.index(value) for value in values]
    assert first.tolist() == [values.index(value) for value in different]


def test_parts_are_the_whole() -> None:
    for size in (0, 1, 2**14 - 1, 2**14, 2**14 + 1, 50_000):
        rows = [row for part in parts_of(size) for row in range(part.start, part.stop)]
        assert rows == list(range(size))
