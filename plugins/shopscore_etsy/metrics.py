"""The metrics of Etsy's standards: messages, shipping, reviews and cases of whole months.

On which day an order counts is this package's own reading: shipping on the day by which it was to
be shipped, everything else on the day on which it was placed.
"""

from shopscore import Calendar, Count, Mean, RateMetric, Ratio, Tally, Total, col, has_row

HELP = ("help_pages",)
THREE_MONTHS = Calendar("month", 3)
HOUR = 3600

messages = Tally("messages", day=col.received_at)
time_to_answer = col.answered_at - col.received_at
answered_in_48h = Tally("messages", day=col.received_at, where=time_to_answer <= 48 * HOUR)
answered_in_24h = Tally("messages", day=col.received_at, where=time_to_answer <= 24 * HOUR)

in_time = col.shipped_at <= col.ship_due_at
due = Tally("orders", day=col.ship_due_at)
due_parcels = Tally("orders", day=col.ship_due_at, where=col.needs_shipping)
on_time = Tally("orders", day=col.ship_due_at, where=in_time)
on_time_tracked = Tally(
    "orders", day=col.ship_due_at, where=col.needs_shipping & in_time & col.tracking_valid
)

reviews = Tally("reviews", day=col.reviewed_at)
low_reviews = Tally("reviews", day=col.reviewed_at, where=col.rating <= 3)
placed = Tally("orders", day=col.created_at)
refunded_by_case = Tally(
    "orders",
    day=col.created_at,
    where=has_row("defects", col.counts & (col.kind == "claim")),
)

MESSAGE_48H_RATE = RateMetric(
    "message_48h_rate",
    zh="48 小时内回复率",
    en="First messages answered within 48 hours",
    better="higher",
    aggregator=Ratio(answered_in_48h, messages),
    window=THREE_MONTHS,
    sources=HELP,
)

MESSAGE_24H_RATE = RateMetric(
    "message_24h_rate",
    zh="24 小时内回复率",
    en="First messages answered within 24 hours",
    better="higher",
    aggregator=Ratio(answered_in_24h, messages),
    window=THREE_MONTHS,
    sources=HELP,
)

ON_TIME_RATE = RateMetric(
    "on_time_rate",
    zh="准时发货率",
    en="Orders shipped on time",
    better="higher",
    aggregator=Ratio(on_time, due),
    window=THREE_MONTHS,
    sources=HELP,
)

ON_TIME_TRACKED_RATE = RateMetric(
    "on_time_tracked_rate",
    zh="准时发货并可追踪的比率",
    en="Orders shipped on time with tracking",
    better="higher",
    aggregator=Ratio(on_time_tracked, due_parcels),
    window=THREE_MONTHS,
    sources=HELP,
)

LOW_REVIEW_RATE = RateMetric(
    "low_review_rate",
    zh="低分评价率",
    en="Reviews of three stars or fewer",
    better="lower",
    aggregator=Ratio(low_reviews, reviews),
    window=THREE_MONTHS,
    sources=HELP,
)

REVIEW_MEAN = RateMetric(
    "review_mean",
    zh="平均评分",
    en="Average review",
    better="higher",
    aggregator=Mean(Tally("reviews", day=col.reviewed_at, value=col.rating)),
    window=THREE_MONTHS,
    unit="index",
    sources=HELP,
)

CASE_RATE = RateMetric(
    "case_rate",
    zh="纠纷率",
    en="Orders refunded by a case",
    better="lower",
    aggregator=Ratio(refunded_by_case, placed),
    window=THREE_MONTHS,
    sources=HELP,
)

ORDERS = RateMetric(
    "orders",
    zh="订单数",
    en="Orders",
    better="higher",
    aggregator=Count(placed, zero=True),
    window=THREE_MONTHS,
    unit="count",
    sources=HELP,
)

SALES = RateMetric(
    "sales",
    zh="销售额",
    en="Sales",
    better="higher",
    aggregator=Total(Tally("orders", day=col.created_at, value=col.amount), per=100, zero=True),
    window=THREE_MONTHS,
    unit="money",
    sources=HELP,
)
