"""Composition: points become dimensions and a score, exact until the final rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ..errors import RuleSetError
from ..exact.columns import ColumnBuilder, ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.points import Graded
from ..grading.variants import VariantShops, by_variant
from ..messages import message
from ..model.rulesets import MISSING_POLICIES, Dimension
from ..rules.coverage import coverage, known_share, weights_within
from ..rules.exact_rules import ExactRuleSet, Weight
from .adjustments import adjust, missing_adjustments
from .ends import Ends, find_ends
from .patterns import find_patterns


@frozen(eq=False)
class Shares:
    """The exact shares of metrics and dimensions, for one pattern of available metrics.

    ``within`` are shares of metrics in their dimension, ``dimensions`` shares of the total, which
    sum to 1. Where a number or an input is missing, the total is ``open``, and ``dimensions`` are
    the weights of the rules, None where unknown. ``coverage`` is the known share of the total where
    there is none, and None where that is all of it.
    """

    within: Mapping[str, Fraction]
    dimensions: Mapping[str, Weight]
    coverage: Weight
    open: bool


@frozen(eq=False)
class Composed:
    """Dimensions and score of every shop, exact.

    ``weights`` are shares of metrics in the total, ``dimension_weights`` the weights of the rules.
    ``open`` marks the shops of whose total something is missing: a number of the rules, the input
    of a metric, a bonus or a deduction, or the peers of a metric. ``coverage`` is the known share,
    for shops of which not all is. ``ends`` are the lowest and the highest total that a shop can
    have.
    """

    score: ExactColumn
    dimensions: Mapping[str, ExactColumn]
    weights: Mapping[str, ExactColumn]
    dimension_weights: Mapping[str, ExactColumn]
    coverage: ExactColumn
    open: Mask
    ends: Ends


def compose(rules: ExactRuleSet, graded: Mapping[str, Graded], industries: pl.Series) -> Composed:
    """Weigh points into dimensions and dimensions into the score, then apply bonus and deductions.

    By the policy ``rescale`` a metric of which no row counts is left out, and the others of its
    dimension share its weight; so is a dimension without points. By ``require`` a dimension needs
    the points of all its metrics. A dimension in which a number, or the input or the peers of a
    metric are missing has no points, and then there is no total, but the ends between which it
    lies. So it is without the input of a bonus or a deduction. A shop of which nothing is known
    but values without peers has no ends: a rank may be anything.
    """
    ids = [entry.id for _, entry in rules.entries]
    composer = _Composer(rules, len(industries))
    for variant in by_variant(rules, industries):
        composer.add_weights(variant)
        marks = (
            {id: graded[id].points.known for id in ids},
            {id: graded[id].missing for id in ids},
            {id: graded[id].unranked for id in ids},
        )
        for (available, missing, alone), rows in find_patterns(marks, variant.rows):
            shares = _shares(variant.rules, available, missing, alone)
            points = {id: graded[id].points.values.take(rows) for id in shares.within}
            composer.add(variant.rules, rows, shares, points)
    composed = composer.build()
    ends = find_ends(rules, graded, industries, composed.open)
    composed = evolve(composed, ends=ends.changed(composed.score.or_else))
    return _with_adjustments(rules, graded, composed) if rules.adjustments else composed


def _with_adjustments(
    rules: ExactRuleSet, graded: Mapping[str, Graded], composed: Composed
) -> Composed:
    """Return totals with bonus and deductions; without the input of one there is no total."""
    ends = adjust(rules, graded, composed.ends)
    missing = missing_adjustments(rules, graded)
    score = ExactColumn(ends.lowest.values, composed.score.known & ~missing)
    return evolve(
        composed, score=score, ends=ends, open=composed.open | (missing & ends.lowest.known)
    )


def _shares(
    rules: ExactRuleSet, available: set[str], missing: set[str], unranked: set[str]
) -> Shares:
    within: dict[str, Fraction] = {}
    weights: dict[str, Weight] = {}
    unknown = _unknown(rules, available, missing, unranked)
    for dimension in rules.dimensions:
        if known_share(rules, dimension, available, unknown) != 1:
            continue
        if dimension.points is None:
            shares = _shares_within(rules, dimension, available)
            if not shares:
                continue
            within |= shares
        weights[dimension.id] = dimension.weight
    covered = coverage(rules, available, unknown)
    if covered is not None:
        return Shares(within, weights, covered, open=True)
    total = sum((weight or Fraction(0) for weight in weights.values()), Fraction(0))
    if not total:
        return Shares({}, {}, coverage(rules, available, unranked), open=False)
    return Shares(within, {id: (w or 0) / total for id, w in weights.items()}, None, open=False)


def _unknown(
    rules: ExactRuleSet, available: set[str], missing: set[str], unranked: set[str]
) -> set[str]:
    """Return the metrics without points of which the total would depend, if they had some."""
    unknown = missing | unranked if _knows_more(rules, available, missing) else missing
    if rules.policy != "require":
        return unknown
    possible = available | missing | unranked
    closed = (d.metrics for d in rules.dimensions if any(m.id not in possible for m in d.metrics))
    return unknown - {metric.id for metrics in closed for metric in metrics}


def _knows_more(rules: ExactRuleSet, available: set[str], missing: set[str]) -> bool:
    """Return whether there is more to say of a shop than that nothing of it can be ranked."""
    given = any(dimension.points is not None for dimension in rules.dimensions)
    return bool(available or missing or given) or coverage(rules) is not None


def _shares_within(
    rules: ExactRuleSet, dimension: Dimension[Weight], available: set[str]
) -> dict[str, Fraction]:
    """Return the shares of available metrics in a dimension; none where it has no points."""
    if rules.policy not in MISSING_POLICIES:
        raise RuleSetError(
            message(
                "{ruleset}: unknown policy for missing metrics {policy!r}",
                ruleset=rules.name,
                policy=rules.policy,
            )
        )
    weights = {id: w for id, w in weights_within(dimension).items() if id in available}
    total = sum(weights.values(), Fraction(0))
    incomplete = len(weights) < len(dimension.metrics)
    if not total or (rules.policy == "require" and incomplete):
        return {}
    return {id: weight / total for id, weight in weights.items()}


class _Composer:
    """The columns of the result, filled pattern by pattern."""

    def __init__(self, rules: ExactRuleSet, size: int) -> None:
        self._score, self._coverage = ColumnBuilder(size), ColumnBuilder(size)
        self._open = np.zeros(size, dtype=np.bool_)
        self._dimensions = {d.id: ColumnBuilder(size) for d in rules.dimensions}
        self._dimension_weights = {d.id: ColumnBuilder(size) for d in rules.dimensions}
        self._weights = {m.id: ColumnBuilder(size) for _, m in rules.entries}

    def add_weights(self, variant: VariantShops) -> None:
        """Add the weights of dimensions, which hold for all shops of a variant."""
        rows = np.flatnonzero(variant.rows)
        for dimension in variant.rules.dimensions:
            if dimension.weight is not None:
                weights = Rationals.constant(dimension.weight, len(rows))
                self._dimension_weights[dimension.id].put(rows, weights)

    def add(
        self,
        rules: ExactRuleSet,
        rows: npt.NDArray[np.int64],
        shares: Shares,
        points: Mapping[str, Rationals],
    ) -> None:
        """Compose the dimensions of shops with one pattern, and the total unless it is open."""
        total = Rationals.constant(0, len(rows))
        for dimension in rules.dimensions:
            if dimension.id not in shares.dimensions:
                continue
            share = shares.dimensions[dimension.id]
            ids = [m.id for m in dimension.metrics if m.id in shares.within]
            if dimension.points is not None:
                ids, mean = [], Rationals.constant(dimension.points, len(rows))
            else:
                mean = _weighted_sum([(shares.within[id], points[id]) for id in ids])
            self._dimensions[dimension.id].put(rows, mean)
            if share is None:
                continue
            total = total + mean.scaled(share)
            for id in ids:
                weight = Rationals.constant(shares.within[id] * share, len(rows))
                self._weights[id].put(rows, weight)
        self._open[rows] = shares.open
        if shares.coverage is not None:
            self._coverage.put(rows, Rationals.constant(shares.coverage, len(rows)))
        if shares.dimensions and not shares.open:
            self._score.put(rows, total)

    def build(self) -> Composed:
        return Composed(
            score=(score := self._score.build()),
            dimensions={id: c.build() for id, c in self._dimensions.items()},
            weights={id: c.build() for id, c in self._weights.items()},
            dimension_weights={id: c.build() for id, c in self._dimension_weights.items()},
            coverage=self._coverage.build(),
            open=self._open,
            ends=Ends(score, score),
        )


def _weighted_sum(parts: Sequence[tuple[Fraction, Rationals]]) -> Rationals:
    common = lcm(*(share.denominator for share, _ in parts))  # so that few denominators multiply
    first, *rest = (points.scaled(share * common) for share, points in parts)
    for part in rest:
        first = first + part
    return first.scaled(Fraction(1, common))
