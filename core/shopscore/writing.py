"""Files that appear whole or not at all: written beside their place, then renamed.

A process that is killed while it writes leaves a hidden file ``.shopscore-….part`` at most. Where
it is only interrupted, or the disk is full, nothing is left, and what was there before stays.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import InputError, system_reason
from .messages import message

_PART = re.compile(r"\.shopscore-[0-9a-f]{8}\.part")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a file to be written, which takes the place of another when the block is left.

    Links are followed, and the permissions of a file that is there are kept. What is no regular
    file, such as ``/dev/null`` or a pipe, is yielded itself.

    Raises:
        InputError: naming the file where it cannot be written.
    """
    with _translated(path):
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            _refuse_folder(target)
            yield target
            return
        mode = _mode_of(target)
        part = _beside(target)
        try:
            _make(part, mode)
            yield part
            if mode is not None:
                part.chmod(mode)
            _sync(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to be filled; its content appears at a path where nothing lies yet.

    Raises:
        InputError: where files lie there already, or none can be written.
    """
    refuse_filled_folder(path)
    with _translated(path), folders_above(path):
        target = Path(os.path.realpath(path))
        there = target.is_dir()
        part = target / _beside(target).name if there else _beside(target)
        try:
            part.mkdir()
            yield part
            for file in part.rglob("*"):
                if file.is_file():
                    _sync(file)
            refuse_filled_folder(path)
            if there:
                _move_content(part, target)
            else:
                part.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def folders_above(path: Path) -> Iterator[None]:
    """Make the folders above a path; take them away again where the block fails.

    Raises:
        InputError: where they cannot be made.
    """
    missing = [folder for folder in path.parents if not folder.exists()]
    with _translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
        raise


def refuse_filled_folder(path: Path) -> None:
    """Raise where a folder holds anything that a killed process has not left; or is none."""
    with _translated(path):
        if path.exists() and any(not _PART.fullmatch(one.name) for one in path.iterdir()):
            raise InputError(
                message(
                    "{folder}: exists already, and is not empty; nothing was written: name a new"
                    " folder",
                    folder=path,
                )
            )


def cannot_be_written(path: Path, error: Exception) -> InputError:
    """Return the error that names a file which cannot be written, and why."""
    reason = system_reason(error)
    return InputError(message("{file}: cannot be written: {reason}", file=path, reason=reason))


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Raise an InputError that names the file where it cannot be written."""
    try:
        yield
    except (
        OSError,
        UnicodeEncodeError,
    ) as error:  # the latter of a name that the system cannot have
        raise cannot_be_written(path, error) from None


def _beside(target: Path) -> Path:
    return target.with_name(f".shopscore-{os.urandom(4).hex()}.part")


def _refuse_folder(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _mode_of(target: Path) -> int | None:
    """Return the permissions of a file, None where there is none; raise for one that is read-only.

    A rename does not ask for them: whoever took away the right to write would lose the file.
    """
    if not target.exists():
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return stat.S_IMODE(target.stat().st_mode)


def _make(part: Path, mode: int | None) -> None:
    """Make an empty file that nobody may read who may not read the one whose place it takes."""
    granted = (
        0o666 if mode is None else mode | 0o600
    )  # its owner writes it, whatever they may later
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, granted))


def _sync(part: Path) -> None:
    """Have a file on the disk before it is renamed: else a crash may leave an empty one."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _move_content(part: Path, target: Path) -> None:
    """Move what is in a folder into another, all of it or nothing."""
    moved: list[Path] = []
    try:
        for one in sorted(part.iterdir()):
            moved.append(target / one.name)
            one.replace(moved[-1])
    except BaseException:
        for one in moved:
            with suppress(OSError):
                one.replace(part / one.name)
        raise
