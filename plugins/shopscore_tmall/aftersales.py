"""The three metrics of the after-sales index (售后综合指标) of 2022 and before.

The source names them and gives no formula: what is counted here is an assumption, after their
usual descriptions.
"""

from shopscore import Days, Mean, RateMetric, Ratio, Tally, assumed, bilingual, col

HOUR = 3600
LAST_30 = Days(1, assumed("window.days"))
SOURCES = ("s004",)
NOTE = bilingual(
    "The source gives the name alone: formula and days are assumptions.",
    "资料只给出名称：公式和天数都是假设。",
)

paid_orders = Tally("orders", day=col.paid_at)
closed = Tally("aftersales", day=col.closed_at)
lost = (col.liability == "merchant") | ~assumed("dispute.only_merchant_liability")

DISPUTE_REFUND_RATE = RateMetric(
    "dispute_refund_rate",
    zh="纠纷退款率",
    en="Refunds after a dispute",
    better="lower",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=col.platform_intervened & (col.outcome == "refunded") & lost,
        ),
        paid_orders,
    ),
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)

REFUND_HOURS = RateMetric(
    "refund_hours",
    zh="退款完结时长",
    en="From applying to the end",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally("aftersales", day=col.closed_at, value=col.closed_at - col.applied_at), per=HOUR
    ),
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)

SELF_COMPLETION_RATE = RateMetric(
    "self_completion_rate",
    zh="退款自主完结率",
    en="Settled without the platform",
    better="higher",
    aggregator=Ratio(
        Tally("aftersales", day=col.closed_at, where=~col.platform_intervened), closed
    ),
    window=LAST_30,
    sources=SOURCES,
    note=NOTE,
)
