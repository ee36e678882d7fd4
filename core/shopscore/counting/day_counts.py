"""How many rows are on each day, while rows come and go: so it is known how far they reach."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import define, evolve, field

from ..evaluation.with_polars import to_polars
from ..model.expressions import DAY_SECONDS, Expr
from ..model.instants import with_instants
from ..model.tallies import Tally
from ..reading.rows.selecting import selected
from .needs import KEPT
from .selection import CHUNK

Days = npt.NDArray[np.int64]

#: Days that are counted in an array: some years around the first row. Others are counted one by one.
_NEAR = 1 << 13
#: In place of the day of a row without one; no second is so late.
_NEVER = 1 << 62


@define(eq=False)
class DayCounts:
    """How many rows of one stream are on each day that some tallies look at."""

    tallies: tuple[Tally, ...]
    _counts: dict[str, _Counts] = field(factory=dict)

    def add(self, rows: pl.DataFrame, sign: int = 1) -> None:
        """Add some rows of the stream; with the sign −1 take them away."""
        for part in rows.iter_slices(CHUNK):
            for day in selected(part, _days(self.tallies, tuple(rows.columns))):
                if day.name not in self._counts:
                    self._counts[day.name] = _Counts()
                self._counts[day.name].add(day.to_numpy(), sign)

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

    def add(self, days: Days, sign: int) -> None:
        """Add the days of some rows, but for :data:`_NEVER`."""
        if (never := days == _NEVER).any():
            days = days[~never]
        if not len(days):
            return
        if self.first is None:
            self.first = int(days.min()) - _NEAR // 4
        at = days - self.first
        if at.min() >= 0 and at.max() < _NEAR:
            counts = np.bincount(at)
            self.near[: len(counts)] += sign * counts
            return
        days, counts = np.unique(days, return_counts=True)
        for found, count in zip(days.tolist(), counts.tolist(), strict=True):
            self.far[found] += sign * count

    def days(self) -> Days:
        """Return the days with rows, ascending."""
        at = np.flatnonzero(self.near)
        if not self.far:
            return at + (self.first or 0)
        total = Counter({day: n for day, n in self.far.items() if n})
        if self.first is not None:
            total.update(dict(zip((at + self.first).tolist(), self.near[at].tolist(), strict=True)))
        return np.array(sorted(day for day, n in total.items() if n), dtype=np.int64)

    def copied(self) -> _Counts:
        """Return the same counts, which do not change with these."""
        return _Counts(self.first, self.near.copy(), Counter(self.far))


@lru_cache(maxsize=KEPT)
def _days(tallies: tuple[Tally, ...], columns: tuple[str, ...]) -> tuple[pl.Expr, ...]:
    """Return the different days that tallies look at, named by the key of what was declared."""
    declared: dict[str, Expr] = {
        tally.day.key: with_instants(tally, columns).day for tally in tallies
    }
    days = {key: to_polars(day) // DAY_SECONDS for key, day in declared.items()}
    return tuple(day.fill_null(_NEVER).alias(key) for key, day in days.items())
