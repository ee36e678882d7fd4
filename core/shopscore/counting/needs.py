"""Needs: what the tallies of a rule set read of each stream, worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from attrs import frozen

from ..model.expressions import ColumnRef, Expr, columns_of
from ..model.joined import HasRow, Joined, joined_of
from ..model.tallies import Tally
from ..plugins.bound_rules import BoundRuleSet
from ..reading.rows.wanted import Wanted
from .once import once_column

#: A program scores by few rule sets, over and over; a plan of counting is of a stream and a day.
KEPT = 256


@frozen
class StreamNeeds:
    """The tallies of a stream, the columns and joined values that they read, and their ``Once``.

    ``once`` has one tally for each name of :func:`once_column`.
    """

    tallies: tuple[Tally, ...]
    columns: tuple[ColumnRef, ...]
    joined: tuple[Joined, ...]
    once: Mapping[str, Tally]

    @classmethod
    def of(cls, tallies: tuple[Tally, ...]) -> StreamNeeds:
        """Find out what tallies of one stream need."""
        expressions = [e for t in tallies for e in t.expressions]
        return cls(
            tallies,
            columns_of(*expressions),
            joined_of(*expressions),
            {once_column(t): t for t in tallies if t.once},
        )


@lru_cache(maxsize=KEPT)
def needs_of(rules: BoundRuleSet) -> Mapping[str, StreamNeeds]:
    """Return what the rules need of each stream that they read."""
    streams = dict.fromkeys(t.stream for t in rules.tallies)
    return {
        name: StreamNeeds.of(tuple(t for t in rules.tallies if t.stream == name))
        for name in streams
    }


@lru_cache(maxsize=KEPT)
def wanted_of(rules: BoundRuleSet) -> Mapping[str, Wanted]:
    """Return the columns that counting asks for, by stream."""
    columns: dict[str, set[str]] = {}
    compared: dict[str, set[str]] = {}
    for tally in rules.tallies:
        compared.setdefault(tally.stream, set()).update(ref.name for ref in tally.compared)
        _add(columns, tally.stream, tally.computed)
    orders = columns.setdefault("orders", set())
    orders.add("is_excluded")
    return {
        name: Wanted(frozenset(columns.get(name, ())), frozenset(compared.get(name, ())))
        for name in {*columns, *compared}
    }


def _add(columns: dict[str, set[str]], stream: str, expressions: Sequence[Expr]) -> None:
    """Add what expressions on rows of a stream read, of it and of others."""
    for ref in columns_of(*expressions):
        columns.setdefault("orders" if ref.linked else stream, set()).add(ref.name)
    for joined in joined_of(*expressions):
        if isinstance(joined, HasRow):
            _add(columns, joined.stream, [joined.where])
