"""The metrics of the service experience score (消费者服务体验分), one for each of its five parts.

The parts are known, their metrics are not: each one here is an assumption.
"""

from shopscore import Count, Once, RateMetric, Ratio, Tally, bilingual, col, first_of

from .readings import (
    DAY,
    DAYS_FROM_PAID_TO_SIGNED,
    ESCALATIONS_PER_ORDER,
    LAST_30,
    LAST_90,
    REPLIES_IN_3_MINUTES,
    paid_orders,
)

SOURCES = ("captured",)
NOTE = bilingual(
    "Which metrics make up this part is not published: the metric, its formula and its days are assumptions.",
    "该部分由哪些指标构成没有公布：指标、公式和天数都是假设。",
)

picked_up = col.picked_up_at.is_not_null() & ~col.is_presale

IM_3MIN_REPLY_RATE = RateMetric(
    "im_3min_reply_rate",
    zh="3分钟人工回复率",
    en="Human replies within three minutes",
    better="higher",
    aggregator=REPLIES_IN_3_MINUTES,
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)

PLATFORM_HELP_RATE = RateMetric(
    "platform_help_rate",
    zh="平台求助率",
    en="Buyers who ask the platform for help",
    better="lower",
    aggregator=ESCALATIONS_PER_ORDER,
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)

QUALITY_REFUND_RATE = RateMetric(
    "quality_refund_rate",
    zh="品质退款率",
    en="Orders refunded for quality",
    better="lower",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=first_of(col.order.paid_at, col.applied_at),
            where=(col.outcome == "refunded") & col.reason.is_in("quality", "not_as_described"),
            once=Once.per_order(earliest=(col.applied_at, col.ticket_id)),
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)

PICKUP_24H_RATE = RateMetric(
    "pickup_24h_rate",
    zh="24小时揽收率",
    en="Picked up within 24 hours",
    better="higher",
    aggregator=Ratio(
        Tally("orders", day=col.paid_at, where=picked_up & (col.picked_up_at - col.paid_at <= DAY)),
        Tally("orders", day=col.paid_at, where=picked_up),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)

PAID_TO_SIGNED_DAYS = RateMetric(
    "paid_to_signed_days",
    zh="成团-签收时效",
    en="From payment to delivery",
    better="lower",
    unit="days",
    aggregator=DAYS_FROM_PAID_TO_SIGNED,
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)

# What decides whether a score is published.

REVIEWS = RateMetric(
    "reviews",
    zh="店铺评价数",
    en="Reviews",
    better="higher",
    unit="count",
    aggregator=Count(Tally("reviews", day=col.reviewed_at)),
    window=LAST_90,
    role="informational",
    sources=("s001",),
    note=bilingual(
        "The source names no days: the last 90 are an assumption.",
        "资料没有给出天数：取近 90 天是假设。",
    ),
)
