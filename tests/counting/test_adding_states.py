"""States add up with ``+`` and ``sum``; what cannot be added says why."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss

WHICH = {"platform": "douyin", "ruleset": "2022"}
ORDERS = pl.DataFrame(
    {
        "shop_id": ["S1", "S1", "S2", "S3"],
        "order_id": ["1001", "1002", "1003", "1004"],
        "paid_at": ["2022-06-01 10:00:00"] * 4,
    }
)


@pytest.fixture(scope="module")
def resolved() -> ss.Resolved:
    return ss.resolve({"orders": ORDERS}, **WHICH)


@pytest.fixture(scope="module")
def state(resolved: ss.Resolved) -> ss.Tallies:
    return ss.tally(resolved)


def test_a_sum_of_parts_is_the_whole(resolved: ss.Resolved, state: ss.Tallies) -> None:
    parts = [ss.tally(part) for part in resolved.split(3)]
    assert sum(parts) == state
    assert 0 + state == state
    assert sum([state]) == state


@pytest.mark.parametrize("other", [1, -1, 0.5, None, "state"])
def test_nothing_else_can_be_added(other: object, state: ss.Tallies) -> None:
    with pytest.raises(TypeError):
        other + state  # type: ignore[operator]
    with pytest.raises(TypeError):
        state + other  # type: ignore[operator]


@pytest.mark.parametrize(("missing", "more"), [(1, ""), (3, ""), (4, " and 1 more")])
def test_what_a_state_does_not_count_is_listed(missing: int, more: str, state: ss.Tallies) -> None:
    """Three of them; of more it is said how many."""
    names = sorted(state.tallies, key=lambda name: state.tallies[name])
    kept = {name: state.tallies[name] for name in names[missing:]}
    less = evolve(state, tallies=kept, daily={name: state.daily[name] for name in kept})
    listed = ", ".join(state.tallies[name] for name in names[: min(missing, 3)])
    for left, right, side in ((less, state, "left"), (state, less, "right")):
        with pytest.raises(ss.StateError) as caught:
            left + right
        assert f"the {side} one does not count {listed}{more}. Tally" in str(caught.value)
