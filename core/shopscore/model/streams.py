"""The canonical streams: their tables and typed columns."""

from __future__ import annotations

import re
from typing import Literal, get_args

from ..errors import DeclarationError, ExpressionError, did_you_mean
from ..messages import listed, message
from ..value_classes import evolve, field, frozen
from .links import ORDER, Link

Kind = Literal["text", "enum", "time", "day", "money", "int", "number", "bool"]

#: ``number`` columns are int64 in millionths, so that they stay exact and add up.
NUMBER_SCALE = 1_000_000
#: ``money`` columns are int64 in minor units (fen, cents).
MONEY_SCALE = 100

#: Names of columns that the package adds to rows.
_RESERVED = frozenset({"shop"})
#: Stands among the columns that are there of a stream whose files do not hold all of its rows.
PART_ONLY = "_part_only"

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")


def check_id(value: str, what: object) -> str:
    """Return ``value`` if it is an id (``[a-z][a-z0-9_]*``), else raise DeclarationError."""
    if not _ID.match(value):
        said = message(
            "{what} {value} is not an id: small letters, digits and _, starting with a letter",
            what=what,
            value=repr(value),
        )
        raise DeclarationError(said)
    return value


@frozen
class Column:
    """A typed column of a stream.

    Cells are int64: ``time`` in seconds of the platform's wall clock, ``day`` the second at which
    a day begins, ``money`` in minor units, ``number`` in millionths. A row with an unreadable
    ``vital`` cell is set aside: without that cell it would mean something else. A time that is
    known ``ahead``, such as a deadline, is one that is not waited for.
    """

    name: str
    kind: Kind
    required: bool = False
    default: bool | None = None
    values: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    vital: bool = False
    ahead: bool = False

    def __attrs_post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            said = message(
                "column {column}: unknown kind {kind}{guess}",
                column=self.name,
                kind=repr(self.kind),
                guess=did_you_mean(str(self.kind), get_args(Kind)),
            )
            raise DeclarationError(said)
        for bound in (self.low, self.high):
            if bound is not None and type(bound) is not int:
                said = message(
                    "column {column}: low and high are whole numbers, as the column holds them"
                    " (money in minor units, numbers in millionths), not {bound}",
                    column=self.name,
                    bound=repr(bound),
                )
                raise DeclarationError(said)
        if self.values and self.kind != "enum":
            said = message("column {column}: only an enum has values", column=self.name)
            raise DeclarationError(said)


@frozen
class Stream:
    """A canonical table: its key (besides ``shop_id``) and its typed columns.

    ``ordered`` are pairs of times; where the second is before the first, it becomes null. Rows of
    a stream with ``follows_order`` are left out where the order they name is excluded. ``links`` say
    which columns name rows of other streams; that an ``order_id`` names an order goes without saying.

    >>> ORDERS.column("paid_at").kind
    'time'
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    ordered: tuple[tuple[str, str], ...] = ()
    follows_order: bool = False
    links: tuple[Link, ...] = ()
    _by_name: dict[str, Column] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_id(self.name, message("stream"))
        object.__setattr__(self, "_by_name", {c.name: c for c in self.columns})
        if ORDER.column in self._by_name and self.name != ORDER.stream:
            object.__setattr__(self, "links", tuple(dict.fromkeys((ORDER, *self.links))))
        for column in self.columns:
            check_id(column.name, message("column"))
            if column.name in _RESERVED:
                said = message(
                    "stream {stream}: the package itself calls a column {column}: another name is"
                    " needed",
                    stream=self.name,
                    column=column.name,
                )
                raise DeclarationError(said)
        if twice := _first_twice([column.name for column in self.columns]):
            said = message(
                "stream {stream}: column {column} is declared twice", stream=self.name, column=twice
            )
            raise DeclarationError(said)
        if twice := _first_twice([link.column for link in self.links]):
            said = message(
                "stream {stream}: {column} names rows of two streams",
                stream=self.name,
                column=twice,
            )
            raise DeclarationError(said)
        if "shop_id" in self.key:
            said = message(
                "stream {stream}: shop_id belongs to every key, and is not written in it",
                stream=self.name,
            )
            raise DeclarationError(said)
        pairs = (name for pair in self.ordered for name in pair)
        named = {*self.key, *pairs, *(link.column for link in self.links)}
        unknown = named - set(self._by_name)
        if unknown or "shop_id" not in self._by_name:
            said = message(
                "stream {stream}: no column {columns}",
                stream=self.name,
                columns=listed(sorted(unknown) or ["shop_id"]),
            )
            raise DeclarationError(said)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in the order of declaration."""
        return tuple(self._by_name)

    def column(self, name: str) -> Column:
        """Return a column by its name; raise ExpressionError with a guess where there is none."""
        try:
            return self._by_name[name]
        except KeyError:
            said = message(
                "stream {stream} has no column {column}{guess}",
                stream=self.name,
                column=name,
                guess=did_you_mean(name, self._by_name),
            )
            raise ExpressionError(said) from None

    def link(self, name: str) -> Link:
        """Return the link that expressions call by a name; raise ExpressionError where there is none."""
        for link in self.links:
            if link.name == name:
                return link
        said = message(
            "rows of {stream} name no {link}: col.{link} cannot be used there",
            stream=self.name,
            link=name,
        )
        raise ExpressionError(said)

    def link_to(self, stream: str) -> Link | None:
        """Return the first link to a stream, which for orders is the ``order_id``; None without any."""
        return next((link for link in self.links if link.stream == stream), None)

    def merged_with(self, other: Stream) -> Stream:
        """Return a stream with the columns, links and orders of times of both declarations.

        Raises:
            DeclarationError: where they have another key, or a column of another kind.
        """
        if other.key != self.key:
            said = message("stream {stream} is already declared with another key", stream=self.name)
            raise DeclarationError(said)
        if other.follows_order and not self.follows_order:
            said = message(
                "stream {stream} is already declared without follows_order", stream=self.name
            )
            raise DeclarationError(said)
        columns = dict(self._by_name)
        for column in other.columns:
            known = columns.get(column.name)
            columns[column.name] = column if known is None else self._both(known, column)
        return evolve(
            self,
            columns=tuple(columns.values()),
            ordered=tuple(dict.fromkeys((*self.ordered, *other.ordered))),
            links=tuple(dict.fromkeys((*self.links, *other.links))),
        )

    def _both(self, known: Column, column: Column) -> Column:
        """Return a column that is declared twice: words are added to those of an enum."""
        words = tuple(dict.fromkeys((*known.values, *column.values)))
        if known != evolve(column, values=known.values, ahead=known.ahead):
            said = message(
                "stream {stream}: column {column} is already declared differently",
                stream=self.name,
                column=column.name,
            )
            raise DeclarationError(said)
        return evolve(known, values=words, ahead=known.ahead or column.ahead)


def _first_twice(names: list[str]) -> str | None:
    return next((name for name in names if names.count(name) > 1), None)


def _text(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(n, "text", required=required) for n in names)


def _times(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(n, "time", required=required) for n in names)


def _due(*names: str) -> tuple[Column, ...]:
    return tuple(Column(n, "time", ahead=True) for n in names)


def _flags(**defaults: bool) -> tuple[Column, ...]:
    return tuple(Column(n, "bool", default=value) for n, value in defaults.items())


def _stars(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(n, "int", required=required, low=1, high=5) for n in names)


def _counts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(n, "int") for n in names)


def _money(*names: str) -> tuple[Column, ...]:
    return tuple(Column(n, "money", low=0) for n in names)


def _enum(name: str, *values: str, required: bool = False) -> Column:
    return Column(name, "enum", required=required, values=values)


_SHOP = _text("shop_id", required=True)
_UPDATED = _times("updated_at")

SHOPS = Stream(
    "shops",
    key=(),
    columns=(
        *_SHOP,
        *_text("industry", required=True),
        _enum(
            "shop_type",
            "flagship",
            "specialty",
            "franchise",
            "enterprise",
            "individual_business",
            "personal",
        ),
        *_text("name"),
        Column("opened_at", "day"),
        *_UPDATED,
    ),
)

ORDERS = Stream(
    "orders",
    key=("order_id",),
    columns=(
        *_text("order_id", required=True),
        *_SHOP,
        *_times("created_at"),
        Column("paid_at", "time", vital=True),
        *_money("amount"),
        *_times("picked_up_at", "signed_at", "confirmed_at", "completed_at", "cancelled_at"),
        _enum("cancelled_by", "buyer", "merchant", "platform"),
        *_due("pickup_due_at", "delivery_due_at"),
        Column("delivery_on_time", "bool"),
        *_flags(is_presale=False, needs_shipping=True, is_excluded=False),
        *_flags(next_day=False, fulfilment_compensated=False),
        *_text("buyer_id", "province", "carrier", "product_id"),
        *_UPDATED,
    ),
    ordered=(("paid_at", "picked_up_at"), ("picked_up_at", "signed_at")),
    follows_order=True,
)

REVIEWS = Stream(
    "reviews",
    key=("review_id",),
    columns=(
        *_text("review_id", required=True),
        *_SHOP,
        *_times("reviewed_at", required=True),
        *_stars("rating", required=True),
        *_stars("service_rating", "logistics_rating"),
        *_flags(is_first=True, is_valid=True),
        *_text("order_id", "buyer_id", "product_id"),
        *_UPDATED,
    ),
    follows_order=True,
)

AFTERSALES = Stream(
    "aftersales",
    key=("ticket_id",),
    columns=(
        *_text("ticket_id", required=True),
        *_SHOP,
        *_times("applied_at", required=True),
        _enum("kind", "refund_only", "return_refund", "exchange", required=True),
        _enum(
            "reason",
            "quality",
            "logistics",
            "damage",
            "not_as_described",
            "not_received",
            "no_reason",
            "size",
            "price_difference",
            "empty_parcel",
            "other",
        ),
        *_text("order_id"),
        *_money("order_amount", "refund_amount"),
        *_times("approved_at", "return_signed_at", "refunded_at", "closed_at"),
        _enum("outcome", "refunded", "closed"),
        *_flags(platform_intervened=False),
        _enum("liability", "merchant", "buyer", "none"),
        *_flags(shipped=True, is_custom=False, compensated=False),
        *_text("product_id", "agent_id"),
        *_UPDATED,
    ),
    ordered=(("applied_at", "approved_at"), ("return_signed_at", "refunded_at")),
    follows_order=True,
)

CONVERSATIONS = Stream(
    "conversations",
    key=("session_id",),
    columns=(
        *_text("session_id", required=True),
        *_SHOP,
        *_times("started_at", required=True),
        *_times("first_reply_at"),
        *_flags(to_human=True),
        *_stars("satisfaction"),
        *_counts("rounds", "unanswered_rounds", "reply_seconds"),
        *_text("order_id", "agent_id"),
        *_UPDATED,
    ),
    ordered=(("started_at", "first_reply_at"),),
)

COMPLAINTS = Stream(
    "complaints",
    key=("complaint_id",),
    columns=(
        *_text("complaint_id", required=True),
        *_SHOP,
        *_times("complained_at", required=True),
        *_text("order_id"),
        *_flags(upheld=True),
        *_UPDATED,
    ),
    follows_order=True,
)

ESCALATIONS = Stream(
    "escalations",
    key=("escalation_id",),
    columns=(
        *_text("escalation_id", required=True),
        *_SHOP,
        *_times("escalated_at", required=True),
        *_text("order_id"),
        *_UPDATED,
    ),
    follows_order=True,
)

VIOLATIONS = Stream(
    "violations",
    key=("violation_id",),
    columns=(
        *_text("violation_id", required=True),
        *_SHOP,
        *_times("happened_at", required=True),
        *_text("kind", required=True),
        *_UPDATED,
    ),
)

SHOP_FACTS = Stream(
    "shop_facts",
    key=("date", "name"),
    columns=(
        *_SHOP,
        Column("date", "day", required=True),
        *_text("name", required=True),
        Column("value", "number"),
        *_UPDATED,
    ),
)

#: The streams that core knows; a platform may add columns to them and streams of its own.
CANONICAL: tuple[Stream, ...] = (
    SHOPS,
    ORDERS,
    REVIEWS,
    AFTERSALES,
    CONVERSATIONS,
    COMPLAINTS,
    ESCALATIONS,
    VIOLATIONS,
    SHOP_FACTS,
)
