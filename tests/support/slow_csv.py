"""CSV text read character by character, from the rules: slow, and by other code than the package's.

A quote opens a cell at its beginning only, and two of them within are one. A record ends at a line
end outside quotes. What follows a closing quote belongs to the cell. Blank lines are none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CODE = re.compile(r'\s*"*[A-Za-z_-]{0,12}[0-9][0-9 .,:/+-]*"*\s*')


class Slow(NamedTuple):
    """A record: the line it begins on, its lines, its cells, and whether its quotes are in order."""

    line: int
    lines: list[str]
    cells: list[str]
    sound: bool


class NeverClosedError(Exception):
    """A quote is opened and never closed, on this line."""


def records(text: str, separator: str = ",") -> list[Slow]:
    found, at, line = list[Slow](), 0, 1
    while at < len(text):
        start, cells, sound = at, [""], True
        quoted = False  # within quotes
        fresh, closed = True, False  # at the beginning of a cell; behind a closing quote
        while at < len(text):
            sign = text[at]
            at += 1
            if quoted:
                if sign == '"' and text[at : at + 1] == '"':
                    cells[-1] += '"'
                    at += 1
                elif sign == '"':
                    quoted, closed = False, True
                else:
                    cells[-1] += sign
            elif sign == '"' and fresh:
                quoted, fresh = True, False
            elif sign == separator:
                cells.append("")
                fresh, closed = True, False
            elif sign in "\r\n":
                if sign == "\r" and text[at : at + 1] == "\n":
                    at += 1
                break
            else:
                sound = sound and not closed
                cells[-1] += sign
                fresh, closed = False, False
        if quoted:
            raise NeverClosedError(line)
        lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text[start:at])
        if text[start:at].strip("\r\n"):
            found.append(Slow(line, lines, cells, sound))
        line += len(lines)
    return found
