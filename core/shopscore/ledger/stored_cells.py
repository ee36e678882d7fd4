"""Cells as a ledger keeps them: what each ingest has changed in the sum and number of a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve

from ..counting.cells import Cells
from .snapshots import Snapshot
from .stored_rows import SEQ

CELLS = "cells"
#: ``tally`` is the fingerprint as a number; a sum that is null is the number of rows.
CELL_SCHEMA: dict[str, Any] = {
    "tally": pl.Int64,
    "shop": pl.Int32,
    "day": pl.Int32,
    SEQ: pl.Int32,
    "sum": pl.Int64,
    "count": pl.Int64,
}


def number_of(fingerprint: str) -> int:
    """Return the number that stands for a fingerprint in a table."""
    return int.from_bytes(bytes.fromhex(fingerprint), "big", signed=True)


def with_shops(cells: Cells, numbers: npt.NDArray[np.integer]) -> Cells:
    """Return cells with other numbers of shops, in whatever order these are."""
    if (numbers[1:] > numbers[:-1]).all():
        return cells.renumbered(numbers.astype(np.int64))
    return Cells.of(numbers[cells.shops].astype(np.uint32), cells.days, cells.counts, cells.sums)


def to_stored(cells: Mapping[str, Cells], seq: int) -> pl.DataFrame:
    """Return cells by fingerprint as rows of the table, which an ingest has changed."""
    parts = [
        pl.DataFrame(
            {
                "tally": np.full(len(own), number_of(name), dtype=np.int64),
                "shop": own.shops.astype(np.int32),
                "day": own.days.astype(np.int32),
                SEQ: np.full(len(own), seq, dtype=np.int32),
                "sum": pl.Series(own.values).set(pl.Series(own.values == own.counts), None),
                "count": own.counts,
            },
            schema=CELL_SCHEMA,
        )
        for name, own in sorted(cells.items(), key=lambda item: number_of(item[0]))
    ]
    return pl.concat([pl.DataFrame(schema=CELL_SCHEMA), *parts])


def read_cells(snapshot: Snapshot, upto: Mapping[str, int]) -> dict[str, Cells]:
    """Return the cells of tallies by fingerprint, each as of an ingest."""
    runs: dict[str, list[Cells]] = {name: [] for name in upto}
    newest = max(upto.values(), default=0)  # what came later is not read
    for rows in _in_runs(snapshot, upto):
        numbers = rows["tally"].to_numpy()
        for name, seq in upto.items():
            start, end = np.searchsorted(numbers, [number_of(name), number_of(name) + 1])
            own = rows.slice(int(start), int(end - start))
            runs[name].append(_cells(own if seq == newest else own.filter(pl.col(SEQ) <= seq)))
    return {name: Cells.added(runs.pop(name)) for name in upto}


def _in_runs(snapshot: Snapshot, upto: Mapping[str, int]) -> Iterator[pl.DataFrame]:
    """Yield rows of tallies, ascending: a large file stands in that order, small ones are sorted."""
    table = snapshot.head.tables.get(CELLS)
    if table is None or not upto:
        return
    total = sum(digest.size for digest in table.files.values())
    large = {f for f, digest in table.files.items() if digest.size * _FEW > total}
    small = {*table.files} - large
    asked = pl.col("tally").is_in([number_of(name) for name in upto])
    which = asked, pl.col(SEQ) <= max(upto.values())
    for files in (*({one} for one in sorted(large)), small):
        if files:
            own = evolve(table, files={name: table.files[name] for name in files})
            rows = snapshot.collect(snapshot.scan_table(own, CELL_SCHEMA).filter(*which))
            order = ("tally", "shop", "day")
            yield rows.sort(order) if files is small or not _stands(rows) else rows


#: A file with more than one in so many bytes of a table is large.
_FEW = 16


def _stands(rows: pl.DataFrame) -> bool:
    """Return whether rows stand in the order of tallies: those of a tally are looked at later."""
    return rows["tally"].is_sorted()


def _cells(rows: pl.DataFrame) -> Cells:
    counts, sums = rows["count"], rows["sum"]
    whole = sums.null_count() == len(sums)
    return Cells.of(
        rows["shop"].to_numpy().astype(np.uint32),
        rows["day"].to_numpy().astype(np.int64),
        counts.to_numpy(),
        None if whole else sums.fill_null(counts).to_numpy(),
    )


def read_days(snapshot: Snapshot, fingerprints: Collection[str]) -> dict[str, Cells]:
    """Return how many rows tallies count on each day, whatever their shop: all are of the place 0."""
    numbers = [number_of(name) for name in fingerprints]
    rows = snapshot.scan(CELLS, CELL_SCHEMA).filter(
        pl.col("tally").is_in(numbers), pl.col(SEQ) <= snapshot.seq
    )
    days = snapshot.collect(rows.group_by("tally", "day").agg(pl.col("count").sum()))
    found = {}
    for name in fingerprints:
        own = days.filter(pl.col("tally") == number_of(name))
        shops = np.zeros(len(own), dtype=np.uint32)
        on = own["day"].to_numpy().astype(np.int64)
        found[name] = Cells.of(shops, on, own["count"].to_numpy(), None)
    return found


def without(snapshot: Snapshot, fingerprints: Iterable[str]) -> pl.DataFrame:
    """Return all rows of the table but those of some tallies."""
    gone = [number_of(name) for name in fingerprints]
    rows = snapshot.scan(CELLS, CELL_SCHEMA).filter(~pl.col("tally").is_in(gone))
    return snapshot.collect(rows)
