"""Filling columns of a result from numpy arrays, without a Python object per shop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ..composing.comparison import show_percent
from ..exact.columns import CodedColumn, ExactColumn
from ..exact.integers import Integers
from ..exact.rationals import Floats, Mask

#: A word, several, or none.
Word = str | list[str] | None


def repeat(
    value: object, length: int, dtype: pl.DataType | type[pl.DataType] | None = None
) -> pl.Series:
    """Return a column that has one value in every row."""
    return pl.Series([value], dtype=dtype).new_from_index(0, length)


def floats(column: ExactColumn) -> pl.Series:
    """Return the doubles nearest to the values; null where unknown."""
    if not column.known.any():
        return repeat(None, len(column), pl.Float64)
    return masked(column.values.floats(), column.known)


def coded_floats(column: CodedColumn) -> pl.Series:
    """Return the doubles nearest to the values; null where unknown."""
    return pl.Series(column.table.floats()[column.codes], nan_to_null=True)


def masked(values: Floats | Integers, known: Mask) -> pl.Series:
    """Return values as a column; null where they are not known."""
    column = pl.Series(values)
    return column if known.all() else column.set(pl.Series(~known), None)


def words(
    different: Sequence[Word],
    codes: npt.NDArray[np.integer],
    dtype: pl.DataType | type[pl.DataType] = pl.String,
) -> pl.Series:
    """Return a column of words from the position of each row's word among the different ones."""
    table = pl.Series(different, dtype=dtype)
    if len(codes) and (first := int(codes[0])) == codes.max() and first == codes.min():
        return table.new_from_index(first, len(codes))
    return picked(table, codes)


def picked(table: pl.Series, places: npt.NDArray[np.integer]) -> pl.Series:
    """Return what stands in some places of a column; ``gather`` takes four times as long."""
    return table[pl.Series(places.astype(np.uint32))]


def fraction_texts(column: ExactColumn) -> pl.Series:
    """Return fractions in lowest terms as text, ``437/100`` or ``4``; null where unknown."""
    known = column.known
    values = column.values if known.all() else column.values.take(known)
    num, den, wide = values.reduced().apart()
    texts = pl.select(pl.concat_str(pl.lit(pl.Series(num)), pl.lit("/"), pl.lit(pl.Series(den))))
    every = texts.to_series()
    if (den == 1).any():
        every = every.str.strip_suffix("/1")
    own: list[str | None] = []
    places = np.arange(len(num))
    if wide is not None:
        own += [_fraction(n, d) for n, d in zip(wide.num.tolist(), wide.den.tolist(), strict=True)]
        places[wide.rows] = len(num) + np.arange(len(own))
    if len(values) == len(column) and not own:
        return every
    every = every.append(pl.Series([*own, None], dtype=pl.String))
    whole = np.full(len(column), len(every) - 1)
    whole[known] = places
    return picked(every, whole)


def shown_in_percent(kind: str, differences: ExactColumn) -> pl.Series:
    """Return differences in percent as the consoles show them; null where unknown."""
    rows = np.flatnonzero(differences.known)
    shown = pl.Series(show_percent(kind, differences.values.take(rows)), dtype=pl.String)
    places = np.full(len(differences), len(rows))
    places[rows] = np.arange(len(rows))
    return picked(shown.append(pl.Series([None], dtype=pl.String)), places)


def _fraction(num: int, den: int) -> str:
    return str(num) if den == 1 else f"{num}/{den}"
