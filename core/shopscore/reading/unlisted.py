"""Words of exports that no list of their layout has, and became "other" or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ..messages import listed, message, numbered
from ..notices import Notice
from ..value_classes import field, frozen

#: Words that a notice names; the books name all.
_NAMED = 10


@frozen
class UnlistedWords:
    """The words of a column that no list has, with the number of usable rows that have each.

    ``header`` is the column of the file, ``taken_as`` what the words became: empty for nothing.
    """

    stream: str
    column: str
    header: str
    taken_as: str
    words: Mapping[str, int] = field(repr=False)

    @property
    def rows(self) -> int:
        """The number of rows that have any of them."""
        return sum(self.words.values())

    def notice(self, metrics: tuple[str, ...] = ()) -> Notice:
        """Return what to know about them, and about the metrics that read the column."""
        named = [
            message("{word} ({rows})", word=word, rows=rows)
            for word, rows in list(self.words.items())[:_NAMED]
        ]
        more = len(self.words) - len(named)
        became = message("“{value}”", value=self.taken_as) if self.taken_as else message("empty")
        said = numbered(
            "{stream}: {n} word of {header} is in no list of the layout, and became {became}:"
            " {words}",
            "{stream}: {n} words of {header} are in no list of the layout, and became {became}:"
            " {words}",
            len(self.words),
            stream=self.stream,
            header=self.header,
            became=became,
            words=listed([*named, *([numbered("{n} more", "{n} more", more)] if more else [])]),
        )
        return Notice("unknown_words", said, stream=self.stream, metrics=metrics)

    def to_dict(self) -> dict[str, Any]:
        """Return the words as they stand in the JSON documents."""
        return {
            "stream": self.stream,
            "column": self.column,
            "header": self.header,
            "taken_as": self.taken_as or None,
            "words": [{"word": word, "rows": rows} for word, rows in self.words.items()],
        }


def count_words(words: pl.Series) -> dict[str, int]:
    """Return how often each word is there, the most frequent first; null is none.

    >>> count_words(pl.Series(["b", None, "a", "b"]))
    {'b': 2, 'a': 1}
    """
    counted = words.drop_nulls().value_counts(name="rows")
    return dict(counted.sort(pl.col("rows"), words.name, descending=[True, False]).iter_rows())
