"""Cleaning: the cells of back-office exports without what spreadsheets glue to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from ...model.layouts import ANY_TIME, ANY_WORD, NO_WORD
from ...model.streams import Kind
from ..marks import are_bare, without_marks, without_nothing, without_point_zero
from ..rows.times import is_never, is_zero, narrow, read_times
from .amounts import are_plain, plain_numbers

_NUMBERS = ("money", "number", "int")


def clean(
    cells: pl.Series, kind: Kind, decimal: str | None = None, words: Collection[str] = ()
) -> pl.Series:
    r"""Return text cells of an export as the readers of canonical cells expect them.

    What stands for nothing is null, unless it is one of ``words``, which a layout lists.

    >>> import polars as pl
    >>> clean(pl.Series(['="6921"', "'6922", "6923\t", "6924.0", "--"]), "text").to_list()
    ['6921', '6922', '6923', '6924', None]
    >>> clean(pl.Series(["￥1,234.50元"]), "money").to_list()
    ['1234.50']
    """
    if kind in _NUMBERS and are_plain(cells):
        return cells
    bare = are_bare(cells)
    if not bare:
        cells = without_marks(cells)
    if kind in _NUMBERS:
        cells = plain_numbers(cells, kind, decimal)
    elif kind == "text":
        cells = without_point_zero(cells)
    return cells if bare else without_nothing(cells, words)


def mark_times(cells: pl.Series, words: Mapping[str, str], form: str | None) -> pl.Series:
    """Return cells of yes or no that are made from times: nothing where one has not come.

    Cells that hold a time become ``*time*``, where the layout lists that among its words.

    >>> cells = pl.Series(["2022-05-10 10:00:00", "1970-01-01 08:00:00", "0", "无", "?"])
    >>> mark_times(cells, {"*time*": "true"}, None).to_list()
    ['*time*', None, None, None, '?']
    """
    if ANY_TIME not in words and ANY_WORD not in words:
        return cells
    plain = narrow(cells)
    seconds = read_times(plain, form).seconds
    never = (is_never(plain) | is_zero(seconds)) & ~cells.is_in(list(words))
    cells = cells.set(never.fill_null(False), None)
    return cells.set(seconds.is_not_null() & ~never, ANY_TIME) if ANY_TIME in words else cells


def translate(cells: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """Return words of a console as canonical values; an empty value is none, ``*`` is any other word.

    An empty word stands for an empty cell.

    >>> import polars as pl
    >>> translate(pl.Series(["仅退款", "换货", "?"]), {"仅退款": "refund_only"}).to_list()
    ['refund_only', '换货', '?']
    >>> translate(pl.Series(["Y", None]), {"Y": "true", "": "false"}).to_list()
    ['true', 'false']
    """
    listed = {word: value or None for word, value in words.items() if word != ANY_WORD}
    if ANY_WORD in words:
        found = cells.replace_strict(
            listed, default=words[ANY_WORD] or None, return_dtype=pl.String
        )
    else:
        found = cells.replace(list(listed), list(listed.values()))
    return found.set(cells.is_null(), listed.get(NO_WORD))


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
