"""Sum over the windows of many days: what enters a window is added, what leaves is taken away.

The cells of a tally are put in the order of their days once. From there on a window is a slice of
them, and from one day of publication to the next only its two ends move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from attrs import define, field, frozen

from ..exact.integers import SAFE, Integers, magnitude, narrow, sorted_order
from ..model.windows import DayWeights
from .cells import Cells, Ints, cell_days, cell_shops, fingerprint
from .selection import day_number
from .sums import Sums, Wanted, weighted_sum, weights_of

#: The first of some cells, and the first one after them.
Slice = tuple[int, int]

#: Sums beyond int64 are made of two halves.
_HALF = 31


@frozen(eq=False)
class CellsByDay:
    """The cells of one tally in the order of their days.

    ``days`` are those with cells, ascending; those of ``days[i]`` stand from ``starts[i]`` to
    ``starts[i + 1]``. ``sums`` is None where each sum is the number of rows.
    """

    days: Ints
    starts: Ints
    shops: Ints
    counts: Ints
    sums: Ints | None

    @classmethod
    def of(cls, cells: Cells) -> CellsByDay:
        """Return cells in the order of their days."""
        days = cells.days
        order = sorted_order((days - days.min(initial=0)).view(np.uint64))
        keys = cells.keys[order]
        days = cell_days(keys)
        starts = np.flatnonzero(np.diff(days, prepend=days[:1] - 1))
        return cls(
            days[starts],
            np.append(starts, len(days)),
            cell_shops(keys),
            cells.counts[order],
            None if cells.sums is None else cells.sums[order],
        )

    @property
    def values(self) -> Ints:
        """The sum of each cell."""
        return self.counts if self.sums is None else self.sums

    def window(self, weights: DayWeights, as_of: date) -> Slice:
        """Return the days with cells that lie in a window, as positions in ``days``."""
        today = day_number(as_of)
        ends = [today - weights.last_age, today - weights.first_age + 1]
        first, after = np.searchsorted(self.days, ends).tolist()
        return first, after

    def weighted(self, weights: DayWeights, as_of: date, shops: int) -> Integers:
        """Return Σ value · weight per shop over a window."""
        first, after = self.window(weights, as_of)
        cells = slice(self.starts[first], self.starts[after])
        by_day = weights_of(weights, day_number(as_of) - self.days[first:after])
        by_cell = np.repeat(by_day, np.diff(self.starts[first : after + 1]))
        most = max(after - first, 1)  # a shop has one cell a day
        return weighted_sum(self.shops[cells], self.values[cells], by_cell, shops, most)


@define(eq=False)
class _Moving:
    """The sum of some integers per shop, over a slice of cells that moves.

    What wraps around on the way wraps back: the sum of a window fits in int64.
    """

    shops: Ints
    values: Ints
    total: Ints
    at: Slice = (0, 0)

    def move(self, to: Slice) -> Ints:
        """Return the sum over another slice, by way of what lies between the two."""
        first, after = self.at
        if abs(to[0] - first) + abs(to[1] - after) > to[1] - to[0]:  # it is shorter to begin anew
            first = after = to[0]
            self.total[:] = 0
        self._add(after, to[1], 1)
        self._add(first, to[0], -1)
        self.at = to
        return self.total.copy()

    def _add(self, start: int, end: int, sign: int) -> None:
        """Add the cells from a start to an end; take them away where the end comes first."""
        cells = slice(min(start, end), max(start, end))
        how = np.add if (start < end) == (sign > 0) else np.subtract
        how.at(self.total, self.shops[cells], self.values[cells])


@frozen(eq=False)
class _Sliding:
    """A sum over a window that moves, exact: in int64, or in two halves beyond it."""

    parts: tuple[_Moving, ...]

    @classmethod
    def over(cls, cells: CellsByDay, values: Ints, shops: int) -> _Sliding:
        """Return the sum of a value of each cell, over no cell yet."""
        fits = magnitude(values) * max(len(cells.days), 1) < SAFE  # a shop has one cell a day
        halves = [values] if fits else [values >> _HALF, values & ((1 << _HALF) - 1)]
        return cls(
            tuple(_Moving(cells.shops, half, np.zeros(shops, dtype=np.int64)) for half in halves)
        )

    def move(self, to: Slice) -> Integers:
        """Return the sum over another slice of the cells."""
        sums = [part.move(to) for part in self.parts]
        if len(sums) == 1:
            return sums[0]
        return narrow(sums[0].astype(object) * (1 << _HALF) + sums[1])


@define(eq=False)
class _Windows:
    """The sums of one tally over a window that moves from day to day."""

    cells: CellsByDay
    shops: int
    counts: _Sliding
    sums: _Sliding | None = None

    def sums_on(self, weights: DayWeights, as_of: date) -> Sums:
        """Return the sum over a window, and the number of rows in it, per shop."""
        cells = self.cells
        first, after = cells.window(weights, as_of)
        to = int(cells.starts[first]), int(cells.starts[after])
        counts = self.counts.move(to)
        if not weights.uniform:
            return cells.weighted(weights, as_of, self.shops), counts
        if cells.sums is None:
            return counts, counts
        if self.sums is None:
            self.sums = _Sliding.over(cells, cells.sums, self.shops)
        return self.sums.move(to), counts


@frozen(eq=False)
class SumsOfDays:
    """Sums of daily cells over the windows of one day after another, in any order.

    They are those of :meth:`Tallies.window_sums`, which looks at all cells on each day. Here a day
    costs what enters and leaves the windows since the day before; where days weigh differently,
    what is in them. Next to the cells there is one copy of those that were asked for, and no more
    than one day's sums.
    """

    daily: Mapping[str, Cells]
    shops: int
    _by_day: dict[str, CellsByDay] = field(factory=dict, init=False)
    _windows: dict[tuple[str, int], _Windows] = field(factory=dict, init=False)

    def window_sums(self, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
        """Return the sums of each tally over its window, per shop, in the order of ``wanted``."""
        seen: Counter[str] = Counter()  # a tally may be wanted over several windows
        sums = []
        for tally, weights in wanted:
            name = fingerprint(tally)
            sums.append(self._window(name, seen[name]).sums_on(weights, as_of))
            seen[name] += 1
        return sums

    def _window(self, name: str, number: int) -> _Windows:
        """Return one of the windows of a tally, which is where it was on the last day."""
        if (name, number) not in self._windows:
            if name not in self._by_day:
                self._by_day[name] = CellsByDay.of(self.daily[name])
            cells = self._by_day[name]
            counts = _Sliding.over(cells, cells.counts, self.shops)
            self._windows[name, number] = _Windows(cells, self.shops, counts)
        return self._windows[name, number]
