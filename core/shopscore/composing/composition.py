"""Composition: points become dimensions and a score, exact until the final rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import polars as pl

from ..exact.columns import CodedColumn, ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.points import Graded
from ..grading.variants import VariantShops, by_variant
from ..rules.compositions import Composition
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import evolve, field, frozen
from .adjustments import Sums, adjust, find_raises, missing_adjustments
from .dimension_changes import DimensionChanges
from .ends import Ends, find_ends
from .holds import Holds
from .pattern_tables import STATED, PatternTables
from .patterns import Patterns
from .shares import find_shares
from .weighted_sums import Codes, GroupedColumn, Groups, weighted_sum


@frozen(eq=False)
class Told:
    """What is told of shops beside their metrics.

    Points of ``dimensions`` stand in where the rules do not say how these are made; those of
    ``filling`` wherever they cannot be computed, and ``instead`` for the shops that they have.
    ``adjustments`` are what is added or taken off in all, by its sign.
    """

    dimensions: Mapping[str, ExactColumn] = field(factory=dict)
    filling: Mapping[str, ExactColumn] = field(factory=dict)
    adjustments: Sums = field(factory=dict)
    instead: Mapping[str, ExactColumn] = field(factory=dict)


NOTHING_TOLD = Told()


@frozen(eq=False, slots=False)
class Composed:
    """Dimensions and score of every shop, exact.

    ``shares_of_metrics``, ``weights_of_dimensions`` and ``known_shares`` are what ``weights``,
    ``dimension_weights`` and ``coverage`` say of every shop, once for each pattern of shops.
    ``open`` marks the shops of whose total something is missing: a number of the rules, the input
    of a metric, a bonus or a deduction, or the peers of a metric. ``ends`` are the lowest and the
    highest total that a shop can have. ``clamped`` says where an end of the scale holds the total
    (0 the low one, 1 the high one), ``capped`` where a cap does, by its place in the rules.
    ``fixed`` marks the shops whose total the rules fix, or which they give none, since they do not
    meet a condition for a score.
    """

    score: ExactColumn
    dimensions: Mapping[str, ExactColumn]
    shares_of_metrics: Mapping[str, CodedColumn]
    weights_of_dimensions: Mapping[str, CodedColumn]
    known_shares: CodedColumn
    open: Mask
    ends: Ends
    clamped: Holds | None = None
    capped: Holds | None = None
    fixed: Mask | None = None

    @property
    def fixed_shops(self) -> Mask:
        """The shops whose total is fixed, perhaps to none."""
        return np.zeros_like(self.open) if self.fixed is None else self.fixed

    @cached_property
    def weights(self) -> dict[str, ExactColumn]:
        """The shares of metrics in the total."""
        return {id: coded.column for id, coded in self.shares_of_metrics.items()}

    @cached_property
    def dimension_weights(self) -> dict[str, ExactColumn]:
        """The weights of dimensions by the rules."""
        return {id: coded.column for id, coded in self.weights_of_dimensions.items()}

    @cached_property
    def coverage(self) -> ExactColumn:
        """The known share of the total, for shops of which not all is known."""
        return self.known_shares.column


def compose(
    rules: ExactRuleSet,
    graded: Mapping[str, Graded],
    industries: pl.Series,
    shop_types: pl.Series | None = None,
    told: Told = NOTHING_TOLD,
    shops: pl.Series | None = None,
) -> Composed:
    """Weigh points into dimensions and dimensions into the score, then apply bonus and deductions.

    ``told`` stands in for what the rules do not say, or cannot be computed of a shop.

    By the policy ``rescale`` a metric of which no row counts is left out, and the others of its
    dimension share its weight; so is a dimension without points. By ``require`` a dimension needs
    the points of all its metrics. A dimension in which a number, or the input or the peers of a
    metric are missing has no points, and then there is no total, but the ends between which it
    lies. So it is without the input of a bonus or a deduction. A shop of which nothing is known
    but values without peers has no ends: a rank may be anything.
    """
    variants = by_variant(rules, industries, shop_types, shops)
    lacking = {d.id for d in rules.dimensions if d.missing}
    own = {id: column for id, column in told.dimensions.items() if id in lacking}
    own |= told.instead
    changes = DimensionChanges(own, find_raises(rules, graded))
    ids = [entry.id for _, entry in rules.entries]
    marks = (
        {id: graded[id].points.known for id in ids},
        {id: graded[id].missing for id in ids},
        {id: graded[id].unranked for id in ids},
        {str(place): variant.rows for place, variant in enumerate(variants)},
        {id: column.known for id, column in own.items()},
    )
    patterns = Patterns.of(marks, len(industries))
    shares = [
        find_shares(variants[int(*which)].rules, available, missing, alone, having)
        for available, missing, alone, which, having in patterns.sets
    ]
    tables = PatternTables.of(rules, shares)
    composed = _compose_shops(tables, patterns.codes, graded)
    changed = changes.of_shops(rules, composed.dimensions, variants)
    if changed:
        composed = _with_dimensions(composed, changed, tables, patterns.codes)
    if composed.open.any():
        ends = find_ends(rules, graded, variants, composed.open, changes)
        composed = evolve(composed, ends=ends.changed(composed.score.or_else))
    if rules.composition is not None:
        composed = _recomposed(rules, rules.composition, graded, variants, composed, changes)
    if rules.adjustments:
        composed = _with_adjustments(rules, graded, composed, told.adjustments)
    return composed


def compose_with(
    rules: ExactRuleSet,
    graded: Mapping[str, Graded],
    industries: pl.Series,
    shop_types: pl.Series | None,
    told: Told,
    shops: pl.Series | None,
) -> Composed:
    """Compose shops, with the points of dimensions that documents tell where they have none else."""
    composed = compose(rules, graded, industries, shop_types, told, shops)
    there = {
        id: column.only(~composed.dimensions[id].known)
        for id, column in told.filling.items()
        if id in composed.dimensions
    }
    there = {id: column for id, column in there.items() if column.known.any()}
    if not there:
        return composed
    instead = evolve(told, instead=there)
    return compose(rules, graded, industries, shop_types, instead, shops)


def _recomposed(
    rules: ExactRuleSet,
    composition: Composition,
    graded: Mapping[str, Graded],
    variants: Sequence[VariantShops],
    composed: Composed,
    changes: DimensionChanges,
) -> Composed:
    """Return totals that the composition of the rules makes, in place of weighted means."""
    from .other_totals import find_totals

    scored = composed.score.known
    dimensions = composed.dimensions
    totals = find_totals(
        rules, composition, graded, dimensions, variants, scored, composed.open, changes
    )
    return evolve(composed, score=totals.score, ends=totals.ends)


def _with_dimensions(
    composed: Composed, changed: Mapping[str, ExactColumn], tables: PatternTables, codes: Codes
) -> Composed:
    """Return the shops with other points in some dimensions; where these are open, the total is."""
    total, known, open_ = composed.score.values, composed.score.known, composed.open
    for id, column in changed.items():
        before = composed.dimensions[id]
        weight = composed.dimension_weights[id]
        counts = ~(weight.known & np.asarray(weight.values.num == 0, dtype=np.bool_))
        unknown = before.known & ~column.known & counts
        open_, known = open_ | unknown, known & ~unknown
        if id in tables.total:
            share = tables.total[id].take(codes)
            ahead = column.or_zero() + before.or_zero().scaled(-1)
            total = total + share * ahead
    score = ExactColumn(total, known)
    return evolve(
        composed,
        score=score,
        dimensions={**composed.dimensions, **changed},
        open=open_,
        ends=Ends(score, score),
    )


def _with_adjustments(
    rules: ExactRuleSet, graded: Mapping[str, Graded], composed: Composed, told: Sums
) -> Composed:
    """Return totals with bonus and deductions; without the input of one there is no total."""
    ends, clamped = adjust(rules, graded, composed.ends, told)
    missing = missing_adjustments(rules, graded, told)
    known = composed.score.known & ~missing
    return evolve(
        composed,
        score=ExactColumn(ends.lowest.values, known),
        ends=ends,
        open=composed.open | (missing & ends.lowest.known),
        clamped=clamped.only(known),
    )


def _compose_shops(tables: PatternTables, codes: Codes, graded: Mapping[str, Graded]) -> Composed:
    """Compose all shops, group by group of those with equal denominators and one pattern."""
    points = {id: graded[id].points.values for id in tables.shares}
    groups = Groups.of([codes, *(values.den for values in points.values())])
    patterns = codes[groups.first]
    columns = {id: GroupedColumn.of(values, groups) for id, values in points.items()}
    columns[STATED] = GroupedColumn.of(Rationals.constant(1, len(codes)), groups)
    means = {
        id: weighted_sum(groups, columns, {m: share.take(patterns) for m, share in shares.items()})
        for id, shares in tables.means.items()
    }
    total = {id: share.take(patterns) for id, share in tables.total.items()}
    values = weighted_sum(groups, means, total).column(groups)
    score = ExactColumn(values, tables.scored[codes])
    return Composed(
        score=score,
        dimensions={
            id: ExactColumn(mean.column(groups), tables.having[id][codes])
            for id, mean in means.items()
        },
        shares_of_metrics={id: CodedColumn(t, codes) for id, t in tables.shares.items()},
        weights_of_dimensions={id: CodedColumn(t, codes) for id, t in tables.weights.items()},
        known_shares=CodedColumn(tables.coverage, codes),
        open=tables.open[codes],
        ends=Ends(score, score),
    )
