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
from .needs import KEPT
from .selection import CHUNK

Days = npt.NDArray[np.int64]

#: Days that are counted in an array: some years around the first row. Others are counted one by one.
_NEAR = 1 << 13


@define(eq=False)
class DayCounts:
    """How many rows of one stream are on each day that some tallies look at."""

    tallies: tuple[Tally, ...]
    _counts: dict[str, _Counts] = field(factory=dict)

    def add(self, rows: pl.DataFrame, sign: int = 1) -> None:
        """Add some rows of the stream; with the sign −1 take them away."""
        for part in rows.iter_slices(CHUNK):
            for key, day in _days(self.tallies, tuple(rows.columns)).items():
                if key not in self._counts:
                    self._counts[key] = _Counts()
                self._counts[key].add(part, day, sign)

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
    near: Days = field(factory=lambda: np.zeros(_NEAR + 1, dtype=np.int64))
    far: Counter[int] = field(factory=Counter)

    def add(self, rows: pl.DataFrame, day: pl.Expr, sign: int) -> None:
        """Add the days of some rows; one without a day is not counted."""
        if self.first is None:
            least = rows.select(day.min()).item()
            if least is None:
                return
            self.first = least - _NEAR // 4
        at = rows.select((day - self.first).fill_null(_NEAR)).to_series().to_numpy()
        if at.min() >= 0 and at.max() <= _NEAR:
            self.near += sign * np.bincount(at, minlength=_NEAR + 1)
            return
        days, counts = np.unique(
            rows.select(day).to_series().drop_nulls().to_numpy(), return_counts=True
        )
        for found, count in zip(days.tolist(), counts.tolist(), strict=True):
            self.far[found] += sign * count

    def days(self) -> Days:
        """Return the days with rows, ascending."""
        total = Counter({day: n for day, n in self.far.items() if n})
        if self.first is not None:
            at = np.flatnonzero(self.near[:_NEAR])
            total.update(dict(zip((at + self.first).tolist(), self.near[at].tolist(), strict=True)))
        return np.array(sorted(day for day, n in total.items() if n), dtype=np.int64)

    def copied(self) -> _Counts:
        """Return the same counts, which do not change with these."""
        return _Counts(self.first, self.near.copy(), Counter(self.far))


@lru_cache(maxsize=KEPT)
def _days(tallies: tuple[Tally, ...], columns: tuple[str, ...]) -> dict[str, pl.Expr]:
    """Return the different days that tallies look at, by the key of what was declared."""
    declared: dict[str, Expr] = {
        tally.day.key: with_instants(tally, columns).day for tally in tallies
    }
    return {key: to_polars(day) // DAY_SECONDS for key, day in declared.items()}
