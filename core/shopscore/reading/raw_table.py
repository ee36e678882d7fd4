"""Raw tables: the cells of one source under canonical names, before anything is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from attrs import evolve, field, frozen

from ..errors import InputError
from ..messages import message
from ..model.layouts import Layout
from ..notices import Notice
from .formats.body import Origin
from .formats.frames import FrameOrigin


@frozen(eq=False)
class RawTable:
    """The raw cells of one file or dataframe, which has no ``label``.

    ``origin`` knows where its rows stand, ``unread`` names columns that were not read, since no
    canonical column has their name. ``refused`` holds the positions of rows that cannot be used as
    they stand, with a cell and the reason; ``notices`` are what to know about the file. Of an export there is its ``layout``;
    ``titles`` are its own headers and ``uncleaned`` its cells as they stand in the file, both by
    canonical name; ``suborders`` tell apart the rows of one order.
    """

    frame: pl.DataFrame
    label: str | None
    origin: Origin
    unread: tuple[str, ...] = ()
    refused: Mapping[int, tuple[str | None, str]] = field(factory=dict)
    notices: tuple[Notice, ...] = ()
    layout: Layout | None = None
    titles: Mapping[str, str] = field(factory=dict)
    uncleaned: Mapping[str, pl.Series] = field(factory=dict)
    suborders: pl.Series | None = None
    stream: str = ""

    def refuse_long_rows(self) -> None:
        """Raise for a row that cannot be used as it stands, where rows cannot be set aside."""
        for row, (cell, reason) in sorted(self.refused.items()):
            (line,) = self.lines([row])
            shown = "" if cell is None else f": {cell!r}"
            raise InputError(
                message(
                    "{file}, line {line}: {reason}{cell}",
                    file=self.label,
                    line=line,
                    reason=reason,
                    cell=shown,
                )
            )

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        """Return the line on which each row begins, as an editor counts (the header is line 1)."""
        return self.origin.lines(rows)

    def values(self, column: str, rows: Sequence[int]) -> list[str | None]:
        """Return some cells of a column as they stand in the source."""
        cells = self.uncleaned.get(column, self.frame[column]).gather(list(rows))
        return [None if cell is None else str(cell) for cell in cells]

    def without_cells(self, stream: str, set_aside: Sequence[int]) -> RawTable:
        """Return a table of a stream that knows where its rows stand, and holds no cell of theirs.

        A dataframe cannot be read again: the rows that were set aside are kept.
        """
        origin = self.origin
        if isinstance(origin, FrameOrigin):
            origin = origin.keep(sorted(set_aside))
        return evolve(
            self,
            frame=pl.DataFrame(),
            origin=origin,
            uncleaned={},
            suborders=None,
            stream=stream,
        )
