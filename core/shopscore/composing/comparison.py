"""Comparison: the metrics of a shop compared with the means of its industry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ..errors import UsageError
from ..exact.columns import ColumnBuilder, ExactColumn
from ..exact.integers import SAFE, dense_ranks, magnitude, total
from ..exact.rationals import Mask, Rationals
from ..grading.weighing import MetricValues
from ..messages import message
from ..rules.exact_rules import ExactRuleSet

Direction = Literal["higher", "lower", "level"]
#: The words for the signs 0, 1 and -1, by their places.
DIRECTIONS: tuple[Direction, ...] = ("level", "higher", "lower")
#: Positions of shops.
Rows = npt.NDArray[np.int64]


@frozen(eq=False)
class Compared:
    """One metric of every shop compared with the mean of its industry, exact.

    ``signs`` are 1, -1 and 0 for values above the mean, below it and equal to it. ``differences``
    are shares, see :func:`differences` and :func:`spreads`; unknown where they would divide by zero.
    """

    means: ExactColumn
    signs: npt.NDArray[np.int8]
    differences: ExactColumn

    @property
    def directions(self) -> npt.NDArray[np.object_]:
        """The words for the signs; None where there is no mean, or no value."""
        found = np.array(DIRECTIONS, dtype=object)[self.signs]
        found[~self.means.known] = None
        return found


def differences(ahead: Rationals, mean: Fraction) -> Rationals | None:
    """Return by how much values are ahead of the mean, as shares of it; None for a mean of zero.

    >>> shares = differences(Rationals.of([-1], [1]), Fraction(4))
    >>> shares.fractions() if shares else None
    [Fraction(-1, 4)]
    """
    return ahead.scaled(1 / mean) if mean else None


def spreads(ahead: Rationals, mean: Fraction, least: Fraction, greatest: Fraction) -> Rationals:
    """Return the shares of the distance from the mean to the greatest value, or to the least.

    (own − mean)/(max − mean) for a value above the mean, (mean − own)/(mean − min) for one below,
    and 0 where that distance is 0.

    >>> ahead = Rationals.of([1], [10])  # 4.71234 − 4.61234
    >>> spreads(ahead, Fraction("4.61234"), Fraction(4), Fraction("4.91234")).fractions()
    [Fraction(1, 3)]
    """
    up, down = greatest - mean, mean - least
    above, shares = ahead.signs() > 0, ColumnBuilder(len(ahead))
    shares.put(above, ahead.take(above).scaled(1 / up if up else 0))
    shares.put(~above, ahead.take(~above).scaled(-1 / down if down else 0))
    return shares.build().values


def pooled(values: Rationals) -> Fraction:
    """Return the sum of the numerators over the sum of the denominators."""
    return Fraction(total(values.num), total(values.den))


def mean_of(values: Rationals) -> Fraction:
    """Return the plain mean of the values.

    >>> mean_of(Rationals.of([1, 1], [2, 3]))
    Fraction(5, 12)
    """
    totals = _totals_by_denominator(values.reduced())
    common = lcm(*totals)
    return Fraction(sum(total * (common // d) for d, total in totals.items()), common * len(values))


def _totals_by_denominator(values: Rationals) -> dict[int, int]:
    """Return the sum of the numerators over each denominator."""
    num, den, wide = values.apart()
    if wide is not None or magnitude(num) * len(num) >= SAFE:
        totals: dict[int, int] = defaultdict(int)
        for numerator, denominator in zip(values.num.tolist(), values.den.tolist(), strict=True):
            totals[denominator] += numerator
        return totals
    codes, first = dense_ranks(den)
    sums = np.zeros(len(first), dtype=np.int64)
    np.add.at(sums, codes, num)
    return dict(zip(den[first].tolist(), sums.tolist(), strict=True))


def extremes(values: Rationals) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest value; of those with the same double each is looked at.

    >>> extremes(Rationals.of([1, 2, 1], [2, 3, 3]))
    (Fraction(1, 3), Fraction(2, 3))
    """
    doubles = values.floats()
    lowest, highest = (
        {Fraction(n, d) for n, d in {*zip(near.num.tolist(), near.den.tolist(), strict=True)}}
        for near in (values.take(doubles == end) for end in (doubles.min(), doubles.max()))
    )
    return min(lowest), max(highest)


def mean_of_kind(kind: str, values: Rationals) -> Fraction:
    """Return the mean of a kind: ``pooled``, or of the ``shops``' own values."""
    return pooled(values) if kind == "pooled" else mean_of(values)


def compare(
    rules: ExactRuleSet,
    measured: MetricValues,
    industries: Sequence[str] | pl.Series,
    peers: Mask | None,
) -> Compared:
    """Compare each shop's value with the mean of its industry, as the rule set declares.

    The mean is over the peers with a value, including the shop itself.

    Raises:
        UsageError: where the rule set has no comparison.
    """
    rule = rules.comparison
    if rule is None:
        raise UsageError(
            message("rule set {ruleset} has no comparison with the industry", ruleset=rules.name)
        )
    known = measured.poolable if rules.mean_kind == "pooled" else measured.known
    among = known if peers is None else known & peers
    size = len(industries)
    means, differs = ColumnBuilder(size), ColumnBuilder(size)
    signs = np.zeros(size, dtype=np.int8)
    for rows, others in by_industry(industries, measured.known, among):
        group = measured.values.take(others)
        mean = mean_of_kind(rules.mean_kind, group)
        ahead = measured.values.take(rows).plus(-mean)
        means.put(rows, Rationals.constant(mean, len(rows)))
        signs[rows] = ahead.signs()
        if rule.kind == "spread":
            differs.put(rows, spreads(ahead, mean, *extremes(group)))
        elif (parts := differences(ahead, mean)) is not None:
            differs.put(rows, parts)
    return Compared(means.build(), signs, differs.build())


def by_industry(
    industries: Sequence[str] | pl.Series, present: Mask, among: Mask
) -> Iterator[tuple[Rows, Rows]]:
    """Yield per industry with peers the rows that have a value, and the rows of the peers."""
    table = pl.DataFrame({"industry": industries, "own": present, "peer": among}).with_row_index()
    groups = table.group_by("industry").agg(
        pl.col("index").filter("own").alias("own"), pl.col("index").filter("peer").alias("peers")
    )
    for own, peers in zip(groups["own"], groups["peers"], strict=True):
        if len(peers):
            yield own.to_numpy().astype(np.int64), peers.to_numpy().astype(np.int64)


def show_percent(kind: str, parts: Rationals) -> list[str]:
    """Return differences in percent as the consoles show them; spreads are cut, not rounded.

    >>> show_percent("spread", Rationals.of([2], [3])), show_percent("difference", Rationals.of([-1], [8]))
    (['66.66%'], ['-12.50%'])
    """
    if kind == "spread":
        cut = (num * 10_000 // den for num, den in zip(*_integers(parts), strict=True))
        return [f"{part // 100}.{part % 100:02}%" for part in cut]
    return [_signed(int(part)) for part in parts.half_up(4)]


def _integers(parts: Rationals) -> tuple[list[int], list[int]]:
    return [int(n) for n in parts.num], [int(d) for d in parts.den]


def _signed(hundredths: int) -> str:
    sign = "+" if hundredths > 0 else "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02}%"
