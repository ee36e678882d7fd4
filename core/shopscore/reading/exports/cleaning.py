"""Cleaning: the cells of back-office exports without what spreadsheets glue to them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ...model.layouts import ANY_TIME, ANY_WORD
from ...model.streams import Kind
from ..rows.times import is_never, is_zero, narrow, read_times
from .amounts import plain_numbers

#: Around a cell: blanks of all kinds, tabs, the marks of byte order and of no width.
_AROUND = " \t\r\n\v\f\u00a0\u3000\u200b\ufeff"
#: What consoles write where there is nothing, and cells that are masked altogether.
_NOTHING = r"^(?:[-–—]+|/|\*+|null|NULL|None|nan|NaN)$"
_NUMBERS = ("money", "number", "int")


def clean(cells: pl.Series, kind: Kind, decimal: str | None = None) -> pl.Series:
    r"""Return text cells of an export as the readers of canonical cells expect them.

    >>> import polars as pl
    >>> clean(pl.Series(['="6921"', "'6922", "6923\t", "6924.0", "--"]), "text").to_list()
    ['6921', '6922', '6923', '6924', None]
    >>> clean(pl.Series(["￥1,234.50元"]), "money").to_list()
    ['1234.50']
    """
    cells = _unquote(_trim(cells))
    if kind in _NUMBERS:
        cells = plain_numbers(cells, kind, decimal)
    elif kind == "text" and cells.str.ends_with(".0").any():
        cells = cells.str.replace(r"^(\d+)\.0$", "$1")
    nothing = cells.str.contains(_NOTHING) | (cells == "")
    return cells.set(nothing, None) if nothing.any() else cells


def _trim(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars(_AROUND)


def _unquote(cells: pl.Series) -> pl.Series:
    """Return cells without ``="…"`` and a leading ``'``, which keep a spreadsheet from changing an id."""
    if not cells.str.slice(0, 1).is_in(["=", '"', "'"]).any():
        return cells
    bare = cells.str.replace(r'^=?"([^"]*)"$', "$1").str.replace(r"^(?:=|['\"]+)", "")
    return _trim(bare)


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
