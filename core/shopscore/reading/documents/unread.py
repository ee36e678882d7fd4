"""What a mapping does not know: numbers in a document at places that no expression reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jmespath import compile as compile_expression

from ...model.mappings import DocumentMapping
from .cells import is_missing

#: The keys that lead to a value, without the lists between them; ``*`` is any key.
Path = tuple[str, ...]

_NUMERIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?", re.ASCII)
#: So many are named; a document of another kind would have hundreds.
_MOST = 50


def unread_places(content: Any, mapping: DocumentMapping) -> tuple[str, ...]:
    """Return the places of numbers that a mapping neither reads nor leaves out on purpose.

    >>> from shopscore.model.mappings import Cell, Figure
    >>> total = Figure("total", "total", {"points": Cell("data.score")})
    >>> mapping = DocumentMapping("d", "d", "d", "data", figures=(total,))
    >>> unread_places({"data": {"score": 4.7, "bonus": [{"score": 1}]}}, mapping)
    ('data.bonus[].score',)
    """
    known = _paths_of(mapping)
    any_key = tuple(path for path in known if "*" in path)
    places: dict[str, None] = {}
    for path, place in _numbers(content, (), ""):
        if path in known or place in places or any(_fits(path, known) for known in any_key):
            continue
        if not _left_out(path, mapping.unread):
            places[place] = None
            if len(places) == _MOST:
                break
    return tuple(places)


def identifying_places(mapping: DocumentMapping) -> tuple[str, ...]:
    """Return the places by which a document is recognised.

    >>> identifying_places(DocumentMapping("d", "d", "d", "data.score && data.shop.id && `true`"))
    ('data.score', 'data.shop.id')
    """
    seen: set[Path] = set()
    _read(compile_expression(mapping.identified_by).parsed, frozenset({()}), seen)
    whole = (path for path in seen if not any(_leads_to(path, other) for other in seen))
    return tuple(sorted(".".join(path) for path in whole))


def _leads_to(path: Path, other: Path) -> bool:
    return len(path) < len(other) and other[: len(path)] == path


def _fits(path: Path, known: Path) -> bool:
    return len(path) == len(known) and all(k in ("*", p) for p, k in zip(path, known, strict=True))


def _left_out(path: Path, unread: Iterable[str]) -> bool:
    """Return whether a place is at, or below, one of the keys that are left out."""
    whole = f".{'.'.join(path)}."
    return any(f".{key}." in whole for key in unread)


@lru_cache(maxsize=256)
def _paths_of(mapping: DocumentMapping) -> frozenset[Path]:
    """Return every place that the expressions of a mapping read, in the part of one shop."""
    seen: set[Path] = set()
    top: frozenset[Path] = frozenset({()})
    if not mapping.each:
        refusals = (refusal.when for refusal in mapping.refusals)
        for text in filter(None, (mapping.identified_by, mapping.good, *refusals)):
            _read(compile_expression(text).parsed, top, seen)
    figures = (cell for figure in mapping.figures for cell in figure.cells.values())
    for cell in (*mapping.shop.values(), *figures):
        _read(compile_expression(cell.at).parsed, top, seen)
    for rows in mapping.rows:
        below = _read(compile_expression(rows.at).parsed, top, seen)
        cells = (*rows.cells.values(), *([rows.day] if rows.day else []))
        for text in filter(None, (rows.key, *(cell.at for cell in cells))):
            _read(compile_expression(text).parsed, below, seen)
    return frozenset(seen)


def _read(node: Any, bases: frozenset[Path], seen: set[Path]) -> frozenset[Path]:
    """Return where the values of an expression stand; each key on the way there is seen."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        found = frozenset((*base, node["value"]) for base in bases)
        seen |= found
        return found
    if kind in ("current", "identity", "index", "slice"):
        return bases
    if kind in ("subexpression", "index_expression", "pipe"):
        for child in children:
            bases = _read(child, bases, seen)
        return bases
    if kind.endswith("projection"):
        below = _read(children[0], bases, seen)
        if kind == "value_projection":
            below = frozenset((*base, "*") for base in below)
        for condition in children[2:]:
            _read(condition, below, seen)
        return _read(children[1], below, seen)
    plain = [child for child in children if child["type"] != "expref"]
    found = frozenset().union(*(_read(child, bases, seen) for child in plain))
    for child in children:
        if child["type"] == "expref":
            _read(child["children"][0], found, seen)
    return found


def _numbers(content: Any, path: Path, place: str, depth: int = 0) -> Iterator[tuple[Path, str]]:
    """Yield the keys and the place of every number below some content."""
    if depth > 40:
        return
    if isinstance(content, dict):
        for name, below in content.items():
            there = f"{place}.{name}" if place else name
            yield from _numbers(below, (*path, name), there, depth + 1)
    elif isinstance(content, list):
        for below in content:
            yield from _numbers(below, path, f"{place}[]", depth + 1)
    elif _is_number(content):
        yield path, place


def _is_number(content: Any) -> bool:
    if is_missing(content):
        return False
    if isinstance(content, str):
        return _NUMERIC.fullmatch(content.strip()) is not None
    return isinstance(content, int | Decimal) and not isinstance(content, bool)
