"""Patterns: shops for which the same metrics are known are composed together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ..exact.integers import parts_of
from ..exact.rationals import Mask
from ..value_classes import frozen

Rows = npt.NDArray[np.int64]

#: Marks that an integer holds.
_BITS = 62
#: Marks of which a table is made, of all their combinations.
_FEW = 16


@frozen(eq=False)
class Patterns:
    """Each combination of marks that some shops have, and which one each shop has.

    A combination holds one set of names per mapping of marks.
    """

    codes: npt.NDArray[np.int32]
    sets: tuple[tuple[frozenset[str], ...], ...]

    @classmethod
    def of(cls, marks: Sequence[Mapping[str, Mask]], size: int) -> Patterns:
        """Find the patterns of some shops; each of ``marks`` says which shops have a property."""
        codes, first = _coded([mask for masks in marks for mask in masks.values()], size)
        sets = (
            tuple(frozenset(id for id, mask in masks.items() if mask[row]) for masks in marks)
            for row in first
        )
        return cls(codes, tuple(sets))

    def rows(self) -> Iterator[tuple[tuple[frozenset[str], ...], Rows]]:
        """Yield each pattern with its shops."""
        order = np.argsort(self.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.sets)))
        yield from zip(self.sets, np.split(order, ends[:-1]), strict=True)


def find_patterns(
    marks: Sequence[Mapping[str, Mask]], among: Mask
) -> Iterator[tuple[tuple[frozenset[str], ...], Rows]]:
    """Yield each pattern that some of the shops have, with these shops."""
    rows = np.flatnonzero(among)
    if len(rows):
        own = [{id: mask[rows] for id, mask in masks.items()} for masks in marks]
        for sets, places in Patterns.of(own, len(rows)).rows():
            yield sets, rows[places]


def _coded(masks: Iterable[Mask], size: int) -> tuple[npt.NDArray[np.int32], list[int]]:
    """Return a number per combination of masks, and the first row that has each."""
    packed, bits = np.zeros(size, dtype=np.int64), 0
    for mask in masks:
        if not mask.any() or mask.all():
            continue
        if bits == _BITS:
            packed = _dense(packed, bits).astype(np.int64)
            bits = int(packed.max()).bit_length()
        for part in parts_of(size):
            packed[part] |= mask[part].astype(np.int64) << bits
        bits += 1
    codes = _dense(packed, bits)
    first = np.zeros(int(codes.max()) + 1 if size else 0, dtype=np.int64)
    first[codes[::-1]] = np.arange(size - 1, -1, -1)
    return codes, first.tolist()


def _dense(packed: npt.NDArray[np.int64], bits: int) -> npt.NDArray[np.int32]:
    """Return the same numbers, counted from 0 on without gaps."""
    if bits > _FEW:
        return pl.Series(packed).rank("dense").to_numpy().astype(np.int32) - np.int32(1)
    there = np.bincount(packed, minlength=1) > 0
    return np.asarray((np.cumsum(there, dtype=np.int32) - np.int32(1))[packed], dtype=np.int32)
