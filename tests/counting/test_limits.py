"""The least that is refused and the greatest that is taken, where sums must fit in int64."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

import shopscore as ss
from shopscore import Days, Tally, col
from shopscore.counting import selection
from shopscore.counting.cells import Cells
from shopscore.counting.scope import Scope
from shopscore.counting.sums import weighted_sum, window_sums
from support.small_events import resolved, rules_with, tallied

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


def test_weighed_values_beyond_int64_are_exact() -> None:
    """The heaviest weight decides how great a value may be, not the lightest."""
    codes, far = np.zeros(2, dtype=np.int64), np.array([2**43, 2**43], dtype=np.int64)
    for weights in ([2**20, 1], [1, 2**20], [2**20, 2**20]):
        total = weighted_sum(codes, far, np.array(weights, dtype=np.int64), 1)
        assert total.tolist() == [2**43 * sum(weights)]
    assert weighted_sum(codes, far, None, 2).tolist() == [2**44, 0]
    most = np.array([2**62 - 1, 1], dtype=np.int64)
    assert weighted_sum(codes, most, None, 1).tolist() == [2**62]


def test_sums_of_many_chunks_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each order is 4 · 10^18, which fits; int64 holds the sum of two, and not that of four."""
    monkeypatch.setattr(selection, "CHUNK", 1)
    tally = Tally("orders", day=col.paid_at, value=col.amount * col.amount)
    orders = [
        {"shop_id": shop, "order_id": f"{n}", "paid_at": "2024-03-01 10:00:00", "amount": amount}
        for n, (shop, amount) in enumerate([("A", "20000000")] * 4 + [("B", "0.03")] * 3)
    ]
    day = date(2024, 3, 10)
    wanted = [(tally, Days(1, 30).weights(day))]
    ((sums, counts),) = window_sums(resolved({"orders": orders}, rules_with(tally)), wanted, day)
    assert sums.tolist() == [4 * 4 * 10**18, 3 * 9]
    assert counts.tolist() == [4, 3]


def test_values_on_the_way_beyond_int64_are_refused() -> None:
    """9 · 10^12 fen, squared: polars would wrap without a word."""
    rules = rules_with(Tally("orders", day=col.paid_at, value=col.amount * col.amount))
    order = {"shop_id": "A", "order_id": "1", "paid_at": "2024-03-01 10:00:00"}
    few = tallied({"orders": [{**order, "amount": "3"}]}, rules)
    assert few.cells["sum"].to_list() == [300 * 300]
    with pytest.raises(ss.InputError, match="do not fit in int64"):
        tallied({"orders": [{**order, "amount": "90000000000"}]}, rules)


def test_scopes_are_equal_in_all_parts() -> None:
    def scope(marks: list[int], checks: list[int], signs: list[int]) -> Scope:
        return Scope(
            np.array(marks, dtype=np.uint64),
            np.array(checks, dtype=np.uint32),
            np.array(signs, dtype=np.int8),
        )

    some = scope([1, 2], [3, 4], [1, 1])
    assert some == scope([1, 2], [3, 4], [1, 1])
    assert some != scope([1, 5], [3, 4], [1, 1])
    assert some != scope([1, 2], [3, 5], [1, 1])
    assert some != scope([1, 2], [3, 4], [1, -1])
    assert some != scope([1], [3], [1])
    assert some != "scope"
