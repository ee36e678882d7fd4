"""A platform whose scorer looks at the shops of one industry and type."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from shopscore import (
    Context,
    Count,
    Days,
    Mean,
    Platform,
    Points,
    RateMetric,
    Rationals,
    Scorecard,
    Scorer,
    Tally,
    col,
)
from shopscore.rules.ruleset_toml import parse_ruleset

#: What the scorer saw last.
SEEN: dict[str, list[object]] = {}


class Podium(Scorer):
    """5 points for the best shop of an industry and type, 0 for the last, by rank in between.

    A shop alone has none.
    """

    def points(self, values: Rationals, context: Context) -> Points:
        SEEN.update(
            peers=context.peers.tolist(),
            ranked=context.ranked.tolist(),
            groups=context.groups.tolist(),
            type_groups=context.type_groups.tolist(),
        )
        own, theirs = values.fractions(), context.peer_values.fractions()
        found, known = [Fraction(0)] * len(own), np.zeros(len(own), dtype=np.bool_)
        for shop in np.flatnonzero(context.peers):
            others = context.ranked & (context.type_groups == context.type_groups[shop])
            others[shop] = False
            if others.any():
                better = sum(theirs[other] > own[shop] for other in np.flatnonzero(others))
                known[shop], found[shop] = True, 5 - Fraction(5 * better, int(others.sum()))
        return Points(
            Rationals.of(*zip(*(p.as_integer_ratio() for p in found), strict=True)), known
        )


RATING = RateMetric(
    "rating", zh="评分", en="Rating", better="higher", unit="index", min_n=2, window=Days(1, 30),
    aggregator=Mean(Tally("reviews", day=col.reviewed_at, value=col.rating)),
)  # fmt: skip
ORDERS = RateMetric(
    "orders", zh="订单", en="Orders", better="higher", unit="count", window=Days(1, 30),
    aggregator=Count(Tally("orders", day=col.paid_at), zero=True),
)  # fmt: skip

PLATFORM = Platform(
    id="podium", zh="台", en="Podium", zone="Asia/Shanghai", currency="CNY",
    scorecards=(Scorecard("ranks", zh="名次", en="Ranks", metrics="support.podium_platform",
        rulesets="support.podium_platform:none", scorers={"podium": "support.podium_platform:Podium"}),),
)  # fmt: skip
RULES = parse_ruleset(
    """
schema = 1
platform = "podium"
scorecard = "ranks"
version = "1"
status = "seed"
zh = "台"
en = "Podium"
informational = ["orders"]
scale = { low = 0, high = 5, decimals = 2, source = "page" }
sources.page = { title = "A page", confidence = "I" }
peers = { need_eligibility = true }
scorers.podium = { kind = "podium", source = "page" }
[[dimensions]]
id = "all"
zh = "全"
en = "All"
weight = 1
source = "page"
metrics = [{ id = "rating", scorer = "podium", weight = 1, source = "page" }]
[[eligibility]]
id = "sells"
metric = "orders"
at_least = 1
status = "insufficient_orders"
source = "page"
zh = "有单"
en = "Sells"
""",
    "podium.toml",
    kinds=PLATFORM.scorecard().own_kinds,
)
