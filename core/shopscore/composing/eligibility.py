"""Eligibility: which shops meet the conditions for a published score."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.rulesets import Eligibility
from ..rules.exact_rules import ExactRuleSet
from .conditions import Measures


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
        measured = measures.column(eligibility.condition.measure)
        values = measured.or_else(ExactColumn.constant(0, len(measured)))
        met = measures.met(eligibility.condition, values)
        checks.append(EligibilityCheck(eligibility, values, met))
    return tuple(checks)
