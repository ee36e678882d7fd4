"""Douyin, scorecard `experience`, rule set `2022`: from values to points, score and tiers.

Everything is a `Fraction` and every step is the definition of the page, not a fast formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor

from oracle.douyin_2022_metrics import LAST_90, METRICS
from oracle.event_loading import Loaded
from oracle.metric_rows import Counts, Facts, Value, text, whole

BenchmarkRow = tuple[str, str, Fraction, Fraction]
"""(industry, metric, percentile, value)"""

DIMENSION_WEIGHTS = {
    "goods": Fraction(50, 100),
    "logistics": Fraction(15, 100),
    "service": Fraction(35, 100),
}
DIMENSION_OF = {
    "bad_review_rate": "goods",
    "quality_return_rate": "goods",
    "pickup_rate": "logistics",
    "delivery_hours": "logistics",
    "complaint_rate": "service",
    "dispute_liability_rate": "service",
    "im_3min_reply_rate": "service",
    "refund_only_hours": "service",
    "return_refund_hours": "service",
}
HIGHER_IS_BETTER = ("pickup_rate", "im_3min_reply_rate")

# What a metric cannot do without: (stream, columns of which one must be there). Columns of the
# linked order are never needed, booleans have defaults, and `order_id` is no condition or value.
NEEDED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "bad_review_rate": (("reviews", ("rating",)), ("orders", ("signed_at", "confirmed_at"))),
    "quality_return_rate": (
        ("aftersales", ("kind",)),
        ("aftersales", ("reason",)),
        ("orders", ("paid_at",)),
    ),
    "pickup_rate": (("orders", ("paid_at",)), ("orders", ("picked_up_at",))),
    "delivery_hours": (("orders", ("picked_up_at",)), ("orders", ("signed_at",))),
    "complaint_rate": (("complaints", ("complained_at",)), ("orders", ("paid_at",))),
    "dispute_liability_rate": (("aftersales", ("closed_at",)), ("aftersales", ("liability",))),
    "im_3min_reply_rate": (("conversations", ("first_reply_at",)),),
    "refund_only_hours": (("aftersales", ("approved_at",)), ("aftersales", ("closed_at",))),
    "return_refund_hours": (
        ("aftersales", ("approved_at",)),
        ("aftersales", ("closed_at",)),
        ("aftersales", ("return_signed_at",)),
        ("aftersales", ("refunded_at",)),
    ),
    "service_good_review_rate": (("reviews", ("service_rating",)),),
    "im_reply_seconds": (("conversations", ("first_reply_at",)),),
}

DEFAULTS: dict[str, object] = {
    "bad_review.max_rating": 2,
    "pickup.weight_under_24h": Fraction(10, 10),
    "pickup.weight_24_to_36h": Fraction(7, 10),
    "pickup.weight_36_to_48h": Fraction(4, 10),
    "quality_return.empty_parcel": True,
    "complaint.only_upheld": True,
    "im.reply_within_seconds": 180,
    "decay.half_life_days": None,
    "points.floor": 3,
    "points.span": 2,
    "score.decimals": 2,
    "eligibility.min_paid_orders": 30,
    "tiers.affiliate": Fraction(40, 10),
    "tiers.termination_risk": Fraction(32, 10),
    "tiers.settlement_t4": Fraction(44, 10),
    **{f"weight.{metric}": 1 for metric in DIMENSION_OF},  # within the dimension: equal
}


@dataclass
class MetricResult:
    """One metric of one shop; `weight` is its share of the total after rescaling."""

    status: str
    n: int = 0
    value: Fraction | None = None
    percentile: Fraction | None = None
    points: Fraction | None = None
    weight: Fraction | None = None
    from_benchmark: bool = False


@dataclass
class DimensionResult:
    """One dimension of one shop; `weight` is the published one."""

    weight: Fraction
    points: Fraction | None = None


@dataclass
class ShopResult:
    """One shop: `score` and `score_exact` are null unless the status is `scored`."""

    shop_id: str
    industry: str
    status: str = ""
    score: Fraction | None = None
    score_exact: Fraction | None = None
    metrics: dict[str, MetricResult] = field(default_factory=dict)
    dimensions: dict[str, DimensionResult] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()


@dataclass
class Result:
    """All shops, sorted by id."""

    shops: dict[str, ShopResult]


def score(
    loaded: Loaded,
    as_of: date,
    assumptions: Mapping[str, object] | None = None,
    benchmark: Sequence[BenchmarkRow] | None = None,
) -> Result:
    """The scores of all shops on the day of publication."""
    unknown = set(assumptions or ()) - set(DEFAULTS)
    if unknown:
        raise KeyError(f"no such assumption: {', '.join(sorted(unknown))}")
    facts = Facts(loaded, as_of, {**DEFAULTS, **(assumptions or {})})
    shops = {shop: ShopResult(shop, industry) for shop, industry in _industries(loaded).items()}
    for metric in METRICS:
        values = _values(facts, metric, list(shops))
        for shop in shops.values():
            shop.metrics[metric] = _grade(facts, metric, shop, shops, values, benchmark or ())
    for shop in shops.values():
        _compose(facts, shop)
    _publish(facts, shops)
    return Result(shops)


def _industries(loaded: Loaded) -> dict[str, str]:
    """Every shop of `shops` or of any accepted row, sorted; without a row in `shops`: unknown."""
    named = {text(row, "shop_id"): text(row, "industry") for row in loaded.rows["shops"]}
    seen = {text(row, "shop_id") for rows in loaded.rows.values() for row in rows}
    return {shop: named.get(shop, "unknown") for shop in sorted(seen)}


def _values(facts: Facts, metric: str, shops: list[str]) -> dict[str, Value]:
    """The value of every shop; nothing at all where a needed column is missing altogether."""
    for stream, one_of in NEEDED[metric]:
        if not facts.loaded.columns[stream].intersection(one_of):
            return {shop: Value(None, 0) for shop in shops}
    counts = METRICS[metric](facts)
    return {shop: counts.of(shop) for shop in shops}


def _grade(
    facts: Facts,
    metric: str,
    shop: ShopResult,
    shops: Mapping[str, ShopResult],
    values: Mapping[str, Value],
    benchmark: Sequence[BenchmarkRow],
) -> MetricResult:
    """Value, percentile (from the table where it has the metric, else among peers) and points."""
    own = values[shop.shop_id]
    if own.value is None:
        return MetricResult("no_data", own.n)
    if metric not in DIMENSION_OF:
        return MetricResult("informational", own.n, own.value)
    points_of_table = _table_for(benchmark, shop.industry, metric)
    if points_of_table:
        percentile = interpolate(points_of_table, own.value)
    else:
        peers = [
            peer
            for other in shops.values()
            if other.industry == shop.industry and (peer := values[other.shop_id].value) is not None
        ]
        if len(peers) < 2:
            return MetricResult("no_peers", own.n, own.value)
        percentile = percentile_among(own.value, peers, metric in HIGHER_IS_BETTER)
    points = facts.number("points.floor") + facts.number("points.span") * percentile
    return MetricResult(
        "ok", own.n, own.value, percentile, points, from_benchmark=bool(points_of_table)
    )


def percentile_among(own: Fraction, peers: Sequence[Fraction], higher_is_better: bool) -> Fraction:
    """(r − 1) / (m − 1): r the average rank from the worst (1) to the best (m), ties averaged.

    The shop itself is one of its peers. What is compared is the double nearest to the fraction:
    equal doubles are a tie.
    """
    worse = equal = 0
    for peer in peers:
        if float(peer) == float(own):
            equal += 1
        elif (float(peer) < float(own)) == higher_is_better:
            worse += 1
    # the tied ones hold the ranks worse + 1 … worse + equal; their mean is the rank of each
    rank = Fraction((worse + 1) + (worse + equal), 2)
    return (rank - 1) / (len(peers) - 1)


def _table_for(
    benchmark: Sequence[BenchmarkRow], industry: str, metric: str
) -> list[tuple[Fraction, Fraction]]:
    """(value, percentile) for an industry and metric; rows for `*` where it has none of its own."""
    for wanted in (industry, "*"):
        found = [
            (value, percentile)
            for row_industry, row_metric, percentile, value in benchmark
            if (row_industry, row_metric) == (wanted, metric)
        ]
        if found:
            return sorted(found)
    return []


def interpolate(table: Sequence[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    """Linear between the points of the table, flat outside; several points on a value: the mean."""
    here = [percentile for at, percentile in table if at == value]
    if here:
        return (min(here) + max(here)) / 2
    if value < table[0][0]:
        return table[0][1]
    if value > table[-1][0]:
        return table[-1][1]
    left = max(index for index, (at, _) in enumerate(table) if at < value)
    (x0, y0), (x1, y1) = table[left], table[left + 1]
    return y0 + (y1 - y0) * (value - x0) / (x1 - x0)


def _compose(facts: Facts, shop: ShopResult) -> None:
    """Points of the dimensions, the unrounded score, and the weights that are left."""
    weights: dict[str, Fraction] = {}
    for dimension, weight in DIMENSION_WEIGHTS.items():
        inner = {
            metric: facts.number(f"weight.{metric}")
            for metric, its_dimension in DIMENSION_OF.items()
            if its_dimension == dimension and shop.metrics[metric].points is not None
        }
        result = shop.dimensions[dimension] = DimensionResult(weight)
        if sum(inner.values()) == 0:
            continue  # a dimension with nothing left is left out, and the rest rescaled
        result.points = Fraction(0)
        for metric, share in inner.items():
            result.points += (shop.metrics[metric].points or 0) * share / sum(inner.values())
            weights[metric] = weight * share / sum(inner.values())
    for metric, weight in weights.items():
        shop.metrics[metric].weight = weight / sum(weights.values())
    if weights:
        left = [d for d in shop.dimensions.values() if d.points is not None]
        total = sum((d.weight * (d.points or 0) for d in left), Fraction(0))
        shop.score_exact = total / sum(d.weight for d in left)


def _publish(facts: Facts, shops: Mapping[str, ShopResult]) -> None:
    """Status, rounded score and tiers; a score is shown of scored shops only."""
    paid = _paid_orders(facts)
    fakes = _suspected_of_fakes(facts)
    for shop in shops.values():
        if shop.shop_id in fakes:
            shop.status = "suppressed"
        elif paid.of(shop.shop_id).n < facts.number("eligibility.min_paid_orders"):
            shop.status = "insufficient_orders"
        elif shop.score_exact is None:
            shop.status = "not_computable"
        else:
            shop.status = "scored"
            shop.score = round_half_up(shop.score_exact, int(facts.number("score.decimals")))
            shop.tiers = _tiers(facts, shop.score)
            continue
        shop.score_exact = None


def _paid_orders(facts: Facts) -> Counts:
    """Paid orders by shop in ages 1–90, by the day they were paid; excluded ones count nowhere."""
    counts = Counts(facts, *LAST_90)
    for order in facts.rows("orders"):
        counts.below(order, whole(order, "paid_at"))
    return counts


def _suspected_of_fakes(facts: Facts) -> set[str]:
    """Shops with a fact `suspected_fake` = 1 on a day of the window."""
    first, last = LAST_90
    found: set[str] = set()
    for fact in facts.rows("shop_facts"):
        day = whole(fact, "date")
        if day is None or not first <= facts.age(day) <= last:
            continue
        if text(fact, "name") == "suspected_fake" and fact["value"] == 1:
            found.add(text(fact, "shop_id"))
    return found


def _tiers(facts: Facts, rounded: Fraction) -> tuple[str, ...]:
    tiers: list[str] = []
    if rounded >= facts.number("tiers.affiliate"):
        tiers.append("affiliate")
    if rounded < facts.number("tiers.termination_risk"):
        tiers.append("termination_risk")
    settled_in_4 = rounded >= facts.number("tiers.settlement_t4")
    return (*tiers, "settlement_t4" if settled_in_4 else "settlement_t10")


def round_half_up(exact: Fraction, decimals: int) -> Fraction:
    """To that many decimals; exactly half goes up."""
    unit = 10**decimals
    return Fraction(floor(exact * unit + Fraction(1, 2)), unit)
