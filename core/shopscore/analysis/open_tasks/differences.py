"""Differences: how sums over windows change if one row is another, or is not there.

Tallies are a function of units: an order with every row of its shop that names it, or a row that
names none. So each unit is counted as it is, as it would be at best and at worst, as if it were a
shop of its own; what that makes more is what the shop's sums would change by. At best and at worst a
row that is too new for a window counts as on its newest day: sooner or later it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ...counting.resolution import Resolved, resolve_events
from ...counting.selection import counted, day_number
from ...counting.sums import Sums, Wanted, weighted_sum, weights_of
from ...evaluation.with_numpy import Columns
from ...model.joined import FactOn, HasRow, joined_of
from ...model.links import ORDER
from ...model.streams import Stream
from ...model.tallies import Tally
from ...plugins.bound_rules import BoundRuleSet
from ...reading.events import Events
from ...value_classes import evolve, field, frozen

Ints = npt.NDArray[np.int64]
FACTS = "shop_facts"


@frozen(eq=False)
class Change:
    """What cells of a row become, times also on a clock that is never changed; or no row at all."""

    cells: Mapping[str, pl.Series] = field(factory=dict)
    instants: Mapping[str, pl.Series] = field(factory=dict)
    removed: bool = False


@frozen(eq=False)
class Changes:
    """Rows of a stream, each to be changed by itself: what becomes of it at best, and at worst."""

    stream: str
    rows: Ints
    best: Change
    worst: Change


@frozen(eq=False)
class Differences:
    """What is added to the sums of each metric: first each case at best, then each at worst.

    Of the metrics ``unknown`` nobody can tell without looking at more than the order.
    """

    sums: Mapping[str, tuple[Sums, ...]]
    unknown: tuple[str, ...]


def find_differences(
    events: Events, rules: BoundRuleSet, as_of: date, changes: Changes
) -> Differences:
    """Return what changes of single rows do to the sums of the rules on a day."""
    streams, size = rules.streams, len(changes.rows)
    wanted = {id: m.wanted(as_of) for id, m in rules.projected(as_of).metrics.items()}
    reached = {
        id: [tally for tally, _ in pairs if _reads(tally, changes.stream, streams)]
        for id, pairs in wanted.items()
    }
    unknown = [
        id
        for id, tallies in reached.items()
        if not all(_within_order(tally, streams) for tally in tallies)
    ]
    known = [id for id, tallies in reached.items() if tallies and id not in unknown]
    counted_pairs = {
        pair: None for id in known for pair in wanted[id] if _within_order(pair[0], streams)
    }
    if not counted_pairs or not size:
        return Differences({}, tuple(unknown))
    tallies = tuple(dict.fromkeys(tally for tally, _ in counted_pairs))
    resolved = resolve_events(_units_thrice(events, streams, tallies, changes), rules, tallies)
    found = dict(zip(counted_pairs, _sums(resolved, [*counted_pairs], as_of, size), strict=True))
    nothing = np.zeros(2 * size, dtype=np.int64)
    sums = {}
    for id in known:
        pairs = [found.get(pair, (nothing, nothing)) for pair in wanted[id]]
        alike = [part[:size] == part[size:] for pair in pairs for part in pair]
        differs = np.tile(~np.logical_and.reduce(alike), 2)
        if differs.any():
            sums[id] = tuple(
                (np.where(differs, own, 0), np.where(differs, n, 0)) for own, n in pairs
            )
    return Differences(sums, tuple(unknown))


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


def _units_thrice(
    events: Events, streams: Mapping[str, Stream], tallies: Sequence[Tally], changes: Changes
) -> Events:
    """Return events of thrice as many shops as rows: each unit as it is, at best, and at worst."""
    size = len(changes.rows)
    shops = events.frames[changes.stream]["shop"].gather(changes.rows)
    every = [joined for tally in tallies for joined in joined_of(*tally.expressions)]
    names = {"orders", changes.stream, *(tally.stream for tally in tallies)}
    names |= {one.stream for one in every if isinstance(one, HasRow)}
    members = {n: _members(events, n, changes) for n in sorted(names & events.frames.keys())}
    if any(isinstance(one, FactOn) for one in every) and FACTS in events.frames:
        members[FACTS] = _rows_of_shops(events.frames[FACTS], shops)
    order_at = np.full(3 * size, -1, dtype=np.int64)
    frames, instants = {}, {}
    for name in sorted(members, key=lambda name: name != "orders"):
        parts = [
            _version(events, name, *members[name], changes, change)
            for change in (Change(), changes.best, changes.worst)
        ]
        unit = np.concatenate([part.unit + at * size for at, part in enumerate(parts)])
        shop = pl.Series("shop", unit, dtype=pl.UInt32)
        frame = pl.concat([part.rows for part in parts], how="vertical_relaxed")
        if name == "orders":
            order_at[unit] = np.arange(len(unit))
        frame = frame.with_columns(shop)
        frames[name] = frame.with_columns(_relinked(frame, streams[name], order_at[unit]))
        times = [part.instants for part in parts if part.instants is not None]
        if times:
            instants[name] = pl.concat(times, how="vertical_relaxed")
    thrice = events.shops[np.tile(shops.to_numpy(), 3)]
    return evolve(events, shops=thrice, frames=frames, instants=instants, places={})


@frozen(eq=False)
class _Version:
    """The rows of a stream in one version of each unit, and the unit of each."""

    unit: Ints
    rows: pl.DataFrame
    instants: pl.DataFrame | None


def _version(
    events: Events, name: str, unit: Ints, rows: Ints, changes: Changes, change: Change
) -> _Version:
    """Return the rows of units as they are once the row of each is changed."""
    changed = np.zeros(len(rows), dtype=np.bool_)
    if name == changes.stream:
        changed = rows == changes.rows[unit]
    if change.removed:
        unit, rows = unit[~changed], rows[~changed]
        changed = changed[~changed]
    frame, times = events.frames[name][rows], events.instants.get(name)
    instants = None if times is None else times[rows]
    at, of = np.flatnonzero(changed), unit[changed]
    if name == changes.stream:
        frame = _with_columns(frame, {**changes.best.cells, **changes.worst.cells})
        own = {**changes.best.instants, **changes.worst.instants}
        if own:  # a time without an instant is its own
            known = [] if instants is None else instants.columns
            others = frame.select(pl.col(n).cast(pl.Int64) for n in own if n not in known)
            instants = others if instants is None else instants.hstack(others)
            instants = _with_cells(instants, at, of, change.instants)
    return _Version(unit, _with_cells(frame, at, of, change.cells), instants)


def _with_columns(frame: pl.DataFrame, cells: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Return rows that have all columns of cells, each of a type that has room for these."""
    columns = []
    for name, values in cells.items():
        if name not in frame.columns:
            empty = pl.Series(name, [None], dtype=values.dtype)
            columns.append(empty.new_from_index(0, len(frame)))
        elif frame[name].dtype.is_integer():
            columns.append(frame[name].cast(pl.Int64))
        elif frame[name].dtype != pl.Boolean:
            columns.append(frame[name].cast(pl.String))
    return frame.with_columns(columns)


def _with_cells(
    frame: pl.DataFrame, at: Ints, of: Ints, cells: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """Return rows with other cells in some of them."""
    here = np.full(len(frame), -1, dtype=np.int64)
    here[at] = np.arange(len(at))
    mask = pl.Series(here >= 0)
    changed = []
    for name in cells if len(at) else ():
        if name in frame.columns:
            old = frame[name]
            new = cells[name].gather(of).cast(old.dtype).gather(np.maximum(here, 0))
            changed.append(new.zip_with(mask, old).alias(name))
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
    """Yield for each tally and window what units count more at best, and at worst, than as it is."""
    today = day_number(as_of)
    found = _counted_rows(resolved, [*dict.fromkeys(tally for tally, _ in wanted)])
    for tally, weights in wanted:
        shop, value, day = found[tally]
        age = today - day
        age = np.where(shop < size, age, np.maximum(age, weights.first_age))
        inside = (age >= weights.first_age) & (age <= weights.last_age)
        shop, value, weight = shop[inside], value[inside], weights_of(weights, age[inside])
        heavy = weight > 0
        own = weighted_sum(shop[heavy], value[heavy], weight[heavy], 3 * size)
        counts = np.bincount(shop[heavy], minlength=3 * size).astype(np.int64)
        yield own[size:] - np.tile(own[:size], 2), counts[size:] - np.tile(counts[:size], 2)


def _counted_rows(
    resolved: Resolved, tallies: Sequence[Tally]
) -> dict[Tally, tuple[Ints, Ints, Ints]]:
    """Return shop, value and day of each row that a tally counts."""
    found = {}
    for stream, frame in resolved.frames.items():
        own = [tally for tally in tallies if tally.stream == stream]
        nothing = np.zeros(0, dtype=np.int64)
        rows = [[(nothing, nothing, nothing)] for _ in own]
        for chunk in counted(Columns(frame), own, [None] * len(own), [True] * len(own)):
            for kept, one in zip(rows, chunk, strict=True):
                value = np.ones(len(one.shop), dtype=np.int64) if one.value is None else one.value
                kept.append((one.shop, value, one.days()))
        for tally, kept in zip(own, rows, strict=True):
            shop, value, day = (np.concatenate(part) for part in zip(*kept, strict=True))
            found[tally] = shop, value, day
    return found
