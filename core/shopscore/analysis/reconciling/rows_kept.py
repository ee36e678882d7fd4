"""Rows kept: events without some of their rows, with links that go where they went."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from attrs import evolve

from ...reading.events import Events


def keep_rows(events: Events, keep: Mapping[str, pl.Series]) -> Events:
    """Return events with only the rows that are marked, of the streams that are named.

    A row that named one which is gone names none. From which lines rows are is not kept.
    """
    frames = {
        name: frame.filter(keep[name]) if name in keep else frame
        for name, frame in events.frames.items()
    }
    instants = {
        name: frame.filter(keep[name]) if name in keep else frame
        for name, frame in events.instants.items()
    }
    moved = {name: _new_places(marks) for name, marks in keep.items()}
    for name, frame in frames.items():
        links = (one for one in events.streams[name].links if one.stream in moved)
        places = [
            moved[one.stream].gather(frame[one.place]).alias(one.place)
            for one in links
            if one.place in frame.columns
        ]
        frames[name] = frame.with_columns(places)
    return evolve(events, frames=frames, instants=instants, places={})


def _new_places(marks: pl.Series) -> pl.Series:
    """Return the place of each row among those that are kept; null of the others."""
    places = marks.cast(pl.UInt32).cum_sum() - 1
    return places.cast(pl.UInt32).set(~marks, None)


def with_column(events: Events, stream: str, column: pl.Series) -> Events:
    """Return events with another column of a stream."""
    frames = {**events.frames, stream: events.frames[stream].with_columns(column)}
    return evolve(events, frames=frames)
