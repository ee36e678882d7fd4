"""Clocks of zones: times on the wall, and seconds of a clock that never changes.

What the package compares and subtracts are *steady* seconds: those of a clock that keeps one of
the zone's offsets for ever. They are the wall's wherever that has not changed since; so times in
China since 1991 are the same on both. :mod:`zoneinfo` is the only source of offsets.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import polars as pl

from ...errors import UsageError
from ...messages import message
from ...value_classes import frozen
from .narrowing import widened

DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Instants of which the time on every clock is within the years 1 to 9999.
_FIRST, _LAST = (
    (datetime(*day, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
    for day in ((1, 1, 3), (9999, 12, 29))
)
#: Names of the system's that are no zone: of this machine, with leap seconds, of no place.
_NO_ZONES = ("right/", "posix/", "localtime", "posixrules", "Factory")
#: Days between looks at a zone's offset, while the last change of its clock is looked for.
_STRIDE = 10
#: The last such day, of 2039, counted from 1970; a clock changed after 2034 is changed every year.
_LAST_LOOK, _YEARLY = 25_560, (date(2035, 1, 1) - date(1970, 1, 1)).days
#: Days on both sides of a time, within which a clock is changed once at most.
AROUND = 2

_Seconds = npt.NDArray[np.int64]


def find_zone(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises:
        UsageError: where there is none, or it is not the same everywhere.
    """
    try:
        if not name.startswith(_NO_ZONES):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise UsageError(
        message(
            "{name} is not a time zone; give a name such as Asia/Shanghai (tz=)", name=repr(name)
        )
    )


@frozen
class Clock:
    """The clock of a zone: steady seconds are instants plus ``base``.

    From the steady second ``since`` on the wall shows the same; None: it is changed every year.
    """

    zone: ZoneInfo
    base: int
    since: int | None

    def has_changes(self, seconds: pl.Series) -> bool:
        """Return whether the wall's clock has changed at, or since, any of these times."""
        if self.since is None:
            return seconds.null_count() < len(seconds)
        least: Any = seconds.min()
        return least is not None and bool(least < self.since + AROUND * DAY)

    def steady(self, wall: pl.Series) -> pl.Series:
        """Return times of the wall in steady seconds.

        A time that the wall shows twice is the first of both; one that it skips is counted on
        from before the gap.
        """
        if not self.has_changes(wall):
            return wall
        times = wall.fill_null(0).to_numpy()
        before, after = (self._offsets(times + side * AROUND * DAY - self.base) for side in (-1, 1))
        offsets, doubtful = before.copy(), np.flatnonzero(before != after)
        if len(doubtful):
            first, second = before[doubtful], after[doubtful]
            at = times[doubtful]
            only_second = (self._offsets(at - first) != first) & (
                self._offsets(at - second) == second
            )
            offsets[doubtful] = np.where(only_second, second, first)
        return _with_nulls(times - offsets + self.base, wall)

    def wall(self, steady: pl.Series) -> pl.Series:
        """Return steady seconds as times of the wall."""
        if not self.has_changes(steady):
            return steady
        instants = widened(steady).fill_null(0).to_numpy() - self.base
        return _with_nulls(instants + self._offsets(instants), steady)

    def _offsets(self, instants: _Seconds) -> _Seconds:
        """Return how far the wall is ahead of UTC at each instant."""
        within = np.clip(instants, _FIRST, _LAST)
        days, of_day = np.unique(within // DAY, return_inverse=True)
        begins = np.array([_offset(self.zone, int(day) * DAY) for day in days], np.int64)
        ends = np.array([_offset(self.zone, int(day + 1) * DAY) for day in days], np.int64)
        changes = np.array(
            [_find_change(self.zone, int(day)) for day in days[begins != ends]], np.int64
        )
        change = np.full(len(days), _LAST + DAY, np.int64)
        change[begins != ends] = changes
        return np.where(within < change[of_day], begins[of_day], ends[of_day])


@cache
def clock_of(zone: ZoneInfo) -> Clock:
    """Return the clock of a zone."""
    looks = range(_LAST_LOOK, -1, -_STRIDE)  # days since 1970
    base = _offset(zone, _LAST_LOOK * DAY)
    wall = _ahead(_EPOCH + timedelta(_LAST_LOOK), zone)
    changed = (day for day in looks if _ahead(_EPOCH + timedelta(day), zone) != wall)
    last = next(changed, -_STRIDE)
    return Clock(zone, base, None if last > _YEARLY else (last + _STRIDE) * DAY + base)


@cache
def _offset(zone: ZoneInfo, instant: int) -> int:
    return _ahead(_EPOCH + timedelta(seconds=instant), zone) // timedelta(seconds=1)


def _ahead(instant: datetime, zone: ZoneInfo) -> timedelta:
    """Return how far the wall of a zone is ahead of UTC."""
    return instant.astimezone(zone).utcoffset() or timedelta()


def _find_change(zone: ZoneInfo, day: int) -> int:
    """Return the first instant of a day at which its second offset holds."""
    low, high = day * DAY, (day + 1) * DAY
    new = _offset(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(zone, middle) == new else (middle, high)
    return high


def _with_nulls(seconds: _Seconds, like: pl.Series) -> pl.Series:
    found = pl.Series(like.name, seconds)
    return found.set(like.is_null(), None) if like.null_count() else found
