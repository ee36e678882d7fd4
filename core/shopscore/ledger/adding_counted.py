"""Adding to a ledger what was counted elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from ..counting.cells import Ints
from ..counting.scope import Scope
from ..counting.state import Tallies
from ..errors import StateError
from ..messages import listed, message
from ..model.streams import PART_ONLY
from ..value_classes import frozen
from .counted_parts import ROW_SCHEMA, ROWS, UNIT_SCHEMA, UNITS, scope_of_parts
from .counted_refusals import NAMED, refuse_rows
from .moments import as_moment
from .shop_codes import with_new_shops
from .snapshots import COUNTED, SHOPS, Snapshot
from .stored_cells import PART_CELLS, to_stored, with_shops
from .stored_rows import SEQ
from .tables import Draft


@frozen
class Added:
    """What was added of a state: ``seq`` is its number among ingests, None where nothing was new."""

    seq: int | None
    known_at: datetime
    shops: int
    units: int
    cells: int


@frozen(eq=False)
class Part:
    """A state that is added to a ledger; the lock is held."""

    draft: Draft
    snapshot: Snapshot
    state: Tallies
    known_at: int

    def add(self) -> Added:
        """Add the state, and commit it unless it is known already.

        Raises:
            StateError: where it shares units with what the ledger has, takes away what it has not,
                or counts by another clock.
            InputError: where the ledger cannot be written.
        """
        state, seq = self.state, self.draft.head.seq + 1
        moment = as_moment(self.known_at, self.snapshot.zone)
        self._check_clock()
        known = scope_of_parts(self.snapshot)
        if _holds(known, state.scope):
            return Added(None, moment, 0, 0, 0)
        if not known.plus(state.scope).is_whole:
            said = message(
                "the state takes away what was never added to this ledger: add what it corrects"
                " first"
            )
            raise StateError(said)
        self._check_kind()
        refuse_rows(self.snapshot, state)
        shops = with_new_shops(self.snapshot, state.shop_ids, seq)
        codes = _codes_of(shops, state.shop_ids)
        fresh = shops.filter(pl.col(SEQ) == seq)
        if len(fresh):
            self.draft.append(SHOPS, fresh)
        cells = {name: with_shops(own, codes) for name, own in state.daily.items()}
        self.draft.append(PART_CELLS, to_stored(cells, seq))
        self.draft.append(UNITS, _to_units(state.scope, seq))
        rows = pl.DataFrame({"shop": codes.astype(np.int32), "rows": state.rows})
        self.draft.append(ROWS, rows.with_columns(pl.lit(seq, pl.Int32).alias(SEQ)))
        sizes = {
            "shops": len(codes),
            "units": len(state.scope.marks),
            "cells": sum(map(len, cells.values())),
        }
        self.draft.commit(
            "ingest",
            seq=seq,
            known_at=self.known_at,
            columns=_columns(self.snapshot, state),
            facts={"spans": self._spans(seq), COUNTED: [*self.snapshot.parts, self._said(seq)]},
            told={"source": repr(state).strip("<>"), "added": {}, COUNTED: sizes},
        )
        return Added(seq, moment, **sizes)

    def _spans(self, seq: int) -> dict[str, tuple[int, int]]:
        """Return the spans of cells of rows: of these nothing has come."""
        spans = self.draft.head.spans
        return {n: (since, seq if upto == seq - 1 else upto) for n, (since, upto) in spans.items()}

    def _said(self, seq: int) -> dict[str, Any]:
        """Return what a ledger remembers of a part."""
        return {
            "seq": seq,
            "tallies": sorted(self.state.tallies),
            "by_shop": self.state.has_whole_shops,
            "in_part": sorted(stream for stream, name in self.state.columns if name == PART_ONLY),
        }

    def _check_clock(self) -> None:
        if self.state.zone != self.snapshot.zone:
            said = message(
                "the days of the state are of another clock, {state}, than those of the ledger,"
                " {ledger}: tally the events with tz={ledger}",
                state=self.state.zone,
                ledger=self.snapshot.zone,
            )
            raise StateError(said)

    def _check_kind(self) -> None:
        """Raise where shops are whole units of one part, and cut into orders in another."""
        kind = self.state.has_whole_shops
        others = [part["seq"] for part in self.snapshot.parts if part["by_shop"] != kind]
        rows = self.snapshot.scan(ROWS, ROW_SCHEMA).filter(pl.col(SEQ).is_in(others))
        codes = self.snapshot.collect(rows.select("shop").unique())["shop"]
        ids = self.snapshot.shops.filter(pl.col("code").is_in(codes.implode()))["shop_id"]
        if len(shared := ids.filter(ids.is_in(self.state.shop_ids.implode()))):
            said = message(
                "shops of the state ({shops}) were added before in a state that was counted"
                " otherwise, shop by shop or order by order: what they share cannot be told",
                shops=listed(shared.sort().to_list()[:NAMED]),
            )
            raise StateError(said)


def _columns(snapshot: Snapshot, state: Tallies) -> dict[str, tuple[str, ...]]:
    """Return the columns by stream that the ledger had not before."""
    known = snapshot.head.columns(snapshot.head.seq)
    found: dict[str, list[str]] = {}
    for stream, name in sorted(state.columns - known):
        if name != PART_ONLY:
            found.setdefault(stream, []).append(name)
    return {stream: tuple(names) for stream, names in found.items()}


def _codes_of(shops: pl.DataFrame, ids: pl.Series) -> Ints:
    codes = dict(zip(shops["shop_id"], shops["code"], strict=True))
    return np.array([codes[id] for id in ids], dtype=np.int64)


def _to_units(scope: Scope, seq: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "unit": scope.marks.view(np.int64),
            "check": scope.checks.astype(np.int64),
            "sign": scope.signs,
            SEQ: np.full(len(scope.marks), seq, dtype=np.int32),
        },
        schema=UNIT_SCHEMA,
    )


def _holds(known: Scope, more: Scope) -> bool:
    """Return whether units were all added before, with what they count."""
    try:
        return known.plus(more.negative()).is_whole
    except StateError:
        return False
