"""Instead: rows that stand in the place of shops, as these might be, while all others stay."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ..exact.rationals import Mask
from ..value_classes import frozen

Rows = npt.NDArray[np.int64]


@frozen(eq=False)
class Instead:
    """Of each row the row of the shop that it stands for: of a real shop itself.

    Whatever is asked of several shops, as a rank or a mean, is asked of the real ones; of a row that
    stands for a shop, with that row in the place of that shop.

    >>> Instead(np.array([0, 1, 1])).real.tolist()
    [True, True, False]
    """

    of: Rows

    @property
    def real(self) -> Mask:
        """Which rows are shops as they are."""
        return np.asarray(self.of == np.arange(len(self.of)), dtype=np.bool_)

    def counts(self, marked: Mask, groups: npt.NDArray[np.integer]) -> Rows:
        """Return how many shops of each row's group are marked, with the row in its place.

        >>> Instead(np.array([0, 1, 1])).counts(np.array([True, True, False]), np.zeros(3, int))
        array([2, 2, 1])
        """
        each = np.bincount(groups[marked & self.real], minlength=int(groups.max(initial=0)) + 1)
        return np.asarray(each[groups] - marked[self.of] + marked, dtype=np.int64)

    def split(self, rows: Rows, others: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Yield rows of a group in parts, each with those among ``others`` that are its group."""
        real = self.real
        shops = others[real[others]]
        yield rows[real[rows]], shops
        among = set(others.tolist())
        for row in rows[~real[rows]].tolist():
            own = [row] if row in among else []
            yield np.array([row]), np.array([*shops[shops != self.of[row]], *own], dtype=np.int64)
