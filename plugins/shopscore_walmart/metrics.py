"""The metrics of Walmart: cancellations, deliveries, tracking and answers; scores of the console.

Which day of an order counts is this package's own reading: of cancellations the day on which it
was placed, of deliveries that by which it was to be delivered, of tracking that of shipping.
"""

from shopscore import Days, Mean, RateMetric, Ratio, Tally, assumed, bilingual, col

from .latest import Latest

PAGES = ("standards",)
PRO = ("pro_seller",)
HOUR = 3600
#: Values of facts are kept in millionths.
MILLION = 1_000_000
MONTHS = Days(1, assumed("window.days"))
QUARTER = Days(1, 90)

# Orders that the seller is not accountable for are left out: the limits are on the rate without.
by_seller = (col.channel == "merchant") & col.seller_accountable
placed = Tally("orders", day=col.created_at, where=by_seller)
cancelled = Tally(
    "orders",
    day=col.created_at,
    where=by_seller & (col.cancelled_by == "merchant"),
)
to_deliver = Tally(
    "orders", day=col.delivery_due_at, where=by_seller & col.shipped_at.is_not_null()
)
on_time = Tally(
    "orders",
    day=col.delivery_due_at,
    where=by_seller & col.shipped_at.is_not_null() & (col.signed_at <= col.delivery_due_at),
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


def fact(name: str) -> Tally:
    """Return the values of a shop fact, on their days."""
    return Tally("shop_facts", day=col.date, where=col.name == name, value=col.value)


_OF_THE_CONSOLE = bilingual(
    "Only the console shows it: note it down as a shop fact. The latest of 90 days counts.",
    "只有卖家后台显示：请记为店铺事实；取 90 天内最新的一个。",
)

SHIPPING_SCORE = RateMetric(
    "shipping_score",
    zh="运输得分",
    en="Shipping score",
    better="higher",
    aggregator=Latest(fact("shipping_score"), days=90, per=MILLION),
    window=QUARTER,
    unit="index",
    sources=PRO,
    note=_OF_THE_CONSOLE,
)

CONTENT_SCORE = RateMetric(
    "content_score",
    zh="内容得分",
    en="Content score",
    better="higher",
    aggregator=Latest(fact("content_score"), days=90, per=MILLION),
    window=QUARTER,
    unit="index",
    sources=PRO,
    note=_OF_THE_CONSOLE,
)

PRICE_COMPETITIVENESS = RateMetric(
    "price_competitiveness",
    zh="价格竞争力",
    en="Price competitiveness",
    better="higher",
    aggregator=Mean(fact("price_competitiveness"), per=MILLION),
    window=Days(1, 7),
    unit="index",
    sources=PRO,
)
