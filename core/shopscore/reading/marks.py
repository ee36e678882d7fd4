"""Marks: what people and programs put around a cell so that no spreadsheet changes it."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

#: The characters without a shape of their own, Unicode's category Cf: of direction, of no width.
_UNSEEN = (
    *((0x00AD, 0x00AD), (0x0600, 0x0605), (0x061C, 0x061C), (0x06DD, 0x06DD), (0x070F, 0x070F)),
    *((0x0890, 0x0891), (0x08E2, 0x08E2), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E)),
    *((0x2060, 0x2064), (0x2066, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB)),
    *((0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3)),
    *((0x1D173, 0x1D17A), (0xE0001, 0xE0001), (0xE0020, 0xE007F)),
)
#: Around a cell: blanks of all kinds, tabs, and what nobody sees.
_BLANKS = " \t\r\n\v\f"
_AROUND = f"{_BLANKS}\u00a0\u3000" + "".join(
    chr(code) for first, last in _UNSEEN for code in range(first, last + 1)
)
#: Before a text, so that it is no number: ``'``, a backtick, ``=``, quotes of all forms.
_QUOTES = "'`´\"‘’“”＇｀"
_POINT_ZERO = r"^(\d+)\.0+$"
#: What consoles and programs write where there is nothing, and cells that are masked altogether.
_NOTHING = r"^(?:[-–—]+|/|\*+|null|NULL|None|nan|NaN|NaT|<NA>|N/A|无|暂无|暂无数据)$"
_NOT_BARE = rf"^[{_AROUND}=＝{_QUOTES}]|[{_AROUND}]$|^$|{_NOTHING}"
#: So many cells are looked at before all others: those of a column are alike.
FIRST = 64


def without_marks(cells: pl.Series) -> pl.Series:
    r"""Return text cells without blanks around them, ``="…"``, and a mark in front.

    >>> without_marks(pl.Series(['="6921"', "'6922", "\t`6923 ", "6924"])).to_list()
    ['6921', '6922', '6923', '6924']
    """
    cells = without_blanks(cells)
    marked = cells.str.slice(0, 1).is_in(["=", "＝", *_QUOTES])
    if not marked.any():
        return cells
    bare = cells.str.strip_chars_start(f"=＝{_QUOTES}").str.strip_chars_end(_QUOTES)
    return without_blanks(bare).zip_with(marked, cells)


def without_blanks(cells: pl.Series) -> pl.Series:
    r"""Return text cells without blanks and invisible marks around them.

    >>> without_blanks(pl.Series(["\u202d6921\u202c", "\u3000甲店\u200e"])).to_list()
    ['6921', '甲店']
    """
    ascii = cells.str.len_bytes().sum() == cells.str.len_chars().sum()
    return cells.str.strip_chars(_BLANKS if ascii else _AROUND)  # the shorter, the faster


def are_bare(cells: pl.Series) -> bool:
    r"""Return whether no cell has anything around it, or a mark, or stands for nothing.

    That is asked in one pass.

    >>> are_bare(pl.Series(["6921", None, "甲店"])), are_bare(pl.Series(["6921\t"]))
    (True, False)
    """
    return not any(part.str.contains(_NOT_BARE).any() for part in (cells.head(FIRST), cells))


def is_nothing(cells: pl.Series) -> pl.Series:
    """Return which cells of text stand for nothing.

    >>> is_nothing(pl.Series(["-", "", "无", "6921"])).to_list()
    [True, True, True, False]
    """
    cell = pl.first()
    nothing = cell.str.contains(_NOTHING) | (cell == "")
    return cells.to_frame().select(nothing.fill_null(False)).to_series()


def without_nothing(cells: pl.Series, words: Collection[str] = ()) -> pl.Series:
    """Return cells in which what stands for nothing is null, but for ``words`` that say something.

    >>> without_nothing(pl.Series(["-", "", "nan", "6921"])).to_list()
    [None, None, None, '6921']
    """
    nothing = is_nothing(cells)
    if words and nothing.any():
        nothing &= ~cells.is_in([*words]).fill_null(False)
    return cells.set(nothing, None) if nothing.any() else cells


def without_point_zero(cells: pl.Series) -> pl.Series:
    """Return whole numbers without the decimals that a program wrote behind them.

    >>> without_point_zero(pl.Series(["6924.0", "6.50", "x.0"])).to_list()
    ['6924', '6.50', 'x.0']
    """
    if not cells.str.contains(".0", literal=True).any():
        return cells
    return cells.str.replace(_POINT_ZERO, "$1")
