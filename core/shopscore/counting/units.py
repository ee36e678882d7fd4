"""Units: the smallest sets of rows that no link and no ``Once`` crosses, each with a mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ..exact.integers import sorted_order
from ..model.joined import FactOn, joined_of
from ..model.streams import Stream
from ..model.tallies import Tally
from ..reading.events import Events
from ..reading.fingerprints import Prints, cell_prints, combined, mixed, salt
from ..reading.rows.links import ORDER

Rows = npt.NDArray[np.int64]


def reach_beyond_orders(tallies: Iterable[Tally]) -> bool:
    """Return whether a ``Once``, or a fact of the shop, reaches beyond the order."""
    return any(
        (t.once is not None and not t.once.stays_within_orders)
        or any(isinstance(j, FactOn) for j in joined_of(*t.expressions))
        for t in tallies
    )


@frozen(eq=False)
class Units:
    """The unit of each row.

    ``marks`` has a print of every unit, ascending, the same on every machine; ``codes`` says for
    each row of each stream which of them is its unit.
    """

    marks: Prints
    codes: Mapping[str, Rows]

    @classmethod
    def of(cls, events: Events, *, by_shop: bool) -> Units:
        """Return the units of some events: shops, or orders with the rows that name them."""
        return _of_shops(events) if by_shop else _of_orders(events)

    def split(self, parts: int) -> Iterator[tuple[Units, dict[str, npt.NDArray[np.bool_]]]]:
        """Yield so many shares of the units, each with a mask of its rows per stream."""
        share = (self.marks % np.uint64(parts)).astype(np.int64)
        members = [np.flatnonzero(share == part) for part in range(parts)]
        number = np.empty(len(share), dtype=np.int64)  # of a unit within its share
        for units in members:
            number[units] = np.arange(len(units))
        shares = {name: share[code] for name, code in self.codes.items()}
        numbers = {name: number[code] for name, code in self.codes.items()}
        for part, units in enumerate(members):
            rows = {name: found == part for name, found in shares.items()}
            codes = {name: numbers[name][mask] for name, mask in rows.items()}
            yield Units(self.marks[units], codes), rows


def _of_shops(events: Events) -> Units:
    marks = mixed(cell_prints(events.shops["shop_id"]))
    return _consolidated([marks], {n: _codes(f["shop"]) for n, f in events.frames.items()})


def _of_orders(events: Events) -> Units:
    """An order with every row of its shop that names it, or a row that names none.

    Linked rows take the unit of their order; only ids of orders that are not there are looked at.
    """
    shop = cell_prints(events.shops["shop_id"])
    orders = events.frames.get("orders")
    marks = [] if orders is None else [_key_prints(events.streams["orders"], orders, shop)]
    codes = {} if orders is None else {"orders": np.arange(len(orders), dtype=np.int64)}
    size = sum(map(len, marks))
    for name, rows in events.frames.items():
        if name == "orders":
            continue
        unit = np.full(len(rows), -1, dtype=np.int64)
        if ORDER in rows.columns:
            unit = rows[ORDER].cast(pl.Int64).fill_null(-1).to_numpy().copy()
        apart = unit < 0
        marks.append(_loose_prints(events.streams[name], rows.filter(pl.Series(apart)), shop))
        unit[apart] = size + np.arange(len(marks[-1]))
        size += len(marks[-1])
        codes[name] = unit
    return _consolidated(marks, codes)


def _consolidated(marks: list[Prints], codes: Mapping[str, Rows]) -> Units:
    """Bring marks in order, each once; rows whose unit has one mark are in one unit."""
    every = np.concatenate([np.empty(0, dtype=np.uint64), *marks])
    order = sorted_order(every)
    ordered = every[order]
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(every)]
    place = np.empty(len(every), dtype=np.int64)
    place[order] = np.cumsum(first) - 1
    return Units(ordered[first], {name: place[code] for name, code in codes.items()})


def _codes(column: pl.Series) -> Rows:
    return column.to_numpy().astype(np.int64)


def _key_prints(stream: Stream, rows: pl.DataFrame, shop: Prints) -> Prints:
    keys = {name: cell_prints(rows[name]) for name in stream.key}
    return combined({**keys, "shop_id": shop[rows["shop"].to_numpy()]}) ^ salt(stream.name)


def _loose_prints(stream: Stream, rows: pl.DataFrame, shop: Prints) -> Prints:
    """Return the units of rows without a known order: the order that they name, or they alone."""
    own = _key_prints(stream, rows, shop)
    if "order_id" not in rows.columns:
        return own
    order = {"order_id": cell_prints(rows["order_id"]), "shop_id": shop[rows["shop"].to_numpy()]}
    named = rows["order_id"].is_not_null().to_numpy()
    return np.where(named, combined(order) ^ salt("orders"), own)
