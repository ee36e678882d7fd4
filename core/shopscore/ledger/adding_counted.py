"""Adding what was counted elsewhere: a state becomes cells of a ledger, and marks of its units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..counting.cells import Cells
from ..counting.check_sums import check_sum
from ..counting.scope import Scope
from ..counting.state import Tallies
from ..errors import StateError
from ..messages import Message, message, numbered
from ..model.streams import SHOPS as SHOPS_STREAM
from ..notices import Notice
from ..reading.files import Progress, show_path
from ..value_classes import field, frozen
from .commits import Head
from .counted_parts import (
    COUNTED,
    SHOP_ROWS,
    UNIT_SCHEMA,
    Count,
    CountedParts,
    Part,
    scope_of,
    sums_of_marks,
    with_days,
)
from .counted_rows import rows_of_units
from .maintaining import SPANS
from .moments import as_moment, check_grows, ingest_second
from .place import Place
from .shop_codes import with_new_shops
from .snapshots import SHOPS, Snapshot, table_of
from .stored_cells import to_stored, with_shops
from .stored_rows import SEQ
from .tables import Draft


@frozen(eq=False)
class AddedCounted:
    """What a state brought to a ledger.

    ``seq`` is the number of the ingest, None where nothing was new; ``units`` are the orders and
    single rows, or the shops where ``by_shop``, that it has counted; ``cells`` sums of a day.
    """

    seq: int | None
    known_at: datetime
    by_shop: bool
    units: int
    cells: int
    notices: tuple[Notice, ...] = field(default=(), repr=False)


def add_state(
    place: Place,
    state: Tallies | str | Path,
    known_at: datetime | date | str | None,
    say: Progress,
) -> AddedCounted:
    """Add a state, or the one in a file; see :meth:`shopscore.Ledger.add_counted`."""
    source = None if isinstance(state, Tallies) else show_path(Path(state).name)
    own = state if isinstance(state, Tallies) else Tallies.read_parquet(state)
    known = ingest_second(known_at, place.zone)
    with place.writing() as draft:
        check_grows(draft.head, known, place.zone)
        return Adding(draft, place.snapshot_of(draft.head), own, known, say).add(source)


@frozen(eq=False)
class Adding:
    """Adds one state to a ledger; the lock is held."""

    draft: Draft
    snapshot: Snapshot
    state: Tallies
    known_at: int
    say: Progress

    def add(self, source: str | None) -> AddedCounted:
        """Add the state, and commit it, if it is not there yet.

        Raises:
            StateError: where it cannot be added to what is there.
            InputError: where the ledger cannot be written.
        """
        state, head = self.state, self.draft.head
        self._check_zone()
        by_shop, parts = state.has_whole_shops, CountedParts.of(head)
        moment = as_moment(self.known_at, self.snapshot.zone)
        count = Count.of(state.tallies)
        self.say(message("comparing with what is known"))
        if self._is_known(count):
            return AddedCounted(None, moment, by_shop, 0, 0)
        if parts.most_units and parts.by_shop != by_shop:
            raise StateError(_other_units(by_shop=by_shop))
        self._check_rows(by_shop=by_shop)
        seq = head.seq + 1
        shops = self._with_codes(seq)
        self.say(message("writing"))
        cells = self._write(count, shops, seq)
        check = check_sum(state.shop_ids, state.rows, state.daily)
        part = Part(seq, count.name, *sums_of_marks(_units_of(state.scope, seq)), check)
        more = parts.with_part(part, count, by_shop=by_shop)
        self.draft.commit(
            "ingest",
            seq=seq,
            facts={SPANS: _spans(head, seq), COUNTED: more.to_fact()},
            known_at=self.known_at,
            columns=_columns(head, state),
            told={"source": source, "added": {}, "counted": {"units": part.units, "cells": cells}},
        )
        return AddedCounted(seq, moment, by_shop, part.units, cells, self._notices())

    def _check_zone(self) -> None:
        if self.state.zone != self.snapshot.zone:
            said = message(
                "the days of these tallies are of another clock, {state}, than those of the ledger,"
                " {ledger}: count the events with tz={ledger}",
                state=self.state.zone,
                ledger=self.snapshot.zone,
            )
            raise StateError(said)

    def _is_known(self, count: Count) -> bool:
        """Return whether all of the state is there already; raise where it does not fit."""
        scope = self.state.scope
        marks = pl.Series(np.unique(scope.marks).view(np.int64))
        there = scope_of(self.snapshot, count, marks)
        new = scope.signs > 0
        if there == Scope(scope.marks[new], scope.checks[new], scope.signs[new]):
            return True
        twice = np.setdiff1d(np.intersect1d(there.marks, scope.marks[new]), scope.marks[~new])
        if len(twice):
            said = message(
                "{units} of this state came to the ledger as counted before, and would count twice."
                " Count the others alone; what changes those comes as the difference of two states"
                " (new - old)",
                units=_units_said(len(twice)),
            )
            raise StateError(said)
        lacking = int((there.plus(scope).signs < 0).sum())
        if lacking:
            said = message(
                "this is a difference that takes away {units} which the ledger does not have as"
                " counted, or has otherwise: subtract the state that was added to it",
                units=_units_said(lacking),
            )
            raise StateError(said)
        return False

    def _check_rows(self, *, by_shop: bool) -> None:
        """Raise where the ledger has rows of what the state counts."""
        scope, state = self.state.scope, self.state
        marks = np.unique(scope.marks[scope.signs > 0])
        found = [*rows_of_units(self.snapshot, marks, state.shop_ids, by_shop=by_shop)]
        if found:
            said = message(
                "{rows} of what this state counts are in the ledger already, such as {example}: they"
                " would count twice. Count what the ledger has no rows of",
                rows=numbered("{n} row", "{n} rows", sum(count for count, _ in found)),
                example=found[0][1],
            )
            raise StateError(said)

    def _with_codes(self, seq: int) -> pl.DataFrame:
        """Return the shops of the state with their codes; those that are new are written."""
        ids = self.state.shop_ids
        every = with_new_shops(self.snapshot, ids, seq)
        new = every.filter(pl.col(SEQ) == seq)
        if len(new):
            self.draft.append(SHOPS, new)
        return pl.DataFrame([ids.alias("shop_id")]).join(
            every, on="shop_id", how="left", maintain_order="left"
        )

    def _write(self, count: Count, shops: pl.DataFrame, seq: int) -> int:
        """Write cells, units and numbers of rows; return how many cells."""
        state, codes = self.state, shops["code"].to_numpy()
        cells = {name: with_shops(own, codes) for name, own in state.daily.items()}
        own = to_stored(cells, seq)
        if len(own):
            self.draft.append(count.cells, with_days(own, count.tallies))
        self.draft.append(count.units, _units_of(state.scope, seq))
        rows = pl.DataFrame(
            {
                "shop": codes,
                "rows": state.rows,
                "last": _last_days(state.daily, len(codes)),
                SEQ: np.full(len(codes), seq, dtype=np.int32),
            },
            schema=SHOP_ROWS,
        )
        self.draft.append(count.shops, rows)
        return len(own)

    def _notices(self) -> tuple[Notice, ...]:
        """Return that shops have no attributes, where that is so."""
        named = SHOPS_STREAM.name
        after = self.snapshot.at(self.draft.head)
        told = after.marks(named)["shop"] if table_of(named) in after.head.tables else None
        ids = self.state.shop_ids
        have = after.shops.filter(
            pl.col("industry").is_not_null()
            | (pl.lit(False) if told is None else pl.col("code").is_in(told.unique().implode()))
        )
        missing = ids.filter(~ids.is_in(have["shop_id"].implode()))
        if not len(missing):
            return ()
        said = numbered(
            "{n} shop of the state has no industry here: ingest the table of shops too",
            "{n} shops of the state have no industry here: ingest the table of shops too",
            len(missing),
        )
        return (Notice("industry_unknown", said, stream=named, shops=len(missing)),)


def _units_of(scope: Scope, seq: int) -> pl.DataFrame:
    """Return units as rows of their table."""
    columns = {
        "unit": scope.marks.view(np.int64),
        "check": scope.checks.astype(np.int64),
        "sign": scope.signs.astype(np.int32),
        SEQ: np.full(len(scope.marks), seq, dtype=np.int32),
    }
    return pl.DataFrame(columns, schema=UNIT_SCHEMA)


def _last_days(daily: Mapping[str, Cells], shops: int) -> Any:
    """Return the last day on which anything of each shop counts."""
    last = np.full(shops, -(1 << 23), dtype=np.int64)
    for cells in daily.values():
        np.maximum.at(last, cells.shops, cells.days)
    return last.astype(np.int32)


def _spans(head: Head, seq: int) -> dict[str, Any]:
    """Return the spans after an ingest that brings no rows: cells of rows are as they were."""
    return {
        name: (since, seq if upto == head.seq else upto)
        for name, (since, upto) in head.spans.items()
    }


def _columns(head: Head, state: Tallies) -> dict[str, tuple[str, ...]]:
    """Return the columns that had not come before."""
    known, more = head.columns(head.seq), dict[str, list[str]]()
    for stream, column in sorted(state.columns):
        if (stream, column) not in known:
            more.setdefault(stream, []).append(column)
    return {stream: tuple(names) for stream, names in more.items()}


def _units_said(number: int) -> Message:
    return numbered("{n} unit", "{n} units", number)


def _other_units(*, by_shop: bool) -> Message:
    if by_shop:
        return message(
            "this state was counted by shops, and what came to the ledger as counted before by"
            " orders: whether they share rows cannot be told. Count by orders (on Spark with"
            ' unit="order"), or make another ledger'
        )
    return message(
        "this state was counted by orders, and what came to the ledger as counted before by shops:"
        " whether they share rows cannot be told. Count by shops (on Spark as by default,"
        " in Python with Resolved.with_shops_as_units), or make another ledger"
    )
