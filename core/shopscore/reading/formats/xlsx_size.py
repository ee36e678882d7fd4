"""What an .xlsx costs in memory, found out before anything opens it.

A worksheet is held as a full rectangle, and a shared string once for every cell that refers to
it, so a few bytes of XML can ask for any amount of memory. Sizes in headers are not relied on.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...messages import message
from .archives import refuse_bomb

#: The most cells of the rectangle around the data of a worksheet, and of a workbook's together.
MOST_CELLS = 32_000_000
#: The most text in the cells of a worksheet, in bytes.
MOST_TEXT = 2 << 30

_MOST_MEMBERS = 10_000
_READ = 1 << 16
_BLOCK = 1 << 20
_MOST_TOKEN = 8 << 20

#: How programs write cells; what is not like this is looked at more closely.
_USUAL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_PLACED = re.compile(rb"""<(?:\w+:)?(?:c|row)\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_FILLED = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]*)([0-9]+)["'](?:[^>]*[^/>])?>"""
)
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_SHARED = re.compile(rb"""\st\s*=\s*["']s["']""")
_INDEX = re.compile(rb"""\st\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})""")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
_PROMISED = re.compile(rb"""\suniqueCount\s*=\s*["']([0-9]+)["']""")

_Lengths = npt.NDArray[np.int64]


def check_workbook(data: bytes, label: str) -> None:
    """Raise where a workbook asks for more memory than any export needs.

    Raises:
        InputError: also where its parts are protected with a password.
        zipfile.BadZipFile, zlib.error: where the file is damaged.
    """
    stream, total = io.BytesIO(data), 0

    def counted(member: zipfile.ZipInfo) -> Iterator[bytes]:
        nonlocal total
        for block in _blocks(stream, member, label):
            total += len(block)
            refuse_bomb(label, total, len(data))
            yield block

    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise InputError(
            message("{file}: a workbook of {n:,} parts; save it anew", file=label, n=len(members))
        )
    if len({member.filename.lower() for member in members}) < len(members):
        raise zipfile.BadZipFile("two of its parts have the same name")
    members.sort(key=_is_strings, reverse=True)
    lengths: _Lengths = np.zeros(1, np.int64)
    for member in members:
        if _is_strings(member):
            lengths = _lengths(counted(member), label)
            continue
        reach = _quick(counted(member), int(lengths.max()))
        if reach is None or reach.too_far:
            reach, sure = _thorough(_blocks(stream, member, label), lengths, _PLACED)
            if reach.too_far and sure:  # perhaps only empty cells lie far out
                reach, _ = _thorough(_blocks(stream, member, label), lengths, _FILLED)
        if reach.text > MOST_TEXT:
            raise _too_much_text(label)
        if reach.too_far:
            raise InputError(
                message(
                    "{file}: its cells spread over {rows:,} rows and {columns:,} columns; is there"
                    " one far from all the others? Save the table as CSV",
                    file=label,
                    rows=reach.rows,
                    columns=reach.columns,
                )
            )


def _too_much_text(label: str) -> InputError:
    return InputError(
        message("{file}: too much text in its cells; save the table as CSV", file=label)
    )


def _is_strings(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith("sharedstrings.xml")


class _Reach(NamedTuple):
    """How far the cells of a worksheet reach, and how much text they come to at most."""

    rows: int
    columns: int
    text: int

    @property
    def too_far(self) -> bool:
        return self.rows * self.columns > MOST_CELLS or self.text > MOST_TEXT


def _lengths(blocks: Iterator[bytes], label: str) -> _Lengths:
    """Return how long the shared strings are, as XML, which is no shorter than their text."""
    found = [0]
    for block in blocks:
        if (promised := _PROMISED.search(block)) and int(promised[1]) > MOST_CELLS:
            raise _too_much_text(label)
        before, *strings = map(len, _STRING.split(block))
        found[-1] += before
        found += strings
    return np.array(found[1:] or [0], np.int64)


def _quick(blocks: Iterator[bytes], longest: int) -> _Reach | None:
    """Return how far cells reach that are written as usual; None where some are not."""
    row = column = text = 0
    usual = True
    for block in blocks:  # to the end, since they are counted
        found = _USUAL.findall(block) if usual else []
        usual = usual and len(found) == len(_CELL.findall(block)) and b"t='s'" not in block
        text += len(block) + block.count(b't="s"') * longest
        if found:
            row = max(row, *map(int, {row for _, row in found}), 0)
            column = max(column, *map(_number, {column for column, _ in found}), 0)
    return _Reach(row, column, text) if usual else None


def _thorough(
    blocks: Iterator[bytes], lengths: _Lengths, places: re.Pattern[bytes]
) -> tuple[_Reach, bool]:
    """Return how far cells reach that are written in any way, and whether all have a place."""
    row = column = rows = widest = unfinished = text = 0
    sure = True
    for block in blocks:
        counts = [len(_CELL.findall(part)) for part in _ROW.split(block)]
        found = places.findall(block)
        if places is _PLACED and len(found) < sum(counts) + len(counts) - 1:
            sure = False
        rows += len(counts) - 1
        counts[0] += unfinished
        unfinished = counts[-1]
        widest = max(widest, *counts)
        if found:
            row = max(row, *map(int, {row for _, row in found}), 0)
            column = max(column, *map(_number, {column for column, _ in found}), 0)
        which = np.array([int(index) for index in _INDEX.findall(block)], np.int64)
        known = lengths[which[which < len(lengths)]]
        unknown = len(_SHARED.findall(block)) - len(known)
        text += len(block) + int(known.sum()) + unknown * int(lengths.max())
    if sure:
        return _Reach(row, column, text), True
    # a cell or row without a place stands next to the one before it
    return _Reach(row + rows, column + widest, text), False


def _number(letters: bytes) -> int:
    """Return the number of a column.

    >>> _number(b"A"), _number(b"xfd")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - ord("A") + 1
    return number


def _blocks(stream: io.BytesIO, member: zipfile.ZipInfo, label: str) -> Iterator[bytes]:
    """Yield what is in a part; XML is cut before a tag."""
    rest = b""
    markup: bool | None = None
    for piece in _inflated(stream, member, label):
        if markup is None:
            markup = piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        if not markup:
            yield b" " * len(piece)
            continue
        text = rest + piece
        cut = text.rfind(b"<")
        if cut <= 0:
            cut = len(text) if cut < 0 else 0
        yield text[:cut]
        rest = text[cut:]
        if len(rest) > _MOST_TOKEN:
            raise InputError(
                message("{file}: a cell of more than 1,000,000 characters; shorten it", file=label)
            )
    yield rest


def _inflated(stream: io.BytesIO, member: zipfile.ZipInfo, label: str) -> Iterator[bytes]:
    """Yield the bytes of a part, as many as there are, whatever is said about them."""
    if member.flag_bits & 1:
        raise InputError(
            message("{file}: protected with a password; save it without one", file=label)
        )
    stream.seek(member.header_offset)
    header = stream.read(30)
    if header[:4] != b"PK\3\4" or len(header) < 30:
        raise zipfile.BadZipFile(f"{member.filename} is not where it should be")
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    stream.seek(names, io.SEEK_CUR)
    left = member.compress_size
    inflater = zlib.decompressobj(-15)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(
            message(
                "{file}: {part} is packed in an unusual way; save it anew",
                file=label,
                part=member.filename,
            )
        )
    while left > 0 and not inflater.eof and (piece := stream.read(min(left, _READ))):
        left -= len(piece)
        while piece and member.compress_type == zipfile.ZIP_DEFLATED:
            yield inflater.decompress(piece, _BLOCK)
            piece = inflater.unconsumed_tail
        if piece:
            yield piece
