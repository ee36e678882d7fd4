"""The moment: a time on the platform's clock, and events as they were known then.

A time after the moment has not happened yet: its cell is taken as empty. A row that had not begun
by then is not there. Times that are known ahead, such as deadlines, stay. Words and flags have no
time of their own, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from attrs import evolve

from ...errors import UsageError
from ...exact.rationals import Mask
from ...messages import message
from ...model.streams import Stream
from ...reading.events import Events

_EPOCH = datetime(1970, 1, 1)


def parse_moment(now: datetime | str | None, zone: ZoneInfo) -> datetime:
    """Return a moment as the time that the clock of a zone shows; by default what it shows now.

    Raises:
        UsageError: for text that is no time.
    """
    if now is None:
        now = datetime.now(UTC)
    if isinstance(now, str):
        try:
            now = datetime.fromisoformat(now)
        except ValueError:
            said = message("{text!r} is not a time; write YYYY-MM-DD HH:MM", text=now)
            raise UsageError(said) from None
    if now.tzinfo is not None:
        now = now.astimezone(zone).replace(tzinfo=None)
    return now.replace(microsecond=0)


def seconds_of(moment: datetime) -> int:
    """Return a time on the wall as seconds, as streams hold it."""
    return int((moment - _EPOCH).total_seconds())


def known_at(events: Events, now: int) -> Events:
    """Return events as they were known at a moment; the same ones where nothing is later."""
    later = {name: columns for name in events.frames if (columns := [*_later(events, name, now)])}
    if not later:
        return events
    frames, instants = dict(events.frames), dict(events.instants)
    for name, columns in later.items():
        frame = frames[name]
        known = [pl.when(pl.col(c) <= now).then(pl.col(c)).alias(c) for c in columns]
        frames[name] = frame.with_columns(known)
        if name in instants:
            unknown = frame.select(pl.col(c) > now for c in columns if c in instants[name])
            instants[name] = instants[name].with_columns(
                instants[name][one.name].set(one.fill_null(False), None) for one in unknown
            )
    kept = {n: _begun(events.streams[n], events.frames[n], now) for n in later}
    return only_rows(evolve(events, frames=frames, instants=instants), kept)


def _later(events: Events, name: str, now: int) -> Iterator[str]:
    """Yield the columns of a stream that have times after a moment."""
    frame = events.frames[name]
    for column in events.streams[name].columns:
        timed = (column.kind == "time" and not column.ahead) or _begins(
            column.kind, column.required
        )
        if timed and column.name in frame.columns:
            last = frame[column.name].max()
            if isinstance(last, int) and last > now:
                yield column.name


def _begins(kind: str, required: bool) -> bool:
    return required and kind in ("time", "day")


def _begun(stream: Stream, frame: pl.DataFrame, now: int) -> Mask:
    """Return which rows had begun by a moment: by the times they must have, and any they have."""
    there = [c for c in stream.columns if c.name in frame.columns and not c.ahead]
    must = [pl.col(c.name) > now for c in there if _begins(c.kind, c.required)]
    own = [c.name for c in there if c.kind == "time" and c.name != "updated_at"]
    first = [pl.min_horizontal(own) > now] if own else []
    if not must and not first:
        return np.ones(len(frame), dtype=np.bool_)
    ahead = frame.select(pl.any_horizontal(*must, *first).fill_null(False)).to_series()
    return np.asarray(~ahead.to_numpy(), dtype=np.bool_)


def only_rows(events: Events, kept: Mapping[str, Mask]) -> Events:
    """Return events with only some rows of some streams, linked to those that are left."""
    kept = {name: mask for name, mask in kept.items() if not mask.all()}
    if not kept:
        return events
    places = {}
    for name, mask in kept.items():
        moved = np.cumsum(mask) - 1
        places[name] = pl.Series(np.where(mask, moved, -1)).replace({-1: None}).cast(pl.UInt32)
    frames = {}
    for name, frame in events.frames.items():
        left = frame.filter(pl.Series(kept[name])) if name in kept else frame
        moved_links = [
            places[link.stream].gather(left[link.place]).alias(link.place)
            for link in events.streams[name].links
            if link.stream in places and link.place in left.columns
        ]
        frames[name] = left.with_columns(moved_links)
    instants = {
        name: times.filter(pl.Series(kept[name])) if name in kept else times
        for name, times in events.instants.items()
    }
    return evolve(events, frames=frames, instants=instants, places={})
