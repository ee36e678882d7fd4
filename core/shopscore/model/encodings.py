"""Encodings of text, by the names that layouts and web pages state."""

from __future__ import annotations

import codecs
import string

#: What every table is made of, and more than a name of a host may have; what is an escape to one.
_PLAIN = f"{string.ascii_letters}{string.digits} ,;+\t\"'\r\n"
_ESCAPE = r"\u0041"
#: Encodings in other units than bytes.
_WIDE = ("utf-16", "utf-32")


def find_encoding(name: str) -> str | None:
    r"""Return the codec that is called so; None where none is, or it is not for text with tables.

    Such an encoding keeps ASCII as it is, or is UTF-16 or UTF-32.

    >>> find_encoding("SJIS"), find_encoding("UTF-16LE")
    ('shift_jis', 'utf-16-le')
    >>> {find_encoding(name) for name in ("klingon", "hex", "idna", "utf-7", "undefined", "a\0b")}
    {None}
    """
    try:
        codec = codecs.lookup(name).name
        plain = _PLAIN.encode(codec).endswith(_PLAIN.encode())  # a byte order mark may be before
        plain = plain and _ESCAPE.encode().decode(codec) == _ESCAPE
    except (LookupError, UnicodeError, ValueError):
        return None
    return codec if plain or codec.startswith(_WIDE) else None
