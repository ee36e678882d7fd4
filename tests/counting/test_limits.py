"""The least that is refused and the greatest that is taken, where sums must fit in int64."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import shopscore as ss
from shopscore.counting.cells import Cells

LIMIT = 2**62


def cells(*values: int) -> Cells:
    where = np.zeros(len(values), dtype=np.int64)
    return Cells.of(where, where, None, np.array(values, dtype=np.int64))


@pytest.mark.parametrize(
    "values",
    [
        (LIMIT - 1,),
        (1 - LIMIT,),
        (LIMIT // 2, LIMIT // 2 - 1),
        (-(LIMIT // 2), LIMIT // 2 - 1),
        (LIMIT - 3, 1, 1),
    ],
)
def test_sums_that_are_taken(values: tuple[int, ...]) -> None:
    assert cells(*values).values.tolist() == [sum(values)]


@pytest.mark.parametrize(
    "values", [(LIMIT,), (-LIMIT,), (LIMIT // 2, LIMIT // 2), (-(LIMIT // 2), LIMIT // 2)]
)
def test_sums_that_are_refused(values: tuple[int, ...]) -> None:
    with pytest.raises(ss.StateError, match="do not fit in int64"):
        cells(*values)


def test_cells_that_are_added() -> None:
    half = cells(LIMIT // 2)
    assert Cells.added([half, cells(LIMIT // 2 - 1)]).values.tolist() == [LIMIT - 1]
    with pytest.raises(ss.StateError, match="do not fit in int64"):
        Cells.added([half, half])


@pytest.mark.parametrize("day", [2**23 - 1, -(2**23 - 1)])
def test_days_that_fit_in_a_key(day: int) -> None:
    one = np.zeros(1, dtype=np.int64)
    assert Cells.of(one, one + day, None, None).days.tolist() == [day]
    beyond = one + day + (1 if day > 0 else -1)
    with pytest.raises(ss.StateError, match="no calendar has"):
        Cells.of(one, beyond, None, None)


def test_events_of_shops_alone_are_counted() -> None:
    """Nothing to count is a state like any other: it adds up, and describes the shops."""
    shops = pl.DataFrame({"shop_id": ["S1", "S2"], "industry": ["food", "toys"]})
    events = ss.read_events({"shops": shops}, platform="douyin")
    which = {"platform": "douyin", "ruleset": "2022"}
    resolved = ss.resolve(events, **which)
    state = ss.tally(resolved)
    first, second = map(ss.tally, resolved.split(2))
    assert first + second == state
    scored = ss.score(state, shops=shops, as_of="2022-07-01", **which)
    assert scored.shops["shop_id"].to_list() == ["S1", "S2"]
