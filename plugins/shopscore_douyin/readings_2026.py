"""What the metrics of 2026 count: rows, days and clocks, as the rules read them."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from shopscore import (
    Aggregator,
    Days,
    Expr,
    Once,
    Tally,
    assumed,
    col,
    day,
    fact_on,
    first_of,
    number,
    time_of_day,
    when,
)

HOUR, DAY = 3600, 86_400
NUMBER_SCALE = 1_000_000  # numbers of shop facts are kept in millionths
LAST_30, LAST_TWO = Days(1, 30), Days(1, 2)
LAST_30, LAST_TWO = Days(1, 30), Days(1, 2)
RULES = ("rules",)


def next_clock(time: Expr, hour: int) -> Expr:
    """Build the next time of day at a full hour: today where it is still to come, else tomorrow."""
    today = day(time) * DAY + hour * HOUR
    return when(time_of_day(time) < hour * HOUR, today, today + DAY)


def at_night(time: Expr, first_hour: int, until_hour: int) -> Expr:
    """Build the condition that a time lies in a night, from one full hour until another."""
    clock = time_of_day(time)
    return (clock >= first_hour * HOUR) | (clock < until_hour * HOUR)


def seconds_since(start: Expr, end: Expr) -> Expr:
    """Build a duration; what ends in the night before its clock starts took no time."""
    return when(end < start, 0, end - start)


paid_orders = Tally("orders", day=col.paid_at)
signed_orders = Tally("orders", day=col.signed_at)

# Pick-up: the clock of orders paid from 18:00:00 to 05:59:59 starts at the next 06:00.
pickup_clock = when(at_night(col.paid_at, 18, 6), next_clock(col.paid_at, 6), col.paid_at)
to_be_shipped = col.paid_at.is_not_null() & col.needs_shipping
picked_up = Tally(
    "orders",
    day=col.picked_up_at,
    where=to_be_shipped & ~col.is_presale,
    value=seconds_since(pickup_clock, col.picked_up_at),
)
#: Longer than any band: a compensated order has the least points, however soon it was picked up.
NEVER = 10**9

# In time by the clock or by the word of the platform; one of the two is enough to know.
by_clock = col.signed_at <= col.delivery_due_at
on_time = first_of(by_clock | col.delivery_on_time, by_clock, col.delivery_on_time)

# Reviews count on the day on which the order was signed for; a review of no order on its own day.
linked = col.order.order_id.is_not_null()
of_signed_order = col.order.signed_at.is_not_null() | (~linked & assumed("goods_rating.unlinked"))
valid_review = col.is_valid & of_signed_order
reviewed = first_of(col.order.signed_at, col.reviewed_at)

# Tickets: an order counts once; one of no order by itself, on the day of the request.
ticket_day = first_of(col.order.paid_at, col.applied_at)
ticket_of_order = Once.per_order(earliest=(col.applied_at, col.ticket_id))


def orders_with_ticket(where: Expr) -> Tally:
    """Build the tally of orders with a ticket that meets a condition, each order once."""
    return Tally("aftersales", day=ticket_day, where=where, once=ticket_of_order)


# Refunds that succeeded: of shipped orders, unless the platform handled them, and of returns.
refunded = (col.outcome == "refunded") & (
    ((col.kind == "refund_only") & col.shipped & ~col.platform_intervened)
    | (col.kind == "return_refund")
)
review_clock = when(at_night(col.applied_at, 23, 8), next_clock(col.applied_at, 8), col.applied_at)
waiting_for_merchant = (
    col.approved_at - col.applied_at + first_of(col.refunded_at - col.return_signed_at, 0)
)
handling_limit = when(
    col.kind == "refund_only",
    assumed("aftersale.refund_only_hours"),
    assumed("aftersale.return_refund_hours"),
)

# Conversations with a human, begun from 08:00:00 to 22:59:59.
to_human_by_day = col.to_human & time_of_day(col.started_at).between(8 * HOUR, 23 * HOUR - 1)
with_rounds = to_human_by_day & col.rounds.is_not_null()
UNANSWERED_SECONDS = 600
seconds_of_rounds = (
    first_of(col.reply_seconds, 0) + first_of(col.unanswered_rounds, 0) * UNANSWERED_SECONDS
)


@frozen
class MeanOfRounds(Aggregator):
    """The sum of one value divided by the number of rounds, on which the mean rests."""

    part: Tally
    rounds: Tally

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """What is summed: seconds, and rounds."""
        return self.part, self.rounds

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:  # noqa: ARG002
        """Return the seconds, and the rounds twice."""
        return sums[0], sums[1], sums[1]


def per_round(seconds: Expr) -> MeanOfRounds:
    """Build the mean of seconds over all rounds of sessions with a human."""
    return MeanOfRounds(
        Tally("conversations", day=col.started_at, where=with_rounds, value=seconds),
        Tally("conversations", day=col.started_at, where=with_rounds, value=col.rounds),
    )


def cases(*kinds: str) -> Tally:
    """Build the tally of violations of some kinds; excluded orders have nothing to do with them."""
    return Tally("violations", day=col.happened_at, where=col.kind.is_in(*kinds))


def days_with(fact: str) -> Tally:
    """Build the tally of days on which something was true of the shop."""
    return Tally("shop_facts", day=col.date, where=(col.name == fact) & (col.value >= number(1)))


def told(fact: str) -> Tally:
    """Build the tally of a number that is told of days."""
    return Tally("shop_facts", day=col.date, where=col.name == fact, value=col.value)


def paid_while(fact: str) -> Tally:
    """Build the tally of orders that were paid on a day on which something was true of the shop."""
    return Tally("orders", day=col.paid_at, where=fact_on(fact, col.paid_at) >= number(1))
