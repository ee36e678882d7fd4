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


#: A shop whose rows name so many orders, and find none, is told of while others find theirs.
_FEW = 5


@frozen(eq=False)
class Linked:
    """The rows with :data:`ORDER`, how many name an order that is not there, and where none is.

    ``lost`` are shops whose rows name orders, of which none is there.
    """

    rows: pl.DataFrame
    unlinked: int = 0
    lost: tuple[int, ...] = ()


def link(rows: pl.DataFrame, orders: tuple[pl.DataFrame, KeyIndex] | None) -> Linked:
    """Return the rows with the row of the order that each names.

    ``orders`` are the keys of the orders (shop and order_id) and their index.
    """
    if "order_id" not in rows.columns:
        return Linked(rows)
    at = np.full(len(rows), -1, dtype=np.int64)
    named = rows["order_id"].is_not_null().arg_true()
    if orders is not None and len(named):
        wanted = rows.select("shop", "order_id")
        wanted = wanted if len(named) == len(rows) else wanted[named]
        at[named.to_numpy()] = positions(*orders, wanted)
    unlinked = len(named) - int((at >= 0).sum())
    order = pl.Series(ORDER, at)
    linked = rows.with_columns(order.set(order < 0, None).cast(pl.UInt32))
    if not unlinked or orders is None or not len(orders[0]):
        return Linked(linked, unlinked)
    least = 1 if unlinked == len(named) else _FEW
    return Linked(linked, unlinked, _lost(rows["shop"], named, at >= 0, orders[0]["shop"], least))


def _lost(
    shop: pl.Series, named: pl.Series, found: Mask, of_orders: pl.Series, least: int
) -> tuple[int, ...]:
    """Return the shops of which at least so many rows name an order, and none finds it.

    A shop without any order is told of only where no shop of these has one.
    """
    size = 1 + max(int(shop.max()), int(of_orders.max()))  # type: ignore[arg-type]
    shops = shop.to_numpy()
    naming = np.bincount(shops[named.to_numpy()], minlength=size)
    missed = (naming >= least) & (np.bincount(shops[found], minlength=size) == 0)
    own = missed & (np.bincount(of_orders.to_numpy(), minlength=size) > 0)
    told = own if own.any() or least > 1 else missed
    return tuple(np.flatnonzero(told).tolist())
