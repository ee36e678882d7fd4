"""Codes of shops: each shop has a number, which stands for its id in every other table."""

from __future__ import annotations

import polars as pl

from .snapshots import SHOP_SCHEMA, SHOPS, Snapshot
from .stored_rows import SEQ


def with_new_shops(
    snapshot: Snapshot,
    ids: pl.Series,
    seq: int,
    industry: str | None = None,
    shop_type: str | None = None,
) -> pl.DataFrame:
    """Return all shops, those that are new, or of which something else is said, with an ingest."""
    known = snapshot.shops
    ids = ids.unique().sort()
    fresh = ids.filter(~ids.is_in(known["shop_id"].implode()))
    next_code = _next_code(snapshot)
    new = pl.DataFrame([fresh.alias("shop_id")]).select(
        pl.int_range(next_code, next_code + len(fresh), dtype=pl.Int32).alias("code"),
        "shop_id",
        pl.lit(industry, pl.String).alias("industry"),
        pl.lit(shop_type, pl.String).alias("shop_type"),
        pl.lit(seq, pl.Int32).alias(SEQ),
    )
    told = known.filter(pl.col("shop_id").is_in(ids.implode())).with_columns(
        industry=pl.lit(industry, pl.String).fill_null(pl.col("industry")),
        shop_type=pl.lit(shop_type, pl.String).fill_null(pl.col("shop_type")),
    )
    before = told.join(known, on=["code", "industry", "shop_type"], how="anti", nulls_equal=True)
    changed = before.with_columns(pl.lit(seq, pl.Int32).alias(SEQ))
    left = known.join(changed, on="code", how="anti")
    return pl.concat([left, changed, new])


def _next_code(snapshot: Snapshot) -> int:
    rows = snapshot.scan(SHOPS, SHOP_SCHEMA).select(pl.col("code").max())
    greatest = snapshot.collect(rows).item()
    return 0 if greatest is None else int(greatest) + 1
