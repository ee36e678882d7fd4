"""Inputs: the files that an entry names, by paths and globs, and what tells each from another."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from ..errors import not_given
from ..reading.entries import HIDDEN, is_lost, leads_astray, visible
from ..reading.files import show_path
from ..value_classes import frozen

#: What makes a path a pattern.
_GLOB = "*?["
_CHUNK = 1 << 20


@frozen
class NamedFiles:
    """The files and folders that some patterns match, and the patterns that match nothing."""

    paths: tuple[Path, ...]
    unmatched: tuple[str, ...] = ()


@frozen
class InputFile:
    """A file as it was found: its name from the folder of the workspace, and what it holds."""

    name: str
    size: int
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as the manifest lists it."""
        return {"file": self.name, "size": self.size, "sha256": self.sha256}


def find_named(folder: Path, patterns: Iterable[str], written: Collection[Path] = ()) -> NamedFiles:
    """Return what patterns match, sorted; what lies in a folder that is named too, is in that.

    Globs match nothing in folders that are written, ``written``: it would be read the next time.
    """
    found, unmatched = set(), []
    for pattern in patterns:
        matched = [*_matched(folder, pattern, written)]
        found |= {*matched}
        unmatched += [] if matched else [pattern]
    outermost = (path for path in found if found.isdisjoint(path.parents))
    return NamedFiles(tuple(sorted(outermost)), tuple(unmatched))


def _matched(folder: Path, pattern: str, written: Collection[Path]) -> Iterator[Path]:
    path = folder / pattern
    there = _is_there(path)
    if there or not any(sign in pattern for sign in _GLOB):
        yield from (path,) if there else ()
        return
    base, below = folder, pattern
    if PurePath(pattern).is_absolute():
        base, below = Path(path.anchor), str(path.relative_to(path.anchor))
    try:
        for one in base.glob(below):
            apart = any(place == one or place in one.parents for place in written)
            if not apart and not _is_hidden(one.relative_to(base), below):
                yield one
    except (OSError, ValueError, NotImplementedError):  # a pattern that is none
        return


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is too long, a folder that may not be looked into
        return False


def _is_hidden(matched: PurePath, pattern: str) -> bool:
    """Return whether a path is hidden, or lies in a hidden folder that the pattern does not name."""
    named = PurePath(pattern).parts
    return any(part.startswith(HIDDEN) and part not in named for part in matched.parts)


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files that are named or lie in named folders, without hidden ones, sorted.

    Links are followed as readers follow them: a path that is named itself, and within its folder.
    """
    return sorted({file for path in paths for file in _files_below(path, path)})


def _files_below(path: Path, root: Path) -> Iterator[Path]:
    if is_lost(path):
        return
    if path.is_file():
        yield path
    elif path.is_dir() and (path == root or not (path.is_symlink() and leads_astray(path, root))):
        for one in visible(path):
            yield from _files_below(one, root)


def look_at(file: Path, folder: Path) -> InputFile:
    """Return what a file holds, named from a folder.

    Raises:
        InputError: where it cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with file.open("rb") as source:
            while piece := source.read(_CHUNK):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise not_given(show_path(file), error) from None
    return InputFile(name_from(file, folder), size, digest.hexdigest())


def name_from(file: Path, folder: Path) -> str:
    """Return the name of a file from a folder; of one that lies elsewhere only its own name."""
    inside = file.is_relative_to(folder)
    return show_path(file.relative_to(folder).as_posix() if inside else file.name)
