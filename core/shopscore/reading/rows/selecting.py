"""Selecting: what is asked of few rows is worked out at once, without handing it to threads."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

#: Rows for which it takes longer to share the work than to do it.
FEW = 4_096


def selected(rows: pl.DataFrame, columns: Iterable[pl.Expr]) -> pl.DataFrame:
    """Return columns that are made of those of some rows."""
    return rows.select_seq(columns) if len(rows) <= FEW else rows.select(columns)
