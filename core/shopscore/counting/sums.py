"""Sum over windows: straight from resolved rows, or from the daily cells of a state.

Weighing and tallying commute: both ways give the same integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from ..evaluation.with_numpy import Columns
from ..exact.integers import SAFE, Integers, magnitude, narrow, widen
from ..model.tallies import Tally
from ..model.windows import DayWeights
from ..value_classes import define, evolve, field
from .distinct import Changes, changes_of
from .resolution import Resolved
from .selection import Counted, counted, day_number, window_span

Codes = npt.NDArray[np.integer]
Ints = npt.NDArray[np.int64]

#: A tally and the day weights that it is summed under.
Wanted = tuple[Tally, DayWeights]
#: The weighted sum and the plain number of rows, per shop; of distinct keys how many there are, and
#: the number of rows whose key is not known.
Sums = tuple[Integers, npt.NDArray[np.int64]]

#: The bits that a count of rows has, of three in one integer.
_BITS = 21
_MASK = (1 << _BITS) - 1


def window_sums(resolved: Resolved, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
    """Return the sums of each tally over its window, per shop, in the order of ``wanted``."""
    shops = len(resolved.events.shops)
    found: dict[Wanted, Sums] = {}
    for stream in dict.fromkeys(tally.stream for tally, _ in wanted):
        frame = resolved.frames.get(stream)
        mine = [one for one in wanted if one[0].stream == stream]
        sums = WindowSums([one for one in mine if one[0].distinct is None], as_of)
        if frame is not None:
            sums.add(Columns(frame))
        found.update(zip(sums.wanted, sums.per_shop(shops), strict=True))
        for tally in dict.fromkeys(tally for tally, _ in mine if tally.distinct is not None):
            changes = () if frame is None else changes_of(frame, tally)
            for weights in (weights for one, weights in mine if one == tally):
                found[tally, weights] = _sums_of_changes(changes, weights, as_of, shops)
    return [found[one] for one in wanted]


def _sums_of_changes(
    changes: Iterable[Changes], weights: DayWeights, as_of: date, shops: int
) -> Sums:
    """Return how many keys there are, and how many rows of no key, per shop."""
    keys, unknown = np.zeros(shops, dtype=np.int64), np.zeros(shops, dtype=np.int64)
    for one in changes:
        seen = one.days <= day_number(as_of) - weights.first_age
        np.add.at(keys, one.shops[seen], one.keys[seen])
        np.add.at(unknown, one.shops[seen], one.unknown[seen])
    return keys, unknown


@define(eq=False)
class WindowSums:
    """The sums of tallies of one stream over their windows, per shop, while rows come and go.

    Counts of three tallies are added up in one integer, while it has room for them: to find the
    places that belong to rows is what adding takes longest for.
    """

    wanted: Sequence[Wanted]
    as_of: date
    _shops: int = field(init=False, default=0)
    _sums: dict[int, Integers] = field(init=False)
    _counts: list[Ints] = field(init=False)
    _packed: list[Ints] = field(init=False)
    _pending: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        weighed = (i for i, (t, w) in enumerate(self.wanted) if not (w.uniform and t.counts_rows))
        self._sums = dict.fromkeys(weighed, nothing)
        self._counts = [nothing for _ in self.wanted]
        self._packed = [nothing for _ in self.wanted[::3]]

    def add(self, rows: Columns) -> None:
        """Add what some rows of the stream count."""
        tallies = [tally for tally, _ in self.wanted]
        spans = [window_span(weights, self.as_of) for _, weights in self.wanted]
        dated = [not weights.uniform for _, weights in self.wanted]
        for found in counted(rows, tallies, spans, dated):
            pairs = zip(found, self.wanted, strict=True)
            chunk = [self._on_its_days(one, weights) for one, (_, weights) in pairs]
            shops = chunk[0].shops
            self._make_room(int(shops.max()) + 1)
            if self._pending + len(shops) >= 1 << _BITS:
                self._unpack()
            self._pending += len(shops)
            for packed, start in zip(self._packed, range(0, len(chunk), 3), strict=True):
                np.add.at(packed, shops, _pack(chunk[start : start + 3]))
            for i in self._sums:
                self._add_values(i, chunk[i])

    def _on_its_days(self, rows: Counted, weights: DayWeights) -> Counted:
        """Return the rows that count on days which weigh something."""
        if not weights.has_gaps:
            return rows
        ages = day_number(self.as_of) - rows.days()
        here = rows.here.copy()
        here[here] = weights_of(weights, ages) > 0
        return evolve(rows, here=here)

    def _add_values(self, i: int, rows: Counted) -> None:
        weights, values = self.wanted[i][1], rows.values
        if (
            weights.uniform
            and values is not None
            and magnitude(self._sums[i]) + magnitude(values) * len(values) < SAFE
        ):
            np.add.at(self._sums[i], rows.shops, values)
            return
        own, by_day = rows.value, None
        if not weights.uniform:
            by_day = weights_of(weights, day_number(self.as_of) - rows.days())
        if own is None:
            own = np.ones(len(rows.shop), dtype=np.int64)
        self._sums[i] = plus(self._sums[i], weighted_sum(rows.shop, own, by_day, self._shops))

    def _unpack(self) -> None:
        for i in range(len(self.wanted)):
            place, within = divmod(i, 3)
            self._counts[i] = self._counts[i] + (self._packed[place] >> _BITS * within & _MASK)
        self._packed = [np.zeros_like(packed) for packed in self._packed]
        self._pending = 0

    def _make_room(self, shops: int) -> None:
        """Make the sums of so many shops."""
        if shops > self._shops:
            more = np.zeros(shops - self._shops, dtype=np.int64)
            self._sums = {i: np.concatenate([sums, more]) for i, sums in self._sums.items()}
            self._counts = [np.concatenate([counts, more]) for counts in self._counts]
            self._packed = [np.concatenate([packed, more]) for packed in self._packed]
            self._shops = shops

    def take_away(self, rows: Columns) -> None:
        """Take away what some rows of the stream count, which were added before."""
        others = WindowSums(self.wanted, self.as_of)
        others.add(rows)
        self._make_room(others._shops)
        found = others.per_shop(self._shops)
        self._unpack()
        for i, (sums, counts) in enumerate(found):
            self._counts[i] = self._counts[i] - counts
            if i in self._sums:
                self._sums[i] = plus(self._sums[i], -sums)

    def per_shop(self, shops: int) -> list[Sums]:
        """Return the sums of so many shops, or more, in the order of ``wanted``."""
        self._make_room(shops)
        self._unpack()
        return [(self._sums.get(i, counts), counts) for i, counts in enumerate(self._counts)]

    def copied(self) -> WindowSums:
        """Return the same sums, which do not change with these."""
        self._unpack()
        copy = WindowSums(self.wanted, self.as_of)
        copy._shops, copy._counts = self._shops, [*self._counts]
        copy._packed = [packed.copy() for packed in self._packed]
        copy._sums = {i: sums.copy() for i, sums in self._sums.items()}
        return copy


def _pack(rows: Sequence[Counted]) -> Ints:
    """Return which rows count for one to three tallies, as integers that add up."""
    packed = np.zeros(len(rows[0].here), dtype=np.int64)
    for one in reversed(rows):
        packed <<= _BITS
        packed += one.here
    return packed


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
    most = int(np.bincount(positions).max(initial=1)) if len(positions) > shops else 1
    if magnitude(values) * most >= SAFE:
        values = widen(values)
    total = np.zeros(shops, dtype=values.dtype)
    np.add.at(total, positions, values)
    return narrow(total)


def plus(a: Integers, b: Integers) -> Integers:
    """Return the sum of two columns, exact."""
    small = max(magnitude(a), magnitude(b)) < SAFE  # so that int64 holds the sum
    return a + b if small else narrow(widen(a) + widen(b))
