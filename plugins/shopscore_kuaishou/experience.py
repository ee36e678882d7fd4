"""The metrics of the shop experience score: five of 2023, nine of 2025.

The merchant guide of 2023 describes the five of the service dimension. Of the nine of 2025 only
names, base populations and examples are known, from third parties: how they are counted here is
this package's own reading, and the note of each says so. Windows of 30 days are assumptions too.
Numbers that the platform does not publish are ``assumed("…")``; the rule set supplies them.
"""

from shopscore import (
    Days,
    Expr,
    Mean,
    Once,
    RateMetric,
    Ratio,
    Tally,
    ValueMetric,
    assumed,
    bilingual,
    col,
    first_of,
    time_of_day,
    when,
)

HOUR = 3600
LAST_30 = Days(1, assumed("window.days"))
GUIDE = ("s000",)
CALCULATOR = ("calculator",)

paid_orders = Tally("orders", day=col.paid_at)

# Conversations with a human; the hours of the day matter for the speed of the reply alone.
in_hours = time_of_day(col.started_at).between(
    assumed("im.first_second"), assumed("im.last_second")
)
seconds_to_reply = col.first_reply_at - col.started_at
rated_session = col.to_human & col.satisfaction.is_not_null()

# Tickets: the merchant's own time, from applying to agreeing and from the returned parcel to the
# refund; the buyer's time in between is not the merchant's. Refunded and closed tickets both count.
# A ticket that was never agreed to has no first part, hence no time: the buyer withdrew it.
settled_alone = ~col.platform_intervened
time_to_agree = col.approved_at - col.applied_at
time_to_refund = when(
    col.refunded_at.is_null() | col.return_signed_at.is_null(),
    0,
    col.refunded_at - col.return_signed_at,
)


def tickets(where: Expr, value: Expr) -> Tally:
    """Build the tally of a time over closed tickets that the platform did not step into."""
    return Tally("aftersales", day=col.closed_at, where=settled_alone & where, value=value)


# 2023

IM_3MIN_REPLY_RATE = RateMetric(
    "im_3min_reply_rate",
    zh="IM三分钟回复率",
    en="Replies within three minutes",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=col.to_human & in_hours & (seconds_to_reply <= assumed("im_3min.max_seconds")),
        ),
        Tally("conversations", day=col.started_at, where=col.to_human & in_hours),
    ),
    window=LAST_30,
    sources=GUIDE,
)

IM_DISSATISFACTION_RATE = RateMetric(
    "im_dissatisfaction_rate",
    zh="IM不满意率",
    en="Dissatisfied conversations",
    better="lower",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=rated_session & (col.satisfaction <= assumed("im_dissatisfied.max_stars")),
        ),
        Tally("conversations", day=col.started_at, where=rated_session),
    ),
    window=LAST_30,
    sources=GUIDE,
)

REFUND_ONLY_HOURS = RateMetric(
    "refund_only_hours",
    zh="仅退款自主完结时长",
    en="Time to agree to a refund",
    better="lower",
    unit="hours",
    aggregator=Mean(tickets(col.kind == "refund_only", time_to_agree), per=HOUR),
    window=LAST_30,
    sources=GUIDE,
)

RETURN_REFUND_HOURS = RateMetric(
    "return_refund_hours",
    zh="退货退款自主完结时长",
    en="Time to settle a return",
    better="lower",
    unit="hours",
    aggregator=Mean(tickets(col.kind == "return_refund", time_to_agree + time_to_refund), per=HOUR),
    window=LAST_30,
    sources=GUIDE,
)

DISPUTE_LIABILITY_RATE = RateMetric(
    "dispute_liability_rate",
    zh="纠纷商责率",
    en="Disputes lost",
    better="lower",
    aggregator=Ratio(
        Tally("aftersales", day=col.closed_at, where=col.liability == "merchant"),
        Tally("aftersales", day=col.closed_at),
    ),
    window=LAST_30,
    sources=GUIDE,
)

# 2025: goods

GOODS_QUALITY_REFUND_RATE = RateMetric(
    "goods_quality_refund_rate",
    zh="商品品质退款率",
    en="Orders refunded for quality",
    better="lower",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=first_of(col.order.paid_at, col.applied_at),
            where=(col.outcome == "refunded") & (col.reason == "quality"),
            once=Once.per_order(earliest=(col.applied_at, col.ticket_id)),
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=CALCULATOR,
    note=bilingual(
        "Only the base, paid orders, is known. Assumption: orders, each once, that were refunded for quality.",
        "只知道统计基数是支付订单。假设：因品质退款的订单，每单计一次。",
    ),
)

GOODS_QUALITY_BAD_REVIEW_RATE = RateMetric(
    "goods_quality_bad_review_rate",
    zh="商品质量差评率",
    en="Bad reviews of the goods",
    better="lower",
    aggregator=Ratio(
        Tally(
            "reviews",
            day=first_of(col.order.paid_at, col.reviewed_at),
            where=col.rating <= assumed("bad_review.max_rating"),
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=CALCULATOR,
    note=bilingual(
        "Only the base, paid orders, is known. Assumption: every low rating of the goods counts, whatever its words blame.",
        "只知道统计基数是支付订单。假设：商品的每个低分评价都计入，不论文字归咎于什么。",
    ),
)

# 2025: logistics

promised = col.paid_at.is_not_null()

PROMISED_SHIPPING_RATE = RateMetric(
    "promised_shipping_rate",
    zh="承诺发货及时率",
    en="Shipped as promised",
    better="higher",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.pickup_due_at,
            where=promised & (col.picked_up_at <= col.pickup_due_at),
        ),
        Tally("orders", day=col.pickup_due_at, where=promised),
    ),
    window=LAST_30,
    sources=CALCULATOR,
    note=bilingual(
        "Only the base, orders that were due, is known. Assumption: in time when picked up by then; a paid order that was cancelled stays due.",
        "只知道统计基数是应揽收订单。假设：届时已揽收即为及时；已支付后取消的订单仍算应揽收。",
    ),
)

SHIP_TO_SIGN_HOURS = RateMetric(
    "ship_to_sign_hours",
    zh="发签配送时长",
    en="From shipping to delivery",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally("orders", day=col.signed_at, value=col.signed_at - col.picked_up_at), per=HOUR
    ),
    window=LAST_30,
    sources=CALCULATOR,
    note=bilingual(
        "Only the base, delivered parcels, is known. Assumption: the time runs from the carrier's pick-up.",
        "只知道统计基数是已送达包裹。假设：时长从揽收起算。",
    ),
)

LOGISTICS_COMPLAINT_RATE = ValueMetric(
    "logistics_complaint_rate",
    zh="物流负向投诉率",
    en="Complaints about logistics",
    better="lower",
    unit="ratio",
    why=bilingual(
        "events of complaints do not say what they are about", "投诉事件没有说明投诉内容"
    ),
    sources=CALCULATOR,
)

LOGISTICS_COMPETITIVENESS = ValueMetric(
    "logistics_competitiveness",
    zh="物流竞争力",
    en="Logistics compared with others",
    better="higher",
    unit="index",
    why=bilingual(
        "an index that the platform computes; 1 is neutral", "由平台计算的指数；1 为中性"
    ),
    sources=CALCULATOR,
)

# 2025: after-sales

REFUND_ONLY_AFTER_SHIPPING_HOURS = RateMetric(
    "refund_only_after_shipping_hours",
    zh="发货后仅退款完结时长",
    en="Time to agree to a refund after shipping",
    better="lower",
    unit="hours",
    aggregator=Mean(tickets((col.kind == "refund_only") & col.shipped, time_to_agree), per=HOUR),
    window=LAST_30,
    sources=CALCULATOR,
    note=bilingual(
        "Only the base, settled refunds, is known. Assumption: counted as in 2023, over shipped orders.",
        "只知道统计基数是已完结退款。假设：按 2023 年的口径，统计已发货订单。",
    ),
)

PLATFORM_HELP_RATE = RateMetric(
    "platform_help_rate",
    zh="平台求助率",
    en="Buyers who asked the platform",
    better="lower",
    aggregator=Ratio(
        Tally("escalations", day=first_of(col.order.paid_at, col.escalated_at)),
        paid_orders,
    ),
    window=LAST_30,
    sources=CALCULATOR,
    note=bilingual(
        "Only the base, paid orders, is known. Assumption: every time a buyer took it to the platform counts.",
        "只知道统计基数是支付订单。假设：买家每次求助平台都计入。",
    ),
)
