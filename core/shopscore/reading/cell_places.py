"""Places: where a cell of a table stands, as messages name it."""

from __future__ import annotations

from attrs import frozen

from ..messages import Message, message


@frozen
class Row:
    """One row of a table that a user wrote: its file or argument, and its line where it has one."""

    source: str
    position: int
    line: int | None = None

    @property
    def place(self) -> Message:
        """The row in words."""
        if self.line is None:
            return message("{file}, row {row}", file=self.source, row=self.position + 1)
        return message("{file}, line {line}", file=self.source, line=self.line)

    def cell(self, column: str) -> Message:
        """Return a cell of the row in words.

        >>> print(Row("values.csv", 0, 2).cell("value"))
        values.csv, line 2, column value
        """
        return message("{row}, column {column}", row=self.place, column=column)
