"""Douyin, scorecard `experience`, rule set `2022`: its numbers, and what its metrics need."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from oracle.event_loading import Loaded

DIMENSION_WEIGHTS = {
    "goods": Fraction(50, 100),
    "logistics": Fraction(15, 100),
    "service": Fraction(35, 100),
}


DIMENSION_OF = {
    "bad_review_rate": "goods",
    "quality_return_rate": "goods",
    "pickup_rate": "logistics",
    "delivery_hours": "logistics",
    "complaint_rate": "service",
    "dispute_liability_rate": "service",
    "im_3min_reply_rate": "service",
    "refund_only_hours": "service",
    "return_refund_hours": "service",
}


HIGHER_IS_BETTER = ("pickup_rate", "im_3min_reply_rate")


# What a metric cannot do without: (stream, columns of which one must be there). Columns of the
# linked order are never needed, booleans have defaults, and `order_id` is no condition or value.
NEEDED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "bad_review_rate": (("reviews", ("rating",)), ("orders", ("signed_at", "confirmed_at"))),
    "quality_return_rate": (
        ("aftersales", ("kind",)),
        ("aftersales", ("reason",)),
        ("orders", ("paid_at",)),
    ),
    "pickup_rate": (("orders", ("paid_at",)), ("orders", ("picked_up_at",))),
    "delivery_hours": (("orders", ("picked_up_at",)), ("orders", ("signed_at",))),
    "complaint_rate": (("complaints", ("complained_at",)), ("orders", ("paid_at",))),
    "dispute_liability_rate": (("aftersales", ("closed_at",)), ("aftersales", ("liability",))),
    "im_3min_reply_rate": (("conversations", ("first_reply_at",)),),
    "refund_only_hours": (("aftersales", ("approved_at",)), ("aftersales", ("closed_at",))),
    "return_refund_hours": (
        ("aftersales", ("approved_at",)),
        ("aftersales", ("closed_at",)),
        ("aftersales", ("return_signed_at",)),
        ("aftersales", ("refunded_at",)),
    ),
    "service_good_review_rate": (("reviews", ("service_rating",)),),
    "im_reply_seconds": (("conversations", ("first_reply_at",)),),
}


CONDITIONS_NEED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "no_suspected_fakes": (
        ("shop_facts", ("date",)),
        ("shop_facts", ("name",)),
        ("shop_facts", ("value",)),
    ),
    "enough_orders": (("orders", ("paid_at",)),),
}
"""What the conditions for a score cannot do without, in the order in which they count."""


CONDITION_LABELS = {
    "no_suspected_fakes": "No day marked as suspected of fake orders",
    "enough_orders": "Enough paid orders in the last 90 days",
}


DEFAULTS: dict[str, object] = {
    "bad_review.max_rating": 2,
    "pickup.weight_under_24h": Fraction(10, 10),
    "pickup.weight_24_to_36h": Fraction(7, 10),
    "pickup.weight_36_to_48h": Fraction(4, 10),
    "quality_return.empty_parcel": True,
    "complaint.only_upheld": True,
    "im.reply_within_seconds": 180,
    "decay.half_life_days": None,
    "points.floor": 3,
    "points.span": 2,
    "score.decimals": 2,
    "eligibility.min_paid_orders": 30,
    "tiers.affiliate": Fraction(40, 10),
    "tiers.termination_risk": Fraction(32, 10),
    "tiers.settlement_t4": Fraction(44, 10),
    **{f"weight.{metric}": 1 for metric in DIMENSION_OF},  # within the dimension: equal
}


def missing_input(
    loaded: Loaded, needed: Sequence[tuple[str, tuple[str, ...]]]
) -> tuple[list[str], list[str]] | None:
    """(columns, streams) that are needed and not there, each sorted; None where nothing is missing.

    Of a stream that is not there at all the columns are not named.
    """
    columns: set[str] = set()
    streams: set[str] = set()
    for stream, one_of in needed:
        there = loaded.columns[stream]
        if not there:
            streams.add(stream)
        elif not there.intersection(one_of):
            columns.add(" or ".join(f"{stream}.{column}" for column in one_of))
    return (sorted(columns), sorted(streams)) if columns or streams else None


def in_words(columns: Sequence[str], streams: Sequence[str]) -> str:
    """What is missing, as the reason of a metric says it."""
    parts = [f"no column {' and '.join(columns)}"] if columns else []
    return " and ".join(parts + [f"no stream {stream}" for stream in streams])
