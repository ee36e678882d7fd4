"""Failures of libraries that read files, whatever they raise, as errors of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...errors import InputError


@contextmanager
def translated(make: Callable[[BaseException], InputError]) -> Iterator[None]:
    """Raise what is made of any failure; also of a panic, which is no Exception."""
    try:
        yield
    except InputError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise make(error) from None
