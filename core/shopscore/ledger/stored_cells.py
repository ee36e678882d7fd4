"""Cells as a ledger keeps them: what each ingest has changed in the sum and number of a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ..counting.cells import Cells, Ints
from ..value_classes import evolve, frozen
from .digests import FileDigest
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
        ).sort("day", maintain_order=True)  # what is asked for is of some days
        for name, own in sorted(cells.items(), key=lambda item: number_of(item[0]))
    ]
    return pl.concat([pl.DataFrame(schema=CELL_SCHEMA), *parts])


@frozen(eq=False)
class Run:
    """Some cells of a tally, in any order; each is what some ingest has changed.

    ``sums`` is None where each sum is the number of rows.
    """

    shops: npt.NDArray[np.int32]
    days: npt.NDArray[np.int32]
    counts: Ints
    sums: Ints | None

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Run:
        """Return the cells that rows of the table hold."""
        counts, sums = rows["count"], rows["sum"]
        whole = sums.null_count() == len(sums)
        return cls(
            rows["shop"].to_numpy(),
            rows["day"].to_numpy(),
            counts.to_numpy(),
            None if whole else sums.fill_null(counts).to_numpy(),
        )

    def cells(self) -> Cells:
        """Return them in order, and put together."""
        shops, days = self.shops.astype(np.uint32), self.days.astype(np.int64)
        return Cells.of(shops, days, self.counts, self.sums)


def read_cells(snapshot: Snapshot, upto: Mapping[str, int], table: str = CELLS) -> dict[str, Cells]:
    """Return the cells of tallies by fingerprint, each as of an ingest."""
    found: dict[str, list[Cells]] = {name: [] for name in upto}
    for runs in read_runs(snapshot, upto, table=table):
        for name, run in runs.items():
            found[name].append(run.cells())
    return {name: Cells.added(found.pop(name)) for name in upto}


def read_runs(
    snapshot: Snapshot,
    upto: Mapping[str, int],
    days: tuple[int, int] | None = None,
    table: str = CELLS,
) -> Iterator[dict[str, Run]]:
    """Yield cells of tallies by fingerprint, each as of an ingest, file by file.

    ``days`` are the first and the last that matter, by default all.
    """
    newest = max(upto.values(), default=0)  # what came later is not read
    on_days = [] if days is None else [pl.col("day").is_between(*days)]
    for rows in _in_runs(snapshot, table, upto, pl.col(SEQ) <= newest, *on_days):
        numbers, runs = rows["tally"].to_numpy(), {}
        for name, seq in upto.items():
            number = number_of(name)
            start, end = (np.searchsorted(numbers, number, side) for side in ("left", "right"))
            own = rows.slice(int(start), int(end - start))
            runs[name] = Run.of(own if seq == newest else own.filter(pl.col(SEQ) <= seq))
        yield {name: run for name, run in runs.items() if len(run.counts)}


def _in_runs(
    snapshot: Snapshot, name: str, fingerprints: Collection[str], *which: pl.Expr
) -> Iterator[pl.DataFrame]:
    """Yield rows in the order of tallies, those of some files at a time."""
    table = snapshot.head.tables.get(name)
    if table is None or not fingerprints:
        return
    asked = pl.col("tally").is_in([number_of(one) for one in fingerprints])
    for files in _in_groups(table.files):
        own = evolve(table, files=files)
        rows = snapshot.collect(snapshot.scan_table(own, CELL_SCHEMA).filter(asked, *which))
        yield rows if rows["tally"].is_sorted() else rows.sort("tally")


def _in_groups(files: Mapping[str, FileDigest]) -> Iterator[dict[str, FileDigest]]:
    """Yield large files, which stand in order, one by one; of small ones as many as are easily held."""
    group: dict[str, FileDigest] = {}
    for name, digest in sorted(files.items(), key=lambda file: -file[1].size):
        if group and sum(one.size for one in group.values()) + digest.size > _GROUP_BYTES:
            yield group
            group = {}
        group[name] = digest
    if group:
        yield group


#: About two million cells.
_GROUP_BYTES = 1 << 22


def without(snapshot: Snapshot, fingerprints: Iterable[str]) -> pl.DataFrame:
    """Return all rows of the table but those of some tallies."""
    gone = [number_of(name) for name in fingerprints]
    rows = snapshot.scan(CELLS, CELL_SCHEMA).filter(~pl.col("tally").is_in(gone))
    return snapshot.collect(rows)
