"""Placing: which row of its sources each row is, which takes no memory where they stand as there."""

from __future__ import annotations

import polars as pl

from ..raw_table import ROW


def placed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with :data:`ROW`, which is left out where these are all rows, in their order."""
    return rows if ROW in rows.columns else rows.with_row_index(ROW)
