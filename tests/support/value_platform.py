"""A platform whose metrics are values that somebody gives, and rule sets written in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import polars as pl

import shopscore as ss
from shopscore import Count, Days, Platform, RateMetric, Scorecard, Tally, ValueMetric, col
from shopscore.rules.ruleset_toml import parse_ruleset


def metric(id: str, better: Any, role: Any = "scored") -> ValueMetric:
    return ValueMetric(id, zh="值", en="Value", better=better, why="a test says it", role=role)


UP = metric("up", "higher")
OTHER = metric("other", "higher")
THIRD = metric("third", "higher")
DOWN = metric("down", "lower")
EXTRA = metric("extra", "higher", "bonus")
MORE = metric("more", "higher", "bonus")
FEW = RateMetric(
    "few", zh="少", en="Few", better="higher", unit="count", min_n=10, window=Days(1, 30),
    aggregator=Count(Tally("orders", day=col.paid_at)),
)  # fmt: skip

PLATFORM = Platform(
    id="plain", zh="平", en="Plain", zone="Asia/Shanghai", currency="CNY",
    scorecards=(Scorecard("values", zh="值", en="Values", metrics="support.value_platform",
        rulesets="support.value_platform:none"),),
)  # fmt: skip

HEAD = """
schema = 1
platform = "plain"
scorecard = "values"
version = "1"
status = "seed"
zh = "平"
en = "Plain"
scale = { low = 0, high = 5, decimals = 2, source = "page" }
sources.page = { title = "A page", confidence = "I" }
"""
SHOWN = 'informational = ["up", "down"]\n'
WEIGHED = """
scorers.line = { kind = "linear", line = [[0, 0], [5, 5]], source = "page" }
[[dimensions]]
id = "all"
zh = "全"
en = "All"
weight = 1
source = "page"
metrics = [{ id = "up", scorer = "line", weight = 1, source = "page" }]
"""

#: Two parts: one metric without a scorer, one with a scorer that lacks, one without a weight.
PARTS = """
[[assumptions]]
id = "b.weight"
kind = "decimal"
nullable = true
low = 0
high = 1
reason = "only the back office says it"
[scorers.line]
kind = "linear"
line = [[0, 0], [5, 5]]
source = "page"
[scorers.gap]
kind = "bands"
missing = "the table is a secret"
[[dimensions]]
id = "a"
zh = "甲"
en = "A"
weight = 0.5
source = "page"
metrics = [
    { id = "up", scorer = "line", weight = 1, source = "page" },
    { id = "other", weight = 3, source = "page" },
]
[[dimensions]]
id = "b"
zh = "乙"
en = "B"
weight = 0.5
source = "page"
metrics = [
    { id = "down", scorer = "gap", weight = 1, source = "page" },
    { id = "third", scorer = "line", weight = { assume = "b.weight" } },
]
"""


def rules_of(*texts: str) -> ss.RuleSet:
    return parse_ruleset(HEAD + "".join(texts), "plain.toml")


def table(rows: Iterable[tuple[str, str, str, Any, int]]) -> pl.DataFrame:
    """Values as text: shop, industry, metric, value (None: the console shows none), n."""
    names = ["shop_id", "industry", "metric", "value", "n"]
    cells = [[*row[:3], "-" if row[3] is None else decimal(row[3]), str(row[4])] for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def decimal(value: Any) -> str:
    """A fraction of a power of ten as it is written."""
    exact = Fraction(value)
    places = next(p for p in range(12) if (exact * 10**p).denominator == 1)
    digits = str(abs(int(exact * 10**places))).rjust(places + 1, "0")
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{'-' if exact < 0 else ''}{whole}{'.' + rest if rest else ''}"


def of_shops(values: Mapping[str, Any], metric: str = "up", industry: str = "food") -> pl.DataFrame:
    """One metric of shops of one industry, each from one row."""
    return table((shop, industry, metric, value, 1) for shop, value in values.items())


def scored(values: pl.DataFrame, ruleset: ss.RuleSet, **options: Any) -> ss.Result:
    return ss.score_values(
        values, platform=PLATFORM, ruleset=ruleset, as_of="2024-06-30", **options
    )


def view(result: ss.Result, shop: str, metric: str = "up") -> Any:
    return next(m for m in result[shop].metrics if m.id == metric)
