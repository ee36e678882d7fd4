"""Sheets: tables of text as merchants have them, whatever kind of file they come in.

A sheet is a text (CSV, TSV, …) or a worksheet of a workbook, perhaps within a zip or gzip. What a
file is, its content says, not its name. The first records are read at once, for somebody to find
the header among them; the columns below that header are read when they are asked for.

``archives`` unpacks, ``decoding`` finds the encoding, ``delimited`` and ``columns`` split text into
cells, ``workbooks`` reads worksheets once ``ooxml`` or ``compound`` and ``biff`` let them pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from attrs import frozen

from ...errors import InputError
from .archives import unpacked
from .text import HEAD, MOST_COLUMNS, Delimited, open_delimited
from .workbooks import Grid, open_grids


@frozen(eq=False)
class Body:
    """The records below the header of a sheet.

    ``frame`` has a column of text for every position that was asked for, named after it. An empty
    cell is null; nothing else is changed. ``too_long`` has what rows hold beyond the last header,
    by the position of the row.
    """

    frame: pl.DataFrame
    too_long: Mapping[int, str]
    _table: Delimited | Grid
    _header: int
    _plain: bool

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        """Where some rows begin: the line as an editor counts, or the row of a worksheet."""
        if isinstance(self._table, Grid):
            return self._table.lines(self._header, rows)
        if self._plain:
            first = self._table.head[self._header].next_line
            return [first + row for row in rows]
        found = self._table.find(self._header, rows)
        return [found[row].line if row in found else None for row in rows]

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        """All cells of some rows, as they stand in the file."""
        if isinstance(self._table, Grid):
            return self._table.records(self._header, rows)
        found = self._table.find(self._header, rows)
        return [self._table.texts(found[row]) for row in rows]


@frozen(eq=False)
class Sheet:
    """A table of text: where it is from, and its first records.

    ``encoding`` is ``utf-8``, ``utf-8-sig``, ``gb18030``, ``utf-16`` or ``workbook``, which has no
    ``separator``.
    """

    label: str
    path: Path
    encoding: str
    separator: str
    head: tuple[tuple[str, ...], ...]
    _table: Delimited | Grid

    def body(self, header: int, positions: Sequence[int]) -> Body:
        """The cells of some columns below the header, which is a record of ``head``.

        Raises:
            InputError: naming file and line where the file cannot be read.
        """
        found = self._table.columns(header, list(dict.fromkeys(positions)))
        return Body(found.frame, found.too_long, self._table, header, found.plain)


def open_sheets(path: Path, label: str | None = None) -> list[Sheet]:
    r"""The sheets of a file: the worksheets of a workbook with anything in them, else one.

    Raises:
        InputError: where nothing can be read, or not safely; it says what to do.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.csv")
    ...     _ = path.write_bytes("店铺\n订单号;金额\n6920000000000000977;'5\n".encode("gb18030"))
    ...     (sheet,) = open_sheets(path)
    ...     body = sheet.body(1, [0])
    ...     sheet.encoding, sheet.separator, sheet.head[1]
    ...     body.frame.rows(), body.lines([0]), body.records([0])
    ('gb18030', ';', ('订单号', '金额'))
    ([('6920000000000000977',)], [3], [['6920000000000000977', "'5"]])
    """
    content, kind = unpacked(path, label or path.name)
    if kind == "text":
        text = open_delimited(content)
        head = tuple(tuple(text.texts(record)) for record in text.head)
        name = text.encoding.name
        return [Sheet(content.label, path, name, text.separator, head, text)]
    grids = open_grids(content, kind)
    return [
        _worksheet(f"{content.label} / {name}" if len(grids) > 1 else content.label, path, grid)
        for name, grid in grids
    ]


def _worksheet(label: str, path: Path, grid: Grid) -> Sheet:
    head = tuple(tuple(grid.row(at)) for at in range(min(HEAD, len(grid.numbers))))
    for at, record in enumerate(head):
        if len(record) > MOST_COLUMNS:
            raise InputError(
                f"{label}, row {grid.numbers[at]}: {len(record):,} columns; more than"
                f" {MOST_COLUMNS:,} are not read"
            )
    return Sheet(label, path, "workbook", "", head, grid)
