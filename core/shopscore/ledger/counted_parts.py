"""Counted parts: what was counted elsewhere, such as on Spark, and is added without its rows.

Of a part there are the cells of its state, the marks of its units with their check sums, and how many
rows each shop has. Parts add up as states do, so that no unit is counted twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from ..counting.cells import Cells, Ints, fingerprint
from ..counting.check_sums import check_sum
from ..counting.scope import Scope
from ..counting.state import Tallies
from ..errors import StateError
from ..messages import Message, listed, message, numbered
from ..model.streams import PART_ONLY
from ..model.streams import SHOPS as SHOPS_STREAM
from ..model.tallies import Tally
from ..notices import Notice
from ..reading.fingerprints import Prints
from .moments import as_moment
from .shop_codes import with_new_shops
from .snapshots import COUNTED, SHOPS, Snapshot
from .stored_cells import CELL_SCHEMA, PART_CELLS, number_of, read_cells, to_stored, with_shops
from .stored_rows import SEQ, UNIT, half_marks, unit_marks
from .tables import Draft

UNITS, ROWS = "counted/units", "counted/rows"
#: Tables have no numbers without a sign: marks are those of the same bits.
_UNIT_SCHEMA: dict[str, Any] = {
    "unit": pl.Int64,
    "check": pl.Int64,
    "sign": pl.Int8,
    SEQ: pl.Int32,
}
_ROW_SCHEMA: dict[str, Any] = {"shop": pl.Int32, "rows": pl.Int64, SEQ: pl.Int32}
#: So many names are told in an error.
_NAMED = 3


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
        rows = self.snapshot.scan(ROWS, _ROW_SCHEMA).filter(pl.col(SEQ).is_in(others))
        codes = self.snapshot.collect(rows.select("shop").unique())["shop"]
        ids = self.snapshot.shops.filter(pl.col("code").is_in(codes.implode()))["shop_id"]
        if len(shared := ids.filter(ids.is_in(self.state.shop_ids.implode()))):
            said = message(
                "shops of the state ({shops}) were added before in a state that was counted"
                " otherwise, shop by shop or order by order: what they share cannot be told",
                shops=listed(shared.sort().to_list()[:_NAMED]),
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
        schema=_UNIT_SCHEMA,
    )


def _holds(known: Scope, more: Scope) -> bool:
    """Return whether units were all added before, with what they count."""
    try:
        return known.plus(more.negative()).is_whole
    except StateError:
        return False


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
    units = snapshot.collect(snapshot.scan(UNITS, _UNIT_SCHEMA).filter(pl.col(SEQ) == seq))
    marks = units["unit"].to_numpy().view(np.uint64)
    checks = units["check"].to_numpy().astype(np.uint32)
    order = np.lexsort((checks, marks))
    return Scope(marks[order], checks[order], units["sign"].to_numpy()[order])


def refuse_rows(snapshot: Snapshot, state: Tallies) -> None:
    """Raise where the ledger has rows of units that a state counts: they would count twice.

    Raises:
        StateError: naming shops.
    """
    marks, by_shop = np.unique(state.scope.marks), state.has_whole_shops
    own = snapshot.shops.filter(pl.col("shop_id").is_in(state.shop_ids.implode()))
    near = pl.col("shop").is_in(own["code"].implode())
    if not by_shop:
        near &= pl.col(UNIT).is_in(half_marks(marks).implode())
    for name in _streams(snapshot):
        rows = snapshot.rows(name, near)
        found = unit_marks(snapshot.streams[name], snapshot.shops, rows, by_shop=by_shop)
        counted = rows.filter(pl.Series(np.isin(found, marks)))
        if len(counted):
            shops = own.filter(pl.col("code").is_in(counted["shop"].implode()))["shop_id"]
            said = message(
                "the ledger has rows of stream {stream}, of shops {shops}, that the state counts as"
                " well: they would count twice. Tally the events without these rows",
                stream=name,
                shops=listed(shops.sort().to_list()[:_NAMED]),
            )
            raise StateError(said)


def refuse_counted(
    snapshot: Snapshot, rows: Mapping[str, pl.DataFrame], shops: pl.DataFrame
) -> None:
    """Raise where rows are of units that were counted elsewhere: what they change cannot be told.

    Raises:
        StateError: naming the stream, a shop and an order.
    """
    for by_shop in sorted({part["by_shop"] for part in snapshot.parts}):
        for name in _streams(snapshot, rows):
            own = rows[name]
            marks = unit_marks(snapshot.streams[name], shops, own, by_shop=by_shop)
            counted = own.filter(pl.Series(np.isin(marks, _there(snapshot, marks))))
            if len(counted):
                raise StateError(_was_counted(name, counted, shops))


def _there(snapshot: Snapshot, marks: Prints) -> Prints:
    """Return those of some marks that are of units of parts."""
    asked = pl.Series(np.unique(marks).view(np.int64))
    units = snapshot.scan(UNITS, _UNIT_SCHEMA).filter(pl.col("unit").is_in(asked.implode()))
    found = snapshot.collect(units.group_by("unit").agg(pl.col("sign").sum()))
    return found.filter(pl.col("sign") > 0)["unit"].to_numpy().view(np.uint64)


def _was_counted(stream: str, rows: pl.DataFrame, shops: pl.DataFrame) -> Message:
    first = rows.row(0, named=True)
    return message(
        "stream {stream}: order {order} of shop {shop} ({n} such rows) was counted elsewhere and added"
        " without its rows, so that what these rows change cannot be told. Leave them out, count"
        " their orders again where they were counted, and add the difference, new − old",
        stream=stream,
        order=first.get("order_id") or "–",
        shop=shops.filter(pl.col("code") == first["shop"])["shop_id"].item(),
        n=len(rows),
    )


def _streams(snapshot: Snapshot, names: Iterable[str] | None = None) -> list[str]:
    """Return the streams whose rows are of units: shops alone are of none."""
    known = snapshot.known_streams if names is None else names
    return [name for name in known if name != SHOPS_STREAM.name]


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


def refuse_without_rows(snapshot: Snapshot) -> None:
    """Raise for a question about rows where some were counted elsewhere.

    Raises:
        StateError: naming the ingests.
    """
    if snapshot.parts:
        said = message(
            "what was counted elsewhere (ingests {ingests}) has no rows here: only scores can be"
            " asked. Ask this of the events themselves",
            ingests=listed(str(part["seq"]) for part in snapshot.parts),
        )
        raise StateError(said)


def check_parts(snapshot: Snapshot, tallies: Iterable[Tally]) -> None:
    """Raise where a part does not count what is needed, since there are no rows to count it from.

    Raises:
        StateError: naming the part and the tally.
    """
    for part in snapshot.parts:
        lacking = [tally for tally in tallies if fingerprint(tally) not in part["tallies"]]
        if lacking:
            said = message(
                "what was added as counted by ingest {n} does not count {tally}, which the rules"
                " need, and its rows are not here: tally those events by these rules, and make a"
                " ledger with that state",
                n=part["seq"],
                tally=lacking[0].key,
            )
            raise StateError(said)


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
    found = snapshot.scan(ROWS, _ROW_SCHEMA).filter(pl.col(SEQ) <= snapshot.seq)
    rows = snapshot.collect(found.group_by("shop").agg(pl.col("rows").sum()))
    counted = np.zeros(len(snapshot.shops), dtype=np.int64)
    counted[snapshot.places[rows["shop"].to_numpy()]] = rows["rows"].to_numpy()
    placed = {name: with_shops(own, snapshot.places) for name, own in cells.items()}
    if check_sum(snapshot.shops["shop_id"], counted, placed) != scope_of_parts(snapshot).total:
        yield message(
            "what was counted elsewhere: its cells do not have the check sum of its units. Make"
            " another ledger from the states"
        )


def refuse_forgetting(snapshot: Snapshot, ids: Collection[str] | None) -> None:
    """Raise where something is to be forgotten that was counted elsewhere.

    Raises:
        StateError: for shops that parts have rows of; for a day, where there are parts.
    """
    if not snapshot.parts:
        return
    if ids is None:
        raise StateError(
            message(
                "what was counted elsewhere has no rows here, and cannot be told apart by when they"
                " happened: make another ledger, from states without what is to be forgotten"
            )
        )
    codes = snapshot.collect(snapshot.scan(ROWS, _ROW_SCHEMA).select("shop").unique())["shop"]
    own = snapshot.shops.filter(pl.col("code").is_in(codes.implode()))["shop_id"]
    if len(shared := own.filter(own.is_in([*ids]))):
        said = message(
            "shops {shops} are in what was counted elsewhere, which cannot be cut: make another"
            " ledger, from states without them",
            shops=listed(shared.sort().to_list()[:_NAMED]),
        )
        raise StateError(said)
