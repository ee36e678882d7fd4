"""Eligibility: which shops meet the conditions for a published score."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from attrs import frozen

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.rulesets import Eligibility
from ..rules.exact_rules import ExactRuleSet
from .conditions import Measures


@frozen(eq=False, slots=False)
class EligibilityCheck:
    """One condition for a published score: the values it measures, and which shops meet it.

    ``checked`` marks the shops for which it could be checked: where what it measures is missing,
    nobody knows whether the condition is met.
    """

    eligibility: Eligibility[Fraction]
    values: ExactColumn
    met: Mask
    checked: Mask

    @property
    def failed(self) -> Mask:
        """The shops that are known not to meet the condition."""
        return self.checked & ~self.met


def ranked_shops(rules: ExactRuleSet, checks: Sequence[EligibilityCheck]) -> Mask | None:
    """Return which shops are ranked among each other; None where all are.

    A condition that could not be checked keeps nobody out.
    """
    if not rules.peers_need_eligibility or not checks:
        return None
    return np.asarray(~np.logical_or.reduce([check.failed for check in checks]), dtype=np.bool_)


def check_eligibility(rules: ExactRuleSet, measures: Measures) -> tuple[EligibilityCheck, ...]:
    """Check each condition of eligibility on every shop; where no row counts, the value is zero."""
    checks = []
    for eligibility in rules.eligibility:
        measured = measures.column(eligibility.condition.measure)
        checked = measures.checkable(eligibility.condition)
        values = measured.or_else(ExactColumn.constant(0, len(measured))).only(checked)
        met = measures.met(eligibility.condition, values) & checked
        checks.append(EligibilityCheck(eligibility, values, met, checked))
    return tuple(checks)
