"""Raw tables: the cells of one source under canonical names, before anything is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from attrs import evolve, field, frozen

from ..errors import InputError
from ..model.layouts import ANY_WORD, Layout
from ..notices import Notice
from .formats.body import Origin
from .formats.frames import FrameOrigin

#: The ids of sub-orders, which no stream has a column for.
SUBORDER = "_suborder_id"


@frozen(eq=False)
class RawTable:
    """The raw cells of one file or dataframe, which has no ``label``.

    ``origin`` knows where its rows stand, ``unread`` names columns that were not read, since no
    canonical column has their name. ``too_long`` holds the positions of rows with more cells than
    the header, with what was too much, ``refused`` those that are no rows at all, with a cell and
    the reason; ``notices`` are what to know about the file. Of an export there is its ``layout``;
    ``titles`` are its own headers and ``uncleaned`` its cells as they stand in the file, both by
    canonical name; what tells apart the rows of one order is the column :data:`SUBORDER`.
    ``unlisted`` are the words of a column that no list of the layout has, null elsewhere.
    """

    frame: pl.DataFrame
    label: str | None
    origin: Origin
    unread: tuple[str, ...] = ()
    too_long: Mapping[int, str] = field(factory=dict)
    refused: Mapping[int, tuple[str, str]] = field(factory=dict)
    notices: tuple[Notice, ...] = ()
    layout: Layout | None = None
    titles: Mapping[str, str] = field(factory=dict)
    uncleaned: Mapping[str, pl.Series] = field(factory=dict)
    unlisted: Mapping[str, pl.Series] = field(factory=dict)
    stream: str = ""

    @property
    def has_suborders(self) -> bool:
        """Whether several rows may be parts of one row of the stream."""
        return self.layout is not None and self.layout.suborders is not None

    def taken_as(self, column: str) -> str:
        """Return what an unlisted word of a column becomes; nothing: it is taken as empty."""
        return "" if self.layout is None else self.layout.words[column][ANY_WORD]

    def refuse_long_rows(self) -> None:
        """Raise for a row with more cells than the header, where rows cannot be set aside."""
        for row, extra in self.too_long.items():
            (line,) = self.lines([row])
            raise InputError(
                f"{self.label}, line {line}: more cells than the header has: {extra!r}"
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
            unlisted={},
            stream=stream,
        )
