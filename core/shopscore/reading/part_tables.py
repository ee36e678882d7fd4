"""Some rows of a table, whose other rows are read elsewhere."""

from __future__ import annotations

import polars as pl

from ..errors import InputError
from ..messages import message
from ..value_classes import frozen
from .files import from_dataframe
from .ids_beside import IdsBeside
from .raw_table import RawTable


@frozen(eq=False)
class PartOfTable(RawTable):
    """Some rows of a table: what must be known of the others is ``beside``."""

    @classmethod
    def of(cls, name: str, frame: pl.DataFrame, beside: IdsBeside) -> PartOfTable:
        """Return some rows of a stream as a part of its table."""
        whole = from_dataframe(name, frame)
        return cls(whole.frame, None, whole.origin, stream=name, beside=beside)

    @property
    def rows_per_file(self) -> tuple[int, ...]:
        """More rows than are here: how many does not matter, only that these are not all."""
        return (len(self.frame) + 1,)

    def whole(self) -> RawTable:
        """Raise, since the other rows are not at hand.

        Raises:
            InputError: always; it is asked for where ids seem to have lost digits.
        """
        said = message(
            "stream {stream}: long ids look as if a spreadsheet had rounded them, which only all"
            " rows together can show: take the ids from the source again, as text",
            stream=self.stream,
        )
        raise InputError(said)
