"""Needs: what the tallies of a rule set read of each stream, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from ..evaluation.words import Words, words_looked_for
from ..model.expressions import ColumnRef, Expr, columns_of
from ..model.joined import HasRow, Joined, joined_of
from ..model.links import ORDER
from ..model.streams import Stream
from ..model.tallies import Tally
from ..value_classes import frozen
from .once import once_column

#: A program scores by few rule sets, over and over; a plan of counting is of a stream and a day.
KEPT = 256
#: Streams that are kept whole: a row or two for each shop, whose columns are asked for by name.
FACTS = "shop_facts"
KEPT_WHOLE = ("shops", FACTS)


@frozen
class StreamNeeds:
    """The columns and joined values that tallies of a stream read, and their ``Once``.

    ``once`` has one tally for each name of :func:`once_column`, ``words`` what is looked for.
    """

    columns: tuple[ColumnRef, ...]
    joined: tuple[Joined, ...]
    once: Mapping[str, Tally]
    words: Mapping[str, Words]

    @classmethod
    def of(cls, tallies: tuple[Tally, ...]) -> StreamNeeds:
        """Find out what tallies of one stream need."""
        expressions = [e for t in tallies for e in t.expressions]
        return cls(
            columns_of(*expressions),
            joined_of(*expressions),
            {once_column(t): t for t in tallies if t.once},
            words_looked_for(*expressions),
        )


def streams_read(tallies: Iterable[Tally], streams: Mapping[str, Stream]) -> frozenset[str]:
    """Return the streams that tallies read: their own, those of linked or joined rows, and orders."""
    every = (_read(tally.stream, tally.expressions, streams) for tally in tallies)
    return frozenset([ORDER.stream, *(name for of in every for name in of)])


def _read(stream: str, expressions: Iterable[Expr], streams: Mapping[str, Stream]) -> Iterator[str]:
    yield stream
    asked = tuple(expressions)
    for ref in columns_of(*asked):
        if ref.linked:
            yield streams[stream].link(ref.link).stream
    for one in joined_of(*asked):
        if isinstance(one, HasRow):
            yield from _read(one.stream, (one.where,), streams)
        else:
            yield FACTS


@lru_cache(maxsize=KEPT)
def needs_of(tallies: tuple[Tally, ...]) -> Mapping[str, StreamNeeds]:
    """Return what tallies need of each stream that they read."""
    streams = dict.fromkeys(t.stream for t in tallies)
    return {name: StreamNeeds.of(tuple(t for t in tallies if t.stream == name)) for name in streams}
