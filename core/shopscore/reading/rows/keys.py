"""Exact look-ups of text keys at the speed of integers: hashes find, texts confirm."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from ...value_classes import frozen
from .selecting import selected

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

#: Numbers of first bits that an index tells apart: 32 MB of places.
_MOST_BITS = 22
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)


#: Rows that are worked on at a time: small arrays stay in the caches, and in the allocator.
CHUNK = 1 << 18


def hashes(key: pl.DataFrame) -> Hashes:
    """Return one 64-bit hash per row of a key; equal keys have equal hashes, within this process only."""
    result = np.empty(len(key), dtype=np.uint64)
    for start in range(0, len(key), CHUNK):
        first, *more = selected(key.slice(start, CHUNK), [pl.all().hash()])
        total: Hashes = first.to_numpy()
        for column in more:
            total = (total ^ (total >> np.uint64(29))) * _ODD + column.to_numpy()
        result[start : start + CHUNK] = total
    return result


@frozen(eq=False, slots=False)
class KeyIndex:
    """Hashes in order, each packed with its row: one sort serves duplicates and look-ups.

    The upper half of an entry is half a hash, the lower half the row. Entries that agree in the
    upper half are candidates; the caller compares their keys.
    """

    packed: Hashes

    @classmethod
    def of(cls, found: Hashes) -> KeyIndex:
        """Build the index of the hashes of all rows, in their place: it is what needs most memory."""
        for start in range(0, len(found), CHUNK):
            part = found[start : start + CHUNK]
            part &= ~_LOW
            part |= np.arange(start, start + len(part), dtype=np.uint64)
        found.sort()
        return cls(found)

    def rows(self, at: Positions | slice | npt.NDArray[np.bool_] = slice(None)) -> Positions:
        """Return the rows of the entries at some positions."""
        return (self.packed[at] & _LOW).astype(np.int64)

    def candidates(self) -> Positions:
        """Return rows that may share their key with another row, in order."""
        marks = np.zeros(len(self.packed), dtype=np.bool_)
        for start in range(0, len(marks), CHUNK):
            halves = self.packed[start : start + CHUNK + 1] >> _HALF
            same = halves[1:] == halves[:-1]
            marks[start + 1 : start + len(halves)] |= same
            marks[start : start + len(halves) - 1] |= same
        return np.sort(self.rows(marks))

    @cached_property
    def _starts(self) -> tuple[np.uint64, npt.NDArray[np.uint32]]:
        """By how much a hash is shifted to be a number of its first bits, and where each begins.

        There are about as many such numbers as entries, so that a hash is found after a step or
        two: half of the time of a binary search over six million entries.
        """
        bits = min(len(self.packed).bit_length(), _MOST_BITS)
        shift = np.uint64(64 - bits)
        starts = np.zeros((1 << bits) + 1, dtype=np.uint32)
        for start in range(0, len(self.packed), CHUNK):
            numbers = (self.packed[start : start + CHUNK] >> shift).view(np.int64)
            first, last = int(numbers[0]), int(numbers[-1])  # they ascend
            starts[first + 1 : last + 2] += np.bincount(numbers - first).astype(np.uint32)
        return shift, np.cumsum(starts, dtype=np.uint32, out=starts)

    def find(self, wanted: Hashes) -> Positions:
        """Return for each hash the position here of the first entry that may have it, else −1."""
        if not len(self.packed) or not len(wanted):
            return np.full(len(wanted), -1, dtype=np.int64)
        shift, starts = self._starts
        halves = wanted & ~_LOW
        at = starts[(halves >> shift).view(np.int64)].astype(np.int64)
        behind = np.flatnonzero(self._before(at, halves))
        while len(behind):
            at[behind] += 1
            behind = behind[self._before(at[behind], halves[behind])]
        last = len(self.packed) - 1
        found = (at <= last) & ((self.packed[np.minimum(at, last)] & ~_LOW) == halves)
        return np.where(found, at, -1)

    def _before(self, at: Positions, halves: Hashes) -> npt.NDArray[np.bool_]:
        """Return which entries stand before the place of a hash; there are none after the last."""
        last = len(self.packed) - 1
        return (at <= last) & (self.packed[np.minimum(at, last)] < halves)

    def following(self, at: Positions) -> Positions:
        """Return the next entry after each position if it may have the same hash, else −1."""
        after = np.minimum(at + 1, len(self.packed) - 1)
        same = (after > at) & (self.packed[after] >> _HALF == self.packed[at] >> _HALF)
        return np.where(same, after, -1)


def _equal(
    one: pl.Series, at: Positions, other: pl.Series, rows: Positions
) -> npt.NDArray[np.bool_]:
    """Return which cells of two columns are equal; none is null."""
    if one.dtype.is_integer():  # numpy picks numbers several times faster
        same: npt.NDArray[np.bool_] = one.to_numpy()[at] == other.to_numpy()[rows]
        return same
    return (one[at] == other[rows]).to_numpy()


def positions(keys: pl.DataFrame, index: KeyIndex, wanted: pl.DataFrame) -> Positions:
    """Return for each wanted key the row of ``keys`` that has it, else −1; exact.

    Both frames have the same columns; keys are unique, and null nowhere.
    """
    result = np.full(len(wanted), -1, dtype=np.int64)
    entries = index.find(hashes(wanted))
    asking = np.flatnonzero(entries >= 0)
    entries = entries[asking]
    while len(asking):  # mostly once: only other keys with the same half of a hash go round again
        rows = index.rows(entries)
        agrees = np.ones(len(rows), dtype=np.bool_)
        for name in keys.columns:
            agrees &= _equal(wanted[name], asking, keys[name], rows)
        result[asking[agrees]] = rows[agrees]
        entries = index.following(entries[~agrees])
        asking, entries = asking[~agrees][entries >= 0], entries[entries >= 0]
    return result
