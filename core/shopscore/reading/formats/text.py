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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import RLock
from typing import Any, BinaryIO, NamedTuple, cast

import polars as pl
from attrs import frozen

from ...errors import InputError
from .archives import Content
from .columns import MOST_CELL, Columns, parse
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
_MARKUP = re.compile(
    rb"\s*<(?:!doctype html|html|head|meta|style|body|div|table|\?xml)\b", re.IGNORECASE
)
_limit = RLock()


class Record(NamedTuple):
    """A record as bytes in Latin-1: the line it begins on, and line and byte where it has ended."""

    line: int
    next_line: int
    end: int
    cells: list[str]


@frozen(eq=False)
class Delimited:
    """A text of records, of which the first are known."""

    content: Content
    encoding: Encoding
    separator: str
    head: tuple[Record, ...]

    @property
    def codec(self) -> str:
        """What decodes the cells."""
        return _codec(self.encoding)

    def texts(self, record: Record) -> list[str]:
        """The cells of a record as text."""
        return decode_cells(record.cells, self.codec)

    def columns(self, header: int, positions: Sequence[int]) -> Columns:
        """The cells of some columns in the records below one of the head."""
        above = self.head[header]
        widths = [len(record.cells) for record in self.head[header:]]
        with _text(self.content, self.encoding, above.end) as text:
            fast = parse(text, self.separator, self.codec, (widths[0], max(widths)), positions)
        return fast or self._carefully(above, positions)

    def _carefully(self, above: Record, positions: Sequence[int]) -> Columns:
        """Every record by itself, so that long and short ones are known."""
        names, width = [str(position) for position in positions], len(above.cells)
        decoders = [ColumnDecoder(self.codec) for _ in positions]
        frames: list[pl.DataFrame] = []
        too_long: dict[int, str] = {}
        count = 0
        with self._below(above) as records:
            while batch := [record.cells for record in islice(records, _BATCH)]:
                for row, cells in enumerate(batch, start=count):
                    if len(cells) > width:
                        extra = decode_cells(cells[width:], self.codec)
                        if kept := [cell for cell in extra if cell.strip()]:
                            too_long[row] = ",".join(kept)
                columns = (
                    pl.Series(n, [c[p] or None if p < len(c) else None for c in batch], pl.String)
                    for n, p in zip(names, positions, strict=True)
                )
                decoded = (decode(c) for decode, c in zip(decoders, columns, strict=True))
                frames.append(pl.DataFrame(list(decoded)))
                count += len(batch)
        nothing = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        return Columns(pl.concat([nothing, *frames], rechunk=True), too_long, plain=False)

    def find(self, header: int, rows: Sequence[int]) -> dict[int, Record]:
        """Some of the records below one of the head, by their position."""
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


def open_delimited(content: Content) -> Delimited:
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
    separator = _separator(sample.decode("latin-1"))
    before = Record(0, 1, encoding.mark, [])
    with (
        _text(content, encoding, encoding.mark) as text,
        _records(text, separator, (label, _codec(encoding)), before) as records,
    ):
        head = tuple(islice(records, HEAD))
    if not head:
        raise InputError(f"{label}: the file has no line with anything in it")
    for record in head:
        if len(record.cells) > MOST_COLUMNS:
            raise InputError(
                f"{label}, line {record.line}: {len(record.cells):,} columns; more than"
                f" {MOST_COLUMNS:,} are not read"
            )
    return Delimited(content, encoding, separator, head)


def _refuse_other_text(sample: bytes, label: str) -> None:
    if (nul := sample.find(b"\0")) >= 0:
        hint = "a UTF-16 text must begin with a byte order mark: save it as UTF-8"
        if sample.count(b"\0") < len(sample) // 4:
            hint = "this is no text; export the table as CSV or .xlsx"
        line = sample.count(b"\n", 0, nul) + 1
        raise InputError(f"{label}, line {line}: a NUL byte; {hint}")
    if found := _MARKUP.match(sample):
        what = "an XML file" if found[0].endswith(b"?xml") else "a web page (HTML)"
        raise InputError(
            f"{label}: {what}, whatever its name says; open it in Excel or WPS and save it as"
            " .xlsx or CSV"
        )


def _separator(sample: str) -> str:
    r"""The separator that splits most of the first records into equally many cells.

    Tabs that are glued to the cells of a CSV file do not count.

    >>> _separator("id;name\n1;a,b\n"), _separator("id,name\n1\t,a\t\n2\t,b\t\n")
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


def _unglued(line: str) -> str:
    bare, changed = _GLUED.subn("", line)
    return bare.strip("\t\r\n") if changed else line


def _codec(encoding: Encoding) -> str:
    """What decodes cells; UTF-16 is UTF-8 by then."""
    return "utf-8" if encoding.codec == "utf-16" else encoding.codec


@contextmanager
def _text(content: Content, encoding: Encoding, start: int) -> Iterator[BinaryIO]:
    """The text from a byte on, in an encoding of which ASCII is a part."""
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
        return line

    def close(self) -> None:
        self._lines.detach()


@contextmanager
def _records(
    text: BinaryIO, separator: str, source: tuple[str, str], before: Record
) -> Iterator[Iterator[Record]]:
    """The records of a text (its label and codec are given) that follow one of them."""
    label, codec = source
    lines = _Lines(text, before, label)
    with _limit:  # it is one for the whole process
        limit = csv.field_size_limit(4 * MOST_CELL)
        try:
            yield _split(csv.reader(lines, delimiter=separator), lines, label, codec)
        finally:
            csv.field_size_limit(limit)
            lines.close()


def _split(reader: Iterator[list[str]], lines: _Lines, label: str, codec: str) -> Iterator[Record]:
    begins, start = lines.number + 1, lines.end
    try:
        for cells in reader:
            if lines.over:
                if begins < lines.number:
                    raise InputError(f"{label}, line {begins}: a quote is opened and never closed")
                return
            if lines.end - start > MOST_CELL and _longest(cells, codec) > MOST_CELL:
                raise _huge_cell(label, begins)
            if cells:
                yield Record(begins, lines.number + 1, lines.end, cells)
            begins, start = lines.number + 1, lines.end
    except csv.Error as error:
        if "field limit" in str(error):
            raise _huge_cell(label, begins) from None
        raise InputError(f"{label}, line {begins}: {error}") from None


def _longest(cells: Sequence[str], codec: str) -> int:
    return max((len(cell) for cell in decode_cells(cells, codec)), default=0)


def _huge_cell(label: str, line: int) -> InputError:
    return InputError(
        f"{label}, line {line}: a cell of more than {MOST_CELL:,} characters; is a quote opened"
        " and never closed?"
    )
