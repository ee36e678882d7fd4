"""Exact look-ups of text keys at the speed of integers: hashes find, texts confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

_ODD = np.uint64(0x9E3779B97F4A7C15)


def hashes(columns: Sequence[pl.Series]) -> Hashes:
    """One 64-bit hash per row of a key; equal keys have equal hashes, within this process only."""
    total = columns[0].hash().to_numpy()
    for column in columns[1:]:
        total = (total ^ (total >> np.uint64(29))) * _ODD + column.hash().to_numpy()
    return total


@frozen(eq=False)
class KeyIndex:
    """Hashes in order, each packed with its row: one sort serves duplicates and look-ups.

    The row takes the low bits of each entry, the hash the others. Entries that agree in the
    bits of the hash are candidates; the caller compares their keys.
    """

    packed: Hashes
    bits: int

    @classmethod
    def of(cls, found: Hashes) -> KeyIndex:
        """The index of the hashes of all rows."""
        bits = max(len(found), 1).bit_length()
        return cls(np.sort(_pack(found, bits)), bits)

    def candidates(self) -> Positions:
        """Rows whose hash may be that of another row, in order."""
        tops = self.packed >> np.uint64(self.bits)
        same = tops[1:] == tops[:-1]
        if not same.any():
            return np.empty(0, dtype=np.int64)
        marks = np.zeros(len(tops), dtype=np.bool_)
        marks[1:] |= same
        marks[:-1] |= same
        return np.sort(self._rows(self.packed[marks]))

    def find(self, wanted: Hashes) -> Positions:
        """For each hash the first row that may have it, else −1."""
        if not len(self.packed) or not len(wanted):
            return np.full(len(wanted), -1, dtype=np.int64)
        order = np.argsort(wanted)
        tops = self.packed >> np.uint64(self.bits)
        sought = wanted[order] >> np.uint64(self.bits)
        at = np.minimum(np.searchsorted(tops, sought), len(tops) - 1)
        rows = np.where(tops[at] == sought, self._rows(self.packed[at]), -1)
        found = np.empty(len(wanted), dtype=np.int64)
        found[order] = rows
        return found

    def _rows(self, packed: Hashes) -> Positions:
        return (packed & np.uint64((1 << self.bits) - 1)).astype(np.int64)


def _pack(found: Hashes, bits: int) -> Hashes:
    mask = np.uint64((1 << bits) - 1)
    packed: Hashes = (found & ~mask) | np.arange(len(found), dtype=np.uint64)
    return packed


def positions(keys: pl.DataFrame, index: KeyIndex, wanted: pl.DataFrame) -> Positions:
    """For each wanted key the row of ``keys`` that has it, else −1; exact.

    Both frames have the same columns; keys are unique, and null nowhere.
    """
    names = keys.columns
    found = index.find(hashes([wanted[n] for n in names]))
    hit = np.flatnonzero(found >= 0)
    rows = found[hit]
    agrees = np.ones(len(hit), dtype=np.bool_)
    for name in names:
        agrees &= (wanted[name].gather(hit) == keys[name].gather(rows)).to_numpy()
    if not agrees.all():  # other texts with the same hash: ask once more, by the texts themselves
        lost = hit[~agrees]
        found[lost] = _by_text(keys, wanted[lost])
    return found


def _by_text(keys: pl.DataFrame, wanted: pl.DataFrame) -> Positions:
    joined: Any = wanted.join(
        keys.with_row_index("_at"), on=keys.columns, how="left", maintain_order="left"
    )["_at"]
    return np.asarray(joined.cast(pl.Int64).fill_null(-1).to_numpy(), dtype=np.int64)
