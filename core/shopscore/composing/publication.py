"""Publication: rounded scores, and the status of every shop."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from ..exact.columns import ExactColumn
from ..exact.integers import Integers
from ..exact.rationals import Mask, Rationals
from ..rules.exact_rules import ExactRuleSet
from .composition import Composed
from .conditions import Measures
from .eligibility import EligibilityCheck


@frozen(eq=False, slots=False)
class Published:
    """The rounded score, the status and the tiers of every shop.

    ``rounded`` are integers of the last decimal place; ``status`` is a word per shop; ``total``
    marks the shops that have a score.
    """

    status: npt.NDArray[np.object_]
    total: Mask
    rounded: Integers
    decimals: int
    tiers: Mapping[str, Mask] = field(factory=dict)

    @cached_property
    def scored(self) -> Mask:
        """The shops with the status ``scored``: they have a score, or the scorecard has no total."""
        return np.asarray(self.status == "scored", dtype=np.bool_)

    @property
    def score(self) -> ExactColumn:
        """The rounded scores; unknown where there is none."""
        scores = Rationals(self.rounded, np.full(len(self.rounded), 10**self.decimals))
        return ExactColumn(scores, self.total)


def publish(
    rules: ExactRuleSet,
    composed: Composed,
    checks: tuple[EligibilityCheck, ...],
    measures: Measures,
) -> Published:
    """Round scores and give shops their status; of several conditions not met, the first counts."""
    computed = composed.score.known
    if not rules.dimensions:  # no total: a shop with any value is scored
        shown = (*(a.metric for a in rules.adjustments), *rules.informational)
        computed = np.logical_or.reduce([measures.metrics[id].known for id in shown])
    status = np.where(computed, "scored", "not_computable").astype(object)
    status[composed.coverage.known] = "partial"
    for check in reversed(checks):
        status[~check.met] = check.eligibility.status
    rounded = composed.score.values.half_up(rules.decimals)
    total = np.asarray((status == "scored") & composed.score.known, dtype=np.bool_)
    published = Published(status, total, rounded, rules.decimals)
    seen = evolve(measures, dimensions=composed.dimensions, total=published.score)
    tiers = {tier.id: seen.met(tier.condition) for tier in rules.tiers}
    return evolve(published, tiers=tiers)
