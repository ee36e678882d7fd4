"""Adjustments: what a bonus adds to a total, and a deduction takes from it, within the scale.

A scale may be open at an end, where the rules say so. An adjustment whose input is missing may turn
out to be nothing, all that its cap allows, or, without a cap, as much as the scale holds. So the
total lies between two ends, even where all else is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.points import Graded
from ..model.conditions import Adjustment
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import frozen
from .dimension_changes import Raise
from .ends import Ends
from .holds import Holds

#: What is added or taken off in all, by its sign, where a document tells it.
Sums = Mapping[int, ExactColumn]


def missing_adjustments(
    rules: ExactRuleSet, graded: Mapping[str, Graded], told: Sums = MappingProxyType({})
) -> Mask:
    """Return the shops that lack the input of a bonus or a deduction that can be more than 0.

    It is not lacking where it is ``told`` how much is added or taken off in all.
    """
    size = len(next(iter(graded.values())).points)
    missing = np.zeros(size, dtype=np.bool_)
    for adjustment in _of_total(rules):
        if adjustment.cap != 0:
            lacking = graded[adjustment.metric].missing
            whole = told.get(adjustment.sign)
            missing |= lacking if whole is None else lacking & ~whole.known
    return missing


def _in_the_place_of_missing(
    rules: ExactRuleSet, graded: Mapping[str, Graded], told: Sums
) -> dict[int, ExactColumn]:
    """Return what is told in all for the shops that lack the input of an adjustment of that sign."""
    found = {}
    for sign, whole in told.items():
        parts = [graded[a.metric].missing for a in _of_total(rules) if a.sign == sign]
        if parts:
            found[sign] = whole.only(np.logical_or.reduce(parts))
    return found


def _of_total(rules: ExactRuleSet) -> list[Adjustment[Fraction]]:
    """Return what is added to the total or taken from it, and not from a dimension."""
    return [adjustment for adjustment in rules.adjustments if not adjustment.dimension]


def adjust(
    rules: ExactRuleSet,
    graded: Mapping[str, Graded],
    ends: Ends,
    told: Sums = MappingProxyType({}),
) -> tuple[Ends, Holds]:
    """Return the ends of a total with bonus and deductions; they are one where all is known.

    What is ``told`` in all stands in for those of a shop that lacks the input of one. With the ends
    comes where an end of the scale holds the total: 0 is the low end, 1 the high one.
    """
    whole = _in_the_place_of_missing(rules, graded, told)
    changes: list[_Change | _Whole] = [
        _Change(one, graded[one.metric], whole.get(one.sign)) for one in _of_total(rules)
    ]
    changes += (_Whole(sign, column) for sign, column in whole.items())
    lowest = _changed(ends.lowest, changes, -1)
    changed = Ends(
        _within_scale(rules, lowest, changes, -1),
        _within_scale(rules, _changed(ends.highest, changes, 1), changes, 1),
    )
    low, high = _ends_of_scale(rules, len(lowest))
    places = np.full(len(lowest), -1, dtype=np.int8)
    if rules.clamp in ("both", "low"):
        places[low.above(lowest.values)] = 0
    if rules.clamp in ("both", "high"):
        places[lowest.values.above(high)] = 1
    return changed, Holds(places, lowest, np.zeros(len(lowest), dtype=np.bool_))


def find_raises(rules: ExactRuleSet, graded: Mapping[str, Graded]) -> dict[str, Raise]:
    """Return what bonuses add to the points of dimensions, by the id of the dimension."""
    raises: dict[str, Raise] = {}
    for adjustment in rules.adjustments:
        if adjustment.dimension:
            change = _Change(adjustment, graded[adjustment.metric])
            own = Raise(change.towards(-1), change.towards(1))
            before = raises.get(adjustment.dimension)
            if before is not None:
                own = Raise(own.least + before.least, own.most + before.most)
            raises[adjustment.dimension] = own
    return raises


@frozen(eq=False)
class _Change:
    """One bonus or deduction of every shop."""

    adjustment: Adjustment[Fraction]
    graded: Graded
    replaced: ExactColumn | None = None

    def towards(self, direction: int) -> Rationals:
        """Return what it adds to a total that is to be as high (1) or as low (-1) as it can be."""
        cap, amount = self.adjustment.cap, self.graded.points.or_zero()
        if cap is not None and self.adjustment.sign == direction:
            amount = Rationals.constant(cap, len(amount)).where(self.graded.missing, amount)
        if self.replaced is not None:
            amount = Rationals.constant(0, len(amount)).where(self.replaced.known, amount)
        return amount.scaled(self.adjustment.sign)

    def without_end(self, direction: int) -> Mask:
        """Return the shops whose total it can take to the end of the scale in that direction."""
        free = self.adjustment.cap is None and self.adjustment.sign == direction
        missing = self.graded.missing & free
        return missing if self.replaced is None else missing & ~self.replaced.known


@frozen(eq=False)
class _Whole:
    """What all bonuses or all deductions of some shops are together."""

    sign: int
    column: ExactColumn

    def towards(self, _: int) -> Rationals:
        return self.column.or_zero().scaled(self.sign)

    def without_end(self, _: int) -> Mask:
        return np.zeros(len(self.column), dtype=np.bool_)


def _changed(end: ExactColumn, changes: Sequence[_Change | _Whole], direction: int) -> ExactColumn:
    """Return one end of the total after all changes, whatever the scale is."""
    total = end.values
    for change in changes:
        total = total + change.towards(direction)
    return ExactColumn(total, end.known)


def _within_scale(
    rules: ExactRuleSet, end: ExactColumn, changes: Sequence[_Change | _Whole], direction: int
) -> ExactColumn:
    """Return one end of the total, within the ends of the scale that hold.

    Where nothing ends what may be added or taken, the total has no such end.
    """
    total, known = end.values, end.known
    low, high = _ends_of_scale(rules, len(end))
    if rules.clamp in ("both", "high"):
        total = total.least(high)
    if rules.clamp in ("both", "low"):
        total = total.greatest(low)
    last, ends = (high, "high") if direction == 1 else (low, "low")
    for change in changes:
        free = change.without_end(direction)
        if rules.clamp in ("both", ends):
            total = last.where(free, total)
        else:
            known = known & ~free
    return ExactColumn(total, known)


def _ends_of_scale(rules: ExactRuleSet, size: int) -> tuple[Rationals, Rationals]:
    return Rationals.constant(rules.total_low, size), Rationals.constant(rules.high, size)
