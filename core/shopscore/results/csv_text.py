"""Results as CSV text."""

from __future__ import annotations

import polars as pl

from ..reading.formulas import guard


def csv_text(frame: pl.DataFrame) -> str:
    """Return a result as CSV in which a spreadsheet sees no formula, and no date in a fraction.

    ``9/2`` is the second of September to most: the exact score is marked like a formula, ``'9/2``.
    """
    flat = flatten(frame)
    texts = [n for n, dtype in flat.schema.items() if dtype == pl.String]
    guarded = flat.with_columns(guard(name) for name in texts)
    exact = [name for name in texts if name.endswith("_exact")]
    fractions = (pl.col(name).str.replace("^([0-9]+/)", "'$1") for name in exact)
    return guarded.with_columns(fractions).write_csv()


def flatten(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a result in which a list of words is one text, with semicolons between them."""
    lists = [n for n, dtype in frame.schema.items() if dtype == pl.List(pl.String)]
    return frame.with_columns(pl.col(lists).list.join(";")) if lists else frame
