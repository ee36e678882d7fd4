"""TOML text: files of users are read within limits, and numbers are exact.

A file that was not written by hand must not take the process down: what is too large, too deep or
too long is refused before it is parsed.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import InputError, RuleSetError, system_reason
from ..exact.decimals import exact_decimal
from ..messages import Message, message, numbered

#: Rules of a person fit in this; the longest of the built-in ones have 30 KB.
MOST_BYTES = 2**20
#: How deep arrays and inline tables may nest: the parser calls itself for each.
MOST_DEPTH = 32
#: Of how many parts a dotted key may consist: the parser remembers each beginning of it.
MOST_PARTS = 16
#: How long a number or bare key may be: digits are converted in quadratic time.
MOST_LETTERS = 200

#: What matters for the limits. A string or comment is one token, so that what it holds is not
#: looked at; a string that is never closed lasts to the end, and the parser refuses it.
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.|\\\Z)*?(?:"{3,5}|\Z)|'
    r"'''.*?(?:'{3,5}|\Z)|"
    r'"(?:[^"\\\n]|\\[^\n])*"?|'
    r"'[^'\n]*'?|"
    r"\#[^\n]*|"
    r"[A-Za-z0-9_+\-:]+|"
    r"[\[\]{}.=,\n]",
    re.DOTALL,
)

#: Where the parser found a mistake, at the end of what it says.
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)")


def read_text(path: Path) -> str:
    """Return the text of a user's TOML file.

    Raises:
        InputError: where it is no regular file, is too large, or cannot be read as UTF-8.
    """
    try:
        data = _read_bytes(path)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise InputError(message("{file}: {why}", file=path, why=system_reason(error))) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = message("{file}: cannot be read as UTF-8 text: {why}", file=path, why=str(error))
        raise InputError(said) from None


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to would be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read_bytes(path: Path) -> bytes:
    """Return what a regular file holds; a pipe or a device would be read for ever."""
    with open(path, "rb", opener=_open_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError(message("{file}: is not a regular file", file=path))
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        said = message(
            "{file}: is larger than {limit} bytes, which no file of rules or numbers is",
            file=path,
            limit=f"{MOST_BYTES:,}",
        )
        raise InputError(said)
    return data


def parse_toml(text: str, origin: str) -> dict[str, Any]:
    """Parse a document, with exact decimals; raise RuleSetError with the place of a mistake."""
    _check_limits(text, origin)

    def exact(number: str) -> Decimal:
        if (decimal := exact_decimal(number)) is None:
            raise _refusal(origin, unusable_number(number))
        return decimal

    try:
        document = tomllib.loads(text, parse_float=exact)
    except ValueError as error:  # of the parser itself, or of a date that no calendar has
        raise RuleSetError(_invalid(origin, str(error))) from None
    check_numbers(document, origin)
    return document


def _invalid(origin: str, why: str) -> Message:
    """Return what is said of a mistake: the place first, since the parser has English words only."""
    if found := _PLACE.search(why):
        return message(
            "{file}: not valid TOML at line {line}, column {column}: {why}",
            file=origin,
            line=found[1],
            column=found[2],
            why=_PLACE.sub("", why),
        )
    return message("{file}: not valid TOML: {why}", file=origin, why=why)


def unusable_number(number: object) -> Message:
    """Return what is said about a number that is not finite, too large, or too long."""
    return message("{number} is not a number that can be used", number=number)


def check_numbers(value: object, origin: str) -> None:
    """Raise RuleSetError for a number in nested tables that exact arithmetic is not meant for."""
    if isinstance(value, Mapping):
        for item in value.values():
            check_numbers(item, origin)
    elif isinstance(value, list | tuple):
        for item in value:
            check_numbers(item, origin)
    elif type(value) in (int, Decimal) and exact_decimal(str(value)) is None:
        raise _refusal(origin, unusable_number(value))


def _check_limits(text: str, origin: str) -> None:
    """Raise RuleSetError for what the parser would need too much time, memory or depth for."""
    depth, parts, line = 0, 1, 1
    for token in _TOKEN.finditer(text):
        match token[0][0]:
            case "[" | "{":
                depth, parts = depth + 1, 1
            case "]" | "}":
                depth, parts = max(depth - 1, 0), 1
            case "=" | "," | "\n":
                parts = 1
            case ".":
                parts += 1
        said = _beyond(token[0], depth, parts)
        if said is not None:
            raise _refusal(origin, message("line {n}: {said}", n=line, said=said))
        line += token[0].count("\n")


def _beyond(token: str, depth: int, parts: int) -> Message | None:
    if depth > MOST_DEPTH:
        return numbered(
            "arrays and tables are nested deeper than {n} level",
            "arrays and tables are nested deeper than {n} levels",
            MOST_DEPTH,
        )
    if parts > MOST_PARTS:
        return numbered("a key has more than {n} part", "a key has more than {n} parts", MOST_PARTS)
    if len(token) > MOST_LETTERS and token[0] not in "\"'#":
        return message(
            "a number or key of {count} characters, more than {limit}, cannot be used",
            count=len(token),
            limit=MOST_LETTERS,
        )
    return None


def _refusal(origin: str, said: Message) -> RuleSetError:
    return RuleSetError(message("{file}: {said}", file=origin, said=said))
