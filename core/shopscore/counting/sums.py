"""Sum over windows: straight from resolved rows, or from the daily cells of a state.

Weighing and tallying commute: both ways give the same integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import define, field

from ..exact.integers import EXACT_DOUBLE, SAFE, Integers, magnitude, narrow, widen
from ..model.tallies import Tally
from ..model.windows import DayWeights
from .resolution import Resolved
from .selection import Counted, counted, day_number, window_span

Codes = npt.NDArray[np.integer]

#: A tally and the day weights that it is summed under.
Wanted = tuple[Tally, DayWeights]
#: The weighted sum and the plain number of rows, per shop.
Sums = tuple[Integers, npt.NDArray[np.int64]]

#: Two counts share a double, while there are no more rows than this.
_HALF = 1 << 26


def window_sums(resolved: Resolved, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
    """Return the sums of each tally over its window, per shop, in the order of ``wanted``."""
    shops = len(resolved.events.shops)
    found: dict[int, Sums] = {}
    for stream in dict.fromkeys(tally.stream for tally, _ in wanted):
        mine = [i for i, (tally, _) in enumerate(wanted) if tally.stream == stream]
        sums = WindowSums([wanted[i] for i in mine], as_of)
        if stream in resolved.frames:
            sums.add(resolved.frames[stream])
        found.update(zip(mine, sums.per_shop(shops), strict=True))
    return [found[i] for i in range(len(wanted))]


@define(eq=False)
class WindowSums:
    """The sums of tallies of one stream over their windows, per shop, while rows come and go."""

    wanted: Sequence[Wanted]
    as_of: date
    _sums: list[Integers] = field()
    _counts: list[npt.NDArray[np.int64]] = field()
    _shops: int = 0

    @_sums.default
    @_counts.default
    def _nothing(self) -> list[npt.NDArray[np.int64]]:
        return [np.zeros(0, dtype=np.int64) for _ in self.wanted]

    def add(self, rows: pl.DataFrame, sign: int = 1) -> None:
        """Add what some rows of the stream count; with the sign −1 take it away."""
        spans = [window_span(weights, self.as_of) for _, weights in self.wanted]
        for chunk in counted(rows, [tally for tally, _ in self.wanted], spans):
            self._make_room(int(chunk[0].shops.max()) + 1)
            counts = _count(chunk, self._shops)
            for i, part in enumerate(chunk):
                self._counts[i] += sign * counts[i]
                self._sums[i] = plus(self._sums[i], sign * self._sum(i, part, counts[i]))

    def _sum(self, i: int, rows: Counted, counts: npt.NDArray[np.int64]) -> Integers:
        weights, values = self.wanted[i][1], rows.values
        if weights.uniform and values is None:
            return counts
        if weights.uniform and magnitude(values) * len(values) < EXACT_DOUBLE:  # type: ignore[arg-type]
            found = np.bincount(rows.shops, np.where(rows.here, values, 0), self._shops)  # type: ignore[arg-type]
            return found.astype(np.int64)
        own = rows.value
        own = np.ones(int(rows.here.sum()), dtype=np.int64) if own is None else own
        by_day = None
        if not weights.uniform:
            by_day = weights_of(weights, day_number(self.as_of) - rows.days())
        return weighted_sum(rows.shop, own, by_day, self._shops)

    def _make_room(self, shops: int) -> None:
        """Make the sums of so many shops."""
        if shops > self._shops:
            more = np.zeros(shops - self._shops, dtype=np.int64)
            self._sums = [np.concatenate([sums, more]) for sums in self._sums]
            self._counts = [np.concatenate([counts, more]) for counts in self._counts]
            self._shops = shops

    def per_shop(self, shops: int) -> list[Sums]:
        """Return the sums of so many shops, or more, in the order of ``wanted``."""
        self._make_room(shops)
        return list(zip(self._sums, self._counts, strict=True))

    def copied(self) -> WindowSums:
        """Return the same sums, which do not change with these."""
        copy = WindowSums(self.wanted, self.as_of)
        copy._sums = [sums.copy() for sums in self._sums]
        copy._counts = [counts.copy() for counts in self._counts]
        copy._shops = self._shops
        return copy


def _count(chunk: Sequence[Counted], shops: int) -> list[npt.NDArray[np.int64]]:
    """Return how many rows count for each tally, per shop; two tallies at a time share a double."""
    found: list[npt.NDArray[np.int64]] = []
    for first, second in zip(chunk[::2], [*chunk[1::2], None], strict=False):
        if second is None or len(first.here) >= _HALF:
            own = filter(None, (first, second))
            found += [np.bincount(one.shop, minlength=shops) for one in own]
            continue
        both = np.where(second.here, float(_HALF), 0.0)
        both += first.here
        packed = np.bincount(first.shops, both, shops).astype(np.int64)
        found += [packed % _HALF, packed // _HALF]
    return found


def weights_of(weights: DayWeights, ages: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the weight of each age; all of them lie within the window."""
    return np.array(weights.ints, dtype=np.int64)[ages - weights.first_age]


def weighted_sum(
    codes: Codes,
    values: Integers,
    weights: npt.NDArray[np.int64] | None,
    size: int,
    most: int | None = None,
) -> Integers:
    """Return Σ value · weight per code, exact: in int64, or piece by piece beyond it.

    ``most`` is the greatest number of values that one code has, where that is known.
    """
    if not len(codes):
        return np.zeros(size, dtype=np.int64)
    heaviest = 1 if weights is None else max(int(weights.max()), 1)
    room = SAFE // (heaviest * (most or len(codes)))  # values below this cannot overflow
    if magnitude(values) < room:
        total = np.zeros(size, dtype=np.int64)
        np.add.at(total, codes, values if weights is None else values * weights)
        return total
    if room < 2:  # weights beyond all measure: there is nothing to cut values into
        wide = np.zeros(size, dtype=object)
        np.add.at(wide, codes, widen(values) * (1 if weights is None else widen(weights)))
        return narrow(wide)
    bits = room.bit_length() - 1
    high = weighted_sum(codes, values >> bits, weights, size, most).astype(object)
    low = weighted_sum(codes, values & ((1 << bits) - 1), weights, size, most)
    return narrow(high * (1 << bits) + low)


def at_positions(
    sums: Iterable[Sums], positions: npt.NDArray[np.integer], shops: int
) -> list[Sums]:
    """Return sums of codes as sums of the shops that these are; several codes may be one shop."""
    return [
        (_gathered(own, positions, shops), _gathered(counts, positions, shops))
        for own, counts in sums
    ]


def _gathered(values: Integers, positions: npt.NDArray[np.integer], shops: int) -> Integers:
    total = np.zeros(shops, dtype=values.dtype)
    np.add.at(total, positions, values)
    return total


def plus(a: Integers, b: Integers) -> Integers:
    """Return the sum of two columns, exact."""
    small = max(magnitude(a), magnitude(b)) < SAFE  # so that int64 holds the sum
    return a + b if small else narrow(widen(a) + widen(b))
