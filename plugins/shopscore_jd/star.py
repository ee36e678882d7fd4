"""The metrics of the star card (店铺星级), as one shop's console shows them.

The console shows names, values and points; no rule text is known. What events can say is counted
here in this package's own reading, and the note of each metric says which; the others are taken as
values only. Windows end with the data date of the console, which is the day before ``as_of``.
"""

from shopscore import (
    Calendar,
    Count,
    Days,
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
)

HOUR = 3600
LAST_30 = Days(1, assumed("window.days"))
LAST_90 = Days(1, assumed("window.rating_days"))
SOURCES = ("console",)

paid_orders = Tally("orders", day=col.paid_at)

# Parcels that are to leave at once: neither sold in advance nor without a parcel.
at_once = col.needs_shipping & ~col.is_presale

# Service.

answered_rounds = col.rounds - first_of(col.unanswered_rounds, 0)
answered_talks = col.to_human & (answered_rounds > 0) & col.reply_seconds.is_not_null()

IM_RESPONSE_SECONDS = RateMetric(
    "im_response_seconds",
    zh="咚咚平均响应时长",
    en="Mean time to reply",
    better="lower",
    unit="seconds",
    aggregator=SumOverSum(
        Tally("conversations", day=col.started_at, where=answered_talks, value=col.reply_seconds),
        Tally("conversations", day=col.started_at, where=answered_talks, value=answered_rounds),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: seconds of waiting per answered round, in conversations with a human.",
        "假设口径：人工会话中，平均每个已回复轮次的等待秒数。",
    ),
)

# Logistics.

SAME_DAY_PICKUP_RATE = RateMetric(
    "same_day_pickup_rate",
    zh="当日揽收率",
    en="Picked up on the day of payment",
    better="higher",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.paid_at,
            where=at_once & (day(col.picked_up_at) == day(col.paid_at)),
        ),
        Tally("orders", day=col.paid_at, where=at_once),
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: of the orders paid on a day those that the carrier took on that day; orders sold in advance or without a parcel are left out.",
        "假设口径：某日支付的订单中当日被揽收的比例；预售和无需发货的订单不计。",
    ),
)

DELIVERY_REACH_RATE = RateMetric(
    "delivery_reach_rate",
    zh="运单配送时效达成率",
    en="Delivered within the limit",
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

SCHEDULED_ON_TIME_RATE = ValueMetric(
    "scheduled_on_time_rate",
    zh="预约单准时发货率",
    en="Scheduled orders shipped on time",
    better="higher",
    unit="ratio",
    why=bilingual(
        "events do not say which orders are scheduled, and for when",
        "事件没有说明哪些订单是预约单、约在何时",
    ),
    window=LAST_30,
    sources=SOURCES,
)

LOGISTICS_RETURN_RATE = RateMetric(
    "logistics_return_rate",
    zh="发货物流品退率",
    en="Orders returned for logistics",
    better="lower",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.paid_at,
            where=has_row(
                "aftersales",
                col.kind.is_in("refund_only", "return_refund") & (col.reason == "logistics"),
            ),
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: paid orders, each once, for which the buyer asked a refund because of logistics.",
        "假设口径：买家因物流原因申请退款的订单（每单计一次），除以支付订单。",
    ),
)

shipping_due = col.paid_at + 48 * HOUR
still_waiting = col.picked_up_at.is_null() & col.cancelled_at.is_null()

LATE_SHIPMENTS = RateMetric(
    "late_shipments",
    zh="延迟发货单量",
    en="Orders shipped late",
    better="lower",
    unit="count",
    aggregator=Count(
        Tally(
            "orders",
            day=shipping_due,
            where=at_once & ((col.picked_up_at > shipping_due) | still_waiting),
        ),
        zero=True,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: orders that the carrier did not take within 48 hours of payment and that were not cancelled before, on the day on which these hours end.",
        "假设口径：支付后 48 小时内未被揽收、也未先取消的订单，计入满 48 小时的那一天。",
    ),
)

# After-sales.

handling_time = (
    col.approved_at - col.applied_at + first_of(col.refunded_at - col.return_signed_at, 0)
)

HANDLING_HOURS = RateMetric(
    "handling_hours",
    zh="售后服务时长",
    en="Time to handle a request",
    better="lower",
    unit="hours",
    aggregator=Mean(Tally("aftersales", day=col.closed_at, value=handling_time), per=HOUR),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: the merchant's own time, from applying to agreeing and from the returned parcel to the refund, over closed tickets.",
        "假设口径：商家处理时间，即从申请到同意、从退货签收到退款，统计已完结的售后单。",
    ),
)

AFTERSALES_RATING = ValueMetric(
    "aftersales_rating",
    zh="售后评价得分",
    en="Ratings of after-sales service",
    better="higher",
    unit="points",
    why=bilingual("events have no ratings of tickets", "事件中没有对售后单的评价"),
    window=LAST_90,
    sources=SOURCES,
)

INTERVENTION_RATE = RateMetric(
    "intervention_rate",
    zh="平台介入率",
    en="Orders that the platform stepped into",
    better="lower",
    aggregator=Ratio(
        Tally("orders", day=col.paid_at, where=has_row("aftersales", col.platform_intervened)),
        paid_orders,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: paid orders, each once, with a ticket that the platform stepped into.",
        "假设口径：有平台介入售后单的订单（每单计一次），除以支付订单。",
    ),
)

# Goods.

REVIEW_SCORE = ValueMetric(
    "review_score",
    zh="店铺评价得分",
    en="Score of reviews",
    better="higher",
    unit="points",
    why=bilingual(
        "how reviews become a score out of ten is not published",
        "评价如何换算成十分制得分没有公布",
    ),
    window=LAST_30,
    sources=SOURCES,
)

QUALITY_RETURN_RATE = RateMetric(
    "quality_return_rate",
    zh="商品品质退货率",
    en="Orders returned for quality",
    better="lower",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.paid_at,
            where=has_row("aftersales", (col.kind == "return_refund") & (col.reason == "quality")),
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=bilingual(
        "Assumed reading: paid orders, each once, for which the buyer asked to return the goods because of their quality.",
        "假设口径：买家因商品品质申请退货的订单（每单计一次），除以支付订单。",
    ),
)

# Beside the dimensions.

ADDITIONAL_POINTS = ValueMetric(
    "additional_points",
    zh="附加项得分",
    en="Points of the additional item",
    better="higher",
    unit="points",
    why=bilingual("how its parts become points is not published", "各部分如何换算成得分没有公布"),
    window=LAST_30,
    role="bonus",
    sources=SOURCES,
)

# The parts of the additional item: how they are counted is not published.

ONLY_SHOWN = bilingual("how it is counted is not published", "没有公布如何统计")

GOLD_SERVICE_SHARE = ValueMetric(
    "gold_service_share",
    zh="金牌客服认证比例",
    en="Certified service agents",
    better="higher",
    unit="ratio",
    why=ONLY_SHOWN,
    window=Calendar("month"),
    sources=SOURCES,
)

REPURCHASE_RATE = ValueMetric(
    "repurchase_rate",
    zh="店铺复购率",
    en="Buyers who buy again",
    better="higher",
    unit="ratio",
    why=ONLY_SHOWN,
    window=Days(1, 90),
    sources=SOURCES,
)

PRICE_POWER = ValueMetric(
    "price_power",
    zh="店铺价格力",
    en="Power of prices",
    better="higher",
    unit="index",
    why=ONLY_SHOWN,
    window=Days(1, 1),
    sources=SOURCES,
)

DOOR_DELIVERY_RATE = ValueMetric(
    "doorstep_delivery_rate",
    zh="打标送货上门率",
    en="Delivered to the door as marked",
    better="higher",
    unit="ratio",
    why=ONLY_SHOWN,
    window=Days(1, 30),
    sources=SOURCES,
)

REFUND_WITHOUT_RETURN_RATE = ValueMetric(
    "refund_without_return_rate",
    zh="近7天退款不退货执行率",
    en="Refunds without return that were carried out",
    better="higher",
    unit="ratio",
    why=ONLY_SHOWN,
    window=Days(1, 7),
    sources=SOURCES,
)

STAR = ValueMetric(
    "star",
    zh="店铺星级（同类目排名）",
    en="Stars of the shop",
    better="higher",
    unit="points",
    why=bilingual(
        "stars come from the rank within the category, which only the platform sees",
        "星级来自类目内排名，只有平台能看到",
    ),
    window=LAST_30,
    sources=SOURCES,
)
