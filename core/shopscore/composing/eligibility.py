"""Eligibility: which shops meet the conditions for a published score."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from ..exact.rationals import Mask, Rationals
from ..grading.weighing import MetricValues
from ..model.rulesets import Eligibility, RuleSet


@frozen(eq=False, slots=False)
class EligibilityCheck:
    """Which shops meet one condition for a published score."""

    condition: Eligibility
    bound: Fraction
    values: Rationals
    met: Mask


def eligibility(
    ruleset: RuleSet, measured: Mapping[str, MetricValues]
) -> tuple[EligibilityCheck, ...]:
    """Each condition of the rule set against the measured values; no value counts as zero."""
    verdicts = []
    for condition in ruleset.eligibility:
        values = measured[condition.metric].values
        if condition.at_least is not None:
            bound = Fraction(ruleset.number(condition.at_least))
            met = values.at_least(bound)
        else:
            bound = Fraction(ruleset.number(condition.at_most))
            met = Rationals(-values.num, values.den).at_least(-bound)
        verdicts.append(EligibilityCheck(condition, bound, values, met))
    return tuple(verdicts)
