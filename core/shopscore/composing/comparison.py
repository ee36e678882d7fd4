"""Comparison: a metric of a shop beside the mean of its industry."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ..errors import UsageError
from ..exact.rationals import Mask, Rationals
from ..grading.weighing import MetricValues
from ..model.rulesets import RuleSet

Direction = Literal["higher", "lower", "level"]


class _Column:
    """Fractions that are put in industry by industry; ``known`` says where there are some."""

    def __init__(self, size: int) -> None:
        self._num, self._den = np.zeros(size, dtype=object), np.ones(size, dtype=object)
        self.known = np.zeros(size, dtype=np.bool_)

    def put(self, rows: Sequence[int], values: Rationals) -> None:
        self._num[rows], self._den[rows], self.known[rows] = values.num, values.den, True

    @cached_property
    def values(self) -> Rationals:
        """The fractions."""
        return Rationals(self._num, self._den)


@frozen(eq=False)
class Compared:
    """One metric of every shop against its industry, exact; ``known`` says where there is a mean.

    ``directions`` are words; ``differences`` are shares, see :func:`differences` and
    :func:`spreads`, and there are none where they would divide by zero.
    """

    means: _Column
    known: Mask
    directions: npt.NDArray[np.object_]
    differences: _Column


def differences(ahead: Rationals, mean: Fraction) -> Rationals | None:
    """What shops are ahead of the mean, signed, as shares of it; None of a mean of zero.

    >>> found = differences(Rationals.of([-1], [1]), Fraction(4))
    >>> found.fractions() if found else None
    [Fraction(-1, 4)]
    """
    return ahead.scaled(1 / mean) if mean else None


def spreads(ahead: Rationals, mean: Fraction, least: Fraction, greatest: Fraction) -> Rationals:
    """How far of the way from the mean to the greatest peer, or for a lower value to the least.

    (own − mean)/(max − mean) for a higher value, (mean − own)/(mean − min) for a lower one, and 0
    where there is no way to go.

    >>> ahead = Rationals.of([1], [10])  # 4.71234 − 4.61234
    >>> spreads(ahead, Fraction("4.61234"), Fraction(4), Fraction("4.91234")).fractions()
    [Fraction(1, 3)]
    """
    up, down = greatest - mean, mean - least
    higher = ahead.scaled(1 / up if up else 0)
    lower = ahead.scaled(-1 / down if down else 0)
    return higher.where(np.asarray(ahead.num > 0, dtype=np.bool_), lower)


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
    found = Compared(
        _Column(size), np.zeros(size, np.bool_), np.full(size, None, dtype=object), _Column(size)
    )
    for mine, others in _by_industry(industries, measured.present, among):
        group = measured.values.take(others)
        mean = pooled(group) if ruleset.number(rule.mean) == "pooled" else mean_of(group)
        ahead = measured.values.take(mine) + Rationals.constant(-mean, len(mine))
        found.means.put(mine, Rationals.constant(mean, len(mine)))
        found.known[mine] = True
        found.directions[mine] = [_direction(delta) for delta in ahead.num]
        if rule.kind == "spread":
            exact = group.fractions()
            found.differences.put(mine, spreads(ahead, mean, min(exact), max(exact)))
        elif (parts := differences(ahead, mean)) is not None:
            found.differences.put(mine, parts)
    return found


def _by_industry(
    industries: Sequence[str], present: Mask, among: Mask
) -> Sequence[tuple[list[int], list[int]]]:
    """Per industry with peers: the rows that have a value, and those of the peers."""
    table = pl.DataFrame({"industry": industries, "mine": present, "peer": among}).with_row_index()
    rows = table.group_by("industry").agg(
        pl.col("index").filter("mine").alias("mine"), pl.col("index").filter("peer").alias("peers")
    )
    return [(mine, peers) for _, mine, peers in rows.iter_rows() if peers]


def _direction(ahead: int) -> Direction:
    if ahead == 0:
        return "level"
    return "higher" if ahead > 0 else "lower"


def shown(kind: str, parts: Rationals) -> list[str]:
    """Differences in percent, as the consoles write them: a spread is cut after two decimals.

    >>> shown("spread", Rationals.of([2], [3])), shown("difference", Rationals.of([-1], [8]))
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
