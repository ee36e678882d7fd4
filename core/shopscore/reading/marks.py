"""Marks: what people and programs put around a cell so that no spreadsheet changes it."""

from __future__ import annotations

import polars as pl

#: Around a cell: blanks of all kinds, tabs, the marks of byte order and of no width.
_AROUND = " \t\r\n\v\f\u00a0\u3000\u200b\ufeff"
#: Before a text, so that it is no number: ``'``, a backtick, ``=``, quotes of all forms.
_QUOTES = "'`´\"‘’“”＇｀"
_POINT_ZERO = r"^(\d+)\.0+$"
#: What consoles write where there is nothing, and cells that are masked altogether.
_NOTHING = r"^(?:[-–—]+|/|\*+|null|NULL|None|nan|NaN|<NA>)$"


def without_marks(cells: pl.Series) -> pl.Series:
    r"""Return text cells without blanks around them, ``="…"``, and a mark in front.

    >>> without_marks(pl.Series(['="6921"', "'6922", "\t`6923 ", "6924"])).to_list()
    ['6921', '6922', '6923', '6924']
    """
    cells = cells.str.strip_chars(_AROUND)
    marked = cells.str.slice(0, 1).is_in(["=", "＝", *_QUOTES])
    if not marked.any():
        return cells
    bare = cells.str.strip_chars_start(f"=＝{_QUOTES}").str.strip_chars_end(_QUOTES)
    return bare.str.strip_chars(_AROUND).zip_with(marked, cells)


def without_nothing(cells: pl.Series) -> pl.Series:
    """Return cells in which what stands for nothing is null.

    >>> without_nothing(pl.Series(["-", "", "nan", "6921"])).to_list()
    [None, None, None, '6921']
    """
    nothing = cells.str.contains(_NOTHING) | (cells == "")
    return cells.set(nothing, None) if nothing.any() else cells


def without_point_zero(cells: pl.Series) -> pl.Series:
    """Return whole numbers without the decimals that a program wrote behind them.

    >>> without_point_zero(pl.Series(["6924.0", "6.50", "x.0"])).to_list()
    ['6924', '6.50', 'x.0']
    """
    if not cells.str.contains(".0", literal=True).any():
        return cells
    return cells.str.replace(_POINT_ZERO, "$1")
