"""One writer at a time: a lock that the kernel frees when its process ends, however it ends."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import BusyError
from ..messages import message
from ..writing import cannot_be_written

LOCK = ".lock"
#: Seconds between two tries for a lock that another process holds.
_PAUSE = 0.05
_HELD = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)


@contextmanager
def only_writer(root: Path, wait: float) -> Iterator[None]:
    """Hold the lock of a ledger; wait so many seconds for another process to let go of it.

    Raises:
        BusyError: where another process still writes by then.
        InputError: where the folder cannot be written.
    """
    path = root / LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise cannot_be_written(path, error) from None
    try:
        _take(handle, root, time.monotonic() + wait)
        yield
    finally:
        os.close(handle)  # which frees the lock


def _take(handle: int, root: Path, until: float) -> None:
    while not _try(handle):
        if time.monotonic() >= until:
            said = message(
                "{ledger}: another process writes to this ledger; try again when it has finished,"
                " or wait longer for it (wait=)",
                ledger=root,
            )
            raise BusyError(said)
        time.sleep(_PAUSE)


def _try(handle: int) -> bool:
    """Return whether the lock could be taken."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD:
            raise
        return False
    return True
