"""A platform whose metrics are of every kind that an industry can be pooled by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

import shopscore as ss
from shopscore import (
    Aggregator,
    Change,
    Count,
    Days,
    LookBack,
    Platform,
    Quantile,
    RateMetric,
    Ratio,
    Scorecard,
    SumOverSum,
    Tally,
    Total,
    WorstDays,
    bilingual,
    col,
)
from shopscore.rules.ruleset_toml import parse_ruleset

NOW, BEFORE, BOTH = Days(1, 30), Days(31, 60), Days(1, 60)

paid = Tally("orders", day=col.paid_at)
late = Tally("orders", day=col.paid_at, where=col.is_presale)
money = Tally("orders", day=col.paid_at, value=col.amount)
refunds = Tally("aftersales", day=col.applied_at, value=col.refund_amount)
hours = Tally("orders", day=col.paid_at, value=col.signed_at - col.paid_at)


@frozen
class SquaredShare(Aggregator):
    """A share of rows times itself: an aggregator of somebody else. One row alone tells nothing."""

    part: Tally
    whole: Tally

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return self.part, self.whole

    @property
    def undefined(self) -> str:
        return bilingual(zh="只有一行", en="one row tells nothing")

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:
        some = (counts[1] > 1) * 1
        return sums[0] * sums[0], sums[1] * sums[1] * some, counts[1]


def metric(id: str, aggregator: Aggregator, unit: Any = "ratio") -> RateMetric:
    return RateMetric(
        id, zh="值", en="Value", better="lower", aggregator=aggregator, window=NOW, unit=unit
    )


RATE = metric("rate", Ratio(late, paid))
P50 = metric("p50", Quantile(hours, "0.5", edges=range(3600, 18_000, 3600), per=3600), "hours")
CHANGE = metric("change", Change(Ratio(late, paid), now=NOW, before=BEFORE), "index")
BACK = metric(
    "back", LookBack(Ratio(late, paid), counted=paid, at_least=3, window=NOW, otherwise=BOTH)
)
WORST = metric("worst", WorstDays(Ratio(late, paid), better="lower", worst=1, among=3))
SQUARED = metric("squared", SquaredShare(late, paid))
REFUNDED = metric("refunded", SumOverSum(refunds, money))
ORDERS = metric("orders", Count(paid), "count")
SALES = metric("sales", Total(money, per=100), "money")

IDS = ("rate", "p50", "change", "back", "worst", "squared", "refunded", "orders", "sales")

PLATFORM = Platform(
    id="pooled", zh="合", en="Pooled", zone="Asia/Shanghai", currency="CNY",
    scorecards=(Scorecard("means", zh="均值", en="Means", metrics="support.pooled_platform",
        rulesets="support:exports"),),
)  # fmt: skip

HEAD = f"""
schema = 1
platform = "pooled"
scorecard = "means"
version = "1"
status = "seed"
zh = "合"
en = "Pooled"
informational = {list(IDS)!r}
sources.page = {{ title = "A page", confidence = "I" }}
scale = {{ low = 0, high = 1, decimals = 0, source = "page" }}
"""


def rules_of(mean: str = "pooled", kind: str = "difference") -> ss.RuleSet:
    """Rules with a tier for each metric: where its value is at most the mean of the industry."""
    comparison = f'[comparison]\nkind = "{kind}"\nmean = "{mean}"\nsource = "page"\n'
    tiers = "".join(
        f'[[tiers]]\nid = "{id}"\nzh = "档"\nen = "Tier"\nmetric = "{id}"\n'
        'times_industry_mean = 1\nsource = "page"\n'
        for id in IDS
    )
    return parse_ruleset(HEAD + comparison + tiers, "pooled.toml")
