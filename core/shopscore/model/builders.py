"""Functions that build expressions: ``col``, ``first_of``, ``when`` and the like."""

from __future__ import annotations

from decimal import Decimal

from ..errors import ExpressionError
from ..messages import message
from .expressions import (
    Assumed,
    ColumnRef,
    Constant,
    Day,
    Expr,
    FirstOf,
    Month,
    Scalar,
    TimeOfDay,
    When,
    as_expr,
)
from .joined import FactOn, HasRow
from .streams import NUMBER_SCALE


class Columns:
    """Column references, on demand: ``col.paid_at``, ``col("paid_at")``, ``col.order.paid_at``.

    ``col.order.x`` is a column of the order that the row names, null where there is no such order;
    so is ``col.parcel.x`` of the row that a ``parcel_id`` names, where the stream declares that.
    """

    __slots__ = ()

    def __call__(self, name: str) -> ColumnRef:
        return _ref(name)

    def __getattr__(self, name: str) -> ColumnRef:
        return _ref(name)


def _ref(name: str) -> ColumnRef:
    if name.startswith("_"):  # copy, pickle and inspection ask for dunder attributes
        raise AttributeError(name)
    return ColumnRef(name)


#: Where expressions begin: ``col.rating``, ``col.order.paid_at``.
col = Columns()


def lit(value: Scalar) -> Expr:
    """Return a constant as an expression.

    >>> lit(180) >= col.rounds
    <Expr 180 ≥ rounds>
    """
    return as_expr(value)


def number(value: int | str) -> Expr:
    """Return a decimal as ``number`` columns hold it: an integer of millionths.

    >>> number("0.5").key
    '500000'
    """
    scaled = Decimal(value) * NUMBER_SCALE
    if scaled != int(scaled):
        said = message("number({value}) has more than six decimals", value=repr(value))
        raise ExpressionError(said)
    return Constant(int(scaled))


def assumed(id: str) -> Assumed:
    """Refer to a number that is not published: the assumption ``id`` of the rule set.

    >>> col.rating <= assumed("bad_review.max_rating")
    <Expr rating ≤ [bad_review.max_rating]>
    """
    return Assumed(id)


def first_of(*values: object) -> Expr:
    """Return the first of the values that is not null (SQL's ``coalesce``).

    >>> first_of(col.signed_at, col.confirmed_at)
    <Expr signed_at, else confirmed_at>
    """
    if not values:
        raise ExpressionError(message("first_of needs at least one value"))
    return FirstOf(tuple(as_expr(v) for v in values))


def when(condition: Expr, then: object, otherwise: object = None) -> Expr:
    """Return ``then`` where the condition is true, ``otherwise`` where it is false or null.

    >>> when(col.refunded_at.is_null(), 0, col.refunded_at - col.return_signed_at)
    <Expr (0 when refunded_at is missing, else (refunded_at − return_signed_at))>
    """
    return When(condition, as_expr(then), as_expr(otherwise))


def day(time: Expr) -> Expr:
    """Return the day of a time, as a whole number of days since 1970-01-01."""
    return Day(time)


def time_of_day(time: Expr) -> Expr:
    """Return the seconds since midnight of a time on the platform's clock.

    >>> time_of_day(col.started_at) >= 8 * 3600
    <Expr time of day of started_at ≥ 08:00:00>
    """
    return TimeOfDay(time)


def month(time: Expr) -> Expr:
    """Return the calendar month of a time on the platform's clock, as a number of months.

    >>> month(col.completed_at)
    <Expr month of completed_at>
    """
    return Month(time)


def fact_on(name: str, time: Expr) -> Expr:
    """Return the shop fact ``name`` on the day of a time; compare it with :func:`number`.

    >>> fact_on("disaster", col.paid_at) == number(1)
    <Expr disaster on the day of paid_at = 1000000>
    """
    return FactOn(name, as_expr(time))


def has_row(stream: str, where: Expr) -> Expr:
    """Return, for an order, whether a row of another stream that meets a condition names it.

    Or for a row of any stream to which the other one has a link.

    >>> has_row("reviews", col.rating <= 2)
    <Expr there are reviews with (rating ≤ 2)>
    """
    return HasRow(stream, as_expr(where))
