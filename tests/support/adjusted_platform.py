"""A platform whose values are typed in, with a metric for each role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import polars as pl

import shopscore as ss
from shopscore import Platform, RuleSet, Scorecard, ValueMetric
from shopscore.rules.ruleset_toml import parse_ruleset


def metric(id: str, better: Any, role: Any = "scored") -> ValueMetric:
    return ValueMetric(id, zh="值", en="Value", better=better, why="a test says it", role=role)


UP, DOWN = metric("up", "higher"), metric("down", "lower")
EXTRA, MORE = metric("extra", "higher", "bonus"), metric("more", "higher", "bonus")
FINE, BLAME = metric("fine", "lower", "deduction"), metric("blame", "lower", "deduction")

PLATFORM = Platform(
    id="adjusted", zh="调", en="Adjusted", zone="Asia/Shanghai", currency="CNY",
    scorecards=(
        Scorecard("values", zh="值", en="Values", metrics="support.adjusted_platform",
                  rulesets="support.adjusted_platform:none"),
    ),
)  # fmt: skip

HEAD = """
schema = 1
platform = "adjusted"
scorecard = "values"
version = "1"
status = "seed"
zh = "调"
en = "Adjusted"
sources.page = { title = "A page", confidence = "I" }
"""
SCALE = 'scale = { low = 1, high = 5, decimals = 2, source = "page" }\n'
WEIGHED = """
[scorers.line]
kind = "linear"
line = [[1, 1], [5, 5]]
source = "page"
[[dimensions]]
id = "all"
zh = "全"
en = "All"
weight = 1
source = "page"
metrics = [{ id = "up", scorer = "line", weight = 1, source = "page" }]
"""
SHOWN = 'informational = ["up", "down"]\n'


def rules_of(*texts: str, scale: str = SCALE) -> RuleSet:
    return parse_ruleset(HEAD + scale + "".join(texts), "adjusted.toml")


def decimal(value: Any) -> str:
    """A fraction of a power of ten as it is written."""
    exact = Fraction(value)
    places = next(p for p in range(12) if (exact * 10**p).denominator == 1)
    return f"{exact.numerator * 10**places // exact.denominator}e-{places}"


def scored(shops: Mapping[str, Mapping[str, Any]], ruleset: RuleSet, **options: Any) -> ss.Result:
    """Scored from values by shop and metric, each from one row."""
    rows = ((shop, "food", id, v, 1) for shop, values in shops.items() for id, v in values.items())
    return scored_rows(rows, ruleset, **options)


def scored_rows(
    rows: Iterable[tuple[str, str, str, Any, int]], ruleset: RuleSet, **options: Any
) -> ss.Result:
    """Scored from rows of shop, industry, metric, value (None: the console shows none) and n."""
    names = ["shop_id", "industry", "metric", "value", "n"]
    cells = [[*row[:3], "-" if row[3] is None else decimal(row[3]), str(row[4])] for row in rows]
    values = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")
    return ss.score_values(
        values, platform=PLATFORM, ruleset=ruleset, as_of="2024-06-30", **options
    )
