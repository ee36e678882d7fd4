"""Douyin, scorecard `experience`, rule set `2022`: from values to points.

Everything is a `Fraction` and every step is the definition of the page, not a fast formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from oracle.douyin_2022_metrics import METRICS
from oracle.douyin_2022_rules import (
    DEFAULTS,
    DIMENSION_OF,
    HIGHER_IS_BETTER,
    NEEDED,
    in_words,
    missing_input,
)
from oracle.douyin_2022_totals import MetricResult, ShopResult, compose, publish
from oracle.event_loading import Loaded
from oracle.metric_rows import Facts, Value, text

BenchmarkRow = tuple[str, str, Fraction, Fraction]
"""(industry, metric, percentile, value)"""


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
        compose(facts, shop)
    publish(facts, shops)
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
                result.could_be = _could_be(facts, points_of_table)
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
            ends = _could_be(facts, [])
            return MetricResult("no_peers", own.n, own.value, reason=why, could_be=ends)
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
    facts: Facts, table: Sequence[tuple[Fraction, Fraction]]
) -> tuple[Fraction, Fraction]:
    """The worst and the best points of a metric that nobody could count, or rank.

    By a table those of its percentiles; among others, who may be missing as well, the first or the
    last of them.
    """
    places = [percentile for _, percentile in table] or [Fraction(0), Fraction(1)]
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
