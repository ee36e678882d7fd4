"""Caps: a total is at most so much where a criterion is met, and perhaps where nobody can tell."""

from __future__ import annotations

import numpy as np
from attrs import evolve

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..rules.exact_rules import ExactRuleSet
from .composition import Composed
from .conditions import Measures
from .ends import Ends
from .levels import check_criterion


def cap_totals(rules: ExactRuleSet, composed: Composed, measures: Measures) -> Composed:
    """Return totals that are at most what caps allow.

    A cap whose criterion nobody can check may hold or not: then the total lies between the two.
    """
    if not rules.caps:
        return composed
    seen = evolve(measures, dimensions=composed.dimensions)
    capping = {cap.criterion for cap in rules.caps}
    checks = {one.id: check_criterion(one, seen) for one in rules.criteria if one.id in capping}
    lowest, highest = composed.ends.lowest, composed.ends.highest
    for cap in rules.caps:
        check = checks[cap.criterion]
        ceiling = Rationals.constant(cap.ceiling, len(lowest))
        lowest = _at_most(lowest, ceiling, ~check.failed)
        highest = _at_most(highest, ceiling, check.met)
    sure = np.asarray(~highest.values.above(lowest.values), dtype=np.bool_)
    known = composed.score.known
    score = ExactColumn(lowest.values, known & sure)
    return evolve(
        composed, score=score, ends=Ends(lowest, highest), open=composed.open | (known & ~sure)
    )


def _at_most(column: ExactColumn, ceiling: Rationals, where: Mask) -> ExactColumn:
    return ExactColumn(column.values.least(ceiling).where(where, column.values), column.known)
