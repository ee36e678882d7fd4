"""Digests of files: a file that is damaged, or was not copied whole, is never read as if it were good."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from ..errors import StateError, system_reason
from ..messages import Message, message
from ..value_classes import define, field

#: What was checked on this machine, so that only new or touched files are read for it again.
_CHECKED = ".checked.json"
_CHUNK = 1 << 20


class FileDigest(NamedTuple):
    """The size of a file and the CRC-32 of its bytes."""

    size: int
    crc: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the digest of a file as it is now."""
        size = crc = 0
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                crc = zlib.crc32(chunk, crc)
                size += len(chunk)
        return cls(size, crc)


def damaged(path: object, why: Message) -> StateError:
    """Return the error that says which file of a ledger is damaged, and how."""
    return StateError(
        message(
            "{file} is damaged: {why}. Take another copy of the ledger, or make a new one from the"
            " files of events; cells alone are counted anew by shopscore ledger compact",
            file=path,
            why=why,
        )
    )


@define(eq=False)
class CheckedFiles:
    """The files of a ledger that were found good, by what changes when one is written or replaced.

    ``again`` forgets what was found before, and looks at every byte.
    """

    root: Path
    again: bool = False
    _known: dict[str, list[int]] | None = field(default=None, init=False)

    def require(self, files: Mapping[str, FileDigest]) -> None:
        """Raise for a file, by its path within the ledger, that is not as it was written.

        Raises:
            StateError: naming the file.
        """
        known = self._read()
        fresh = False
        for name, digest in files.items():
            path = self.root / name
            now = _version(path)
            if now[0] != digest.size:
                raise damaged(path, message("it has another size than it was written with"))
            if known.get(name) != now:
                if FileDigest.of(path) != digest:
                    raise damaged(path, message("its bytes are not those that were written"))
                known[name], fresh = now, True
        if fresh:
            self._write(known)

    def trust(self, names: Iterable[str]) -> None:
        """Note files that this process has just written and looked at."""
        known = self._read()
        known.update((name, _version(self.root / name)) for name in names)
        self._write(known)

    def _read(self) -> dict[str, list[int]]:
        if self._known is None:
            self._known = {}
            if not self.again:
                with suppress(OSError, ValueError, TypeError):
                    self._known = dict(json.loads((self.root / _CHECKED).read_text("utf-8")))
        return self._known

    def _write(self, known: Mapping[str, list[int]]) -> None:
        """Note what was checked; where that cannot be written, it is checked again next time."""
        there = {name: found for name, found in known.items() if (self.root / name).exists()}
        part = self.root / f"{_CHECKED}.{os.getpid()}"
        with suppress(OSError):
            part.write_text(json.dumps(there), "utf-8")
            part.replace(self.root / _CHECKED)


def _version(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError as error:
        said = message(
            "{file} cannot be read ({error}). If the ledger was compacted meanwhile, ask again; if it is"
            " a copy that was made while it was written, take another copy",
            file=path,
            error=system_reason(error),
        )
        raise StateError(said) from None
    return [found.st_size, found.st_mtime_ns, found.st_ino]
