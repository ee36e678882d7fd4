"""Stacking: pieces of rows become one table, a column at a time."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def stack(pieces: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of all pieces; a column that one of them lacks is null there.

    Each column is let go of in the pieces as soon as it stands in the table, so that no more than
    one of them is there twice. Ids that are integers in some pieces only become text.
    """
    if len(pieces) == 1:
        return pieces[0]
    left = [{column.name: column for column in piece.get_columns()} for piece in pieces]
    lengths = [len(piece) for piece in pieces]
    pieces = ()
    names = dict.fromkeys(name for piece in left for name in piece)
    return pl.DataFrame([_stacked(name, left, lengths) for name in names])


def _stacked(name: str, left: list[dict[str, pl.Series]], lengths: Sequence[int]) -> pl.Series:
    found = [piece.pop(name, None) for piece in left]
    types = {column.dtype for column in found if column is not None}
    dtype = pl.String() if len(types) > 1 else types.pop()
    none = pl.Series(name, [None], dtype=dtype)
    return pl.concat(
        [
            none.new_from_index(0, length) if column is None else _as(column, dtype)
            for column, length in zip(found, lengths, strict=True)
        ],
        rechunk=True,
    )


def _as(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    return column if column.dtype == dtype else column.cast(dtype)
