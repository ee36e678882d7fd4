"""Arrays of exact integers: int64 while that is safe, Python integers where it is not."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

#: int64, or object arrays of Python integers.
Integers: TypeAlias = npt.NDArray[Any]

#: Sums and products stay below this, so that int64 never wraps.
SAFE = 2**62
#: Doubles hold every integer below this.
EXACT_DOUBLE = 2**53


def magnitude(values: Integers) -> int:
    """Return the greatest absolute value; 0 for an empty array."""
    if not len(values):
        return 0
    return max(abs(int(values.max())), abs(int(values.min())))


def widen(values: Integers) -> Integers:
    """Return the same integers as Python integers, which never overflow."""
    return values if values.dtype == object else values.astype(object)


def narrow(values: Integers) -> Integers:
    """Return the same integers as int64 where they fit."""
    if values.dtype == object and magnitude(values) < SAFE:
        return values.astype(np.int64)
    return values
