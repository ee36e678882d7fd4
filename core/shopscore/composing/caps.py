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
from .holds import Holds
from .levels import check_criterion


def cap_totals(rules: ExactRuleSet, composed: Composed, measures: Measures) -> Composed:
    """Return totals that are at most what caps allow.

    A cap whose criterion nobody can check may hold or not: then the total lies between the two. Of
    several caps the lowest holds; one that is not below the total holds nothing.
    """
    if not rules.caps:
        return composed
    seen = evolve(measures, dimensions=composed.dimensions)
    capping = {cap.criterion for cap in rules.caps}
    verdicts = {
        one.id: check_criterion(one, seen).verdict for one in rules.criteria if one.id in capping
    }
    lowest, highest = composed.ends.lowest, composed.ends.highest
    places = np.full(len(lowest), -1, dtype=np.int8)
    for place, cap in enumerate(rules.caps):
        verdict = verdicts[cap.criterion]
        ceiling = Rationals.constant(cap.ceiling, len(lowest))
        places[verdict.met & highest.known & highest.values.above(ceiling)] = place
        lowest = _at_most(lowest, ceiling, ~verdict.failed)
        highest = _at_most(highest, ceiling, verdict.met)
    sure = np.asarray(~highest.values.above(lowest.values), dtype=np.bool_)
    known = composed.score.known
    return evolve(
        composed,
        score=ExactColumn(lowest.values, known & sure),
        ends=Ends(lowest, highest),
        open=composed.open | (known & ~sure),
        capped=Holds(places, composed.score, known & ~sure),
    )


def _at_most(column: ExactColumn, ceiling: Rationals, where: Mask) -> ExactColumn:
    return ExactColumn(column.values.least(ceiling).where(where, column.values), column.known)
