"""Comparison: a metric of a shop beside the mean of its industry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from .errors import UsageError
from .model.rulesets import RuleSet, Tier
from .rationals import Mask, Rationals
from .weighing import MetricValues

Direction = Literal["higher", "lower", "level"]


@frozen(eq=False)
class Compared:
    """One metric of every shop against its industry, exact; ``known`` says where there is a mean.

    ``directions`` are words; ``differences`` are fractions, see :func:`difference` and
    :func:`spread`, and there are none where they would divide by zero.
    """

    means: Rationals
    known: Mask
    directions: npt.NDArray[np.object_]
    differences: Rationals
    differs: Mask


def difference(own: Fraction, mean: Fraction) -> Fraction | None:
    """The signed difference to the mean, as a share of it; None of a mean of zero.

    >>> difference(Fraction(3), Fraction(4))
    Fraction(-1, 4)
    """
    return (own - mean) / mean if mean else None


def spread(own: Fraction, mean: Fraction, least: Fraction, greatest: Fraction) -> Fraction:
    """How far of the way from the mean to the greatest peer, or for a lower value to the least.

    (own − mean)/(max − mean) for a higher value, (mean − own)/(mean − min) for a lower one, and 0
    where there is no way to go.

    >>> spread(Fraction("4.71234"), Fraction("4.61234"), Fraction(4), Fraction("4.91234"))
    Fraction(1, 3)
    """
    way = greatest - mean if own > mean else mean - least
    return abs(own - mean) / way if way else Fraction(0)


def pooled(values: Rationals) -> Fraction:
    """The sum of the numerators over the sum of the denominators."""
    return Fraction(sum(map(int, values.num)), sum(map(int, values.den)))


def mean_of(values: Rationals) -> Fraction:
    """The mean of the values themselves, each weighing the same.

    >>> mean_of(Rationals.of([1, 1], [2, 3]))
    Fraction(5, 12)
    """
    num, den = values.lowest_terms()
    totals: dict[int, int] = {}
    for above, below in zip(num.tolist(), den.tolist(), strict=True):
        totals[below] = totals.get(below, 0) + above
    common = lcm(*totals)
    return Fraction(sum(total * (common // d) for d, total in totals.items()), common * len(values))


def compare(
    ruleset: RuleSet, measured: MetricValues, industries: Sequence[str], peers: Mask | None
) -> Compared:
    """Each shop's value against the mean of its industry, as the rule set compares.

    Peers are the shops of the industry with a value, the shop itself among them.
    """
    rule = ruleset.comparison
    if rule is None:
        raise UsageError(f"{ruleset.name} compares nothing")
    among = measured.present if peers is None else measured.present & peers
    size = len(industries)
    means, spans = [Fraction(0)] * size, [Fraction(0)] * size
    known, differs = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    directions = np.full(size, None, dtype=object)
    for mine, others in _by_industry(industries, measured.present, among):
        group = measured.values.take(others)
        mean = pooled(group) if ruleset.number(rule.mean) == "pooled" else mean_of(group)
        exact = group.fractions() if rule.kind == "spread" else []
        ends = (min(exact), max(exact)) if exact else (mean, mean)
        for row, own in zip(mine, measured.values.take(mine).fractions(), strict=True):
            found = difference(own, mean) if rule.kind == "difference" else spread(own, mean, *ends)
            means[row], known[row], directions[row] = mean, True, _direction(own, mean)
            if found is not None:
                spans[row], differs[row] = found, True
    return Compared(_column(means), known, directions, _column(spans), differs)


def _by_industry(
    industries: Sequence[str], present: Mask, among: Mask
) -> Sequence[tuple[list[int], list[int]]]:
    """Per industry with peers: the rows that have a value, and those of the peers."""
    table = pl.DataFrame({"industry": industries, "mine": present, "peer": among}).with_row_index()
    rows = table.group_by("industry").agg(
        pl.col("index").filter("mine").alias("mine"), pl.col("index").filter("peer").alias("peers")
    )
    return [(mine, peers) for _, mine, peers in rows.iter_rows() if peers]


def _direction(own: Fraction, mean: Fraction) -> Direction:
    if own == mean:
        return "level"
    return "higher" if own > mean else "lower"


def _column(values: Sequence[Fraction]) -> Rationals:
    return Rationals.of([v.numerator for v in values], [v.denominator for v in values])


def shown(kind: str, part: Fraction) -> str:
    """A difference in percent, as the consoles write it: a spread is cut after two decimals.

    >>> shown("spread", Fraction(2, 3)), shown("difference", Fraction(-1, 8))
    ('66.66%', '-12.50%')
    """
    if kind == "spread":
        return f"{part * 10_000 // 1 / 100:.2f}%"
    hundredths = (part * 20_000 + 1) // 2
    sign = "+" if hundredths > 0 else "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02}%"


def tiers_on_metrics(
    ruleset: RuleSet, measured: Mapping[str, MetricValues], industries: Sequence[str]
) -> dict[str, Mask]:
    """Which shops reach the tiers that a metric decides."""
    return {
        tier.id: _reached(ruleset, tier, measured[tier.metric], industries)
        for tier in ruleset.tiers
        if tier.metric
    }


def _reached(
    ruleset: RuleSet, tier: Tier, measured: MetricValues, industries: Sequence[str]
) -> Mask:
    """At most so many times the pooled mean of the industry, or a small count above the line."""
    times = Fraction(ruleset.number(tier.times_industry_mean))
    reached = np.zeros(len(industries), dtype=np.bool_)
    for mine, others in _by_industry(industries, measured.present, measured.present):
        limit = times * pooled(measured.values.take(others))
        reached[mine] = [own <= limit for own in measured.values.take(mine).fractions()]
    if tier.or_count_below is not None:
        most = Fraction(ruleset.number(tier.or_count_below))
        counts = measured.values * Rationals.of(
            measured.n, np.ones(len(measured.n), dtype=np.int64)
        )
        reached |= ~counts.at_least(most) & measured.present
    return reached
