"""The canonical streams as the page `events.md` lists them: keys, required cells, columns.

Nothing here is computed. A column's kind is one of the words of `KINDS`; the booleans carry
their default and the enums their words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = ("text", "time", "day", "money", "boolean", "enum", "rating", "integer", "number")


@dataclass(frozen=True)
class Column:
    """A known column: its kind, the default of a boolean, the words of an enum."""

    kind: str
    default: bool | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """A canonical table.

    `required` are the columns that must exist and be filled, the key and the shop among them.
    `ordered` are the pairs (earlier, later) that repair compares, left to right.
    """

    name: str
    key: tuple[str, ...]
    required: tuple[str, ...]
    columns: dict[str, Column]
    ordered: tuple[tuple[str, str], ...] = field(default=())

    @property
    def links_to_orders(self) -> bool:
        """Whether a row of this stream may name an order (the orders themselves do not)."""
        return "order_id" in self.columns and self.name != "orders"


TEXT, TIME, DAY, MONEY = Column("text"), Column("time"), Column("day"), Column("money")
RATING, INTEGER, NUMBER = Column("rating"), Column("integer"), Column("number")
NO, YES, NO_DEFAULT = Column("boolean", False), Column("boolean", True), Column("boolean")


def _enum(*words: str) -> Column:
    return Column("enum", words=words)


def _stream(
    name: str,
    key: tuple[str, ...],
    required: str,
    columns: dict[str, Column],
    ordered: tuple[tuple[str, str], ...] = (),
) -> Stream:
    """A stream with the columns that every stream has: shop_id and updated_at."""
    known = {"shop_id": TEXT, "updated_at": TIME, **columns}
    return Stream(name, key, (*key, *required.split()), known, ordered)


SHOPS = _stream(
    "shops",
    ("shop_id",),
    "industry",
    {
        "industry": TEXT,
        "shop_type": _enum(
            "flagship", "specialty", "franchise", "enterprise", "individual_business", "personal"
        ),
        "name": TEXT,
        "opened_at": DAY,
    },
)

ORDERS = _stream(
    "orders",
    ("shop_id", "order_id"),
    "",
    {
        "order_id": TEXT,
        "created_at": TIME,
        "paid_at": TIME,
        "amount": MONEY,
        "picked_up_at": TIME,
        "signed_at": TIME,
        "confirmed_at": TIME,
        "completed_at": TIME,
        "cancelled_at": TIME,
        "cancelled_by": _enum("buyer", "merchant", "platform"),
        "pickup_due_at": TIME,
        "delivery_due_at": TIME,
        "delivery_on_time": NO_DEFAULT,
        "is_presale": NO,
        "needs_shipping": YES,
        "is_excluded": NO,
        "next_day": NO,
        "fulfilment_compensated": NO,
        "buyer_id": TEXT,
        "province": TEXT,
        "carrier": TEXT,
        "product_id": TEXT,
    },
    (("paid_at", "picked_up_at"), ("picked_up_at", "signed_at")),
)

REVIEWS = _stream(
    "reviews",
    ("shop_id", "review_id"),
    "reviewed_at rating",
    {
        "review_id": TEXT,
        "reviewed_at": TIME,
        "rating": RATING,
        "service_rating": RATING,
        "logistics_rating": RATING,
        "is_first": YES,
        "is_valid": YES,
        "order_id": TEXT,
        "buyer_id": TEXT,
        "product_id": TEXT,
    },
)

AFTERSALES = _stream(
    "aftersales",
    ("shop_id", "ticket_id"),
    "applied_at kind",
    {
        "ticket_id": TEXT,
        "applied_at": TIME,
        "kind": _enum("refund_only", "return_refund", "exchange"),
        "reason": _enum(
            "quality", "logistics", "damage", "not_as_described", "not_received",
            "no_reason", "size", "price_difference", "empty_parcel", "other",
        ),
        "order_id": TEXT,
        "order_amount": MONEY,
        "refund_amount": MONEY,
        "approved_at": TIME,
        "return_signed_at": TIME,
        "refunded_at": TIME,
        "closed_at": TIME,
        "outcome": _enum("refunded", "closed"),
        "platform_intervened": NO,
        "liability": _enum("merchant", "buyer", "none"),
        "shipped": YES,
        "is_custom": NO,
        "compensated": NO,
        "product_id": TEXT,
        "agent_id": TEXT,
    },
    (("applied_at", "approved_at"), ("return_signed_at", "refunded_at")),
)  # fmt: skip

CONVERSATIONS = _stream(
    "conversations",
    ("shop_id", "session_id"),
    "started_at",
    {
        "session_id": TEXT,
        "started_at": TIME,
        "first_reply_at": TIME,
        "to_human": YES,
        "satisfaction": RATING,
        "rounds": INTEGER,
        "unanswered_rounds": INTEGER,
        "reply_seconds": INTEGER,
        "order_id": TEXT,
        "agent_id": TEXT,
    },
    (("started_at", "first_reply_at"),),
)

COMPLAINTS = _stream(
    "complaints",
    ("shop_id", "complaint_id"),
    "complained_at",
    {"complaint_id": TEXT, "complained_at": TIME, "order_id": TEXT, "upheld": YES},
)

ESCALATIONS = _stream(
    "escalations",
    ("shop_id", "escalation_id"),
    "escalated_at",
    {"escalation_id": TEXT, "escalated_at": TIME, "order_id": TEXT},
)

VIOLATIONS = _stream(
    "violations",
    ("shop_id", "violation_id"),
    "happened_at kind",
    {"violation_id": TEXT, "happened_at": TIME, "kind": TEXT},
)

SHOP_FACTS = _stream(
    "shop_facts",
    ("shop_id", "date", "name"),
    "",
    {"date": DAY, "name": TEXT, "value": NUMBER},
)

STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        SHOPS, ORDERS, REVIEWS, AFTERSALES, CONVERSATIONS,
        COMPLAINTS, ESCALATIONS, VIOLATIONS, SHOP_FACTS,
    )
}  # fmt: skip
