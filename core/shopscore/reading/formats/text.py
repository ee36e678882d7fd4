"""Delimited text: CSV, TSV and the like in any of the usual encodings, record by record.

Records are split as bytes (text as Latin-1) and their cells decoded afterwards; UTF-16 is made
UTF-8 first. ``columns`` does the same at full speed for texts without oddities.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import RLock
from typing import Any, BinaryIO, NamedTuple, cast

import polars as pl
from attrs import frozen

from ...errors import InputError
from .archives import Content
from .body import Body, Origin
from .columns import MOST_CELL, parse
from .decoding import ColumnDecoder, Encoding, decode_cells, detect

#: The most columns that a header may have, and the number of records that are looked at for one.
MOST_COLUMNS = 2_000
HEAD = 20

_MOST_LINE = 1 << 24
_SAMPLE = 1 << 20
_BATCH = 1 << 16
_END = "\0"  # after the last line; the text itself has none
_SEPARATORS = (",", "\t", ";")
_GLUED = re.compile(r"\t+(?=[,;])|(?<=[,;])\t+")
_limit = RLock()


class Record(NamedTuple):
    """A record as bytes in Latin-1: the line it begins on, and line and byte where it has ended."""

    line: int
    next_line: int
    end: int
    cells: list[str]


class TextStyle(NamedTuple):
    """How a text is read.

    The separator is found in the first part of it. Where ``exact``, a row is too long also with an
    empty cell beyond the header.
    """

    find_separator: Callable[[str], str]
    exact: bool


@frozen(eq=False)
class Delimited:
    """A text of records, of which the first are known."""

    content: Content
    encoding: Encoding
    separator: str
    head: tuple[Record, ...]
    exact: bool

    @property
    def codec(self) -> str:
        """The codec of the cells."""
        return _codec(self.encoding)

    def texts(self, record: Record) -> list[str]:
        """Return the cells of a record as text."""
        return decode_cells(record.cells, self.codec)

    def body(self, header: int, positions: Sequence[int]) -> Body:
        """Return the cells of some columns in the records below one of the head."""
        above, exact = self.head[header], self.exact
        widths = [len(record.cells) for record in self.head[header:]]
        known = widths[0], widths[0] if exact else max(widths)
        with _text(self.content, self.encoding, above.end) as text:
            found = parse(text, self.separator, self.codec, known, positions, exact)
        if found is None:
            return self._read_records(header, positions)
        origin = self._origin(header, plain=found.plain)
        return Body(found.frame, origin, found.too_long, found.broken)

    def _read_records(self, header: int, positions: Sequence[int]) -> Body:
        """Read every record by itself, so that long and short ones are known."""
        above = self.head[header]
        names, width = [str(position) for position in positions], len(above.cells)
        decoders = [ColumnDecoder(self.codec) for _ in positions]
        frames = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
        too_long: dict[int, str] = {}
        count = 0
        with self._below(above) as records:
            while batch := [record.cells for record in islice(records, _BATCH)]:
                for row, cells in enumerate(batch, start=count):
                    if len(cells) > width:
                        extra = decode_cells(cells[width:], self.codec)
                        kept = [cell for cell in extra if cell.strip()]
                        if kept or self.exact:
                            too_long[row] = ",".join(kept) or "," * len(extra)
                columns = (
                    pl.Series(n, [c[p] or None if p < len(c) else None for c in batch], pl.String)
                    for n, p in zip(names, positions, strict=True)
                )
                decoded = (decode(c) for decode, c in zip(decoders, columns, strict=True))
                frames.append(pl.DataFrame(list(decoded)))
                count += len(batch)
        broken = any(decode.broken for decode in decoders)
        frame = pl.concat(frames, rechunk=True)
        return Body(frame, self._origin(header, plain=False), too_long, broken)

    def _origin(self, header: int, *, plain: bool) -> Origin:
        headers = tuple(self.texts(self.head[header]))
        return _TextOrigin(headers, self.encoding.name, self.separator, self, header, plain)

    def find(self, header: int, rows: Sequence[int]) -> dict[int, Record]:
        """Return some of the records below one of the head, by their position."""
        wanted, found = set(rows), dict[int, Record]()
        if wanted:
            with self._below(self.head[header]) as records:
                for row, record in enumerate(records):
                    if row in wanted:
                        found[row] = record
                        if len(found) == len(wanted):
                            break
        return found

    @contextmanager
    def _below(self, above: Record) -> Iterator[Iterator[Record]]:
        with (
            _text(self.content, self.encoding, above.end) as text,
            _records(text, self.separator, (self.content.label, self.codec), above) as records,
        ):
            yield records


@frozen(eq=False)
class _TextOrigin(Origin):
    """Records of a text, which is read again for them; in a plain one each is one line."""

    table: Delimited
    header: int
    plain: bool

    @property
    def lines_known(self) -> bool:
        """Whether the lines of rows can be told without reading the file again."""
        return self.plain

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        if self.plain:
            first = self.table.head[self.header].next_line
            return [first + row for row in rows]
        found = self.table.find(self.header, rows)
        return [found[row].line if row in found else None for row in rows]

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        found = self.table.find(self.header, rows)
        return [self.table.texts(found[row]) for row in rows]


def open_delimited(content: Content, style: TextStyle) -> Delimited:
    """Find out encoding and separator of a text, and read its first records.

    Raises:
        InputError: where it is no text of records.
    """
    label = content.label
    with content.stream() as stream:
        encoding = detect(stream)
    if encoding.name == "utf-32":
        raise InputError(f"{label}: UTF-32 text; save it as UTF-8")
    with _text(content, encoding, encoding.mark) as text:
        sample = text.read(_SAMPLE)
    _refuse_other_text(sample, label)
    separator = style.find_separator(sample.decode("latin-1"))
    before = Record(0, 1, encoding.mark, [])
    with (
        _text(content, encoding, encoding.mark) as text,
        _records(text, separator, (label, _codec(encoding)), before) as records,
    ):
        head = tuple(islice(records, HEAD))
    if not head:
        raise InputError(
            f"{label}: the file has no line with anything in it; a header line is needed"
        )
    for record in head:
        if len(record.cells) > MOST_COLUMNS:
            raise InputError(
                f"{label}, line {record.line}: {len(record.cells):,} columns; more than"
                f" {MOST_COLUMNS:,} are not read"
            )
    return Delimited(content, encoding, separator, head, style.exact)


def _refuse_other_text(sample: bytes, label: str) -> None:
    if (nul := sample.find(b"\0")) >= 0:
        hint = "a UTF-16 text must begin with a byte order mark: save it as UTF-8"
        if sample.count(b"\0") < len(sample) // 4:
            hint = "this is no text; export the table as CSV or .xlsx"
        line = sample.count(b"\n", 0, nul) + 1
        raise InputError(f"{label}, line {line}: a NUL byte; {hint}")


def separator_by_header(sample: str, names: Collection[str]) -> str:
    r"""Return the separator that shows most of the known names in the first record.

    >>> separator_by_header("shop_id;order_id\nS1;1,5\n", ("shop_id", "order_id"))
    ';'
    """

    def count(separator: str) -> int:
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        try:
            return sum(cell.strip() in names for cell in next(filter(None, records), []))
        except csv.Error:  # a huge cell, of which others complain
            return 0

    return max(_SEPARATORS, key=count)


def separator_by_widths(sample: str) -> str:
    r"""Return the separator that splits most of the first records into equally many cells.

    Tabs that are glued to the cells of a CSV file do not count.

    >>> separator_by_widths("id;name\n1;a,b\n"), separator_by_widths("id,name\n1\t,a\t\n2\t,b\t\n")
    (';', ',')
    """
    best = (0, 0, ",")
    for separator in _SEPARATORS:
        text = io.StringIO(sample, newline="")
        lines = map(_unglued, text) if separator == "\t" else text
        widths = Counter[int]()
        try:
            for cells in islice(csv.reader(lines, delimiter=separator, strict=True), HEAD):
                widths[len(cells)] += len(cells) > 1
        except csv.Error:  # judged by the records before
            pass
        count, width = max(((n, width) for width, n in widths.items()), default=(0, 0))
        if count and (count, width) > best[:2]:
            best = (count, width, separator)
    return best[2]


#: The files of back offices, in which rows may end with a separator.
EXPORTED = TextStyle(separator_by_widths, exact=False)


def _unglued(line: str) -> str:
    bare, changed = _GLUED.subn("", line)
    return bare.strip("\t\r\n") if changed else line


def _codec(encoding: Encoding) -> str:
    """Return what decodes cells; UTF-16 is UTF-8 by then."""
    return "utf-8" if encoding.codec == "utf-16" else encoding.codec


@contextmanager
def _text(content: Content, encoding: Encoding, start: int) -> Iterator[BinaryIO]:
    """Open the text from a byte on, in an encoding of which ASCII is a part."""
    with content.stream() as stream:
        text = cast("BinaryIO", io.BufferedReader(_Utf8(stream)))
        if encoding.codec != "utf-16":
            text = stream
        while start > 0 and (skipped := text.read(min(start, _SAMPLE))):
            start -= len(skipped)
        yield text


class _Utf8(io.RawIOBase):
    """UTF-16 text as UTF-8."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._ready = stream, memoryview(b"")
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        over = False
        while not self._ready and not over:
            data = self._stream.read(_SAMPLE)
            over = not data
            self._ready = memoryview(self._decoder.decode(data, over).encode("utf-8", "replace"))
        count = min(len(buffer), len(self._ready))
        memoryview(buffer)[:count], self._ready = self._ready[:count], self._ready[count:]
        return count


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
            raise InputError(f"{self._label}, line {self.number}: a NUL byte; this is no text")
        if len(line) == _MOST_LINE and line[-1] not in "\r\n":
            raise InputError(
                f"{self._label}, line {self.number}: a line of more than {_MOST_LINE >> 20} MiB;"
                " this is no table"
            )
        self.recent.append(line)
        return line

    def close(self) -> None:
        self._lines.detach()


@contextmanager
def _records(
    text: BinaryIO, separator: str, source: tuple[str, str], before: Record
) -> Iterator[Iterator[Record]]:
    """Open the records of a text (with its label and codec) that follow one of them."""
    label, codec = source
    lines = _Lines(text, before, label)
    with _limit:  # it is one for the whole process
        limit = csv.field_size_limit(4 * MOST_CELL)
        try:
            yield _split(lines, separator, label, codec)
        finally:
            csv.field_size_limit(limit)
            lines.close()


def _split(lines: _Lines, separator: str, label: str, codec: str) -> Iterator[Record]:
    begins, start = lines.number + 1, lines.end
    try:
        for cells in csv.reader(lines, delimiter=separator):
            if lines.over:
                if begins < lines.number:
                    raise InputError(f"{label}, line {begins}: a quote is opened and never closed")
                return
            if lines.end - start > MOST_CELL and _longest(cells, codec) > MOST_CELL:
                raise _huge_cell(label, begins)
            if lines.number > begins and not _is_sound(lines.recent, separator):
                raise InputError(
                    f"{label}, lines {begins} to {lines.number}: a quote is opened, and text"
                    " follows where the next one closes it; is there a quote too many?"
                )
            if cells:
                yield Record(begins, lines.number + 1, lines.end, cells)
            begins, start = lines.number + 1, lines.end
            lines.recent.clear()
    except csv.Error as error:
        if "field limit" in str(error):
            raise _huge_cell(label, begins) from None
        raise InputError(f"{label}, line {begins}: {error}") from None


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
        f"{label}, line {line}: a cell of more than {MOST_CELL:,} characters; is a quote opened"
        " and never closed?"
    )
