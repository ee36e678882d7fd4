"""Sum over the windows of many days: what enters a window is added, what leaves is taken away.

What was counted of a tally is put in the order of its days once. From there on a window is a slice
of it, and from one day of publication to the next only its two ends move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce

import numpy as np

from ..exact.integers import SAFE, Integers, magnitude, narrow
from ..model.windows import DayWeights
from ..value_classes import define, field, frozen
from .by_day import ByDay, Slice
from .cells import Ints, fingerprint
from .state import Tallies
from .sums import Sums, Wanted, plus

#: Sums beyond int64 are made of two halves.
_HALF = 31
_LOW = (1 << _HALF) - 1


@frozen(eq=False)
class SumsOfDays:
    """Sums over the windows of one day after another, in any order.

    ``runs`` are what was counted of each tally, by its fingerprint. The sums are those of
    :meth:`Tallies.window_sums`, which looks at all cells on each day. Here a day costs what enters
    and leaves the windows since the day before; where days weigh differently, what is in them.
    Nothing is kept but one sum per shop of each window.
    """

    runs: Mapping[str, Sequence[ByDay]]
    shops: int
    _windows: dict[tuple[str, int], _Window] = field(factory=dict, init=False)

    @classmethod
    def of_state(cls, state: Tallies, wanted: Sequence[str]) -> SumsOfDays:
        """Return the sums of some tallies of a state, named by their fingerprints."""
        runs = {name: [ByDay.of_cells(state.daily[name])] for name in wanted}
        return cls(runs, len(state.shop_ids))

    def window_sums(self, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
        """Return the sums of each tally over its window, per shop, in the order of ``wanted``."""
        seen: Counter[str] = Counter()  # a tally may be wanted over several windows
        sums = []
        for tally, weights in wanted:
            name = fingerprint(tally)
            key = name, seen[name]
            if key not in self._windows:
                self._windows[key] = _Window.over(self.runs[name], self.shops)
            sums.append(self._windows[key].sums_on(weights, as_of))
            seen[name] += 1
        return sums


@define(eq=False)
class _Window:
    """The sums of one tally over a window that moves from day to day."""

    runs: Sequence[ByDay]
    shops: int
    counts: _Sliding
    values: _Sliding | None = None

    @classmethod
    def over(cls, runs: Sequence[ByDay], shops: int) -> _Window:
        """Return the window over what was counted, before it is anywhere."""
        return cls(runs, shops, _Sliding.over(runs, [run.counts for run in runs], shops))

    def sums_on(self, weights: DayWeights, as_of: date) -> Sums:
        """Return the sum over a window, and the number of rows in it, per shop."""
        if weights.has_gaps:
            rows = [run.of_rows_alone for run in self.runs]
            counts = self._weighted(rows, weights.days, as_of)
            return self._weighted(self.runs, weights, as_of), counts
        to = [run.cells_in(weights, as_of) for run in self.runs]
        counts = self.counts.move(to)
        if not weights.uniform:
            return self._weighted(self.runs, weights, as_of), counts
        if all(run.sums is None for run in self.runs):
            return counts, counts
        if self.values is None:
            self.values = _Sliding.over(self.runs, [run.values for run in self.runs], self.shops)
        return self.values.move(to), counts

    def _weighted(self, runs: Sequence[ByDay], weights: DayWeights, as_of: date) -> Integers:
        every = (run.weighted(weights, as_of, self.shops) for run in runs)
        return reduce(plus, every, np.zeros(self.shops, dtype=np.int64))


@frozen(eq=False)
class _Sliding:
    """A sum over a window that moves, exact: in int64, or in two halves beyond it."""

    parts: tuple[_Moving, ...]

    @classmethod
    def over(cls, runs: Sequence[ByDay], values: Sequence[Ints | None], shops: int) -> _Sliding:
        """Return the sum of a value of each cell, over no cell yet; without values each is 1."""
        if _fit(runs, values):
            return cls((_Moving.over(runs, values, shops),))
        every = [_ones(run) if own is None else own for run, own in zip(runs, values, strict=True)]
        halves = [own >> _HALF for own in every], [own & _LOW for own in every]
        return cls(tuple(_Moving.over(runs, half, shops) for half in halves))

    def move(self, to: Sequence[Slice]) -> Integers:
        """Return the sum over other slices of the cells."""
        sums = [part.move(to) for part in self.parts]
        if len(sums) == 1:
            return sums[0]
        return narrow(sums[0].astype(object) * (1 << _HALF) + sums[1])


def _ones(run: ByDay) -> Ints:
    return np.ones(len(run.shops), dtype=np.int64)


def _fit(runs: Sequence[ByDay], values: Sequence[Ints | None]) -> bool:
    """Return whether int64 holds the sum of any values of one shop."""
    each = [1 if own is None else magnitude(own) for own in values]
    pairs = list(zip(each, runs, strict=True))
    if sum(largest * len(run.shops) for largest, run in pairs) < SAFE:
        return True
    return sum(largest * run.most for largest, run in pairs) < SAFE


@define(eq=False)
class _Moving:
    """The sum of integers per shop, over a slice of each run of cells; the slices move.

    What wraps around on the way wraps back: int64 holds the sum over any slices.
    """

    cells: list[tuple[Ints, Ints | None]]
    total: Ints
    at: list[Slice]

    @classmethod
    def over(cls, runs: Sequence[ByDay], values: Sequence[Ints | None], shops: int) -> _Moving:
        """Return the sum over no cell yet."""
        cells = [(run.shops, own) for run, own in zip(runs, values, strict=True)]
        return cls(cells, np.zeros(shops, dtype=np.int64), [(0, 0)] * len(cells))

    def move(self, to: Sequence[Slice]) -> Ints:
        """Return the sum over other slices, by way of what lies between these and the last ones."""
        steps = sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in zip(self.at, to, strict=True))
        if steps > sum(end - start for start, end in to):  # it is shorter to begin anew
            self.total[:] = 0
            self.at = [(start, start) for start, _ in to]
        for number, (here, there) in enumerate(zip(self.at, to, strict=True)):
            self._add(number, here[1], there[1])
            self._add(number, there[0], here[0])
        self.at = list(to)
        return self.total.copy()

    def _add(self, number: int, start: int, end: int) -> None:
        """Add the cells of a run from a start to an end; take them away where the end is first."""
        if start == end:
            return
        shops, values = self.cells[number]
        cells = slice(min(start, end), max(start, end))
        # numpy adds an array several times faster than it adds one number many times
        added = np.ones(abs(end - start), np.int64) if values is None else values[cells]
        how = np.add if start < end else np.subtract
        how.at(self.total, shops[cells], added)
