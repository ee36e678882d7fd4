"""Columns of delimited text at full speed, for files without oddities.

polars reads what every reader takes for the same cells; ``parse`` proves beforehand that a text
is of that kind: quotes only around whole cells, no blank line, no line end but LF and CRLF, no
row longer than it says. Anything else is read record by record in ``delimited``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PanicException

from .decoding import decode_column

MOST_CELL = 1_000_000

_BLOCK = 1 << 20
_SPARE = 64  # columns beyond the widest known record, for the second attempt
_LF, _CR, _QUOTE = b'\n\r"'

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]


class Columns(NamedTuple):
    """Wanted columns, named after their positions; rows with more cells than the header has.

    ``plain`` says that every row is one line.
    """

    frame: pl.DataFrame
    too_long: dict[int, str]
    plain: bool


def parse(
    data: bytes,
    start: int,
    separator: str,
    codec: str,
    widths: tuple[int, int],
    positions: Sequence[int],
) -> Columns | None:
    r"""The cells of some columns from a byte on; None where that needs the careful reader.

    ``widths`` are the number of cells of the header, and of the widest record that is known.

    >>> found = parse(b"id,note\n1,\xb6\xa9\n2\n", 8, ",", "gb18030", (2, 2), [0, 1])
    >>> found.frame.rows() if found else None
    [('1', '订'), ('2', None)]
    """
    end = len(data)
    while end > start and data[end - 1] in b"\r\n":
        end -= 1
    if end == start:
        return Columns(pl.DataFrame(schema=_schema(positions)), {}, plain=True)
    quotes = data.find(b'"', start, end) >= 0
    if data.find(b"\0", start, end) >= 0 or not _is_orderly(data, start, end, separator):
        return None
    header, widest = widths
    for as_bytes, width in ((codec != "utf-8", widest), (True, widest + _SPARE)):
        names = [str(place) for place in range(width)]
        text = _text(data, start, end, separator.join(names), as_bytes=as_bytes)
        frame = _read(text, separator, width, quotes=quotes)
        del text
        if frame is None:
            continue
        frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
        wanted = _wanted(frame, positions, quotes=quotes)
        extra = frame[:, header:]
        if as_bytes:
            wanted = wanted.select(decode_column(c, codec) for c in wanted.get_columns())
            extra = extra.select(decode_column(c, codec) for c in extra.get_columns())
        if any((column.str.len_bytes() > MOST_CELL).any() for column in wanted.get_columns()):
            return None
        return Columns(wanted, _too_long(extra), plain=not quotes)
    return None


def _schema(positions: Sequence[int]) -> dict[str, type[pl.String]]:
    return {str(position): pl.String for position in positions}


def _wanted(frame: pl.DataFrame, positions: Sequence[int], *, quotes: bool) -> pl.DataFrame:
    """The wanted columns, also those that no record has; an empty cell in quotes is empty too."""
    names = list(_schema(positions))
    missing = [pl.lit(None, pl.String).alias(n) for n in names if n not in frame.columns]
    frame = frame.with_columns(missing).select(names)
    return frame.with_columns(pl.all().replace("", None)) if quotes else frame


def _too_long(extra: pl.DataFrame) -> dict[int, str]:
    """What rows have in columns beyond those of the header."""
    extra = extra.select(c for c in extra.get_columns() if c.null_count() < len(c))
    if not extra.width:
        return {}
    rows = extra.with_row_index("row").filter(pl.any_horizontal(pl.exclude("row").is_not_null()))
    found = {}
    for row, *cells in rows.iter_rows():
        if kept := [cell for cell in cells if cell and cell.strip()]:
            found[row] = ",".join(kept)
    return found


def _text(data: bytes, start: int, end: int, header: str, *, as_bytes: bool) -> bytes:
    """The text for polars under a header of our own; as bytes: each byte as a character."""
    body = memoryview(data)[start:end]
    if not as_bytes:
        return b"".join((header.encode(), b"\n", body, b"\n"))
    pieces = (str(body[at : at + _BLOCK], "latin-1").encode() for at in range(0, len(body), _BLOCK))
    return b"".join((header.encode(), b"\n", *pieces, b"\n"))


def _read(text: bytes, separator: str, width: int, *, quotes: bool) -> pl.DataFrame | None:
    try:
        frame = pl.read_csv(
            text,
            separator=separator,
            quote_char='"' if quotes else None,
            infer_schema=False,
            has_header=True,
        )
    except (Exception, PanicException):  # a row that is too long, bytes that are no UTF-8
        return None
    return frame if frame.width == width else None


def _is_orderly(data: bytes, start: int, end: int, separator: str) -> bool:
    """Whether no reader can take the text from ``start`` to ``end`` for other records.

    A quote follows what ends a cell, or another quote, wherever it opens; where it closes, one of
    these follows it. Between two line ends stands more than nothing, outside of quotes, and less
    than what the largest cell may have.
    """
    whole: _Bytes = np.frombuffer(data, np.uint8, end)
    borders = np.zeros(256, np.bool_)
    borders[[ord(separator), _LF, _CR, _QUOTE]] = True
    quotes = returns = pairs = 0
    last = start - 1  # the line end before the text
    for at in range(start, end, _BLOCK):
        block = whole[at : min(at + _BLOCK, end)]
        ends: _Places = np.flatnonzero(block == _LF) + at
        marks: _Places = np.flatnonzero(block == _QUOTE) + at
        if len(marks):
            opening, closing = marks[quotes % 2 :: 2], marks[1 - quotes % 2 :: 2]
            after = whole[np.minimum(closing + 1, end - 1)]
            if not (borders[whole[opening - 1]].all() and borders[after].all()):
                return False
        if len(ends):
            gaps = np.diff(ends, prepend=last)
            short = ends[(gaps == 1) | ((gaps == 2) & (whole[ends - 1] == _CR))]
            inside = quotes + np.searchsorted(marks, short)
            if gaps.max() > MOST_CELL or (inside % 2 == 0).any():
                return False
            pairs += int(np.count_nonzero(whole[ends - 1] == _CR))
            last = int(ends[-1])
        returns += int(np.count_nonzero(block == _CR))
        quotes += len(marks)
    return quotes % 2 == 0 and returns == pairs and end - last <= MOST_CELL
