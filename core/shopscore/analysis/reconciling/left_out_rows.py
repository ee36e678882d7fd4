"""Left-out rows: what comes out where a platform leaves some rows out, or counts more of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...exact.rationals import Mask
from ...messages import Message, message, numbered
from ...model.streams import ORDERS, Stream
from ...reading.events import Events
from ...value_classes import frozen
from .case import Case
from .shop_copies import EXCLUDED, Change, changed_copies, excluded_orders
from .suspects import Suspect, suspect

#: Columns of text whose words are tried, too, where a shop has no more of them than this.
_WORDS, _MOST_WORDS = ("province",), 40
#: Times of which it is tried whether rows that have one are left out.
_TIMES = ("cancelled_at",)


@frozen(eq=False)
class _Tried:
    """A change of the rows of a stream, and what their column has in it."""

    change: Change
    said: Message
    stream: str
    column: str
    value: str | None = None


def left_out_rows(case: Case) -> Iterator[Suspect]:
    """Yield what comes out without rows of one kind, and with orders that are excluded.

    Only rows of the shop change, of streams that metrics read whose counted numbers part; what
    brings these no closer is not computed to its end.
    """
    tried = [*_changes(case)]
    every = iter(tried)
    for copies in changed_copies(case.own_events, [one.change for one in tried]):
        counted = case.count(copies, case.selection.rules.metrics.keys())
        for row in range(len(copies.shops)):
            one, measured = next(every), case.with_row(counted, row)
            if case.counts_closer(measured):
                lines = case.compare(case.build(measured))
                about = {"stream": one.stream, "column": one.column, "value": one.value}
                yield suspect(case, "rows", one.said, lines, None, **about)


def _changes(case: Case) -> Iterator[_Tried]:
    """Yield the changes to try, of streams that are read by metrics that part."""
    events = case.own_events
    for stream in _streams(case):
        if stream.name == ORDERS.name and (count := int(excluded_orders(events).sum())):
            none = np.zeros(len(events.frames[stream.name]), dtype=np.bool_)
            said = numbered(
                "{n} excluded order counts",
                "{n} excluded orders count, with what belongs to them",
                count,
            )
            yield _Tried(Change(excluded=none), said, stream.name, EXCLUDED)
        yield from _things_in_common(events, stream)


def _streams(case: Case) -> list[Stream]:
    """Return the streams that metrics read which part, and orders where rows follow theirs."""
    rules = case.selection.rules
    read = [tally.stream for id in case.parting for tally in rules.metrics[id].tallies]
    if any(rules.streams[name].follows_order for name in read):
        read.append(ORDERS.name)
    return [rules.streams[n] for n in dict.fromkeys(read) if n in case.own_events.frames]


def _things_in_common(events: Events, stream: Stream) -> Iterator[_Tried]:
    """Yield rows of a stream with a word, a yes or no, or a time in common, to be left out."""
    frame = events.frames[stream.name]
    for column in stream.columns:
        if column.name not in frame.columns or column.name == EXCLUDED:
            continue
        name, cells = column.name, frame[column.name]
        if name in _TIMES:
            said = message(
                "without rows of {stream} with a {column}", stream=stream.name, column=name
            )
            yield _Tried(
                _without(events, stream, cells.is_not_null().to_numpy()), said, stream.name, name
            )
        elif column.kind in ("bool", "enum") or name in _WORDS:
            words = cells.unique().drop_nulls().sort().to_list()
            for word in words if len(words) <= _MOST_WORDS else ():
                value = str(word).lower() if column.kind == "bool" else str(word)
                said = message(
                    "without rows of {stream} whose {column} is {value}",
                    stream=stream.name,
                    column=name,
                    value=value,
                )
                marks = (cells == word).fill_null(value=False).to_numpy()
                yield _Tried(_without(events, stream, marks), said, stream.name, name, value)


def _without(events: Events, stream: Stream, rows: Mask) -> Change:
    """Return the change in which rows are gone; orders stay, but are excluded."""
    if stream.name != ORDERS.name:
        return Change({stream.name: rows})
    return Change(excluded=excluded_orders(events) | rows)
