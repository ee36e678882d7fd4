"""The metrics of the shop experience score in the version of 2022, as its table reads.

Numbers that the platform does not publish are ``assumed("…")``; the rule set supplies them.
"""

from shopscore import (
    Count,
    Days,
    GradedRate,
    Mean,
    Once,
    RateMetric,
    Ratio,
    Tally,
    assumed,
    bilingual,
    col,
    first_of,
    number,
    time_of_day,
    when,
)

HOUR = 3600
HALF_LIFE = assumed("decay.half_life_days")
LAST_90 = Days(1, 90, HALF_LIFE)
DAYS_15_TO_104 = Days(15, 104, HALF_LIFE)

# Orders: received when the carrier delivered, else when the buyer confirmed.
received = first_of(col.signed_at, col.confirmed_at)
received_order = first_of(col.order.signed_at, col.order.confirmed_at)
received_orders = Tally("orders", day=received)
paid_orders = Tally("orders", day=col.paid_at)

# Pick-up: graded by the hours between payment and the carrier.
shipped_on_payment = col.paid_at.is_not_null() & ~col.is_presale & col.needs_shipping
hours_to_pickup = col.picked_up_at - col.paid_at


def picked_up(first_hour: int, before_hour: int) -> Tally:
    """Build the tally of orders picked up in a band of hours after payment."""
    in_band = (hours_to_pickup >= first_hour * HOUR) & (hours_to_pickup < before_hour * HOUR)
    return Tally("orders", day=col.picked_up_at, where=shipped_on_payment & in_band)


# Tickets: the merchant's own time, from applying to agreeing and from the returned parcel to
# the refund; the buyer's time in between is not the merchant's.
closed = Tally("aftersales", day=col.closed_at)
settled_alone = ~col.platform_intervened
time_to_agree = col.approved_at - col.applied_at
time_to_refund = when(
    col.refunded_at.is_null() | col.return_signed_at.is_null(),
    0,
    col.refunded_at - col.return_signed_at,
)

# Conversations with a human, begun in office hours.
to_human_by_day = col.to_human & time_of_day(col.started_at).between(8 * HOUR, 23 * HOUR - 1)
seconds_to_reply = col.first_reply_at - col.started_at
sessions = Tally("conversations", day=col.started_at, where=to_human_by_day)

BAD_REVIEW_RATE = RateMetric(
    "bad_review_rate",
    zh="商品差评率",
    en="Bad review rate",
    better="lower",
    aggregator=Ratio(
        Tally(
            "reviews",
            day=first_of(received_order, col.reviewed_at),
            where=col.is_first & (col.rating <= assumed("bad_review.max_rating")),
        ),
        received_orders,
    ),
    window=LAST_90,
    sources=("s001",),
)

QUALITY_RETURN_RATE = RateMetric(
    "quality_return_rate",
    zh="品质退货率",
    en="Quality return rate",
    better="lower",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=first_of(col.order.paid_at, col.applied_at),
            where=col.kind.is_in("refund_only", "return_refund")
            & (
                col.reason.is_in("quality", "logistics")
                | ((col.reason == "empty_parcel") & assumed("quality_return.empty_parcel"))
            ),
            once=Once.per_order(earliest=(col.applied_at, col.ticket_id)),
        ),
        paid_orders,
    ),
    window=DAYS_15_TO_104,
    sources=("s001",),
)

PICKUP_RATE = RateMetric(
    "pickup_rate",
    zh="揽收及时率",
    en="Pick-up in time",
    better="higher",
    aggregator=GradedRate(
        (
            (assumed("pickup.grade_24h"), picked_up(0, 24)),
            (assumed("pickup.grade_36h"), picked_up(24, 36)),
            (assumed("pickup.grade_48h"), picked_up(36, 48)),
        ),
        Tally("orders", day=col.picked_up_at, where=shipped_on_payment),
    ),
    window=LAST_90,
    sources=("s001",),
)

DELIVERY_HOURS = RateMetric(
    "delivery_hours",
    zh="订单配送时长",
    en="Delivery time",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally(
            "orders",
            day=col.signed_at,
            where=~col.is_presale,
            value=col.signed_at - col.picked_up_at,
        ),
        per=HOUR,
    ),
    window=LAST_90,
    sources=("s001",),
    note=bilingual(
        "A rule of thumb (source s002), not a rule: 70 to 80 hours go with 4.9 or more for logistics.",
        "经验值（来源 s002），不是规则：配送 70 至 80 小时，物流体验可达 4.9 分以上。",
    ),
)

COMPLAINT_RATE = RateMetric(
    "complaint_rate",
    zh="投诉率",
    en="Complaint rate",
    better="lower",
    aggregator=Ratio(
        Tally(
            "complaints",
            day=first_of(col.order.paid_at, col.complained_at),
            where=col.upheld | ~assumed("complaint.only_upheld"),
        ),
        paid_orders,
    ),
    window=DAYS_15_TO_104,
    sources=("s001",),
)

DISPUTE_LIABILITY_RATE = RateMetric(
    "dispute_liability_rate",
    zh="纠纷商责率",
    en="Disputes lost",
    better="lower",
    aggregator=Ratio(
        Tally("aftersales", day=col.closed_at, where=col.liability == "merchant"),
        closed,
    ),
    window=LAST_90,
    sources=("s001",),
)

IM_3MIN_REPLY_RATE = RateMetric(
    "im_3min_reply_rate",
    zh="IM3分钟平均回复率",
    en="Replies within three minutes",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=to_human_by_day & (seconds_to_reply <= assumed("im_3min.max_seconds")),
        ),
        sessions,
    ),
    window=LAST_90,
    sources=("s001",),
)

REFUND_ONLY_HOURS = RateMetric(
    "refund_only_hours",
    zh="仅退款自主完结时长",
    en="Time to agree to a refund",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=settled_alone & (col.kind == "refund_only"),
            value=time_to_agree,
        ),
        per=HOUR,
    ),
    window=LAST_90,
    sources=("s001",),
)

RETURN_REFUND_HOURS = RateMetric(
    "return_refund_hours",
    zh="退货退款自主完结时长",
    en="Time to settle a return",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=settled_alone & col.kind.is_in("return_refund", "exchange"),
            value=time_to_agree + time_to_refund,
        ),
        per=HOUR,
    ),
    window=LAST_90,
    sources=("s001",),
)

# Named by the prose of the source, not weighed by its table.

SERVICE_GOOD_REVIEW_RATE = RateMetric(
    "service_good_review_rate",
    zh="服务好评率",
    en="Good service reviews",
    better="higher",
    aggregator=Ratio(
        Tally(
            "reviews",
            day=first_of(received_order, col.reviewed_at),
            where=col.service_rating >= 4,
        ),
        Tally(
            "reviews",
            day=first_of(received_order, col.reviewed_at),
            where=col.service_rating.is_not_null(),
        ),
    ),
    window=LAST_90,
    role="informational",
    sources=("s001",),
)

IM_REPLY_SECONDS = RateMetric(
    "im_reply_seconds",
    zh="IM平均回复时长",
    en="Time to the first reply",
    better="lower",
    unit="seconds",
    aggregator=Mean(
        Tally("conversations", day=col.started_at, where=to_human_by_day, value=seconds_to_reply)
    ),
    window=LAST_90,
    role="informational",
    sources=("s001",),
)

# What decides whether a score is published.

PAID_ORDERS = RateMetric(
    "paid_orders",
    zh="支付订单数",
    en="Paid orders",
    better="higher",
    unit="count",
    aggregator=Count(paid_orders),
    window=Days(1, 90),
    role="informational",
    sources=("s002",),
)

SUSPECTED_FAKE_DAYS = RateMetric(
    "suspected_fake_days",
    zh="涉嫌虚假交易天数",
    en="Days marked as suspected of fake orders",
    better="lower",
    unit="count",
    aggregator=Count(
        Tally(
            "shop_facts",
            day=col.date,
            where=(col.name == "suspected_fake") & (col.value == number(1)),
        )
    ),
    window=Days(1, 90),
    role="informational",
    sources=("s002",),
)
