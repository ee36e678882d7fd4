"""Places: from which file and line the rows of a stream are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ...value_classes import evolve, frozen
from ..raw_table import RawTable, RowSource


@frozen(eq=False)
class Places:
    """Where the rows of a stream are from.

    ``sources`` has the position of each row among those of all tables; it is None where all rows
    stand as in the tables, one after the other, which needs no memory. A null row is from none.
    """

    sources: pl.Series | None
    tables: Sequence[RawTable]
    offsets: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls, sources: pl.Series | None, tables: Sequence[RawTable], offsets: npt.NDArray[np.int64]
    ) -> Places:
        """Return the places of rows that are from these positions; None: from all of them."""
        as_they_stand = sources is None or (
            len(sources) == offsets[-1]
            and np.array_equal(sources.to_numpy(), np.arange(len(sources), dtype=np.uint32))
        )
        at = None if sources is None or as_they_stand else sources.cast(pl.UInt32)
        return cls(at, tables, offsets)

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
        wanted = np.fromiter(rows, np.int64)
        table_of = np.searchsorted(self.offsets, wanted, side="right") - 1
        found: dict[int, RowSource] = {}
        for number in np.unique(table_of):
            table, before = self.tables[number], int(self.offsets[number])
            own = np.unique(wanted[table_of == number]).tolist()
            found.update(zip(own, table.sources([row - before for row in own]), strict=True))
        return [found[row] for row in wanted.tolist()]
