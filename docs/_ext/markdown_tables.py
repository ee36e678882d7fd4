"""Markdown from values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def code(text: str) -> str:
    """Text as code."""
    return f"`{text}`"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; None is an empty cell."""
    lines = [_line(head), _line(["---"] * len(head)), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Sequence[Any]) -> str:
    texts = ("" if c is None else str(c).replace("|", "\\|").replace("\n", " ") for c in cells)
    return f"| {' | '.join(texts)} |"
