"""Units: the smallest sets of rows that no link and no ``Once`` crosses, each with a mark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from ..model.joined import HasRow, Joined, joined_of
from ..model.links import ORDER
from ..model.streams import Stream
from ..model.tallies import Tally
from ..reading.events import Events
from ..reading.fingerprints import Prints, cell_prints, combined, mixed, salt
from ..value_classes import frozen
from .joining import stream_rows

Rows = npt.NDArray[np.int64]

#: Rows whose prints are made at a time.
_CHUNK = 1 << 16


def reach_beyond_orders(tallies: Iterable[Tally], streams: Mapping[str, Stream]) -> bool:
    """Return whether a ``Once``, a distinct key, a fact or another link reaches beyond the order."""
    return any(
        not t.stays_within_orders
        or any(_beyond(joined, t.stream, streams) for joined in joined_of(*t.expressions))
        or any(ref.link not in ("", ORDER.name) for ref in t.columns)
        for t in tallies
    )


def _beyond(joined: Joined, stream: str, streams: Mapping[str, Stream]) -> bool:
    """Return whether what is joined to a row may be of another order."""
    return not isinstance(joined, HasRow) or streams[joined.stream].link_to(stream) != ORDER


@frozen(eq=False)
class Units:
    """The unit of each row.

    ``marks`` has a print of every unit, the same on every machine; ``codes`` says for each row of
    each stream which of them is its unit. Units without a row here may be among the marks.
    """

    marks: Prints
    codes: Mapping[str, Rows]

    @classmethod
    def of(cls, events: Events, *, by_shop: bool) -> Units:
        """Return the units of some events: shops, or orders with the rows that name them."""
        return _of_shops(events) if by_shop else _of_orders(events)

    def shares(self, parts: int) -> dict[str, npt.NDArray[np.unsignedinteger]]:
        """Return the part of each row, where whole units are shared out."""
        share = (self.marks % np.uint64(parts)).astype(np.min_scalar_type(parts))
        return {name: share[codes] for name, codes in self.codes.items()}

    def only(self, rows: Mapping[str, npt.NDArray[np.bool_]]) -> Units:
        """Return the units of some of the rows."""
        return Units(self.marks, {name: self.codes[name][mask] for name, mask in rows.items()})

    def totals(self, amounts: Mapping[str, Prints]) -> tuple[Prints, Prints]:
        """Return the marks of units that have rows, and what their rows amount to."""
        sums = np.zeros(len(self.marks), dtype=np.uint64)
        there = np.zeros(len(self.marks), dtype=np.bool_)
        for name, codes in self.codes.items():
            np.add.at(sums, codes, amounts[name])
            there[codes] = True
        return self.marks[there], sums[there]


def _of_shops(events: Events) -> Units:
    """Return shops as units, each with all its rows."""
    return Units(
        marks_of_shops(events.shops["shop_id"]),
        {n: rows["shop"].to_numpy().astype(np.int64) for n, rows in events.frames.items()},
    )


def marks_of_shops(shop_ids: pl.Series) -> Prints:
    """Return the mark of each shop that is a unit with all its rows."""
    return mixed(cell_prints(shop_ids))


def _of_orders(events: Events) -> Units:
    """Return units that are an order with every row of its shop that names it, or a lone row.

    Linked rows take the unit of their order; only ids of orders that are not there are looked at.
    """
    shop = cell_prints(events.shops["shop_id"])
    orders = stream_rows(events, "orders")
    codes = {"orders": np.arange(len(orders), dtype=np.int64)} if "orders" in events.frames else {}
    loose = {}
    for name, rows in events.frames.items():
        if name != "orders":
            codes[name] = _orders_of(rows)
            apart = rows.filter(pl.Series(codes[name] < 0))
            loose[name] = _prints(apart, partial(unit_prints, events.streams[name], shop))
    every = np.concatenate([_NO_PRINTS, *loose.values()])
    marks, unit = np.unique(every, return_inverse=True)  # rows may name one unknown order
    for name, prints in loose.items():
        codes[name][codes[name] < 0] = len(orders) + unit[: len(prints)]
        unit = unit[len(prints) :]
    of_orders = _prints(orders, partial(key_prints, events.streams["orders"], shop))
    return Units(np.concatenate([of_orders, marks]), codes)


_NO_PRINTS = np.empty(0, dtype=np.uint64)


def _orders_of(rows: pl.DataFrame) -> Rows:
    """Return the order that each row names, as a position; −1 where it names none that is known."""
    if ORDER.place not in rows.columns:
        return np.full(len(rows), -1, dtype=np.int64)
    return rows[ORDER.place].cast(pl.Int64).fill_null(-1).to_numpy().copy()


def _prints(rows: pl.DataFrame, make: Callable[[pl.DataFrame], Prints]) -> Prints:
    """Return the prints of rows, a few at a time: small arrays stay in the caches."""
    return np.concatenate([_NO_PRINTS, *(make(part) for part in rows.iter_slices(_CHUNK))])


def key_prints(stream: Stream, shop: Prints, rows: pl.DataFrame) -> Prints:
    """Return a print of the key of each row, given those of the ids of all shops."""
    keys = {name: cell_prints(rows[name]) for name in stream.key}
    return combined({**keys, "shop_id": shop[rows["shop"].to_numpy()]}) ^ salt(stream.name)


def unit_prints(stream: Stream, shop: Prints, rows: pl.DataFrame) -> Prints:
    """Return the units of rows without a known order: the order that they name, or they alone."""
    own = key_prints(stream, shop, rows)
    if "order_id" not in rows.columns:
        return own
    order = {"order_id": cell_prints(rows["order_id"]), "shop_id": shop[rows["shop"].to_numpy()]}
    named = rows["order_id"].is_not_null().to_numpy()
    return np.where(named, combined(order) ^ salt("orders"), own)
