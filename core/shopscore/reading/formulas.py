"""Cells that a spreadsheet takes for formulas: marked where they are written, unmarked where read.

The mark is a ``'`` in front. Spreadsheets for Chinese and Japanese take the wide signs as well.
"""

from __future__ import annotations

import re

import polars as pl

#: The column that a quarantine puts before a file's own: a file that has it has marked cells.
REASON = "set_aside_because"

_FORMULA = "[=+\\-@\t\r\n＝＋－＠]"
#: What begins like a formula and is a number, or a difference in percent.
_NUMBER = r"[+-][0-9]+(?:\.[0-9]+)?%?"
_MARKED = f"'('*{_FORMULA})"

_RISKY = re.compile(rf"(?!(?:{_NUMBER})\Z){_FORMULA}|{_MARKED}")


def guard(name: str) -> pl.Expr:
    """Return a column of text in which no cell starts a formula."""
    cell = pl.col(name)
    formula = cell.str.contains(f"^{_FORMULA}") & ~cell.str.contains(f"^{_NUMBER}$")
    return pl.when(formula).then("'" + cell).otherwise(cell).alias(name)


def mark(cell: str) -> str:
    """Return a cell that starts no formula, and that :func:`unmark` turns back into this one.

    >>> [mark(cell) for cell in ("=1+1", "-5", "'=1+1", "'007", "+2.50%")]
    ["'=1+1", '-5', "''=1+1", "'007", '+2.50%']
    """
    return f"'{cell}" if _RISKY.match(cell) else cell


def unmark(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of text without the marks of :func:`mark`."""
    return frame.with_columns(pl.col(pl.String).str.replace(f"^{_MARKED}", "$1"))
