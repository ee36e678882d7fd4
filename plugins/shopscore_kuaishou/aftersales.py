"""The metrics of the after-sales score that an unofficial page describes.

The page names four parts and their weights, and no formula: what is counted, and the window of
90 days, are assumptions. Numbers that users may change are ``assumed("…")``.
"""

from shopscore import (
    Days,
    Mean,
    Once,
    RateMetric,
    Ratio,
    Tally,
    assumed,
    bilingual,
    col,
    first_of,
    when,
)

HOUR = 3600
LAST_90 = Days(1, assumed("window.days"))
SOURCES = ("s003",)

paid_orders = Tally("orders", day=col.paid_at)

# Tickets: from applying to agreeing, and for returns from the parcel back to the refund.
both_legs = (
    (col.kind == "return_refund")
    & col.return_signed_at.is_not_null()
    & col.refunded_at.is_not_null()
)
handling_time = (
    col.approved_at - col.applied_at + when(both_legs, col.refunded_at - col.return_signed_at, 0)
)

SERVICE_RATING_MEAN = RateMetric(
    "service_rating_mean",
    zh="用户评价",
    en="Ratings by buyers",
    better="higher",
    unit="points",
    aggregator=Mean(
        Tally("reviews", day=col.reviewed_at, value=first_of(col.service_rating, col.rating))
    ),
    window=LAST_90,
    sources=SOURCES,
    note=bilingual(
        "The formula is an assumption: the rating of the service; where a review has none, that of the goods.",
        "公式是假设：取服务评分；评价没有服务评分时取商品评分。",
    ),
)

RETURN_EXCHANGE_RATE = RateMetric(
    "return_exchange_rate",
    zh="退换货率",
    en="Orders returned or exchanged",
    better="lower",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=first_of(col.order.paid_at, col.applied_at),
            where=col.kind.is_in("return_refund", "exchange"),
            once=Once.per_order(earliest=(col.applied_at, col.ticket_id)),
        ),
        paid_orders,
    ),
    window=LAST_90,
    sources=SOURCES,
    note=bilingual(
        "The source gives the name alone: the formula is an assumption.",
        "资料只给出名称：公式是假设。",
    ),
)

COMPLAINT_RATE = RateMetric(
    "complaint_rate",
    zh="投诉比例",
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
    window=LAST_90,
    sources=SOURCES,
    note=bilingual(
        "The source gives the name alone: the formula is an assumption.",
        "资料只给出名称：公式是假设。",
    ),
)

REFUND_HANDLING_HOURS = RateMetric(
    "refund_handling_hours",
    zh="退款处理时效",
    en="Time to handle a refund",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=col.kind.is_in("refund_only", "return_refund"),
            value=handling_time,
        ),
        per=HOUR,
    ),
    window=LAST_90,
    sources=SOURCES,
    note=bilingual(
        "The formula is an assumption: tickets that the platform stepped into count as well; the buyer's time in between does not.",
        "公式是假设：平台介入的售后单也计入；买家的中间用时不计入。",
    ),
)

# The page asks for a reply within a day and does not weigh it.

REPLY_24H_RATE = RateMetric(
    "reply_24h_rate",
    zh="24小时内回复",
    en="Replies within 24 hours",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=col.to_human
            & (col.first_reply_at - col.started_at <= assumed("reply_24h.max_seconds")),
        ),
        Tally("conversations", day=col.started_at, where=col.to_human),
    ),
    window=LAST_90,
    role="informational",
    sources=SOURCES,
    note=bilingual(
        "The source gives the name alone: the formula is an assumption.",
        "资料只给出名称：公式是假设。",
    ),
)
