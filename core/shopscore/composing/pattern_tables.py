"""Pattern tables: what the rules make of each pattern of shops, once instead of shop by shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..rules.exact_rules import ExactRuleSet, Weight
from ..value_classes import frozen
from .shares import Shares

#: Stands for points that the rules state, among the metrics of a dimension.
STATED = ""


@frozen(eq=False)
class PatternTables:
    """What holds for all shops of a pattern, one row each.

    ``means`` are the shares of metrics in the points of each dimension, ``total`` those of
    dimensions in the total, 0 for what does not count; ``scored`` marks the patterns that have a
    total, ``having`` those with points of a dimension. ``weights`` are the weights of dimensions by
    the rules, ``shares`` those of metrics in the total, ``coverage`` the known share of it.
    """

    means: Mapping[str, Mapping[str, Rationals]]
    having: Mapping[str, Mask]
    total: Mapping[str, Rationals]
    scored: Mask
    weights: Mapping[str, ExactColumn]
    shares: Mapping[str, ExactColumn]
    coverage: ExactColumn
    open: Mask

    @classmethod
    def of(cls, rules: ExactRuleSet, patterns: Sequence[Shares]) -> PatternTables:
        """Build the tables from the shares of each pattern."""
        closed = [{} if shares.open else shares.dimensions for shares in patterns]
        dimensions = [dimension.id for dimension in rules.dimensions]
        return cls(
            {id: _table([_within(shares, id) for shares in patterns]) for id in dimensions},
            {id: _mask([id in shares.dimensions for shares in patterns]) for id in dimensions},
            _table(closed),
            _mask([bool(shares) for shares in closed]),
            {
                id: ExactColumn.of([shares.dimension(id).weight for shares in patterns])
                for id in dimensions
            },
            {
                entry.id: ExactColumn.of([_in_total(s, entry.id, d.id) for s in patterns])
                for d, entry in rules.entries
            },
            ExactColumn.of([shares.coverage for shares in patterns]),
            _mask([shares.open for shares in patterns]),
        )


def _mask(marks: Sequence[bool]) -> Mask:
    return np.array(marks, dtype=np.bool_)


def _table(patterns: Sequence[Mapping[str, Weight]]) -> dict[str, Rationals]:
    """Return the shares of each name; names that count nothing in any pattern are left out."""
    names = dict.fromkeys(id for shares in patterns for id, share in shares.items() if share)
    return {id: ExactColumn.of([own.get(id) for own in patterns]).values for id in names}


def _within(shares: Shares, dimension: str) -> Mapping[str, Weight]:
    """Return the shares of metrics in a dimension; points that the rules state are one of 1."""
    if dimension not in shares.dimensions:
        return {}
    declared = shares.dimension(dimension)
    if declared.points is not None:
        return {STATED: declared.points}
    return {m.id: shares.within[m.id] for m in declared.metrics if m.id in shares.within}


def _in_total(shares: Shares, metric: str, dimension: str) -> Weight:
    """Return the share of a metric in the total; None where it counts nothing, or nobody knows."""
    own, whole = shares.within.get(metric), shares.dimensions.get(dimension)
    return None if own is None or whole is None else own * whole
