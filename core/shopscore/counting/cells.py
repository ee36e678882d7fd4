"""Daily cells: the sum and number of rows of one tally per shop and day, as integers that add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from ..errors import StateError
from ..exact.integers import SAFE, group_totals, magnitude, sorted_order
from ..messages import Message, message
from ..model.tallies import Tally
from ..model.windows import DayWeights
from ..value_classes import evolve, frozen
from .selection import day_number
from .sums import Codes, Sums, weighted_sum, weights_of

Ints = npt.NDArray[np.int64]

#: Changes whenever the same tally would be counted otherwise, so that old cells are not mixed in.
COUNTING = 1

# a key is shop · 2^24 + day + 2^23: every day from year 1 to 9999 fits, and keys sort by shop
_DAY_BITS = 24
_DAY_ZERO = 1 << 23
_DAY_MASK = (1 << _DAY_BITS) - 1
#: Cells of a run that are merged with others at a time.
_PIECE = 1 << 15


def cell_shops(keys: Ints) -> Ints:
    """Return the shop of each key of a cell."""
    return keys >> _DAY_BITS


def cell_days(keys: Ints) -> Ints:
    """Return the day of each key of a cell, since 1970-01-01."""
    return (keys & _DAY_MASK) - _DAY_ZERO


def fingerprint(tally: Tally) -> str:
    """Return what stands for a bound tally in a state: tallies that count the same share it."""
    return fingerprint_of_key(tally.key)


def fingerprint_of_key(key: str) -> str:
    """Return the fingerprint of a tally's canonical text."""
    return blake2b(f"counting {COUNTING} {key}".encode(), digest_size=8).hexdigest()


@frozen(eq=False)
class Cells:
    """Sum and number of rows per shop and day of one tally, ascending, without zeros.

    ``keys`` hold shop and day; ``sums`` is None where each sum is the number of rows. Of distinct
    keys both are changes: by how many more keys there are, and more rows whose key is not known.
    """

    keys: Ints
    counts: Ints
    sums: Ints | None = None

    @classmethod
    def of(cls, shop: Codes, day: Ints, counts: Ints | None, sums: Ints | None) -> Cells:
        """Return cells of rows, or of cells, in any order; each row counts once by default.

        Raises:
            StateError: where a sum might not fit in int64, or a day lies far beyond the calendar.
        """
        if magnitude(day) >= _DAY_ZERO:
            said = message("a tally counts rows on days that no calendar has: its day is no time")
            raise StateError(said)
        keys = (shop.astype(np.int64) << _DAY_BITS) | (day + _DAY_ZERO)
        if counts is None and sums is None:  # numbers sort several times faster than positions
            return _of_sorted(np.sort(keys), None, None)
        _check_sum(sums)
        if (keys[1:] >= keys[:-1]).all():
            return _of_sorted(keys, counts, sums)
        lowest = keys.min() if len(keys) else 0
        order = sorted_order((keys - lowest).view(np.uint64))
        return _of_sorted(
            keys[order],
            None if counts is None else counts[order],
            None if sums is None else sums[order],
        )

    @classmethod
    def added(cls, runs: Sequence[Cells]) -> Cells:
        """Return the cells of several together, in time that is linear in their number.

        Raises:
            StateError: where a sum might not fit in int64.
        """
        some = [run for run in runs if len(run)]
        if len(some) < 2:
            return some[0] if some else Cells(_NOTHING, _NOTHING)
        if sum(magnitude(run.values) for run in some) >= SAFE:
            raise StateError(_too_large())
        return _joined([_merged(_joined(piece)) for piece in _pieces(some)])

    def __len__(self) -> int:
        return len(self.keys)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cells):
            return NotImplemented
        return (
            np.array_equal(self.keys, other.keys)
            and np.array_equal(self.counts, other.counts)
            and (self.sums is other.sums or np.array_equal(self.values, other.values))
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def shops(self) -> Ints:
        """The shop of each cell."""
        return cell_shops(self.keys)

    @property
    def days(self) -> Ints:
        """The day of each cell, since 1970-01-01."""
        return cell_days(self.keys)

    @property
    def values(self) -> Ints:
        """The sum of each cell."""
        return self.counts if self.sums is None else self.sums

    def _part(self, start: int, end: int) -> Cells:
        here = slice(start, end)
        sums = None if self.sums is None else self.sums[here]
        return Cells(self.keys[here], self.counts[here], sums)

    def negative(self) -> Cells:
        """Return what takes these cells away."""
        return evolve(self, counts=-self.counts, sums=None if self.sums is None else -self.sums)

    def renumbered(self, shop: Ints) -> Cells:
        """Return the cells with other numbers of shops, which keep the order."""
        keys = (shop[self.shops] << _DAY_BITS) | (self.keys & _DAY_MASK)
        return evolve(self, keys=keys)

    def window_sums(self, weights: DayWeights, as_of: date, shops: int) -> Sums:
        """Return the sum over a window, and the number of rows in it, per shop."""
        return sums_within(self.shops, self.days, self.counts, self.sums, weights, as_of, shops)


def sums_within(
    shop: Codes,
    day: Codes,
    counts: Ints,
    sums: Ints | None,
    weights: DayWeights,
    as_of: date,
    shops: int,
) -> Sums:
    """Return the sum over a window, and the number of rows in it, per shop, of cells in any order."""
    ages = (day_number(as_of) - day).astype(np.int64, copy=False)
    inside = (ages >= weights.first_age) & (ages <= weights.last_age)
    if weights.has_gaps:
        inside[inside] = weights_of(weights, ages[inside]) > 0
    if not inside.all():
        shop, ages, counts = shop[inside], ages[inside], counts[inside]
        sums = None if sums is None else sums[inside]
    total = weighted_sum(shop, counts, None, shops)
    if weights.uniform and sums is None:
        return total, total
    by_day = None if weights.uniform else weights_of(weights, ages)
    return weighted_sum(shop, counts if sums is None else sums, by_day, shops), total


_NOTHING = np.empty(0, dtype=np.int64)


def _too_large() -> Message:
    return message("sums of tallies do not fit in int64: a value in the events is absurdly large")


def _check_sum(values: Ints | None) -> None:
    """Raise where a sum of some of the values might not fit in int64."""
    if values is None or magnitude(values) * len(values) < SAFE:
        return
    if sum(map(abs, values.tolist())) >= SAFE:
        raise StateError(_too_large())


def _pieces(runs: Sequence[Cells]) -> Iterator[list[Cells]]:
    """Yield what runs have of the same keys, a few at a time: small arrays stay in the caches."""
    ends = max(runs, key=len).keys[_PIECE::_PIECE]
    cuts = [[0, *np.searchsorted(run.keys, ends).tolist(), len(run)] for run in runs]
    for i in range(len(ends) + 1):
        yield [run._part(cut[i], cut[i + 1]) for run, cut in zip(runs, cuts, strict=True)]


def _joined(runs: Sequence[Cells]) -> Cells:
    """Return runs behind each other."""
    no_sums = all(run.sums is None for run in runs)
    return Cells(
        np.concatenate([run.keys for run in runs]),
        np.concatenate([run.counts for run in runs]),
        None if no_sums else np.concatenate([run.values for run in runs]),
    )


def _merged(runs: Cells) -> Cells:
    """Return cells of runs, each in order, that stand behind each other."""
    order = np.argsort(runs.keys, kind="stable")  # timsort: runs in order are merged, not sorted
    sums = None if runs.sums is None else runs.sums[order]
    return _of_sorted(runs.keys[order], runs.counts[order], sums)


def _of_sorted(keys: Ints, counts: Ints | None, sums: Ints | None) -> Cells:
    """Add up what has one key; what adds up to nothing is no cell."""
    if not len(keys):
        return Cells(_NOTHING, _NOTHING)
    last = np.flatnonzero(np.append(keys[1:] != keys[:-1], True))
    counts = np.diff(last, prepend=-1) if counts is None else group_totals(counts, last)
    sums = None if sums is None else group_totals(sums, last)
    keys = keys[last]
    there = counts != 0 if sums is None else (counts != 0) | (sums != 0)
    if not there.all():
        keys, counts, sums = keys[there], counts[there], None if sums is None else sums[there]
    return Cells(keys, counts, None if sums is None or np.array_equal(sums, counts) else sums)
