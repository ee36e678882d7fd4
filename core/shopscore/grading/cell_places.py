"""Places: where a cell of a table stands, as messages name it; put into words only when asked."""

from __future__ import annotations

from ..messages import message
from ..value_classes import frozen


@frozen
class Row:
    """One row of a table that a user wrote: its file or argument, and its line where it has one.

    >>> str(Row("values.csv", 0, 2)), Row("values", 4).text("zh")
    ('values.csv, line 2', 'values 第 5 条')
    """

    source: str
    position: int
    line: int | None = None

    def text(self, lang: str) -> str:
        """Return the row in words."""
        if self.line is None:
            said = message("{file}, row {row}", file=self.source, row=self.position + 1)
        else:
            said = message("{file}, line {line}", file=self.source, line=self.line)
        return said.text(lang)

    def __str__(self) -> str:
        return self.text("en")

    def cell(self, column: str) -> Cell:
        """Return a cell of the row."""
        return Cell(self, column)


@frozen
class Cell:
    """One cell of a row.

    >>> print(Row("values.csv", 0, 2).cell("value"))
    values.csv, line 2, column value
    """

    row: Row
    column: str

    def text(self, lang: str) -> str:
        """Return the cell in words."""
        return message("{row}, column {column}", row=self.row, column=self.column).text(lang)

    def __str__(self) -> str:
        return self.text("en")
