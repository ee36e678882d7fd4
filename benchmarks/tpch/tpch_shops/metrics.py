"""Four metrics of a supplier, over the lines that were shipped or received in a year."""

from shopscore import Days, Mean, RateMetric, Ratio, Tally, col

YEAR = Days(1, 365)
shipped = Tally("lines", day=col.shipped_on)
received = Tally("lines", day=col.received_on)

LATE_RATE = RateMetric(
    "late_rate",
    zh="迟到率",
    en="Received late",
    better="lower",
    aggregator=Ratio(
        Tally("lines", day=col.received_on, where=col.received_on > col.promised_on), received
    ),
    window=YEAR,
)
RETURN_RATE = RateMetric(
    "return_rate",
    zh="退货率",
    en="Returned",
    better="lower",
    aggregator=Ratio(Tally("lines", day=col.shipped_on, where=col.returned == "R"), shipped),
    window=YEAR,
)
TRAVEL_DAYS = RateMetric(
    "travel_days",
    zh="在途天数",
    en="Days on the way",
    better="lower",
    unit="days",
    aggregator=Mean(
        Tally("lines", day=col.received_on, value=col.received_on - col.shipped_on), per=86_400
    ),
    window=YEAR,
)
LARGE_RATE = RateMetric(
    "large_rate",
    zh="大单率",
    en="Large lines",
    better="higher",
    aggregator=Ratio(
        Tally("lines", day=col.shipped_on, where=col.quantity >= 25 * 1_000_000), shipped
    ),
    window=YEAR,
)
