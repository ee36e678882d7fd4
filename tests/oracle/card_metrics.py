"""The metrics of Tmall with days of their own, of JD and of WeChat, in plain loops over rows.

Rows are dicts with times of the wall clock. A metric is a value, or None where nothing counts below
the line, and n, the rows it rests on. Readings are those of the pages and of the notes beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]
Value = tuple[Fraction | None, int]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TWO_DAYS = 48 * HOUR


class Shop:
    """The rows of one shop on a day; those of excluded orders are left out, but for talks."""

    def __init__(self, streams: Mapping[str, list[Row]], shop: str, as_of: date) -> None:
        """Look at one shop, as of a day."""
        own = {
            name: [row for row in rows if row["shop_id"] == shop] for name, rows in streams.items()
        }
        gone = {row["order_id"] for row in own["orders"] if row["is_excluded"]}
        self._as_of = as_of
        self.orders = [row for row in own["orders"] if row["order_id"] not in gone]
        self.reviews, self.tickets, self.complaints, self.escalations = (
            [row for row in own[name] if row["order_id"] not in gone]
            for name in ("reviews", "aftersales", "complaints", "escalations")
        )
        self.talks, self.violations, self.facts = (
            own["conversations"], own["violations"], own["shop_facts"]
        )  # fmt: skip
        self._by_id = {row["order_id"]: row for row in self.orders}

    def age(self, moment: datetime | date) -> int:
        """Age 1 is the day before as_of."""
        day = moment.date() if isinstance(moment, datetime) else moment
        return (self._as_of - day).days

    def within(
        self, rows: Iterable[Row], when: Callable[[Row], datetime | date | None], ages: range
    ) -> list[Row]:
        """The rows whose day has one of these ages."""
        dated = ((row, when(row)) for row in rows)
        return [row for row, moment in dated if moment is not None and self.age(moment) in ages]

    def order_of(self, row: Row) -> Row | None:
        """The order that a row names; None where there is none."""
        return self._by_id.get(row["order_id"])

    def day_of_payment(self, own: str) -> Callable[[Row], datetime | None]:
        """When the order of a row was paid, else the row's own time."""

        def when(row: Row) -> datetime | None:
            order = self.order_of(row)
            paid: datetime | None = None if order is None else order["paid_at"]
            moment: datetime | None = row[own]
            return moment if paid is None else paid

        return when

    def has_ticket(self, order: Row, meets: Callable[[Row], bool]) -> bool:
        """Whether a ticket of the order meets a condition."""
        return any(t["order_id"] == order["order_id"] and meets(t) for t in self.tickets)


def last(days: int, lag: int = 0) -> range:
    """The ages of so many days, without the newest ones."""
    return range(lag + 1, lag + days + 1)


def share(rows: list[Row], meets: Callable[[Row], object]) -> Value:
    """How many of the rows meet a condition."""
    part = sum(1 for row in rows if meets(row))
    return (Fraction(part, len(rows)) if rows else None), len(rows)


def mean(spans: list[timedelta], unit: timedelta) -> Value:
    """The mean of some spans of time, in a unit."""
    seconds = sum(int(span.total_seconds()) for span in spans)
    whole = len(spans) * int(unit.total_seconds())
    return (Fraction(seconds, whole) if spans else None), len(spans)


def sums(parts: list[int], wholes: list[int]) -> Value:
    """A sum over another; n is the rows of the one below the line."""
    return (Fraction(sum(parts), sum(wholes)) if sum(wholes) else None), len(wholes)


def asks_refund(reason: str) -> Callable[[Row], bool]:
    """Whether a ticket asks for a refund for some reason."""
    return lambda t: t["kind"] in ("refund_only", "return_refund") and t["reason"] == reason


def handling(ticket: Row) -> timedelta | None:
    """The merchant's own time: to agreeing, and from the returned parcel to the refund."""
    if ticket["approved_at"] is None:
        return None
    span: timedelta = ticket["approved_at"] - ticket["applied_at"]
    if ticket["refunded_at"] is not None and ticket["return_signed_at"] is not None:
        span += ticket["refunded_at"] - ticket["return_signed_at"]
    return span


def at(column: str) -> Callable[[Row], datetime | None]:
    """The time of a column."""
    return lambda row: row[column]


def spans(tickets: list[Row], span: Callable[[Row], timedelta | None]) -> list[timedelta]:
    """The spans of some tickets that have one."""
    return [found for ticket in tickets if (found := span(ticket)) is not None]


def tmall(shop: Shop, trusted: int = 3, days: int = 30) -> dict[str, Value]:
    """Tmall's real experience score with the days that a console shows."""
    newest, second, third = last(days), last(days, 1), last(days, 2)
    disasters = {
        fact["date"] for fact in shop.facts if fact["name"] == "disaster" and fact["value"] == 1
    }
    paid = [row for row in shop.orders if row["paid_at"] is not None]
    spared = [row for row in paid if row["paid_at"].date() not in disasters]
    both = [row for row in paid if row["signed_at"] is not None]

    def due(row: Row) -> datetime:
        found: datetime = row["pickup_due_at"] or row["paid_at"] + TWO_DAYS
        return found

    def is_bad(order: Row) -> bool:
        reviews = [r for r in shop.reviews if r["order_id"] == order["order_id"]]
        asked = shop.has_ticket(order, asks_refund("quality"))
        return asked or any(review["rating"] <= 2 for review in reviews)

    talks = [t for t in shop.talks if time(8) <= t["started_at"].time() < time(23)]
    reviews = shop.within(shop.reviews, at("reviewed_at"), second)
    arrived = shop.within(
        [row for row in spared if row["signed_at"] is not None], at("signed_at"), last(days, 10)
    )
    rated = [t for t in shop.talks if t["satisfaction"] is not None]
    closed = shop.within(shop.tickets, at("closed_at"), second)
    violations = len(shop.within(shop.violations, at("happened_at"), last(30)))
    return {
        "goods_negative_rate": share(shop.within(shop.orders, at("signed_at"), second), is_bad),
        "goods_good_review_rate": share(reviews, lambda r: r["rating"] >= 4),
        "pickup_48h_rate": share(
            shop.within(spared, due, last(days, 3)),
            lambda row: row["picked_up_at"] is not None and row["picked_up_at"] <= due(row),
        ),
        "arrival_hours": mean([row["signed_at"] - row["paid_at"] for row in arrived], HOUR),
        "im_3min_reply_rate": share(
            shop.within(talks, at("started_at"), newest),
            lambda t: (
                t["first_reply_at"] is not None
                and t["first_reply_at"] - t["started_at"] <= 3 * MINUTE
            ),
        ),
        "im_satisfaction_rate": share(
            shop.within(rated, at("started_at"), third), lambda t: t["satisfaction"] >= 4
        ),
        "refund_handling_hours": mean(spans(closed, handling), HOUR),
        "platform_help_rate": _help(
            shop, shop.within(paid, at("paid_at"), newest), newest, trusted
        ),
        "next_day_share": share(
            shop.within(both, at("signed_at"), third),
            lambda row: row["signed_at"].date() <= row["paid_at"].date() + DAY,
        ),
        "violations": (Fraction(violations), violations),
    }


def _help(shop: Shop, paid: list[Row], ages: range, trusted: int) -> Value:
    """Calls for help over paid orders, those of trusted buyers several times."""

    def weight(order: Row | None) -> int:
        return trusted if order is not None and order["buyer_trusted"] else 1

    calls = [
        *shop.within(shop.escalations, shop.day_of_payment("escalated_at"), ages),
        *shop.within(shop.complaints, shop.day_of_payment("complained_at"), ages),
    ]
    above = sum(weight(shop.order_of(call)) for call in calls)
    below = sum(weight(order) for order in paid)
    return (Fraction(above, below) if below else None), len(paid)


def in_time(row: Row) -> bool:
    """Whether an order was delivered by the time it was due."""
    return row["signed_at"] is not None and bool(row["signed_at"] <= row["delivery_due_at"])


def jd(shop: Shop, days: int = 30) -> dict[str, Value]:
    """JD's star card, as far as events say it."""
    ages = last(days)
    paid = shop.within(shop.orders, at("paid_at"), ages)
    at_once = [
        row
        for row in shop.orders
        if row["paid_at"] is not None and row["needs_shipping"] and not row["is_presale"]
    ]

    def late_at(row: Row) -> datetime:
        found: datetime = row["paid_at"] + TWO_DAYS
        return found

    def is_late(row: Row) -> bool:
        if row["picked_up_at"] is None:
            return row["cancelled_at"] is None
        return bool(row["picked_up_at"] > late_at(row))

    talks = [
        (talk["reply_seconds"], talk["rounds"] - (talk["unanswered_rounds"] or 0))
        for talk in shop.within(shop.talks, at("started_at"), ages)
        if talk["to_human"] and None not in (talk["reply_seconds"], talk["rounds"])
    ]
    answered = [(seconds, rounds) for seconds, rounds in talks if rounds > 0]
    late = sum(1 for row in shop.within(at_once, late_at, ages) if is_late(row))
    closed = shop.within(shop.tickets, at("closed_at"), ages)
    return {
        "im_response_seconds": sums([s for s, _ in answered], [rounds for _, rounds in answered]),
        "same_day_pickup_rate": share(
            shop.within(at_once, at("paid_at"), ages),
            lambda row: (
                row["picked_up_at"] is not None
                and row["picked_up_at"].date() == row["paid_at"].date()
            ),
        ),
        "delivery_reach_rate": share(
            shop.within(shop.orders, at("delivery_due_at"), ages), in_time
        ),
        "logistics_return_rate": share(
            paid, lambda row: shop.has_ticket(row, asks_refund("logistics"))
        ),
        "late_shipments": (Fraction(late), late),
        "handling_hours": mean(spans(closed, handling), HOUR),
        "intervention_rate": share(
            paid, lambda row: shop.has_ticket(row, lambda t: t["platform_intervened"])
        ),
        "quality_return_rate": share(
            paid,
            lambda row: shop.has_ticket(
                row, lambda t: t["kind"] == "return_refund" and t["reason"] == "quality"
            ),
        ),
    }


def wechat(shop: Shop, days: int = 30) -> dict[str, Value]:
    """WeChat's experience score, as far as events say it."""
    ages = last(days)
    to_pick_up = [
        row
        for row in shop.orders
        if row["paid_at"] is not None and row["needs_shipping"] and not row["is_presale"]
    ]
    shipped = shop.within(shop.orders, at("picked_up_at"), ages)
    reviews = shop.within(
        [review for review in shop.reviews if review["is_valid"]], at("reviewed_at"), ages
    )
    alone = [t for t in shop.tickets if not t["platform_intervened"]]
    closed = shop.within(alone, at("closed_at"), ages)
    agreed = shop.within(shop.tickets, at("approved_at"), ages)
    upheld = [c for c in shop.complaints if c["upheld"]]
    liable = [t for t in shop.tickets if t["liability"] == "merchant"]
    disputes = len(
        [
            *shop.within(upheld, shop.day_of_payment("complained_at"), ages),
            *shop.within(liable, shop.day_of_payment("applied_at"), ages),
        ]
    )
    paid = len(shop.within(shop.orders, at("paid_at"), ages))
    return {
        "quality_refund_rate": share(
            shipped, lambda row: shop.has_ticket(row, asks_refund("quality"))
        ),
        "good_review_rate": share(reviews, lambda review: review["rating"] >= 4),
        "next_day_pickup_rate": share(
            shop.within(to_pick_up, lambda row: row["paid_at"] + DAY, ages),
            lambda row: (
                row["picked_up_at"] is not None
                and row["picked_up_at"].date() <= row["paid_at"].date() + DAY
            ),
        ),
        "route_on_time_rate": share(shop.within(shop.orders, at("delivery_due_at"), ages), in_time),
        "reply_seconds": _per_round(shop, "reply_seconds", ages),
        "no_reply_rate": _per_round(shop, "unanswered_rounds", ages),
        "first_action_minutes": mean(spans(agreed, _to_agreeing), MINUTE),
        "refund_minutes": mean(
            spans([t for t in closed if t["kind"] == "refund_only"], _to_agreeing), MINUTE
        ),
        "return_refund_hours": mean(
            spans([t for t in closed if t["kind"] == "return_refund"], handling), HOUR
        ),
        "dispute_rate": ((Fraction(disputes, paid) if paid else None), paid),
    }


def _to_agreeing(ticket: Row) -> timedelta | None:
    if ticket["approved_at"] is None:
        return None
    span: timedelta = ticket["approved_at"] - ticket["applied_at"]
    return span


def _per_round(shop: Shop, column: str, ages: range) -> Value:
    """A sum over the rounds of conversations with a human that tell both."""
    told = [
        talk
        for talk in shop.within(shop.talks, at("started_at"), ages)
        if talk["to_human"] and talk[column] is not None and talk["rounds"] is not None
    ]
    return sums([talk[column] for talk in told], [talk["rounds"] for talk in told])
