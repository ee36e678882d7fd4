"""What a mapping does not know: numbers in a document at keys that no expression names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from ...model.mappings import DocumentMapping

_QUOTED = re.compile(r'"([^"]+)"')
_NAMES = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMERIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?", re.ASCII)
#: So many are named; a document of another kind would have hundreds.
_MOST = 50


def unread_places(content: Any, mapping: DocumentMapping) -> tuple[str, ...]:
    """Return the places of numbers whose keys the mapping neither reads nor leaves out on purpose.

    >>> from shopscore.model.mappings import Cell, Figure
    >>> total = Figure("total", "total", {"points": Cell("data.score")})
    >>> mapping = DocumentMapping("d", "d", "d", "data", figures=(total,))
    >>> unread_places({"data": {"score": 4.7, "bonus": [{"points": 1}]}}, mapping)
    ('data.bonus[].points',)
    """
    known = _known(mapping)
    places: dict[str, None] = {}
    for key, place in _numbers(content, "", ""):
        if key not in known and place not in places:
            places[place] = None
            if len(places) == _MOST:
                break
    return tuple(places)


@cache
def _names_in(expressions: tuple[str, ...]) -> frozenset[str]:
    names: set[str] = set()
    for text in expressions:
        names.update(_NAMES.findall(text), _QUOTED.findall(text))
    return frozenset(names)


def _known(mapping: DocumentMapping) -> frozenset[str]:
    return _names_in(mapping.expressions) | frozenset(mapping.unread)


def _numbers(content: Any, key: str, place: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the last key and the place of every number below some content."""
    if depth > 40:
        return
    if isinstance(content, dict):
        for name, below in content.items():
            yield from _numbers(below, name, f"{place}.{name}" if place else name, depth + 1)
    elif isinstance(content, list):
        for below in content:
            yield from _numbers(below, key, f"{place}[]", depth + 1)
    elif _is_number(content):
        yield key, place


def _is_number(content: Any) -> bool:
    if isinstance(content, str):
        return _NUMERIC.fullmatch(content.strip()) is not None
    return isinstance(content, int | Decimal) and not isinstance(content, bool)
