"""Wishes: one shop with other values of some metrics, graded among its peers as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np

from ...counting.sums import Sums
from ...exact.columns import ExactColumn
from ...exact.integers import narrow
from ...grading.weighing import MetricValues
from ...results.conclusion import Incomplete
from ...results.result import Result
from ...value_classes import evolve, frozen
from ..regrading.placing import repeated, with_values
from ..regrading.regrading import Regraded, exact_scores
from ..regrading.supposing import Supposing
from .goals import Goal, Wish, Wished

#: A goal, and a wish that may reach it.
Probe = tuple[Goal, Wish]


@frozen(eq=False, slots=False)
class Wishing:
    """Grades wishes of one shop: many at once, or one by one where these would touch each other."""

    supposing: Supposing

    @property
    def one_by_one(self) -> bool:
        """Whether each wish is graded by itself."""
        return self.supposing.one_by_one

    @cached_property
    def now(self) -> Fraction | None:
        """The exact score of the shop; None where it has none."""
        return self.supposing.now

    def incomplete(self, day: date) -> Incomplete:
        """Return which numbers may be too low on a day until which no new event comes."""
        result = self.supposing.result
        if result.basis is None or result.basis.days is None:
            return Incomplete(frozenset(), frozenset())
        days = result.basis.days.with_silence(result.as_of, day)
        return Incomplete.of(result.rules.projected(day), days, day)

    @cached_property
    def incomplete_now(self) -> Incomplete:
        """Which numbers may be too low on the day of the result."""
        return self.incomplete(self.supposing.result.as_of)

    def reach(self, probes: Sequence[Probe]) -> list[bool]:
        """Return which wishes reach their goals."""
        found: list[bool | None] = [goal.reached_by(wish) for goal, wish in probes]
        open_ = [place for place, told in enumerate(found) if told is None]
        for part in self._graded([probes[place][1] for place in open_]):
            places = [open_[place] for place in part.which]
            masks = {goal: goal.met(part.result) for goal in {probes[at][0]: None for at in places}}
            for place, row in zip(places, part.rows, strict=True):
                found[place] = bool(masks[probes[place][0]][row])
        return [bool(told) for told in found]

    def scores(self, wishes: Sequence[Wish]) -> list[Fraction | None]:
        """Return the exact score of each wish; None where there is none."""
        parts = self._graded(wishes)
        return [score for part in parts for score in exact_scores(part.result, part.rows)]

    def results(self, wishes: Sequence[Wish]) -> list[tuple[Result, int]]:
        """Return a result for each wish, and the row of the shop in it."""
        return [(part.result, int(row)) for part in self._graded(wishes) for row in part.rows]

    def _graded(self, wishes: Sequence[Wish]) -> Iterator[Regraded]:
        """Yield results of wishes, in their order."""
        now = self.supposing.result.measured
        ids = dict.fromkeys(id for wish in wishes for id in wish)
        size, row = len(wishes), self.supposing.row
        own = {id: _with(repeated(now[id], row, size), [w.get(id) for w in wishes]) for id in ids}
        return self.supposing.results(size, own)


def _with(base: MetricValues, wished: Sequence[Wished | None]) -> MetricValues:
    """Return values of which some are wished for: counted, where there are sums, else supposed."""
    here = np.array([one is not None for one in wished])
    counted = np.array([one is not None and bool(one.sums) for one in wished])
    cells = [Wished(None) if one is None else one for one in wished]
    told = [one.n is not None for one in cells]
    column = ExactColumn.of([one.value for one in cells])
    counts = evolve(
        base,
        column=column.where(counted, base.column),
        n=np.where(told, [one.n or 0 for one in cells], base.n),
        sums=_sums(base, cells) if counted.any() else base.sums,
        typed=None if base.typed is None else base.typed & ~counted,
        missing=np.where(counted, [one.missing for one in cells], base.missing),
        cut=np.where(counted, [one.cut for one in cells], False if base.cut is None else base.cut),
    )
    return with_values(counts, column, here & ~counted)


def _sums(base: MetricValues, wished: Sequence[Wished]) -> tuple[Sums, ...]:
    """Return the sums of each wish that has some."""
    pairs = []
    for i, (sums, counts) in enumerate(base.sums):
        own = [one.sums[i][0] if one.sums else now for one, now in zip(wished, sums, strict=True)]
        n = [one.sums[i][1] if one.sums else now for one, now in zip(wished, counts, strict=True)]
        pairs.append((narrow(np.array(own, dtype=object)), np.array(n, dtype=np.int64)))
    return tuple(pairs)
