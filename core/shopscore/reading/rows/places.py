"""Places: from which file and line the rows of a stream are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ...value_classes import evolve, frozen
from ..raw_table import RawTable, RowSource, ask_each


@frozen(eq=False)
class Places:
    """Where the rows of a stream are from.

    ``sources`` has the position of each row among those of all tables; it is None where all rows
    stand as in the tables, one after the other, which needs no memory. A null row is from none.
    """

    sources: pl.Series | None
    tables: Sequence[RawTable]
    offsets: npt.NDArray[np.int64]

    def spread(self, at: pl.Series, count: int) -> Places:
        """Return the places of ``count`` rows, of which those ``at`` some positions are these."""
        own = pl.int_range(len(at), eager=True) if self.sources is None else self.sources
        none = pl.Series([None], dtype=pl.UInt32).new_from_index(0, count)
        return evolve(self, sources=none.scatter(at, own.cast(pl.UInt32)))

    def find(self, positions: Iterable[int]) -> list[RowSource | None]:
        """Return where some rows of the stream are from."""
        rows = [int(position) for position in positions]
        if self.sources is None:
            return list(self.find_sources(rows))
        found = self.sources.gather(rows).to_list()
        known = iter(self.find_sources([row for row in found if row is not None]))
        return [None if row is None else next(known) for row in found]

    def find_sources(self, rows: Iterable[int]) -> list[RowSource]:
        """Return where rows are from that are at some positions among those of all tables."""
        return ask_each(self.tables, self.offsets, rows, lambda table, own: table.sources(own))
