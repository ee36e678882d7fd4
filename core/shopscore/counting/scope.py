"""The scope of a state: which units were counted, and a check sum of what each has counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import StateError
from ..exact.integers import group_totals, sorted_order
from ..messages import message
from ..reading.fingerprints import Prints
from ..value_classes import evolve, frozen
from .cells import Ints


@frozen(eq=False)
class Scope:
    """A mark for each unit that was counted, with a check sum of what its rows have counted.

    The sign of a unit that was taken away, and is still to be found, is −1. A correction holds
    units twice: as they are, and as they were. Ascending by mark, then check sum.
    """

    marks: Prints
    checks: npt.NDArray[np.uint32]
    signs: npt.NDArray[np.int8]

    @classmethod
    def of(cls, marks: Prints, checks: Prints) -> Scope:
        """Return the scope of units that were counted; units of one mark are one unit."""
        order = sorted_order(marks)
        marks, sums = marks[order], checks[order]
        last = _ends(marks)
        if len(last) < len(marks):
            marks, sums = marks[last], group_totals(sums.view(np.int64), last).view(np.uint64)
        # half of a sum is kept: the lower halves of sums are the sums of lower halves
        return cls(marks, sums.astype(np.uint32), np.ones(len(marks), dtype=np.int8))

    @property
    def units(self) -> Prints:
        """The marks, each once."""
        return self.marks[_ends(self.marks)]

    @property
    def is_whole(self) -> bool:
        """Whether every unit that was taken away has been found."""
        return bool((self.signs == 1).all())

    @property
    def total(self) -> int:
        """The check sum of everything that was counted."""
        return int((self.checks * self.signs.astype(np.int64)).sum()) % 2**32

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scope):
            return NotImplemented
        return (
            np.array_equal(self.marks, other.marks)
            and np.array_equal(self.checks, other.checks)
            and np.array_equal(self.signs, other.signs)
        )

    __hash__ = None  # type: ignore[assignment]

    def negative(self) -> Scope:
        """Return the scope of what takes these units away."""
        return evolve(self, signs=-self.signs)

    def plus(self, other: Scope) -> Scope:
        """Return both scopes together; a unit that is there and taken away is gone.

        Raises:
            StateError: where a unit would be there, or be taken away, twice.
        """
        marks = np.concatenate([self.marks, other.marks])
        order = np.argsort(marks, kind="stable")  # timsort: runs in order are merged, not sorted
        marks = marks[order]
        checks = np.concatenate([self.checks, other.checks])[order]
        signs = np.concatenate([self.signs, other.signs])[order]
        again = marks[1:] == marks[:-1]
        if not again.any():
            return Scope(marks, checks, signs)
        shared = np.flatnonzero(np.append(again, False) | np.append(False, again))
        order = shared[np.lexsort((checks[shared], marks[shared]))]
        checks[shared], signs[shared] = checks[order], signs[order]
        last = _ends(marks[shared])
        twice = int((np.abs(group_totals(signs[shared], last)) > 1).sum())
        if twice:
            said = message(
                "these tallies share rows or orders ({count} of them), which must not be counted"
                " or taken away twice: resolve the events together, or split resolved rows",
                count=twice,
            )
            raise StateError(said)
        last = _ends(marks[shared], checks[shared])
        left = group_totals(signs[shared], last)
        signs[shared] = 0
        signs[shared[last]] = left
        there = signs != 0
        return Scope(marks[there], checks[there], signs[there])


def _ends(*columns: npt.NDArray[np.unsignedinteger]) -> Ints:
    """Return the last position of each run of equal entries."""
    differs = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.flatnonzero(np.append(differs, True)[: len(columns[0])])
