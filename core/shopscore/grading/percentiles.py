"""Percentiles of one metric: supplied, else from a benchmark table, else among peers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..model.metrics import Better
from ..rules.scorers import Percentiles, Reach
from ..value_classes import frozen
from .ranking import rank_fractions, ranks_among, ranks_and_peers

if TYPE_CHECKING:
    from .benchmarks import Benchmark
    from .instead import Instead


@frozen(eq=False)
class Ranker:
    """The ranking of one metric's values among the values that the peers really have.

    ``own`` are the shops' own values, ``is_peer`` marks those that are ranked among each other,
    within ``groups``. Percentiles that a user ``supplied`` for own values take
    precedence over a benchmark table, and a table over peers; those that only ``fill`` come last. A
    group of fewer than ``min_peers`` is not ranked. A row may stand ``instead`` of another shop.
    """

    metric: str
    better: Better
    kind: str
    min_peers: int
    own: ExactColumn
    is_peer: Mask
    industries: Sequence[str] | pl.Series
    groups: npt.NDArray[np.integer]
    benchmark: Benchmark | None = None
    supplied: ExactColumn | None = None
    fill: bool = False
    instead: Instead | None = None

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
        return Percentiles(
            kept.or_else(ranked.column),
            ranked.from_table & ~kept.known,
            np.where(kept.known, 0, ranked.peers),
            kept.known,
        )

    def reach(self) -> Reach:
        """Return the percentiles that each shop could have, if its value and its peers were known.

        Where too few peers are here, nobody knows how many there would be: any percentile. A shop
        that has a value has its rank among the values of its peers, so these must be enough.
        """
        shops = len(self.is_peer)
        ones = np.ones(shops, dtype=np.int64)
        size = self._sizes(self.is_peer)
        valued = self._sizes(self.own.known & self.is_peer)
        enough = np.where(self.own.known, valued, size) >= self.min_peers
        ranked = self.is_peer & enough
        size = np.maximum(size, 2)  # where there is none, any number does
        lowest = rank_fractions(self.kind, 0 * ones, ones, size)
        highest = rank_fractions(self.kind, size - 1, ones, size)
        anywhere = Reach.everywhere(Fraction(0), Fraction(1), shops)
        lowest = lowest.where(ranked, anywhere.lowest)
        highest = highest.where(ranked, anywhere.highest)
        if self.benchmark is not None:
            from .benchmarks import reach_of_table

            ends = reach_of_table(self.benchmark, self.metric, self.industries)
            lowest = ends.lowest.where(ends.possible, lowest)
            highest = ends.highest.where(ends.possible, highest)
        return Reach(lowest, highest, anywhere.possible)

    def peers(self, asked: Mask) -> npt.NDArray[np.int64]:
        """Return among how many shops each asked one is ranked, itself included; 0 where it is not.

        A shop without a value joins its peers with the one that it is asked about.
        """
        valued = self.own.known & self.is_peer
        size = self._sizes(valued) + ~valued
        return np.where(asked & self.is_peer & (size >= self.min_peers), size, 0)

    def _sizes(self, counted: Mask) -> npt.NDArray[np.int64]:
        """Return how many shops of each shop's group are marked."""
        if not len(counted):
            return np.zeros(0, dtype=np.int64)
        if self.instead is not None:
            return self.instead.counts(counted, self.groups)
        sizes = np.bincount(self.groups[counted], minlength=int(self.groups.max()) + 1)
        return np.asarray(sizes[self.groups], dtype=np.int64)

    def _from_table_or_peers(self, asked: ExactColumn) -> Percentiles:
        ranks, among = self._among_peers(asked)
        if self.benchmark is None:
            return Percentiles(ranks, np.zeros_like(ranks.known), among)
        from .benchmarks import percentiles_from_table

        table = percentiles_from_table(
            self.benchmark, self.metric, self.industries, asked, self.better
        )
        return Percentiles(table.or_else(ranks), table.known, np.where(table.known, 0, among))

    def _among_peers(self, asked: ExactColumn) -> tuple[ExactColumn, npt.NDArray[np.int64]]:
        """Return the ranks of values among peers, and among how many each is one."""
        peers = self.own.only(self.is_peer)
        is_own = asked.values is self.own.values and asked.known is self.own.known
        if is_own and self.instead is None:  # one sort does
            return ranks_and_peers(
                peers.values.floats(),
                self.groups,
                peers.known,
                kind=self.kind,
                better=self.better,
                min_peers=self.min_peers,
            )
        ranks = ranks_among(
            peers, asked.only(self.is_peer), self.groups, kind=self.kind, better=self.better,
            instead=self.instead,
        )  # fmt: skip
        among = self.peers(asked.known)
        ranks = ranks.only(among > 0)
        return ranks, np.where(ranks.known, among, 0)
