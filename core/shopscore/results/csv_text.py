"""Results as CSV text."""

from __future__ import annotations

import polars as pl

from ..reading.formulas import guard


def csv_text(frame: pl.DataFrame) -> str:
    """Return a result as CSV, where no cell of text begins like a formula."""
    lists = [n for n, dtype in frame.schema.items() if dtype == pl.List(pl.String)]
    texts = [n for n, dtype in frame.schema.items() if dtype == pl.String]
    flat = frame.with_columns(pl.col(lists).list.join(";")) if lists else frame
    return flat.with_columns(guard(name) for name in texts).write_csv()
