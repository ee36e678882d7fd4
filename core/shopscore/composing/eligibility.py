"""Eligibility: which shops meet the conditions for a published score."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import evolve, frozen

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.rulesets import Eligibility
from ..rules.exact_rules import ExactRuleSet
from .conditions import Measures


@frozen(eq=False, slots=False)
class EligibilityCheck:
    """One condition for a published score: the values it measures, and which shops meet it.

    ``unchecked`` marks the shops that are only taken to meet it, since nobody can tell.
    """

    eligibility: Eligibility[Fraction]
    values: ExactColumn
    met: Mask
    unchecked: Mask | None = None


def check_eligibility(rules: ExactRuleSet, measures: Measures) -> tuple[EligibilityCheck, ...]:
    """Check each condition of eligibility on every shop; a missing value counts as zero."""
    checks = []
    for eligibility in rules.eligibility:
        measured = measures.column(eligibility.condition.measure)
        values = measured.or_else(ExactColumn.constant(0, len(measured)))
        met = measures.met(eligibility.condition, values)
        checks.append(EligibilityCheck(eligibility, values, met))
    return tuple(checks)


def take_as_met(
    checks: tuple[EligibilityCheck, ...], unchecked: Mapping[str, Mask], measures: Measures
) -> tuple[EligibilityCheck, ...]:
    """Return the checks, taken as met by shops of which nobody can tell whether they meet them."""
    taken = []
    for check in checks:
        mask = unchecked.get(check.eligibility.id)
        if mask is None:
            taken.append(check)
            continue
        known = measures.metrics[check.eligibility.condition.measure.metric].known
        open_ = mask & ~(check.met & known)
        taken.append(evolve(check, met=check.met | mask, unchecked=open_))
    return tuple(taken)
