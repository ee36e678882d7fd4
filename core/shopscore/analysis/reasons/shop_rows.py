"""The rows of one shop, taken out of events; and copies of them in which a row is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ...counting.units import Units
from ...reading.events import Events

Rows = npt.NDArray[np.int64]
#: A row of a stream, by its position.
Row = tuple[str, int]


@frozen(eq=False)
class ShopRows:
    """The events of one shop; ``positions`` are those of its rows in the events of all shops."""

    events: Events
    positions: Mapping[str, Rows]
    whole: Events

    @classmethod
    def of(cls, events: Events, shop: int) -> ShopRows:
        """Return the rows of a shop, which is a row of ``events.shops``."""
        positions = {
            name: np.flatnonzero(frame["shop"].to_numpy() == shop)
            for name, frame in events.frames.items()
        }
        return cls(rows_of_shops(events, np.array([shop])), positions, events)

    def origin(self, stream: str, position: int) -> tuple[str | None, int] | None:
        """Return the file and the line that a row of this shop is from."""
        at = int(self.positions[stream][position])
        return self.whole.origin(stream, [at])[0] if stream in self.whole.places else None

    def key(self, stream: str, position: int) -> dict[str, str]:
        """Return the key of a row, without its shop."""
        frame = self.events.frames[stream]
        names = [n for n in self.events.streams[stream].key if n in frame.columns]
        return {name: str(frame[name][position]) for name in names}

    def units(self, *, by_shop: bool) -> dict[str, Rows]:
        """Return the unit of each row: its order with all that names it, or the shop."""
        if by_shop:
            return {n: np.zeros(len(f), dtype=np.int64) for n, f in self.events.frames.items()}
        codes = Units.of(self.events, by_shop=False).codes
        return {name: np.asarray(own, dtype=np.int64) for name, own in codes.items()}

    def copies(self, units: Sequence[int], of_rows: Mapping[str, Rows]) -> Events:
        """Return copies of units, each as a shop of its own."""
        return self._copied(units, of_rows, [])

    def without_each(self, rows: Sequence[Row], of_rows: Mapping[str, Rows]) -> Events:
        """Return the unit of each row without that row, each as a shop of its own."""
        return self._copied([int(of_rows[name][at]) for name, at in rows], of_rows, rows)

    def _copied(
        self, units: Sequence[int], of_rows: Mapping[str, Rows], left_out: Sequence[Row]
    ) -> Events:
        copies = pl.DataFrame({"unit": units, "copy": range(len(units))},
                              schema={"unit": pl.Int64, "copy": pl.Int64})  # fmt: skip
        positions, shops = {}, {}
        for name, own in of_rows.items():
            rows = pl.DataFrame({"unit": own, "row": np.arange(len(own), dtype=np.int64)})
            pairs = rows.join(copies, on="unit").sort("copy", "row")
            gone = [(copy, at) for copy, (stream, at) in enumerate(left_out) if stream == name]
            if gone:
                schema = {"copy": pl.Int64, "row": pl.Int64}
                out = pl.DataFrame(gone, schema=schema, orient="row")
                pairs = pairs.join(out, on=["copy", "row"], how="anti").sort("copy", "row")
            positions[name], shops[name] = pairs["row"].to_numpy(), pairs["copy"].to_numpy()
        return evolve(
            taken_rows(self.events, positions, shops), shops=_shops(self.events.shops, len(units))
        )


def rows_of_shops(events: Events, shops: Rows) -> Events:
    """Return the events of some shops, which are rows of ``events.shops`` in ascending order."""
    new = np.full(len(events.shops), -1, dtype=np.int64)
    new[shops] = np.arange(len(shops), dtype=np.int64)
    codes = {name: new[frame["shop"].to_numpy()] for name, frame in events.frames.items()}
    positions = {name: np.flatnonzero(own >= 0) for name, own in codes.items()}
    own_shops = {name: codes[name][at] for name, at in positions.items()}
    by_shop = {
        name: at[np.argsort(own_shops[name], kind="stable")] for name, at in positions.items()
    }
    own = taken_rows(events, by_shop, {name: codes[name][at] for name, at in by_shop.items()})
    return evolve(own, shops=events.shops[shops])


def _shops(shops: pl.DataFrame, count: int) -> pl.DataFrame:
    return shops[np.zeros(count, dtype=np.int64)]


def taken_rows(events: Events, positions: Mapping[str, Rows], shops: Mapping[str, Rows]) -> Events:
    """Return some rows of events, perhaps several times, as those of other shops.

    A row names another of its own shop only: links are those of the copies, or none.
    """
    frames = {}
    for name, at in positions.items():
        frame = events.frames[name][at]
        links = [link for link in events.streams[name].links if link.place in frame.columns]
        places = [
            _link(frame[link.place], shops[name], positions.get(link.stream),
                  shops.get(link.stream))
            for link in links
        ]  # fmt: skip
        shop = pl.Series("shop", shops[name], dtype=pl.UInt32)
        frames[name] = frame.with_columns(shop, *places)
    instants = {name: own[positions[name]] for name, own in events.instants.items()}
    return evolve(events, frames=frames, instants=instants, places={}, read_whole=None)


def _link(
    named: pl.Series, shops: Rows, targets: Rows | None, target_shops: Rows | None
) -> pl.Series:
    """Return where in its own shop the row stands that each row names; null where it is not there.

    The rows of the other stream are sorted by shop and position.
    """
    none = pl.Series(named.name, [None], dtype=pl.UInt32).new_from_index(0, len(named))
    if targets is None or target_shops is None or not len(targets):
        return none
    wanted = named.cast(pl.Int64).fill_null(-1).to_numpy()
    size = int(max(targets.max(), wanted.max(initial=0))) + 1
    keys = target_shops.astype(np.int64) * size + targets
    asked = shops.astype(np.int64) * size + wanted
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    found = (wanted >= 0) & (keys[place] == asked)
    places = pl.Series(named.name, np.where(found, place, 0), dtype=pl.UInt32)
    return places.zip_with(pl.Series(found), none)
