"""Files that went wrong: bytes flipped, rows cut, columns swapped, encodings mixed, and worse."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from random import Random

Rows = list[list[str]]

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
HUGE = (
    "1e999",
    "9" * 40,
    "-1",
    "99999999999999999999.99",
    "0x10",
    "NaN",
    "١٢٣",
    "1,2,3.4.5",
    "￥￥元",
)
IMPOSSIBLE = (
    "2024-02-30 10:00:00",
    "9999-99-99 99:99:99",
    "0000-00-00 00:00:00",
    "2525-01-01 00:00:00",
    "2024-06-01T10:00:00+99:99",
    "24/13/2024",
    "昨天",
    "-62135596801",
)
ODD = (
    '"',
    '""',
    "'",
    "\t",
    "\r",
    "\n",
    "\0",
    "\ufeff",
    "\u200b",
    '="',
    "=1+1",
    "😀",
    "\ud7ff",
    ",",
)


def written(rows: Rows, draw: Random) -> bytes:
    """A table as the bytes of a file, in some encoding, with some separator and line ends."""
    text = io.StringIO(newline="")
    separator = draw.choice((",", ",", ",", "\t", ";"))
    csv.writer(text, delimiter=separator, lineterminator=draw.choice(("\n", "\r\n"))).writerows(
        rows
    )
    return text.getvalue().encode(draw.choice(ENCODINGS), "replace")


def changed_cells(rows: Rows, draw: Random) -> Rows:
    """Some cells hold what nobody expects."""
    rows = [list(row) for row in rows] or [[""]]
    for _ in range(draw.randrange(1, 8)):
        row = draw.choice(rows)
        if row:
            row[draw.randrange(len(row))] = draw.choice((*HUGE, *IMPOSSIBLE, *ODD, "", "x" * 5000))
    return rows


def cut_rows(rows: Rows, draw: Random) -> Rows:
    """Rows are shorter or longer than the header, empty, twice there, or gone."""
    found: Rows = []
    for row in rows:
        match draw.randrange(12):
            case 0:
                found.append(row[: draw.randrange(len(row) + 1)])
            case 1:
                found.append([*row, "more", ""])
            case 2:
                found += [row, list(row)]
            case 3:
                found.append([])
            case 4:
                continue
            case _:
                found.append(row)
    return found


def moved_columns(rows: Rows, draw: Random) -> Rows:
    """Two columns change places, one is gone, or one is there twice."""
    width = min((len(row) for row in rows), default=0)
    if width < 2:
        return rows
    first, second = draw.sample(range(width), 2)
    match draw.randrange(4):
        case 0:
            return [[*row[:first], *row[first + 1 :]] for row in rows]
        case 1:
            return [[*row, row[first]] for row in rows]
        case 2:
            return [rows[0], *(_swapped(row, first, second) for row in rows[1:])]
    return [_swapped(row, first, second) for row in rows]


def _swapped(row: list[str], first: int, second: int) -> list[str]:
    row = list(row)
    row[first], row[second] = row[second], row[first]
    return row


def flipped_bytes(data: bytes, draw: Random) -> bytes:
    """Some bytes are others."""
    found = bytearray(data)
    for _ in range(draw.randrange(1, 12)):
        if found:
            found[draw.randrange(len(found))] = draw.randrange(256)
    return bytes(found)


def cut_bytes(data: bytes, draw: Random) -> bytes:
    """The end is missing, or a piece in the middle."""
    first, second = sorted((draw.randrange(len(data) + 1), draw.randrange(len(data) + 1)))
    return data[:second] if draw.random() < 0.5 else data[:first] + data[second:]


def mixed_encodings(data: bytes, draw: Random) -> bytes:
    """Another encoding begins in the middle."""
    at = data.find(b"\n", draw.randrange(len(data) + 1)) + 1
    try:
        rest = data[at:].decode("utf-8")
    except UnicodeDecodeError:
        rest = data[at:].decode("gb18030", "replace")
    return data[:at] + rest.encode(draw.choice(ENCODINGS), "replace")


def packed(data: bytes, draw: Random) -> bytes:
    """In an archive, which may be cut or changed itself."""
    if draw.random() < 0.5:
        found = gzip.compress(data)
    else:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(draw.choice(("a.csv", "../a.csv", "订单.csv")), data)
            if draw.random() < 0.2:
                archive.writestr("b.csv", data)
        found = buffer.getvalue()
    return flipped_bytes(found, draw) if draw.random() < 0.3 else found


ON_ROWS: tuple[Callable[[Rows, Random], Rows], ...] = (changed_cells, cut_rows, moved_columns)
ON_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (
    flipped_bytes,
    cut_bytes,
    mixed_encodings,
    packed,
)


def mutated(rows: Rows, draw: Random) -> bytes:
    """A file of these rows after one to four accidents."""
    for change in draw.choices(ON_ROWS, k=draw.randrange(3)):
        rows = change(rows, draw)
    data = written(rows, draw)
    for spoil in draw.choices(ON_BYTES, k=draw.randrange(3)):
        data = spoil(data, draw)
    return data
