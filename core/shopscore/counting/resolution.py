"""Resolved rows: each stands alone, knowing its shop, its days, and the facts of its order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import UsageError
from ..messages import message
from ..model.links import ORDER
from ..model.streams import Stream
from ..model.tallies import Tally
from ..plugins.bound_rules import BoundRuleSet
from ..reading.events import Events
from ..value_classes import evolve, field, frozen
from .joining import column_of, instants_of, joined_column, stream_rows
from .needs import StreamNeeds, needs_of
from .once import winners
from .units import Rows, Units, reach_beyond_orders


@frozen(slots=False, eq=False)
class Resolved:
    """Rows of every stream that the rules count, each standing alone.

    ``frames`` hold the columns that tallies read (``order.x`` for those of the linked order),
    ``shop`` as a row of ``events.shops``, ``_excluded``, and a flag for each distinct ``Once``.
    Rows stand in the order of ``events``; :meth:`positions` says which of them are here.
    """

    events: Events = field(repr=False)
    rules: BoundRuleSet
    frames: Mapping[str, pl.DataFrame] = field(repr=False)
    _positions: Mapping[str, Rows] | None = field(default=None, repr=False)
    _units: Units | None = field(default=None, repr=False)

    def split(self, parts: int) -> tuple[Resolved, ...]:
        """Return any number of parts that share no unit; their tallies add up to those of the whole.

        A unit is an order with every row of its shop that names it, or a row that names none;
        where a ``Once``, a fact or another link reaches beyond the order, all rows of a shop.
        """
        if parts < 1:
            said = message("split({parts}): at least one part is needed", parts=parts)
            raise UsageError(said)
        shares = self.units.shares(parts)
        here = {name: self.positions(name) for name in shares}
        return tuple(
            self._only({name: share == part for name, share in shares.items()}, here)
            for part in range(parts)
        )

    def _only(
        self, rows: Mapping[str, npt.NDArray[np.bool_]], here: Mapping[str, Rows]
    ) -> Resolved:
        """Return some of the rows, given the positions of all that are here."""
        return evolve(
            self,
            frames={
                name: frame.filter(pl.Series(rows[name])) if name in rows else frame
                for name, frame in self.frames.items()
            },
            positions={name: here[name][mask] for name, mask in rows.items()},
            units=self.units.only(rows),
        )

    def with_shops_as_units(self) -> Resolved:
        """Return the same rows, of which all those of a shop are one unit."""
        every = Units.of(self.events, by_shop=True)
        own = {name: every.codes[name][self.positions(name)] for name in every.codes}
        return evolve(self, units=Units(every.marks, own))

    def of_shops(self, shops: npt.NDArray[np.bool_]) -> Resolved:
        """Return the rows of some shops, which are marked as rows of ``events.shops``."""
        here = {name: self.positions(name) for name in self.units.codes}
        return self._only({name: shops[self.shops_of(name)] for name in here}, here)

    def positions(self, stream: str) -> Rows:
        """Return which rows of ``events.frames[stream]`` are here, in order."""
        if self._positions is not None:
            return self._positions.get(stream, np.empty(0, dtype=np.int64))
        return np.arange(len(stream_rows(self.events, stream)), dtype=np.int64)

    @cached_property
    def units(self) -> Units:
        """The unit of each row that is here."""
        if self._units is not None:
            return self._units
        return Units.of(
            self.events, by_shop=reach_beyond_orders(self.rules.tallies, self.rules.streams)
        )

    @cached_property
    def rows_per_shop(self) -> npt.NDArray[np.int64]:
        """How many accepted rows each shop of the events has here."""
        total = np.zeros(len(self.events.shops), dtype=np.int64)
        for name in self.events.frames:
            total += np.bincount(self.shops_of(name), minlength=len(total))
        return total

    def shops_of(self, stream: str) -> npt.NDArray[np.uint32]:
        """Return the shop of each row of a stream that is here, as a row of ``events.shops``."""
        shops: npt.NDArray[np.uint32] = stream_rows(self.events, stream)["shop"].to_numpy()
        return shops if self._positions is None else shops[self.positions(stream)]


def resolve_events(
    events: Events, rules: BoundRuleSet, tallies: tuple[Tally, ...] | None = None
) -> Resolved:
    """Join the facts of the order, mark excluded rows, and decide which rows count once.

    Where only some ``tallies`` of the rules are to be counted, only the rows that they count.
    """
    wanted = rules.tallies if tallies is None else tallies
    return Resolved(events, rules, resolved_frames(events, rules.streams, wanted))


def resolved_frames(
    events: Events, streams: Mapping[str, Stream], tallies: tuple[Tally, ...]
) -> dict[str, pl.DataFrame]:
    """Return the rows of each stream that tallies count, each standing alone."""
    return {
        name: _resolved_stream(events, streams[name], streams, needs)
        for name, needs in needs_of(tallies).items()
    }


def _resolved_stream(
    events: Events, stream: Stream, streams: Mapping[str, Stream], needs: StreamNeeds
) -> pl.DataFrame:
    rows = stream_rows(events, stream.name)
    orders = events.frames.get("orders")
    columns = [column_of(ref, events, stream, streams, needs.words) for ref in needs.columns]
    columns += instants_of(needs.columns, events, stream, streams)
    excluded = _excluded(stream, rows, orders)
    columns += [] if excluded is None else [excluded]
    frame = pl.DataFrame([rows["shop"], *columns])
    frame = frame.hstack(
        [joined_column(one, events, stream, streams, frame) for one in needs.joined]
    )
    return frame.hstack(
        [pl.Series(once, winners(frame, tally, stream)) for once, tally in needs.once.items()]
    )


def _excluded(stream: Stream, rows: pl.DataFrame, orders: pl.DataFrame | None) -> pl.Series | None:
    """Return which rows belong to excluded orders; None where there are none."""
    if orders is None or not stream.follows_order or "is_excluded" not in orders.columns:
        return None
    marked = orders["is_excluded"]
    if not marked.any():
        return None
    if stream.name != "orders":
        if ORDER.place not in rows.columns:
            return None
        order = rows[ORDER.place]
        if order.null_count() or marked.null_count():
            marked = marked.gather(order).fill_null(False)
        else:
            marked = pl.Series(marked.to_numpy()[order.to_numpy()])
    return marked.alias("_excluded")
