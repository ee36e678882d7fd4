"""Results as CSV text."""

from __future__ import annotations

import polars as pl

#: What a spreadsheet takes for a formula at the start of a cell.
_FORMULA = r"^[=+\-@\t\r]"
#: What looks like a formula, and is a difference in percent.
_PERCENT = r"^[+-]\d+\.\d\d%$"


def csv_text(frame: pl.DataFrame) -> str:
    """Return a result as CSV; no cell that holds text from the input starts like a formula."""
    lists = [n for n, dtype in frame.schema.items() if dtype == pl.List(pl.String)]
    texts = [n for n, dtype in frame.schema.items() if dtype == pl.String]
    flat = frame.with_columns(pl.col(lists).list.join(";")) if lists else frame
    guarded = (
        pl.when(pl.col(n).str.contains(_FORMULA) & ~pl.col(n).str.contains(_PERCENT))
        .then("'" + pl.col(n))
        .otherwise(pl.col(n))
        .alias(n)
        for n in texts
    )
    return flat.with_columns(guarded).write_csv()
