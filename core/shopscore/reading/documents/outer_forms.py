"""Outer forms: the JSON in a file, whatever was wrapped around it when it was saved."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ...errors import InputError, not_given
from ...messages import Message, message
from ...value_classes import frozen
from ..files import refuse_no_file

#: A document is at most so large, also out of an archive: consoles answer with kilobytes.
MOST_BYTES = 1 << 28

#: How JSONP begins: with the name of the function that is called.
_CALL = re.compile(r"(?:/\*.*?\*/\s*)?[\w.$]+\s*\(", re.DOTALL)
#: How a gzip file begins.
GZIP = b"\x1f\x8b"
_BOM = "\ufeff"


@frozen(eq=False)
class Answer:
    """The content of one answer, the file that it was saved in, and what was asked for.

    ``asked`` is known of answers in HAR files: ``{"path": […], "query": {…}, "body": …}``.
    """

    content: Any
    label: str
    asked: Mapping[str, Any] | None = None


def open_answers(path: Path, label: str) -> tuple[Answer, ...]:
    """Open a file: the answer that it holds, or those of a HAR file.

    Numbers with a decimal point become decimals, which are exact.

    Raises:
        InputError: where it cannot be read, or is no JSON; the message says what it is not.
    """
    refuse_no_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise not_given(label, error) from None
    return answers_of(data, label)


def answers_of(data: bytes, label: str) -> tuple[Answer, ...]:
    """Return the answers in the bytes of a file."""
    text = _text(_unpacked(data, label), label)
    if not text.strip():
        raise InputError(
            message(
                "{file}: empty; an official API answers so (HTTP 204) where it has nothing to say",
                file=label,
            )
        )
    content = _json(text, label)
    entries = _har_entries(content)
    if entries is None:
        return (Answer(content, label),)
    return tuple(_of_entries(entries, label))


def _unpacked(data: bytes, label: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise InputError(_too_large(label))
    if not data.startswith(GZIP):
        return data
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as file:
            unpacked = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise InputError(message("{file}: a damaged gzip file", file=label)) from None
    if len(unpacked) > MOST_BYTES:
        raise InputError(_too_large(label))
    return unpacked


def _too_large(label: str) -> Message:
    return message("{file}: too large for a document of a console", file=label)


def _text(data: bytes, label: str) -> str:
    for encoding in (json.detect_encoding(data), "gb18030"):
        try:
            return data.decode(encoding).removeprefix(_BOM)
        except UnicodeDecodeError:
            continue
    raise InputError(message("{file}: neither UTF-8 nor GB18030; no text", file=label))


class _SaidTwiceError(ValueError):
    """A key that stands twice in an object, with different values."""


def _json(text: str, label: str) -> Any:
    """Return the JSON in a text, from within the call of a function if it is JSONP."""
    try:
        return json.loads(
            _without_halves(_called_with(text)),
            object_pairs_hook=_object,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_number,
        )
    except RecursionError:
        said = message("too deep for a document of a console")
    except _SaidTwiceError as error:
        said = message("{key} stands twice in one object, and not the same", key=str(error))
    except json.JSONDecodeError as error:
        said = message(
            "no JSON (line {line}, column {column}){what}",
            line=error.lineno,
            column=error.colno,
            what=_what_else(text),
        )
    raise InputError(message("{file}: {said}", file=label, said=said))


def _called_with(text: str) -> str:
    """Return what a function is called with, where a text is JSONP; else the text."""
    call = text.strip().removesuffix(";").rstrip()
    if call.endswith(")") and (called := _CALL.match(call)):
        return call[called.end() : -1]
    return text


#: An escape of JSON: a character in two halves, a half alone, or any other.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)


def _without_halves(text: str) -> str:
    r"""Return JSON in which halves of characters, which nobody can write, are replacement marks.

    >>> _without_halves(r'"\ud83d\ude00 \ud83d \\ud83d"')
    '"\\ud83d\\ude00 � \\\\ud83d"'
    """
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: "\ufffd" if len(found[0]) == 6 else found[0], text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object in which no key says two things."""
    made = dict(pairs)
    if len(made) < len(pairs):
        for key, value in pairs:
            if made[key] != value:
                raise _SaidTwiceError(key)
    return made


def _decimal(digits: str) -> Decimal | str:
    """Return a number with a point or an exponent; what no decimal can hold stays a text."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < 1000 else Decimal(digits)


def _no_number(_: str) -> None:
    """Stand for NaN and Infinity, which are no numbers: nothing."""


def _what_else(text: str) -> Message:
    """Return the end of a message: what a text that is no JSON looks like."""
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype html", "<html")):
        return message("; it is a web page: save the answer itself, in the browser's network tool")
    if start.startswith("<"):
        return message("; it is XML")
    return message("")


def _har_entries(content: Any) -> list[Any] | None:
    """Return the entries of a HAR file; None where it is none."""
    log = content.get("log") if isinstance(content, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    return entries if isinstance(entries, list) else None


def _of_entries(entries: Iterable[Any], label: str) -> Iterator[Answer]:
    """Yield the answers of a HAR file that are JSON; pictures and scripts are left out."""
    for place, entry in enumerate(entries, start=1):
        text = _body_of_entry(entry)
        if text is None:
            continue
        try:
            content = _json(text, label)
        except InputError:
            continue
        yield Answer(content, f"{label}#{place}", _asked_of(entry))


def _body_of_entry(entry: Any) -> str | None:
    body = _at(entry, "response", "content")
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        return None
    if body.get("encoding") != "base64":
        return text.removeprefix(_BOM)
    try:
        return _text(base64.b64decode("".join(text.split()), validate=True), "")
    except (ValueError, InputError):
        return None


def _asked_of(entry: Any) -> Mapping[str, Any] | None:
    """Return what a request asked for: the parts of its address, and its body."""
    url = _at(entry, "request", "url")
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    query = {name: _value(text) for name, text in parse_qsl(parts.query)}
    body = _at(entry, "request", "postData", "text")
    return {
        "host": parts.netloc,
        "path": [unquote(part) for part in parts.path.split("/") if part],
        "query": query,
        "body": _value(body) if isinstance(body, str) else None,
    }


def _value(text: str) -> Any:
    """Return the JSON or the form that a text of a request is, else the text."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _json(text, "")
        except InputError:
            return text
    if "=" in text:
        return {name: _value(value) for name, value in parse_qsl(text)} or text
    return text


def _at(content: Any, *keys: str) -> Any:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content
