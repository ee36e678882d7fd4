"""Wide rows: the few fractions of a column that int64 cannot hold, kept apart from the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..value_classes import frozen
from .integers import SAFE, Integers, widen

Rows = npt.NDArray[np.int64]


@frozen(eq=False)
class WideRows:
    """Rows of a column, rising, and the Python integers of their fractions."""

    rows: Rows
    num: Integers
    den: Integers

    def back_in(self, column: Integers, own: Integers) -> Integers:
        """Return a column as Python integers, with its ``own`` of these rows in their places."""
        whole = widen(column)
        whole[self.rows] = own
        return whole

    def take(self, picked: Any, size: int) -> WideRows | None:
        """Return those of the rows that an index or a mask picks from a column of that size."""
        if isinstance(picked, slice) and picked.step in (None, 1):
            start, stop, _ = picked.indices(size)
            here = np.arange(*np.searchsorted(self.rows, (start, stop)))
            return self._of(self.rows[here] - start, here)
        places = np.full(size, -1, dtype=np.int64)
        places[self.rows] = np.arange(len(self.rows))
        found = places[picked]
        rows = np.flatnonzero(found >= 0)
        return self._of(rows, found[rows])

    def only(self, kept: npt.NDArray[np.bool_]) -> WideRows | None:
        """Return those of the rows that a mask of the whole column marks."""
        here = np.flatnonzero(kept[self.rows])
        return self._of(self.rows[here], here)

    def moved(self, rows: Rows) -> WideRows:
        """Return the same fractions in other rows."""
        return WideRows(rows, self.num, self.den)

    def _of(self, rows: Rows, places: Rows) -> WideRows | None:
        return WideRows(rows, self.num[places], self.den[places]) if len(rows) else None


def together(first: WideRows | None, second: WideRows | None) -> WideRows | None:
    """Return the rows of both, which have none in common."""
    if first is None or second is None:
        return first or second
    rows = np.concatenate([first.rows, second.rows])
    order = np.argsort(rows)
    num, den = (
        np.concatenate(pair)[order] for pair in ((first.num, second.num), (first.den, second.den))
    )
    return WideRows(rows[order], num, den)


def set_apart(
    num: Integers, den: Integers, rows: Rows, own_num: Integers, own_den: Integers
) -> WideRows | None:
    """Write fractions of Python integers to rows of two int64 columns; return those that do not fit.

    In the columns ``0/1`` stands for them.
    """
    fits = np.asarray((abs(own_num) < SAFE) & (own_den < SAFE), dtype=np.bool_)
    num[rows], den[rows] = np.where(fits, own_num, 0), np.where(fits, own_den, 1)
    if fits.all():
        return None
    return WideRows(rows[~fits], own_num[~fits], own_den[~fits])


def split(num: Integers, den: Integers) -> tuple[Integers, Integers, WideRows | None]:
    """Return columns of Python integers as int64, and apart from them what does not fit."""
    small = np.zeros(len(num), dtype=np.int64), np.ones(len(num), dtype=np.int64)
    every = np.arange(len(num))
    return *small, set_apart(*small, every, widen(num), widen(den))
