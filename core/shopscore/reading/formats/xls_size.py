"""What an .xls costs in memory, found out before anything opens it.

As with an .xlsx, a worksheet is held as a full rectangle and a shared string once for every cell
that refers to it; and the file may be damaged in ways that other readers do not survive.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from ...errors import InputError
from .compound import BrokenFileError, Compound
from .xlsx_size import MOST_CELLS, MOST_TEXT

_NAMES = ("Workbook", "Book", "WORKBOOK", "BOOK")
_BOUND_SHEET, _STRINGS, _PASSWORD, _CONTINUE, _BEGIN, _END = 0x85, 0xFC, 0x2F, 0x3C, 0x809, 0x0A
_DIMENSIONS, _SHARED_CELL, _NUMBERS, _FORMULA = 0x200, 0xFD, 0xBD, 0x06
#: NUMBER, LABEL, RSTRING, BOOLERR, RK and those above: row and column come first.
_CELLS = frozenset((0x203, 0x204, 0xD6, 0x205, 0x27E, _SHARED_CELL, _NUMBERS, _FORMULA))
_PAIR = struct.Struct("<HH")


def check_old_workbook(data: bytes, label: str) -> None:
    """Raise where an OLE file is no workbook, or one that asks for more memory than it may.

    Raises:
        InputError: also where it is protected with a password.
        BrokenFileError: where it is damaged.
    """
    file = Compound(data)
    if "EncryptedPackage" in file.streams:
        raise _protected(label)
    name = next((name for name in _NAMES if name in file.streams), None)
    if name is None:
        raise InputError(f"{label}: no workbook; export the table as .xlsx or CSV")
    stream = file.stream(name)
    sheets, strings = list[int](), list[int]()
    for kind, at, length, more in _records(stream, 0):
        if kind == _PASSWORD:
            raise _protected(label)
        if kind == _BOUND_SHEET and length >= 4:
            sheets.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == _STRINGS:
            strings = list(_lengths([stream[at + 8 : at + length], *more]))
    known: dict[int, _Extent] = {}
    cells = text = 0
    for start in sheets:
        if start not in known:
            known[start] = _extent(stream, start, strings)
        cells += known[start].cells
        text += known[start].text
        if cells > MOST_CELLS or text > MOST_TEXT:
            raise InputError(
                f"{label}: the cells of its worksheets spread over more than {MOST_CELLS:,}"
                " places; is there one far from all the others? Save the table as CSV"
            )


def _protected(label: str) -> InputError:
    return InputError(
        f"{label}: the workbook is protected with a password; open it in Excel or WPS with the"
        " password, and save it without one"
    )


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int, list[bytes]]]:
    """Kind, place and length of each record up to the end of its part, and what continues it."""
    depth, end = 0, len(stream) - 4
    while at <= end:
        kind, length = _PAIR.unpack_from(stream, at)
        place = at + 4
        at = place + length
        more: list[bytes] = []
        while at <= end and stream[at] == _CONTINUE and not stream[at + 1]:
            (extra,) = struct.unpack_from("<H", stream, at + 2)
            more.append(stream[at + 4 : at + 4 + extra])
            at += 4 + extra
        if at > len(stream):
            raise BrokenFileError("it ends within a record")
        yield kind, place, length, more
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return


class _Extent(NamedTuple):
    """The cells that a worksheet makes a reader hold, and the text of the shared ones."""

    cells: int
    text: int


def _extent(stream: bytes, start: int, strings: list[int]) -> _Extent:
    top, bottom, left, right = 1 << 16, -1, 1 << 16, -1
    promised = formulas = text = 0
    for kind, at, length, _ in _records(stream, start):
        if kind in _CELLS and length >= 6:
            row, column = _PAIR.unpack_from(stream, at)
            top, bottom = min(top, row), max(bottom, row)
            left, right = min(left, column), max(right, column)
            if kind == _SHARED_CELL and length >= 10:
                (index,) = struct.unpack_from("<I", stream, at + 6)
                text += strings[index] if index < len(strings) else 0
            elif kind == _NUMBERS:
                right = max(right, *_PAIR.unpack_from(stream, at + length - 4))
            elif kind == _FORMULA:
                formulas = 1  # they make a rectangle of their own
        elif kind == _DIMENSIONS:
            promised = max(promised, _promised(stream[at : at + length]))
    reached = (bottom - top + 1) * (right - left + 1) if bottom >= 0 else 0
    return _Extent(max(promised, reached * (1 + formulas)), text)


def _promised(record: bytes) -> int:
    """The cells of a worksheet as its record of dimensions has them; counted as others count."""
    if len(record) not in (10, 14):
        return 0
    top, bottom, left, right = struct.unpack_from("<2I2H" if len(record) == 14 else "<4H", record)
    if left > 0xFF or right < left:
        left = 0
    if not bottom or not right:
        return 1
    cells: int = ((bottom - top) % (1 << 32)) * ((right - left) % (1 << 32))
    return cells


def _lengths(parts: list[bytes]) -> Iterator[int]:
    r"""The length of each shared string, in characters.

    >>> list(_lengths([b"\2\0\0ab\3\0\1a\0", b"\0bc"]))
    [2, 3]
    """
    data, parts = parts[0], parts[1:]
    while data or parts:
        if not data:
            data, parts = parts[0], parts[1:]
        if len(data) < 3:
            raise BrokenFileError("its shared strings are cut off")
        length, flags = struct.unpack_from("<HB", data)
        yield length
        place = 3
        behind = 0
        if flags & 8:
            behind += 4 * int.from_bytes(data[place : place + 2], "little")
            place += 2
        if flags & 4:
            behind += int.from_bytes(data[place : place + 4], "little")
            place += 4
        data = data[place:]
        wide = flags & 1
        while length:
            taken = min(length, len(data) >> wide)
            data, length = data[taken << wide :], length - taken
            if length:
                if not parts or not parts[0]:
                    raise BrokenFileError("its shared strings are cut off")
                wide, data, parts = parts[0][0] & 1, parts[0][1:], parts[1:]
        while behind:
            taken = min(behind, len(data))
            data, behind = data[taken:], behind - taken
            if behind:
                if not parts:
                    raise BrokenFileError("its shared strings are cut off")
                data, parts = parts[0], parts[1:]
