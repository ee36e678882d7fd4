"""Cells as a ledger keeps them: what each ingest has changed in the sum and number of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

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
    if not upto:
        return {}
    latest = max(upto.values())
    rows = snapshot.scan(CELLS, CELL_SCHEMA).filter(
        pl.col("tally").is_in([number_of(name) for name in upto]), pl.col(SEQ) <= latest
    )
    found = snapshot.collect(rows).partition_by("tally", as_dict=True)
    cells = {}
    for name, seq in upto.items():
        part = found.get((number_of(name),), pl.DataFrame(schema=CELL_SCHEMA))
        cells[name] = _cells(part if seq == latest else part.filter(pl.col(SEQ) <= seq))
    return cells


def _cells(rows: pl.DataFrame) -> Cells:
    counts, sums = rows["count"], rows["sum"]
    whole = sums.null_count() == len(sums)
    return Cells.of(
        rows["shop"].to_numpy().astype(np.uint32),
        rows["day"].to_numpy().astype(np.int64),
        counts.to_numpy(),
        None if whole else sums.fill_null(counts).to_numpy(),
    )


def without(snapshot: Snapshot, fingerprints: Iterable[str]) -> pl.DataFrame:
    """Return all rows of the table but those of some tallies."""
    gone = [number_of(name) for name in fingerprints]
    rows = snapshot.scan(CELLS, CELL_SCHEMA).filter(~pl.col("tally").is_in(gone))
    return snapshot.collect(rows)
