"""Links: which order of the same shop a row names."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from .keys import KeyIndex, positions

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
    at = np.full(len(rows), -1, dtype=np.int64)
    named = _with_cells(rows["order_id"])
    if orders is not None and len(named):
        ids = alike(rows["order_id"], orders.keys["order_id"].dtype)
        asked = named if ids.dtype == rows["order_id"].dtype else _with_cells(ids)
        wanted = pl.DataFrame([rows["shop"], ids])
        wanted = wanted if len(asked) == len(rows) else wanted[asked]
        at[asked] = positions(orders.keys, orders.index, wanted)
    unlinked = len(named) - int((at >= 0).sum())
    order = pl.Series(ORDER, at)
    if unlinked or len(named) < len(rows):
        order = order.set(order < 0, None)
    linked = rows.hstack([order.cast(pl.UInt32)])
    if not unlinked or orders is None or not len(orders.keys):
        return Linked(linked, unlinked)
    return Linked(linked, unlinked, _lost(rows["shop"], named, at >= 0, orders.having))


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


def _lost(
    shop: pl.Series, named: npt.NDArray[np.integer], found: Mask, having: Mask
) -> tuple[int, ...]:
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
