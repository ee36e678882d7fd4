"""Consoles: what one shows of shops as a whole, beside what is computed of them here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..exact.columns import ExactColumn
from ..value_classes import field, frozen
from .stated import NOTHING_STATED, Stated

if TYPE_CHECKING:
    from .told import Figures


@frozen(eq=False)
class Console:
    """The total and the points of dimensions that a console shows, beside those computed here.

    Those of ``filling`` dimensions, and the ``bonus`` and the ``deduction``, are told by documents,
    and stand in for what cannot be computed; ``figures`` are everything that these say. ``bounds`` and
    ``counts`` of criteria go before those of the rules; ``stated`` has the verdicts and levels that
    stand beside those computed here.
    """

    total: ExactColumn | None = None
    dimensions: Mapping[str, ExactColumn] = field(factory=dict)
    filling: Mapping[str, ExactColumn] = field(factory=dict)
    bonus: ExactColumn | None = None
    deduction: ExactColumn | None = None
    figures: Sequence[Figures] = ()
    bounds: Mapping[str, ExactColumn] = field(factory=dict)
    counts: Mapping[str, ExactColumn] = field(factory=dict)
    stated: Stated = NOTHING_STATED

    def __bool__(self) -> bool:
        return self.total is not None or bool(self.dimensions)

    def take(self, rows: npt.NDArray[np.int64]) -> Console:
        """Return what stands in for some shops; not the figures, which only are shown."""

        def each(columns: Mapping[str, ExactColumn]) -> dict[str, ExactColumn]:
            return {id: column.take(rows) for id, column in columns.items()}

        def some(column: ExactColumn | None) -> ExactColumn | None:
            return None if column is None else column.take(rows)

        return Console(
            some(self.total),
            each(self.dimensions),
            each(self.filling),
            some(self.bonus),
            some(self.deduction),
            bounds=each(self.bounds),
            counts=each(self.counts),
        )
