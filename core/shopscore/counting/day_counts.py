"""How many rows are on each day, while rows come and go: so it is known how far they reach."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..evaluation.with_numpy import Columns, Program, Question, word_columns
from ..model.expressions import Day
from ..model.instants import with_instants
from ..model.tallies import Tally
from ..value_classes import define, evolve, field
from .needs import KEPT

Days = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Days that are counted in an array: some years around the first row. Others are counted one by one.
_NEAR = 1 << 13


@define(eq=False)
class DayCounts:
    """How many rows of one stream are on each day that some tallies look at."""

    tallies: tuple[Tally, ...]
    _counts: dict[str, _Counts] = field(factory=dict)

    def add(self, rows: Columns, sign: int = 1) -> None:
        """Add some rows of the stream; with the sign −1 take them away."""
        keys = tuple(dict.fromkeys(tally.day.key for tally in self.tallies))
        for key in keys:
            self._counts.setdefault(key, _Counts())
        program = _program(self.tallies, tuple(rows.rows.columns), word_columns(rows.rows))
        for _, answers in program.run(rows):
            for key, days, known in zip(keys, answers[::2], answers[1::2], strict=True):
                self._counts[key].add(days, known, sign)

    def days(self, tally: Tally) -> Days:
        """Return the days with rows, ascending."""
        counts = self._counts.get(tally.day.key)
        return np.zeros(0, dtype=np.int64) if counts is None else counts.days()

    def copied(self) -> DayCounts:
        """Return the same counts, which do not change with these."""
        return evolve(self, counts={key: counts.copied() for key, counts in self._counts.items()})


@define(eq=False)
class _Counts:
    """How many rows are on each day: an array from its first day on, and days far from it."""

    first: int | None = None
    near: Days = field(factory=lambda: np.zeros(_NEAR, dtype=np.int64))
    far: Counter[int] = field(factory=Counter)

    def add(self, days: Days, known: Mask, sign: int) -> None:
        """Add the days of some rows, where they are known."""
        days = days if known.all() else days[known]
        if not len(days):
            return
        if self.first is None:
            self.first = int(days.min()) - _NEAR // 4
        at = days - self.first
        is_near = (at >= 0) & (at < _NEAR)
        if not is_near.all():
            far, times = np.unique(days[~is_near], return_counts=True)
            self.far.update(dict(zip(far.tolist(), (sign * times).tolist(), strict=True)))
            at = at[is_near]
        counts = np.bincount(at)
        self.near[: len(counts)] += sign * counts

    def days(self) -> Days:
        """Return the days with rows, ascending."""
        near = np.flatnonzero(self.near) + (self.first or 0)
        far = [day for day, rows in self.far.items() if rows]
        return np.sort(np.append(near, np.array(far, dtype=np.int64)))

    def copied(self) -> _Counts:
        """Return the same counts, which do not change with these."""
        return _Counts(self.first, self.near.copy(), Counter(self.far))


@lru_cache(maxsize=KEPT)
def _program(
    tallies: tuple[Tally, ...], columns: tuple[str, ...], words: frozenset[str]
) -> Program:
    """Return what finds the different days that tallies look at, and where rows have them."""
    declared = {tally.day.key: with_instants(tally, columns).day for tally in tallies}
    days = [Day(time) for time in declared.values()]
    questions: list[Question] = [(kind, day) for day in days for kind in ("number", "known")]
    return Program.of(questions, words)
