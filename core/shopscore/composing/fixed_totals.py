"""Fixed totals: what shops have that do not meet a condition for a score, where the rules say it.

Of several totals the first counts whose criteria a shop meets. A criterion that nobody can check
leaves open which it is: then there is no total, but the ends between which it lies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..grading.variants import first_group
from ..rules.exact_rules import ExactRuleSet
from .composition import Composed
from .conditions import Measures
from .eligibility import EligibilityCheck
from .ends import Ends
from .levels import check_needs


def fix_totals(
    rules: ExactRuleSet,
    composed: Composed,
    checks: Sequence[EligibilityCheck],
    measures: Measures,
) -> Composed:
    """Return the totals with those that the rules fix, in the place of computed ones."""
    statuses = dict.fromkeys(fixed.status for fixed in rules.fixed_totals)
    for status in statuses:
        rows = _having(status, checks, len(measures.industries))
        composed = _fix(rules, status, rows, composed, measures)
    return composed


def _having(status: str, checks: Sequence[EligibilityCheck], size: int) -> Mask:
    """Return the shops of a status: that of the first condition which they do not meet."""
    rows = np.zeros(size, dtype=np.bool_)
    for check in reversed(checks):
        rows[check.verdict.failed] = check.eligibility.status == status
    return rows


def _fix(
    rules: ExactRuleSet, status: str, rows: Mask, composed: Composed, measures: Measures
) -> Composed:
    """Return the totals with those of one status."""
    lowest = highest = ExactColumn.unknown(len(rows))
    nothing, undecided = np.zeros_like(rows), rows.copy()
    for fixed in (one for one in rules.fixed_totals if one.status == status):
        needs = check_needs(fixed.needs, rules, measures)
        own = first_group([fixed.group], measures.industries, measures.shop_types) == 0
        may = undecided & own & ~needs.failed
        if fixed.total is None:
            nothing |= may
        else:
            total = ExactColumn.constant(fixed.total, len(rows)).only(may)
            lowest = _least(lowest, total, lower=True)
            highest = _least(highest, total, lower=False)
        undecided &= ~(own & needs.met)
    nothing |= undecided
    sure = lowest.known & ~nothing & ~highest.values.above(lowest.values)
    ends = Ends(
        lowest.where(rows, composed.ends.lowest), highest.where(rows, composed.ends.highest)
    )
    return evolve(
        composed,
        score=lowest.only(sure).where(rows, composed.score),
        ends=ends,
        fixed=composed.fixed_shops | rows,
        clamped=composed.clamped and composed.clamped.only(~rows),
        capped=composed.capped and composed.capped.only(~rows),
    )


def _least(column: ExactColumn, other: ExactColumn, *, lower: bool) -> ExactColumn:
    """Return the lower, or the higher, of two numbers; where one is unknown, the other."""
    chosen = column.values.least(other.values) if lower else column.values.greatest(other.values)
    both = ExactColumn(chosen, column.known & other.known)
    return both.or_else(column).or_else(other)
