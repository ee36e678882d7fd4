"""Metrics of the toy platform."""

from ... import Count, Days, Mean, RateMetric, Ratio, Tally, assumed, col, first_of

HOUR = 3600
LAST_30 = Days(1, 30, assumed("decay.half_life_days"))

paid = Tally("orders", day=col.paid_at)

BAD_REVIEWS = RateMetric(
    "bad_reviews",
    zh="差评率",
    en="Bad reviews",
    better="lower",
    aggregator=Ratio(
        Tally(
            "reviews",
            day=first_of(col.order.signed_at, col.reviewed_at),
            where=col.rating <= assumed("bad_review.max_rating"),
        ),
        Tally("reviews", day=first_of(col.order.signed_at, col.reviewed_at)),
    ),
    window=LAST_30,
)

PICKUP_HOURS = RateMetric(
    "pickup_hours",
    zh="揽收时长",
    en="Hours to pick-up",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally("orders", day=col.picked_up_at, value=col.picked_up_at - col.paid_at), per=HOUR
    ),
    window=LAST_30,
)

FAST_REPLIES = RateMetric(
    "fast_replies",
    zh="快速回复率",
    en="Fast replies",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=col.first_reply_at - col.started_at <= 180,
        ),
        Tally("conversations", day=col.started_at),
    ),
    window=LAST_30,
)

PAID_ORDERS = RateMetric(
    "paid_orders",
    zh="支付订单数",
    en="Paid orders",
    better="higher",
    unit="count",
    aggregator=Count(paid),
    window=Days(1, 30),
    role="informational",
)
