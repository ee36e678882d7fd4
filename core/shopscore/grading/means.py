"""Means of several shops: of what they have together, or of their own values."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from ..exact.integers import SAFE, Integers, dense_ranks, magnitude, narrow, total
from ..exact.rationals import Rationals
from .weighing import MetricValues, combine

#: Positions of shops.
Rows = npt.NDArray[np.int64]


def mean_of_kind(kind: str, measured: MetricValues, rows: Rows) -> Fraction | None:
    """Return the mean of some shops: ``pooled``, or of the ``shops``' own values.

    The shops are those of :meth:`MetricValues.averaged`, at least one. They may have no pooled mean.
    """
    if kind == "pooled" and measured.pooling != "values":
        return pooled_mean(measured, rows)
    return mean_of(measured.values.take(rows))


def pooled_mean(measured: MetricValues, rows: Rows) -> Fraction | None:
    """Return the value that some shops have together; None where they have none.

    What was counted is added up, tally by tally, and combined as if it were that of one shop. A
    value that was typed in counts with the rows that it rests on, where it can be among them.
    """
    uncounted = measured.uncounted[rows]
    num = den = Fraction(0)
    if measured.metric is not None and not uncounted.all():
        counted = rows[~uncounted]
        sums = [(_added(own, counted), _added(counts, counted)) for own, counts in measured.sums]
        together = combine(measured.metric, sums)
        if together.known[0]:
            num, den = (
                Fraction(int(part[0])) for part in (together.values.num, together.values.den)
            )
    if uncounted.any():
        typed = rows[uncounted]
        n = Rationals(measured.n[typed], np.ones(len(typed), dtype=np.int64))
        num += measured.per_row * _sum_of(measured.values.take(typed) * n)
        den += measured.per_row * total(measured.n[typed])
    return num / den if den else None


def _added(part: Integers, rows: Rows) -> Integers:
    """Return the sum of some shops, as that of one."""
    return narrow(np.array([total(part[rows])], dtype=object))


def mean_of(values: Rationals) -> Fraction:
    """Return the plain mean of the values.

    >>> mean_of(Rationals.of([1, 1], [2, 3]))
    Fraction(5, 12)
    """
    return _sum_of(values) / len(values)


def _sum_of(values: Rationals) -> Fraction:
    totals = _totals_by_denominator(values.reduced())
    common = lcm(*totals)
    return Fraction(sum(total * (common // d) for d, total in totals.items()), common)


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
