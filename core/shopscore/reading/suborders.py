"""Sub-orders: rows of one file that are parts of one order become its row."""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import evolve

from ..model.streams import Stream
from .checks import ROW, Checked
from .files import RawTable
from .latest import canonical_text

#: How many rows of the source one row stands for.
ROWS = "_rows"


def _total(cells: pl.Expr) -> pl.Expr:
    """The sum of what is there; null of nothing."""
    return pl.when(cells.is_not_null().any()).then(cells.sum())


def merged(table: RawTable, part: Checked, stream: Stream) -> Checked:
    """The usable rows with those of one order put together, each of its sub-orders once."""
    if table.suborders is None:
        return part
    rule, keys = table.suborders.rule, ["_shop", *stream.key]
    rows = part.rows.with_columns(
        pl.Series("_shop", part.shops.codes),
        table.suborders.ids.gather(part.rows[ROW]).alias("_sub"),
        canonical_text(stream, part.rows.columns),
    )
    rows = rows.with_columns(pl.len().over(keys).cast(pl.Int64).alias(ROWS))
    newest = ["updated_at"] if "updated_at" in rows.columns else []
    rows = rows.sort(*keys, "_sub", *newest, "_text", nulls_last=False)
    alone = rows["_sub"].is_null()  # without an id each row is a part of its own
    once = rows.filter(~alone).unique([*keys, "_sub"], keep="last", maintain_order=True)
    rows = pl.concat([once, rows.filter(alone)]).sort(*keys, "_sub", "_text", nulls_last=True)
    how = {
        **dict.fromkeys(rule.earliest, pl.Expr.min),
        **dict.fromkeys((*rule.latest, *newest), pl.Expr.max),
        **dict.fromkeys(rule.total, _total),
        ROW: pl.Expr.min,
        ROWS: pl.Expr.first,
    }
    apart = {*keys, "_sub", "_text"}
    orders = rows.group_by(keys, maintain_order=True).agg(
        how[name](pl.col(name)) if name in how else pl.col(name).drop_nulls().first()
        for name in rows.columns
        if name not in apart
    )
    codes = orders["_shop"].to_numpy().astype(np.uint32)
    names = [*part.rows.columns, ROWS]
    return evolve(part, rows=orders.select(names), shops=evolve(part.shops, codes=codes))
