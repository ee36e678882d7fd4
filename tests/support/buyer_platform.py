"""A platform whose rules reach beyond the order: which of a buyer's orders counts."""

from __future__ import annotations

from decimal import Decimal

from shopscore import (
    Count,
    Days,
    GradedRate,
    Mean,
    Once,
    Platform,
    RateMetric,
    RuleSet,
    Scorecard,
    Tally,
    col,
    day,
)
from shopscore.model.labels import Label
from shopscore.model.rulesets import Dimension, MetricEntry, ScorerSpec

paid = Tally("orders", day=col.paid_at)
first_two = Once(per=(col.buyer_id, day(col.paid_at) // 30), by=(col.paid_at,), first=2)
of_buyer = Tally("orders", day=col.paid_at, where=col.amount >= 100, once=first_two)

earliest = Once(per=(col.buyer_id,), by=(col.signed_at, col.carrier))

EARLIEST = RateMetric(
    "earliest", zh="最早", en="Earliest", better="higher", unit="count",
    aggregator=Count(Tally("orders", day=col.paid_at, once=earliest)), window=Days(1, 90),
)  # fmt: skip
COUNTED = RateMetric(
    "counted", zh="计数", en="Counted", better="higher", unit="count",
    aggregator=Count(of_buyer), window=Days(1, 90),
)  # fmt: skip
SHARE = RateMetric(
    "share", zh="占比", en="Share", better="higher",
    aggregator=GradedRate((("0.7", of_buyer), (1, paid)), paid), window=Days(1, 60, 20),
)  # fmt: skip
AMOUNT = RateMetric(
    "amount", zh="金额", en="Amount", better="lower",
    aggregator=Mean(Tally("orders", day=col.paid_at, value=col.amount), per=100),
    window=Days(2, 30, 9),
)  # fmt: skip

PLATFORM = Platform(
    id="wide", zh="宽", en="Wide", zone="Asia/Shanghai", currency="CNY",
    scorecards=(Scorecard("buyers", zh="买家", en="Buyers", metrics="support.buyer_platform",
        rulesets="support.buyer_platform:none"),),
)  # fmt: skip
RULES = RuleSet(
    platform="wide", scorecard="buyers", version="1", status="seed", label=Label("宽", "Wide"),
    low=0, high=10, decimals=2, ranking="mid_percent_rank", missing="rescale",
    dimensions=(
        Dimension(
            "all", Label("全部", "All"), 1,
            tuple(MetricEntry(id, Decimal(1), "line") for id in ("counted", "share", "amount", "earliest")),
        ),
    ),
    scorers={"line": ScorerSpec("line", "linear", {"line": ((0, 0), (100, 10))})},
)  # fmt: skip
