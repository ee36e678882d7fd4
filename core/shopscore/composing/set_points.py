"""Set points: points of metrics that the rules set where criteria are met, and gifts.

A criterion that nobody can check leaves open whether points are set. Then the metric has none, but
two ends: with the points that it would have, and with those that may be set.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from attrs import evolve

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..grading.points import METRIC_STATUSES, Graded, unweighed_shops
from ..grading.variants import by_variant
from ..model.conditions import Adjustment
from ..model.set_points import SetPoints
from ..rules.exact_rules import ExactRuleSet
from .conditions import Measures, Verdict
from .levels import check_needs

_OK, _NO_DATA = METRIC_STATUSES.index("ok"), METRIC_STATUSES.index("no_data")
_MISSING_NUMBER = METRIC_STATUSES.index("missing_number")


def set_points(
    rules: ExactRuleSet, graded: Mapping[str, Graded], measures: Measures
) -> dict[str, Graded]:
    """Return the metrics with the points that criteria set, and with the gifts that they make."""
    found = dict(graded)
    for rule in rules.set_points:
        needs = check_needs(rule.needs, rules, measures)
        found[rule.metric] = _set(rules, rule, found[rule.metric], needs, measures)
    for adjustment in rules.adjustments:
        if adjustment.needs is not None:
            needs = check_needs(adjustment.needs, rules, measures)
            found[adjustment.metric] = _given(adjustment, found[adjustment.metric], needs)
    return found


def _set(
    rules: ExactRuleSet,
    rule: SetPoints[Fraction],
    graded: Graded,
    needs: Verdict,
    measures: Measures,
) -> Graded:
    """Return a metric with the points of a rule; those that a user supplied stay as they are."""
    size = len(graded.points)
    computed = np.ones(size, dtype=np.bool_)
    if graded.supplied is not None:
        computed = ~graded.supplied
    number = ExactColumn.constant(rule.points, size)
    met, open_ = needs.met & computed, needs.open & computed
    variants = by_variant(rules, measures.industries, measures.shop_types, measures.shops)
    statuses = graded.statuses.copy()
    statuses[met] = _OK
    statuses[met & unweighed_shops(variants, rule.metric)] = _MISSING_NUMBER
    statuses[open_ & graded.points.known] = _NO_DATA
    least = _or_either(graded.least, number, open_, lower=True)
    most = _or_either(graded.most, number, open_, lower=False)
    points = number.where(met, graded.points.only(~open_))
    return evolve(
        graded,
        statuses=statuses,
        points=points,
        missing=(graded.missing | open_) & ~met,
        least=number.where(met, least),
        most=number.where(met, most),
        set_by_rule=met,
        undecided=open_,
    )


def _or_either(end: ExactColumn, number: ExactColumn, rows: Mask, *, lower: bool) -> ExactColumn:
    """Return one end of points that may be set to a number in some rows, or not."""
    values = end.values.least(number.values) if lower else end.values.greatest(number.values)
    both = ExactColumn(values, end.known).or_else(number)
    return both.where(rows, end)


def _given(adjustment: Adjustment[Fraction], graded: Graded, needs: Verdict) -> Graded:
    """Return a bonus or deduction of so many points where criteria are met, and of none elsewhere."""
    size, number = len(graded.points), adjustment.points or 0
    if adjustment.cap is not None:
        number = min(number, adjustment.cap)
    gift, open_ = ExactColumn.constant(number, size), needs.open
    points = gift.where(needs.met, ExactColumn.constant(0, size)).only(needs.told)
    statuses = np.where(open_, _NO_DATA, _OK).astype(np.int8)
    return evolve(
        graded,
        statuses=statuses,
        points=points,
        missing=open_,
        least=points,
        most=points,
        undecided=open_,
    )
