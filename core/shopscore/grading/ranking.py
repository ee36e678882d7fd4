"""Percentile ranks within groups, and against a benchmark table.

Every kind is on 0 (worst) to 1 (best). Of a group of m values, let ``worse`` be the number of
values that are worse than a shop's, ``equal`` the number equal to it (itself included), and
r = worse + (equal + 1)/2 its average rank from the worst:

==================== ================================ ==========================================
kind                 percentile                       defined as
==================== ================================ ==========================================
``mid_percent_rank`` (r − 1)/(m − 1)                  the default; undefined for m = 1
``percent_rank``     worse/(m − 1)                    SQL ``PERCENT_RANK``; 0 for m = 1
``cume_dist``        (worse + equal)/m                SQL ``CUME_DIST``
``rank``             r/m                              ``scipy.stats.percentileofscore`` ÷ 100
``weak``             (worse + equal)/m                ditto
``strict``           worse/m                          ditto
``mean``             (worse + equal/2)/m              ditto
==================== ================================ ==========================================

Ranks are counted in integers, so that ties are ties and a percentile is an exact fraction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ..errors import UsageError, did_you_mean
from ..exact.rationals import Floats, Mask, Rationals
from ..model.rulesets import RANKING_KINDS
from .benchmarks import Benchmark, table_percentiles

KINDS = RANKING_KINDS

Ints = npt.NDArray[np.int64]

# (worse, equal, m) -> numerator, denominator
_FORMULAS: dict[str, Callable[[Ints, Ints, Ints], tuple[Ints, Ints]]] = {
    "mid_percent_rank": lambda worse, equal, m: (2 * worse + equal - 1, 2 * (m - 1)),
    "percent_rank": lambda worse, _, m: (worse, np.maximum(m - 1, 1)),
    "cume_dist": lambda worse, equal, m: (worse + equal, m),
    "rank": lambda worse, equal, m: (2 * worse + equal + 1, 2 * m),
    "weak": lambda worse, equal, m: (worse + equal, m),
    "strict": lambda worse, _, m: (worse, m),
    "mean": lambda worse, equal, m: (2 * worse + equal, 2 * m),
}


@frozen(eq=False)
class Ranks:
    """Exact percentiles; ``ranked`` is false where there is no value or no peers."""

    percentiles: Rationals
    ranked: Mask


def exact_ranks(
    values: Floats,
    groups: npt.NDArray[np.integer] | None = None,
    *,
    kind: str = "mid_percent_rank",
    better: Literal["higher", "lower"] = "higher",
    present: Mask | None = None,
) -> Ranks:
    """Percentile ranks as exact fractions; see :func:`percentile_rank`.

    ``present`` says which values there are; by default those that are not NaN.
    """
    if kind not in _FORMULAS:
        raise UsageError(f"unknown kind of rank {kind}{did_you_mean(kind, KINDS)}")
    if better not in ("higher", "lower"):
        raise UsageError(f"better is 'higher' or 'lower', not {better!r}")
    there = ~np.isnan(values) if present is None else present
    codes = np.zeros(len(values), dtype=np.int64) if groups is None else groups
    if not len(values) == len(codes) == len(there):
        raise UsageError("values and groups must have one length")
    rows = np.flatnonzero(there)
    num = np.zeros(len(values), dtype=np.int64)
    den = np.ones(len(values), dtype=np.int64)
    if len(rows):
        worse, equal, size = _counts(values[rows], codes[rows], better)
        num[rows], den[rows] = _FORMULAS[kind](worse, equal, size)
    ranked = there & (den > 0)
    return Ranks(Rationals(np.where(ranked, num, 0), np.where(ranked, den, 1)), ranked)


def _counts(values: Floats, codes: npt.NDArray[np.integer], better: str) -> tuple[Ints, Ints, Ints]:
    """Per value: how many of its group are worse, how many equal, and how many there are."""
    by_value = np.argsort(values, kind="stable")
    order = by_value[np.argsort(codes[by_value], kind="stable")]
    sorted_values, sorted_codes = values[order], codes[order]
    new_group = np.r_[True, sorted_codes[1:] != sorted_codes[:-1]]
    new_run = new_group | np.r_[True, sorted_values[1:] != sorted_values[:-1]]
    group_start, group_size = _spans(new_group)
    run_start, equal = _spans(new_run)
    below = run_start - group_start
    worse = below if better == "higher" else group_size - below - equal
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return worse[back], equal[back], group_size[back]


def _spans(starts: Mask) -> tuple[Ints, Ints]:
    """For each position: where its run of equals starts, and how long the run is."""
    first = np.flatnonzero(starts).astype(np.int64)
    length = np.diff(np.r_[first, len(starts)])
    return np.repeat(first, length), np.repeat(length, length)


def percentile_rank(
    values: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
    *,
    kind: str = "mid_percent_rank",
    better: Literal["higher", "lower"] = "higher",
) -> Floats:
    """Percentile rank of each value within its group, from 0 (worst) to 1 (best).

    Args:
        values: one-dimensional numbers; NaN is no value, and no peer.
        groups: a label for each value; by default all are one group.
        kind: how ties and ends are treated; see the table of this module.
        better: the direction that is better.

    Returns:
        A float64 array of the same length; NaN where there is no value, and for
        ``mid_percent_rank`` in a group of one.

    Raises:
        UsageError: for an unknown kind or direction, or arrays that do not match.

    >>> percentile_rank([1, 2, 2, 4]).tolist()
    [0.0, 0.5, 0.5, 1.0]
    >>> percentile_rank([0.1, 0.3, 9.0], ["food", "food", "toys"], better="lower").tolist()
    [1.0, 0.0, nan]
    """
    numbers = np.asarray(values, dtype=np.float64) + 0.0  # −0.0 is 0.0
    if numbers.ndim != 1:
        raise UsageError(f"values must have one dimension, not {numbers.ndim}")
    codes = None if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    ranks = exact_ranks(numbers, codes, kind=kind, better=better)
    return np.where(ranks.ranked, ranks.percentiles.floats(), np.nan)


def benchmark_percentile(
    values: npt.ArrayLike,
    benchmark: Benchmark,
    metric: str,
    industries: Sequence[str],
    *,
    better: Literal["higher", "lower"] = "higher",
) -> Floats:
    """Percentile of each value by a benchmark table, from 0 (worst) to 1 (best).

    Linear between the points of the table, flat outside; a value that several points share takes
    the mean of their lowest and highest percentile.

    Args:
        values: one-dimensional numbers; NaN is no value.
        benchmark: the table.
        metric: the id of the metric.
        industries: the industry of each value; rows ``*`` serve those without their own.
        better: the direction that is better; the table must run in it.

    Returns:
        A float64 array of the same length; NaN where there is no value, or no row serves it.

    >>> from shopscore import Benchmark
    >>> table = Benchmark.from_rows([("*", "rate", "1", "0"), ("*", "rate", "0", "0.5")])
    >>> industries = ["food", "toys"]
    >>> benchmark_percentile([0.1, 0.9], table, "rate", industries, better="lower").tolist()
    [0.8, 0.0]
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (len(industries),):
        raise UsageError("values and industries must have one length")
    if np.isinf(numbers).any():
        raise UsageError("values must be finite, or NaN for none")
    there = ~np.isnan(numbers)
    exact = [
        Fraction(str(v)) if known else Fraction(0) for v, known in zip(numbers, there, strict=True)
    ]
    column = Rationals.of([f.numerator for f in exact], [f.denominator for f in exact])
    found, served = table_percentiles(benchmark, metric, list(industries), column, there, better)
    return np.where(served, found.floats(), np.nan)
