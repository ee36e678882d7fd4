"""The events of one shop alone, and where its rows stand among those of all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from ...reading.events import Events
from ...value_classes import evolve, frozen

Rows = npt.NDArray[np.int64]


@frozen(eq=False)
class OwnEvents:
    """The events of one shop, and the position of each of its rows among those of ``all_events``."""

    events: Events
    all_events: Events
    positions: Mapping[str, Rows]

    @classmethod
    def of(cls, events: Events, shop: int) -> OwnEvents:
        """Return the events of the shop in a row of ``events.shops``."""
        positions = {
            name: np.flatnonzero(frame["shop"].to_numpy() == shop).astype(np.int64)
            for name, frame in events.frames.items()
        }
        frames = {
            name: _only(events, name, positions).with_columns(shop=pl.lit(0, dtype=pl.UInt32))
            for name in events.frames
        }
        instants = {n: times[positions[n]] for n, times in events.instants.items()}
        own = evolve(
            events,
            shops=events.shops[shop : shop + 1],
            frames=frames,
            instants=instants,
            present=events.columns_present(),
        )
        return cls(own, events, positions)


def _only(events: Events, name: str, positions: Mapping[str, Rows]) -> pl.DataFrame:
    """Return some rows of a stream; those that they name stand among the rows that are kept, too."""
    rows = events.frames[name][positions[name]]
    moved = []
    for link in events.streams[name].links:
        if link.place in rows.columns:
            known = rows[link.place].is_not_null()
            at = np.searchsorted(positions[link.stream], rows[link.place].fill_null(0).to_numpy())
            place = pl.Series(link.place, at.astype(np.uint32))
            moved.append(place if known.all() else place.set(~known, None))
    return rows.with_columns(moved)
