"""Bodies: the rows below a header, and where they stand in their source."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import polars as pl

from ...notices import Notice
from ...value_classes import field, frozen

#: A cell of a row that cannot be used as it stands, and the reason; and such rows by position.
Refusal = tuple[str | None, str]
Refusals = Mapping[int, Refusal]


@frozen(eq=False)
class Origin(ABC):
    """Where the rows of a table stand, and all their cells as the source has them.

    ``headers`` are the names of all columns there, ``encoding`` and ``separator`` those of a text
    that holds rows of the same kind.
    """

    #: Whether the cells have types, as in a dataframe, and are not text altogether.
    is_typed: ClassVar[bool] = False
    #: Whether the cells of rows can be told without reading the file again.
    cells_known: ClassVar[bool] = False

    headers: tuple[str, ...]
    encoding: str
    separator: str

    @property
    def lines_known(self) -> bool:
        """Whether the lines of rows can be told without reading the file again."""
        return True

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        """Return the line on which each row begins, as an editor counts, or the row of a worksheet."""
        return [None] * len(rows)

    @abstractmethod
    def records(self, rows: Sequence[int]) -> list[list[str]]:
        """Return all cells of some rows as text."""


@frozen(eq=False)
class Body:
    """The records below the header of a sheet, and where they stand.

    ``frame`` has a column of text for every position that was asked for, named after it. An empty
    cell is null; nothing else is changed, but for the marks of a quarantine, which are taken away.
    ``refused`` are the rows whose cells may stand under other headers than their own, by their
    position, with what shows it and the reason. ``broken`` says that some bytes may not have been
    of the encoding: such cells have U+FFFD in them. ``merged`` has, by position, the rows whose
    cell is that of a row above, with which it is merged.
    """

    frame: pl.DataFrame
    origin: Origin
    refused: Refusals = field(factory=dict)
    broken: bool = False
    notices: tuple[Notice, ...] = ()
    merged: Mapping[int, Sequence[int]] = field(factory=dict)
