"""Units: the smallest sets of rows that no link and no ``Once`` crosses, as fingerprints."""

from __future__ import annotations

import numpy as np
import polars as pl

from ..model.streams import Stream
from ..reading.fingerprints import Prints, cell_prints, combined, salt
from ..reading.rows.links import ORDER


def _row_prints(stream: Stream, rows: pl.DataFrame, shop: Prints) -> Prints:
    keys = {name: cell_prints(rows[name]) for name in stream.key}
    return combined({**keys, "shop_id": shop[rows["shop"].to_numpy()]}) ^ salt(stream.name)


def _content_prints(rows: pl.DataFrame, shop: Prints) -> Prints:
    """What a row says, all cells of it."""
    cells = {c.name: cell_prints(c) for c in rows.drop("shop", ORDER, strict=False)}
    return combined({**cells, "shop_id": shop[rows["shop"].to_numpy()]})


def _unit_prints(stream: Stream, rows: pl.DataFrame, shop: Prints) -> Prints:
    own = _row_prints(stream, rows, shop)
    if stream.name == "orders" or "order_id" not in rows.columns:
        return own
    order = {"order_id": cell_prints(rows["order_id"]), "shop_id": shop[rows["shop"].to_numpy()]}
    named = rows["order_id"].is_not_null().to_numpy()
    return np.where(named, combined(order) ^ salt("orders"), own)
