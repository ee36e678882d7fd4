"""Percentiles of one metric: supplied, else from a benchmark table, else among peers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..model.metrics import Better
from ..rules.scorers import Percentiles
from .benchmarks import Benchmark, percentiles_from_table
from .ranking import exact_ranks, ranks_among

Kind = Literal["mid_percent_rank", "percent_rank", "cume_dist", "rank", "weak", "strict", "mean"]


@frozen(eq=False)
class Ranker:
    """The ranking of one metric's values among the values that the peers really have.

    ``own`` are the shops' own values, ``is_peer`` marks those that are ranked among each other,
    within the groups of ``codes``. Percentiles that a user ``supplied`` for own values take
    precedence over a benchmark table, and a table over peers.
    """

    metric: str
    better: Better
    kind: str
    own: ExactColumn
    is_peer: Mask
    industries: Sequence[str]
    codes: npt.NDArray[np.integer]
    benchmark: Benchmark | None = None
    supplied: ExactColumn | None = None

    def __call__(self, values: Rationals) -> Percentiles:
        """Return the percentile of each value, ranked as if its shop had it."""
        hypothetical = values is not self.own.values
        known = np.ones(len(values), dtype=np.bool_) if hypothetical else self.own.known
        ranked = self._from_table_or_peers(ExactColumn(values, known), hypothetical=hypothetical)
        if self.supplied is None:
            return ranked
        kept = self.supplied
        if hypothetical:  # a supplied percentile belongs to the shop's own value
            same = np.asarray(values.floats() == self.own.values.floats(), dtype=np.bool_)
            kept = kept.only(self.own.known & same)
        return Percentiles(kept.or_else(ranked.column), ranked.from_table & ~kept.known)

    def _from_table_or_peers(self, asked: ExactColumn, *, hypothetical: bool) -> Percentiles:
        peers = self.own.only(self.is_peer)
        if hypothetical:
            ranks = ranks_among(
                peers, asked.only(self.is_peer), self.codes, kind=self.kind, better=self.better
            )
        else:
            ranks = exact_ranks(
                peers.values.floats(),
                self.codes,
                kind=self.kind,
                better=self.better,
                present=peers.known,
            )
        if self.benchmark is None:
            return Percentiles(ranks, np.zeros_like(ranks.known))
        table = percentiles_from_table(
            self.benchmark, self.metric, self.industries, asked, self.better
        )
        return Percentiles(table.or_else(ranks), table.known)
