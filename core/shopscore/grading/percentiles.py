"""Percentiles of one metric: supplied, else from a benchmark table, else among peers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.metrics import Better
from ..rules.scorers import Percentiles
from .benchmarks import Benchmark, percentiles_from_table
from .ranking import exact_ranks, ranks_among


@frozen(eq=False)
class Ranker:
    """The ranking of one metric's values among the values that the peers really have.

    ``own`` are the shops' own values, ``is_peer`` marks those that are ranked among each other,
    within the groups of ``codes``. Percentiles that a user ``supplied`` for own values take
    precedence over a benchmark table, and a table over peers; those that only ``fill`` come last.
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
    fill: bool = False

    def __call__(self, asked: ExactColumn) -> Percentiles:
        """Return the percentile of each asked value, ranked as if its shop had it."""
        ranked = self._from_table_or_peers(asked)
        if self.supplied is None:
            return ranked
        own = self.own  # a supplied percentile belongs to the shop's own value, or to none
        equal = np.asarray(asked.values.floats() == own.values.floats(), dtype=np.bool_)
        kept = self.supplied.only((asked.known == own.known) & (equal | ~own.known))
        if self.fill:
            kept = kept.only(~ranked.column.known)
        return Percentiles(kept.or_else(ranked.column), ranked.from_table & ~kept.known, kept.known)

    def _from_table_or_peers(self, asked: ExactColumn) -> Percentiles:
        peers = self.own.only(self.is_peer)
        if asked.values is self.own.values and asked.known is self.own.known:  # one sort does
            ranks = exact_ranks(
                peers.values.floats(),
                self.codes,
                kind=self.kind,
                better=self.better,
                present=peers.known,
            )
        else:
            ranks = ranks_among(
                peers, asked.only(self.is_peer), self.codes, kind=self.kind, better=self.better
            )
        if self.benchmark is None:
            return Percentiles(ranks, np.zeros_like(ranks.known))
        table = percentiles_from_table(
            self.benchmark, self.metric, self.industries, asked, self.better
        )
        return Percentiles(table.or_else(ranks), table.known)
