"""What other rows say of a row: sums still add up, and nonsense is refused."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import shopscore as ss
from shopscore import Once, Tally, col, fact_on, has_row, lit, month, number, when
from shopscore.model.expressions import Expr
from shopscore.rules.tally_checks import check_tally
from support.linked_events import (
    SHOPS,
    Row,
    cells_of,
    random_streams,
    resolved,
    rules_with,
)

seeds = pytest.mark.parametrize("seed", range(8))
bad_review = has_row("reviews", col.rating <= 2)
disaster = fact_on("disaster", col.paid_at)
# -------------------------------------------------------------------------- the law of the state

WITHIN_ORDERS = (
    Tally("orders", day=col.paid_at, where=bad_review),
    Tally("orders", day=col.paid_at, where=~has_row("aftersales", col.kind == "exchange"), value=col.amount),
)  # fmt: skip
OF_FACTS = (*WITHIN_ORDERS, Tally("orders", day=col.paid_at, where=disaster == number(1)))
OF_BUYERS = (
    *WITHIN_ORDERS,
    Tally(
        "reviews",
        day=col.reviewed_at,
        where=col.rating <= 2,
        once=Once((col.buyer_id, month(col.reviewed_at)), (col.reviewed_at,), 2, col.is_first),
    ),
)


@pytest.mark.slow
@seeds
@pytest.mark.parametrize(
    "tallies", [WITHIN_ORDERS, OF_FACTS, OF_BUYERS], ids=["within orders", "facts", "buyers"]
)
def test_any_split_adds_up_in_any_order(seed: int, tallies: tuple[Tally, ...]) -> None:
    together = resolved(random_streams(seed), *tallies)
    state = ss.tally(together)
    for parts in (2, 3, 5):
        states = [ss.tally(part) for part in together.split(parts)]
        Random(seed).shuffle(states)
        assert sum(states[1:], start=states[0]) == state
        assert state - states[0] == sum(states[2:], start=states[1])


def test_units_are_orders_and_with_facts_or_buyers_shops() -> None:
    """The first cut goes through shops, the others never do."""
    for tallies, whole in ((WITHIN_ORDERS, False), (OF_FACTS, True), (OF_BUYERS, True)):
        parts = [ss.tally(p) for p in resolved(random_streams(3), *tallies).split(5)]
        shops = [shop for part in parts for shop in part.shop_ids.to_list()]
        assert (sorted(shops) == list(SHOPS)) == whole
        assert set(shops) == set(SHOPS)


@pytest.mark.slow
@seeds
def test_orders_with_their_rows_are_counted_apart_from_others(seed: int) -> None:
    """Resolved by themselves, on another machine: the units of a shop, or of an order."""
    streams = random_streams(seed)

    def part(keep: Any) -> ss.Tallies:
        mine = {name: [r for r in rows if keep(r)] for name, rows in streams.items()}
        return ss.tally(resolved({**mine, "shop_facts": []}, *WITHIN_ORDERS))

    def odd(row: Row) -> bool:
        return len(row.get("order_id", "")) % 2 == 1

    assert part(odd) + part(lambda r: not odd(r)) == part(lambda r: True)
    alone = [
        ss.tally(resolved(
            {name: [r for r in rows if r["shop_id"] == shop] for name, rows in streams.items()},
            *OF_FACTS,
        ))
        for shop in SHOPS
    ]  # fmt: skip
    assert alone[1] + alone[0] == ss.tally(resolved(streams, *OF_FACTS))


def test_what_cuts_a_unit_is_not_added() -> None:
    streams = random_streams(4)
    orders, reviews = {"orders": streams["orders"]}, {"reviews": streams["reviews"]}
    with pytest.raises(ss.StateError, match="share"):
        ss.tally(resolved(orders, *WITHIN_ORDERS)) + ss.tally(resolved(reviews, *WITHIN_ORDERS))
    halves = [{"orders": streams["orders"][n::2]} for n in range(2)]
    within = [ss.tally(resolved(half, *WITHIN_ORDERS)) for half in halves]
    assert within[0] + within[1] == ss.tally(resolved(orders, *WITHIN_ORDERS))
    beyond = [ss.tally(resolved(half, *OF_FACTS)) for half in halves]
    with pytest.raises(ss.StateError, match="share"):
        beyond[0] + beyond[1]


# ------------------------------------------------------------------------------------ refusals


def orders_where(where: Expr) -> Tally:
    return Tally("orders", day=col.paid_at, where=where)


def orders_once(among: Expr) -> Tally:
    """Orders of a buyer, of which the first counts."""
    return Tally("orders", day=col.paid_at, once=Once((col.buyer_id,), (col.paid_at,), 1, among))


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally("reviews", day=col.reviewed_at, where=bad_review), "has_row needs rows that name those of"),
        (Tally("violations", day=col.happened_at, where=bad_review), "has_row needs rows that name those of"),
        (orders_where(has_row("orders", col.is_presale)), "has_row needs rows that name those of"),
        (orders_where(has_row("violations", col.kind == "x")), "has_row needs rows that name those of"),
        (orders_where(has_row("shop_facts", col.value == 1)), "has_row needs rows that name those of"),
        (orders_where(has_row("review", col.rating <= 2)), "no stream review; did you mean reviews"),
        (orders_where(has_row("reviews", col.ratin <= 2)), "no column ratin; did you mean rating"),
        (orders_where(has_row("reviews", col.paid_at > 0)), "no column paid_at"),
        (orders_where(has_row("reviews", bad_review)), "columns of reviews only"),
        (orders_where(has_row("reviews", fact_on("x", col.reviewed_at) == 1)), "of reviews only"),
        (orders_where(has_row("reviews", col.order.amount > 1)), "columns of reviews only"),
        (orders_where(has_row("reviews", col.rating)), "type integer, not truth"),
        (orders_where(has_row("reviews", col.rating == "1")), "mixes integers and words"),
        (orders_where(has_row("aftersales", col.reason == "qualty")), "did you mean quality"),
        (orders_where(bad_review == 1), "mixes"),
        (Tally("orders", day=col.paid_at, value=bad_review), "type truth, not integer"),
        (Tally("orders", day=bad_review), "type truth, not integer"),
        (orders_where(disaster), "type integer, not truth"),
        (orders_where(disaster == "1"), "mixes integers and words"),
        (orders_where(fact_on("disaster", col.carrier) == 1), "needs integers"),
        (orders_where(fact_on("disaster", col.paid) == 1), "no column paid; did you mean paid_at"),
        (orders_where(month(col.carrier) == 1), "needs integers"),
        (orders_once(col.xx), "no column xx"),
        (orders_once(col.amount), "not truth"),
        (orders_where(fact_on("a", disaster) == 1), "a on the day of .*disaster.*: the time must be one of the row's own"),
        (orders_where(fact_on("a", when(bad_review, 0)) == 1), "rating.*: the time must be one of the row's own"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else value.key,
)  # fmt: skip
def test_what_makes_no_sense_is_refused_when_rules_are_bound(tally: Tally, words: str) -> None:
    with pytest.raises(ss.ExpressionError, match=words):
        check_tally(tally, rules_with().streams)


@pytest.mark.parametrize(
    "where", [has_row("reviews", lit(None)), fact_on("a", lit(None)).is_not_null()], ids=str
)
def test_a_bare_null_meets_nothing(where: Expr) -> None:
    tally = orders_where(where)
    assert cells_of(ss.tally(resolved(random_streams(6), tally)), tally) == {}
