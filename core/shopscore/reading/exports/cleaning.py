"""Cleaning: the cells of back-office exports without what spreadsheets glue to them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ...model.layouts import ANY_WORD
from ...model.streams import Kind
from ..marks import without_marks, without_nothing, without_point_zero

#: Around and within an amount: currencies and separators of thousands.
_AMOUNT = r"[,，¥￥元\s]"
_NUMBERS = ("money", "number", "int")


def clean(cells: pl.Series, kind: Kind) -> pl.Series:
    r"""Return text cells of an export as the readers of canonical cells expect them.

    >>> import polars as pl
    >>> clean(pl.Series(['="6921"', "'6922", "6923\t", "6924.0", "--"]), "text").to_list()
    ['6921', '6922', '6923', '6924', None]
    >>> clean(pl.Series(["￥1,234.50元"]), "money").to_list()
    ['1234.50']
    """
    cells = without_marks(cells)
    if kind in _NUMBERS:
        cells = _without(cells, _AMOUNT)
    elif kind == "text":
        cells = without_point_zero(cells)
    return without_nothing(cells)


def _without(cells: pl.Series, pattern: str) -> pl.Series:
    """Return cells without what a pattern finds; those that have none are not written again."""
    return cells.str.replace_all(pattern, "") if cells.str.contains(pattern).any() else cells


def translate(cells: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """Return words of a console as canonical values; an empty value is none, ``*`` is any other word.

    >>> import polars as pl
    >>> translate(pl.Series(["仅退款", "换货", "?"]), {"仅退款": "refund_only"}).to_list()
    ['refund_only', '换货', '?']
    """
    listed = {word: value or None for word, value in words.items() if word != ANY_WORD}
    if ANY_WORD in words:
        found = cells.replace_strict(
            listed, default=words[ANY_WORD] or None, return_dtype=pl.String
        )
        return found.set(cells.is_null(), None)
    return cells.replace(list(listed), list(listed.values()))


def unlisted(cells: pl.Series, words: Mapping[str, str]) -> pl.Series | None:
    """Return the words that only ``*`` stands for, null elsewhere; None where there is none.

    >>> import polars as pl
    >>> found = unlisted(pl.Series(["少件", "空盒", None]), {"少件": "logistics", "*": "other"})
    >>> found.to_list()
    [None, '空盒', None]
    """
    if ANY_WORD not in words:
        return None
    unknown = cells.is_not_null() & ~cells.is_in([word for word in words if word != ANY_WORD])
    return cells.set(~unknown, None) if unknown.any() else None
