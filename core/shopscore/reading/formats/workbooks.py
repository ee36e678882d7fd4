"""Workbooks: worksheets of .xlsx as tables of text, read by python-calamine."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl

from ...errors import InputError
from ...messages import message
from ...value_classes import field, frozen
from .archives import MOST_UNPACKED, Content
from .body import Body, Origin
from .columns import MOST_CELL
from .failures import translated
from .xlsx_size import MOST_CELLS, MOST_TEXT, check_workbook

#: A whole number from here on has lost digits: spreadsheets keep fifteen.
_LOSES_DIGITS = 10**15
_BATCH = 1 << 14

#: The first and the last cell of a merged range, as row and column, both counted from 0.
Range = tuple[tuple[int, int], tuple[int, int]]


@frozen(eq=False)
class Grid:
    """A worksheet: its rows with anything in them, and the number of each.

    ``merged`` has, by column, the rows whose cell is that of a row above.
    """

    frame: pl.DataFrame
    numbers: pl.Series
    merged: Mapping[int, Sequence[int]] = field(factory=dict)

    def row(self, at: int) -> list[str]:
        """Return a row as text, up to its last cell with anything in it."""
        cells = [cell or "" for cell in self.frame.row(at)]
        while cells and not cells[-1]:
            cells.pop()
        return cells

    def body(self, header: int, positions: Sequence[int]) -> Body:
        """Return the cells of some columns in the rows below one.

        No row is too long: a cell stands where it stands, whether or not a header is above it.
        """
        names = [str(position) for position in positions]
        missing = [pl.lit(None, pl.String).alias(n) for n in names if n not in self.frame.columns]
        below = self.frame[header + 1 :].with_columns(missing)
        origin = _GridOrigin(tuple(self.row(header)), "utf-8-sig", ",", self, header)
        first = header + 1
        merged = {
            position: [row - first for row in self.merged[position] if row > first]
            for position in positions
            if position in self.merged
        }
        return Body(below.select(names), origin, merged=merged)


@frozen(eq=False)
class _GridOrigin(Origin):
    """Rows of a worksheet; apart from it they are CSV that spreadsheets open."""

    cells_known: ClassVar[bool] = True

    grid: Grid
    header: int

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        return [self.grid.numbers[self.header + 1 + row] for row in rows]

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        return [self.grid.row(self.header + 1 + row) for row in rows]


def open_grids(content: Content) -> list[tuple[str, Grid]]:
    """Return the worksheets of a workbook that have anything in them, under their names.

    Hidden worksheets are among them; charts and macros are not.

    Raises:
        InputError: where it cannot be read.
    """
    label = content.label
    data = content.load(MOST_UNPACKED)
    if len(data) > MOST_UNPACKED:
        raise InputError(
            message("{file}: a workbook of more than 1 GiB; save the table as CSV", file=label)
        )
    try:
        check_workbook(data, label)
    except (zipfile.BadZipFile, zlib.error, ValueError) as error:
        raise _damaged_workbook(label, error) from None
    with translated(partial(_unreadable, label)):
        found = list(_grids(data, label))
    if not found:
        raise InputError(message("{file}: no worksheet has anything in it", file=label))
    return found


def _grids(data: bytes, label: str) -> Iterator[tuple[str, Grid]]:
    try:
        from python_calamine import load_workbook
    except ImportError:
        raise InputError(
            message(
                '{file}: a workbook; to read those, pip install "shopscore[excel]", or save the'
                " table as CSV",
                file=label,
            )
        ) from None
    book = load_workbook(io.BytesIO(data))
    total = text = 0
    for at, about in enumerate(book.sheets_metadata):
        if not str(about.typ).endswith("WorkSheet"):
            continue
        sheet = book.get_sheet_by_index(at)
        total += sheet.height * sheet.width
        if total > MOST_CELLS or text > MOST_TEXT:
            raise InputError(
                message(
                    "{file}: its worksheets spread over more than {most:,} cells, or have too much"
                    " text; save the table as CSV",
                    file=label,
                    most=MOST_CELLS,
                )
            )
        if sheet.height and sheet.width:
            grid = _grid(sheet.iter_rows(), f"{label} / {about.name}")
            grid = fill_merged(grid, sheet.merged_cell_ranges or (), label)
            text += int(grid.frame.estimated_size())
            if len(grid.numbers):
                yield about.name, grid


def _grid(rows: Iterator[list[Any]], label: str) -> Grid:
    frames, numbers = [], list[int]()
    numbered = enumerate(rows, start=1)
    while batch := list(islice(numbered, _BATCH)):
        kept = []
        for number, row in batch:
            cells = [cell if type(cell) is str else cell_text(cell) for cell in row]
            if any(cells):
                kept.append(cells)
                numbers.append(number)
        if kept:
            columns = enumerate(zip(*kept, strict=True))
            frame = pl.DataFrame(
                [pl.Series(str(n), [c or None for c in cells], pl.String) for n, cells in columns]
            )
            _refuse_huge_cells(frame, numbers[-len(kept) :], label)
            frames.append(frame)
    return Grid(pl.concat(frames) if frames else pl.DataFrame(), pl.Series(numbers, dtype=pl.Int64))


def fill_merged(grid: Grid, ranges: Iterable[Range], label: str) -> Grid:
    """Return a worksheet in which the first cell of a merged range stands in all rows of it.

    It does in the first column of the range only: the others have nothing there for a person
    either. A row with nothing else in it stays none.

    Raises:
        InputError: where ranges overlap more than any export does.

    >>> grid = Grid(pl.DataFrame({"0": ["a", None], "1": ["x", "y"]}), pl.Series([1, 2]))
    >>> fill_merged(grid, [((0, 0), (1, 0))], "orders.xlsx").frame.rows()
    [('a', 'x'), ('a', 'y')]
    """
    numbers = grid.numbers.to_numpy()
    taken: dict[int, npt.NDArray[np.int64]] = {}
    work = 0
    for (top, left), (bottom, _) in ranges:
        first, last = np.searchsorted(numbers, [top + 1, bottom + 2]).tolist()
        if last - first < 2 or numbers[first] != top + 1 or left >= grid.frame.width:
            continue
        work += last - first
        if work > MOST_CELLS:
            raise InputError(
                message("{file}: too many merged cells; save the table as CSV", file=label)
            )
        rows = taken.setdefault(left, np.arange(len(numbers)))
        rows[first:last] = first
    columns = [
        grid.frame[str(at)].gather(pl.Series(rows)).alias(str(at)) for at, rows in taken.items()
    ]
    merged = {
        at: np.flatnonzero(rows != np.arange(len(rows))).tolist() for at, rows in taken.items()
    }
    return Grid(grid.frame.with_columns(columns), grid.numbers, merged)


def _refuse_huge_cells(frame: pl.DataFrame, numbers: list[int], label: str) -> None:
    for column in frame.get_columns():
        huge = (column.str.len_chars() > MOST_CELL).arg_true()
        if len(huge):
            raise InputError(
                message(
                    "{file}, row {row}: a cell of more than {most:,} characters; shorten it",
                    file=label,
                    row=numbers[huge[0]],
                    most=MOST_CELL,
                )
            )


def cell_text(value: Any) -> str:
    """Return the text of a cell, as a person would type it.

    Spreadsheets keep fifteen digits of a number. A whole number of more shows that it is one, so
    that it is not taken for an id; and others are rounded to fifteen. A fraction of a second is
    cut, once what arithmetic did to it is corrected. An error has no text.

    >>> cell_text(178.8), cell_text(21.0), cell_text(0.1 + 0.2), cell_text(True)
    ('178.8', '21', '0.3', 'true')
    >>> cell_text(6920000000000000977.0)
    '6.92E+18'
    >>> cell_text(dt.date(2024, 1, 5)), cell_text(dt.datetime(2024, 1, 5, 9, 59, 59, 999_999))
    ('2024-01-05 00:00:00', '2024-01-05 10:00:00')
    >>> cell_text(dt.time(10, 30)), cell_text(dt.timedelta(hours=25, seconds=1))
    ('10:30:00', '25:00:01')
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float() if value == value // 1:
            return str(int(value)) if abs(value) < _LOSES_DIGITS else f"{value:.2E}"
        case float():
            return repr(float(f"{value:.15g}"))
        case dt.datetime():
            return f"{_rounded(value):%Y-%m-%d %H:%M:%S}"
        case dt.date():
            return f"{value:%Y-%m-%d} 00:00:00"
        case dt.time():
            return f"{_rounded(dt.datetime.combine(dt.date(2000, 1, 1), value)):%H:%M:%S}"
        case dt.timedelta():
            seconds = round(abs(value) / dt.timedelta(milliseconds=1)) // 1000
            sign = "-" if value < dt.timedelta() else ""
            return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if value is None else str(value)


def _rounded(time: dt.datetime) -> dt.datetime:
    """Return a time to the millisecond: a day's fraction is not exact, and just misses whole seconds."""
    try:
        return time + dt.timedelta(microseconds=500)
    except OverflowError:
        return time


def _unreadable(label: str, error: BaseException) -> InputError:
    if type(error).__name__ == "PasswordError":
        return InputError(
            message(
                "{file}: the workbook is protected with a password; save it without one",
                file=label,
            )
        )
    return _damaged_workbook(label, error)


def _damaged_workbook(label: str, error: BaseException) -> InputError:
    return InputError(
        message(
            "{file}: a damaged workbook ({error}); open it in Excel or WPS and save it anew, or as"
            " CSV",
            file=label,
            error=error,
        )
    )
