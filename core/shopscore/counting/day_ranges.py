"""The days from and to which rows reach: how far data cover the windows of metrics.

A state counts every row on each of the days that its tallies look at, whether or not it counts
there, so that events and their state reach equally far.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from ..evaluation.with_polars import to_polars
from ..model.expressions import DAY_SECONDS
from ..model.instants import with_instants
from ..model.tallies import Tally
from .cells import cell_days, fingerprint
from .resolution import Resolved
from .selection import day_number
from .state import Tallies
from .whole_rows import own_days_of, whole_rows_of

Days = npt.NDArray[np.int64]


@frozen
class OwnDays:
    """The first and the last of the days on which rows of a stream happened, and what is between.

    ``pause`` is the longest time without rows, ``count`` the number of days with some.
    """

    first: int
    last: int
    pause: int
    count: int

    @classmethod
    def of(cls, days: Days) -> OwnDays | None:
        """Build it from distinct ascending days; None where there is none."""
        if not len(days):
            return None
        return cls(int(days[0]), int(days[-1]), int(np.diff(days).max(initial=0)), len(days))

    @property
    def sparse(self) -> bool:
        """Whether rows happened on at most half of the days from the first to the last."""
        return 2 * self.count <= self.last - self.first + 1


@frozen
class DayRanges:
    """The first and last day with rows of each tally, and the own days of each stream, since 1970.

    Only days before that of publication count. A row may fall on a day of its order, long before
    its own. A stream without any day is there with None; ``later`` are those of them that have
    rows all the same, on the day of publication or after it.
    """

    first: Mapping[Tally, int] = field(factory=dict)
    last: Mapping[Tally, int] = field(factory=dict)
    own: Mapping[str, OwnDays | None] = field(factory=dict)
    later: frozenset[str] = frozenset()


def ranges_of_rows(resolved: Resolved, as_of: date) -> DayRanges:
    """Return the ranges of all rows of events, also of those that do not count."""

    def days_of(every: Tally) -> Days:
        frame = resolved.frames[every.stream]
        day = to_polars(with_instants(every, frame.columns).day).floordiv(DAY_SECONDS)
        return frame.select(day.alias("day"))["day"].drop_nulls().unique().to_numpy()

    return _ranges(resolved.rules.tallies, resolved.events.frames, days_of, as_of)


def ranges_of_cells(state: Tallies, tallies: Iterable[Tally], as_of: date) -> DayRanges:
    """Return the ranges of all rows that a state was counted from."""

    def days_of(every: Tally) -> Days:
        cells = state.daily.get(fingerprint(every))
        return np.empty(0, dtype=np.int64) if cells is None else cell_days(cells.keys)

    return _ranges(tallies, {stream for stream, _ in state.columns}, days_of, as_of)


def _ranges(
    tallies: Iterable[Tally],
    streams: Collection[str],
    days_of: Callable[[Tally], Days],
    as_of: date,
) -> DayRanges:
    """Return the ranges of tallies, given the days of a tally of whole rows."""
    today = day_number(as_of)
    first: dict[Tally, int] = {}
    last: dict[Tally, int] = {}
    own: dict[str, Days] = {}
    filled: set[str] = set()
    for tally in tallies:
        if tally.stream not in streams:
            continue
        past = _before(today, days_of(whole_rows_of(tally)))
        if len(past):
            first[tally], last[tally] = int(past.min()), int(past.max())
        every_day = [days_of(every) for every in own_days_of(tally)]
        filled |= {tally.stream for days in every_day if len(days)}
        known = own.get(tally.stream, np.empty(0, dtype=np.int64))
        own[tally.stream] = np.unique(
            np.concatenate([known, *(_before(today, days) for days in every_day)])
        )
    later = frozenset(stream for stream in filled if not len(own[stream]))
    return DayRanges(first, last, {s: OwnDays.of(days) for s, days in own.items()}, later)


def _before(today: int, days: Days) -> Days:
    return days[days < today]
