"""Stacking: pieces of rows become one table, a column at a time."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def stack(pieces: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of all pieces; a column that one of them lacks is null there.

    Cells are not copied: a column is made of those of the pieces. Ids that are integers in some
    pieces only become text.
    """
    if len(pieces) == 1:
        return pieces[0]
    columns = [{column.name: column for column in piece.get_columns()} for piece in pieces]
    lengths = [len(piece) for piece in pieces]
    names = dict.fromkeys(name for own in columns for name in own)
    return pl.DataFrame([_stacked(name, columns, lengths) for name in names])


def _stacked(
    name: str, columns: Sequence[dict[str, pl.Series]], lengths: Sequence[int]
) -> pl.Series:
    found = [own.get(name) for own in columns]
    types = {column.dtype for column in found if column is not None}
    dtype = pl.String() if len(types) > 1 else types.pop()
    none = pl.Series(name, [None], dtype=dtype)
    filled = [
        none.new_from_index(0, length) if column is None else _as(column, dtype)
        for column, length in zip(found, lengths, strict=True)
    ]
    return pl.concat([column for column in filled if len(column)] or filled[:1], rechunk=False)


def _as(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    return column if column.dtype == dtype else column.cast(dtype)
