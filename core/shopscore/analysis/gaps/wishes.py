"""Wishes: one shop with other values of some metrics, graded among its peers as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from ...exact.columns import ColumnBuilder
from ...exact.integers import Integers, narrow, widen
from ...exact.rationals import Mask, Rationals
from ...grading.weighing import MetricValues
from ...results.conclusion import Incomplete
from ...results.result import Result
from ..reasons.supposing import Supposing, exact_scores
from .goals import Goal, Wish, Wished

#: Wishes that are graded at a time.
_AT_ONCE = 5000


#: A goal, and a wish that may reach it.
Probe = tuple[Goal, Wish]


@frozen(eq=False, slots=False)
class Wishing:
    """Grades wishes of one shop: many at once, or one by one where these would touch each other."""

    supposing: Supposing

    @property
    def one_by_one(self) -> bool:
        """Whether each wish is graded by itself."""
        return self.supposing.alone

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
        for result, rows, places in self._graded([probes[place][1] for place in open_]):
            goals = [probes[open_[place]][0] for place in places]
            masks = {goal: goal.met(result) for goal in dict.fromkeys(goals)}
            for place, goal, row in zip(places, goals, rows, strict=True):
                found[open_[place]] = bool(masks[goal][row])
        return [bool(told) for told in found]

    def scores(self, wishes: Sequence[Wish]) -> list[Fraction | None]:
        """Return the exact score of each wish; None where there is none."""
        found: list[Fraction | None] = []
        for result, rows, _ in self._graded(wishes):
            found += exact_scores(result, np.asarray(rows, dtype=np.int64))
        return found

    def results(self, wishes: Sequence[Wish]) -> list[tuple[Result, int]]:
        """Return a result for each wish, and the row of the shop in it."""
        graded = self._graded(wishes)
        return [(result, row) for result, rows, _ in graded for row in rows]

    def _graded(self, wishes: Sequence[Wish]) -> list[tuple[Result, list[int], range]]:
        """Return results, the rows of the shop in each, and which wishes these are."""
        step = 1 if self.one_by_one else _AT_ONCE
        found = []
        for start in range(0, len(wishes), step):
            some = wishes[start : start + step]
            rows, supposed = self.supposing.placed(len(some))
            result = self._grade(some, rows, supposed)
            places = np.flatnonzero(supposed).tolist()
            found.append((result, places, range(start, start + len(some))))
        return found

    def _grade(self, wishes: Sequence[Wish], rows: npt.NDArray[np.int64], supposed: Mask) -> Result:
        places = np.flatnonzero(supposed)
        measured = {}
        for id, values in self.supposing.result.measured.items():
            own = [(int(p), w[id]) for p, w in zip(places, wishes, strict=True) if id in w]
            base = values.take(rows)
            measured[id] = _with(base, own) if own else base
        return self.supposing.grade(measured, rows, supposed)


def _with(base: MetricValues, wished: Sequence[tuple[int, Wished]]) -> MetricValues:
    """Return values of which those of some rows are wished for."""
    size = len(base.column)
    places = np.array([place for place, _ in wished], dtype=np.int64)
    values = [one.value for _, one in wished]
    column = ColumnBuilder(size)
    exact = [value or Fraction(0) for value in values]
    column.put(
        places,
        Rationals.of([v.numerator for v in exact], [v.denominator for v in exact]),
        np.array([value is not None for value in values], dtype=np.bool_),
    )
    changed = np.zeros(size, dtype=np.bool_)
    changed[places] = True
    n = base.n.copy()
    for place, one in wished:
        if one.n is not None:
            n[place] = one.n
    counted = np.array([bool(one.sums) for _, one in wished], dtype=np.bool_)

    def marked(mask: Mask | None, marks: npt.NDArray[np.bool_]) -> Mask:
        found = np.zeros(size, dtype=np.bool_) if mask is None else mask.copy()
        found[places] = marks
        return found

    return evolve(
        base,
        column=column.build().where(changed, base.column),
        n=n,
        sums=_with_sums(base, [pair for pair in wished if pair[1].sums]),
        typed=marked(base.typed, ~counted),
        missing=marked(base.missing, np.array([one.missing for _, one in wished])),
        cut=marked(base.cut, np.array([one.cut for _, one in wished])),
    )


def _with_sums(
    base: MetricValues, wished: Sequence[tuple[int, Wished]]
) -> tuple[tuple[Integers, Integers], ...]:
    if not wished:
        return base.sums
    pairs = []
    for i, (sums, counts) in enumerate(base.sums):
        own, many = widen(sums).copy(), counts.copy()
        for place, one in wished:
            own[place], many[place] = one.sums[i]
        pairs.append((narrow(own), many))
    return tuple(pairs)
