"""Records of delimited text, one by one: where each begins and ends, and what its cells are.

Text is bytes as Latin-1 here. A cell in quotes may go over several lines. Where a quote belongs to
a text that nobody quoted, it takes the rows below for a part of its cell, up to the next quote:
the lines of such a record look like rows of the file, and are read as rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import BinaryIO, NamedTuple

from ...errors import InputError
from ...messages import message
from .columns import MOST_CELL
from .decoding import decode_cells

_MOST_LINE = 1 << 24
_END = "\0"  # after the last line; the text itself has none
_limit = RLock()

#: An id, a time, an amount: what a line has in some places if it is a row.
_CODE = re.compile(r"[A-Za-z_-]{0,12}[0-9][0-9\s.,:/+-]*")
#: How many of the places in which a row has codes must have one, or be empty, in a line like it.
_ALIKE = 2 / 3


class Record(NamedTuple):
    """A record as bytes in Latin-1: the line it begins on, and line and byte where it has ended.

    ``torn`` says that some of its lines look like rows of the file, and others do not. ``apart`` is
    the last line of a record that was read as rows instead, in the first of these.
    """

    line: int
    next_line: int
    end: int
    cells: list[str]
    torn: bool = False
    apart: int = 0


class TextForm(NamedTuple):
    """What a text is called, what separates its cells, and what decodes them."""

    label: str
    separator: str
    codec: str


@contextmanager
def open_records(text: BinaryIO, form: TextForm, before: Record) -> Iterator[Iterator[Record]]:
    """Open the records of a text that follow one of them.

    Raises:
        InputError: also while they are read, naming the line that cannot be.
    """
    lines = _Lines(text, before, form.label)
    with _limit:  # it is one for the whole process
        limit = csv.field_size_limit(4 * MOST_CELL)
        try:
            yield _split(lines, form, _Rows(before.cells))
        finally:
            csv.field_size_limit(limit)
            lines.close()


class _Lines:
    """Lines with their ends, whatever these are, and one that stands after the last."""

    def __init__(self, text: BinaryIO, before: Record, label: str) -> None:
        self._lines = io.TextIOWrapper(text, "latin-1", newline="")
        self._label = label
        self.number, self.end, self.over = before.next_line - 1, before.end, False
        self.recent: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.over:
            raise StopIteration
        line = self._lines.readline(_MOST_LINE)
        self.number += 1
        self.end += len(line)
        if not line:
            self.over = True
            return _END
        if _END in line:
            raise InputError(
                message(
                    "{file}, line {line}: a NUL byte; this is no text",
                    file=self._label,
                    line=self.number,
                )
            )
        if len(line) == _MOST_LINE and line[-1] not in "\r\n":
            raise InputError(
                message(
                    "{file}, line {line}: a line of more than {most} MiB; this is no table",
                    file=self._label,
                    line=self.number,
                    most=_MOST_LINE >> 20,
                )
            )
        self.recent.append(line)
        return line

    def close(self) -> None:
        self._lines.detach()


class _Rows:
    """The rows so far, and whether a line looks like one of them."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header, self._widths = len(header), {len(header)}
        self._last: Sequence[str] = ()

    def add(self, cells: Sequence[str]) -> None:
        """Take note of a row that stands on one line."""
        self._widths.add(len(cells))
        self._last = cells

    def alike(self, lines: Sequence[str], separator: str) -> list[bool]:
        """Return of every line below the first that is not blank whether it looks like a row.

        It has as many cells as a row, or more, and codes (ids, times, amounts) where the row before
        has them, or the first line. None does where that is no whole row itself, only the
        beginning of one.
        """
        below = [split_line(line, separator) for line in lines[1:] if line.strip("\r\n")]
        first = split_plainly(lines[0], separator)
        models = [
            {at: len(row) for at, cell in enumerate(row) if '"' not in cell and _is_code(cell)}
            for row in (self._last, first)
        ]
        models = [model for model in models if model]
        return [
            self._is_whole(first)
            and self._is_whole(row)
            and any(_fits(row, model) for model in models)
            for row in below
        ]

    def _is_whole(self, cells: Sequence[str]) -> bool:
        known = self._header or max(self._widths)
        return len(cells) > 1 and (len(cells) in self._widths or len(cells) > known)


def _fits(cells: Sequence[str], model: dict[int, int]) -> bool:
    """Return whether codes stand where a row has them; in the first of these places is its id."""
    found = [cells[at] if at < len(cells) else "" for at in model]
    alike = sum(_is_code(cell) or not cell.strip() for cell in found)
    return _is_code(found[0]) and alike >= _ALIKE * len(found)


def _is_code(cell: str) -> bool:
    return _CODE.fullmatch(cell.strip('" \t\r\n')) is not None


def _split(lines: _Lines, form: TextForm, rows: _Rows) -> Iterator[Record]:
    begins, start = lines.number + 1, lines.end
    try:
        for cells in csv.reader(lines, delimiter=form.separator):
            if lines.over:
                if begins < lines.number:
                    raise InputError(
                        message(
                            "{file}, line {line}: a quote is opened and never closed",
                            file=form.label,
                            line=begins,
                        )
                    )
                return
            if lines.end - start > MOST_CELL and _longest(cells, form.codec) > MOST_CELL:
                raise _huge_cell(form.label, begins)
            record = Record(begins, lines.number + 1, lines.end, cells)
            if lines.number > begins:
                yield from _judge(record, lines.recent, form, rows)
            elif cells:
                rows.add(cells)
                yield record
            begins, start = lines.number + 1, lines.end
            lines.recent.clear()
    except csv.Error as error:
        if "field limit" in str(error):
            raise _huge_cell(form.label, begins) from None
        raise InputError(
            message("{file}, line {line}: {error}", file=form.label, line=begins, error=error)
        ) from None


def _judge(record: Record, lines: list[str], form: TextForm, rows: _Rows) -> Iterator[Record]:
    """Yield a record of several lines, or the rows that a quote has made one record of.

    Raises:
        InputError: where its quotes are not in order, and its lines are no rows either.
    """
    alike = rows.alike(lines, form.separator)
    if alike and all(alike):
        yield from _apart(record, lines, form.separator)
        return
    if not _is_sound(lines, form.separator):
        raise InputError(
            message(
                "{file}, lines {first} to {last}: a quote is opened, and text follows where the"
                " next one closes it; is there a quote too many?",
                file=form.label,
                first=record.line,
                last=record.next_line - 1,
            )
        )
    yield record._replace(torn=any(alike))


def _apart(record: Record, lines: list[str], separator: str) -> Iterator[Record]:
    """Yield the lines of a record as rows; a quote that none closes on its line is a character."""
    end = record.end - sum(map(len, lines))
    apart = record.next_line - 1
    for number, line in enumerate(lines, start=record.line):
        end += len(line)
        if line.strip("\r\n"):
            yield Record(number, number + 1, end, split_line(line, separator), apart=apart)
            apart = 0


def split_line(line: str, separator: str) -> list[str]:
    r"""Return the cells of one line; a quote that none closes is a character of its cell.

    >>> split_line('1,"a,b",c\n', ","), split_line('1,"large box,"5"\n', ",")
    (['1', 'a,b', 'c'], ['1', '"large box', '5'])
    """
    try:
        (cells,) = csv.reader([line], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return [
            cell[1:-1].replace('""', '"') if _is_quoted(cell) else cell
            for cell in split_plainly(line, separator)
        ]
    return cells


def split_plainly(line: str, separator: str) -> list[str]:
    """Return the cells of one line as if there were no quotes."""
    return line.rstrip("\r\n").split(separator)


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"' and cell.count('"') % 2 == 0


def _is_sound(record: list[str], separator: str) -> bool:
    """Return whether in a record of several lines only the ends of cells follow closing quotes.

    Otherwise a quote that belongs to a cell may have swallowed the lines after it.
    """
    try:
        return len(list(csv.reader(record, delimiter=separator, strict=True))) == 1
    except csv.Error:
        return False


def _longest(cells: Sequence[str], codec: str) -> int:
    return max((len(cell) for cell in decode_cells(cells, codec)), default=0)


def _huge_cell(label: str, line: int) -> InputError:
    return InputError(
        message(
            "{file}, line {line}: a cell of more than {most:,} characters; is a quote opened"
            " and never closed?",
            file=label,
            line=line,
            most=MOST_CELL,
        )
    )
