"""The days from and to which rows reach: how far data cover the windows of metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import field, frozen

from ..evaluation.with_polars import to_polars
from ..model.expressions import DAY_SECONDS, columns_of
from ..model.instants import with_instants
from ..model.tallies import Tally
from .cells import cell_days, fingerprint
from .resolution import Resolved
from .selection import day_number
from .state import Tallies

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
    """The first day with rows of each tally, and the own days of each stream, since 1970-01-01.

    Only days before that of publication count. A row may fall on a day of its order, long before
    its own. A stream without any day is there with None.
    """

    first: Mapping[Tally, int] = field(factory=dict)
    own: Mapping[str, OwnDays | None] = field(factory=dict)


def ranges_of_rows(resolved: Resolved, as_of: date) -> DayRanges:
    """Return the ranges of all rows of events, also of those that do not count."""
    today = day_number(as_of)
    first: dict[Tally, int] = {}
    read: dict[str, set[str]] = {}
    for tally in resolved.rules.tallies:
        if tally.stream in resolved.events.frames:
            frame = resolved.frames[tally.stream]
            day = to_polars(with_instants(tally, frame.columns).day).floordiv(DAY_SECONDS)
            begins = frame.select(day.filter(day < today).min()).item()
            if begins is not None:
                first[tally] = begins
            own = {ref.name for ref in columns_of(tally.day) if not ref.linked}
            read.setdefault(tally.stream, set()).update(own)
    own_days = {
        stream: OwnDays.of(_distinct_days(resolved.frames[stream], columns, today))
        for stream, columns in read.items()
    }
    return DayRanges(first, own_days)


def _distinct_days(frame: pl.DataFrame, columns: Iterable[str], today: int) -> Days:
    days = [(frame[name] // DAY_SECONDS).drop_nulls().unique().to_numpy() for name in columns]
    every = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *days]))
    return every[every < today]


def ranges_of_cells(state: Tallies, tallies: Iterable[Tally], as_of: date) -> DayRanges:
    """Return the ranges of the rows that a state has counted; nothing where it has counted none."""
    today = day_number(as_of)
    first: dict[Tally, int] = {}
    own: dict[str, Days] = {}
    for tally in tallies:
        days = np.unique(cell_days(state.daily[fingerprint(tally)].keys))
        past = days[days < today]
        if not len(past):
            continue
        first[tally] = int(past[0])
        if not any(ref.linked for ref in columns_of(tally.day)):
            own[tally.stream] = np.union1d(own.get(tally.stream, past), past)
    return DayRanges(first, {stream: OwnDays.of(days) for stream, days in own.items()})
