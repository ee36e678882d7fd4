"""Tables of typed-in values, as tests complete them."""

from __future__ import annotations

import polars as pl


def with_nothing_else(table: pl.DataFrame, *metrics: str) -> pl.DataFrame:
    """The table, and a row ``-`` of each of the metrics that it does not name of a shop.

    Such a row says that the console shows none; without it input is missing.
    """
    named = set(table.select("shop_id", "metric").iter_rows())
    shops = table["shop_id"].unique(maintain_order=True)
    more = [(shop, id) for shop in shops for id in metrics if (shop, id) not in named]
    empty = pl.DataFrame(more, schema=dict.fromkeys(("shop_id", "metric"), pl.String), orient="row")
    none = empty.with_columns(value=pl.lit("-"))
    return pl.concat([table, none], how="diagonal_relaxed")
