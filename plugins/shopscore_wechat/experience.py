"""The metrics of the shop experience score (店铺体验分), as the console names them.

The rule itself is not known. Metrics that events can feed have a reading here, which is an
assumption, and the note of each says which; the others are taken as values only.
"""

from shopscore import (
    Days,
    Expr,
    GradedRate,
    Mean,
    RateMetric,
    Ratio,
    SumOverSum,
    Tally,
    ValueMetric,
    assumed,
    bilingual,
    col,
    day,
    first_of,
    has_row,
    when,
)

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
LAST_30 = Days(1, assumed("window.days"))
SOURCES = ("console", "revision")

paid_orders = Tally("orders", day=col.paid_at)

# Goods.

QUALITY_REFUND_RATE = RateMetric(
    "quality_refund_rate",
    zh="品质退款率",
    en="Orders refunded for quality",
    better="lower",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.picked_up_at,
            where=has_row(
                "aftersales",
                col.kind.is_in("refund_only", "return_refund") & (col.reason == "quality"),
            ),
        ),
        Tally("orders", day=col.picked_up_at),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Only the base, shipped orders, is known. Assumption: shipped orders, each once, for which the buyer asked a refund because of quality, on the day on which the carrier took them.",
        "只知道统计基数是已发货订单。假设：买家因品质申请退款的已发货订单，每单计一次，计入揽收日。",
    ),
)

valid_reviews = Tally("reviews", day=col.reviewed_at, where=col.is_valid)

GOOD_REVIEW_RATE = RateMetric(
    "good_review_rate",
    zh="商品好评率",
    en="Good reviews",
    better="higher",
    aggregator=Ratio(
        Tally(
            "reviews",
            day=col.reviewed_at,
            where=col.is_valid & (col.rating >= assumed("good_review.min_rating")),
        ),
        valid_reviews,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Only the base, valid reviews, is known. Assumption: good by the stars.",
        "只知道统计基数是有效评价。假设：按星级判断好评。",
    ),
)

# Logistics.

# The day after payment is the last on which a parcel is picked up in time.
to_pick_up = col.needs_shipping & ~col.is_presale
next_day = col.paid_at + DAY

NEXT_DAY_PICKUP_RATE = RateMetric(
    "next_day_pickup_rate",
    zh="次日及时揽收率",
    en="Picked up by the next day",
    better="higher",
    aggregator=Ratio(
        Tally(
            "orders",
            day=next_day,
            where=to_pick_up & (day(col.picked_up_at) <= day(next_day)),
        ),
        Tally("orders", day=next_day, where=to_pick_up),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Only the base, orders that are due, is known. Assumption: in time until the end of the day after payment, on which the order counts; orders sold in advance or without a parcel are left out.",
        "只知道统计基数是应揽收订单。假设：支付次日结束前揽收为及时，订单计入次日；预售和无需发货的订单不计。",
    ),
)

ROUTE_ON_TIME_RATE = RateMetric(
    "route_on_time_rate",
    zh="线路配送达标率",
    en="Delivered within the limit of the route",
    better="higher",
    aggregator=Ratio(
        Tally("orders", day=col.delivery_due_at, where=col.signed_at <= col.delivery_due_at),
        Tally("orders", day=col.delivery_due_at),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: orders with a time of delivery, on the day on which they are due.",
        "假设口径：有应送达时间的订单，计入应送达日。",
    ),
)

LOGISTICS_NEGATIVE_RATE = ValueMetric(
    "logistics_negative_rate",
    zh="物流负向反馈率",
    en="Negative feedback on logistics",
    better="lower",
    unit="ratio",
    why=bilingual(
        "events of complaints do not say what they are about", "投诉事件没有说明投诉内容"
    ),
    window=LAST_30,
    sources=SOURCES,
)

# Service.


def per_round(value: Expr) -> SumOverSum:
    """Build the sum of a value over the rounds of conversations with a human."""
    counted = col.to_human & value.is_not_null() & col.rounds.is_not_null()
    return SumOverSum(
        Tally("conversations", day=col.started_at, where=counted, value=value),
        Tally("conversations", day=col.started_at, where=counted, value=col.rounds),
    )


REPLY_SECONDS = RateMetric(
    "reply_seconds",
    zh="平均回复时长",
    en="Mean time to reply",
    better="lower",
    unit="seconds",
    aggregator=per_round(col.reply_seconds),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Only the base, rounds with a human, is known. Assumption: seconds of waiting per round, on the day on which the conversation began.",
        "只知道统计基数是人工会话轮次。假设：平均每轮等待的秒数，计入会话开始日。",
    ),
)

NO_REPLY_RATE = RateMetric(
    "no_reply_rate",
    zh="不回复率",
    en="Rounds without a reply",
    better="lower",
    aggregator=per_round(col.unanswered_rounds),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Only the base, rounds with a human, is known. Assumption: rounds that nobody answered, on the day on which the conversation began.",
        "只知道统计基数是人工会话轮次。假设：无人回复的轮次，计入会话开始日。",
    ),
)

time_to_agree = col.approved_at - col.applied_at

FIRST_ACTION_MINUTES = RateMetric(
    "first_action_minutes",
    zh="售后首次操作时长",
    en="Time to the first action on a ticket",
    better="lower",
    unit="minutes",
    aggregator=Mean(Tally("aftersales", day=col.approved_at, value=time_to_agree), per=MINUTE),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: the first action is agreeing, since events have no other; tickets count on that day.",
        "假设口径：首次操作即同意，因为事件中没有其他操作；售后单计入同意日。",
    ),
)

# Tickets that were settled between buyer and merchant.
settled_alone = ~col.platform_intervened
time_to_refund = when(
    col.refunded_at.is_null() | col.return_signed_at.is_null(),
    0,
    col.refunded_at - col.return_signed_at,
)


def settled(kind: str, value: Expr) -> Tally:
    """Build the tally of a time over closed tickets that the platform did not step into."""
    return Tally(
        "aftersales", day=col.closed_at, where=settled_alone & (col.kind == kind), value=value
    )


REFUND_MINUTES = RateMetric(
    "refund_minutes",
    zh="仅退款自主完结时长",
    en="Time to agree to a refund",
    better="lower",
    unit="minutes",
    aggregator=Mean(settled("refund_only", time_to_agree), per=MINUTE),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading, as on other platforms: from applying to agreeing, over closed refunds without return that the platform did not step into.",
        "假设口径，与其他平台相同：从申请到同意，统计已完结且平台未介入的仅退款。",
    ),
)

RETURN_REFUND_HOURS = RateMetric(
    "return_refund_hours",
    zh="退货退款自主完结时长",
    en="Time to settle a return",
    better="lower",
    unit="hours",
    aggregator=Mean(settled("return_refund", time_to_agree + time_to_refund), per=HOUR),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading, as on other platforms: from applying to agreeing and from the returned parcel to the refund, over closed returns that the platform did not step into.",
        "假设口径，与其他平台相同：从申请到同意、从退货签收到退款，统计已完结且平台未介入的退货退款。",
    ),
)

DISPUTE_RATE = RateMetric(
    "dispute_rate",
    zh="商责纠纷率",
    en="Disputes that the merchant is liable for",
    better="lower",
    aggregator=GradedRate(
        (
            (
                1,
                Tally(
                    "complaints",
                    day=first_of(col.order.paid_at, col.complained_at),
                    where=col.upheld,
                ),
            ),
            (
                1,
                Tally(
                    "aftersales",
                    day=first_of(col.order.paid_at, col.applied_at),
                    where=col.liability == "merchant",
                ),
            ),
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Only the base, paid orders, is known. Assumption: upheld complaints, and tickets for which the merchant was found liable, on the day on which the order was paid.",
        "只知道统计基数是支付订单。假设：成立的投诉，加上判商家责任的售后单，计入订单支付日。",
    ),
)

# Beside the dimensions.

AFTERSALES_SATISFACTION = ValueMetric(
    "aftersales_satisfaction",
    zh="售后满意度",
    en="Satisfied with after-sales service",
    better="higher",
    unit="ratio",
    why=bilingual("events have no ratings of tickets", "事件中没有对售后单的评价"),
    window=LAST_30,
    sources=SOURCES,
)
