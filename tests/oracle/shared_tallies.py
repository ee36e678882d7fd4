"""What the metrics of Kuaishou, Tmall and Pinduoduo share: tallies over ages, and common readings.

No weights and no assumptions to override: a figure is a numerator, a denominator and a count. The
rows that count and the orders they name are those of `facts` (`Facts.rows` leaves out excluded
orders and the reviews, tickets, complaints and escalations linked to one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Row
from oracle.metric_rows import Facts, first_of, is_true, text, whole

HOUR = 3600
FIRST_HOUR, AFTER_LAST_HOUR = 8 * HOUR, 23 * HOUR  # 08:00:00–22:59:59
REPLY_SECONDS = 180  # inclusive


class Figure(NamedTuple):
    """A metric of one shop. No row has a weight, so n is always the denominator."""

    numerator: Fraction
    denominator: int
    n: int

    @property
    def value(self) -> Fraction | None:
        """Null where nothing counts below; what counts above then says nothing."""
        return self.numerator / self.denominator if self.denominator else None


class Tally:
    """Numerator and denominator of one metric, shop by shop, over the ages 1..last."""

    def __init__(self, facts: Facts, last_age: int) -> None:
        """Age 1 is the day before as_of."""
        self._facts = facts
        self._last_age = last_age
        self.figures: dict[str, Figure] = {}

    def above(self, row: Row, when: int | None, amount: Fraction | int = 1) -> None:
        """Add to the numerator of the row's shop, on the day of `when`."""
        self._add(row, when, amount, 0)

    def below(self, row: Row, when: int | None) -> None:
        """Count in the denominator of the row's shop, on the day of `when`."""
        self._add(row, when, 0, 1)

    def both(self, row: Row, when: int | None, amount: Fraction | int | bool) -> None:
        """Count below and add above on the same day."""
        self._add(row, when, amount, 1)

    def _add(self, row: Row, when: int | None, amount: Fraction | int, count: int) -> None:
        if when is None or not 1 <= self._facts.age(when) <= self._last_age:
            return
        old = self.figures.get(text(row, "shop_id"), Figure(Fraction(0), 0, 0))
        new = Figure(old.numerator + amount, old.denominator + count, old.n + count)
        self.figures[text(row, "shop_id")] = new


Metric = Callable[[Facts], Tally]


def by_name(*metrics: Metric) -> dict[str, Metric]:
    """The functions are named like the metrics of the page."""
    return {metric.__name__: metric for metric in metrics}


def paid_or_own(facts: Facts, row: Row, own: str) -> int | None:
    """When the order of the row was paid, else the row's own time."""
    return time_of_order(facts, row, "paid_at", own)


def time_of_order(facts: Facts, row: Row, column: str, own: str) -> int | None:
    """That time of the order which the row names, else the row's own time."""
    order = facts.order_of(row)
    return first_of(None if order is None else whole(order, column), whole(row, own))


def count_orders(facts: Facts, tally: Tally, column: str) -> None:
    """Below: every order that has this time, on its day."""
    for order in facts.rows("orders"):
        tally.below(order, whole(order, column))


def each_order_once(tickets: Iterable[Row]) -> list[Row]:
    """One ticket of every order: the earliest (applied_at, ticket_id).

    Tickets that name the same unknown order are that order; one that names none stands for itself.
    """
    earliest: dict[tuple[str, str, str], Row] = {}
    for ticket in tickets:
        order = text(ticket, "order_id")
        unit = (text(ticket, "shop_id"), order, "" if order else text(ticket, "ticket_id"))
        if unit not in earliest or _applied(ticket) < _applied(earliest[unit]):
            earliest[unit] = ticket
    return list(earliest.values())


def _applied(ticket: Row) -> tuple[int, str]:
    applied = whole(ticket, "applied_at")
    assert applied is not None  # a required column
    return (applied, text(ticket, "ticket_id"))


def by_daylight(sessions: Iterable[Row]) -> Iterator[Row]:
    """Sessions that started 08:00:00–22:59:59, on any day."""
    for session in sessions:
        started = whole(session, "started_at")
        if started is not None and FIRST_HOUR <= started % SECONDS_PER_DAY < AFTER_LAST_HOUR:
            yield session


def count_replies(tally: Tally, sessions: Iterable[Row], within: int) -> None:
    """Sessions, and above those with a first human reply within so many seconds (inclusive)."""
    for session in sessions:
        started, reply = whole(session, "started_at"), whole(session, "first_reply_at")
        answered = started is not None and reply is not None and reply - started <= within
        tally.both(session, started, answered)


def to_human(facts: Facts) -> list[Row]:
    """Sessions to a human; what becomes of the order they name does not matter."""
    return [row for row in facts.rows("conversations") if is_true(row, "to_human")]


def count_handling_hours(tally: Tally, tickets: Iterable[Row]) -> None:
    """Closed tickets with approved_at, and above the hours that the merchant took.

    From application to approval, and, where both times exist, from the arrival of the returned
    goods to the refund; the buyer's time in between is nobody's. Day: closed_at.
    """
    for ticket in tickets:
        applied, approved = whole(ticket, "applied_at"), whole(ticket, "approved_at")
        if applied is None or approved is None:
            continue
        seconds = approved - applied
        returned, refunded = whole(ticket, "return_signed_at"), whole(ticket, "refunded_at")
        if returned is not None and refunded is not None:
            seconds += refunded - returned
        tally.both(ticket, whole(ticket, "closed_at"), Fraction(seconds, HOUR))


def first_leg_only(ticket: Row) -> Row:
    """The ticket as if nothing had been sent back."""
    return {**ticket, "return_signed_at": None, "refunded_at": None}


def count_ratings(tally: Tally, reviews: Iterable[Row], column: str) -> None:
    """Reviews with that rating, and above the sum of the ratings. Day: reviewed_at."""
    for review in reviews:
        rating = whole(review, column)
        if rating is not None:
            tally.both(review, whole(review, "reviewed_at"), rating)
