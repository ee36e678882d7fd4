"""Left-out rows: what comes out where a platform leaves some rows out, or counts more of them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import frozen

from ...messages import Message, message, numbered
from ...model.streams import ORDERS, Stream
from ...reading.events import Events
from .case import Case
from .rows_kept import keep_rows, with_column
from .suspects import Suspect, suspect

_EXCLUDED = "is_excluded"
#: Columns of text whose words are tried, too, where a shop has no more of them than this.
_WORDS, _MOST_WORDS = ("province",), 40
#: Times of which it is tried whether rows that have one are left out.
_TIMES = ("cancelled_at",)


@frozen(eq=False)
class _LeftOut:
    """Rows of a stream that have one thing in common, as marks, and what that is."""

    stream: str
    rows: pl.Series
    said: Message
    column: str
    value: str | None = None


def left_out_rows(case: Case) -> Iterator[Suspect]:
    """Yield what comes out without rows of one kind, and with orders that are excluded.

    Only rows of the shop change, of streams that metrics read whose counted numbers part; what
    brings these no closer is not computed to its end.
    """
    excluded = _without_exclusions(case.own_events)
    if case.parting and excluded is not None:
        events, count = excluded
        said = numbered(
            "{n} excluded order counts",
            "{n} excluded orders count, with what belongs to them",
            count,
        )
        yield from _tried(case, events, said, "orders", _EXCLUDED, None)
    for stream in _streams(case):
        for one in _things_in_common(case.own_events, stream):
            events = _without(case.own_events, one)
            yield from _tried(case, events, one.said, one.stream, one.column, one.value)


def _tried(
    case: Case, events: Events, said: Message, stream: str, column: str, value: str | None
) -> Iterator[Suspect]:
    if not case.counts_closer(case.with_events(events, case.parting)):
        return
    measured = case.with_events(events, case.selection.rules.metrics.keys())
    lines = case.compare(case.build(measured))
    yield suspect(case, "rows", said, lines, stream=stream, column=column, value=value)


def _streams(case: Case) -> list[Stream]:
    """Return the streams that metrics read which part, and orders where rows follow theirs."""
    rules = case.selection.rules
    read = [tally.stream for id in case.parting for tally in rules.metrics[id].tallies]
    if any(rules.streams[name].follows_order for name in read):
        read.append(ORDERS.name)
    return [rules.streams[n] for n in dict.fromkeys(read) if n in case.own_events.frames]


def _things_in_common(events: Events, stream: Stream) -> Iterator[_LeftOut]:
    """Yield rows of a stream with a word, a yes or no, or a time in common: some, but not all."""
    frame = events.frames[stream.name]
    for column in stream.columns:
        if column.name not in frame.columns or column.name == _EXCLUDED:
            continue
        cells = frame[column.name]
        if column.name in _TIMES:
            said = message(
                "without rows of {stream} with a {column}", stream=stream.name, column=column.name
            )
            yield _LeftOut(stream.name, cells.is_not_null(), said, column.name)
        elif column.kind in ("bool", "enum") or column.name in _WORDS:
            words = cells.unique().drop_nulls().sort().to_list()
            for word in words if len(words) <= _MOST_WORDS else ():
                value = str(word).lower() if column.kind == "bool" else str(word)
                said = message(
                    "without rows of {stream} whose {column} is {value}",
                    stream=stream.name,
                    column=column.name,
                    value=value,
                )
                marks = (cells == word).fill_null(value=False)
                yield _LeftOut(stream.name, marks, said, column.name, value)


def _without(events: Events, one: _LeftOut) -> Events:
    """Return events without some rows; orders stay, but are excluded, with what belongs to them."""
    if one.stream != ORDERS.name:
        return keep_rows(events, {one.stream: ~one.rows})
    orders = events.frames[ORDERS.name]
    known = orders[_EXCLUDED].fill_null(value=False) if _EXCLUDED in orders.columns else one.rows
    return with_column(events, ORDERS.name, (known | one.rows).alias(_EXCLUDED))


def _without_exclusions(events: Events) -> tuple[Events, int] | None:
    """Return events in which no order is excluded, and how many were; None where none is."""
    orders = events.frames.get(ORDERS.name)
    if orders is None or _EXCLUDED not in orders.columns:
        return None
    excluded = int(orders[_EXCLUDED].sum() or 0)
    if not excluded:
        return None
    none = pl.Series(_EXCLUDED, [False]).new_from_index(0, len(orders))
    return with_column(events, ORDERS.name, none), excluded
