"""Parts on any machines, in any order, with corrections: the same integers as all at once."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from random import Random

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.counting.check_sums import check_sum
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.testing.toy import PLATFORM
from support.small_events import (
    FACTS,
    KEYS,
    NARROW,
    WIDE,
    Row,
    Streams,
    added,
    by_stream,
    changed,
    frames_with_columns,
    integers_of,
    resolved,
    shared_out,
    shops_of,
    streams,
    tallied,
    units_of,
)

seeds = st.integers(0, 2**32)
# shrinking takes minutes here, and a seed explains as much
GENERATE = (Phase.explicit, Phase.generate)
some = settings(max_examples=20, phases=GENERATE)


def agrees(state: ss.Tallies) -> bool:
    """Whether the cells have the check sum of the units, which came another way."""
    return check_sum(state.shop_ids, state.rows, state.daily) == state.scope.total


@given(events=streams(), seed=seeds)
@some
def test_units_on_any_machines_add_up(events: Streams, seed: int) -> None:
    rng = Random(seed)
    parts = [tallied(part) for part in shared_out(units_of(events), 3, rng)]
    state = added(parts, rng)
    assert integers_of(state) == integers_of(tallied(events))
    assert agrees(state)


@given(events=streams(), seed=seeds, parts=st.integers(1, 6), rules=st.sampled_from([NARROW, WIDE]))
@some
def test_any_split_of_a_split_adds_up(
    events: Streams, seed: int, parts: int, rules: BoundRuleSet
) -> None:
    whole = resolved({**events, "shop_facts": FACTS}, rules)
    pieces = [piece for part in whole.split(parts) for piece in part.split(2)]
    rows = {name: [piece.positions(name) for piece in pieces] for name in whole.events.frames}
    for name, found in rows.items():
        assert sorted(at for one in found for at in one) == list(
            range(len(whole.events.frames[name]))
        )
    states = [ss.tally(piece) for piece in pieces]
    assert added(states, Random(seed)) == ss.tally(whole)
    assert all(agrees(state) for state in states)


@given(events=streams(), seed=seeds, rules=st.sampled_from([NARROW, WIDE]))
@some
def test_corrections_in_any_order_end_at_the_last_state(
    events: Streams, seed: int, rules: BoundRuleSet
) -> None:
    """Each unit changes twice, a machine corrects some units, and corrections overtake another."""
    rng = Random(seed)
    versions = [events]
    for _ in range(2):
        versions.append(changed(versions[-1], rng))
    terms = [tallied(events, rules)]
    for before, after in pairwise(versions):
        where: dict[object, int] = {}
        for machine in range(2):
            was, now = (
                tallied(_on(machine, version, where, rng, by_shop=rules is WIDE), rules)
                for version in (before, after)
            )
            terms.append(now - was)
    state = added(terms, rng)
    assert integers_of(state) == integers_of(tallied(versions[-1], rules))
    assert agrees(state)


def _on(
    machine: int, events: Streams, where: dict[object, int], rng: Random, *, by_shop: bool
) -> Streams:
    """The rows of the units that a machine looks after, the same in every version."""

    def unit(stream: str, row: Row) -> object:
        if by_shop:
            return row["shop_id"]
        name = row.get("order_id") or (stream, *(row[key] for key in KEYS[stream]))
        return row["shop_id"], name

    return by_stream(
        (stream, row)
        for stream, rows in events.items()
        for row in rows
        if where.setdefault(unit(stream, row), rng.randrange(2)) == machine
    )


@given(events=streams(), seed=seeds)
@some
def test_a_correction_whose_before_leaves_out_a_row_is_never_scored(
    events: Streams, seed: int
) -> None:
    rng = Random(seed)
    units = [unit for unit in units_of(events) if len(unit) > 1]
    if not units:
        return
    unit = rng.choice(units)
    left_out = rng.choice(unit)
    cut = by_stream(row for row in unit if row is not left_out)
    before, after = tallied(cut), tallied(changed(cut, rng))
    state = tallied(events)
    wrong = [state - before]
    if integers_of(before) != integers_of(after):
        wrong += [state + (after - before), (after - before) + state]
    for each in wrong:
        with pytest.raises(ss.StateError, match="difference"):
            each.window_sums([], date(2024, 3, 10))


def test_a_correction_without_the_state_that_it_corrects_is_never_scored() -> None:
    """Though it has as many rows as before, and takes nothing away that others have not."""
    order = {"shop_id": "A", "order_id": "O1", "paid_at": "2024-03-01 10:00:00"}
    other = tallied({"orders": [{**order, "order_id": "O2"}]})
    was, now = (tallied({"orders": [{**order, "amount": amount}]}) for amount in ("1", "2"))
    with pytest.raises(ss.StateError, match="difference"):
        (other + (now - was)).window_sums([], date(2024, 3, 10))
    assert (other + (now - was)) + was == other + now


def test_what_no_tally_counts_may_change_unseen() -> None:
    """The check sum is of what was counted, so a comment that changed takes nothing away."""
    review = {"shop_id": "A", "review_id": "R", "reviewed_at": "2024-03-01 10:00:00", "rating": "5"}
    was, now = (tallied({"reviews": [{**review, "service_rating": stars}]}) for stars in ("1", "2"))
    assert was == now
    assert integers_of(was - now) == integers_of(was - was)


@pytest.mark.parametrize("rules", [NARROW, WIDE], ids=["orders", "shops"])
def test_a_shop_without_rows_is_no_unit(rules: BoundRuleSet) -> None:
    """Two machines may know both shops, each with the rows of one."""
    shops = [{"shop_id": "A", "industry": "x"}, {"shop_id": "B", "industry": "x"}]
    orders = [
        {"shop_id": shop, "order_id": "O1", "paid_at": "2024-03-01 10:00:00"} for shop in "AB"
    ]
    a, b = (tallied({"shops": shops, "orders": [order]}, rules) for order in orders)
    assert a + b == tallied({"shops": shops, "orders": orders}, rules)
    assert a.shop_ids.to_list() == ["A"]


def test_a_row_that_moved_to_another_unit_is_counted_twice() -> None:
    """The limit that law-of-the-state.md names: resolve both units, the old one and the new."""
    review = {"shop_id": "A", "review_id": "R", "reviewed_at": "2024-03-01 10:00:00", "rating": "5"}
    was, now = (tallied({"reviews": [{**review, "order_id": order}]}) for order in ("O1", ""))
    assert (was + now).rows.tolist() == [2]


def test_a_unit_is_not_there_twice_on_the_way() -> None:
    """Taken out and put in again, in the wrong order: refused, not wrong."""
    order = {"shop_id": "A", "order_id": "O1", "paid_at": "2024-03-01 10:00:00"}
    was, now = (tallied({"orders": [{**order, "amount": amount}]}) for amount in ("1", "2"))
    with pytest.raises(ss.StateError, match="share"):
        was + now
    with pytest.raises(ss.StateError, match="share"):
        (now - now) - was - was
    assert was - was + now == now


@given(events=streams(), seed=seeds)
@settings(max_examples=8, phases=GENERATE)
def test_scores_of_parts_are_those_of_all_at_once(events: Streams, seed: int) -> None:
    rng = Random(seed)
    rules = {"platform": PLATFORM, "ruleset": "2024-01-01", "as_of": "2024-03-10"}
    # every file has all columns, though it may have no rows
    machines = shared_out(units_of(events), 3, rng)
    state = added(
        (ss.tally(ss.resolve(frames_with_columns(part), **rules)) for part in machines), rng
    )
    whole = frames_with_columns(events)
    shops = pl.DataFrame({"shop_id": ["A", "B"], "industry": ["x", "x"]})
    at_once = ss.score({**whole, "shops": shops}, **rules)
    assert shops_of(ss.score(state, shops=shops, **rules)) == shops_of(at_once)
