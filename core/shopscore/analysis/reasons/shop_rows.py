"""The rows of one shop, taken out of events; and copies of them in which a row is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ...counting.units import Units
from ...reading.events import Events
from ...value_classes import evolve, frozen

Rows = npt.NDArray[np.int64]
#: A row of a stream, by its position.
Row = tuple[str, int]


@frozen(eq=False)
class RowSets:
    """So many sets of rows: for each stream of which some are, the set and the position of each row."""

    size: int
    members: Mapping[str, tuple[Rows, Rows]]

    @classmethod
    def of_each(cls, rows: Sequence[Row]) -> RowSets:
        """Return each row as a set."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        for place, (stream, at) in enumerate(rows):
            sets, positions = found.setdefault(stream, ([], []))
            sets.append(place)
            positions.append(at)
        pairs = found.items()
        return cls(len(rows), {n: (np.array(own), np.array(at)) for n, (own, at) in pairs})

    @classmethod
    def of_codes(cls, size: int, codes: Mapping[str, Rows]) -> RowSets:
        """Return sets by the number of the one that each row is in, −1 where it is in none."""
        at = {name: np.flatnonzero(own >= 0) for name, own in codes.items()}
        return cls(size, {name: (own[at[name]], at[name]) for name, own in codes.items()})

    @classmethod
    def together(cls, every: Sequence[RowSets]) -> RowSets:
        """Return sets one after another."""
        starts = np.cumsum([0, *(one.size for one in every)]).tolist()
        members: dict[str, tuple[Rows, Rows]] = {}
        none = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        for start, one in zip(starts, every, strict=False):
            for name, (sets, at) in one.members.items():
                before = members.get(name, none)
                members[name] = (
                    np.concatenate([before[0], sets + start]),
                    np.concatenate([before[1], at]),
                )
        return cls(starts[-1], members)

    def touched(self, units: Mapping[str, Rows]) -> tuple[Rows, Rows]:
        """Return each set with each unit of its rows, once, by the unit of every row."""
        none = np.zeros(0, dtype=np.int64)
        here = [(own, units[name][at]) for name, (own, at) in self.members.items() if name in units]
        sets = np.concatenate([none, *(sets for sets, _ in here)])
        own = np.concatenate([none, *(own for _, own in here)])
        pairs = np.unique(np.stack([sets, own]), axis=1)
        return pairs[0], pairs[1]

    def part(self, start: int, stop: int) -> RowSets:
        """Return some of the sets."""
        members = {}
        for name, (sets, at) in self.members.items():
            here = (sets >= start) & (sets < stop)
            members[name] = sets[here] - start, at[here]
        return RowSets(min(stop, self.size) - start, members)


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

    def copies(
        self, units: tuple[Rows, Rows], of_rows: Mapping[str, Rows], left_out: RowSets
    ) -> Events:
        """Return copies of units, each in one of so many shops as there are sets, without these.

        ``units`` are the shop of each copy, and its unit.
        """
        copies = pl.DataFrame({"copy": units[0], "unit": units[1]})
        positions, shops = {}, {}
        for name, own in of_rows.items():
            rows = pl.DataFrame({"unit": own, "row": np.arange(len(own), dtype=np.int64)})
            pairs = rows.join(copies, on="unit")
            if name in left_out.members:
                out = pl.DataFrame(dict(zip(("copy", "row"), left_out.members[name], strict=True)))
                pairs = pairs.join(out, on=["copy", "row"], how="anti")
            pairs = pairs.sort("copy", "row")
            positions[name], shops[name] = pairs["row"].to_numpy(), pairs["copy"].to_numpy()
        return evolve(
            taken_rows(self.events, positions, shops),
            shops=_shops(self.events.shops, left_out.size),
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
    instants = {n: own[positions[n]] for n, own in events.instants.items() if n in positions}
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
