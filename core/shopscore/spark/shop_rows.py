"""Rows of shops and cells, as they come from Spark: a state, and the attributes of the shops."""

from __future__ import annotations

import polars as pl

from ..counting.state import Tallies
from ..counting.state_table import joined_table

#: The columns of these rows that a state is made of.
STATE_COLUMNS = ("kind", "tally", "shop_id", "day", "sum", "count", "unit", "check")


def state_of(rows: pl.DataFrame, nothing: Tallies) -> Tallies:
    """Return the state that rows of shops and cells hold, which counts what another does.

    Its units are those among the rows, where there are any; else the shops.

    Raises:
        StateError: where some of them got lost or doubled on the way.
    """
    own = rows.select(STATE_COLUMNS).filter(
        (pl.col("kind") == "cell") | pl.col("unit").is_not_null()
    )
    shops = own.filter(pl.col("kind") == "shop")
    orders = own.filter(pl.col("kind") == "unit")
    units = (orders if len(orders) else shops).select(
        pl.lit("unit").alias("kind"),
        pl.lit(1, pl.Int64).alias("count"),
        pl.col("unit").reinterpret(signed=False),
        pl.col("check").cast(pl.UInt32),
    )
    counted = own.filter(pl.col("kind") != "unit").drop("unit", "check")
    parts = pl.concat([counted, units], how="diagonal")
    return Tallies.from_dataframe(joined_table(nothing, parts.lazy()))


def shops_of(rows: pl.DataFrame, attributes: pl.Schema) -> pl.DataFrame:
    """Return the shops of such rows with their attributes, as a score of a state takes them."""
    own = {name: dtype for name, dtype in attributes.items() if name != "shop_id"}
    shops = rows.filter(pl.col("kind") == "shop").select(
        "shop_id", pl.col("text").str.json_decode(pl.Struct(own)).struct.unnest()
    )
    return shops.select(attributes.names()).sort("shop_id")
