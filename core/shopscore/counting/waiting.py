"""Waiting: which tallies look at more than their own row, so that they are counted at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from ..model.expressions import columns_of
from ..model.joined import FactOn, HasRow, joined_of
from ..model.links import ORDER
from ..model.streams import Stream
from ..model.tallies import Tally
from ..plugins.bound_rules import BoundRuleSet

#: Why a tally waits: it looks at the order that a row names; it counts some of the rows that share
#: something; it counts what rows share; it looks at a fact of the shop's day; it looks at rows of
#: another stream, which name the row or are named by it; it leaves out rows of excluded orders.
Reason = Literal["order", "once", "distinct", "shop_fact", "other_rows", "excluded_orders"]


def counts_alone(tally: Tally, rules: BoundRuleSet) -> bool:
    """Return whether a tally looks at nothing but the row itself."""
    return not waits_for(tally, rules)


def waits_for(tally: Tally, rules: BoundRuleSet) -> tuple[Reason, ...]:
    """Return why a tally is counted at the end; nothing where it looks at the row alone."""
    return tuple(_reasons(tally, rules))


def _reasons(tally: Tally, rules: BoundRuleSet) -> Iterator[Reason]:
    joined = joined_of(*tally.expressions)
    if ORDER.name in _links(tally):
        yield "order"
    if tally.once is not None:
        yield "once"
    if tally.distinct is not None:
        yield "distinct"
    if any(isinstance(one, FactOn) for one in joined):
        yield "shop_fact"
    if streams_of(tally, rules.streams):
        yield "other_rows"
    stream = rules.streams[tally.stream]
    if stream.follows_order and stream.name != "orders" and not tally.with_excluded:
        yield "excluded_orders"


def streams_of(tally: Tally, streams: Mapping[str, Stream]) -> tuple[str, ...]:
    """Return the other streams whose rows a tally looks at, besides the order that a row names."""
    stream, joined = streams[tally.stream], joined_of(*tally.expressions)
    links = [stream.link(name) for name in _links(tally) if name != ORDER.name]
    naming = [one.stream for one in joined if isinstance(one, HasRow)]
    return tuple(dict.fromkeys([*(link.stream for link in links), *naming]))


def _links(tally: Tally) -> tuple[str, ...]:
    """Return the names of the links by which a tally looks at other rows."""
    return tuple(dict.fromkeys(ref.link for ref in columns_of(*tally.expressions) if ref.linked))
