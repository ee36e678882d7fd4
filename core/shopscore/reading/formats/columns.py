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
    """Wanted columns, named after their positions; rows with more cells than the header has.

    ``plain`` says that every row is one line, ``broken`` that bytes were not of the encoding: they
    became U+FFFD.
    """

    frame: pl.DataFrame
    too_long: dict[int, str]
    plain: bool
    broken: bool = False


def parse(
    text: BinaryIO,
    separator: str,
    codec: str,
    widths: tuple[int, int],
    positions: Sequence[int],
    exact: bool,
) -> Columns | None:
    r"""Return the cells of some columns of all that follows; None: it needs the careful reader.

    ``widths`` are the number of cells of the header, and of the widest record that is known; where
    ``exact``, no row has more.

    >>> import io
    >>> found = parse(io.BytesIO(b"1,\xb6\xa9\n2\n"), ",", "gb18030", (2, 2), [0, 1], True)
    >>> found.frame.rows() if found else None
    [('1', '订'), ('2', None)]
    """
    header, widest = widths
    names = [str(position) for position in positions]
    decoders = [ColumnDecoder(codec) for _ in names]
    frames: list[pl.DataFrame] = []
    too_long: dict[int, str] = {}
    rows, plain, spare = 0, True, 0 if exact else _SPARE
    room = bytearray()  # grows to the size of a piece, and stays
    for piece in _pieces(text, separator, widest):
        if piece is None or (read := _read(piece, separator, codec, room, spare)) is None:
            return None
        frame, as_bytes = read
        there = {column.name: column for column in frame.get_columns()}
        wanted = [there[n] if n in there else _empty(n, len(frame)) for n in names]
        extra = [c for n, c in there.items() if int(n) >= header and c.null_count() < len(c)]
        if as_bytes:
            wanted = [decode(c) for decode, c in zip(decoders, wanted, strict=True)]
            extra = [ColumnDecoder(codec)(c) for c in extra]
        if piece.quotes and any((c.str.len_bytes() > MOST_CELL).any() for c in wanted):
            return None
        too_long.update((rows + row, cells) for row, cells in _filled(extra))
        frames.append(pl.DataFrame(wanted))
        rows += len(frame)
        plain = plain and not piece.quotes
    nothing = dict.fromkeys(names, pl.String)
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=nothing)
    return Columns(frame, too_long, plain, any(decode.broken for decode in decoders))


def _empty(name: str, length: int) -> pl.Series:
    return pl.Series(name, [None], pl.String).new_from_index(0, length)


def _titles(width: int, separator: str) -> bytes:
    return f"{separator.join(map(str, range(width)))}\n".encode()


class _Piece(NamedTuple):
    """Some whole lines of a text, below titles of our own."""

    text: memoryview
    start: int
    width: int
    quotes: bool


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
            buffer = bytearray(start + _PIECE)
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
        cut = _orderly(view[:end], start, ord(separator), quotes=quotes)
        if not cut or (over and cut < end) or buffer.find(b"\0", start, cut) >= 0:
            yield None
            return
        yield _Piece(view[:cut], start, width, quotes)
        view[start : start + end - cut] = view[cut:end]
        end = start + end - cut


def _orderly(text: memoryview, start: int, separator: int, *, quotes: bool) -> int:
    """Return where the last whole line ends; 0 where readers may disagree about what is before.

    Where a quote opens, it follows what ends a cell, or another quote; where it closes, one of
    these follows it.
    """
    whole: _Bytes = np.frombuffer(text, np.uint8)
    ends = outside = _places(whole, start, _LF)
    marks = _places(whole, start, _QUOTE) if quotes else ends[:0]
    if quotes:
        outside = ends[np.searchsorted(marks, ends) % 2 == 0]
    if not len(outside):
        return 0
    marks = marks[marks < outside[-1]]
    borders = np.zeros(256, np.bool_)
    borders[[separator, _LF, _CR, _QUOTE]] = True
    if not (borders[whole[marks[::2] - 1]].all() and borders[whole[marks[1::2] + 1]].all()):
        return 0
    before = whole[outside - 1]
    if ((before == _LF) | ((before == _CR) & (whole[outside - 2] == _LF))).any():
        return 0  # a blank line
    cut = int(outside[-1]) + 1
    ends = ends[ends < cut]
    returns = sum(int(np.count_nonzero(block == _CR)) for _, block in _blocks(whole[:cut], start))
    if returns != np.count_nonzero(whole[ends - 1] == _CR):
        return 0  # one stands alone
    return cut if np.diff(ends, prepend=start - 1).max() <= MOST_CELL else 0


def _places(whole: _Bytes, start: int, byte: int) -> _Places:
    return np.concatenate(
        [np.flatnonzero(block == byte) + at for at, block in _blocks(whole, start)]
    )


def _blocks(whole: _Bytes, start: int) -> Iterator[tuple[int, _Bytes]]:
    """Yield blocks that fit into a processor's cache."""
    for at in range(start, len(whole), _BLOCK):
        yield at, whole[at : at + _BLOCK]


def _read(
    piece: _Piece, separator: str, codec: str, room: bytearray, spare: int
) -> tuple[pl.DataFrame, bool] | None:
    """Return numbered columns of a piece, and whether they are bytes in Latin-1, not text."""
    as_bytes = codec != "utf-8"
    body, width = piece.text[piece.start :], piece.width
    text = _latin(body, room, _titles(width, separator)) if as_bytes else bytes(piece.text)
    frame = _split(text, separator, piece)
    if frame is None:  # bytes that are no UTF-8, or rows that are longer
        as_bytes = True
        text = _latin(body, room, _titles(width + spare, separator))
        frame = _split(text, separator, piece)
    return None if frame is None else (frame, as_bytes)


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


def _split(text: bytes, separator: str, piece: _Piece) -> pl.DataFrame | None:
    quote = '"' if piece.quotes else None
    try:
        frame = pl.read_csv(text, separator=separator, quote_char=quote, infer_schema=False)
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
