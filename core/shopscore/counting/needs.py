"""Needs: what the tallies of a rule set read of each stream, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

from ..evaluation.words import Words, words_looked_for
from ..model.expressions import ColumnRef, columns_of
from ..model.joined import Joined, joined_of
from ..model.tallies import Tally
from .once import once_column

#: A program scores by few rule sets, over and over; a plan of counting is of a stream and a day.
KEPT = 256
#: Streams that are kept whole: a row or two for each shop, whose columns are asked for by name.
KEPT_WHOLE = ("shops", "shop_facts")


@frozen
class StreamNeeds:
    """The tallies of a stream, the columns and joined values that they read, and their ``Once``.

    ``once`` has one tally for each name of :func:`once_column`, ``words`` what is looked for.
    """

    tallies: tuple[Tally, ...]
    columns: tuple[ColumnRef, ...]
    joined: tuple[Joined, ...]
    once: Mapping[str, Tally]
    words: Mapping[str, Words]

    @classmethod
    def of(cls, tallies: tuple[Tally, ...]) -> StreamNeeds:
        """Find out what tallies of one stream need."""
        expressions = [e for t in tallies for e in t.expressions]
        return cls(
            tallies,
            columns_of(*expressions),
            joined_of(*expressions),
            {once_column(t): t for t in tallies if t.once},
            words_looked_for(*expressions),
        )


@lru_cache(maxsize=KEPT)
def needs_of(tallies: tuple[Tally, ...]) -> Mapping[str, StreamNeeds]:
    """Return what tallies need of each stream that they read."""
    streams = dict.fromkeys(t.stream for t in tallies)
    return {name: StreamNeeds.of(tuple(t for t in tallies if t.stream == name)) for name in streams}
