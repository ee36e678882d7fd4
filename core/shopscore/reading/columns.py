"""Columns of delimited text at full speed, for texts without oddities.

polars reads what every reader takes for the same cells. ``parse`` goes through a text piece by
piece and proves of each that it is of that kind: quotes only around whole cells, no blank line,
no line end but LF and CRLF. Anything else is read record by record in ``delimited``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PanicException

from .decoding import decode_column

#: The most characters of a cell.
MOST_CELL = 1_000_000

_PIECE = 1 << 24
_BLOCK = 1 << 20
_SPARE = 64  # columns beyond the widest known record, at the second attempt
_LF, _CR, _QUOTE = b'\n\r"'

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.intp]


class Columns(NamedTuple):
    """Wanted columns, named after their positions; rows with more cells than the header has.

    ``plain`` says that every row is one line.
    """

    frame: pl.DataFrame
    too_long: dict[int, str]
    plain: bool


def parse(
    text: BinaryIO,
    separator: str,
    codec: str,
    widths: tuple[int, int],
    positions: Sequence[int],
) -> Columns | None:
    r"""The cells of some columns of all that follows; None where that needs the careful reader.

    ``widths`` are the number of cells of the header, and of the widest record that is known.

    >>> import io
    >>> found = parse(io.BytesIO(b"1,\xb6\xa9\n2\n"), ",", "gb18030", (2, 2), [0, 1])
    >>> found.frame.rows() if found else None
    [('1', '订'), ('2', None)]
    """
    header, widest = widths
    names = [str(position) for position in positions]
    frames = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
    too_long: dict[int, str] = {}
    rows, plain = 0, True
    for piece in _pieces(text, separator, _titles(widest, separator)):
        frame = None if piece is None else _read(piece, separator, codec, widest)
        if piece is None or frame is None:
            return None
        missing = [pl.lit(None, pl.String).alias(n) for n in names if n not in frame.columns]
        wanted = frame.with_columns(missing).select(names)
        extra = frame[:, header:]
        too_long.update((rows + row, cells) for row, cells in _beyond(extra, codec))
        if codec != "utf-8" or frame.width > widest:
            wanted = wanted.select(decode_column(c, codec) for c in wanted.get_columns())
        if any((column.str.len_bytes() > MOST_CELL).any() for column in wanted.get_columns()):
            return None
        frames.append(wanted)
        rows += len(wanted)
        plain = plain and not piece.quotes
    return Columns(pl.concat(frames if len(frames) == 1 else frames[1:]), too_long, plain)


def _titles(width: int, separator: str) -> bytes:
    return f"{separator.join(map(str, range(width)))}\n".encode()


class _Piece(NamedTuple):
    """Some whole lines of a text, below titles of our own."""

    text: memoryview
    start: int
    quotes: bool


def _pieces(text: BinaryIO, separator: str, titles: bytes) -> Iterator[_Piece | None]:
    """The text in orderly pieces, each valid until the next; None where one is not."""
    start = len(titles)
    buffer = bytearray(start + _PIECE)
    view = memoryview(buffer)
    view[:start] = titles
    end, over = start, False
    while not over:
        while end < len(buffer) - 1 and not over:
            count = text.readinto(view[end:-1])  # type: ignore[attr-defined]
            end, over = end + count, not count
        if over:
            while end > start and buffer[end - 1] in b"\r\n":
                end -= 1
            if end == start:
                return
            buffer[end] = _LF
            end += 1
        cut = _orderly(buffer, start, end, separator)
        if not cut or (over and cut < end):
            yield None
            return
        yield _Piece(view[:cut], start, buffer.find(b'"', start, cut) >= 0)
        left = end - cut
        view[start : start + left] = view[cut:end]
        end = start + left


def _orderly(buffer: bytearray, start: int, end: int, separator: str) -> int:
    """Where the last whole line ends; 0 where readers may disagree about what is before.

    Where a quote opens, it follows what ends a cell, or another quote; where it closes, one of
    these follows it.
    """
    if buffer.find(b"\0", start, end) >= 0:
        return 0
    whole: _Bytes = np.frombuffer(buffer, np.uint8, end)
    ends = outside = _places(whole, _LF, start)
    if buffer.find(b'"', start, end) >= 0:
        quotes = _places(whole, _QUOTE, start)
        outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
        if not len(outside):
            return 0
        quotes = quotes[quotes < outside[-1]]
        borders = np.zeros(256, np.bool_)
        borders[[ord(separator), _LF, _CR, _QUOTE]] = True
        if not borders[whole[quotes[::2] - 1]].all() or not borders[whole[quotes[1::2] + 1]].all():
            return 0
    if not len(outside):
        return 0
    before = whole[outside - 1]
    if ((before == _LF) | ((before == _CR) & (whole[outside - 2] == _LF))).any():
        return 0  # a blank line
    cut = int(outside[-1]) + 1
    ends = ends[ends < cut]
    returns = sum(np.count_nonzero(block == _CR) for _, block in _blocks(whole[:cut], start))
    if returns != np.count_nonzero(whole[ends - 1] == _CR):
        return 0
    return cut if np.diff(ends, prepend=start - 1).max() <= MOST_CELL else 0


def _places(whole: _Bytes, byte: int, start: int) -> _Places:
    return np.concatenate(
        [np.flatnonzero(block == byte) + at for at, block in _blocks(whole, start)]
    )


def _blocks(whole: _Bytes, start: int) -> Iterator[tuple[int, _Bytes]]:
    """Blocks that fit into a processor's cache."""
    for at in range(start, len(whole), _BLOCK):
        yield at, whole[at : at + _BLOCK]


def _read(piece: _Piece, separator: str, codec: str, width: int) -> pl.DataFrame | None:
    """A piece as columns, numbered; as bytes in Latin-1 unless it is UTF-8 of that width."""
    frame = None
    text = bytes(piece.text) if codec == "utf-8" else str(piece.text, "latin-1").encode()
    frame = _split(text, separator, width, quotes=piece.quotes)
    if frame is None:  # bytes that are no UTF-8, or rows that are longer
        titles = _titles(width + _SPARE, separator)
        text = titles + str(piece.text[piece.start :], "latin-1").encode()
        frame = _split(text, separator, width + _SPARE, quotes=piece.quotes)
    return frame


def _split(text: bytes, separator: str, width: int, *, quotes: bool) -> pl.DataFrame | None:
    try:
        frame = pl.read_csv(
            text, separator=separator, quote_char='"' if quotes else None, infer_schema=False
        )
    except (Exception, PanicException):  # polars says in many ways what it cannot read
        return None
    if frame.width != width:
        return None
    return frame.with_columns(pl.all().replace("", None)) if quotes else frame


def _beyond(extra: pl.DataFrame, codec: str) -> Iterator[tuple[int, str]]:
    """What rows have in columns beyond those of the header, still as bytes."""
    columns = [c for c in extra.get_columns() if c.null_count() < len(c)]
    if not columns:
        return
    extra = pl.DataFrame([decode_column(c, codec) for c in columns])
    rows = extra.with_row_index("row").filter(pl.any_horizontal(pl.exclude("row").is_not_null()))
    for row, *cells in rows.iter_rows():
        if kept := [cell for cell in cells if cell and cell.strip()]:
            yield row, ",".join(kept)
