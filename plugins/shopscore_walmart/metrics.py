"""The metrics of Walmart: cancellations, deliveries, tracking and answers; scores of the console."""

from shopscore import Days, RateMetric, Ratio, Tally, ValueMetric, assumed, bilingual, col

PAGES = ("standards",)
PRO = ("pro_seller",)
HOUR = 3600
MONTHS = Days(1, assumed("window.days"))
QUARTER = Days(1, 90)

by_seller = col.channel == "merchant"
placed = Tally("orders", day=col.created_at, where=by_seller)
cancelled = Tally(
    "orders",
    day=col.created_at,
    where=by_seller & col.seller_accountable & (col.cancelled_by == "merchant"),
)
to_deliver = Tally(
    "orders", day=col.delivery_due_at, where=by_seller & col.shipped_at.is_not_null()
)
on_time = Tally(
    "orders",
    day=col.delivery_due_at,
    where=by_seller
    & col.shipped_at.is_not_null()
    & ((col.signed_at <= col.delivery_due_at) | ~col.seller_accountable),
)
shipped = Tally("orders", day=col.shipped_at, where=by_seller)
tracked = Tally("orders", day=col.shipped_at, where=by_seller & col.tracking_valid)
messages = Tally("messages", day=col.received_at)
answered = Tally(
    "messages", day=col.received_at, where=col.answered_at - col.received_at <= 48 * HOUR
)

CANCELLATION_RATE = RateMetric(
    "cancellation_rate",
    zh="取消率",
    en="Cancellation rate",
    better="lower",
    aggregator=Ratio(cancelled, placed),
    window=MONTHS,
    sources=PAGES,
)

ON_TIME_DELIVERY_RATE = RateMetric(
    "on_time_delivery_rate",
    zh="准时送达率",
    en="On-time delivery rate",
    better="higher",
    aggregator=Ratio(on_time, to_deliver),
    window=MONTHS,
    sources=PAGES,
)

VALID_TRACKING_RATE = RateMetric(
    "valid_tracking_rate",
    zh="有效追踪率",
    en="Valid tracking rate",
    better="higher",
    aggregator=Ratio(tracked, shipped),
    window=MONTHS,
    sources=PAGES,
)

CANCELLATION_RATE_90 = RateMetric(
    "cancellation_rate_90",
    zh="取消率（90 天）",
    en="Cancellation rate, 90 days",
    better="lower",
    aggregator=Ratio(cancelled, placed),
    window=QUARTER,
    sources=PRO,
)

ON_TIME_DELIVERY_RATE_90 = RateMetric(
    "on_time_delivery_rate_90",
    zh="准时送达率（90 天）",
    en="On-time delivery rate, 90 days",
    better="higher",
    aggregator=Ratio(on_time, to_deliver),
    window=QUARTER,
    sources=PRO,
)

RESPONSE_48H_RATE = RateMetric(
    "response_48h_rate",
    zh="48 小时回复率",
    en="Messages answered within 48 hours",
    better="higher",
    aggregator=Ratio(answered, messages),
    window=Days(1, 30),
    sources=PRO,
)

_OF_THE_CONSOLE = bilingual("only the console shows it", "只有卖家后台会显示")

SHIPPING_SCORE = ValueMetric(
    "shipping_score",
    zh="运输得分",
    en="Shipping score",
    better="higher",
    why=_OF_THE_CONSOLE,
    sources=PRO,
    role="informational",
)

CONTENT_SCORE = ValueMetric(
    "content_score",
    zh="内容得分",
    en="Content score",
    better="higher",
    why=_OF_THE_CONSOLE,
    sources=PRO,
    role="informational",
)

PRICE_COMPETITIVENESS = ValueMetric(
    "price_competitiveness",
    zh="价格竞争力",
    en="Price competitiveness",
    better="higher",
    why=_OF_THE_CONSOLE,
    sources=PRO,
    role="informational",
)
