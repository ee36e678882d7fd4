"""Douyin's metrics of 2026, one function each, in the words of the page's table; ages 1–30."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Row
from oracle.metric_rows import Facts, first_of, is_true, text, whole
from oracle.shared_tallies import (
    HOUR,
    Tally,
    by_daylight,
    each_order_once,
    paid_or_own,
    to_human,
)

LAST_30 = 30
Numbers = Mapping[str, object]
"""What a user gives: the table of hours to pick-up, and the limits of refunds."""
Metric = Callable[[Facts, Numbers], Tally]


def _key(row: Row) -> tuple[str, str]:
    return (text(row, "shop_id"), text(row, "order_id"))


def _named(rows: Iterable[Row]) -> set[tuple[str, str]]:
    return {_key(row) for row in rows if text(row, "order_id")}


def _orders(facts: Facts, column: str) -> Iterator[tuple[Row, int]]:
    for order in facts.rows("orders"):
        when = whole(order, column)
        if when is not None:
            yield order, when


# ------------------------------------------------------------------------------------ goods


def _valid_reviews(facts: Facts) -> Iterator[tuple[Row, int]]:
    """Valid reviews of signed orders, on the day of signing; those of no order on their own."""
    for review in facts.rows("reviews"):
        order = facts.order_of(review)
        day = whole(
            review if order is None else order, "reviewed_at" if order is None else "signed_at"
        )
        if is_true(review, "is_valid") and day is not None:
            yield review, day


def goods_rating(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    for review, day in _valid_reviews(facts):
        tally.both(review, day, whole(review, "rating") or 0)
    return tally


def bad_reviews(facts: Facts) -> dict[str, int]:
    """How many of these have one or two stars."""
    tally = Tally(facts, LAST_30)
    for review, day in _valid_reviews(facts):
        if (whole(review, "rating") or 0) <= 2:
            tally.below(review, day)
    return _counts(tally)


def quality_return_rate(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    asked = _named(t for t in facts.rows("aftersales") if text(t, "reason") == "quality")
    for order, signed in _orders(facts, "signed_at"):
        tally.both(order, signed, _key(order) in asked)
    return tally


# -------------------------------------------------------------------------------- logistics


def seconds_to_pickup(paid: int, picked: int) -> int:
    """From payment; of the night from 18:00:00 to 05:59:59 from the next 06:00."""
    day, clock = divmod(paid, SECONDS_PER_DAY)
    start = paid
    if clock < 6 * HOUR:
        start = day * SECONDS_PER_DAY + 6 * HOUR
    if clock >= 18 * HOUR:
        start = (day + 1) * SECONDS_PER_DAY + 6 * HOUR
    return max(picked - start, 0)


def _pickups(facts: Facts) -> Iterator[tuple[Row, int, int]]:
    """Picked-up orders, when, and after how many seconds; no presale, nothing without a parcel."""
    for order, picked in _orders(facts, "picked_up_at"):
        paid = whole(order, "paid_at")
        counts = is_true(order, "needs_shipping") and not is_true(order, "is_presale")
        if paid is not None and counts:
            yield order, picked, seconds_to_pickup(paid, picked)


def pickup_hours(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    for order, picked, seconds in _pickups(facts):
        tally.both(order, picked, Fraction(seconds, HOUR))
    return tally


def pickup_time_score(facts: Facts, numbers: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    table: list[tuple[object, object]] = numbers["pickup.points"]  # type: ignore[assignment]
    for order, picked, seconds in _pickups(facts):
        points = Fraction(50)
        for hours, worth in table:
            if seconds <= Fraction(str(hours)) * HOUR:
                points = Fraction(str(worth))
        if is_true(order, "fulfilment_compensated"):
            points = Fraction(50)
        tally.both(order, picked, points)
    return tally


def delivery_reach_rate(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    for order, due in _orders(facts, "delivery_due_at"):
        signed = whole(order, "signed_at")
        in_time = (signed is not None and signed <= due) or is_true(order, "delivery_on_time")
        tally.both(order, due, in_time and not is_true(order, "fulfilment_compensated"))
    return tally


def _returns(facts: Facts, counts: Callable[[Row], bool]) -> Tally:
    """Paid orders, and above them each order once with a ticket that counts."""
    tally = Tally(facts, LAST_30)
    for ticket in each_order_once(t for t in facts.rows("aftersales") if counts(t)):
        tally.above(ticket, paid_or_own(facts, ticket, "applied_at"))
    for order, paid in _orders(facts, "paid_at"):
        tally.below(order, paid)
    return tally


def logistics_return_rate(facts: Facts, _: Numbers) -> Tally:
    return _returns(facts, lambda t: text(t, "reason") == "logistics" and is_true(t, "compensated"))


def damage_return_rate(facts: Facts, _: Numbers) -> Tally:
    return _returns(facts, lambda t: text(t, "reason") == "damage")


# ---------------------------------------------------------------------------------- service


def _refunded(facts: Facts) -> Iterator[Row]:
    """Shipped refunds that the platform did not handle, and returns, that ended with a refund."""
    for ticket in facts.rows("aftersales"):
        if text(ticket, "outcome") != "refunded":
            continue
        alone = is_true(ticket, "shipped") and not is_true(ticket, "platform_intervened")
        if text(ticket, "kind") == "return_refund" or (
            text(ticket, "kind") == "refund_only" and alone
        ):
            yield ticket


def aftersale_reach_rate(facts: Facts, numbers: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    for ticket in _refunded(facts):
        applied, approved = whole(ticket, "applied_at"), whole(ticket, "approved_at")
        returned, refunded = whole(ticket, "return_signed_at"), whole(ticket, "refunded_at")
        limit = Fraction(str(numbers[f"aftersale.{text(ticket, 'kind')}_hours"]))
        in_time = False
        if applied is not None and approved is not None:
            seconds = approved - applied
            if returned is not None and refunded is not None:
                seconds += refunded - returned
            in_time = seconds <= limit * HOUR
        tally.both(ticket, whole(ticket, "closed_at"), in_time)
    return tally


def aftersale_review_hours(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    for ticket in _refunded(facts):
        applied, approved = whole(ticket, "applied_at"), whole(ticket, "approved_at")
        if applied is None or approved is None:
            continue
        day, clock = divmod(applied, SECONDS_PER_DAY)
        start = applied
        if clock < 8 * HOUR:
            start = day * SECONDS_PER_DAY + 8 * HOUR
        if clock >= 23 * HOUR:
            start = (day + 1) * SECONDS_PER_DAY + 8 * HOUR
        hours = Fraction(max(approved - start, 0), HOUR)
        tally.both(ticket, whole(ticket, "closed_at"), hours)
    return tally


def im_response_seconds(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    for session in by_daylight(to_human(facts)):
        rounds = whole(session, "rounds")
        if rounds is not None:
            missed = whole(session, "unanswered_rounds") or 0
            seconds = (whole(session, "reply_seconds") or 0) + 600 * missed
            started = whole(session, "started_at")
            tally.above(session, started, seconds)
            for _round in range(rounds):
                tally.below(session, started)
    return tally


def im_dissatisfaction_rate(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    for session in by_daylight(to_human(facts)):
        stars = whole(session, "satisfaction")
        if stars is not None:
            tally.both(session, whole(session, "started_at"), stars <= 3)
    return tally


def platform_help_rate(facts: Facts, _: Numbers) -> Tally:
    tally = Tally(facts, LAST_30)
    escalated = _named(facts.rows("escalations"))
    asked = _named(facts.rows("aftersales")) | _named(to_human(facts))
    for order, paid in _orders(facts, "paid_at"):
        if _key(order) in escalated:
            tally.above(order, paid)
        if _key(order) in asked:
            tally.below(order, paid)
    return tally


# -------------------------------------------------------------------- what else is looked at


def next_day_share(facts: Facts) -> Tally:
    tally = Tally(facts, LAST_30)
    for order, signed in _orders(facts, "signed_at"):
        tally.both(order, signed, is_true(order, "next_day"))
    return tally


def growth_pickup_rate(facts: Facts) -> Tally:
    """Picked up by the end of the day after payment, presale by its due time."""
    tally = Tally(facts, LAST_30)
    for order, picked in _orders(facts, "picked_up_at"):
        paid = whole(order, "paid_at")
        if paid is None or not is_true(order, "needs_shipping"):
            continue
        due = whole(order, "pickup_due_at")
        in_time = picked // SECONDS_PER_DAY <= paid // SECONDS_PER_DAY + 1
        if is_true(order, "is_presale"):
            in_time = due is not None and picked <= due
        tally.both(order, picked, in_time and not is_true(order, "fulfilment_compensated"))
    return tally


def paid_orders(facts: Facts) -> dict[str, int]:
    tally = Tally(facts, LAST_30)
    for order, paid in _orders(facts, "paid_at"):
        tally.below(order, paid)
    return _counts(tally)


def violations(facts: Facts, *kinds: str) -> dict[str, int]:
    tally = Tally(facts, LAST_30)
    for row in facts.rows("violations"):
        if text(row, "kind") in kinds:
            tally.below(row, whole(row, "happened_at"))
    return _counts(tally)


def fact_values(facts: Facts, name: str, last_age: int = LAST_30) -> dict[str, list[Fraction]]:
    """The values of a fact on the days of the window."""
    found: dict[str, list[Fraction]] = {}
    for row in facts.rows("shop_facts"):
        day, value = whole(row, "date"), row["value"]
        if not isinstance(value, int | Fraction):
            continue
        if text(row, "name") == name and day is not None and 1 <= facts.age(day) <= last_age:
            found.setdefault(text(row, "shop_id"), []).append(Fraction(value))
    return found


def _days_with(facts: Facts, name: str) -> set[tuple[str, int]]:
    return {
        (text(row, "shop_id"), day)
        for row in facts.rows("shop_facts")
        if text(row, "name") == name
        and (day := first_of(whole(row, "date"))) is not None
        and isinstance(row["value"], int | Fraction)
        and row["value"] >= 1
    }


def paid_while(facts: Facts, name: str) -> dict[str, int]:
    """Orders paid on a day with the fact."""
    days, tally = _days_with(facts, name), Tally(facts, LAST_30)
    for order, paid in _orders(facts, "paid_at"):
        if (text(order, "shop_id"), paid // SECONDS_PER_DAY * SECONDS_PER_DAY) in days:
            tally.below(order, paid)
    return _counts(tally)


def remote_area_orders(facts: Facts) -> dict[str, int]:
    """Signed orders without a ticket, paid on a day on which the service was on."""
    days, tally = _days_with(facts, "remote_area_service"), Tally(facts, LAST_30)
    with_ticket = _named(facts.rows("aftersales"))
    for order, signed in _orders(facts, "signed_at"):
        paid = whole(order, "paid_at")
        if paid is None or _key(order) in with_ticket:
            continue
        if (text(order, "shop_id"), paid // SECONDS_PER_DAY * SECONDS_PER_DAY) in days:
            tally.below(order, signed)
    return _counts(tally)


def _counts(tally: Tally) -> dict[str, int]:
    return {shop: figure.denominator for shop, figure in tally.figures.items()}


METRICS: dict[str, Metric] = {
    metric.__name__: metric
    for metric in (
        goods_rating, quality_return_rate, pickup_time_score, pickup_hours, delivery_reach_rate,
        logistics_return_rate, damage_return_rate, aftersale_reach_rate, aftersale_review_hours,
        im_response_seconds, im_dissatisfaction_rate, platform_help_rate,
    )
}  # fmt: skip
