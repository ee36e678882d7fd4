"""Shop copies: the events of a shop several times over, each with other rows that count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from ...exact.rationals import Mask
from ...model.streams import ORDERS
from ...reading.events import Events
from ...value_classes import evolve, field, frozen
from ..reasons.shop_rows import taken_rows

#: The column of orders that says which of them a platform excludes, with what belongs to them.
EXCLUDED = "is_excluded"
#: Rows of copies that are counted at a time.
_AT_ONCE = 400_000


@frozen(eq=False)
class Change:
    """Which rows of each stream are ``gone``, and which orders are ``excluded``; None: as it is."""

    gone: Mapping[str, Mask] = field(factory=dict)
    excluded: Mask | None = None


def changed_copies(events: Events, changes: Sequence[Change]) -> Iterator[Events]:
    """Yield the events of a shop with each change, as those of as many shops, some at a time.

    A row that named one which is gone names none.
    """
    size = max(sum(len(frame) for frame in events.frames.values()), 1)
    step = max(_AT_ONCE // size, 1)
    for start in range(0, len(changes), step):
        yield _copies(events, changes[start : start + step])


def _copies(events: Events, changes: Sequence[Change]) -> Events:
    positions, shops = {}, {}
    for name, frame in events.frames.items():
        every = np.arange(len(frame), dtype=np.int64)
        kept = [every[~one.gone[name]] if name in one.gone else every for one in changes]
        positions[name] = np.concatenate(kept)
        shops[name] = np.repeat(np.arange(len(changes)), [len(own) for own in kept])
    found = taken_rows(events, positions, shops)
    found = evolve(found, shops=events.shops[np.zeros(len(changes), dtype=np.int64)])
    if all(one.excluded is None for one in changes):
        return found
    base = excluded_orders(events)
    every = np.stack([base if one.excluded is None else one.excluded for one in changes])
    marks = every[shops[ORDERS.name], positions[ORDERS.name]]
    orders = found.frames[ORDERS.name].with_columns(pl.Series(EXCLUDED, marks))
    return evolve(found, frames={**found.frames, ORDERS.name: orders})


def excluded_orders(events: Events) -> Mask:
    """Return which orders are excluded."""
    orders = events.frames[ORDERS.name]
    if EXCLUDED not in orders.columns:
        return np.zeros(len(orders), dtype=np.bool_)
    return np.asarray(orders[EXCLUDED].fill_null(value=False).to_numpy(), dtype=np.bool_)
