"""The ten metrics of the shop score: what counts, on which day, over which days.

The names and windows come from a third party's tool. What counts as a negative rating, an answer
in time or a satisfied buyer follows from the names; what had to be guessed stands as
``assumed("…")``, and the rule set gives it.
"""

from shopscore import (
    Aggregator,
    Days,
    Expr,
    Mean,
    Once,
    RateMetric,
    Ratio,
    Tally,
    assumed,
    col,
    first_of,
)

HOUR = 3600
LAST_30 = Days(1, 30)
LAST_90 = Days(1, 90)
DAYS_15_TO_104 = Days(15, 104)
SOURCES = ("tool",)

# Orders count on the day of payment, and so do reviews and tickets of an order.
paid_orders = Tally("orders", day=col.paid_at)


def orders_with_tickets_for(reason: str) -> Tally:
    """Orders with a ticket for this reason, each once: its earliest ticket counts."""
    return Tally(
        "aftersales",
        day=first_of(col.order.paid_at, col.applied_at),
        where=col.reason == reason,
        once=Once.per_order(earliest=(col.applied_at, col.ticket_id)),
    )


# Tickets: the merchant's own time, from applying to agreeing and from the returned parcel to
# the refund. Tickets that the platform stepped into are left out.
settled_alone = ~col.platform_intervened
time_to_agree = col.approved_at - col.applied_at
time_to_refund = first_of(col.refunded_at - col.return_signed_at, 0)


def mean_hours_of(kind: str, value: Expr) -> Aggregator:
    """Mean hours over closed tickets of a kind that the merchant settled alone."""
    settled = settled_alone & (col.kind == kind)
    return Mean(Tally("aftersales", day=col.closed_at, where=settled, value=value), per=HOUR)


BAD_REVIEW_RATE = RateMetric(
    "bad_review_rate",
    zh="中差评率",
    en="Middling and bad reviews",
    better="lower",
    aggregator=Ratio(
        Tally("reviews", day=first_of(col.order.paid_at, col.reviewed_at), where=col.rating <= 3),
        paid_orders,
    ),
    window=DAYS_15_TO_104,
    sources=SOURCES,
)

QUALITY_AFTERSALE_RATE = RateMetric(
    "quality_aftersale_rate",
    zh="商品品质售后率",
    en="Orders with after-sales for quality",
    better="lower",
    aggregator=Ratio(orders_with_tickets_for("quality"), paid_orders),
    window=DAYS_15_TO_104,
    sources=SOURCES,
)

LOGISTICS_NEGATIVE_RATE = RateMetric(
    "logistics_negative_rate",
    zh="物流问题负反馈率",
    en="Orders with after-sales for logistics",
    better="lower",
    aggregator=Ratio(orders_with_tickets_for("logistics"), paid_orders),
    window=DAYS_15_TO_104,
    sources=SOURCES,
)

PAY_TO_PICKUP_HOURS = RateMetric(
    "pay_to_pickup_hours",
    zh="平均支揽时长",
    en="From payment to pick-up",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally("orders", day=col.picked_up_at, value=col.picked_up_at - col.paid_at), per=HOUR
    ),
    window=LAST_30,
    sources=SOURCES,
)

PICKUP_TO_SIGN_HOURS = RateMetric(
    "pickup_to_sign_hours",
    zh="平均揽签时长",
    en="From pick-up to delivery",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally("orders", day=col.signed_at, value=col.signed_at - col.picked_up_at), per=HOUR
    ),
    window=LAST_90,
    sources=SOURCES,
)

REFUND_ONLY_HOURS = RateMetric(
    "refund_only_hours",
    zh="平均仅退款时长",
    en="Time to agree to a refund",
    better="lower",
    unit="hours",
    aggregator=mean_hours_of("refund_only", time_to_agree),
    window=LAST_30,
    sources=SOURCES,
)

RETURN_REFUND_HOURS = RateMetric(
    "return_refund_hours",
    zh="平均退货退款时长",
    en="Time to settle a return",
    better="lower",
    unit="hours",
    aggregator=mean_hours_of("return_refund", time_to_agree + time_to_refund),
    window=LAST_90,
    sources=SOURCES,
)

AFTERSALE_REFUSAL_RATE = RateMetric(
    "aftersale_refusal_rate",
    zh="售后拒绝率",
    en="After-sales refused",
    better="lower",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=(col.outcome == "closed")
            & ((col.liability == "merchant") | ~assumed("refusal.only_merchant_liability")),
        ),
        Tally("aftersales", day=col.closed_at),
    ),
    window=LAST_90,
    sources=SOURCES,
)

IM_3MIN_REPLY_RATE = RateMetric(
    "im_3min_reply_rate",
    zh="客服三分钟回复率",
    en="Replies within three minutes",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=col.to_human & (col.first_reply_at - col.started_at <= 180),
        ),
        Tally("conversations", day=col.started_at, where=col.to_human),
    ),
    window=LAST_30,
    sources=SOURCES,
)

IM_SATISFACTION_RATE = RateMetric(
    "im_satisfaction_rate",
    zh="客服满意度",
    en="Satisfied with the service",
    better="higher",
    aggregator=Ratio(
        Tally("conversations", day=col.started_at, where=col.satisfaction >= 4),
        Tally("conversations", day=col.started_at, where=col.satisfaction.is_not_null()),
    ),
    window=LAST_30,
    sources=SOURCES,
)
