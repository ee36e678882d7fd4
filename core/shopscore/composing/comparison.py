"""Comparison: the metrics of a shop compared with the means of its industry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import UsageError
from ..exact.columns import ColumnBuilder, ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.means import Rows, mean_of_kind
from ..grading.weighing import MetricValues
from ..messages import message
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import frozen

Direction = Literal["higher", "lower", "level"]
#: The words for the signs 0, 1 and -1, by their places.
DIRECTIONS: tuple[Direction, ...] = ("level", "higher", "lower")


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
    and 0 where there is no such distance.

    >>> ahead = Rationals.of([1], [10])  # 4.71234 − 4.61234
    >>> spreads(ahead, Fraction("4.61234"), Fraction(4), Fraction("4.91234")).fractions()
    [Fraction(1, 3)]
    """
    up, down = greatest - mean, mean - least
    above, shares = ahead.signs() > 0, ColumnBuilder(len(ahead))
    shares.put(above, ahead.take(above).scaled(1 / up if up > 0 else 0))
    shares.put(~above, ahead.take(~above).scaled(-1 / down if down > 0 else 0))
    return shares.build().values


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


def compare(
    rules: ExactRuleSet,
    measured: MetricValues,
    industries: Sequence[str] | pl.Series,
    peers: Mask | None,
) -> Compared:
    """Compare each shop's value with the mean of its industry, as the rule set declares.

    The mean is over the peers with a value, including the shop itself; a pooled one over those with
    rows. Where these have none together, nothing is compared.

    Raises:
        UsageError: where the rule set has no comparison.
    """
    rule = rules.comparison
    if rule is None:
        raise UsageError(
            message("rule set {ruleset} has no comparison with the industry", ruleset=rules.name)
        )
    averaged = measured.averaged(rules.mean_kind)
    among = averaged if peers is None else averaged & peers
    size = len(industries)
    means, differs = ColumnBuilder(size), ColumnBuilder(size)
    signs = np.zeros(size, dtype=np.int8)
    for rows, others in by_industry(industries, measured.known, among):
        mean = mean_of_kind(rules.mean_kind, measured, others)
        if mean is None:
            continue
        ahead = measured.values.take(rows).plus(-mean)
        means.put(rows, Rationals.constant(mean, len(rows)))
        signs[rows] = ahead.signs()
        if rule.kind == "spread":
            valued = others[measured.known[others]]
            if len(valued):
                ends = extremes(measured.values.take(valued))
                differs.put(rows, spreads(ahead, mean, *ends))
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
