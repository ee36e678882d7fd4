"""Supposing: the scores that shops would have if their sums were a little different, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ...counting.sums import Sums
from ...exact.columns import ExactColumn
from ...exact.integers import Integers, narrow, widen
from ...grading.weighing import MetricValues
from ...value_classes import frozen
from ..regrading.placing import with_sums
from ..regrading.regrading import Regrading, alike, exact_scores

Ints = npt.NDArray[np.int64]


@frozen(eq=False)
class Supposition:
    """What becomes of shops with other sums: each case once, and which case every asked one is.

    Of each case there is the shop, the exact total, and the value of each metric that is reached.
    """

    shops: Ints
    totals: list[Fraction | None]
    values: Mapping[str, ExactColumn]
    which: Ints


def suppose(regrading: Regrading, shops: Ints, more: Mapping[str, tuple[Sums, ...]]) -> Supposition:
    """Return what becomes of shops, as rows of the result, one at a time.

    ``more`` is what is added to the sums of metrics, in the order of their tallies, for each asked
    shop.
    """
    first, which = alike([shops, *(part for of in more.values() for pair in of for part in pair)])
    result, own = regrading.result, shops[first]
    measured = {
        id: _with_more(result.measured[id].take(own), [(sums[first], n[first]) for sums, n in of])
        for id, of in more.items()
    }
    graded = bool(measured and result.rules.ruleset.dimensions)
    totals = regrading.scores(own, measured) if graded else exact_scores(result, own)
    return Supposition(own, totals, {id: one.column for id, one in measured.items()}, which)


def _with_more(values: MetricValues, more: list[Sums]) -> MetricValues:
    """Return the values of a metric with more in its sums."""
    if not values.sums:
        return values
    pairs = zip(values.sums, more, strict=True)
    return with_sums(values, [(_plus(a, b), _plus(n, m)) for (a, n), (b, m) in pairs])


def _plus(one: Integers, other: Integers) -> Integers:
    return narrow(widen(one) + widen(other))
