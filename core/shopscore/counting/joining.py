"""Joining: the columns that resolving brings to a row, its own and those of other rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from ..errors import ExpressionError
from ..evaluation.with_polars import to_polars
from ..evaluation.words import Words, words_looked_for
from ..exact.rationals import Mask
from ..messages import message
from ..model.expressions import DAY_SECONDS, ColumnRef, columns_of
from ..model.instants import expression_with_instants, instant_of
from ..model.joined import FactOn, HasRow, Joined
from ..model.merging import stream_of
from ..model.streams import Column, Stream
from ..reading.events import Events
from ..reading.rows.narrowing import all_widened

_DTYPES: dict[str, Any] = {"text": pl.String, "enum": pl.String, "bool": pl.Boolean}


def stream_rows(events: Events, stream: str) -> pl.DataFrame:
    """Return the rows of a stream; a table without rows where the stream is missing."""
    rows = events.frames.get(stream)
    return pl.DataFrame(schema={"shop": pl.UInt32}) if rows is None else rows


def own_column(ref: ColumnRef, rows: pl.DataFrame, stream: Stream) -> pl.Series:
    """Return a column of the rows themselves; its default where the input has no such column."""
    if ref.name in rows.columns:
        return rows[ref.name]
    return _absent(stream.column(ref.name), ref.path, len(rows), with_default=True)


def column_of(
    ref: ColumnRef,
    events: Events,
    stream: Stream,
    streams: Mapping[str, Stream],
    looked_for: Mapping[str, Words],
) -> pl.Series:
    """Return a column of the rows, or of those that they name, ready for expressions."""
    return with_words(_column(ref, events, stream, streams), looked_for.get(ref.path))


def with_words(column: pl.Series, looked_for: Words) -> pl.Series:
    """Return a column whose words are text, unless it is only asked for some that it may have."""
    if not isinstance(column.dtype, pl.Enum):
        return column
    if looked_for is not None and looked_for <= {*column.dtype.categories}:
        return column
    return column.cast(pl.String)


def _column(
    ref: ColumnRef, events: Events, stream: Stream, streams: Mapping[str, Stream]
) -> pl.Series:
    rows = stream_rows(events, stream.name)
    if not ref.linked:
        return own_column(ref, rows, stream)
    link = stream.link(ref.link)
    named, of_named = events.frames.get(link.stream), streams[link.stream]
    if named is None or link.place not in rows.columns:
        return _absent(of_named.column(ref.name), ref.path, len(rows), with_default=False)
    return own_column(ref, named, of_named).gather(rows[link.place]).alias(ref.path)


def instants_of(
    refs: Iterable[ColumnRef], events: Events, stream: Stream, streams: Mapping[str, Stream]
) -> Iterator[pl.Series]:
    """Yield the instants of times of the rows, or of those they name, where a clock was changed."""
    rows = stream_rows(events, stream.name)
    for ref in refs:
        instants = events.instants.get(stream_of(ref, stream, streams).name)
        if instants is None or ref.name not in instants.columns:
            continue
        found = instants[ref.name]
        if not ref.linked:
            yield found.alias(instant_of(ref).path)
        elif (place := stream.link(ref.link).place) in rows.columns:
            yield found.gather(rows[place]).alias(instant_of(ref).path)


def _absent(column: Column, name: str, length: int, *, with_default: bool) -> pl.Series:
    dtype = _DTYPES.get(column.kind, pl.Int64)
    value = column.default if with_default else None
    return pl.Series(name, [value], dtype=dtype).new_from_index(0, length)


def joined_column(
    node: Joined, events: Events, stream: Stream, streams: Mapping[str, Stream], frame: pl.DataFrame
) -> pl.Series:
    """Return the values of a joined expression for every row of a stream, named as its key."""
    match node:
        case FactOn(name, time):
            times = all_widened(frame).select("shop", time=to_polars(time).cast(pl.Int64))
            return _fact(name, times.collect(), events).alias(node.key)
        case HasRow(name, where):
            found = np.zeros(len(frame), dtype=np.bool_)
            if (link := streams[name].link_to(stream.name)) is not None:
                _mark_named(found, events, streams[name], link.place, where)
            return pl.Series(node.key, found)
    raise ExpressionError(message("nothing brings {kind} to a row", kind=type(node).__name__))


def _fact(name: str, times: pl.DataFrame, events: Events) -> pl.Series:
    """Return what the fact says on the day of each time."""
    facts = stream_rows(events, "shop_facts")
    if "value" not in facts.columns:
        return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(times))
    said = facts.filter(pl.col("name") == name).select("shop", "value", time="date")
    days = times.with_columns(pl.col("time") // DAY_SECONDS * DAY_SECONDS)
    return days.join(said, on=["shop", "time"], how="left", maintain_order="left")["value"]


def _mark_named(named: Mask, events: Events, naming: Stream, place: str, where: Any) -> None:
    """Mark the rows that are named by a row of a stream that meets a condition."""
    rows = stream_rows(events, naming.name)
    if place in rows.columns:
        refs, words = columns_of(where), words_looked_for(where)
        own = {naming.name: naming}
        columns = [column_of(ref, events, naming, own, words) for ref in refs]
        frame = pl.DataFrame([rows[place], *columns, *instants_of(refs, events, naming, own)])
        condition = expression_with_instants(where, frame.columns)
        met = all_widened(frame).filter(to_polars(condition).cast(pl.Boolean)).select(place)
        named[met.collect()[place].drop_nulls().to_numpy()] = True
