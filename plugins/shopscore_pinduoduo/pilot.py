"""The ten metrics of the experience stars (综合体验星级), as captured pages show them.

Pages show names and values, never formulas. Metrics that events can feed have a reading here,
which is an assumption; the others are taken as values only.
"""

from shopscore import Mean, RateMetric, Ratio, Tally, ValueMetric, assumed, bilingual, col

from .readings import (
    DAYS_FROM_PAID_TO_SIGNED,
    ESCALATIONS_PER_ORDER,
    HOUR,
    LAST_30,
    LAST_90,
    REPLIES_IN_3_MINUTES,
)

SOURCES = ("captured",)

# After-sales service.

PLATFORM_HELP_RATE = RateMetric(
    "platform_help_rate",
    zh="近30天平台求助率",
    en="Buyers who ask the platform for help",
    better="lower",
    aggregator=ESCALATIONS_PER_ORDER,
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: calls for help per paid order, on the day on which the order was paid.",
        "假设口径：平均每个支付订单的求助次数，计入订单支付日。",
    ),
)

IM_3MIN_REPLY_RATE = RateMetric(
    "im_3min_reply_rate",
    zh="3分钟人工回复率",
    en="Human replies within three minutes",
    better="higher",
    aggregator=REPLIES_IN_3_MINUTES,
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: conversations with a human that began in office hours.",
        "假设口径：在客服时段内开始的人工会话。",
    ),
)

in_transit = col.order.signed_at.is_null() | (col.applied_at < col.order.signed_at)

IN_TRANSIT_REFUND_HOURS = RateMetric(
    "in_transit_refund_hours",
    zh="在途订单退款时长",
    en="Time to refund orders on the way",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=(col.kind == "refund_only") & col.shipped & in_transit,
            value=col.approved_at - col.applied_at,
        ),
        per=HOUR,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: from applying to agreeing, over closed refund-only tickets of shipped orders; the order was not signed for when the buyer applied, never was, or is not known.",
        "假设口径：从申请到同意的时长，统计已发货订单的已完结仅退款售后单；买家申请时订单尚未签收、始终未签收或签收不详。",
    ),
)

SIGNED_RETURN_REFUND_HOURS = RateMetric(
    "signed_return_refund_hours",
    zh="商家签收退货后平均退款时长",
    en="From the returned parcel to the refund",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally("aftersales", day=col.refunded_at, value=col.refunded_at - col.return_signed_at),
        per=HOUR,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: tickets count on the day of the refund.", "假设口径：售后单计入退款日。"
    ),
)

# Quality of goods.

REVIEW_SCORE_RANK = ValueMetric(
    "review_score_rank",
    zh="近90天用户评价得分排名",
    en="Rank by review ratings",
    better="higher",
    why=bilingual("a rank among shops that only the platform sees", "只有平台能看到的店铺间排名"),
    unit="ratio",
    window=LAST_90,
    sources=SOURCES,
)

POSITIVE_REVIEW_RATE = RateMetric(
    "positive_review_rate",
    zh="近30天积极评论率",
    en="Positive reviews",
    better="higher",
    aggregator=Ratio(
        Tally(
            "reviews",
            day=col.reviewed_at,
            where=col.rating >= assumed("positive_review.min_rating"),
        ),
        Tally("reviews", day=col.reviewed_at),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: positive by the stars; the platform may read the words.",
        "假设口径：按星级判断好评；平台可能还看评价文字。",
    ),
)

SERIOUS_INFERIOR_RATE = ValueMetric(
    "serious_inferior_rate",
    zh="近30天严重劣质率",
    en="Seriously inferior goods",
    better="lower",
    why=bilingual("what counts as seriously inferior is not published", "怎样算严重劣质没有公布"),
    unit="ratio",
    sources=SOURCES,
)

# Logistics.

PAID_TO_SIGNED_DAYS = RateMetric(
    "paid_to_signed_days",
    zh="近30天成团-签收时效",
    en="From payment to delivery",
    better="lower",
    unit="days",
    aggregator=DAYS_FROM_PAID_TO_SIGNED,
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: from payment, which stands for the moment when the group is complete.",
        "假设口径：从支付起算，以支付代表成团时刻。",
    ),
)

LOGISTICS_VIOLATION_RATE = ValueMetric(
    "logistics_violation_rate",
    zh="物流综合违规处理率",
    en="Shipping violations",
    better="lower",
    why=bilingual("which violations count is not published", "计入哪些违规没有公布"),
    unit="ratio",
    sources=SOURCES,
)

# Activity.

SHOP_ACTIVITY = ValueMetric(
    "shop_activity",
    zh="近30天店铺活跃度",
    en="Activity of the shop",
    better="higher",
    why=bilingual(
        "a rank by sales among shops that only the platform sees", "只有平台能看到的销售排名"
    ),
    unit="ratio",
    sources=SOURCES,
)
