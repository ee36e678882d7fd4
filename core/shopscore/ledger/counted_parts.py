"""Counted parts: what was counted elsewhere, such as on Spark, and was added without its rows.

Of a part there are the cells of its state, the marks of its units with their check sums, and how many
rows each shop has. Parts add up as states do, so that no unit is counted twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import polars as pl

from ..counting.cells import Cells
from ..counting.check_sums import check_sum
from ..counting.scope import Scope
from ..messages import Message, listed, message, numbered
from ..notices import Notice
from .snapshots import Snapshot
from .stored_cells import CELL_SCHEMA, PART_CELLS, number_of, read_cells, with_shops
from .stored_rows import SEQ

UNITS, ROWS = "counted/units", "counted/rows"
#: Tables have no numbers without a sign: marks are those of the same bits.
UNIT_SCHEMA: dict[str, Any] = {
    "unit": pl.Int64,
    "check": pl.Int64,
    "sign": pl.Int8,
    SEQ: pl.Int32,
}
#: How many rows each shop has.
ROW_SCHEMA: dict[str, Any] = {"shop": pl.Int32, "rows": pl.Int64, SEQ: pl.Int32}


def scope_of_parts(snapshot: Snapshot) -> Scope:
    """Return the units of all parts together.

    Raises:
        StateError: where one would be there twice.
    """
    scope = Scope.of(np.empty(0, np.uint64), np.empty(0, np.uint64))
    for part in snapshot.parts:
        scope = scope.plus(_scope_of(snapshot, part["seq"]))
    return scope


def _scope_of(snapshot: Snapshot, seq: int) -> Scope:
    units = snapshot.collect(snapshot.scan(UNITS, UNIT_SCHEMA).filter(pl.col(SEQ) == seq))
    marks = units["unit"].to_numpy().view(np.uint64)
    checks = units["check"].to_numpy().astype(np.uint32)
    order = np.lexsort((checks, marks))
    return Scope(marks[order], checks[order], units["sign"].to_numpy()[order])


def notices_on_parts(snapshot: Snapshot) -> tuple[Notice, ...]:
    """Return the notice that says how much was counted elsewhere."""
    parts = snapshot.parts
    if not parts:
        return ()
    said = numbered(
        "{n} part was counted elsewhere and added without its rows: ingest {ingests}",
        "{n} parts were counted elsewhere and added without their rows: ingests {ingests}",
        len(parts),
        ingests=listed(str(part["seq"]) for part in parts),
    )
    return (Notice("counted_parts", said),)


def days_of_parts(snapshot: Snapshot, fingerprints: Collection[str]) -> dict[str, Cells]:
    """Return how many rows tallies count on each day in all parts, whatever their shop."""
    numbers = {number_of(name): name for name in fingerprints}
    rows = snapshot.scan(PART_CELLS, CELL_SCHEMA).filter(
        pl.col("tally").is_in([*numbers]), pl.col(SEQ) <= snapshot.seq
    )
    days = snapshot.collect(rows.group_by("tally", "day").agg(pl.col("count").sum()))
    found = {}
    for (number,), own in days.partition_by("tally", as_dict=True).items():
        nobody = np.zeros(len(own), dtype=np.uint32)
        on = own["day"].to_numpy().astype(np.int64)
        found[numbers[number]] = Cells.of(nobody, on, own["count"].to_numpy(), None)
    return found


def problems_of_parts(snapshot: Snapshot) -> Iterator[Message]:
    """Yield what is wrong with parts: cells that do not have the check sum of their units."""
    if not snapshot.parts:
        return
    names = {name for part in snapshot.parts for name in part["tallies"]}
    cells = read_cells(snapshot, dict.fromkeys(names, snapshot.seq), PART_CELLS)
    found = snapshot.scan(ROWS, ROW_SCHEMA).filter(pl.col(SEQ) <= snapshot.seq)
    rows = snapshot.collect(found.group_by("shop").agg(pl.col("rows").sum()))
    counted = np.zeros(len(snapshot.shops), dtype=np.int64)
    counted[snapshot.places[rows["shop"].to_numpy()]] = rows["rows"].to_numpy()
    placed = {name: with_shops(own, snapshot.places) for name, own in cells.items()}
    if check_sum(snapshot.shops["shop_id"], counted, placed) != scope_of_parts(snapshot).total:
        yield message(
            "what was counted elsewhere: its cells do not have the check sum of its units. Make"
            " another ledger from the states"
        )
