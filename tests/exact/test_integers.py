"""Arrays of integers: how great they are, and when they leave int64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.exact.integers import magnitude, narrow, repeated, total, widen


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
