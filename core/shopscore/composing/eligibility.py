"""Eligibility: which shops meet the conditions for a published score."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.rulesets import Eligibility
from ..rules.exact_rules import ExactRuleSet
from .conditions import Measures, reaches


@frozen(eq=False, slots=False)
class EligibilityCheck:
    """Which shops meet one condition for a published score, and the values that it looks at."""

    eligibility: Eligibility[Fraction]
    values: ExactColumn
    met: Mask


def check_eligibility(rules: ExactRuleSet, measures: Measures) -> tuple[EligibilityCheck, ...]:
    """Check each condition of the rule set against the measures; no value counts as zero."""
    checks = []
    for eligibility in rules.eligibility:
        condition = eligibility.condition
        found = measures.column(condition.measure)
        counted = ExactColumn.constant(0, len(found)).where(~found.known, found)
        met = reaches(counted, condition.operator, measures.limits(condition))
        checks.append(EligibilityCheck(eligibility, counted, met))
    return tuple(checks)
