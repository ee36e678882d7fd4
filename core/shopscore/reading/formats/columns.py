"""Columns of delimited text at full speed, for texts without oddities.

polars reads what every reader takes for the same cells. ``parse`` goes through a text piece by
piece and proves of each that it is of that kind: quotes only around whole cells, no blank line,
no line end but LF and CRLF. Anything else is read record by record in ``text``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PanicException

from .decoding import ColumnDecoder
from .widths import Counts

#: The most characters of a cell.
MOST_CELL = 1_000_000

_PIECE = 1 << 23
_FIRST = 1 << 16  # most files are smaller, and need no room for a whole piece
_BLOCK = 1 << 20
_STEP = 1 << 15
_SPARE = 64  # columns beyond the widest known record, at the second attempt
_LF, _CR, _QUOTE = b'\n\r"'

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.intp]


class Columns(NamedTuple):
    """Wanted columns, named after their positions, and how many cells each row has.

    ``surplus`` is what rows hold beyond the header, where that is not blank. ``plain`` says that
    every row is one line, ``broken`` that bytes were not of the encoding: they became U+FFFD.
    """

    frame: pl.DataFrame
    widths: Counts
    surplus: dict[int, str]
    plain: bool
    broken: bool = False


class Splitting(NamedTuple):
    """How a text is split: how many cells its header has, and the widest record that is known."""

    separator: str
    codec: str
    header: int
    widest: int


def parse(text: BinaryIO, how: Splitting, positions: Sequence[int]) -> Columns | None:
    r"""Return the cells of some columns of all that follows; None: it needs the careful reader.

    >>> import io
    >>> found = parse(io.BytesIO(b"1,\xb6\xa9\n2\n"), Splitting(",", "gb18030", 2, 2), [0, 1])
    >>> (found.frame.rows(), found.widths.tolist()) if found else None
    ([('1', '订'), ('2', None)], [2, 1])
    """
    found = _Found(positions, how)
    room = bytearray()  # grows to the size of a piece, and stays
    for piece in _pieces(text, how.separator, how.widest):
        read = None if piece is None else _read(piece, how, positions, room)
        if piece is None or read is None or not found.add(piece, read):
            return None
    return found.columns()


class _Found:
    """The wanted columns of the pieces so far."""

    def __init__(self, positions: Sequence[int], how: Splitting) -> None:
        self._names = [str(position) for position in positions]
        self._how, self._separator = how, ord(how.separator)
        self._decoders = [ColumnDecoder(how.codec) for _ in positions]
        self._frames = [pl.DataFrame(schema=dict.fromkeys(self._names, pl.String))]
        self._widths = [np.zeros(0, np.int32)]
        self._surplus: dict[int, str] = {}
        self._rows, self._plain = 0, True
        self._fewest = how.header if how.header > 1 else MOST_CELL

    def add(self, piece: _Piece, read: _Read) -> bool:
        """Add a piece; return whether it could be read so: it does not need the careful reader."""
        widths = self._widths_of(piece, read)
        self._fewest = int(widths.min(where=widths > 1, initial=self._fewest))
        if _may_be_torn(piece, self._separator, self._fewest):
            return False
        wanted = self._wanted(read)
        if piece.quotes and any((c.str.len_bytes() > MOST_CELL).any() for c in wanted):
            return False
        self._surplus.update((self._rows + row, cells) for row, cells in self._beyond_header(read))
        self._frames.append(pl.DataFrame(wanted))
        self._widths.append(widths)
        self._rows += len(read.frame)
        self._plain = self._plain and not piece.quotes
        return True

    def columns(self) -> Columns:
        """Return the columns of all pieces."""
        frame = pl.concat(self._frames[1:] or self._frames)
        broken = any(decode.broken for decode in self._decoders)
        return Columns(frame, np.concatenate(self._widths), self._surplus, self._plain, broken)

    def _widths_of(self, piece: _Piece, read: _Read) -> Counts:
        rows, most = read.frame.shape
        if read.even:
            return np.full(rows, piece.width, np.int32)
        if not read.frame.to_series(-1).null_count():  # neither blank nor missing
            return np.full(rows, most, np.int32)
        return _widths(piece, self._separator, rows, most)

    def _wanted(self, read: _Read) -> list[pl.Series]:
        there = read.frame.columns
        empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(read.frame))
        wanted = [read.frame[n] if n in there else empty.alias(n) for n in self._names]
        if not read.as_bytes:
            return wanted
        return [decode(c) for decode, c in zip(self._decoders, wanted, strict=True)]

    def _beyond_header(self, read: _Read) -> Iterator[tuple[int, str]]:
        """Yield what rows have beyond the header, by their position in the piece."""
        columns = (c for c in read.frame.get_columns() if int(c.name) >= self._how.header)
        extra = [c for c in columns if c.null_count() < len(c)]
        return _filled(
            [ColumnDecoder(self._how.codec)(c) for c in extra] if read.as_bytes else extra
        )


def _titles(width: int, separator: str) -> bytes:
    return f"{separator.join(map(str, range(width)))}\n".encode()


class _Piece(NamedTuple):
    """Some whole lines of a text, below titles of our own.

    ``ends`` are where lines end, ``marks`` where quotes stand; ``outside`` are the ends of rows.
    """

    text: memoryview
    start: int
    width: int
    quotes: bool
    ends: _Places
    outside: _Places
    marks: _Places


class _Read(NamedTuple):
    """Numbered columns of a piece.

    ``as_bytes`` says that their cells are bytes in Latin-1. Of an ``even`` piece, whose rows all
    have as many cells as there are titles, they are those that somebody looks at.
    """

    frame: pl.DataFrame
    as_bytes: bool
    even: bool


def _pieces(text: BinaryIO, separator: str, width: int) -> Iterator[_Piece | None]:
    """Yield the text in orderly pieces, each valid until the next; None where one is not."""
    titles = _titles(width, separator)
    start = end = len(titles)
    buffer = bytearray(start + _FIRST)
    buffer[:start] = titles
    view = memoryview(buffer)
    over = False
    while not over:
        while end < len(buffer) - 1 and not over:
            count = text.readinto(view[end:-1])  # type: ignore[attr-defined]
            end, over = end + count, not count
        if not over and len(buffer) < _PIECE:
            buffer = bytearray(min(8 * len(buffer), start + _PIECE))
            buffer[:end] = view[:end]
            view = memoryview(buffer)
            continue
        if over:
            while end > start and buffer[end - 1] in b"\r\n":
                end -= 1
            if end == start:
                return
            buffer[end] = _LF
            end += 1
        quotes = buffer.find(b'"', start, end) >= 0
        lines = _orderly(view[:end], start, ord(separator), quotes=quotes)
        cut = 0 if lines is None else int(lines[1][-1]) + 1
        if lines is None or (over and cut < end) or buffer.find(b"\0", start, cut) >= 0:
            yield None
            return
        yield _Piece(view[:cut], start, width, quotes, *lines)
        view[start : start + end - cut] = view[cut:end]
        end = start + end - cut


def _orderly(
    text: memoryview, start: int, separator: int, *, quotes: bool
) -> tuple[_Places, _Places, _Places] | None:
    """Return where lines end, rows end and quotes stand; None where readers may disagree.

    Where a quote opens, it follows what ends a cell, or another quote; where it closes, one of
    these follows it. What comes after the last end of a row is not looked at.
    """
    whole: _Bytes = np.frombuffer(text, np.uint8)
    ends = outside = _places(whole, start, _LF)
    marks = _places(whole, start, _QUOTE) if quotes else ends[:0]
    if quotes:
        outside = ends[np.searchsorted(marks, ends) % 2 == 0]
    if not len(outside):
        return None
    marks = marks[marks < outside[-1]]
    borders = np.zeros(256, np.bool_)
    borders[[separator, _LF, _CR, _QUOTE]] = True
    if not (borders[whole[marks[::2] - 1]].all() and borders[whole[marks[1::2] + 1]].all()):
        return None
    before = whole[outside - 1]
    if ((before == _LF) | ((before == _CR) & (whole[outside - 2] == _LF))).any():
        return None  # a blank line
    cut = int(outside[-1]) + 1
    ends = ends[ends < cut]
    returns = sum(int(np.count_nonzero(block == _CR)) for _, block in _blocks(whole[:cut], start))
    if returns != np.count_nonzero(whole[ends - 1] == _CR):
        return None  # one stands alone
    if np.diff(ends, prepend=start - 1).max() > MOST_CELL:
        return None
    return ends, outside, marks


def _is_even(piece: _Piece, separator: int) -> bool:
    """Return whether all rows of a piece without quotes have as many cells as it has titles."""
    places = _places(np.frombuffer(piece.text, np.uint8), piece.start, separator)
    ends, each = piece.outside, piece.width - 1
    if not each or len(places) != each * len(ends):
        return False
    first, last = places[::each], places[each - 1 :: each]
    return bool((last < ends).all() and (first[1:] > ends[:-1]).all())


def _widths(piece: _Piece, separator: int, rows: int, most: int) -> Counts:
    """Return how many cells each row of a piece has, none more than ``most``."""
    whole = np.frombuffer(piece.text, np.uint8)
    if not piece.quotes:
        blocks = _blocks(whole, piece.start)
        count = sum(int(np.count_nonzero(block == separator)) for _, block in blocks)
        if count == rows * (most - 1):  # none has more, so none has less
            return np.full(rows, most, np.int32)
    places = _places(whole, piece.start, separator)
    if piece.quotes:
        places = places[np.searchsorted(piece.marks, places) % 2 == 0]
    return np.diff(np.searchsorted(places, piece.outside), prepend=0).astype(np.int32) + 1


def _may_be_torn(piece: _Piece, separator: int, fewest: int) -> bool:
    """Return whether a line within a cell has as many separators as the shortest row."""
    if len(piece.ends) == len(piece.outside):
        return False
    within = np.flatnonzero(np.searchsorted(piece.marks, piece.ends) % 2 == 1)
    places = _places(np.frombuffer(piece.text, np.uint8), piece.start, separator)
    until = np.searchsorted(places, piece.ends)
    return bool((until[within + 1] - until[within] >= fewest - 1).any())


def _places(whole: _Bytes, start: int, byte: int) -> _Places:
    return np.concatenate(
        [np.flatnonzero(block == byte) + at for at, block in _blocks(whole, start)]
    )


def _blocks(whole: _Bytes, start: int) -> Iterator[tuple[int, _Bytes]]:
    """Yield blocks that fit into a processor's cache."""
    for at in range(start, len(whole), _BLOCK):
        yield at, whole[at : at + _BLOCK]


def _read(piece: _Piece, how: Splitting, positions: Sequence[int], room: bytearray) -> _Read | None:
    """Return the columns of a piece; None where the engine cannot read it.

    Columns that nobody looks at cost as much as the others; but only where all rows are known to
    be even they can be left out: that a row is longer would not be seen without them.
    """
    as_bytes, separator = how.codec != "utf-8", how.separator
    body, width = piece.text[piece.start :], piece.width
    columns = sorted({*range(width)} & {*positions, *range(how.header, width)})
    even = 0 < len(columns) < width and not piece.quotes and _is_even(piece, ord(separator))
    text = _latin(body, room, _titles(width, separator)) if as_bytes else bytes(piece.text)
    found = _split(text, separator, piece, columns if even else None)
    if found is None:  # bytes that are no UTF-8, or rows that are longer
        as_bytes = True
        width += _SPARE
        text = _latin(body, room, _titles(width, separator))
        found = _split(text, separator, piece, columns if even else None)
    return None if found is None else _Read(found, as_bytes, even)


def _latin(data: memoryview, room: bytearray, titles: bytes) -> bytes:
    """Return bytes as characters of Latin-1, in UTF-8, below titles.

    Small steps into one room take a third of the time of a large one: nothing is to be allocated.
    """
    end = len(titles)
    room[:end] = titles
    for at in range(0, len(data), _STEP):
        step = str(data[at : at + _STEP], "latin-1").encode()
        room[end : end + len(step)] = step
        end += len(step)
    return bytes(memoryview(room)[:end])


def _split(
    text: bytes, separator: str, piece: _Piece, columns: Sequence[int] | None
) -> pl.DataFrame | None:
    quote = '"' if piece.quotes else None
    try:
        frame = pl.read_csv(
            text, separator=separator, quote_char=quote, infer_schema=False, columns=columns
        )
    except (Exception, PanicException):  # polars says in many ways what it cannot read
        return None
    return frame.with_columns(pl.all().replace("", None)) if quote else frame


def _filled(extra: list[pl.Series]) -> Iterator[tuple[int, str]]:
    """Yield what rows have in columns beyond those of the header."""
    if not extra:
        return
    rows = pl.DataFrame(extra).with_row_index("row")
    rows = rows.filter(pl.any_horizontal(pl.exclude("row").is_not_null()))
    for row, *cells in rows.iter_rows():
        if kept := [cell for cell in cells if cell and cell.strip()]:
            yield row, ",".join(kept)
