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
    """One condition for a published score: the values it measures, and which shops meet it."""

    eligibility: Eligibility[Fraction]
    values: ExactColumn
    met: Mask


def check_eligibility(rules: ExactRuleSet, measures: Measures) -> tuple[EligibilityCheck, ...]:
    """Check each condition of eligibility on every shop; a missing value counts as zero."""
    checks = []
    for eligibility in rules.eligibility:
        condition = eligibility.condition
        measured = measures.column(condition.measure)
        values = measured.or_else(ExactColumn.constant(0, len(measured)))
        met = reaches(values, condition.operator, measures.limits(condition))
        checks.append(EligibilityCheck(eligibility, values, met))
    return tuple(checks)
