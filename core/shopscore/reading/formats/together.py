"""Small texts of one kind are split together: a call to polars costs as much as their cells.

Texts stand below each other then, as if they were one. What is odd in such a text is not looked
for: its halves are split by themselves, and what is odd alone is left to who reads a single text.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from .columns import Columns, Splitting, parse


class SmallText(NamedTuple):
    """A small text as far as its header, and what is below it; and how that is split."""

    above: bytes
    below: bytes
    how: Splitting


def split_together(
    texts: Sequence[bytes], how: Splitting, positions: Sequence[int]
) -> list[Columns | None]:
    r"""Return some columns of every text; None of one that is to be read by itself.

    >>> texts = [b"1,a\n2,b", b"3,c\n", b"", b'4,"']
    >>> found = split_together(texts, Splitting(",", "utf-8", 2, 2), [1])
    >>> [columns and columns.frame.rows() for columns in found]
    [[('a',), ('b',)], [('c',)], None, None]
    """
    if len(texts) < 2:
        return [None] * len(texts)
    found = _below_each_other([text.rstrip(b"\r\n") for text in texts], how, positions)
    if found is not None:
        return found
    half = len(texts) // 2
    return [
        columns
        for part in (texts[:half], texts[half:])
        for columns in split_together(part, how, positions)
    ]


def _below_each_other(
    texts: Sequence[bytes], how: Splitting, positions: Sequence[int]
) -> list[Columns | None] | None:
    """Return the columns of texts that are split as one; None where anything in them is odd.

    A quote that is open at the end of a text would go on in the next one; a row that is wider than
    all that are known may be too wide for its file.
    """
    counts = [_rows(text) for text in texts]
    if None in counts:
        return None
    found = parse(io.BytesIO(b"\n".join(filter(None, texts))), how, positions)
    ends = [*accumulate((count or 0 for count in counts), initial=0)]
    if found is None or found.broken or len(found.frame) != ends[-1]:
        return None
    if found.widths.max(initial=0) > how.widest:
        return None
    return [
        _part(found, *place, plain=b'"' not in text) if text else None
        for place, text in zip(pairwise(ends), texts, strict=True)
    ]


def _rows(text: bytes) -> int | None:
    """Return how many rows a text has without blank lines; None where a quote is not closed."""
    outside = text.split(b'"')[::2]
    if text.count(b'"') % 2:
        return None
    return sum(part.count(b"\n") for part in outside) + 1 if text else 0


def _part(found: Columns, start: int, end: int, *, plain: bool) -> Columns:
    surplus = {row - start: cells for row, cells in found.surplus.items() if start <= row < end}
    return Columns(found.frame[start:end], found.widths[start:end], surplus, plain, broken=False)
