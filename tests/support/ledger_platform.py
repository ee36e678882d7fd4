"""A platform that takes points of a shop for violations, until they expire in one way or another."""

from __future__ import annotations

from shopscore import (
    Balance,
    Column,
    Days,
    Over,
    Platform,
    RateMetric,
    Scorecard,
    SinceStartOf,
    Stream,
    Tally,
    Window,
    assumed,
    col,
)
from shopscore.rules.ruleset_toml import parse_ruleset

VIOLATIONS = Stream(
    "violations",
    ("violation_id",),
    (
        Column("violation_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("points", "int", low=0),
        Column("appeal_upheld", "bool", default=False),
    ),
)
standing = Tally("violations", day=col.happened_at, value=col.points, where=~col.appeal_upheld)
severe = Tally(
    "violations",
    day=col.happened_at,
    value=col.points,
    where=~col.appeal_upheld & (col.points >= 6),
)
minor = Tally(
    "violations", day=col.happened_at, value=col.points, where=~col.appeal_upheld & (col.points < 6)
)


def balance(id: str, of: Balance, window: Window) -> RateMetric:
    return RateMetric(
        id, zh="余分", en="Points left", better="higher", aggregator=of, window=window, unit="count"
    )


BY_AGE = balance("by_age", Balance(12, [standing]), Days(1, 180))
BY_QUARTER = balance("by_quarter", Balance(12, [standing]), SinceStartOf("quarter"))
BY_YEAR = balance("by_year", Balance(12, [standing]), SinceStartOf("year"))
BY_KIND = balance(
    "by_kind",
    Balance(assumed("start"), [Over(severe, Days(1, 365)), Over(minor, SinceStartOf("quarter"))]),
    Days(1, 365),
)

PLATFORM = Platform(
    id="ledger", zh="记分", en="Ledger", zone="Asia/Shanghai", currency="CNY", streams=(VIOLATIONS,),
    scorecards=(Scorecard("points", zh="余分", en="Points", metrics="support.ledger_platform",
        rulesets="support.ledger_platform:none"),),
)  # fmt: skip
RULES = parse_ruleset(
    """
schema = 1
platform = "ledger"
scorecard = "points"
version = "1"
status = "seed"
zh = "余分"
en = "Points"
informational = ["by_age", "by_quarter", "by_year", "by_kind"]
scale = { low = 0, high = 12, decimals = 0, source = "page" }
sources.page = { title = "A page", confidence = "I" }
[[assumptions]]
id = "start"
kind = "decimal"
value = 12
low = 0
high = 100
reason = "Nobody says."
[[criteria]]
id = "few_points"
metric = "by_age"
at_least = 6
source = "page"
[[levels]]
id = "good"
zh = "良"
en = "Good"
all_of = ["few_points"]
source = "page"
""",
    "ledger.toml",
)
