"""Metrics over a stream, a column, windows and an aggregator that shopscore does not have."""

from shopscore import Days, Mean, RateMetric, Ratio, Tally, assumed, col, first_of

from .aggregators import NetShare
from .windows import Fading, Weekends

rated_day = first_of(col.order.paid_at, col.reviewed_at)

LIVE_HOURS = RateMetric(
    "live_hours",
    zh="直播时长",
    en="Hours of a livestream",
    better="higher",
    unit="hours",
    aggregator=Mean(
        Tally("livestreams", day=col.started_at, value=col.ended_at - col.started_at), per=3600
    ),
    window=Fading(assumed("fading.days")),
    sources=("page",),
)

SOLD_LIVE_RATE = RateMetric(
    "sold_live_rate",
    zh="直播成交率",
    en="Livestreams whose order was paid",
    better="higher",
    aggregator=Ratio(
        Tally("livestreams", day=col.started_at, where=col.order.paid_at.is_not_null()),
        Tally("livestreams", day=col.started_at),
    ),
    window=Days(1, 30),
    sources=("page",),
)

NET_REVIEWS = RateMetric(
    "net_reviews",
    zh="净好评率",
    en="Good reviews less bad ones",
    better="higher",
    unit="index",
    aggregator=NetShare(
        Tally("reviews", day=rated_day, where=col.rating >= 4),
        Tally("reviews", day=rated_day, where=col.rating <= 2),
        Tally("reviews", day=rated_day),
    ),
    window=Days(1, 60),
    sources=("page",),
)

GIFT_WRAP_RATE = RateMetric(
    "gift_wrap_rate",
    zh="礼品包装率",
    en="Gift-wrapped on weekends",
    better="higher",
    aggregator=Ratio(
        Tally("orders", day=col.paid_at, where=col.gift_wrapped),
        Tally("orders", day=col.paid_at),
    ),
    window=Weekends(28),
    sources=("page",),
)
