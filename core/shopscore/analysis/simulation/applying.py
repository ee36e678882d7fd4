"""Applying a lever: the rows that its conditions match get other cells; events become events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from ...counting.joining import column_of, instants_of, joined_column
from ...errors import PluginError
from ...evaluation.with_polars import to_polars
from ...exact.rationals import Mask
from ...messages import Message, listed, message, numbered
from ...model.expressions import ColumnRef, Expr, columns_of
from ...model.instants import expression_with_instants
from ...model.joined import joined_of
from ...model.merging import stream_of
from ...model.streams import Column, Stream
from ...plugins.isolation import isolated
from ...reading.events import Events
from ...reading.raw_table import ROW
from ...reading.rows.clocks import find_zone
from ...reading.rows.narrowing import all_widened
from ...reading.rows.settling import on_the_wall, settle
from ...value_classes import evolve, frozen
from .draws import Draw
from .lever_uses import LeverUse
from .row_cells import ids_of

_DTYPES: Mapping[str, type[pl.DataType]] = {
    "text": pl.String,
    "enum": pl.String,
    "bool": pl.Boolean,
}
Streams = Mapping[str, Stream]


@frozen(eq=False)
class Touched:
    """The rows that a lever touched, and their cells before and after.

    ``rows`` are positions in the stream of the shop, ``matched`` is how many rows its conditions
    match, of which a share may be used. ``before`` and ``after`` have the columns that the lever
    sets; ``earlier`` has by how many seconds each time moved, null where one of both is not known.
    ``amounts`` are what the lever looks at as the amount of a row, in minor units. ``notes`` say
    what the events lack for it.
    """

    use: LeverUse
    rows: pl.Series
    matched: int
    before: pl.DataFrame
    after: pl.DataFrame
    earlier: pl.DataFrame
    amounts: pl.Series
    notes: tuple[Message, ...] = ()

    @property
    def changed(self) -> int:
        """How many of the rows have another cell now."""
        differs = [self.before[c].ne_missing(self.after[c]) for c in self.before.columns]
        return int(pl.DataFrame(differs).max_horizontal().sum()) if differs else 0


def apply_levers(
    events: Events, uses: Sequence[LeverUse], streams: Streams, draw: Draw
) -> tuple[Events, tuple[Touched, ...]]:
    """Return the events of a shop after some levers, in turn, and what each touched."""
    touched = []
    for use in uses:
        with isolated(f"lever {use.lever.id}"):
            events, found = _apply(events, use, streams, draw)
        touched.append(found)
    return events, tuple(touched)


def _apply(events: Events, use: LeverUse, streams: Streams, draw: Draw) -> tuple[Events, Touched]:
    lever, stream = use.lever, streams[use.lever.stream]
    rows = events.frames.get(stream.name)
    if rows is None:
        said = message("{lever}: the events have no {stream}", lever=lever.id, stream=stream.name)
        return events, _untouched(use, said)
    where, changes = lever.rows(**use.settings), lever.changes(**use.settings)
    refused = {*stream.key, *(link.column for link in stream.links)} & {*changes}
    if refused:
        said = message("{column} is a key, which levers must not change", column=min(refused))
        raise PluginError(message("lever {lever}: {error}", lever=lever.id, error=said))
    settable = {n: e for n, e in changes.items() if n in rows.columns or _default(stream, n)}
    amount = lever.amount
    asked = [where, *settable.values(), *([] if amount is None else [amount])]
    frame = _frame(events, stream, streams, asked)
    matches = _values(frame, where, pl.Boolean).fill_null(False).to_numpy()
    picked = matches.copy()
    matched = rows.filter(pl.Series(matches))
    picked[matches] = draw.rows(lever.id, ids_of(matched, stream), use.share)
    new = {n: _values(frame, e, _dtype(stream.column(n))) for n, e in settable.items()}
    amounts = (
        pl.Series([None] * len(rows), dtype=pl.Int64)
        if amount is None
        else _values(frame, amount, pl.Int64)
    )
    changed = _with_cells(events, stream, new, picked, lever.id)
    at = pl.Series(np.flatnonzero(picked))
    before, after = (_cells(e, stream, [*settable])[at] for e in (events, changed))
    steady_before, steady_after = (_steady(e, stream)[at] for e in (events, changed))
    times = [n for n in settable if stream.column(n).kind == "time"]
    earlier = pl.DataFrame([(steady_before[n] - steady_after[n]).alias(n) for n in times])
    notes = (
        *_lacking(events, stream, streams, lever.id, asked, changes),
        *_emptied(lever.id, new, after, at),
    )
    return changed, Touched(use, at, int(matches.sum()), before, after, earlier, amounts[at], notes)


def _untouched(use: LeverUse, said: Message) -> Touched:
    nothing, none = pl.DataFrame(), pl.Series([], dtype=pl.Int64)
    return Touched(use, none, 0, nothing, nothing, nothing, none, (said,))


def _default(stream: Stream, name: str) -> bool:
    """Return whether rows without a column have a value there all the same."""
    return stream.column(name).default is not None


def _dtype(column: Column) -> type[pl.DataType]:
    return _DTYPES.get(column.kind, pl.Int64)


def _frame(
    events: Events, stream: Stream, streams: Streams, expressions: Sequence[Expr]
) -> pl.DataFrame:
    """Return what expressions read of the rows of a stream, words as text."""
    refs = columns_of(*expressions)
    columns = [
        events.frames[stream.name]["shop"],
        *(column_of(ref, events, stream, streams, {}) for ref in refs),
        *instants_of(refs, events, stream, streams),
    ]
    frame = pl.DataFrame(columns)
    joined = joined_of(*expressions)
    return frame.hstack([joined_column(one, events, stream, streams, frame) for one in joined])


def _values(frame: pl.DataFrame, expression: Expr, dtype: type[pl.DataType]) -> pl.Series:
    """Return the value of an expression for each row; times are instants where a clock changed."""
    timed = to_polars(expression_with_instants(expression, frame.columns))
    return all_widened(frame).with_columns(_=timed.cast(dtype)).collect()["_"]


def _steady(events: Events, stream: Stream) -> pl.DataFrame:
    """Return the rows of a stream with instants in the place of times, and wide numbers."""
    rows, instants = events.frames[stream.name], events.instants.get(stream.name)
    if instants is not None:
        rows = rows.with_columns(instants)
    return all_widened(rows).collect()


def _cells(events: Events, stream: Stream, names: Sequence[str]) -> pl.DataFrame:
    """Return some columns of a stream; one that is not there has its default."""
    rows = all_widened(events.frames[stream.name]).collect()
    absent = [n for n in names if n not in rows.columns]
    defaults = (pl.lit(stream.column(n).default, _dtype(stream.column(n))).alias(n) for n in absent)
    shown = rows.with_columns(*defaults).select(names)
    return shown.with_columns(pl.selectors.enum().cast(pl.String))


def _with_cells(
    events: Events, stream: Stream, new: Mapping[str, pl.Series], picked: Mask, lever: str
) -> Events:
    """Return the events with new cells in some rows of a stream.

    As where rows are read, a time that is before one that it cannot be before becomes empty.
    """
    if not picked.any() or not new:
        return events
    rows, mask = _steady(events, stream), pl.Series(picked)
    known = _cells(events, stream, [*new])
    for name, cells in new.items():
        column = stream.column(name)
        _check(column, cells.filter(mask), lever)
        old = rows[name] if name in rows.columns else known[name]
        old = old.cast(pl.String) if column.kind == "enum" else old
        merged = cells.zip_with(mask, old).alias(name)
        if column.kind == "enum":
            merged = merged.cast(pl.Enum(column.values))
        rows = rows.with_columns(merged)
    zone = None if events.zone is None else find_zone(events.zone)
    settled, _ = settle(rows.with_row_index(ROW), stream, zone)
    shown, times = on_the_wall(settled.drop(ROW), stream, zone)
    instants = {name: own for name, own in events.instants.items() if name != stream.name}
    if times is not None:
        instants[stream.name] = times
    return evolve(events, frames={**events.frames, stream.name: shown}, instants=instants)


def _check(column: Column, cells: pl.Series, lever: str) -> None:
    """Raise PluginError for a cell that no row of the stream can have."""
    odd = pl.Series([], dtype=pl.String)
    if column.kind == "enum":
        odd = cells.filter(~cells.is_in(column.values) & cells.is_not_null())
    elif column.low is not None or column.high is not None:
        low = column.low if column.low is not None else -(2**62)
        high = column.high if column.high is not None else 2**62
        odd = cells.filter(~cells.is_between(low, high)).drop_nulls()
    if len(odd):
        said = message("{column} cannot be {value}", column=column.name, value=odd[0])
        raise PluginError(message("lever {lever}: {error}", lever=lever, error=said))


def _lacking(
    events: Events,
    stream: Stream,
    streams: Streams,
    lever: str,
    asked: Sequence[Expr],
    changes: Mapping[str, Expr],
) -> tuple[Message, ...]:
    """Return notes on columns that the lever reads or sets, and the events do not have."""
    read = [ref for ref in columns_of(*asked) if not _is_there(ref, events, stream, streams)]
    names = dict.fromkeys(ref.path for ref in read)
    own = events.frames[stream.name].columns
    names |= dict.fromkeys(n for n in changes if n not in own and not _default(stream, n))
    if not names:
        return ()
    said = message(
        "{lever}: the events have no {columns}: it decides nothing, and is not set",
        lever=lever,
        columns=listed(names),
    )
    return (said,)


def _is_there(ref: ColumnRef, events: Events, stream: Stream, streams: Streams) -> bool:
    named = stream_of(ref, stream, streams)
    rows = events.frames.get(named.name)
    return rows is not None and (ref.name in rows.columns or _default(named, ref.name))


def _emptied(
    lever: str, new: Mapping[str, pl.Series], after: pl.DataFrame, at: pl.Series
) -> tuple[Message, ...]:
    """Return a note on cells that would be before what they cannot be before."""
    lost = sum(
        int((cells[at].is_not_null() & after[name].is_null()).sum()) for name, cells in new.items()
    )
    if not lost:
        return ()
    said = numbered(
        "{lever}: {n} time would be before one that it cannot be before, and is left empty",
        "{lever}: {n} times would be before one that they cannot be before, and are left empty",
        lost,
        lever=lever,
    )
    return (said,)
