"""Text on its way to a terminal: what would steer it, or hide, is shown as an escape."""

from __future__ import annotations

import re

#: Control characters, marks of direction, ends of lines, and what else cannot be seen.
_LATER = (
    "\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_HIDDEN = re.compile(f"[\x00-\x1f{_LATER}]")
_HIDDEN_IN_DOCUMENT = re.compile(f"[{_LATER}]")
_NAMES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def shown(text: str) -> str:
    r"""Return one line in which every control character and invisible mark is an escape.

    >>> print(shown("S1\x1b[31m\u202e"), shown("店铺 é–"))
    S1\x1b[31m\u202e 店铺 é–
    """
    return _HIDDEN.sub(_escape, text)


def shown_lines(text: str) -> str:
    r"""Return lines as :func:`shown` shows each; they end as before.

    >>> print(shown_lines("a\tb\n\x9b2J"))
    a\tb
    \x9b2J
    """
    return "\n".join(map(shown, text.split("\n")))


def shown_document(text: str) -> str:
    r"""Return JSON or TOML with the same content, in which nothing steers a terminal.

    >>> print(shown_document('{"id": "甲\x9b"}'))
    {"id": "甲\u009b"}
    """
    return _HIDDEN_IN_DOCUMENT.sub(lambda found: json_escape(found[0]), text)


def json_escape(character: str) -> str:
    r"""Return a character as JSON escapes it.

    >>> json_escape("é"), json_escape("😀")
    ('\\u00e9', '\\ud83d\\ude00')
    """
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(rf"\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if code < 0x100:
        return _NAMES.get(character, rf"\x{code:02x}")
    return rf"\u{code:04x}" if code < 0x10000 else rf"\U{code:08x}"
