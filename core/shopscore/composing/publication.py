"""Publication: rounded scores, and the status of every shop."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from ..exact.columns import ExactColumn
from ..exact.integers import Integers
from ..exact.rationals import Mask, Rationals
from ..rules.exact_rules import ExactRuleSet
from ..value_classes import evolve, field, frozen
from .composition import Composed
from .conditions import Measures
from .eligibility import EligibilityCheck
from .levels import check_needs

#: The statuses that do not come from the rules.
_WORDS = "scored", "not_computable", "partial"


@frozen(eq=False, slots=False)
class Published:
    """The rounded score, the status and the tiers of every shop.

    ``rounded`` are integers of the last decimal place; ``statuses`` are positions in ``words``;
    ``total`` marks the shops that have a score. ``lowest`` and ``highest`` are the rounded scores
    between which that of a partial shop lies; ``tiers`` hold whatever it is; ``possible`` are those
    that hold for some of it, or of which nobody can tell.
    """

    statuses: npt.NDArray[np.int8]
    words: tuple[str, ...]
    total: Mask
    rounded: Integers
    decimals: int
    lowest: ExactColumn
    highest: ExactColumn
    tiers: Mapping[str, Mask] = field(factory=dict)
    possible: Mapping[str, Mask] = field(factory=dict)

    @cached_property
    def status(self) -> npt.NDArray[np.object_]:
        """A word per shop."""
        return np.array(self.words, dtype=object)[self.statuses]

    @cached_property
    def scored(self) -> Mask:
        """The shops with the status ``scored``: they have a score, or the scorecard has no total."""
        return self.having("scored")

    def having(self, status: str) -> Mask:
        """Return the shops of a status."""
        return np.asarray(self.statuses == self.words.index(status), dtype=np.bool_)

    @property
    def score(self) -> ExactColumn:
        """The rounded scores; unknown where there is none."""
        return ExactColumn(_of_places(self.rounded, self.decimals), self.total)


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
    words = tuple(dict.fromkeys((*_WORDS, *(check.eligibility.status for check in checks))))
    statuses = np.where(computed, np.int8(0), np.int8(1))
    statuses[composed.open] = 2
    for check in reversed(checks):
        statuses[check.verdict.failed] = words.index(check.eligibility.status)
    half_up = cache(lambda values: values.half_up(rules.decimals))  # most ends are the score itself
    fixed = composed.fixed_shops
    total = np.asarray(((statuses == 0) | fixed) & composed.score.known, dtype=np.bool_)
    open_ = total | fixed | np.asarray(statuses == 2, dtype=np.bool_)
    ends = {
        end: ExactColumn(_of_places(half_up(end.values), rules.decimals), end.known & open_)
        for end in (composed.ends.lowest, composed.ends.highest)
    }
    lowest, highest = ends[composed.ends.lowest], ends[composed.ends.highest]
    published = Published(
        statuses,
        words,
        total,
        half_up(composed.score.values),
        rules.decimals,
        lowest,
        highest,
    )
    seen = evolve(
        measures,
        dimensions=composed.dimensions,
        total=published.score,
        ends=(lowest, highest),
    )
    partial = ~total & ((statuses == 2) | (fixed & lowest.known))  # without ends there is no total
    tiers, possible = _reached(rules, seen, partial)
    return evolve(published, tiers=tiers, possible=possible)


def _reached(
    rules: ExactRuleSet, seen: Measures, partial: Mask
) -> tuple[dict[str, Mask], dict[str, Mask]]:
    """Return who has each tier, and who may have it: on points only shops that are ``partial``."""
    tiers, possible = {}, {}
    for tier in rules.tiers:
        verdict = seen.verdict(tier.condition)
        needs = check_needs(tier.needs, rules, seen)
        open_ = verdict.open
        may = verdict.met | (open_ if tier.condition.measure.metric else open_ & partial)
        tiers[tier.id] = met = verdict.met & needs.met
        possible[tier.id] = may & ~needs.failed & ~met
    return tiers, possible


def rounded(column: ExactColumn, decimals: int) -> ExactColumn:
    """Return totals as they are published, rounded half up."""
    return ExactColumn(_of_places(column.values.half_up(decimals), decimals), column.known)


def _of_places(whole: Integers, decimals: int) -> Rationals:
    return Rationals(whole, Rationals.constant(10**decimals, len(whole)).num)
