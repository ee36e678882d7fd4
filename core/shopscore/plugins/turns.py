"""Turns: one thread loads plugins at a time, and a plugin that asks meanwhile is not waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import PluginError
from ..messages import numbered

#: Loading takes a fraction of a second. A thread that waits for longer is probably being waited
#: for itself, by a plugin that is loaded: to wait on would be for ever.
MOST_SECONDS = 10

_lock = threading.RLock()
_here = threading.local()


def loading_here() -> bool:
    """Return whether this thread is loading plugins: then a plugin itself is asking."""
    return getattr(_here, "loading", False)


@contextmanager
def my_turn() -> Iterator[None]:
    """Wait until no other thread loads plugins, and keep others from it.

    Raises:
        PluginError: where another thread does so for too long.
    """
    if not _lock.acquire(timeout=MOST_SECONDS):
        said = numbered(
            "plugins have been loading for {n} second, and one of them may wait for this thread",
            "plugins have been loading for {n} seconds, and one of them may wait for this thread",
            MOST_SECONDS,
        )
        raise PluginError(said)
    try:
        yield
    finally:
        _lock.release()


@contextmanager
def loading() -> Iterator[None]:
    """Take the turn of loading plugins; see :func:`loading_here`."""
    with my_turn():
        _here.loading = True
        try:
            yield
        finally:
            _here.loading = False
