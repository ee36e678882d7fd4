"""Separators: what stands between the cells of a text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from itertools import islice

#: The number of records that are looked at for a header, and for a separator.
HEAD = 20

#: Finds the separator in the first part of a text.
FindSeparator = Callable[[str], str]

_SEPARATORS = (",", "\t", ";")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_GLUED = re.compile(r"\t+(?=[,;])|(?<=[,;])\t+")


def separator_by_header(sample: str, names: Collection[str]) -> str:
    r"""Return the separator that shows most of the known names in the first record.

    >>> separator_by_header("shop_id;order_id\nS1;1,5\n", ("shop_id", "order_id"))
    ';'
    """

    def count(separator: str) -> int:
        records = csv.reader(_lines(sample), delimiter=separator)
        try:
            return sum(cell.strip() in names for cell in next(filter(None, records), []))
        except csv.Error:  # a huge cell, of which others complain
            return 0

    return max(_SEPARATORS, key=count)


def separator_by_widths(sample: str) -> str:
    r"""Return the separator that splits most of the first records into equally many cells.

    Tabs that are glued to the cells of a CSV file do not count.

    >>> separator_by_widths("id;name\n1;a,b\n"), separator_by_widths("id,name\n1\t,a\t\n2\t,b\t\n")
    (';', ',')
    """
    best = (0, 0, ",")
    for separator in _SEPARATORS:
        lines = map(_unglued, _lines(sample)) if separator == "\t" else _lines(sample)
        widths = Counter[int]()
        try:
            for cells in islice(csv.reader(lines, delimiter=separator, strict=True), HEAD):
                widths[len(cells)] += len(cells) > 1
        except csv.Error:  # told by the records before
            pass
        count, width = max(((n, width) for width, n in widths.items()), default=(0, 0))
        if count and (count, width) > best[:2]:
            best = (count, width, separator)
    return best[2]


def _lines(text: str) -> Iterator[str]:
    """Yield lines with their ends, none before it is asked for."""
    return (line[0] for line in _LINE.finditer(text))


def _unglued(line: str) -> str:
    bare, changed = _GLUED.subn("", line)
    return bare.strip("\t\r\n") if changed else line
