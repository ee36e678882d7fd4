"""Counting: what tallies count of what had come by an ingest, and by how much two ingests differ.

Cells are always counted from whole units of rows: what an ingest changes is what the units that it
touches count with it, minus what they count without it. Here the shop of a cell is its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import polars as pl

from ..counting.cells import Cells, fingerprint, fingerprint_of_key
from ..counting.daily import count_cells
from ..counting.resolution import resolved_frames
from ..counting.units import reach_beyond_orders
from ..counting.whole_rows import whole_rows_beside
from ..model.joined import FactOn, HasRow, joined_of
from ..model.streams import Stream
from ..model.tallies import Tally
from ..value_classes import frozen
from .snapshots import Snapshot
from .stored_cells import with_shops
from .stored_rows import KEY, SEQ, UNIT, has_unit

#: Tallies by their fingerprint, or the name under which only their days are kept.
Named = Mapping[str, Tally]
#: Rows that are counted at a time, where many are.
PIECE_ROWS = 1 << 21


@frozen(eq=False)
class Group:
    """Tallies whose units are the same: orders with their rows, or shops."""

    tallies: Named
    mark: str
    streams: tuple[str, ...]

    @property
    def by_shop(self) -> bool:
        """Whether a unit is a shop with all its rows."""
        return self.mark == "shop"


def groups_of(tallies: Named, snapshot: Snapshot) -> Iterator[Group]:
    """Yield tallies that look at one order each, and those that look beyond it."""
    beyond = {
        name: tally
        for name, tally in tallies.items()
        if reach_beyond_orders([tally], snapshot.streams)
    }
    within = {name: tally for name, tally in tallies.items() if name not in beyond}
    for group, mark in ((within, UNIT), (beyond, "shop")):
        needed = _streams_of(group.values(), snapshot.streams)
        streams = tuple(name for name in snapshot.known_streams if name in needed)
        if group and streams:
            yield Group(group, mark, streams)


def _streams_of(tallies: Iterable[Tally], streams: Mapping[str, Stream]) -> set[str]:
    """Return the streams whose rows tallies count or look at; orders may be excluded."""
    found = {"orders"}
    for tally in tallies:
        found.add(tally.stream)
        found |= {streams[tally.stream].link(ref.link).stream for ref in tally.columns if ref.link}
        for joined in joined_of(*tally.expressions):
            found |= {joined.stream} if isinstance(joined, HasRow) else set()
            found |= {"shop_facts"} if isinstance(joined, FactOn) else set()
    return found


def difference(
    snapshot: Snapshot,
    tallies: Named,
    before: int,
    after: int,
    of_orders: Mapping[str, pl.DataFrame] | None = None,
) -> dict[str, Cells]:
    """Return by how much what tallies count differs between two ingests, both known to the snapshot.

    ``of_orders`` are all rows of the orders of what came between, if they were read before.
    """
    changes: dict[str, Cells] = {}
    for group in groups_of(tallies, snapshot):
        found = of_orders
        if found is None or group.by_shop:
            touched = touched_by(snapshot, group, *sorted((before, after)))
            found = rows_of(snapshot.as_of(max(before, after)), group, touched)
        if any(map(len, found.values())):
            then, now = (_count(snapshot, group, _until(found, seq)) for seq in (before, after))
            changes |= {name: Cells.added([now[name], then[name].negative()]) for name in now}
    return {name: changes.get(name, Cells.added([])) for name in tallies}


def rows_of(snapshot: Snapshot, group: Group, touched: pl.Series) -> dict[str, pl.DataFrame]:
    """Return all rows of units, by the marks of these, with every state of them."""
    own = pl.col(group.mark).is_in(touched.implode())
    return {name: with_states(snapshot, name, own) for name in group.streams}


def with_states(snapshot: Snapshot, stream: str, own: pl.Expr) -> pl.DataFrame:
    """Return some rows, and every other state of them: one that names another order may count now."""
    if not has_unit(snapshot.streams[stream]):
        return snapshot.rows(stream, own)
    keys = snapshot.marks(stream, own)[KEY].unique()
    return snapshot.rows(stream, own | pl.col(KEY).is_in(keys.implode()))


def _until(rows: Mapping[str, pl.DataFrame], seq: int) -> dict[str, pl.DataFrame]:
    return {name: own.filter(pl.col(SEQ) <= seq) for name, own in rows.items()}


def touched_by(snapshot: Snapshot, group: Group, before: int, after: int) -> pl.Series:
    """Return the marks of the units of rows that came after an ingest, as they are and were."""
    late, found = snapshot.as_of(after), []
    for stream in group.streams:
        came = late.marks(stream, pl.col(SEQ) > before)
        found.append(came["shop"] if group.by_shop else units_of(late, stream, came))
    return pl.concat(found).unique()


def units_of(snapshot: Snapshot, stream: str, rows: pl.DataFrame) -> pl.Series:
    """Return the marks of the orders that rows are of, and those that they were of before."""
    if not has_unit(snapshot.streams[stream]):
        return rows[KEY]
    keys = rows[KEY].unique()
    known = snapshot.marks(stream, pl.col(KEY).is_in(keys.implode())) if len(keys) else rows
    return pl.concat([rows[UNIT], known[UNIT]])


def _count(snapshot: Snapshot, group: Group, rows: Mapping[str, pl.DataFrame]) -> dict[str, Cells]:
    own = {name: rows[name] for name in group.streams if name in rows}
    if not any(map(len, own.values())):
        return {name: Cells.added([]) for name in group.tallies}
    events = snapshot.events_of(own)
    tallies = tuple(dict.fromkeys(group.tallies.values()))
    found = count_cells(resolved_frames(events, snapshot.streams, tallies), tallies)
    codes = snapshot.shops["code"].to_numpy()
    nobody = np.zeros_like(codes)
    return {
        name: with_shops(found[fingerprint(tally)], nobody if is_of_days(name, tally) else codes)
        for name, tally in group.tallies.items()
    }


def pieces_of(snapshot: Snapshot) -> int:
    """Return in how many pieces all rows are counted."""
    count = sum(
        snapshot.collect(
            snapshot.scan(f"events/{name}", {"shop": pl.Int32}).select(pl.len())
        ).item()
        for name in snapshot.known_streams
    )
    return int(count) // PIECE_ROWS + 1


def count_piece(snapshot: Snapshot, tallies: Named, piece: int, pieces: int) -> dict[str, Cells]:
    """Return what tallies count of the shops of one of some pieces."""
    own = [pl.col("shop") % pieces == piece] if pieces > 1 else []
    cells = {name: Cells.added([]) for name in tallies}
    for group in groups_of(tallies, snapshot):
        rows = {name: snapshot.rows(name, *own) for name in group.streams}
        cells |= _count(snapshot, group, rows)
    return cells


def count_all(snapshot: Snapshot, tallies: Named) -> dict[str, Cells]:
    """Return what tallies count of all that had come."""
    pieces = pieces_of(snapshot)
    runs = [count_piece(snapshot, tallies, piece, pieces) for piece in range(pieces)]
    return {name: Cells.added([run[name] for run in runs]) for name in tallies}


def kept_and_beside(snapshot: Snapshot, tallies: Named) -> tuple[dict[str, int], dict[str, Cells]]:
    """Return by which ingest the cells of tallies are kept, and what these lack as of the snapshot."""
    seq, spans = snapshot.seq, snapshot.head.spans
    kept = {n: min(max(seq, since), upto) for n, (since, upto) in spans.items() if n in tallies}
    beside: dict[str, Cells] = {}
    for base in {*kept.values()} - {seq}:
        apart = {name: tallies[name] for name, one in kept.items() if one == base}
        wider = snapshot.as_of(max(base, seq))
        beside |= difference(wider, apart, base, seq)
    missing = {name: tally for name, tally in tallies.items() if name not in kept}
    return kept, beside | (count_all(snapshot, missing) if missing else {})


def by_fingerprint(tallies: Iterable[Tally]) -> dict[str, Tally]:
    """Return tallies by what stands for them in a table."""
    return {fingerprint(tally): tally for tally in tallies}


def days_of_rows(tallies: Iterable[Tally]) -> dict[str, Tally]:
    """Return the tallies that say how far the rows of these reach, by names of their own.

    Of them only the days are kept, whatever the shop: nobody asks more.
    """
    return {name_of_days(tally.key): tally for tally in whole_rows_beside(tallies)}


def is_of_days(name: str, tally: Tally) -> bool:
    """Return whether only days are kept under a name."""
    return name == name_of_days(tally.key)


def name_of_days(key: str) -> str:
    """Return the name under which the days of a tally are kept, by its canonical text."""
    return fingerprint_of_key(f"days of {key}")
