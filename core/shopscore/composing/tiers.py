"""Tiers that the value of a metric decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from ..exact.rationals import Mask, Rationals
from ..grading.weighing import MetricValues
from ..model.rulesets import RuleSet, Tier
from .comparison import _by_industry, pooled


def tiers_on_metrics(
    ruleset: RuleSet, measured: Mapping[str, MetricValues], industries: Sequence[str]
) -> dict[str, Mask]:
    """Which shops reach the tiers that a metric decides."""
    return {
        tier.id: _reached(ruleset, tier, measured[tier.metric], industries)
        for tier in ruleset.tiers
        if tier.metric
    }


def _reached(
    ruleset: RuleSet, tier: Tier, measured: MetricValues, industries: Sequence[str]
) -> Mask:
    """At most so many times the pooled mean of the industry, or a small count above the line."""
    times = Fraction(ruleset.number(tier.times_industry_mean))
    reached = np.zeros(len(industries), dtype=np.bool_)
    for mine, others in _by_industry(industries, measured.present, measured.present):
        limit = times * pooled(measured.values.take(others))
        reached[mine] = [own <= limit for own in measured.values.take(mine).fractions()]
    if tier.or_count_below is not None:
        most = Fraction(ruleset.number(tier.or_count_below))
        rows = Rationals.of(measured.n, np.ones(len(measured.n), dtype=np.int64))
        counts = (measured.values * rows).half_up(0)  # a value that was typed in is rounded
        reached |= np.asarray(counts < most, dtype=np.bool_) & measured.present
    return reached
