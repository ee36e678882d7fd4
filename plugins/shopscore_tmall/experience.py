"""The metrics of the real experience score (店铺真实体验分), of both of its versions.

Numbers that the platform does not publish are ``assumed("…")``; the rule set supplies them.
"""

from shopscore import (
    Count,
    Days,
    GradedRate,
    Mean,
    RateMetric,
    Ratio,
    Tally,
    assumed,
    bilingual,
    col,
    fact_on,
    first_of,
    has_row,
    number,
    time_of_day,
)

HOUR = 3600
LAST_30 = Days(1, 30)
SOURCES = ("official",)

paid_orders = Tally("orders", day=col.paid_at)
signed_orders = Tally("orders", day=col.signed_at)
confirmed_orders = Tally("orders", day=col.confirmed_at)

# Negative feedback on the goods of an order: a request for a refund for quality, whatever its
# outcome, or a review of one or two stars. An order counts once, even with several of these.
refund_for_quality = has_row(
    "aftersales", col.kind.is_in("refund_only", "return_refund") & (col.reason == "quality")
)
bad_review = has_row("reviews", col.rating <= 2)

# Orders that were paid on a day of disaster are left out of logistics.
on_disaster_day = first_of(fact_on("disaster", col.paid_at), 0) == number(1)
no_disaster = ~(on_disaster_day & assumed("disaster.exempt"))

# The carrier is due when the platform says, else 48 hours after payment.
pickup_due = first_of(col.pickup_due_at, col.paid_at + 48 * HOUR)
due_orders = col.paid_at.is_not_null() & no_disaster

# All sessions count, whether or not they were passed to a human; the first reply is a human's.
in_office_hours = time_of_day(col.started_at).between(8 * HOUR, 23 * HOUR - 1)
seconds_to_reply = col.first_reply_at - col.started_at

# The merchant's own time, from applying to agreeing and from the returned parcel to the refund.
handling_time = (
    col.approved_at - col.applied_at + first_of(col.refunded_at - col.return_signed_at, 0)
)


def bad_reviews(rating: str) -> Tally:
    """Build the tally of reviews with one or two stars, on the day on which the buyer confirmed the order."""
    return Tally(
        "reviews",
        day=first_of(col.order.confirmed_at, col.reviewed_at),
        where=col(rating) <= 2,
    )


# Goods.

GOODS_NEGATIVE_RATE = RateMetric(
    "goods_negative_rate",
    zh="商品负反馈率",
    en="Negative feedback on goods",
    better="lower",
    aggregator=Ratio(
        Tally("orders", day=col.signed_at, where=refund_for_quality | bad_review), signed_orders
    ),
    window=LAST_30,
    sources=SOURCES,
)

GOODS_GOOD_REVIEW_RATE = RateMetric(
    "goods_good_review_rate",
    zh="商品好评率",
    en="Good reviews of goods",
    better="higher",
    aggregator=Ratio(
        Tally("reviews", day=col.reviewed_at, where=col.rating >= 4),
        Tally("reviews", day=col.reviewed_at),
    ),
    window=LAST_30,
    sources=SOURCES,
)

FIRST_QUALITY_RETURN_RATE = RateMetric(
    "first_quality_return_rate",
    zh="首次品退率",
    en="Refunds first asked for quality",
    better="lower",
    aggregator=Ratio(
        Tally("orders", day=col.signed_at, where=col.paid_at.is_not_null() & refund_for_quality),
        Tally("orders", day=col.signed_at, where=col.paid_at.is_not_null()),
    ),
    window=LAST_30,
    sources=SOURCES,
)

GOODS_BAD_REVIEW_RATE = RateMetric(
    "goods_bad_review_rate",
    zh="商品差评率",
    en="Bad reviews of goods",
    better="lower",
    aggregator=Ratio(bad_reviews("rating"), confirmed_orders),
    window=LAST_30,
    sources=SOURCES,
)

# Logistics.

PICKUP_48H_RATE = RateMetric(
    "pickup_48h_rate",
    zh="48小时揽收及时率",
    en="Picked up in time (48 hours)",
    better="higher",
    aggregator=Ratio(
        Tally("orders", day=pickup_due, where=due_orders & (col.picked_up_at <= pickup_due)),
        Tally("orders", day=pickup_due, where=due_orders),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual("Orders count on the day on which they are due.", "订单计入应揽收的那一天。"),
)

ARRIVAL_HOURS = RateMetric(
    "arrival_hours",
    zh="物流到货时长",
    en="From payment to delivery",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally("orders", day=col.signed_at, where=no_disaster, value=col.signed_at - col.paid_at),
        per=HOUR,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "By the rule the time begins with the order for cash on delivery; events do not show these orders, so it begins with payment.",
        "按规则，货到付款订单从下单起算；事件中看不出这类订单，因此一律从支付起算。",
    ),
)

LOGISTICS_BAD_REVIEW_RATE = RateMetric(
    "logistics_bad_review_rate",
    zh="物流差评率",
    en="Bad ratings of logistics",
    better="lower",
    aggregator=Ratio(bad_reviews("logistics_rating"), confirmed_orders),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "The platform uses it for some categories only.", "平台只对部分类目使用该指标。"
    ),
)

# Service.

IM_3MIN_REPLY_RATE = RateMetric(
    "im_3min_reply_rate",
    zh="旺旺3分钟人工响应率",
    en="Human replies within three minutes",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=in_office_hours & (seconds_to_reply <= assumed("im_3min.max_seconds")),
        ),
        Tally("conversations", day=col.started_at, where=in_office_hours),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "The platform counts rounds of a conversation; here sessions and their first reply are counted instead, which is an assumption.",
        "平台按会话轮次统计；这里改按会话及其首次回复统计，这是假设。",
    ),
)

IM_SATISFACTION_RATE = RateMetric(
    "im_satisfaction_rate",
    zh="旺旺满意度",
    en="Satisfied with the service",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=col.satisfaction >= assumed("im_satisfaction.min_stars"),
        ),
        Tally("conversations", day=col.started_at, where=col.satisfaction.is_not_null()),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "The rule leaves out unresolved sessions; events do not show them, so every rating counts.",
        "规则不计未解决的会话；事件中看不出，因此所有评价都计入。",
    ),
)

REFUND_HANDLING_HOURS = RateMetric(
    "refund_handling_hours",
    zh="退款处理时长",
    en="Time to handle a refund",
    better="lower",
    unit="hours",
    aggregator=Mean(Tally("aftersales", day=col.closed_at, value=handling_time), per=HOUR),
    window=LAST_30,
    sources=SOURCES,
)

PLATFORM_HELP_RATE = RateMetric(
    "platform_help_rate",
    zh="平台求助率",
    en="Buyers who ask the platform for help",
    better="lower",
    aggregator=GradedRate(
        (
            (1, Tally("escalations", day=first_of(col.order.paid_at, col.escalated_at))),
            (1, Tally("complaints", day=first_of(col.order.paid_at, col.complained_at))),
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=SOURCES,
)

# Outside the dimensions.

BONUS_POINTS = RateMetric(
    "bonus_points",
    zh="附加分",
    en="Bonus points",
    better="higher",
    unit="points",
    aggregator=Mean(
        Tally("shop_facts", day=col.date, where=col.name == "tmall_bonus", value=col.value),
        per=1_000_000,  # numbers are kept in millionths
    ),
    window=LAST_30,
    role="bonus",
    sources=SOURCES,
    note=bilingual(
        "The mean of the shop fact tmall_bonus over the days that have it, which is an assumption: how the platform computes the bonus is not published.",
        "店铺事实 tmall_bonus 在有值各天的平均，这是假设：平台如何计算附加分没有公布。",
    ),
)

PAID_ORDERS = RateMetric(
    "paid_orders",
    zh="有效支付订单数",
    en="Valid paid orders",
    better="higher",
    unit="count",
    aggregator=Count(paid_orders),
    window=LAST_30,
    role="informational",
    sources=SOURCES,
)
