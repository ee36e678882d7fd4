"""The metrics of account health: rates of a seller's own orders, and a count of violations.

What a marketplace report says of a metric is named in the rule set; which day of an order counts
for a window is this package's own reading where no page says it, and the metric's note says so.
"""

from shopscore import Count, Days, RateMetric, Ratio, SumOverSum, Tally, bilingual, col, has_row

SCHEMA = ("performance_report",)

by_merchant = col.channel == "merchant"
defect = has_row("defects", col.counts & col.kind.is_in("negative_feedback", "claim", "chargeback"))

orders = Tally("orders", day=col.created_at)
defective = Tally("orders", day=col.created_at, where=defect)
due = Tally("orders", day=col.ship_due_at, where=by_merchant)
late = Tally(
    "orders",
    day=col.ship_due_at,
    where=by_merchant & (col.shipped_at.is_null() | (col.shipped_at > col.ship_due_at)),
)
created = Tally("orders", day=col.created_at, where=by_merchant)
cancelled = Tally(
    "orders",
    day=col.created_at,
    where=by_merchant
    & (col.cancelled_by == "merchant")
    & ~col.cancel_reason_buyer
    & col.shipped_at.is_null(),
)
shipped = Tally("orders", day=col.shipped_at, where=by_merchant)
tracked = Tally("orders", day=col.shipped_at, where=by_merchant & col.tracking_valid)
delivered = Tally(
    "orders",
    day=col.shipped_at,
    where=by_merchant & col.tracking_valid & (col.signed_at <= col.delivery_due_at),
)
units = Tally("orders", day=col.delivery_due_at, value=col.units)
units_on_time = Tally("orders", day=col.delivery_due_at, value=col.units_on_time)
late_invoices = Tally("orders", day=col.created_at, where=col.invoice_late)

_BY_DUE_DAY = bilingual(
    "An order counts on the day by which it was to be shipped; no page says which day counts. One that was cancelled is due as long as it has such a day.",
    "订单计入应发货的那一天；没有页面说明按哪一天计。已取消的订单只要有应发货日就计入。",
)
_BY_DELIVERY_DAY = bilingual(
    "Units count on the day by which they were to be delivered; no page says which day counts.",
    "件数计入应送达的那一天；没有页面说明按哪一天计。",
)

ORDER_DEFECT_RATE = RateMetric(
    "order_defect_rate",
    zh="订单缺陷率",
    en="Order defect rate",
    better="lower",
    aggregator=Ratio(defective, orders),
    window=Days(16, 75),
    sources=SCHEMA,
)

LATE_SHIPMENT_RATE = RateMetric(
    "late_shipment_rate",
    zh="迟发率（30 天）",
    en="Late shipment rate, 30 days",
    better="lower",
    aggregator=Ratio(late, due),
    window=Days(1, 30),
    sources=SCHEMA,
    note=_BY_DUE_DAY,
)

LATE_SHIPMENT_RATE_10 = RateMetric(
    "late_shipment_rate_10",
    zh="迟发率（10 天）",
    en="Late shipment rate, 10 days",
    better="lower",
    aggregator=Ratio(late, due),
    window=Days(1, 10),
    sources=SCHEMA,
    note=_BY_DUE_DAY,
)

CANCELLATION_RATE = RateMetric(
    "cancellation_rate",
    zh="配送前取消率",
    en="Pre-fulfilment cancel rate",
    better="lower",
    aggregator=Ratio(cancelled, created),
    window=Days(2, 8),
    sources=SCHEMA,
)

VALID_TRACKING_RATE = RateMetric(
    "valid_tracking_rate",
    zh="有效追踪率",
    en="Valid tracking rate",
    better="higher",
    aggregator=Ratio(tracked, shipped),
    window=Days(11, 40),
    sources=SCHEMA,
)

ON_TIME_DELIVERY_RATE = RateMetric(
    "on_time_delivery_rate",
    zh="准时送达率",
    en="On-time delivery rate",
    better="higher",
    aggregator=Ratio(delivered, tracked),
    window=Days(11, 40),
    sources=SCHEMA,
)

UNIT_ON_TIME_DELIVERY_RATE = RateMetric(
    "unit_on_time_delivery_rate",
    zh="商品准时送达率",
    en="Unit on-time delivery rate",
    better="higher",
    aggregator=SumOverSum(units_on_time, units),
    window=Days(7, 20),
    sources=("third_party",),
    note=_BY_DELIVERY_DAY,
)

INVOICE_DEFECT_RATE = RateMetric(
    "invoice_defect_rate",
    zh="发票缺陷率",
    en="Invoice defect rate",
    better="lower",
    aggregator=Ratio(late_invoices, orders),
    window=Days(24, 30),
    sources=SCHEMA,
)

POLICY_DEFECTS = RateMetric(
    "policy_defects",
    zh="违反政策",
    en="Policy violations",
    better="lower",
    aggregator=Count(Tally("violations", day=col.happened_at), zero=True),
    window=Days(1, 180),
    unit="count",
    sources=SCHEMA,
)
