"""The three items of the `dsr` scorecards: Tmall's with the rule of three, Pinduoduo's without."""

from __future__ import annotations

from datetime import date, timedelta

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Row
from oracle.metric_rows import Facts, text, whole
from oracle.shared_tallies import Figure, Tally, count_ratings, time_of_order

ITEMS = {
    "dsr_description": "rating",
    "dsr_service": "service_rating",
    "dsr_logistics": "logistics_rating",
}

Group = tuple[str, str, int, int]
"""(shop_id, buyer_id, year, month)"""

Rank = tuple[bool, int, str]
"""(not completed, completed_at, order_id): the order of the orders of a group."""


def tmall_dsr(facts: Facts) -> dict[str, dict[str, Figure]]:
    """Of one buyer's orders in one shop and month the first three count. Ages 1–180."""
    return _items(facts, first_three_orders(facts), 180)


def pinduoduo_dsr(facts: Facts) -> dict[str, dict[str, Figure]]:
    """Every review counts. Ages 1–90."""
    return _items(facts, list(facts.rows("reviews")), 90)


def _items(facts: Facts, reviews: list[Row], last_age: int) -> dict[str, dict[str, Figure]]:
    """Sum of the ratings over their count, item by item; the unrated are skipped."""
    figures: dict[str, dict[str, Figure]] = {}
    for item, column in ITEMS.items():
        tally = Tally(facts, last_age)
        count_ratings(tally, reviews, column)
        figures[item] = tally.figures
    return figures


def first_three_orders(facts: Facts) -> list[Row]:
    """The reviews that the rule of three leaves.

    Which orders come first is settled among all reviews that are not of an excluded order, of any
    age and whatever they rate. An order that the shop does not have is an order never completed.
    """
    orders: dict[Group, set[Rank]] = {}
    for review in facts.rows("reviews"):
        group = _group(facts, review)
        if group is not None:
            orders.setdefault(group, set()).add(_rank(facts, review))
    counted: list[Row] = []
    for review in facts.rows("reviews"):
        group = _group(facts, review)
        if group is None or _rank(facts, review) in sorted(orders[group])[:3]:
            counted.append(review)
    return counted


def _group(facts: Facts, review: Row) -> Group | None:
    """Whose order it was, and in which month; None where no buyer or no order is known."""
    order = facts.order_of(review)
    buyer = text(review, "buyer_id") or ("" if order is None else text(order, "buyer_id"))
    when = time_of_order(facts, review, "completed_at", "reviewed_at")
    if not buyer or not text(review, "order_id") or when is None:
        return None
    day = date(1970, 1, 1) + timedelta(days=when // SECONDS_PER_DAY)
    return (text(review, "shop_id"), buyer, day.year, day.month)


def _rank(facts: Facts, review: Row) -> Rank:
    """Orders that were never completed come last."""
    order = facts.order_of(review)
    completed = None if order is None else whole(order, "completed_at")
    return (completed is None, completed or 0, text(review, "order_id"))
