"""Metrics over added streams, columns and words."""

from shopscore import Days, RateMetric, Ratio, Tally, col, first_of

scanned_day = first_of(col.parcel.handed_over_at, col.scanned_at)

CAMEL_RATE = RateMetric(
    "camel_rate",
    zh="骆驼运输率",
    en="Scans of parcels on camels",
    better="lower",
    aggregator=Ratio(
        Tally("scans", day=scanned_day, where=col.parcel.carrier == "camel"),
        Tally("scans", day=scanned_day),
    ),
    window=Days(1, 30),
    sources=("page",),
)

HAND_PACKED_RATE = RateMetric(
    "hand_packed_rate",
    zh="手工包装率",
    en="Packed by hand",
    better="higher",
    aggregator=Ratio(
        Tally("orders", day=col.paid_at, where=col.packed_by == "hand"),
        Tally("orders", day=col.paid_at),
    ),
    window=Days(1, 30),
    sources=("page",),
)

SANDSTORM_RATE = RateMetric(
    "sandstorm_rate",
    zh="沙尘退货率",
    en="Returns after a sandstorm",
    better="lower",
    aggregator=Ratio(
        Tally("aftersales", day=col.applied_at, where=col.reason == "sandstorm"),
        Tally("aftersales", day=col.applied_at),
    ),
    window=Days(1, 30),
    sources=("page",),
)
