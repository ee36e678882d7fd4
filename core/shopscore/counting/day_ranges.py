"""The days from and to which rows reach: how far data cover the windows of metrics.

A state counts every row on each of the days that its tallies look at, whether or not it counts
there, so that events and their state reach equally far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..evaluation.with_numpy import Columns
from ..model.tallies import Tally
from ..value_classes import field, frozen
from .cells import cell_days, fingerprint
from .day_counts import DayCounts
from .needs import KEPT
from .resolution import Resolved
from .selection import CHUNK, day_number
from .state import Tallies
from .whole_rows import own_days_of, whole_rows_of

Days = npt.NDArray[np.int64]

_NO_DAYS: Days = np.empty(0, dtype=np.int64)


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


@frozen(eq=False)
class RowDays:
    """The days with rows: for each tally those that it looks at, for each stream its own.

    They are distinct and ascending, since 1970, and do not depend on the day of publication.
    """

    looked_at: Mapping[Tally, Days]
    own: Mapping[str, Days]

    @classmethod
    def of(cls, tallies: tuple[Tally, ...], days_of: Callable[[Tally], Days]) -> RowDays:
        """Find the days of tallies, given those of a tally of whole rows."""
        known: dict[Tally, Days] = {}
        own: dict[str, list[Days]] = {tally.stream: [] for tally in tallies}
        for look in _looks(tallies):
            for every in (look.whole, *look.own):
                if every not in known:
                    known[every] = days_of(every)
            own[look.tally.stream].extend(known[every] for every in look.own)
        return cls(
            {look.tally: known[look.whole] for look in _looks(tallies)},
            {stream: _each_once(np.concatenate([_NO_DAYS, *d])) for stream, d in own.items()},
        )

    def of_others(self, tallies: tuple[Tally, ...]) -> RowDays | None:
        """Return the days that other tallies of these streams look at; None where they are others.

        Which rows count changes none of them.
        """
        known = {whole_rows_of(tally): days for tally, days in self.looked_at.items()}
        looks = _looks(tallies)
        if any(look.whole not in known for look in looks):
            return None
        return RowDays({look.tally: known[look.whole] for look in looks}, self.own)

    def before(self, as_of: date) -> DayRanges:
        """Return how far the days reach before that of publication."""
        today = day_number(as_of)
        past = {tally: _before(today, days) for tally, days in self.looked_at.items()}
        some = {tally: days for tally, days in past.items() if len(days)}
        own = {stream: OwnDays.of(_before(today, days)) for stream, days in self.own.items()}
        return DayRanges(
            {tally: int(days[0]) for tally, days in some.items()},
            {tally: int(days[-1]) for tally, days in some.items()},
            own,
            frozenset(stream for stream, d in own.items() if d is None and len(self.own[stream])),
        )

    def with_silence(self, since: date, until: date) -> RowDays:
        """Return the days where it is known that no row comes from a day until another.

        Rows reach as near to the later day then as they reach to the earlier one.
        """
        today, more = day_number(since), (until - since).days

        def moved(days: Days) -> Days:
            past = _before(today, days)
            return np.concatenate([past, past[-1:] + more, days[len(past) :] + more])

        if not more:
            return self
        return RowDays(
            {tally: moved(days) for tally, days in self.looked_at.items()},
            {stream: moved(days) for stream, days in self.own.items()},
        )


def looked_at(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """Return the tallies of whole rows that say how far the rows of others reach."""
    looks = _looks(tuple(tallies))
    return tuple(dict.fromkeys(every for look in looks for every in (look.whole, *look.own)))


def days_of_rows(resolved: Resolved, known: Iterable[DayCounts] = ()) -> RowDays:
    """Return the days of all rows of events, also of those that do not count.

    ``known`` are days of rows that were counted already.
    """
    tallies = tuple(t for t in resolved.rules.tallies if t.stream in resolved.events.frames)
    days = {tally: counts for counts in known for tally in counts.tallies}
    left = [every for every in looked_at(tallies) if every not in days]
    for stream, frame in resolved.frames.items():
        counts = DayCounts(tuple(every for every in left if every.stream == stream))
        counts.add(Columns(frame))
        days |= dict.fromkeys(counts.tallies, counts)
    return RowDays.of(tallies, lambda tally: days[tally].days(tally))


def days_of_cells(state: Tallies, tallies: Iterable[Tally]) -> RowDays:
    """Return the days of all rows that a state was counted from."""
    days = ((name, cell_days(cells.keys)) for name, cells in state.daily.items())
    return days_by_fingerprint(dict(days), state.columns, tallies)


def days_by_fingerprint(
    days: Mapping[str, Days], columns: Iterable[tuple[str, str]], tallies: Iterable[Tally]
) -> RowDays:
    """Return the days of rows, given those of the cells of each tally, in any order.

    ``columns`` are those that the events have: without one of its stream a tally has no rows.
    """
    streams = {stream for stream, _ in columns}

    def days_of(every: Tally) -> Days:
        return _each_once(days.get(fingerprint(every), _NO_DAYS))

    return RowDays.of(tuple(t for t in tallies if t.stream in streams), days_of)


def _each_once(days: Days) -> Days:
    """Return each day once, ascending: counting them takes a tenth of hashing them."""
    if not len(days):
        return _NO_DAYS
    first = int(days.min())
    if int(days.max()) - first >= CHUNK:  # a computed day may be any number
        return np.unique(days)
    return np.flatnonzero(np.bincount(days - first)) + first


@frozen
class _Look:
    """A tally, and the tallies of whole rows that say how far its own reach."""

    tally: Tally
    whole: Tally
    own: tuple[Tally, ...]


@lru_cache(maxsize=KEPT)
def _looks(tallies: tuple[Tally, ...]) -> tuple[_Look, ...]:
    """Return what to look at for each tally; equal tallies are one and the same."""
    known: dict[Tally, Tally] = {}
    return tuple(
        _Look(
            tally,
            known.setdefault(whole := whole_rows_of(tally), whole),
            tuple(known.setdefault(every, every) for every in own_days_of(tally)),
        )
        for tally in tallies
    )


def _before(today: int, days: Days) -> Days:
    """Return those of ascending days that are before another."""
    return days[: np.searchsorted(days, today)]
