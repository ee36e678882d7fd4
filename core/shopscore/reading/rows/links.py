"""Links: which order of the same shop a row names."""

from __future__ import annotations

import numpy as np
import polars as pl

from .keys import KeyIndex, positions

#: Row of the linked order in the orders table; null where the row names none that is known.
ORDER = "_order"


def link(
    rows: pl.DataFrame, orders: tuple[pl.DataFrame, KeyIndex] | None
) -> tuple[pl.DataFrame, int]:
    """Return the rows with :data:`ORDER`, and how many name an order that is not there.

    ``orders`` are the keys of the orders (shop and order_id) and their index.
    """
    if "order_id" not in rows.columns:
        return rows, 0
    at = np.full(len(rows), -1, dtype=np.int64)
    named = rows["order_id"].is_not_null().arg_true()
    if orders is not None and len(named):
        wanted = rows.select("shop", "order_id")
        wanted = wanted if len(named) == len(rows) else wanted[named]
        at[named.to_numpy()] = positions(*orders, wanted)
    unlinked = len(named) - int((at >= 0).sum())
    order = pl.Series(ORDER, at)
    return rows.with_columns(order.set(order < 0, None).cast(pl.UInt32)), unlinked
