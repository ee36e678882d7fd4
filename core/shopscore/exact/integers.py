"""Arrays of exact integers: int64 while that is safe, Python integers where it is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

#: int64, or object arrays of Python integers.
Integers: TypeAlias = npt.NDArray[Any]

#: Sums and products stay below this, so that int64 never wraps.
SAFE = 2**62
#: Doubles hold every integer below this.
EXACT_DOUBLE = 2**53
#: Rows that are computed together.
_TOGETHER = 2**14


def magnitude(values: Integers) -> int:
    """Return the greatest absolute value; 0 for an empty array."""
    seen = values[:1] if values.strides == (0,) else values  # a constant: one number, said often
    if len(seen) < 2:
        return abs(int(seen[0])) if len(seen) else 0
    return max(abs(int(seen.max())), abs(int(seen.min())))


def parts_of(size: int) -> Iterator[slice]:
    """Yield slices of a column: arrays that are made of one of them stay in memory in use.

    Memory that is touched for the first time costs more than what is computed there.
    """
    for start in range(0, size, _TOGETHER):
        yield slice(start, min(start + _TOGETHER, size))


def repeated(value: int, length: int) -> Integers:
    """Return one integer so many times; it is held once, and nothing can be written to it."""
    if abs(value) < SAFE:
        held = value.to_bytes(8, sys.byteorder, signed=True)
        return np.ndarray((length,), np.int64, buffer=held, strides=(0,))
    return np.broadcast_to(np.array(value, dtype=object), (length,))


def widen(values: Integers) -> Integers:
    """Return the same integers as Python integers, which never overflow."""
    return values if values.dtype == object else values.astype(object)


def narrow(values: Integers) -> Integers:
    """Return the same integers as int64 where they fit."""
    if values.dtype != object:
        return values
    try:
        small = values.astype(np.int64)
    except OverflowError:
        return values
    return small if magnitude(small) < SAFE else values


def total(values: Integers) -> int:
    """Return the sum of all values, exact."""
    if magnitude(values) * len(values) < SAFE:
        return int(values.sum())
    return int(widen(values).sum())


def sorted_order(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the positions that bring values in order; equal ones stay in their order.

    Sorting numbers is several times faster than sorting positions by them: the leading bits are
    packed with the position, and only what they leave open is sorted by comparing.
    """
    if not len(values):
        return np.empty(0, dtype=np.int64)
    bits = np.uint64(len(values).bit_length())
    shift = np.uint64(max(int(values.max()).bit_length() + int(bits) - 64, 0))
    packed = (values >> shift) << bits | np.arange(len(values), dtype=np.uint64)
    packed.sort()
    order = (packed & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    return order[np.argsort(values[order], kind="stable")] if shift else order


def group_totals(values: npt.NDArray[Any], last: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the sum of each group of neighbours, given the last position of each.

    Exact wherever the sums fit in int64: what wraps around on the way wraps back.
    """
    if len(last) == len(values):  # each stands alone
        return values.astype(np.int64, copy=False)
    totals: npt.NDArray[np.int64] = np.diff(np.cumsum(values, dtype=np.int64)[last], prepend=0)
    return totals


def dense_ranks(
    values: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return the place of each value among the different ones, and the first row of each of these.

    >>> [found.tolist() for found in dense_ranks(np.array([30, 10, 30]))]
    [[1, 0, 1], [1, 0]]
    """
    if not len(values):
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    order = sorted_order((values - values.min()).view(np.uint64))
    ranked = values[order]
    new = np.r_[True, ranked[1:] != ranked[:-1]]
    codes = np.empty(len(values), dtype=np.int32)
    codes[order] = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return codes, order[new]
