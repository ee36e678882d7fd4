"""A platform of three dimensions with a metric each, whose totals are no weighted means."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import shopscore as ss
from shopscore import Composition, Platform, Rationals, RuleSet, Scorecard, ValueMetric
from shopscore.rules.ruleset_toml import parse_ruleset

IDS = ("goods", "speed", "service")


def metric(id: str) -> ValueMetric:
    return ValueMetric(id, zh="值", en="Value", better="higher", why="a test says it")


A, B, C = (metric(f"{id}_value") for id in IDS)


class MiddleOfEnds(Composition):
    """The middle between the lowest and the highest dimension."""

    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        columns = [*dimensions.values()]
        low = high = columns[0]
        for column in columns[1:]:
            low, high = low.least(column), high.greatest(column)
        return (low + high).scaled(Fraction(1, 2))


PLATFORM = Platform(
    id="three", zh="三", en="Three", zone="UTC", currency="USD",
    scorecards=(
        Scorecard("whole", zh="总", en="Whole", metrics="support.three_dimensions",
                  rulesets="support.three_dimensions:none",
                  compositions={"middle": "support.three_dimensions:MiddleOfEnds"}),
    ),
)  # fmt: skip

HEAD = """
schema = 1
platform = "three"
scorecard = "whole"
version = "1"
status = "seed"
zh = "总"
en = "Whole"
sources.page = { title = "A page", confidence = "I" }
[scorers.same]
kind = "linear"
line = [[0, 0], [10, 10]]
source = "page"
"""


def rules_of(
    *texts: str, composition: str = "minimum", missing: str = "rescale", clamp: str = "both"
) -> RuleSet:
    dimensions = "".join(
        f"""
[[dimensions]]
id = "{id}"
zh = "维"
en = "Dimension"
weight = 1
source = "page"
metrics = [{{ id = "{id}_value", scorer = "same", weight = 1, source = "page" }}]
"""
        for id in IDS
    )
    top = f'composition = "{composition}"\nmissing = "{missing}"\n'
    scale = f'[scale]\nlow = 0\nhigh = 10\ndecimals = 2\nclamp = "{clamp}"\nsource = "page"\n'
    text = top + HEAD + dimensions + scale + "".join(texts)
    return parse_ruleset(text, "three.toml", kinds=PLATFORM.scorecard().own_kinds)


def scored(shops: Mapping[str, Mapping[str, Any]], ruleset: RuleSet) -> ss.Result:
    """Scored from values by shop and metric; "-" is none that a console shows."""
    import polars as pl

    rows = [
        (shop, f"{id}_value", str(value))
        for shop, values in shops.items()
        for id, value in values.items()
    ]
    frame = pl.DataFrame(rows, schema=["shop_id", "metric", "value"], orient="row")
    return ss.score_values(frame, platform=PLATFORM, ruleset=ruleset, as_of="2026-01-02")
