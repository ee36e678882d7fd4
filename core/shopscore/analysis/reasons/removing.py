"""Removing: what the score of a shop would be without one of its events, exactly.

Only the unit of an event changes with it: what the unit counts without the event is taken in the
place of what it counts with it, so that another row may count where this one did.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
from attrs import frozen

from ...counting.resolution import resolve_events
from ...counting.sums import Sums, window_sums
from ...counting.units import reach_beyond_orders
from ...exact.integers import narrow, widen
from ...reading.events import Events
from ..regrading.supposing import Supposing
from .shop_rows import Row, ShopRows

#: Of so many events for each that is asked for the exact cost is computed, where all would take long.
_TRIED = 4
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
            likely = [one.row for one in found[: most * _TRIED]]
            found = self.costs(likely)
        return found[:most]

    def costs(self, rows: Sequence[Row]) -> list[EventCost]:
        """Return what some events cost, exactly, the dearest first; none that costs nothing."""
        found = []
        for some in self._in_pieces(rows):
            changes = self.changes(some, by_shop=self._beyond)
            found += self._heaviest(some, changes, at_once=False)
        return sorted(found, key=_dearest)

    def cost(self, row: Row) -> Fraction | None:
        """Return what one event costs; below 0 where it brings something. None without a score."""
        if not self.supposing.wanted:
            return None
        changes = self.changes([row], by_shop=self._beyond)
        return self._all_costs([row], changes, at_once=False)[0]

    @cached_property
    def all_changes(self) -> list[Sums]:
        """By how much the sums change without each candidate, as far as its order knows."""
        return self.changes(self.candidates(), by_shop=False)

    @property
    def _beyond(self) -> bool:
        """Whether rows of several orders depend on each other."""
        rules = self.supposing.result.rules
        return reach_beyond_orders(rules.tallies, rules.streams)

    def _in_pieces(self, rows: Sequence[Row]) -> list[Sequence[Row]]:
        """Return rows in pieces whose copies are not too many rows."""
        size = sum(map(len, self.rows.events.frames.values()))
        many = max(_AT_ONCE // max(size, 1), 1) if self._beyond else max(len(rows), 1)
        return [rows[start : start + many] for start in range(0, len(rows), many)]

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

    def changes(self, rows: Sequence[Row], *, by_shop: bool) -> list[Sums]:
        """Return by how much the sums of the shop change without each row."""
        of_rows = self.rows.units(by_shop=by_shop)
        units = [int(of_rows[name][at]) for name, at in rows]
        known = {unit: place for place, unit in enumerate(dict.fromkeys(units))}
        before = self._counted(self.rows.copies([*known], of_rows))
        after = self._counted(self.rows.without_each(rows, of_rows))
        at = np.array([known[unit] for unit in units], dtype=np.int64)
        return [
            (
                narrow(widen(own) - widen(base)[at]),
                np.asarray(counts - base_counts[at], dtype=np.int64),
            )
            for (own, counts), (base, base_counts) in zip(after, before, strict=True)
        ]

    def _counted(self, events: Events) -> list[Sums]:
        result = self.supposing.result
        resolved = resolve_events(events, result.rules)
        return window_sums(resolved, self.supposing.wanted, result.as_of)


def _dearest(one: EventCost) -> tuple[Fraction, Row]:
    return -one.costs, one.row
