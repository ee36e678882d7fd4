"""Eligibility: which shops meet the conditions for a published score."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.rulesets import Eligibility
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import frozen
from .conditions import Measures, Verdict


@frozen(eq=False)
class EligibilityCheck:
    """One condition for a published score: the values it measures, and who meets it or fails.

    Where what it measures is missing, nobody can tell.
    """

    eligibility: Eligibility[Fraction]
    values: ExactColumn
    verdict: Verdict


def ranked_shops(rules: ExactRuleSet, checks: Sequence[EligibilityCheck]) -> Mask | None:
    """Return which shops are ranked among each other; None where all are.

    A condition that could not be checked keeps nobody out.
    """
    if not rules.peers_need_eligibility or not checks:
        return None
    failed = np.logical_or.reduce([check.verdict.failed for check in checks])
    return np.asarray(~failed, dtype=np.bool_)


def check_eligibility(rules: ExactRuleSet, measures: Measures) -> tuple[EligibilityCheck, ...]:
    """Check each condition of eligibility on every shop; where no row counts, the value is zero."""
    checks = []
    for eligibility in rules.eligibility:
        condition = eligibility.condition
        measured = measures.column(condition.measure)
        values = measured.or_else(ExactColumn.constant(0, len(measured)))
        verdict = measures.verdict(condition, values)
        checks.append(EligibilityCheck(eligibility, values.only(verdict.told), verdict))
    return tuple(checks)
