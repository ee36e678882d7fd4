"""Levels: which criteria each shop meets, and the first level whose criteria hold.

A criterion that nobody can check is neither met nor failed. So a shop has a level for certain, and
the highest that is possible; where they are the same, it has that level.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.conditions import Combined
from ..model.rulesets import Criterion, Level
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import frozen
from .conditions import Measures, Verdict


@frozen(eq=False)
class CriterionCheck:
    """One criterion on every shop: what it measures, its bound, and who meets it or fails."""

    criterion: Criterion[Fraction]
    values: ExactColumn
    bounds: ExactColumn
    verdict: Verdict


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


def find_levels(rules: ExactRuleSet, measures: Measures) -> Levels | None:
    """Return the levels of all shops; None where the rules have no criteria."""
    if not rules.criteria:
        return None
    checks = {one.id: check_criterion(one, measures) for one in rules.criteria}
    size = len(measures.industries)
    certain = np.full(size, len(rules.levels), dtype=np.int8)
    possible = certain.copy()
    for place in reversed(range(len(rules.levels))):
        verdict = _combined(rules.levels[place].needs, checks, size)
        certain[verdict.met], possible[~verdict.failed] = place, place
    return Levels(tuple(checks.values()), rules.levels, certain, possible)


def check_needs(needs: Combined | None, rules: ExactRuleSet, measures: Measures) -> Verdict:
    """Check some criteria of the rules on all shops: all of them, or any."""
    asked = () if needs is None else needs.ids
    checks = {one.id: check_criterion(one, measures) for one in rules.criteria if one.id in asked}
    return _combined(needs, checks, len(measures.industries))


def check_criterion(criterion: Criterion[Fraction], measures: Measures) -> CriterionCheck:
    """Check one criterion on all shops."""
    condition, measures = criterion.condition, measures.of_criterion(criterion.id)
    values, bounds = measures.column(condition.measure), measures.bounds(condition)
    return CriterionCheck(criterion, values, bounds, measures.verdict(condition))


def _combined(needs: Combined | None, checks: Mapping[str, CriterionCheck], size: int) -> Verdict:
    """Return which shops meet all, or any, of some criteria."""
    if needs is None:
        everyone = np.ones(size, dtype=np.bool_)
        return Verdict(everyone, ~everyone)
    parts = [
        checks[part].verdict
        if isinstance(part, str)
        else _combined(Combined(not needs.every, part), checks, size)
        for part in needs.parts
    ]
    return Verdict.of_all(parts) if needs.every else Verdict.of_any(parts)
