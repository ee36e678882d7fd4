"""Narrowing: numbers that wait for the end take half of their room while they fit into it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def narrowed(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return rows in which some columns of Int64 are Int32, if every number in them fits.

    Times until 2038 do: of ten million events a fifth of the memory of what is kept.

    >>> narrowed(pl.DataFrame({"a": [1, None], "b": [1, 2**31]}), ["a", "b"]).dtypes
    [Int32, Int64]
    """
    narrow = rows.select(pl.col(names).cast(pl.Int32, strict=False)) if names else ()
    fits = [one for one in narrow if one.null_count() == rows[one.name].null_count()]
    return rows.with_columns(fits) if fits else rows


def widened(column: pl.Series) -> pl.Series:
    """Return a column with its numbers as Int64: Int32 must not be calculated with."""
    return column.cast(pl.Int64) if column.dtype == pl.Int32 else column


def all_widened(rows: pl.DataFrame) -> pl.LazyFrame:
    """Return rows that expressions can be made of; columns that none reads cost nothing."""
    return rows.lazy().with_columns(pl.col(pl.Int32).cast(pl.Int64))
