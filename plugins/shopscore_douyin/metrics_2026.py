"""The metrics of the shop experience score in the versions of 2026, each over the last 30 days.

Numbers that the platform does not publish are ``assumed("…")``; the rule set supplies them, or a
user from the back office.
"""

from attrs import evolve

from shopscore import (
    BandedMean,
    Count,
    Mean,
    RateMetric,
    Ratio,
    SumOverSum,
    Tally,
    Total,
    assumed,
    bilingual,
    col,
    fact_on,
    has_row,
    number,
    when,
)

from .counts_2026 import (
    ABNORMAL_RETURN_ADDRESS_CASES,
    BAD_REVIEWS,
    BRAND_CONFUSION_CASES,
    CONSUMER_HARM_CASES,
    DAYS_ON_SALE,
    FAKE_TRADE_CASES,
    FALSE_ADVERTISING_CASES,
    FRAUDULENT_SHIPPING_CASES,
    GROWTH_PICKUP_RATE,
    PAID_ORDERS,
    REFUSE_INVOICE_CASES,
    SCORE_ABUSE_CASES,
)
from .readings_2026 import (
    HOUR,
    LAST_30,
    LAST_TWO,
    NEVER,
    NUMBER_SCALE,
    RULES,
    days_with,
    handling_limit,
    on_time,
    orders_with_ticket,
    paid_orders,
    paid_while,
    per_round,
    picked_up,
    refunded,
    review_clock,
    reviewed,
    seconds_of_rounds,
    seconds_since,
    signed_orders,
    to_human_by_day,
    told,
    valid_review,
    waiting_for_merchant,
)

__all__ = [
    "ABNORMAL_RETURN_ADDRESS_CASES",
    "AFTERSALE_REACH_RATE",
    "AFTERSALE_REVIEW_HOURS",
    "BAD_REVIEWS",
    "BRAND_CONFUSION_CASES",
    "BULKY_RETURN_INSURANCE_DAYS",
    "BULKY_RETURN_INSURED_ORDERS",
    "CONSUMER_HARM_CASES",
    "DAMAGE_RETURN_RATE",
    "DAYS_ON_SALE",
    "DELIVERY_REACH_RATE",
    "DOOR_INSTALLATION_ORDERS",
    "DOOR_INSTALLATION_SHARE",
    "FAKE_TRADE_CASES",
    "FALSE_ADVERTISING_CASES",
    "FRAUDULENT_SHIPPING_CASES",
    "GOODS_RATING",
    "GROWTH_PICKUP_RATE",
    "IM_DISSATISFACTION_RATE",
    "IM_RESPONSE_SECONDS",
    "LOGISTICS_RETURN_RATE",
    "NEXT_DAY_SHARE",
    "PAID_ORDERS",
    "PICKUP_HOURS",
    "PICKUP_TIME_SCORE",
    "PLATFORM_HELP_RATE",
    "QUALITY_RETURN_RATE",
    "REFUSE_INVOICE_CASES",
    "REMOTE_AREA_ORDERS",
    "RETURN_INSURANCE_DAYS",
    "RETURN_INSURED_ORDERS",
    "SCORE_ABUSE_CASES",
]

# Goods.

GOODS_RATING = RateMetric(
    "goods_rating",
    zh="商品综合评分",
    en="Goods rating",
    better="higher",
    unit="index",
    aggregator=Mean(Tally("reviews", day=reviewed, where=valid_review, value=col.rating)),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "The mean of one to five stars. Reviews of orders that were not signed for do not count.",
        "一至五星的平均值。未签收订单的评价不计入。",
    ),
)

QUALITY_RETURN_RATE = RateMetric(
    "quality_return_rate",
    zh="商品品质退货率",
    en="Returns for quality",
    better="lower",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.signed_at,
            where=has_row("aftersales", col.reason == "quality"),
        ),
        signed_orders,
    ),
    window=LAST_30,
    sources=RULES,
)

# Logistics.

PICKUP_TIME_SCORE = RateMetric(
    "pickup_time_score",
    zh="揽收时长平均得分",
    en="Points for the time to pick-up",
    better="higher",
    unit="points",
    aggregator=BandedMean(
        evolve(picked_up, value=when(col.fulfilment_compensated, NEVER, picked_up.value)),
        assumed("pickup.points"),
        floor=50,
        per=HOUR,
    ),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Of orders paid from 18:00:00 to 05:59:59 the time runs from the next 06:00.",
        "18:00:00 至 05:59:59 支付的订单，从下一个 06:00 起算。",
    ),
)

PICKUP_HOURS = RateMetric(
    "pickup_hours",
    zh="平均揽收时长",
    en="Time to pick-up",
    better="lower",
    unit="hours",
    aggregator=Mean(picked_up, per=HOUR),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Of orders paid from 18:00:00 to 05:59:59 the time runs from the next 06:00; what was picked up before that took no time.",
        "18:00:00 至 05:59:59 支付的订单，从下一个 06:00 起算；在此之前揽收的按 0 计。",
    ),
)

DELIVERY_REACH_RATE = RateMetric(
    "delivery_reach_rate",
    zh="运单配送时效达成率",
    en="Delivered in time",
    better="higher",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.delivery_due_at,
            where=on_time & ~col.fulfilment_compensated,
        ),
        Tally("orders", day=col.delivery_due_at),
    ),
    window=LAST_30,
    sources=RULES,
)

LOGISTICS_RETURN_RATE = RateMetric(
    "logistics_return_rate",
    zh="发货物流品退率",
    en="Returns for logistics",
    better="lower",
    aggregator=Ratio(
        orders_with_ticket((col.reason == "logistics") & col.compensated), paid_orders
    ),
    window=LAST_30,
    sources=RULES,
)

DAMAGE_RETURN_RATE = RateMetric(
    "damage_return_rate",
    zh="商品/包装破损退货订单率",
    en="Returns for damage",
    better="lower",
    aggregator=Ratio(orders_with_ticket(col.reason == "damage"), paid_orders),
    window=LAST_30,
    sources=RULES,
)

# Service.

AFTERSALE_REACH_RATE = RateMetric(
    "aftersale_reach_rate",
    zh="售后处理时长达成率",
    en="Refunds handled in time",
    better="higher",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=refunded & (waiting_for_merchant <= handling_limit * HOUR),
        ),
        Tally("aftersales", day=col.closed_at, where=refunded),
    ),
    window=LAST_30,
    sources=RULES,
)

AFTERSALE_REVIEW_HOURS = RateMetric(
    "aftersale_review_hours",
    zh="售后平均审核时长",
    en="Time to review a request",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=refunded,
            value=seconds_since(review_clock, col.approved_at),
        ),
        per=HOUR,
    ),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Of requests from 23:00:00 to 07:59:59 the time runs from the next 08:00; what was agreed to before that took no time.",
        "23:00:00 至 07:59:59 的申请，从下一个 08:00 起算；在此之前同意的按 0 计。",
    ),
)

IM_RESPONSE_SECONDS = RateMetric(
    "im_response_seconds",
    zh="飞鸽平均响应时长",
    en="Time to a reply",
    better="lower",
    unit="seconds",
    aggregator=per_round(seconds_of_rounds),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "The mean of all rounds of sessions with a human; a round without an answer counts 600 seconds.",
        "人工会话全部轮次的平均值；未回复的轮次按 600 秒计。",
    ),
)

IM_DISSATISFACTION_RATE = RateMetric(
    "im_dissatisfaction_rate",
    zh="飞鸽会话不满意率",
    en="Dissatisfied with the service",
    better="lower",
    aggregator=Ratio(
        Tally("conversations", day=col.started_at, where=to_human_by_day & (col.satisfaction <= 3)),
        Tally(
            "conversations",
            day=col.started_at,
            where=to_human_by_day & col.satisfaction.is_not_null(),
        ),
    ),
    window=LAST_30,
    sources=RULES,
)

PLATFORM_HELP_RATE = RateMetric(
    "platform_help_rate",
    zh="平台求助率",
    en="Buyers who ask the platform for help",
    better="lower",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.paid_at,
            where=has_row("escalations", col.escalated_at.is_not_null()),
        ),
        Tally(
            "orders",
            day=col.paid_at,
            where=has_row("aftersales", col.applied_at.is_not_null())
            | has_row("conversations", col.to_human),
        ),
    ),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Only orders are counted: what names no order is left out.",
        "只统计订单：没有关联订单的售后、会话和求助不计入。",
    ),
)

# What is added to points and the total.

REMOTE_AREA_ORDERS = RateMetric(
    "remote_area_orders",
    zh="偏远地区物流服务订单数",
    en="Orders of the service for remote areas",
    better="higher",
    unit="count",
    aggregator=Count(
        Tally(
            "orders",
            day=col.signed_at,
            where=(fact_on("remote_area_service", col.paid_at) >= number(1))
            & ~has_row("aftersales", col.applied_at.is_not_null()),
        ),
        zero=True,
    ),
    window=LAST_30,
    role="bonus",
    sources=RULES,
    note=bilingual(
        "Signed orders without a ticket that were paid on a day with the shop fact remote_area_service = 1; no event says which parcels went that way.",
        "在店铺事实 remote_area_service = 1 的日子支付、已签收且无售后的订单；事件不能说明哪些包裹走了该服务。",
    ),
)

NEXT_DAY_SHARE = RateMetric(
    "next_day_share",
    zh="明日达订单占比",
    en="Orders delivered the next day",
    better="higher",
    aggregator=Ratio(Tally("orders", day=col.signed_at, where=col.next_day), signed_orders),
    window=LAST_30,
    role="bonus",
    sources=RULES,
)

RETURN_INSURANCE_DAYS = RateMetric(
    "return_insurance_days",
    zh="退换货运费险开通天数（近2日）",
    en="Days with return insurance, of the last two",
    better="higher",
    unit="count",
    aggregator=Count(days_with("return_insurance"), zero=True),
    window=LAST_TWO,
    role="bonus",
    sources=RULES,
)

BULKY_RETURN_INSURANCE_DAYS = RateMetric(
    "bulky_return_insurance_days",
    zh="大件退换货运费险开通天数（近2日）",
    en="Days with return insurance of bulky goods, of the last two",
    better="higher",
    unit="count",
    aggregator=Count(days_with("bulky_return_insurance"), zero=True),
    window=LAST_TWO,
    role="bonus",
    sources=RULES,
)

RETURN_INSURED_ORDERS = RateMetric(
    "return_insured_orders",
    zh="退换货运费险订单数",
    en="Orders with return insurance",
    better="higher",
    unit="count",
    aggregator=Count(paid_while("return_insurance"), zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

BULKY_RETURN_INSURED_ORDERS = RateMetric(
    "bulky_return_insured_orders",
    zh="大件退换货运费险订单数",
    en="Orders with return insurance of bulky goods",
    better="higher",
    unit="count",
    aggregator=Count(paid_while("bulky_return_insurance"), zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

DOOR_INSTALLATION_SHARE = RateMetric(
    "door_installation_share",
    zh="上门安装订单占比",
    en="Orders installed at the door",
    better="higher",
    aggregator=SumOverSum(told("door_installation_orders"), told("door_installation_range_orders")),
    window=LAST_30,
    role="bonus",
    sources=RULES,
    note=bilingual(
        "Installed orders within range by paid orders within range, each told as a shop fact of the day.",
        "范围内已上门安装的订单 ÷ 范围内的支付订单，两者都按日写在店铺事实中。",
    ),
)

DOOR_INSTALLATION_ORDERS = RateMetric(
    "door_installation_orders",
    zh="上门安装订单数",
    en="Orders installed at the door, number",
    better="higher",
    unit="count",
    aggregator=Total(told("door_installation_orders"), per=NUMBER_SCALE, zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)
