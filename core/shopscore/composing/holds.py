"""Holds: what keeps a total from being what it would be, a cap or an end of the scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..value_classes import frozen


@frozen(eq=False)
class Holds:
    """Which of several things holds the total of each shop, and what the total is without it.

    ``places`` are positions among these things, -1 where none of them holds. ``before`` is unknown
    where there is no total, but ends between which it lies. ``open`` marks the shops that would have
    a total, if somebody could tell whether one of them holds.
    """

    places: npt.NDArray[np.int8]
    before: ExactColumn
    open: Mask

    @property
    def held(self) -> Mask:
        """The shops whose total something holds."""
        return np.asarray(self.places >= 0, dtype=np.bool_)

    def only(self, rows: Mask) -> Holds:
        """Return the same of some shops; of the others nothing is known to hold the total."""
        places = np.where(rows, self.places, np.int8(-1))
        return Holds(places, self.before.only(rows), self.open & rows)
