"""Douyin's rule set 2022: from points to the score of a shop, or to what is known of it.

What is missing may turn out to be the worst, the best, or nothing at all: every completion is
computed, one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import floor

from oracle.douyin_2022_metrics import LAST_90
from oracle.douyin_2022_rules import (
    CONDITION_LABELS,
    CONDITIONS_NEED,
    DIMENSION_OF,
    DIMENSION_WEIGHTS,
    missing_input,
)
from oracle.metric_rows import Counts, Facts, text, whole


@dataclass
class MetricResult:
    """One metric of one shop; `weight` is its share of the total after rescaling.

    `peers` is among how many shops it was ranked; `could_be` are the worst and the best points
    that it could have if its missing input, or its missing peers, were there.
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
    partial: bool = False
    coverage: Fraction = Fraction(1)
    low: Fraction | None = None
    high: Fraction | None = None
    shown_low: Fraction | None = None
    shown_high: Fraction | None = None
    checks: dict[str, Checked] = field(default_factory=dict)
    reason: str | None = None


def compose(facts: Facts, shop: ShopResult) -> None:
    """Points of the dimensions, coverage, the unrounded score or its ends, and the weights.

    Where there is no score, a metric whose input is missing or that cannot be ranked is not known.

    A dimension that lacks the input or the peers of a metric with a weight has no points; then the
    shop has no score, and the weights of the others are those that are published. But of a shop
    that has values without peers alone, nothing is known, not even ends.
    """
    weights: dict[str, Fraction] = {}
    partial, unknown = False, Fraction(0)
    only_unranked = all(m.points is None and not _without_input(m) for m in shop.metrics.values())
    for dimension, weight in DIMENSION_WEIGHTS.items():
        result = shop.dimensions[dimension] = DimensionResult(weight)
        inner = _inner_weights(facts, dimension)
        whole = sum(inner.values(), Fraction(0))
        missing = sum((inner[m] for m in inner if shop.metrics[m].could_be), Fraction(0))
        unknown += weight * missing / whole if whole else 0
        if missing and not only_unranked:
            partial = True
            continue
        there = {m: share for m, share in inner.items() if shop.metrics[m].points is not None}
        result.points = _mean([(share, shop.metrics[m].points) for m, share in there.items()])
        if result.points is not None:
            whole = sum(there.values(), Fraction(0))
            weights |= {m: weight * share / whole for m, share in there.items()}
    for metric, weight in weights.items():
        shop.metrics[metric].weight = weight if partial else weight / sum(weights.values())
    totals = list(_possible_totals(facts, shop))
    if totals and not only_unranked:
        shop.low, shop.high = min(totals), max(totals)
    if not partial:
        shop.score_exact = shop.low
    if shop.score_exact is None:
        shop.coverage = 1 - unknown
    shop.partial = partial


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
    """What the points may be; a metric that cannot be ranked has a value, so it has some."""
    if metric.could_be is None:
        return (metric.points,)
    return (*metric.could_be, None) if _without_input(metric) else metric.could_be


def _without_input(metric: MetricResult) -> bool:
    return metric.status == "no_data" and metric.could_be is not None


def publish(facts: Facts, shops: Mapping[str, ShopResult]) -> None:
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
    if shop.partial:
        shop.status, alone = "partial", _why_no_peers(shop)
        if any(map(_without_input, shop.metrics.values())):
            shop.reason = "the input of weighted metrics is missing"
            shop.reason += f"; others cannot be ranked: {alone}" if alone else ""
        else:
            shop.reason = f"some weighted metrics cannot be ranked: {alone}"
    elif shop.score_exact is None:
        shop.status, shop.reason = "not_computable", _why_no_score(shop)
    else:
        shop.status = "scored"


def _why_no_score(shop: ShopResult) -> str:
    if all(metric.value is None for metric in shop.metrics.values()):
        return "no metric has a value"
    return _why_no_peers(shop) or "no dimension has points"


def _why_no_peers(shop: ShopResult) -> str | None:
    """Why the first metric that cannot be ranked cannot."""
    reasons = [
        m.reason for id, m in shop.metrics.items() if id in DIMENSION_OF and m.status == "no_peers"
    ]
    return reasons[0] if reasons else None


def _check(facts: Facts, shops: Sequence[str]) -> dict[str, dict[str, Checked]]:
    """Each condition for a score by shop; null where what it needs is not there.

    Too few orders are null as well where the orders of all shops do not cover the window.
    """
    fakes, paid = _suspected_of_fakes(facts), _paid_orders(facts)
    cut = _paid_in_part(facts)
    least = facts.number("eligibility.min_paid_orders")
    found: dict[str, dict[str, Checked]] = {}
    for shop in shops:
        days, orders = fakes.get(shop, 0), paid.of(shop).n
        found[shop] = {
            "no_suspected_fakes": Checked(days, days == 0),
            "enough_orders": Checked(orders, orders >= least),
        }
        if cut and orders < least:
            found[shop]["enough_orders"] = Checked(None, None)
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


def _paid_in_part(facts: Facts) -> bool:
    """Whether no order of any shop, excluded or not, was paid by the first day of the window, or
    none on the last two."""
    paid = (whole(order, "paid_at") for order in facts.loaded.rows["orders"])
    ages = [facts.age(when) for when in paid if when is not None]
    past = [age for age in ages if age >= 1]
    return max(past, default=0) < LAST_90[1] or min(past) > 2


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
