"""Text that fits a width: lines are wrapped between words, columns of a table share the width.

Widths are in cells of a terminal: a Chinese character takes two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from rich.cells import cell_len, chop_cells

from ..value_classes import frozen

#: Between two columns of a table.
GAP = 2
#: Prose is not wrapped to less than this, where it is longer.
PROSE = 12
#: A heading without blanks is not broken, where it is no wider than this.
SHORT = 8
#: The columns that begin each line take at most this share of the width.
FIRST = 0.5
#: Cells of these say nothing.
NOTHING = ("", "–")
#: No line begins with these, and none ends with the others.
_CLOSING = "，。、；：！？）》」』”’,.;:!?)]%…"
_OPENING = "（《「『“‘(["
#: Where a long id may be broken: never within a number or date.
_WITHIN = re.compile(r"(?<=[_/.,:=\-\\])(?=\D)")


@frozen
class Column:
    """A column of a table: its heading and its cells; the cells of numbers are never broken.

    Nor are those of ``whole`` columns. ``usual`` are cells that say nothing, in addition to empty
    ones.
    """

    head: str
    cells: tuple[str, ...]
    number: bool = False
    usual: tuple[str, ...] = ()
    whole: bool = False

    @property
    def natural(self) -> int:
        """The width in which nothing is wrapped."""
        return max(cell_len(text) for text in (self.head, *self.cells))

    @property
    def least(self) -> int:
        """The width in which no word is broken, and no number."""
        return self._not_less_than(_longest(self.cells))

    @property
    def empty(self) -> bool:
        """Whether nothing stands in any cell."""
        return bool(self.cells) and {*self.cells} <= {*NOTHING}

    @property
    def silent(self) -> bool:
        """Whether no cell says anything but the usual."""
        return bool(self.cells) and {*self.cells} <= {*NOTHING, *self.usual}

    def broken(self, most: int) -> int:
        """Return the least width in which long ids are broken where they may be."""
        pieces = (piece for cell in self.cells for piece in _WITHIN.split(cell))
        return min(self.least, self._not_less_than(max(most, _longest(pieces))))

    def _not_less_than(self, words: int) -> int:
        """Return the width of words, but enough for numbers, headings and a few words of prose."""
        longest = max(map(cell_len, self.cells), default=0)
        unbroken = self.number or self.whole
        cells = longest if unbroken else max(words, min(longest, PROSE))
        short = " " not in self.head and cell_len(self.head) <= SHORT
        return max(cells, cell_len(self.head) if short else _longest((self.head,)))


def _longest(texts: Iterable[str]) -> int:
    return max(map(_longest_atom, texts), default=0)


@cache
def _longest_atom(text: str) -> int:
    return max(map(cell_len, _atoms(text)), default=0)


def wrap(text: str, width: int) -> list[str]:
    """Return a text as lines of at most some width; only a word that is longer is broken.

    >>> wrap("Replies within three minutes", 16)
    ['Replies within', 'three minutes']
    >>> wrap("三分钟人工响应率", 10)
    ['三分钟人工', '响应率']
    """
    if cell_len(text) <= width:
        return [text.rstrip(" ")]
    lines, line = [], ""
    for atom in _pieces(text, width):
        if cell_len(line + atom.rstrip(" ")) <= width:
            line += atom
            continue
        lines.append(line.rstrip(" "))
        line = atom.lstrip(" ")
    return [*lines, line.rstrip(" ")]


def wrap_items(text: str, width: int, between: str = " · ") -> list[str]:
    """Return items as lines of at most some width; only an item that is longer is wrapped.

    >>> wrap_items("S1 · food · current Above Standard", 16)
    ['S1 · food', 'current Above', 'Standard']
    """
    lines, line = [], ""
    for item in text.split(between):
        longer = f"{line}{between}{item}" if line else item
        if cell_len(longer) <= width:
            line = longer
            continue
        lines += [line] if line else []
        *wrapped, line = wrap(item, width)
        lines += wrapped
    return [*lines, line]


def indented(text: str, width: int) -> list[str]:
    """Return a line as lines of at most some width, each as far from the edge as the first."""
    body = text.lstrip(" ")
    edge = " " * (len(text) - len(body))
    return [edge + line for line in wrap(body, max(width - len(edge), 1))]


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield parts between which a line may end, none wider than the width."""
    for atom in _atoms(text):
        if cell_len(atom) <= width:
            yield atom
            continue
        for part in _WITHIN.split(atom):
            yield from chop_cells(part, width) if cell_len(part) > width else (part,)


@cache
def _wide(char: str) -> bool:
    return cell_len(char) == 2


def _atoms(text: str) -> Iterator[str]:
    """Yield blanks, words, and Chinese characters with the punctuation that belongs to them."""
    atom = ""
    for char in text:
        if atom and _may_break(atom[-1], char):
            yield atom
            atom = ""
        atom += char
    if atom:
        yield atom


def _may_break(before: str, after: str) -> bool:
    if " " in (before, after):
        return before != after
    wide = _wide(before) or _wide(after)
    return wide and after not in _CLOSING and before not in _OPENING and cell_len(after) > 0


def fit(columns: Sequence[Column], width: int, keys: int = 1) -> list[list[tuple[Column, int]]]:
    """Return the columns with their widths, so that they fit; in several blocks where they must.

    What makes them fit, in this order: empty columns are left out, the widest columns are wrapped,
    long ids are broken, columns are left out that say nothing but the usual, and what is still too
    much goes into further blocks, each with the first columns, the ``keys`` by which a line is known.
    """
    shown = list(columns)
    if _sum(c.natural for c in shown) > width:
        shown = [*columns[:keys], *(c for c in columns[keys:] if not c.empty)]
    telling = [*shown[:keys], *(c for c in shown[keys:] if not c.silent)]
    for some in (shown, telling):
        for least in ([c.least for c in some], _broken(some, width)):
            if _sum(least) <= width:
                natural = [max(c.natural, low) for c, low in zip(some, least, strict=True)]
                return [list(zip(some, _share(natural, least, width), strict=True))]
    return list(_blocks(telling, _broken(telling, width), width, keys))


def _broken(columns: Sequence[Column], width: int) -> list[int]:
    return [c.broken(width // 6) for c in columns]


def _sum(widths: Iterable[int]) -> int:
    listed = list(widths)
    return sum(listed) + GAP * (len(listed) - 1)


def _share(natural: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """Return widths that fit: the widest are cut down first."""
    for most in range(max(natural), -1, -1):
        widths = [min(n, max(low, most)) for n, low in zip(natural, least, strict=True)]
        if _sum(widths) <= width:
            return widths
    return list(least)


def _blocks(
    columns: Sequence[Column], least: Sequence[int], width: int, keys: int
) -> Iterator[list[tuple[Column, int]]]:
    """Yield blocks of columns, each with the keys first, as many in each as fit."""
    most = int(width * FIRST)
    each = (most - GAP * (keys - 1)) // keys
    lows = [min(low, each) for low in least[:keys]]
    first = _spread(list(zip(columns[:keys], lows, strict=True)), most)
    room = width - _sum(w for _, w in first) - GAP
    block: list[tuple[Column, int]] = []
    for column, low in zip(columns[keys:], least[keys:], strict=True):
        if block and _sum([*(w for _, w in block), low]) > room:
            yield [*first, *_spread(block, room)]
            block = []
        block.append((column, min(low, room)))
    yield [*first, *_spread(block, room)]


def _spread(block: Sequence[tuple[Column, int]], room: int) -> list[tuple[Column, int]]:
    """Return the columns of a block with widths that use the room."""
    columns, least = [c for c, _ in block], [low for _, low in block]
    natural = [max(c.natural, low) for c, low in block]
    return list(zip(columns, _share(natural, least, room), strict=True)) if block else []


def lines_of(block: Sequence[tuple[Column, int]]) -> Iterator[list[list[str]]]:
    """Yield the lines of each row of a block, the heading first: a padded text per column."""
    rows = zip(*(c.cells for c, _ in block), strict=True)
    for row in ([c.head for c, _ in block], *rows):
        wrapped = [wrap(cell, w) for cell, (_, w) in zip(row, block, strict=True)]
        height = max(map(len, wrapped))
        yield [
            [
                _padded(cell[line] if line < len(cell) else "", width, column.number)
                for cell, (column, width) in zip(wrapped, block, strict=True)
            ]
            for line in range(height)
        ]


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks
