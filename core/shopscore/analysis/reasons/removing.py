"""Removing: what the score of a shop would be without one of its events, exactly.

Only the unit of an event changes with it: what the unit counts without the event is taken in the
place of what it counts with it, so that another row may count where this one did.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from ...counting.needs import streams_read
from ...counting.resolution import resolve_events
from ...counting.sums import Sums, Wanted, window_sums
from ...counting.units import reach_beyond_orders
from ...exact.integers import SAFE, Integers, magnitude, narrow, widen
from ...reading.events import Events
from ...value_classes import frozen
from ..regrading.supposing import Supposing
from .shop_rows import Row, Rows, RowSets, ShopRows

#: Of so many events for each that is asked for the exact cost is computed, where all would take long.
TRIED = 4
#: Rows of copies that are counted at a time.
_AT_ONCE = 400_000


@frozen
class EventCost:
    """An event, and what it costs: the score without it, less the score with it."""

    row: Row
    costs: Fraction


@frozen(eq=False, slots=False)
class Removing:
    """The events of one shop, each of which may be taken away."""

    supposing: Supposing
    rows: ShopRows

    def candidates(self) -> list[Row]:
        """Return the rows that tallies read, or that such rows name."""
        events, rules = self.rows.events, self.supposing.result.rules
        streams = dict.fromkeys(tally.stream for tally, _ in self.supposing.wanted)
        named = (link.stream for name in streams for link in rules.streams[name].links)
        every = dict.fromkeys([*streams, *named])
        return [(n, at) for n in every if n in events.frames for at in range(len(events.frames[n]))]

    def heaviest(self, most: int) -> list[EventCost]:
        """Return the events that cost most, the dearest first; none that costs nothing.

        Where exactness needs the whole shop for each, the likeliest are found by their orders.
        """
        found = self._heaviest(self.candidates(), self.all_changes, at_once=True)
        if self._beyond or self.supposing.one_by_one:
            likely = [one.row for one in found[: most * TRIED]]
            found = self.costs(likely)
        return found[:most]

    def costs(self, rows: Sequence[Row]) -> list[EventCost]:
        """Return what some events cost, exactly, the dearest first; none that costs nothing."""
        return self._heaviest(rows, self.without(RowSets.of_each(rows)), at_once=False)

    def cost(self, row: Row) -> Fraction | None:
        """Return what one event costs; below 0 where it brings something. None without a score."""
        if not self.supposing.wanted:
            return None
        return self._all_costs([row], self.without(RowSets.of_each([row])), at_once=False)[0]

    @cached_property
    def all_changes(self) -> list[Sums]:
        """By how much the sums change without each candidate, as far as its order knows."""
        sets = RowSets.of_each(self.candidates())
        return self._changes(sets, self.supposing.wanted, by_shop=False)

    def without(self, sets: RowSets) -> list[Sums]:
        """Return by how much the sums change without each of some sets of rows, exactly.

        Where rows of several orders depend on each other, the whole shop is counted without each.
        """
        asked, streams = self.supposing.wanted, self.supposing.result.rules.streams
        far = dict.fromkeys(one for one in asked if reach_beyond_orders([one[0]], streams))
        near = [one for one in asked if one not in far]
        found = dict(zip(near, self._changes(sets, near, by_shop=False), strict=True))
        found.update(zip(far, self._in_pieces(sets, [*far]), strict=True))
        return [found[one] for one in asked]

    def _in_pieces(self, sets: RowSets, wanted: Sequence[Wanted]) -> list[Sums]:
        """Return changes of the whole shop, counted in pieces that are not too many rows."""
        size = sum(map(len, self.rows.events.frames.values()))
        many = max(_AT_ONCE // max(size, 1), 1)
        starts = range(0, max(sets.size, 1), many)
        parts = [self._changes(sets.part(s, s + many), wanted, by_shop=True) for s in starts]
        return [
            (np.concatenate([own for own, _ in pairs]), np.concatenate([n for _, n in pairs]))
            for pairs in zip(*parts, strict=True)
        ]

    @property
    def _beyond(self) -> bool:
        """Whether rows of several orders depend on each other."""
        tallies = (tally for tally, _ in self.supposing.wanted)
        return reach_beyond_orders(tallies, self.supposing.result.rules.streams)

    def _heaviest(
        self, rows: Sequence[Row], changes: Sequence[Sums], *, at_once: bool
    ) -> list[EventCost]:
        costs = self._all_costs(rows, changes, at_once=at_once)
        found = [EventCost(row, c) for row, c in zip(rows, costs, strict=True) if c and c > 0]
        return sorted(found, key=_dearest)

    def _all_costs(
        self, rows: Sequence[Row], changes: Sequence[Sums], *, at_once: bool
    ) -> list[Fraction | None]:
        """Return the score without each row, less the score with it."""
        scores = self.supposing.scores(self.supposing.changed(changes), at_once=at_once)
        now, without = self.supposing.now, scores or [None] * len(rows)
        return [None if one is None or now is None else one - now for one in without]

    def _changes(self, sets: RowSets, wanted: Sequence[Wanted], *, by_shop: bool) -> list[Sums]:
        """Return by how much sums change without each set: by what its units count with it."""
        if not wanted or not sets.size:
            return [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))] * len(wanted)
        read = streams_read((tally for tally, _ in wanted), self.supposing.result.rules.streams)
        units_of = self.rows.units(by_shop=by_shop).items()
        of_rows = {stream: own for stream, own in units_of if stream in read}
        of_set, units = sets.touched(of_rows)
        known, at = np.unique(units, return_inverse=True)
        each = np.arange(len(known))
        before = self._counted(
            self.rows.copies((each, known), of_rows, RowSets(len(known), {})), wanted
        )
        after = self._counted(self.rows.copies((of_set, units), of_rows, sets), wanted)
        return [
            (_less(own, base[at], of_set), _less(counts, many[at], of_set))
            for (own, counts), (base, many) in zip(after, before, strict=True)
        ]

    def _counted(self, events: Events, wanted: Sequence[Wanted]) -> list[Sums]:
        result, tallies = self.supposing.result, tuple(dict.fromkeys(tally for tally, _ in wanted))
        return window_sums(resolve_events(events, result.rules, tallies), wanted, result.as_of)


def _less(sums: Integers, parts: Integers, of: Rows) -> Integers:
    """Return sums less all the parts of each."""
    wide = object in (sums.dtype, parts.dtype)
    wide = wide or magnitude(sums) + magnitude(parts) * len(parts) >= SAFE
    found = widen(sums).copy() if wide else sums.copy()
    np.subtract.at(found, of, widen(parts) if wide else parts)
    return narrow(found)


def _dearest(one: EventCost) -> tuple[Fraction, Row]:
    return -one.costs, one.row
