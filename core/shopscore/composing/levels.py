"""Levels: which criteria each shop meets, and the first level whose criteria hold.

A criterion that nobody can check is neither met nor failed. So a shop has a level for certain, and
the highest that is possible; where they are the same, it has that level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.conditions import Combined, Operator
from ..model.rulesets import Criterion, Level
from ..rules.exact_rules import ExactRuleSet
from .conditions import Measures, reaches

#: On either of these no value is equal to a limit.
_SIDES: tuple[Operator, ...] = ("above", "below")


@frozen(eq=False)
class CriterionCheck:
    """One criterion on every shop: what it measures, its limit, and who meets it or fails."""

    criterion: Criterion[Fraction]
    values: ExactColumn
    limits: ExactColumn
    met: Mask
    failed: Mask


@frozen(eq=False)
class Levels:
    """The levels of every shop, as positions in ``levels``; their number stands for none.

    ``certain`` is the first level whose criteria are met, ``possible`` the first that is not
    failed: the same, or one before it.
    """

    checks: tuple[CriterionCheck, ...]
    levels: tuple[Level, ...]
    certain: npt.NDArray[np.int8]
    possible: npt.NDArray[np.int8]

    @property
    def known(self) -> Mask:
        """The shops whose level is known."""
        return np.asarray(self.certain == self.possible, dtype=np.bool_)


def find_levels(
    rules: ExactRuleSet, measures: Measures, totals: Sequence[ExactColumn] = ()
) -> Levels | None:
    """Return the levels of all shops; None where the rules have no criteria.

    ``totals`` are the ends between which the total of a shop lies: a criterion on it is met where
    both ends meet it.
    """
    if not rules.criteria:
        return None
    checks = {one.id: check_criterion(one, measures, totals) for one in rules.criteria}
    size = len(measures.industries)
    certain = np.full(size, len(rules.levels), dtype=np.int8)
    possible = certain.copy()
    for place in reversed(range(len(rules.levels))):
        met, failed = _combined(rules.levels[place].needs, checks, size)
        certain[met], possible[~failed] = place, place
    return Levels(tuple(checks.values()), rules.levels, certain, possible)


@frozen(eq=False)
class Needs:
    """Which shops meet what is asked of criteria, all or any of them, and who certainly does not."""

    met: Mask
    failed: Mask

    @property
    def open(self) -> Mask:
        """The shops of which nobody can tell."""
        return np.asarray(~(self.met | self.failed), dtype=np.bool_)


def check_needs(
    needs: Combined | None,
    rules: ExactRuleSet,
    measures: Measures,
    totals: Sequence[ExactColumn] = (),
) -> Needs:
    """Check some criteria of the rules on all shops, as :func:`find_levels` does."""
    asked = () if needs is None else needs.ids
    checks = {
        one.id: check_criterion(one, measures, totals) for one in rules.criteria if one.id in asked
    }
    return Needs(*_combined(needs, checks, len(measures.industries)))


def check_criterion(
    criterion: Criterion[Fraction], measures: Measures, totals: Sequence[ExactColumn] = ()
) -> CriterionCheck:
    """Check one criterion on all shops, as :func:`find_levels` does."""
    condition = criterion.condition
    values, limits = measures.column(condition.measure), measures.limits(condition)
    if condition.measure.kind == "total" and totals:
        held = [evolve(measures, total=total).met(condition) for total in totals]
        known = np.logical_and.reduce([total.known for total in totals])
        met, failed = np.logical_and.reduce(held), known & ~np.logical_or.reduce(held)
        if condition.operator == "equal to":  # what lies between the ends may be equal
            beyond = [
                np.logical_and.reduce([reaches(total, side, limits) for total in totals])
                for side in _SIDES
            ]
            failed = np.logical_or.reduce(beyond)
    else:
        told = measures.told(condition)
        if not condition.measure.metric:
            told = told & values.known
        met = measures.met(condition) & told
        failed = told & ~met
    return CriterionCheck(criterion, values, limits, met, failed)


def _combined(
    needs: Combined | None, checks: Mapping[str, CriterionCheck], size: int
) -> tuple[Mask, Mask]:
    """Return which shops meet all, or any, of some criteria, and which certainly do not."""
    everyone = np.ones(size, dtype=np.bool_)
    if needs is None:
        return everyone, ~everyone
    parts = [
        (checks[part].met, checks[part].failed)
        if isinstance(part, str)
        else _combined(Combined(not needs.every, part), checks, size)
        for part in needs.parts
    ]
    met, failed = [part[0] for part in parts], [part[1] for part in parts]
    if needs.every:
        return np.logical_and.reduce(met), np.logical_or.reduce(failed)
    return np.logical_or.reduce(met), np.logical_and.reduce(failed)
