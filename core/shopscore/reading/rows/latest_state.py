"""The latest state wins: of rows with one key the newest is used, whatever their order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from ...model.streams import Stream
from ...value_classes import frozen
from .keys import KeyIndex, hashes
from .placing import placed

#: Returns some rows with all their columns, where only some of these were kept.
WholeRows = Callable[[pl.DataFrame], pl.DataFrame]

SEPARATOR = "\x1f"


@frozen(eq=False)
class LatestRows:
    """One row per key, their index, the rows that they replace, and how many of these are repeated.

    Those have all their columns; repeated are rows that are equal in every cell to another.
    """

    rows: pl.DataFrame
    index: KeyIndex
    replaced: pl.DataFrame
    repeated: int = 0


def keep_latest(rows: pl.DataFrame, stream: Stream, whole_rows: WholeRows) -> LatestRows:
    """Return the rows without those that a newer state of the same key replaces.

    Newest is the greatest ``updated_at`` (null is oldest), and among equals the greatest
    canonical text.
    """
    keys = ["shop", *stream.key]
    index = KeyIndex.of(hashes(rows[keys]))
    found = index.candidates()
    if len(found):
        found = found[rows[keys][found].is_duplicated().to_numpy()]
    if not len(found):
        return LatestRows(rows, index, rows.clear())
    rows = placed(rows)
    rivals = whole_rows(rows[found])
    rivals = rivals.with_columns(pl.Series("_at", found), canonical_text(stream, rivals.columns))
    if "updated_at" not in rivals.columns:
        rivals = rivals.with_columns(pl.lit(None, dtype=pl.Int64).alias("updated_at"))
    states = rivals.unique([*keys, "updated_at", "_text"], keep="first", maintain_order=True)
    winners = states.sort("updated_at", "_text", nulls_last=False).unique(
        keys, keep="last", maintain_order=True
    )["_at"]
    keep = np.ones(len(rows), dtype=np.bool_)
    keep[found] = False
    keep[winners.to_numpy()] = True
    left = rows.filter(pl.Series(keep))
    index = KeyIndex.of(hashes(left.select(keys)))
    replaced = rivals.filter(~pl.col("_at").is_in(winners.implode())).drop("_at", "_text")
    return LatestRows(left, index, replaced, len(rivals) - len(states))


def canonical_text(stream: Stream, present: list[str]) -> pl.Expr:
    """Return the row as text: known columns in alphabetical order, null empty, defaults filled in."""
    cells = []
    for name in sorted(n for n in stream.names if n in present):
        column, cell = stream.column(name), pl.col(name)
        if column.default is not None:
            cell = cell.fill_null(column.default)
        cells.append(cell.cast(pl.String).fill_null(""))
    return pl.concat_str(cells, separator=SEPARATOR).alias("_text")
