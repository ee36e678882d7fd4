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

import numpy as np
from attrs import define, field

from ..errors import InputError
from .archives import refuse_bomb

#: The most cells of the rectangle around the data of a worksheet, and of a workbook's together.
MOST_CELLS = 50_000_000
#: The most text in the cells of a worksheet, in bytes.
MOST_TEXT = 2 << 30

_MOST_MEMBERS = 10_000
_READ = 1 << 16
_BLOCK = 1 << 20
_MOST_TOKEN = 8 << 20

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


def check_workbook(data: bytes, label: str) -> None:
    """Raise where a workbook asks for more memory than any export needs.

    Raises:
        InputError: also where its parts are protected with a password.
        zipfile.BadZipFile, zlib.error: where the file is damaged.
    """
    stream, total = io.BytesIO(data), 0
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"{label}: a workbook of {len(members):,} parts; save it anew")
    members.sort(key=_is_strings, reverse=True)
    strings = _Strings()
    for member in members:
        sheet = _Sheet()
        for block in _blocks(stream, member, label):
            total += len(block)
            refuse_bomb(label, total, len(data))
            if _is_strings(member):
                strings.add(block)
            else:
                sheet.add(block, strings.lengths)
            if sheet.text > MOST_TEXT or strings.promised > MOST_CELLS:
                raise InputError(f"{label}: too much text in its cells; save the table as CSV")
        if sheet.rows * sheet.columns > MOST_CELLS and sheet.exact:
            sheet = _Sheet()
            for block in _blocks(stream, member, label):
                sheet.add(block, strings.lengths, _FILLED)
        if sheet.rows * sheet.columns > MOST_CELLS:
            raise InputError(
                f"{label}: its cells spread over {sheet.rows:,} rows and {sheet.columns:,} columns;"
                " is there one far from all the others? Save the table as CSV"
            )
        strings.close()


def _is_strings(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith("sharedstrings.xml")


@define
class _Strings:
    """How long the shared strings are, as XML, which is no shorter than their text."""

    lengths: np.typing.NDArray[np.int64] = field(factory=lambda: np.zeros(1, np.int64))
    promised: int = 0
    _found: list[int] = field(factory=list)
    _open: int = 0

    def add(self, block: bytes) -> None:
        if found := _PROMISED.search(block):
            self.promised = max(self.promised, int(found[1]))
        before, *strings = map(len, _STRING.split(block))
        self._open += before
        for length in strings:
            self._found.append(self._open)
            self._open = length

    def close(self) -> None:
        """All of them are known."""
        if self._found:
            self.lengths = np.array([*self._found[1:], self._open], np.int64)
            self._found = []


@define
class _Sheet:
    """How far the cells of a worksheet reach, and how much text they come to."""

    text: int = 0
    exact: bool = True
    _row: int = 0
    _column: int = 0
    _rows: int = 0
    _widest: int = 0
    _open: int = 0

    def add(
        self,
        block: bytes,
        lengths: np.typing.NDArray[np.int64],
        places: re.Pattern[bytes] = _PLACED,
    ) -> None:
        if b"\0" in block:
            raise zipfile.BadZipFile("a NUL byte in XML")
        counts = [len(_CELL.findall(row)) for row in _ROW.split(block)]
        found = places.findall(block)
        if places is _PLACED and len(found) < sum(counts) + len(counts) - 1:
            self.exact = False  # cells or rows without a place stand next to those before
        self._rows += len(counts) - 1
        counts[0] += self._open
        self._open = counts[-1]
        self._widest = max(self._widest, *counts)
        if found:
            self._row = max(self._row, *map(int, {row for _, row in found}), 0)
            self._column = max(self._column, *map(_number, {column for column, _ in found}), 0)
        self._count_text(block, lengths)

    def _count_text(self, block: bytes, lengths: np.typing.NDArray[np.int64]) -> None:
        shared, longest = len(_SHARED.findall(block)), int(lengths.max())
        if shared * longest <= len(block):
            self.text += len(block)
            return
        which = np.array([int(index) for index in _INDEX.findall(block)], np.int64)
        known = lengths[which[which < len(lengths)]]
        self.text += int(known.sum()) + (shared - len(known)) * longest

    @property
    def rows(self) -> int:
        return self._row if self.exact else self._row + self._rows

    @property
    def columns(self) -> int:
        return self._column if self.exact else self._column + self._widest


def _number(letters: bytes) -> int:
    """The number of a column.

    >>> _number(b"A"), _number(b"xfd")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - ord("A") + 1
    return number


def _blocks(stream: io.BytesIO, member: zipfile.ZipInfo, label: str) -> Iterator[bytes]:
    """What is in a part; XML is cut before a tag."""
    rest = b""
    markup: bool | None = None
    for piece in _inflated(stream, member, label):
        if markup is None:
            markup = piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
            if piece.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise zipfile.BadZipFile("XML in UTF-16")
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
            raise InputError(f"{label}: a cell of more than 1,000,000 characters; shorten it")
    yield rest


def _inflated(stream: io.BytesIO, member: zipfile.ZipInfo, label: str) -> Iterator[bytes]:
    """The bytes of a part, as many as there are, whatever is said about them."""
    if member.flag_bits & 1:
        raise InputError(f"{label}: protected with a password; save it without one")
    stream.seek(member.header_offset)
    header = stream.read(30)
    if header[:4] != b"PK\3\4" or len(header) < 30:
        raise zipfile.BadZipFile(f"{member.filename} is not where it should be")
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    stream.seek(names, io.SEEK_CUR)
    left = member.compress_size
    inflater = zlib.decompressobj(-15)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{label}: {member.filename} is packed in an unusual way; save it anew")
    while left > 0 and not inflater.eof and (piece := stream.read(min(left, _READ))):
        left -= len(piece)
        while piece and member.compress_type == zipfile.ZIP_DEFLATED:
            yield inflater.decompress(piece, _BLOCK)
            piece = inflater.unconsumed_tail
        if piece:
            yield piece
