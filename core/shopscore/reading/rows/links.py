"""Links: which order of the same shop a row names."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from .keys import CHUNK, KeyIndex, positions

Mask = npt.NDArray[np.bool_]

#: Row of the linked order in the orders table; null where the row names none that is known.
ORDER = "_order"

#: Of a shop beside others that find their orders so many rows are told of: a single one may name
#: an order from before the file.
_FEW_OF_ONE = 2


@frozen(eq=False)
class Linked:
    """The rows with :data:`ORDER`, how many name an order that is not there, and where none is.

    ``lost`` are shops whose rows name orders, of which none is there.
    """

    rows: pl.DataFrame
    unlinked: int = 0
    lost: tuple[int, ...] = ()


@frozen(eq=False)
class OrderKeys:
    """The keys of the orders (shop and order_id), their index, and which shops have any."""

    keys: pl.DataFrame
    index: KeyIndex
    having: Mask

    @classmethod
    def of(cls, keys: pl.DataFrame, index: KeyIndex, shops: int) -> OrderKeys:
        """Return the keys of the orders of so many shops."""
        having = np.zeros(shops, dtype=np.bool_)
        having[keys["shop"].to_numpy()] = True
        return cls(keys, index, having)


def link(rows: pl.DataFrame, orders: OrderKeys | None) -> Linked:
    """Return the rows with the row of the order that each names."""
    if "order_id" not in rows.columns:
        return Linked(rows)
    shops, ids = rows["shop"], rows["order_id"]
    starts = range(0, max(len(rows), 1), CHUNK)  # small arrays stay in the caches
    found = [_orders_of(shops.slice(at, CHUNK), ids.slice(at, CHUNK), orders) for at in starts]
    order = pl.concat(found, rechunk=True)
    unlinked = order.null_count() - ids.null_count()
    linked = rows.hstack([order])
    if not unlinked or orders is None or not len(orders.keys):
        return Linked(linked, unlinked)
    named, there = ids.is_not_null().to_numpy(), order.is_not_null().to_numpy()
    return Linked(linked, unlinked, _lost(shops, named, there, orders.having))


def _orders_of(shops: pl.Series, ids: pl.Series, orders: OrderKeys | None) -> pl.Series:
    """Return the row of the order that each id of a shop names; null where there is none."""
    at = np.full(len(ids), -1, dtype=np.int64)
    if orders is not None and len(ids):
        ids = alike(ids, orders.keys["order_id"].dtype)
        asked = _with_cells(ids)
        wanted = pl.DataFrame([shops, ids])
        wanted = wanted if len(asked) == len(ids) else wanted[asked]
        at[asked] = positions(orders.keys, orders.index, wanted)
    order = pl.Series(ORDER, at)
    if (at < 0).any():
        order = order.set(order < 0, None)
    return order.cast(pl.UInt32)


def alike(ids: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Return ids as text, or as integers where they are written so; no others are such ids.

    >>> alike(pl.Series(["7", "07", None]), pl.Int64()).to_list(), alike(pl.Series([7]), pl.String()).to_list()
    ([7, None, None], ['7'])
    """
    if ids.dtype == dtype:
        return ids
    if dtype == pl.String:
        return ids.cast(pl.String)
    integers = ids.cast(pl.Int64, strict=False)
    return integers.set((integers.cast(pl.String) != ids).fill_null(False), None)


def _with_cells(column: pl.Series) -> npt.NDArray[np.integer]:
    """Return the rows that are not null."""
    if not column.null_count():
        return np.arange(len(column))
    return np.flatnonzero(column.is_not_null().to_numpy())


def _lost(shop: pl.Series, named: Mask, found: Mask, having: Mask) -> tuple[int, ...]:
    """Return the shops whose rows name orders, and find none.

    A shop without any order is told of only where no shop has both; where other shops find
    theirs, those that have orders, and more than one row.
    """
    size, shops = len(having), shop.to_numpy()
    naming = np.bincount(shops[named], minlength=size)
    finding = np.bincount(shops[found], minlength=size)
    if finding.any():
        lost = having & (finding == 0) & (naming >= _FEW_OF_ONE)
    else:
        lost = (naming > 0) & (having | ~having[naming > 0].any())
    return tuple(np.flatnonzero(lost).tolist())
