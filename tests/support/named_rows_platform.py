"""A platform whose rows look at each other: orders at their tickets, reviews and tickets at orders."""

from __future__ import annotations

from decimal import Decimal

from shopscore import (
    Count,
    Days,
    Mean,
    Once,
    Platform,
    RateMetric,
    Ratio,
    RuleSet,
    Scorecard,
    Tally,
    col,
    first_of,
    has_row,
)
from shopscore.model.labels import Label
from shopscore.model.rulesets import Dimension, MetricEntry, ScorerSpec

paid = Tally("orders", day=col.paid_at)
of_quality = has_row("aftersales", col.reason == "quality")
first_ticket = Once.per_order(earliest=(col.applied_at, col.ticket_id))

QUALITY = RateMetric(
    "quality", zh="质量", en="Quality", better="lower", window=Days(1, 90),
    aggregator=Ratio(Tally("orders", day=col.paid_at, where=of_quality), paid),
)  # fmt: skip
RATING = RateMetric(
    "rating", zh="评分", en="Rating", better="higher", unit="index", window=Days(1, 30),
    aggregator=Mean(
        Tally("reviews", day=first_of(col.order.signed_at, col.reviewed_at), value=col.rating)
    ),
)  # fmt: skip
TICKETS = RateMetric(
    "tickets", zh="售后单", en="Tickets", better="lower", unit="count", window=Days(1, 90),
    aggregator=Count(Tally("aftersales", day=col.applied_at, once=first_ticket)),
)  # fmt: skip

PLATFORM = Platform(
    id="named", zh="名", en="Named", zone="Asia/Shanghai", currency="CNY",
    scorecards=(Scorecard("rows", zh="行", en="Rows", metrics="support.named_rows_platform",
        rulesets="support.named_rows_platform:none"),),
)  # fmt: skip
RULES = RuleSet(
    platform="named", scorecard="rows", version="1", status="seed", label=Label("名", "Named"),
    low=0, high=10, decimals=2, ranking="mid_percent_rank", missing="rescale",
    dimensions=(
        Dimension(
            "all", Label("全部", "All"), 1,
            tuple(MetricEntry(id, Decimal(1), "line") for id in ("quality", "rating", "tickets")),
        ),
    ),
    scorers={"line": ScorerSpec("line", "linear", {"line": ((0, 0), (100, 10))})},
)  # fmt: skip
