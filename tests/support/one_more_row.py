"""A platform whose metrics are shown alone: one for each way to combine what is counted.

The aggregator of a third party among them.
"""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from shopscore import (
    Count,
    Days,
    GradedRate,
    Mean,
    Platform,
    RateMetric,
    Ratio,
    Scorecard,
    Tally,
    assumed,
    col,
)
from shopscore.rules.ruleset_toml import parse_ruleset

BAZAAR = Path(__file__).parents[1] / "thirdparty/packages/bazaar/shopscore_bazaar/aggregators.py"


def of_a_third_party(name: str) -> Any:
    """A class of the third party's module, which is not installed here."""
    spec = spec_from_file_location("bazaar_aggregators", BAZAAR)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def reviews(where: Any = None, value: Any = 1) -> Tally:
    return Tally("reviews", day=col.reviewed_at, where=where, value=value)


BAD, MIDDLE, GOOD, EVERY = (
    reviews(col.rating <= 2),
    reviews(col.rating == 3),
    reviews(col.rating >= 4),
    reviews(),
)
WINDOW = Days(1, 20, assumed("half_life"))


def metric(
    id: str, better: Any, aggregator: Any, window: Any = WINDOW, unit: Any = "ratio"
) -> RateMetric:
    return RateMetric(
        id, zh="评", en="Reviews", better=better, aggregator=aggregator, window=window, unit=unit
    )


RATIO = metric("bad", "lower", Ratio(BAD, EVERY))
MEAN = metric("stars", "higher", Mean(reviews(value=col.rating), per=4), unit="index")
SERVICE = metric("service", "higher", Mean(reviews(value=col.service_rating)), Days(3, 10))
GRADED = metric("graded", "higher", GradedRate(((1, GOOD), ("0.3", MIDDLE)), EVERY))
NET = metric("net", "higher", of_a_third_party("NetShare")(GOOD, BAD, EVERY))
COUNT = metric("number", "higher", Count(BAD), unit="count")

PLATFORM = Platform(
    id="one_more", zh="再", en="One more", zone="Asia/Shanghai", currency="CNY",
    scorecards=(
        Scorecard("reviews", zh="评", en="Reviews", metrics="support.one_more_row", rulesets="support.one_more_row:none"),
    ),
)  # fmt: skip

RULES = parse_ruleset(
    """
schema = 1
platform = "one_more"
scorecard = "reviews"
version = "1"
status = "seed"
zh = "再"
en = "One more"
scale = { low = 0, high = 5, decimals = 2, source = "page" }
sources.page = { title = "A page", confidence = "I" }
informational = ["bad", "stars", "service", "graded", "net", "number"]
[[assumptions]]
id = "half_life"
kind = "decimal"
nullable = true
low = 1
high = 90
reason = "a test says it"
""",
    "one_more.toml",
)
