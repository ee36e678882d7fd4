"""Contexts of made-up shops, in which scorers are tried."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..grading.percentiles import Ranker
from ..plugins.bound_rules import BoundRuleSet
from ..rules.scorers import Context


def context_of(
    rules: BoundRuleSet,
    metric: str,
    values: ExactColumn,
    *,
    is_peer: Mask | None = None,
    groups: Sequence[int] | None = None,
) -> Context:
    """Return what a scorer gets of shops with some values.

    Without ``is_peer`` all are peers, without ``groups`` all are of one industry. Every other shop
    has a type.
    """
    size, exact = len(values), rules.exact
    better = rules.metrics[metric].metric.better
    peers = np.ones(size, dtype=np.bool_) if is_peer is None else is_peer
    codes = np.array([0] * size if groups is None else groups, dtype=np.int64)
    industries = [f"industry {code}" for code in codes]
    return Context(
        metric=metric,
        better=better,
        values=values.values,
        has_value=values.known,
        is_peer=peers,
        n=np.full(size, 1000, dtype=np.int64),
        industries=industries,
        shop_types=[None if place % 2 else "flagship" for place in codes],
        low=exact.low,
        high=exact.high,
        rank=Ranker(metric, better, exact.ranking, 1, values, peers, industries, codes),
    )
