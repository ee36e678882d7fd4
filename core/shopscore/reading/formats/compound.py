"""OLE compound files: their streams, as far as old workbooks need them.

Every chain of sectors is followed here before another reader does, which may not notice that one
leads in a circle.
"""

from __future__ import annotations

import struct

_NONE = 0xFFFFFFFA  # numbers from here on name no sector
_END = 0xFFFFFFFE
_TABLE = "its table of parts is larger than the file, or leads in a circle"


class BrokenFileError(Exception):
    """A compound file, or a workbook in one, that is damaged; says how."""


class Compound:
    """A compound file, and the names of what is in it."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512:
            raise BrokenFileError("it ends within its header")
        self._data = data
        (shift,) = struct.unpack_from("<H", data, 30)
        if shift not in (9, 12):
            raise BrokenFileError(f"its sectors are said to have 2^{shift} bytes")
        self._size = 1 << shift
        self._most = len(data) // self._size
        count, directory = struct.unpack_from("<2I", data, 44)
        small, small_count, extra = struct.unpack_from("<3I", data, 60)
        if max(count, small_count) > self._most:
            raise BrokenFileError(_TABLE)
        self._next = [n for table in self._tables(extra) for n in self._numbers(table)]
        self.streams = self._directory(self._chain(directory))
        self._small, self._next_small = b"", list[int]()
        if small_count:
            start, length = self._root
            self._small = self._chain(start, length)
            chain = self._chain(small, small_count << shift)
            self._next_small = list(struct.unpack(f"<{len(chain) // 4}I", chain))

    def _tables(self, extra: int) -> list[int]:
        """The sectors that hold the table of which sector follows which."""
        tables = list(struct.unpack_from("<109I", self._data, 76))
        for _ in range(self._most + 1):
            if extra >= _NONE:
                break
            *more, extra = self._numbers(extra)
            tables += more
        tables = [n for n in tables if n < _NONE]
        if extra < _NONE or len(tables) > self._most:
            raise BrokenFileError(_TABLE)
        return tables

    def _directory(self, entries: bytes) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for at in range(0, len(entries) - 127, 128):
            name = entries[at : at + 64].decode("utf-16-le", "replace").split("\0")[0]
            place: tuple[int, int] = struct.unpack_from("<2I", entries, at + 116)
            if not at:
                self._root = place
            found.setdefault(name, place)
        if not found:
            raise BrokenFileError("it holds nothing")
        return found

    def stream(self, name: str) -> bytes:
        """What is in a stream."""
        start, length = self.streams[name]
        return self._chain(start, length, small=length < 4096)

    def _sector(self, number: int) -> bytes:
        if number >= self._most:
            raise BrokenFileError("it ends too early, or names a part beyond its end")
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _numbers(self, number: int) -> tuple[int, ...]:
        sector = self._sector(number)
        return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])

    def _chain(self, number: int, length: int | None = None, *, small: bool = False) -> bytes:
        """The sectors of a chain, up to a length."""
        following = self._next_small if small else self._next
        pieces, size = list[bytes](), 0
        while number != _END and (length is None or size < length):
            if number >= len(following) or len(pieces) >= len(following):
                raise BrokenFileError("a chain of its parts leads nowhere, or in a circle")
            piece = self._small[number * 64 : number * 64 + 64] if small else self._sector(number)
            pieces.append(piece)
            size += len(piece)
            if not piece:
                raise BrokenFileError("a part of it is missing")
            number = following[number]
        return b"".join(pieces)[:length]
