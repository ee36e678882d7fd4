"""Taking: whoever looks at rows while they are read, so that most of them need not be kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import polars as pl

from ...model.streams import Stream
from .shop_codes import Codes, Mask
from .wanted import Wanted


class RowTaker(ABC):
    """Looks at every accepted row once, and says which columns are wanted of it afterwards.

    Rows have the columns of their stream that the input has, typed, in order, with defaults: times
    as the wall shows them, and their instants where these differ. ``shop`` is a code.
    """

    @abstractmethod
    def wanted(self, stream: Stream) -> Wanted | None:
        """Return what is kept of the rows of a stream; None: all."""

    @abstractmethod
    def looks_at(self, stream: Stream) -> frozenset[str]:
        """Return the columns that are looked at when rows of a stream are taken."""

    @abstractmethod
    def take(self, stream: Stream, rows: pl.DataFrame, sign: int = 1) -> None:
        """Look at some rows; with the sign −1 forget rows that were taken."""

    @abstractmethod
    def mark(self) -> Callable[[], None]:
        """Return what forgets all that is taken from now on."""

    @abstractmethod
    def finish(self, positions: Codes, used: Mask, shops: int) -> None:
        """Learn which shop each used code is, as a position among so many."""
