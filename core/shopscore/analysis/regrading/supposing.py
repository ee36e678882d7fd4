"""Supposing: one shop with other sums or values, as often as is asked, among peers as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...counting.sums import Sums, Wanted
from ...exact.integers import narrow, widen
from ...grading.weighing import MetricValues
from ...plugins.bound_rules import BoundMetric
from ...results.result import Result
from ...value_classes import frozen
from .placing import repeated, with_sums
from .regrading import Regraded, Regrading, alike, exact_scores

Rows = npt.NDArray[np.int64]


@frozen(eq=False, slots=False)
class Supposing:
    """One shop of a result, and what it might have."""

    result: Result
    row: int

    @cached_property
    def regrading(self) -> Regrading:
        """What scores it again."""
        return Regrading(self.result)

    @property
    def one_by_one(self) -> bool:
        """Whether each supposition is graded by itself."""
        return self.regrading.one_by_one

    @cached_property
    def metrics(self) -> dict[str, BoundMetric]:
        """The metrics of which the shop has sums that count, with their windows of the day."""
        projected = self.result.rules.projected(self.result.as_of)
        return {id: one for id, one in projected.metrics.items() if self._counts(id)}

    def _counts(self, id: str) -> bool:
        values = self.result.measured[id]
        typed = values.typed is not None and bool(values.typed[self.row])
        return bool(values.sums) and not typed and not values.missing_columns

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """What is summed for these metrics, each once."""
        day = self.result.as_of
        every = (one for metric in self.metrics.values() for one in metric.wanted(day))
        return tuple(dict.fromkeys(every))

    @cached_property
    def places(self) -> Mapping[Wanted, int]:
        """Where each of them stands."""
        return {one: place for place, one in enumerate(self.wanted)}

    def places_of(self, id: str) -> list[int]:
        """Return where what a metric sums stands, in the order of its tallies."""
        return [self.places[one] for one in self.metrics[id].wanted(self.result.as_of)]

    @cached_property
    def sums(self) -> list[tuple[int, int]]:
        """The weighted sum and the count of the shop for each of them."""
        found: dict[int, tuple[int, int]] = {}
        for id in self.metrics:
            pairs = self.result.measured[id].sums
            for place, (own, counts) in zip(self.places_of(id), pairs, strict=True):
                found[place] = int(own[self.row]), int(counts[self.row])
        return [found[place] for place in range(len(self.wanted))]

    @cached_property
    def now(self) -> Fraction | None:
        """The exact score of the shop; None where it has none."""
        return exact_scores(self.result, np.array([self.row]))[0]

    @cached_property
    def told(self) -> bool:
        """Whether anything was told of the shop beside its values."""
        return bool(self.regrading.grounds.told[self.row])

    def changed(self, changes: Sequence[Sums]) -> list[Sums]:
        """Return the sums of the shop with each of several changes, one per row."""
        return [
            (narrow(widen(own) + base), narrow(widen(counts) + many))
            for (own, counts), (base, many) in zip(changes, self.sums, strict=True)
        ]

    def scores(self, sums: Sequence[Sums], *, at_once: bool = False) -> list[Fraction | None]:
        """Return the exact scores of the shop with other sums, arrays of equal length per tally."""
        if not sums:
            return []
        first, which = alike([part for pair in sums for part in pair])
        once = [(own[first], counts[first]) for own, counts in sums]
        shops = np.full(len(first), self.row, dtype=np.int64)
        found = self.regrading.scores(shops, dict(self._with_sums(once)), at_once=at_once)
        return [found[place] for place in which.tolist()]

    def _with_sums(self, sums: Sequence[Sums]) -> Iterator[tuple[str, MetricValues]]:
        for id in self.metrics:
            base = repeated(self.result.measured[id], self.row, len(sums[0][1]))
            yield id, with_sums(base, [sums[place] for place in self.places_of(id)])

    def results(self, size: int, measured: Mapping[str, MetricValues]) -> Iterator[Regraded]:
        """Yield results of so many suppositions of the shop, with some values of metrics each."""
        return self.regrading.results(np.full(size, self.row, dtype=np.int64), measured)
