"""Stacking: pieces of rows become one table, a column at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import polars as pl


def stack(
    pieces: Iterable[pl.DataFrame], whole: Collection[str] = (), without: Collection[str] = ()
) -> pl.DataFrame:
    """Return the rows of all pieces; a column that one of them lacks is null there.

    Cells are not copied: a column is made of those of the pieces. Only those that are ``whole`` are
    in one place, which is where they are picked from; if nobody else holds the pieces, no two
    columns are there twice at a time. Ids that are integers in some pieces only become text.
    """
    columns = [
        {c.name: c for c in piece.get_columns() if c.name not in without} for piece in pieces
    ]
    lengths = [len(next(iter(own.values()))) for own in columns]
    names = dict.fromkeys(name for own in columns for name in own)
    if len(columns) == 1:
        return pl.DataFrame([columns[0][name] for name in names])
    return pl.DataFrame([_stacked(name, columns, lengths, whole) for name in names])


def _stacked(
    name: str,
    columns: Sequence[dict[str, pl.Series]],
    lengths: Sequence[int],
    whole: Collection[str],
) -> pl.Series:
    found = [own.pop(name, None) for own in columns]
    types = {column.dtype for column in found if column is not None}
    dtype = _type_of_all(types)
    none = pl.Series(name, [None], dtype=dtype)
    filled = [
        none.new_from_index(0, length) if column is None else column.cast(dtype)
        for column, length in zip(found, lengths, strict=True)
    ]
    some = [column for column in filled if len(column)] or filled[:1]
    return pl.concat(some, rechunk=name in whole)


def _type_of_all(types: set[pl.DataType]) -> pl.DataType:
    if len(types) == 1:
        return next(iter(types))
    return pl.Int64() if types == {pl.Int32(), pl.Int64()} else pl.String()
