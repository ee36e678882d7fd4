"""Revisions: what would have been shown on a day with what was known then, beside what is known now.

Rows that came later are listed where they moved something: what their unit counts on a day that some
window looks at is another number with what is known now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from ..counting.cells import fingerprint
from ..counting.daily import count_cells
from ..counting.resolution import resolved_frames
from ..counting.selection import day_number
from ..counting.units import Units, key_prints, unit_prints
from ..messages import listed, numbered
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.fingerprints import Prints, cell_prints, mixed
from ..results.result import Result
from ..value_classes import evolve, field, frozen
from .commits import Head
from .counted_parts import came_after
from .counting import Group, by_fingerprint, groups_of, rows_of, touched_by
from .moments import as_moment, ingest_known
from .snapshots import Snapshot
from .stored_rows import SEQ

#: What is told of a row that came later.
ROW_SCHEMA: dict[str, Any] = {
    "stream": pl.String,
    "shop_id": pl.String,
    "id": pl.String,
    "kind": pl.String,
    "known_at": pl.Datetime("ms"),
    "metrics": pl.List(pl.String),
}


@frozen(eq=False, slots=False)
class Revision:
    """The scores of a day as they were known, and as they are, and the rows that make the difference.

    ``rows`` has a line for each late row and each correction that moved a metric: of a ``correction``
    another state was known before, of a ``late`` row none. ``notices`` say what has no rows to list,
    ``shops`` are those that are looked at, by default all.
    """

    known_at: datetime
    then: Result = field(repr=False)
    now: Result = field(repr=False)
    rows: pl.DataFrame = field(repr=False)
    notices: tuple[Notice, ...] = ()
    shops: tuple[str, ...] = ()

    @property
    def as_of(self) -> date:
        """The day of publication."""
        return self.now.as_of

    @cached_property
    def scores(self) -> pl.DataFrame:
        """Shops whose status, score or level is another one now, with both."""
        columns = ("status", "score", "current_level", "level")
        then, now = (_picked(one, columns) for one in (self.then, self.now))
        return self._own(_differing(then, now, ["shop_id"]), self.shops)

    @cached_property
    def metrics(self) -> pl.DataFrame:
        """Metrics of shops that have another value, number of rows or points now, with both."""
        then, now = (_metrics(one) for one in (self.then, self.now))
        return self._own(_differing(then, now, ["shop_id", "metric"]), self.shops)

    def of_shops(self, ids: Iterable[str]) -> Revision:
        """Return the same of some shops.

        Raises:
            UsageError: for a shop that has no score now.
        """
        own = (*ids,)
        _ = self.now.only(own)  # says which is not there
        return evolve(self, shops=own, rows=self._own(self.rows, own))

    def _own(self, table: pl.DataFrame, shops: tuple[str, ...]) -> pl.DataFrame:
        return table.filter(pl.col("shop_id").is_in(shops)) if shops else table

    def to_polars(self) -> pl.DataFrame:
        """Return :attr:`metrics`."""
        return self.metrics


def _picked(result: Result, columns: Iterable[str]) -> pl.DataFrame:
    every = result.to_polars()
    return every.select("shop_id", *(name for name in columns if name in every.columns))


#: What is compared of each metric.
_TYPES: dict[str, Any] = {"value": pl.Float64, "n": pl.Int64, "points": pl.Float64}


def _metrics(result: Result) -> pl.DataFrame:
    table, parts = result.to_polars(), []
    for id in result.rules.metrics:
        named = {f"{id}.{name}": name for name in _TYPES}
        there = [column for column in named if column in table.columns]
        cells = [pl.col(name).cast(_TYPES[named[name]]).alias(named[name]) for name in there]
        parts.append(table.select("shop_id", pl.lit(id).alias("metric"), *cells))
    return pl.concat(parts, how="diagonal")


def _differing(then: pl.DataFrame, now: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return what both say of the same keys, where that differs; null where one knows nothing."""
    both = then.join(now, on=keys, how="full", coalesce=True, suffix="_now")
    names = [name for name in then.columns if name not in keys]
    differs = [pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in names]
    pairs = [c for n in names for c in (pl.col(n).alias(f"{n}_then"), pl.col(f"{n}_now"))]
    return both.filter(pl.any_horizontal(differs)).select(*keys, *pairs).sort(keys)


def rows_that_moved(
    snapshot: Snapshot, rules: BoundRuleSet, as_of: date, then: int
) -> pl.DataFrame:
    """Return the rows that came after an ingest and moved a metric of a day of publication."""
    read_by = _metrics_of(rules, as_of)
    tallies = {n: tally for n, tally in by_fingerprint(rules.tallies).items() if n in read_by}
    found = [pl.DataFrame(schema=ROW_SCHEMA)]
    for group in groups_of(tallies, snapshot):
        touched = touched_by(snapshot, group, then, snapshot.seq)
        if len(touched):
            rows = rows_of(snapshot, group, touched)
            moved = _moved(snapshot, group, rows, then, read_by)
            found += _of_units(snapshot, group, rows, then, moved)
    every = pl.concat(found)
    keys = [name for name in ROW_SCHEMA if name != "metrics"]
    told = every.group_by(keys).agg(pl.col("metrics").explode().unique().sort())
    return told.sort("known_at", "stream", "shop_id", "id")


#: By fingerprint: the metrics that count a tally, each with the first and the last day it looks at.
_ReadBy = Mapping[str, list[tuple[str, int, int]]]


def _metrics_of(rules: BoundRuleSet, as_of: date) -> _ReadBy:
    found: dict[str, list[tuple[str, int, int]]] = {}
    today = day_number(as_of)
    for id, metric in rules.metrics.items():
        for tally, weights in metric.windows(as_of):
            days = today - weights.last_age, today - weights.first_age
            found.setdefault(fingerprint(tally), []).append((id, *days))
    return found


def _moved(
    snapshot: Snapshot,
    group: Group,
    rows: Mapping[str, pl.DataFrame],
    then: int,
    read_by: _ReadBy,
) -> pl.DataFrame:
    """Return the marks of units that count otherwise now, each with a metric that sees it."""
    changes = [
        _cells_of_units(snapshot, group, rows, then, -1),
        _cells_of_units(snapshot, group, rows, snapshot.seq, 1),
    ]
    left = pl.concat(changes).group_by("unit", "tally", "day").sum()
    left = left.filter((pl.col("sum") != 0) | (pl.col("count") != 0))
    seen = [
        left.filter(pl.col("tally") == name, pl.col("day").is_between(first, last)).select(
            "unit", pl.lit(id).alias("metric")
        )
        for name in group.tallies
        for id, first, last in read_by[name]
    ]
    return pl.concat(seen).unique()


def _cells_of_units(
    snapshot: Snapshot, group: Group, rows: Mapping[str, pl.DataFrame], seq: int, sign: int
) -> pl.DataFrame:
    """Return what each unit counts of the rows that had come by an ingest, by its mark."""
    known = {name: own.filter(pl.col(SEQ) <= seq) for name, own in rows.items()}
    events, tallies = snapshot.events_of(known), tuple(group.tallies.values())
    units = Units.of(events, by_shop=group.by_shop)
    frames = {
        name: frame.with_columns(pl.Series("shop", units.codes[name].astype(np.uint32)))
        for name, frame in resolved_frames(events, snapshot.streams, tallies).items()
        if name in units.codes
    }
    parts = [
        pl.DataFrame(
            {
                "unit": units.marks[cells.shops],
                "tally": name,
                "day": cells.days,
                "sum": sign * cells.values,
                "count": sign * cells.counts,
            },
            schema=_UNIT_CELLS,
        )
        for name, cells in count_cells(frames, tallies).items()
        if len(cells)
    ]
    return pl.concat([pl.DataFrame(schema=_UNIT_CELLS), *parts])


_UNIT_CELLS: dict[str, Any] = {
    "unit": pl.UInt64,
    "tally": pl.String,
    "day": pl.Int64,
    "sum": pl.Int64,
    "count": pl.Int64,
}


def _of_units(
    snapshot: Snapshot,
    group: Group,
    rows: Mapping[str, pl.DataFrame],
    then: int,
    moved: pl.DataFrame,
) -> Iterator[pl.DataFrame]:
    """Yield the rows of each stream that came later, of units that count otherwise now."""
    ids = snapshot.shops["shop_id"]
    prints = cell_prints(ids)
    for name, own in rows.items():
        if not len(own):
            continue
        stream = snapshot.streams[name]
        placed = own.with_columns(
            pl.Series("shop", snapshot.places[own["shop"].to_numpy()].astype(np.uint32))
        )
        shops = mixed(prints)[placed["shop"].to_numpy()]
        marks: Prints = shops if group.by_shop else unit_prints(stream, prints, placed)
        marked = placed.with_columns(
            unit=pl.Series(marks), key=pl.Series(key_prints(stream, prints, placed))
        )
        later = marked.filter(pl.col(SEQ) > then)
        before = marked.filter(pl.col(SEQ) <= then)
        was = before.select("key", "unit").join(later.select("key").unique(), on="key", how="semi")
        metrics = (
            pl.concat([later.select("key", "unit"), was])
            .unique()
            .join(moved, on="unit")
            .group_by("key")
            .agg(pl.col("metric").unique().sort().alias("metrics"))
        )
        newest = later.sort(SEQ).unique("key", keep="last", maintain_order=True)
        told = newest.join(metrics, on="key").join(_moments(snapshot), on=SEQ)
        id = [pl.col(column).cast(pl.String) for column in stream.key] or [pl.lit("")]
        known = pl.col("key").is_in(before["key"].implode())
        yield told.select(
            pl.lit(name).alias("stream"),
            ids.gather(told["shop"]).alias("shop_id"),
            pl.concat_str(id, separator=" ").alias("id"),
            pl.when(known).then(pl.lit("correction")).otherwise(pl.lit("late")).alias("kind"),
            "known_at",
            "metrics",
        )


def revision_of(snapshot: Snapshot, then: Result, now: Result, known_at: int) -> Revision:
    """Return two results of a day, with the rows of all that came after a moment, in seconds."""
    seq = ingest_known(snapshot.head, known_at, snapshot.zone)
    rows = rows_that_moved(snapshot, now.rules, now.as_of, seq)
    moment = as_moment(known_at, snapshot.zone)
    return Revision(moment, then, now, rows, _not_listed(snapshot.head, seq))


def _not_listed(head: Head, seq: int) -> tuple[Notice, ...]:
    """Return what came after an ingest as counted: it moved metrics, and has no rows to list."""
    came = came_after(head, seq)
    if not came:
        return ()
    said = numbered(
        "ingest {which} came as counted: what it moved is among the metrics, and has no rows here",
        "ingests {which} came as counted: what they moved is among the metrics, and has no rows here",
        len(came),
        which=listed(map(str, came)),
    )
    return (Notice("counted_parts", said),)


def _moments(snapshot: Snapshot) -> pl.DataFrame:
    """Return when each ingest was known, on the clock of the ledger."""
    known = [(one.seq, one.known_at or 0) for one in snapshot.head.ingests]
    return pl.DataFrame(
        {
            SEQ: [seq for seq, _ in known],
            "known_at": [as_moment(at, snapshot.zone).replace(tzinfo=None) for _, at in known],
        },
        schema={SEQ: pl.Int32, "known_at": pl.Datetime("ms")},
    )
