"""Differences: how sums over windows change if one row is another, or is not there.

Tallies are a function of units: an order with every row of its shop that names it, or a row that
names none. So each unit is counted as it is and as it would be, as if it were a shop of its own, and
the difference is what the shop's sums change by. A row that is too new for a window counts as on its
newest day: sooner or later it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ...counting.resolution import Resolved, resolve_events
from ...counting.selection import counted, day_number
from ...counting.sums import Sums, Wanted, weighted_sum, weights_of
from ...evaluation.with_numpy import Columns
from ...exact.integers import Integers
from ...model.joined import FactOn, HasRow, joined_of
from ...model.links import ORDER
from ...model.streams import Stream
from ...model.tallies import Tally
from ...plugins.bound_rules import BoundRuleSet
from ...reading.events import Events

Ints = npt.NDArray[np.int64]
FACTS = "shop_facts"


@frozen(eq=False)
class Changes:
    """Rows of a stream, each to be changed by itself: what cells become, or no row at all."""

    stream: str
    rows: Ints
    cells: Mapping[str, pl.Series]
    instants: Mapping[str, pl.Series]
    removed: bool


@frozen(eq=False)
class Differences:
    """What each change adds to the sums of each tally and window, and which metrics it reaches.

    Of the metrics ``unknown`` nobody can tell without looking at more than the order.
    """

    as_of: date
    sums: Mapping[Wanted, Sums]
    metrics: tuple[str, ...]
    unknown: tuple[str, ...]


def find_differences(
    events: Events, rules: BoundRuleSet, as_of: date, changes: Changes
) -> Differences:
    """Return what changes of single rows do to the sums of the rules on a day."""
    projected = rules.projected(as_of)
    reached = {
        id: [
            pair for pair in metric.wanted(as_of) if _reads(pair[0], changes.stream, rules.streams)
        ]
        for id, metric in projected.metrics.items()
    }
    reached = {id: pairs for id, pairs in reached.items() if pairs}
    unknown = [id for id, pairs in reached.items() if not _all_within(pairs, rules.streams)]
    known = {id: pairs for id, pairs in reached.items() if id not in unknown}
    wanted = tuple(dict.fromkeys(pair for pairs in known.values() for pair in pairs))
    sums: dict[Wanted, Sums] = {}
    if wanted and len(changes.rows):
        tallies = tuple(dict.fromkeys(tally for tally, _ in wanted))
        twice = _units_twice(events, rules.streams, tallies, changes)
        resolved = resolve_events(twice, rules, tallies)
        found = _sums(resolved, wanted, as_of, len(changes.rows))
        sums = dict(zip(wanted, found, strict=True))
    return Differences(as_of, sums, tuple(known), tuple(unknown))


def _all_within(pairs: Sequence[Wanted], streams: Mapping[str, Stream]) -> bool:
    return all(_within_order(tally, streams) for tally, _ in pairs)


def _reads(tally: Tally, stream: str, streams: Mapping[str, Stream]) -> bool:
    """Return whether a tally reads rows of a stream: its own, linked or joined ones."""
    own = streams[tally.stream]
    joined = (one for one in joined_of(*tally.expressions) if isinstance(one, HasRow))
    return (
        tally.stream == stream
        or any(own.link(ref.link).stream == stream for ref in tally.columns if ref.linked)
        or any(one.stream == stream for one in joined)
    )


def _within_order(tally: Tally, streams: Mapping[str, Stream]) -> bool:
    """Return whether what a row counts depends on rows of its order alone, and on facts."""
    joined = (one for one in joined_of(*tally.expressions) if isinstance(one, HasRow))
    return (
        tally.distinct is None
        and tally.stays_within_orders
        and all(ref.link in ("", ORDER.name) for ref in tally.columns)
        and all(streams[one.stream].link_to(tally.stream) == ORDER for one in joined)
    )


def _units_twice(
    events: Events, streams: Mapping[str, Stream], tallies: Sequence[Tally], changes: Changes
) -> Events:
    """Return events of twice as many shops as changes: each unit as it is, then as it would be."""
    size = len(changes.rows)
    shops = events.frames[changes.stream]["shop"].gather(changes.rows)
    every = [joined for tally in tallies for joined in joined_of(*tally.expressions)]
    names = {"orders", changes.stream, *(tally.stream for tally in tallies)}
    names |= {one.stream for one in every if isinstance(one, HasRow)}
    members = {n: _members(events, n, changes) for n in sorted(names & events.frames.keys())}
    if any(isinstance(one, FactOn) for one in every) and FACTS in events.frames:
        members[FACTS] = _rows_of_shops(events.frames[FACTS], shops)
    order_at = np.full(2 * size, -1, dtype=np.int64)
    frames, instants = {}, {}
    for name in sorted(members, key=lambda name: name != "orders"):
        unit, rows = members[name]
        is_changed = np.zeros(len(rows), dtype=np.bool_)
        if name == changes.stream:
            is_changed = rows == changes.rows[unit]
        stays = ~is_changed if changes.removed else np.ones(len(rows), dtype=np.bool_)
        taken = np.concatenate([rows, rows[stays]])
        shop = np.concatenate([unit, unit[stays] + size])
        then = np.concatenate([np.zeros(len(rows), dtype=np.bool_), is_changed[stays]])
        frame = events.frames[name][taken].with_columns(pl.Series("shop", shop, dtype=pl.UInt32))
        if name == "orders":
            order_at[shop] = np.arange(len(shop))
        frame = frame.with_columns(_relinked(frame, streams[name], order_at[shop]))
        if name in events.instants:
            instants[name] = events.instants[name][taken]
        if then.any():
            which = np.flatnonzero(then)
            frame = _with_cells(frame, which, unit[is_changed], changes.cells)
            if name in instants:
                cells = {n: v for n, v in changes.instants.items() if n in instants[name].columns}
                instants[name] = _with_cells(instants[name], which, unit[is_changed], cells)
        frames[name] = frame
    twice = events.shops[np.concatenate([shops.to_numpy(), shops.to_numpy()])]
    return evolve(events, shops=twice, frames=frames, instants=instants, places={})


def _with_cells(
    frame: pl.DataFrame, which: Ints, unit: Ints, cells: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """Return rows with other cells in those that are changed; words become text for it."""
    changed = []
    for name, values in cells.items():
        new = values.gather(unit)
        old = frame[name] if name in frame.columns else None
        if old is None:
            old = pl.Series(name, [None], dtype=new.dtype).new_from_index(0, len(frame))
        kind = new.dtype if old.dtype != pl.Boolean else pl.Boolean()
        if old.dtype.is_integer():
            kind = pl.Int64()
        old = old.cast(kind)
        at = np.full(len(frame), -1, dtype=np.int64)
        at[which] = np.arange(len(which))
        mask = pl.Series(at >= 0)
        spread = new.cast(kind).gather(np.maximum(at, 0)) if len(new) else old
        changed.append(spread.zip_with(mask, old).alias(name))
    return frame.with_columns(changed)


def _relinked(frame: pl.DataFrame, stream: Stream, order_at: Ints) -> Iterator[pl.Series]:
    """Yield the places of the rows that others name: of orders where theirs is now, of others none."""
    for link in stream.links:
        if link.place not in frame.columns:
            continue
        place = pl.Series(link.place, order_at).cast(pl.Int64)
        linked = frame[link.place].is_not_null() & (place >= 0)
        if link != ORDER:
            linked = linked & False
        yield place.set(~linked, None).cast(pl.UInt32)


def _rows_of_shops(rows: pl.DataFrame, shops: pl.Series) -> tuple[Ints, Ints]:
    """Return each unit with each row of its shop."""
    units = pl.DataFrame({"shop": shops}).with_row_index("_unit")
    pairs = units.join(rows.select("shop").with_row_index("_row"), on="shop")
    return _pairs(pairs)


def _members(events: Events, name: str, changes: Changes) -> tuple[Ints, Ints]:
    """Return which rows of a stream belong to the unit of each change, as pairs of unit and row."""
    own, orders = events.frames[changes.stream], _orders_of(events, changes)
    units = np.arange(len(changes.rows))
    linked = orders >= 0
    if name == "orders":
        return units[linked], orders[linked]
    frame, parts = events.frames[name], []
    if ORDER.place in frame.columns and linked.any():
        named = np.zeros(len(events.frames["orders"]), dtype=np.bool_)
        named[orders[linked]] = True
        place = frame[ORDER.place]
        there = place.is_not_null().to_numpy()
        there[there] = named[place.drop_nulls().to_numpy()]
        rows = np.flatnonzero(there)
        naming = pl.DataFrame({"_row": rows, "_at": place.gather(rows).cast(pl.Int64)})
        asked = pl.DataFrame({"_unit": units[linked], "_at": orders[linked]})
        parts.append(_pairs(asked.join(naming, on="_at")))
    if not linked.all():
        parts.append(_loose_members(own, frame, changes.rows, units[~linked]))
    if name == changes.stream and not linked.all():
        alone = units[~linked]
        if ORDER.column in own.columns:
            nameless = own[ORDER.column].gather(changes.rows[alone]).is_null().to_numpy()
            alone = alone[nameless]
        parts.append((alone, changes.rows[alone]))
    if not parts:
        return units[:0], units[:0]
    return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])


def _loose_members(
    own: pl.DataFrame, frame: pl.DataFrame, rows: Ints, units: Ints
) -> tuple[Ints, Ints]:
    """Return the rows that name the same unknown order as each change does."""
    if ORDER.column not in own.columns or ORDER.column not in frame.columns:
        return units[:0], units[:0]
    changed = own.select("shop", _order=pl.col(ORDER.column).cast(pl.String))[rows[units]]
    asked = changed.with_columns(pl.Series("_unit", units)).drop_nulls()
    place = pl.col(ORDER.place).is_null() if ORDER.place in frame.columns else pl.lit(True)
    loose = frame.lazy().with_row_index("_row").filter(place, pl.col(ORDER.column).is_not_null())
    naming = loose.select("_row", "shop", _order=pl.col(ORDER.column).cast(pl.String)).collect()
    return _pairs(asked.join(naming, on=["shop", "_order"]))


def _pairs(joined: pl.DataFrame) -> tuple[Ints, Ints]:
    pairs = joined.sort("_unit", "_row")
    unit, row = (pairs[name].cast(pl.Int64).to_numpy() for name in ("_unit", "_row"))
    return unit, row


def _orders_of(events: Events, changes: Changes) -> Ints:
    """Return the order of each change, as a position; −1 where there is none that is known."""
    if changes.stream == "orders":
        return changes.rows
    own = events.frames[changes.stream]
    if ORDER.place not in own.columns or "orders" not in events.frames:
        return np.full(len(changes.rows), -1, dtype=np.int64)
    place = own[ORDER.place].gather(changes.rows).cast(pl.Int64).fill_null(-1)
    return place.to_numpy().copy()


def _sums(resolved: Resolved, wanted: Sequence[Wanted], as_of: date, size: int) -> Iterator[Sums]:
    """Yield for each tally and window what the second units count more than the first."""
    today = day_number(as_of)
    found: dict[Tally, tuple[Ints, Ints, Ints]] = {}
    for stream, frame in resolved.frames.items():
        own = [t for t in dict.fromkeys(tally for tally, _ in wanted) if t.stream == stream]
        rows: list[list[tuple[Ints, Ints, Ints]]] = [[] for _ in own]
        for chunk in counted(Columns(frame), own, [None] * len(own), [True] * len(own)):
            for kept, one in zip(rows, chunk, strict=True):
                value = np.ones(len(one.shop), dtype=np.int64) if one.value is None else one.value
                kept.append((one.shop, value, today - one.days()))
        for tally, kept in zip(own, rows, strict=True):
            nothing = np.zeros(0, dtype=np.int64)
            parts = zip(*kept, strict=True) if kept else ([nothing],) * 3
            shop, value, age = (np.concatenate(part) for part in parts)
            found[tally] = shop, value, age
    for tally, weights in wanted:
        shop, value, age = found[tally]
        age = np.maximum(age, weights.first_age)
        inside = age <= weights.last_age
        weight = weights_of(weights, age[inside])
        shop, value, weight = (
            shop[inside][weight > 0],
            value[inside][weight > 0],
            weight[weight > 0],
        )
        own_sums = weighted_sum(shop, value, weight, 2 * size)
        counts = np.bincount(shop, minlength=2 * size).astype(np.int64)
        yield _second_less_first(own_sums, size), counts[size:] - counts[:size]


def _second_less_first(sums: Integers, size: int) -> Integers:
    return sums[size:] - sums[:size]
