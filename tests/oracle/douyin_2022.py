"""Douyin, scorecard `experience`, rule set `2022`: from values to points, score and tiers.

Everything is a `Fraction` and every step is the definition of the page, not a fast formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import product
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

CONDITIONS_NEED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "no_suspected_fakes": (
        ("shop_facts", ("date",)),
        ("shop_facts", ("name",)),
        ("shop_facts", ("value",)),
    ),
    "enough_orders": (("orders", ("paid_at",)),),
}
"""What the conditions for a score cannot do without, in the order in which they count."""
CONDITION_LABELS = {
    "no_suspected_fakes": "No day marked as suspected of fake orders",
    "enough_orders": "Enough paid orders in the last 90 days",
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
    """One metric of one shop; `weight` is its share of the total after rescaling.

    `peers` is among how many shops it was ranked; `could_be` are the worst and the best points
    that it could have if its missing input were there.
    """

    status: str
    n: int = 0
    value: Fraction | None = None
    percentile: Fraction | None = None
    points: Fraction | None = None
    weight: Fraction | None = None
    from_benchmark: bool = False
    peers: int | None = None
    reason: str | None = None
    could_be: tuple[Fraction, Fraction] | None = None


@dataclass
class DimensionResult:
    """One dimension of one shop; `weight` is the published one."""

    weight: Fraction
    points: Fraction | None = None


@dataclass
class Checked:
    """One condition for a score: the count it looks at and whether it is met; null: not checked."""

    value: int | None
    met: bool | None


@dataclass
class ShopResult:
    """One shop: `score` and `score_exact` are null unless the status is `scored`.

    `low` and `high` are the exact ends between which the score lies; they are one where it is
    known. `tiers` hold whatever it is, `possible_tiers` for some of the scores in between.
    """

    shop_id: str
    industry: str
    status: str = ""
    score: Fraction | None = None
    score_exact: Fraction | None = None
    metrics: dict[str, MetricResult] = field(default_factory=dict)
    dimensions: dict[str, DimensionResult] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    possible_tiers: tuple[str, ...] = ()
    coverage: Fraction = Fraction(1)
    low: Fraction | None = None
    high: Fraction | None = None
    shown_low: Fraction | None = None
    shown_high: Fraction | None = None
    checks: dict[str, Checked] = field(default_factory=dict)
    reason: str | None = None


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
    if missing_input(facts.loaded, NEEDED[metric]):
        return {shop: Value(None, 0) for shop in shops}
    counts = METRICS[metric](facts)
    return {shop: counts.of(shop) for shop in shops}


def missing_input(
    loaded: Loaded, needed: Sequence[tuple[str, tuple[str, ...]]]
) -> tuple[list[str], list[str]] | None:
    """(columns, streams) that are needed and not there, each sorted; None where nothing is missing.

    Of a stream that is not there at all the columns are not named.
    """
    columns: set[str] = set()
    streams: set[str] = set()
    for stream, one_of in needed:
        there = loaded.columns[stream]
        if not there:
            streams.add(stream)
        elif not there.intersection(one_of):
            columns.add(" or ".join(f"{stream}.{column}" for column in one_of))
    return (sorted(columns), sorted(streams)) if columns or streams else None


def in_words(columns: Sequence[str], streams: Sequence[str]) -> str:
    """What is missing, as the reason of a metric says it."""
    parts = [f"no column {' and '.join(columns)}"] if columns else []
    return " and ".join(parts + [f"no stream {stream}" for stream in streams])


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
    points_of_table = _table_for(benchmark, shop.industry, metric)
    neighbours = [other for other in shops.values() if other.industry == shop.industry]
    if own.value is None:
        result = MetricResult("no_data", own.n, reason="no row counts")
        if missing := missing_input(facts.loaded, NEEDED[metric]):
            result.reason = in_words(*missing)
            if metric in DIMENSION_OF:
                result.could_be = _could_be(facts, points_of_table, len(neighbours))
        return result
    if metric not in DIMENSION_OF:
        return MetricResult("informational", own.n, own.value)
    if points_of_table:
        percentile, among = interpolate(points_of_table, own.value), None
    else:
        peers = [peer for other in neighbours if (peer := values[other.shop_id].value) is not None]
        if len(peers) < 2:
            others = "no other shop in its industry"
            why = others if len(neighbours) == 1 else f"{others} has a value"
            return MetricResult("no_peers", own.n, own.value, reason=why)
        percentile = percentile_among(own.value, peers, metric in HIGHER_IS_BETTER)
        among = len(peers)
    return MetricResult(
        "ok",
        own.n,
        own.value,
        percentile,
        _points(facts, percentile),
        from_benchmark=bool(points_of_table),
        peers=among,
    )


def _points(facts: Facts, percentile: Fraction) -> Fraction:
    return facts.number("points.floor") + facts.number("points.span") * percentile


def _could_be(
    facts: Facts, table: Sequence[tuple[Fraction, Fraction]], neighbours: int
) -> tuple[Fraction, Fraction] | None:
    """The worst and the best points of a metric that nobody could count.

    By a table those of its percentiles; among others the first or the last of them; alone none.
    """
    places = [percentile for _, percentile in table]
    if not places:
        if neighbours < 2:
            return None
        places = [Fraction(0), Fraction(1)]
    return _points(facts, min(places)), _points(facts, max(places))


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
    """Points of the dimensions, coverage, the unrounded score or its ends, and the weights.

    A dimension that lacks the input of a metric with a weight has no points; then the shop has no
    score, and the weights of the others are those that are published.
    """
    weights: dict[str, Fraction] = {}
    for dimension, weight in DIMENSION_WEIGHTS.items():
        result = shop.dimensions[dimension] = DimensionResult(weight)
        inner = _inner_weights(facts, dimension)
        whole = sum(inner.values(), Fraction(0))
        lacking = sum((inner[m] for m in inner if shop.metrics[m].could_be), Fraction(0))
        if lacking:
            shop.coverage -= weight * lacking / whole
            continue
        there = {m: share for m, share in inner.items() if shop.metrics[m].points is not None}
        result.points = _mean([(share, shop.metrics[m].points) for m, share in there.items()])
        if result.points is not None:
            whole = sum(there.values(), Fraction(0))
            weights |= {m: weight * share / whole for m, share in there.items()}
    partial = shop.coverage < 1
    for metric, weight in weights.items():
        shop.metrics[metric].weight = weight if partial else weight / sum(weights.values())
    totals = list(_possible_totals(facts, shop))
    if totals:
        shop.low, shop.high = min(totals), max(totals)
    if not partial:
        shop.score_exact = shop.low


def _inner_weights(facts: Facts, dimension: str) -> dict[str, Fraction]:
    return {
        metric: facts.number(f"weight.{metric}")
        for metric, its_dimension in DIMENSION_OF.items()
        if its_dimension == dimension
    }


def _mean(parts: Sequence[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    """The weighted mean of what is there; None where nothing with a weight is."""
    there = [(weight, points) for weight, points in parts if points is not None]
    whole = sum((weight for weight, _ in there), Fraction(0))
    return (
        sum((weight * points for weight, points in there), Fraction(0)) / whole if whole else None
    )


def _possible_totals(facts: Facts, shop: ShopResult) -> set[Fraction]:
    """Every total that comes out when each metric without input is worst, best, or has no row."""
    of_dimensions: list[set[Fraction | None]] = []
    for dimension in DIMENSION_WEIGHTS:
        inner = _inner_weights(facts, dimension)
        choices = [_choices(shop.metrics[metric]) for metric in inner]
        of_dimensions.append(
            {_mean(list(zip(inner.values(), chosen, strict=True))) for chosen in product(*choices)}
        )
    totals = {
        _mean(list(zip(DIMENSION_WEIGHTS.values(), chosen, strict=True)))
        for chosen in product(*of_dimensions)
    }
    return {total for total in totals if total is not None}


def _choices(metric: MetricResult) -> tuple[Fraction | None, ...]:
    return (metric.points,) if metric.could_be is None else (*metric.could_be, None)


def _publish(facts: Facts, shops: Mapping[str, ShopResult]) -> None:
    """Status, rounded score and tiers; a score is shown of scored shops only."""
    checks = _check(facts, list(shops))
    for shop in shops.values():
        shop.checks = checks[shop.shop_id]
        _decide_status(shop)
        if shop.status not in ("scored", "partial"):
            shop.score_exact = shop.low = shop.high = None
        if shop.low is None or shop.high is None:
            continue
        decimals = int(facts.number("score.decimals"))
        shop.shown_low = round_half_up(shop.low, decimals)
        shop.shown_high = round_half_up(shop.high, decimals)
        if shop.status == "scored":
            shop.score = shop.shown_low
        between = _scores_between(shop.shown_low, shop.shown_high, decimals)
        held = [_tiers(facts, score) for score in between]
        named = ("affiliate", "termination_risk", "settlement_t4", "settlement_t10")
        shop.tiers = tuple(t for t in named if all(t in tiers for tiers in held))
        some = (t for t in named if any(t in tiers for tiers in held))
        shop.possible_tiers = tuple(t for t in some if t not in shop.tiers)


def _scores_between(low: Fraction, high: Fraction, decimals: int) -> list[Fraction]:
    """Every score that can be shown from the lowest to the highest."""
    unit = 10**decimals
    return [Fraction(step, unit) for step in range(int(low * unit), int(high * unit) + 1)]


def _decide_status(shop: ShopResult) -> None:
    """The first that holds; a condition that could not be checked keeps nobody out."""
    statuses = {"no_suspected_fakes": "suppressed", "enough_orders": "insufficient_orders"}
    for condition, status in statuses.items():
        if shop.checks[condition].met is False:
            shop.status, shop.reason = status, f"not met: {CONDITION_LABELS[condition]}"
            return
    if shop.coverage < 1:
        shop.status, shop.reason = "partial", "the input of weighted metrics is missing"
    elif shop.score_exact is None:
        shop.status, shop.reason = "not_computable", _why_no_score(shop)
    else:
        shop.status = "scored"


def _why_no_score(shop: ShopResult) -> str:
    if all(metric.value is None for metric in shop.metrics.values()):
        return "no metric has a value"
    for metric in shop.metrics.values():
        if metric.status == "no_peers" and metric.reason:
            return metric.reason
    return "no dimension has points"


def _check(facts: Facts, shops: Sequence[str]) -> dict[str, dict[str, Checked]]:
    """Each condition for a score by shop; null where what it needs is not there."""
    fakes, paid = _suspected_of_fakes(facts), _paid_orders(facts)
    least = facts.number("eligibility.min_paid_orders")
    found: dict[str, dict[str, Checked]] = {}
    for shop in shops:
        days, orders = fakes.get(shop, 0), paid.of(shop).n
        found[shop] = {
            "no_suspected_fakes": Checked(days, days == 0),
            "enough_orders": Checked(orders, orders >= least),
        }
        for condition, needed in CONDITIONS_NEED.items():
            if missing_input(facts.loaded, needed):
                found[shop][condition] = Checked(None, None)
    return found


def _paid_orders(facts: Facts) -> Counts:
    """Paid orders by shop in ages 1–90, by the day they were paid; excluded ones count nowhere."""
    counts = Counts(facts, *LAST_90)
    for order in facts.rows("orders"):
        counts.below(order, whole(order, "paid_at"))
    return counts


def _suspected_of_fakes(facts: Facts) -> dict[str, int]:
    """Days of the window with a fact `suspected_fake` = 1, by shop."""
    first, last = LAST_90
    found: dict[str, int] = {}
    for fact in facts.rows("shop_facts"):
        day = whole(fact, "date")
        if day is None or not first <= facts.age(day) <= last:
            continue
        if text(fact, "name") == "suspected_fake" and fact["value"] == 1:
            shop = text(fact, "shop_id")
            found[shop] = found.get(shop, 0) + 1
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
