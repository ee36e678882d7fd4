"""Named paths: the files and folders that a user names as one source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..messages import message

#: A file or folder, or several that are read together.
Paths = str | Path | Sequence[str | Path]


def named_paths(source: object) -> tuple[Path, ...]:
    """Return the paths that a source consists of; none where it is something else.

    Raises:
        UsageError: for a sequence that names nothing, or holds anything but paths.

    >>> [str(path) for path in named_paths(["events", "page.json"])], named_paths({"orders": ...})
    (['events', 'page.json'], ())
    """
    if isinstance(source, str | Path):
        return (Path(source),)
    if not isinstance(source, list | tuple):
        return ()
    if not source or not all(isinstance(one, str | Path) for one in source):
        raise UsageError(message("a list of sources is one of paths, and has one at least"))
    return tuple(map(Path, source))


def paths_of_documents(source: object) -> tuple[Path, ...]:
    """Return the paths of documents.

    Raises:
        UsageError: for what names no path.
    """
    paths = named_paths(source)
    if not paths:
        kind = type(source).__name__
        raise UsageError(
            message("documents are a file, a folder, or a list of these, not {type}", type=kind)
        )
    return paths
