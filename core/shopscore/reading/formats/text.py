"""Delimited text: CSV, TSV and the like in any of the usual encodings, record by record.

Records are split as bytes (text as Latin-1) and their cells decoded afterwards; text in UTF-16, and
in other encodings that a layout states, is made UTF-8 first. ``records`` splits a text carefully,
``columns`` does the same at full speed for texts without oddities.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, cast

import numpy as np
import polars as pl

from ...errors import InputError
from ...messages import message
from ...notices import Notice
from ...value_classes import evolve, frozen
from .archives import FEW_BYTES, Content
from .body import Body, Origin, Refusal, Refusals
from .columns import Columns, Splitting, parse
from .decoding import ColumnDecoder, Encoding, decode_cells, detect, stated_encoding
from .records import Record, TextForm, open_records
from .separators import HEAD, FindSeparator
from .together import SmallText
from .widths import Counts, refuse_uneven

#: The most columns that a header may have.
MOST_COLUMNS = 2_000

_SAMPLE = 1 << 20
_BATCH = 1 << 16
_TORN = message("its lines look like rows: a quote is opened that belongs to the text")


@frozen(eq=False)
class Delimited:
    """A text of records, of which the first are known."""

    content: Content
    encoding: Encoding
    separator: str
    head: tuple[Record, ...]

    @property
    def form(self) -> TextForm:
        """How its records are told apart and decoded."""
        return TextForm(self.content.label, self.separator, self.encoding.of_cells)

    def texts(self, record: Record) -> list[str]:
        """Return the cells of a record as text."""
        return decode_cells(record.cells, self.encoding.of_cells)

    def body(self, header: int, positions: Sequence[int]) -> Body:
        """Return the cells of some columns in the records below one of the head."""
        with _text(self.content, self.encoding, self.head[header].end) as text:
            found = parse(text, self._splitting(header), positions)
        if found is None:
            return self._read_records(header, positions)
        return self.body_of(header, found)

    def body_of(self, header: int, columns: Columns) -> Body:
        """Return the body that has these columns below one of the head."""
        width = len(self.head[header].cells)
        refused = refuse_uneven(columns.widths, width, columns.surplus)
        origin = self._origin(header, plain=columns.plain)
        return self._body(columns.frame, origin, refused, broken=columns.broken)

    def small_text(self, header: int) -> SmallText | None:
        """Return the text, if it is little and split as the bytes that it has, below one of the head."""
        data = self.content.load(FEW_BYTES)
        if self.encoding.transcoded or len(data) > FEW_BYTES:
            return None
        end = self.head[header].end
        return SmallText(data[:end], data[end:], self._splitting(header))

    def like(self, small: SmallText, content: Content) -> tuple[Delimited, SmallText] | None:
        """Return a small text that is at hand, if its first record is that of this small one.

        Where no quote is in it, a record is a line, the first one the same as here. What its head
        would say of the rows below is left out: it matters for those alone that are too wide.
        """
        data = content.load(FEW_BYTES)
        if b'"' in data or b"\0" in data or not small.above.endswith(b"\n"):
            return None
        with content.stream() as stream:
            same = data.startswith(small.above) and detect(stream) == self.encoding
        if not same:
            return None
        text = evolve(self, content=content, head=self.head[:1])
        return text, small._replace(below=data[len(small.above) :])

    def _splitting(self, header: int) -> Splitting:
        widths = [len(record.cells) for record in self.head[header:]]
        return Splitting(self.separator, self.encoding.of_cells, widths[0], max(widths))

    def _read_records(self, header: int, positions: Sequence[int]) -> Body:
        """Read every record by itself."""
        names, width = [str(position) for position in positions], len(self.head[header].cells)
        decoders = [ColumnDecoder(self.encoding.of_cells) for _ in positions]
        frames = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
        counts: list[Counts] = [np.zeros(0, np.int32)]
        surplus: dict[int, str] = {}
        torn: dict[int, Refusal] = {}
        notices: list[Notice] = []
        count = 0
        with self._below(self.head[header]) as records:
            while batch := list(islice(records, _BATCH)):
                for row, record in enumerate(batch, start=count):
                    if len(record.cells) > width and (extra := self._filled(record.cells[width:])):
                        surplus[row] = extra
                    if record.torn:
                        torn[row] = self.texts(record)[0], _TORN
                    if record.apart:
                        notices.append(self._on_rows_apart(record))
                counts.append(np.array([len(record.cells) for record in batch], np.int32))
                cells = (
                    [r.cells[p] or None if p < len(r.cells) else None for r in batch]
                    for p in positions
                )
                columns = (pl.Series(n, c, pl.String) for n, c in zip(names, cells, strict=True))
                decoded = (decode(c) for decode, c in zip(decoders, columns, strict=True))
                frames.append(pl.DataFrame(list(decoded)))
                count += len(batch)
        refused = {**refuse_uneven(np.concatenate(counts), width, surplus), **torn}
        broken = any(decode.broken for decode in decoders)
        frame = pl.concat(frames, rechunk=True)
        origin = self._origin(header, plain=False)
        return self._body(frame, origin, refused, *notices, broken=broken)

    def _filled(self, cells: Sequence[str]) -> str:
        """Return what is in cells that are not blank."""
        return ",".join(
            cell for cell in decode_cells(cells, self.encoding.of_cells) if cell.strip()
        )

    def _on_rows_apart(self, record: Record) -> Notice:
        said = message(
            "{file}, lines {first} to {last}: read as a row each, since a quote is opened that"
            " belongs to the text",
            file=self.content.label,
            first=record.line,
            last=record.apart,
        )
        return Notice("quote_in_text", said)

    def _body(
        self,
        frame: pl.DataFrame,
        origin: Origin,
        refused: Refusals,
        *notices: Notice,
        broken: bool,
    ) -> Body:
        if self.encoding.doubtful:
            said = message(
                "{file}: read as GB18030, which it hardly is; save it as UTF-8, or state its"
                " encoding in a layout",
                file=self.content.label,
            )
            notices = (*notices, Notice("encoding_doubtful", said))
        return Body(frame, origin, refused, broken or self.encoding.transcoded, notices)

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
            open_records(text, self.form, above) as records,
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


def open_delimited(
    content: Content, find_separator: FindSeparator, stated: str | None = None
) -> Delimited:
    """Find out encoding and separator of a text, and read its first records.

    The encoding may be stated; a byte order mark says it better.

    Raises:
        InputError: where it is no text of records.
    """
    label = content.label
    with content.stream() as stream:
        encoding = detect(stream) if stated is None else stated_encoding(stream, stated)
    if encoding.name == "utf-32":
        raise InputError(message("{file}: UTF-32 text; save it as UTF-8", file=label))
    with _text(content, encoding, encoding.mark) as text:
        sample = text.read(_SAMPLE)
    _refuse_other_text(sample, label)
    separator = find_separator(sample.decode("latin-1"))
    before = Record(0, 1, encoding.mark, [])
    with (
        _text(content, encoding, encoding.mark) as text,
        open_records(text, TextForm(label, separator, encoding.of_cells), before) as records,
    ):
        head = tuple(islice(records, HEAD))
    if not head:
        raise InputError(
            message(
                "{file}: the file has no line with anything in it; a header line is needed",
                file=label,
            )
        )
    for record in head:
        if len(record.cells) > MOST_COLUMNS:
            raise InputError(
                message(
                    "{file}, line {line}: {columns:,} columns; more than {most:,} are not read",
                    file=label,
                    line=record.line,
                    columns=len(record.cells),
                    most=MOST_COLUMNS,
                )
            )
    return Delimited(content, encoding, separator, head)


def _refuse_other_text(sample: bytes, label: str) -> None:
    if (nul := sample.find(b"\0")) >= 0:
        hint = message("a UTF-16 text must begin with a byte order mark: save it as UTF-8")
        if sample.count(b"\0") < len(sample) // 4 or bytes(8) in sample:
            hint = message("this is no text; export the table as CSV or .xlsx")
        line = sample.count(b"\n", 0, nul) + 1
        raise InputError(
            message("{file}, line {line}: a NUL byte; {hint}", file=label, line=line, hint=hint)
        )


@contextmanager
def _text(content: Content, encoding: Encoding, start: int) -> Iterator[BinaryIO]:
    """Open the text from a byte on, in an encoding of which ASCII is a part."""
    with content.stream() as stream:
        text = stream
        if encoding.transcoded:
            text = cast("BinaryIO", io.BufferedReader(_Utf8(stream, encoding.codec)))
        while start > 0 and (skipped := text.read(min(start, _SAMPLE))):
            start -= len(skipped)
        yield text


class _Utf8(io.RawIOBase):
    """Text of another encoding as UTF-8."""

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        self._stream, self._ready = stream, memoryview(b"")
        self._decoder = codecs.getincrementaldecoder(codec)("replace")

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
