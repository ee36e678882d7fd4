"""One metric, which is as it should be."""

from shopscore import Days, RateMetric, Ratio, Tally, col

QUICK_REPLIES = RateMetric(
    "quick_replies",
    zh="快速回复率",
    en="Quick replies",
    better="higher",
    aggregator=Ratio(
        Tally(
            "conversations",
            day=col.started_at,
            where=col.first_reply_at - col.started_at <= 60,
        ),
        Tally("conversations", day=col.started_at),
    ),
    window=Days(1, 7),
    sources=("page",),
)
