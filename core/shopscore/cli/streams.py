"""Standard output and standard error: of any encoding, full, or closed."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import TextIO

from ..errors import system_reason
from ..messages import message
from .escaping import json_escape, shown_document, shown_lines

#: Signs of tables and messages that have a likeness in ASCII; others are escaped.
_PLAIN = {
    "–": "-", "−": "-", "…": "...", "×": "x", "·": "|", "≥": ">=", "≤": "<=", "→": "->",
    "“": '"', "”": '"', "’": "'", "：": ":", "，": ",", "；": ";", "（": "(", "）": ")",
}  # fmt: skip
_FOR_PEOPLE = "shopscore.people"
_FOR_PROGRAMS = "shopscore.programs"

#: What fails when standard output is full, or gone.
_OF_OUTPUT = {errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT}


def open_streams() -> None:
    """Make both streams take any text; where one is closed, have something in its place.

    Whatever is written to a closed standard output fails, so that nothing is lost without a word;
    a closed standard error takes everything and keeps nothing.
    """
    codecs.register_error(_FOR_PEOPLE, _likeness)
    codecs.register_error(_FOR_PROGRAMS, _escaped)
    if sys.stdout is None:
        sys.stdout = _open_instead(1, os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _open_instead(2, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_FOR_PEOPLE)


def close_streams() -> None:
    """Write what is left, so that the end of the process has nothing to complain about."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            abandon(stream)


def abandon(stream: TextIO) -> None:
    """Let a stream whose reader is gone, or that is full, lead nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # it is no file at all
        return


def print_lines(text: str) -> None:
    """Print lines for a person on standard error; where that cannot be, they are lost."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        abandon(sys.stderr)


def print_document(text: str) -> None:
    """Print JSON or TOML on standard output; what its encoding lacks is escaped as JSON does."""
    _print(shown_document(text), _FOR_PROGRAMS)


def print_cells(text: str) -> bool:
    """Print CSV on standard output, as it is unless that is a terminal.

    Returns whether its encoding has all characters; others are escaped.
    """
    if sys.stdout.isatty():
        text = shown_lines(text.replace("\r\n", "\n"))
    return _print(text, "backslashreplace")


def print_bytes(data: bytes) -> None:
    """Write bytes to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def output_failure(error: OSError) -> str:
    """Return what to say of an error that nobody foresaw; most are of standard output."""
    reason = system_reason(error)
    if error.errno in _OF_OUTPUT and error.filename is None:
        return message("standard output: {reason}", reason=reason)
    return reason


def _print(text: str, errors: str) -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    printable = text.encode(encoding, errors).decode(encoding)
    sys.stdout.write(printable)
    sys.stdout.flush()
    return printable == text


def _open_instead(number: int, flags: int) -> TextIO:
    """Return a stream on a closed descriptor, so that no file that is opened later gets it."""
    descriptor = os.open(os.devnull, flags)
    while descriptor < number:
        descriptor = os.open(os.devnull, flags)
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")


def _likeness(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    alike = _PLAIN.get(character) or character.encode("ascii", "backslashreplace").decode()
    return alike, error.start + 1


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json_escape(error.object[error.start]), error.start + 1
