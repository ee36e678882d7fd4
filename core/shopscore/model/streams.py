"""The canonical streams: their tables and typed columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from attrs import field, frozen

from ..errors import DeclarationError, ExpressionError, did_you_mean
from ..messages import listed, message

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
    ``vital`` cell is set aside: without that cell it would mean something else.
    """

    name: str
    kind: Kind
    required: bool = False
    default: bool | None = None
    values: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    vital: bool = False

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
    a stream with ``follows_order`` are left out where the order they name is excluded.

    >>> ORDERS.column("paid_at").kind
    'time'
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    ordered: tuple[tuple[str, str], ...] = ()
    follows_order: bool = False
    _by_name: dict[str, Column] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_id(self.name, message("stream"))
        object.__setattr__(self, "_by_name", {c.name: c for c in self.columns})
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
        names = [column.name for column in self.columns]
        if twice := next((name for name in names if names.count(name) > 1), None):
            said = message(
                "stream {stream}: column {column} is declared twice", stream=self.name, column=twice
            )
            raise DeclarationError(said)
        if "shop_id" in self.key:
            said = message(
                "stream {stream}: shop_id belongs to every key, and is not written in it",
                stream=self.name,
            )
            raise DeclarationError(said)
        unknown = {*self.key, *(name for pair in self.ordered for name in pair)} - set(
            self._by_name
        )
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

    @property
    def links_to_orders(self) -> bool:
        """Whether rows may name an order of their shop."""
        return "order_id" in self._by_name and self.name != "orders"

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

    def with_columns(self, columns: Iterable[Column]) -> Stream:
        """Return a copy with more columns; an existing column must not be declared differently."""
        added = []
        for column in columns:
            known = self._by_name.get(column.name)
            if known is None:
                added.append(column)
            elif known != column:
                said = message(
                    "stream {stream}: column {column} is already declared differently",
                    stream=self.name,
                    column=column.name,
                )
                raise DeclarationError(said)
        return Stream(
            self.name, self.key, (*self.columns, *added), self.ordered, self.follows_order
        )


def _text(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(n, "text", required=required) for n in names)


def _times(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(n, "time", required=required) for n in names)


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
        *_times("pickup_due_at", "delivery_due_at"),
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


def merge_streams(*groups: Iterable[Stream]) -> Mapping[str, Stream]:
    """Merge streams by name; a stream declared twice has the columns of both declarations.

    >>> sorted(merge_streams(CANONICAL))[:3]
    ['aftersales', 'complaints', 'conversations']
    """
    merged: dict[str, Stream] = {}
    for stream in (s for group in groups for s in group):
        known = merged.get(stream.name)
        if known is not None and known.key != stream.key:
            said = message(
                "stream {stream} is already declared with another key", stream=stream.name
            )
            raise DeclarationError(said)
        merged[stream.name] = stream if known is None else known.with_columns(stream.columns)
    return merged
