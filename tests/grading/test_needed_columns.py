"""Which columns a metric needs, read off its tree."""

from __future__ import annotations

import pytest

from shopscore import Count, Days, RateMetric, Tally, col, first_of
from shopscore.grading.missing_columns import missing_columns_of
from shopscore.model.expressions import Expr
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from shopscore.plugins.bound_rules import BoundMetric

STREAMS = merge_streams(CANONICAL)
SIGNED_OR_REVIEWED = first_of(col.order.signed_at, col.reviewed_at)


def missing(day: Expr, *present: str, where: Expr | None = None) -> tuple[str, ...]:
    aggregator = Count(Tally("reviews", day=day, where=where))
    metric = RateMetric(
        "some", zh="某", en="Some", better="lower", window=Days(1, 30), aggregator=aggregator
    )
    columns = frozenset((stream, name) for stream, _, name in (p.partition(".") for p in present))
    return missing_columns_of(BoundMetric(metric, aggregator, metric.window), STREAMS, columns)


@pytest.mark.parametrize(
    ("day", "present", "expected"),
    [
        (col.reviewed_at, ["reviews.reviewed_at"], ()),
        (col.reviewed_at, ["reviews.rating"], ("reviews.reviewed_at",)),
        (SIGNED_OR_REVIEWED, ["reviews.order_id", "orders.signed_at"], ("reviews.reviewed_at",)),
        (SIGNED_OR_REVIEWED, ["reviews.reviewed_at"], ()),
        (col.order.signed_at, ["reviews.order_id", "orders.signed_at"], ()),
    ],
)
def test_the_day(day: Expr, present: list[str], expected: tuple[str, ...]) -> None:
    """Days of the linked order have alternatives: they are not needed, and not named."""
    assert missing(day, *present) == expected


def test_conditions_need_their_columns() -> None:
    has = ("reviews.reviewed_at", "reviews.order_id")
    assert missing(col.reviewed_at, *has, where=col.rating <= 2) == ("reviews.rating",)
    assert missing(col.reviewed_at, *has, "reviews.rating", where=col.rating <= 2) == ()
