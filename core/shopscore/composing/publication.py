"""Publication: rounded scores, and the status of every shop."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from ..exact.integers import Integers
from ..exact.rationals import Mask, Rationals
from ..grading.points import Graded
from ..model.rulesets import RuleSet
from .composition import Composed
from .eligibility import EligibilityCheck


@frozen(eq=False, slots=False)
class Published:
    """The rounded score of every shop, its status, and the tiers that it opens.

    ``rounded`` are integers of the last decimal place; ``status`` is a word per shop; ``total``
    says which shops have a score.
    """

    status: npt.NDArray[np.object_]
    total: Mask
    rounded: Integers
    decimals: int
    tiers: Mapping[str, Mask] = field(factory=dict)

    @cached_property
    def scored(self) -> Mask:
        """Shops with the status ``scored``: they have a score, or the scorecard has no total."""
        return np.asarray(self.status == "scored", dtype=np.bool_)

    @property
    def scores(self) -> Rationals:
        """The rounded scores."""
        return Rationals(self.rounded, np.full(len(self.rounded), 10**self.decimals))


def publish(
    ruleset: RuleSet,
    composed: Composed,
    verdicts: tuple[EligibilityCheck, ...],
    graded: Mapping[str, Graded],
    on_metrics: Mapping[str, Mask],
) -> Published:
    """Round, and say which shops have a score: of several reasons against it the first counts.

    ``on_metrics`` are the tiers that a metric decides.
    """
    computed = composed.computable
    if not ruleset.dimensions:  # no total: a shop with any value is scored
        computed = np.logical_or.reduce([g.measured.present for g in graded.values()])
    status = np.where(computed, "scored", "not_computable").astype(object)
    status[composed.coverage[1]] = "partial"
    for verdict in reversed(verdicts):
        status[~verdict.met] = verdict.condition.status
    decimals = int(ruleset.number(ruleset.decimals))
    rounded = composed.score.half_up(decimals)
    total = np.asarray((status == "scored") & composed.computable, dtype=np.bool_)
    published = Published(status, total, rounded, decimals)
    tiers = {}
    for tier in ruleset.tiers:
        if tier.metric:
            tiers[tier.id] = on_metrics[tier.id]
            continue
        bound = ruleset.number(tier.at_least if tier.at_least is not None else tier.below)
        reached = published.scores.at_least(Fraction(bound))
        tiers[tier.id] = total & (reached if tier.at_least is not None else ~reached)
    return Published(status, total, rounded, decimals, tiers)
