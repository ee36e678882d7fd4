"""Upkeep of counted parts: they are held against their check sums, and shops are taken out of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from ..counting.cells import Cells
from ..counting.check_sums import check_sum
from ..counting.units import marks_of_shops
from ..errors import StateError
from ..messages import Message, message
from ..notices import Notice
from ..value_classes import frozen
from .counted_parts import (
    COUNTED,
    SHOP_ROWS,
    UNIT_SCHEMA,
    Count,
    CountedParts,
    Part,
    sums_of_marks,
    units_said,
    with_days,
)
from .counting import name_of_days
from .snapshots import Snapshot
from .stored_cells import CELL_SCHEMA, Run, number_of, read_cells, with_shops
from .stored_rows import SEQ
from .tables import Draft


def check_counted_parts(snapshot: Snapshot) -> tuple[int, list[Message]]:
    """Return how many cells came as counted, and what is wrong with their check sums."""
    parts, cells, wrong = CountedParts.of(snapshot.head), 0, []
    for name, count in parts.counts.items():
        own = _cells_of(snapshot, count)
        cells += sum(map(len, own.values()))
        units = snapshot.collect(snapshot.scan(count.units, UNIT_SCHEMA))
        good = sums_of_marks(units) == parts.units(name)
        good &= _check_of(snapshot, count, own) == parts.check(name)
        if not good or not _days_are_right(snapshot, count, own):
            wrong.append(
                message(
                    "cells that came as counted do not have the check sum of what was added: take"
                    " another copy of the ledger, or make it anew from the states and events"
                )
            )
    return cells, wrong


def _cells_of(snapshot: Snapshot, count: Count) -> dict[str, Cells]:
    """Return all cells of a count, whose shops are places among all shops by id."""
    own = read_cells(snapshot, dict.fromkeys(count.tallies, snapshot.seq), count.cells)
    return {name: with_shops(cells, snapshot.places) for name, cells in own.items()}


def _days_are_right(snapshot: Snapshot, count: Count, cells: Mapping[str, Cells]) -> bool:
    """Return whether the cells of all shops together are what those of each add up to."""
    names = {name: name_of_days(key) for name, key in count.tallies.items()}
    kept = read_cells(snapshot, dict.fromkeys(names.values(), snapshot.seq), count.cells)
    return all(
        kept[names[name]] == Cells.of(np.zeros_like(own.days), own.days, own.counts, None)
        for name, own in cells.items()
    )


def _check_of(snapshot: Snapshot, count: Count, cells: Mapping[str, Cells]) -> int:
    ids = snapshot.shops["shop_id"]
    rows = np.zeros(len(ids), dtype=np.int64)
    stored = snapshot.collect(snapshot.scan(count.shops, SHOP_ROWS).select("shop", "rows"))
    np.add.at(rows, snapshot.places[stored["shop"].to_numpy()], stored["rows"].to_numpy())
    return check_sum(ids, rows, cells)


@frozen(eq=False)
class ForgottenParts:
    """What a commit keeps of counted parts without some shops, and what is to be said."""

    facts: Mapping[str, Any]
    notices: tuple[Notice, ...]


def forget_counted(draft: Draft, snapshot: Snapshot, gone: pl.DataFrame) -> ForgottenParts:
    """Write the tables of counted parts without some shops."""
    parts = CountedParts.of(snapshot.head)
    if not parts.counts:
        return ForgottenParts({}, ())
    left = {name: _forget(draft, snapshot, count, gone) for name, count in parts.counts.items()}
    taken = {(part.count, part.seq): part for _, own in left.values() for part in own}
    fact = {COUNTED: parts.less(taken).to_fact()}
    if parts.by_shop or not any(had for had, _ in left.values()):
        return ForgottenParts(fact, ())
    said = message(
        "marks of the orders of what came as counted stay: numbers made of ids, by which only who knows"
        " the ids can find them. The same orders cannot come again, counted or as rows"
    )
    return ForgottenParts(fact, (Notice("marks_kept", said),))


def _forget(
    draft: Draft, snapshot: Snapshot, count: Count, gone: pl.DataFrame
) -> tuple[bool, list[Part]]:
    """Write the tables of a count without some shops; return whether it had any, and what they had.

    That is told for each ingest that had brought something of them.
    """
    tallies = {name: number_of(name) for name in count.tallies}
    codes, every = gone["code"].implode(), pl.col("tally").is_in([*tallies.values()])
    of_gone = pl.col("shop").is_in(codes)
    cells = snapshot.collect(snapshot.scan(count.cells, CELL_SCHEMA).filter(every))
    shops = snapshot.collect(snapshot.scan(count.shops, SHOP_ROWS))
    units = snapshot.collect(snapshot.scan(count.units, UNIT_SCHEMA))
    of_units = pl.col("unit").is_in(
        pl.Series(marks_of_shops(gone["shop_id"]).view(np.int64)).implode()
    )
    draft.rewrite(count.cells, with_days(cells.filter(~of_gone), count.tallies))
    draft.rewrite(count.shops, shops.filter(~of_gone))
    draft.rewrite(count.units, units.filter(~of_units))
    ids = gone["shop_id"].sort()
    places = dict(zip(gone["code"], ids.search_sorted(gone["shop_id"]), strict=True))
    own = cells.filter(of_gone).with_columns(_placed(places))
    had = shops.filter(of_gone).with_columns(_placed(places))
    away = units.filter(of_units)
    taken = []
    for seq in sorted({*own[SEQ], *had[SEQ], *away[SEQ]}):
        came = pl.col(SEQ) == seq
        of_shops, rows = had.filter(came), np.zeros(len(ids), dtype=np.int64)
        np.add.at(rows, of_shops["shop"].to_numpy(), of_shops["rows"].to_numpy())
        found = {
            name: Run.of(own.filter(came, pl.col("tally") == number)).cells()
            for name, number in tallies.items()
        }
        check = check_sum(ids, rows, found)
        taken.append(Part(seq, count.name, *sums_of_marks(away.filter(came)), check))
    return len(had) > 0, taken


def _placed(places: Mapping[int, int]) -> pl.Expr:
    return pl.col("shop").replace_strict(places, return_dtype=pl.Int32)


def refuse_counted_before(snapshot: Snapshot) -> None:
    """Raise where something came as counted, of which no order can be told.

    Raises:
        StateError: saying what to do.
    """
    parts = CountedParts.of(snapshot.head)
    if parts.most_units:
        said = message(
            "{units} came to this ledger as counted, without rows: which of them happened before a"
            " day cannot be told. Forget shops, or take away what was added with the difference"
            " that takes back its state (-state)",
            units=units_said(parts.most_units, by_shop=parts.by_shop),
        )
        raise StateError(said)
