"""Rewriting: tables are begun anew, with fewer files, or without what is to be forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import polars as pl

from ..counting.selection import day_number
from ..errors import UsageError
from ..messages import message
from ..model.expressions import DAY_SECONDS
from ..model.streams import Stream
from ..notices import Notice
from ..reading.files import Progress
from ..value_classes import evolve, frozen
from .commits import Commit, Head, read_head, rewrite_commits
from .counted_upkeep import forget_counted, refuse_counted_before
from .counting import PIECE_ROWS, Named, count_piece, pieces_of
from .maintaining import BUILDING, SPANS
from .moments import as_moment
from .snapshots import SHOP_SCHEMA, SHOPS, Snapshot, table_of
from .stored_cells import CELL_SCHEMA, CELLS, to_stored
from .stored_rows import newest_states, stored_schema, told_apart_by
from .tables import Draft, remove_replaced

#: The fact that names shops whose ids are to be taken out of commits.
FORGETTING = "forgetting"
#: Which rows of a stream stay; None: all.
Keep = Callable[[pl.DataFrame], pl.DataFrame]


@frozen
class Forgotten:
    """What was forgotten: so many rows of each stream, and so many shops altogether.

    ``notices`` say what could not be told apart, and is still there.
    """

    rows: Mapping[str, int]
    shops: int
    notices: tuple[Notice, ...] = ()


@frozen(eq=False)
class Rewriter:
    """Begins the tables of a ledger anew, and counts its cells from what is left; the lock is held."""

    draft: Draft
    snapshot: Snapshot
    say: Progress

    def compact(self, kept: Named) -> Head:
        """Put the rows of each stream together in files of many, in the order of time."""
        self._rewrite_rows({})
        return self._commit("compact", kept, {})

    def forget_shops(self, ids: Collection[str], kept: Named) -> Forgotten:
        """Take away all rows of some shops, and every trace of their ids."""
        gone = self.snapshot.shops.filter(pl.col("shop_id").is_in([*ids]))
        codes = gone["code"].implode()
        found = Forgotten({}, 0)
        if len(gone):
            stays = {name: _not_of(codes) for name in self._streams()}
            rows = self._rewrite_rows(stays)
            every = self.snapshot.scan(SHOPS, SHOP_SCHEMA).filter(~pl.col("code").is_in(codes))
            self.draft.rewrite(SHOPS, self.snapshot.collect(every))
            counted = forget_counted(self.draft, self.snapshot, gone)
            found = Forgotten(rows, len(gone), counted.notices)
            facts = {**counted.facts, FORGETTING: sorted(ids)}
            self._commit("forget", kept, {"rows": rows, "shops": found.shops}, facts)
        _forget_ids(self.draft.root, self.draft.head, {*ids})
        return found

    def forget_before(self, day: date, kept: Named) -> Forgotten:
        """Take away orders of which everything happened before a day, with all rows that name them.

        Raises:
            StateError: where something came as counted, of which no order can be told.
            UsageError: for a day that is still to come: nothing would be left.
        """
        if day > as_moment(int(time.time()), self.snapshot.zone).date():
            raise UsageError(message("before= {day}: that day is still to come", day=day))
        refuse_counted_before(self.snapshot)
        recent = _Recent.find(self.snapshot, self._streams(), day)
        rows = self._rewrite_rows({name: recent.keep(name) for name in self._streams()})
        self._commit("forget", kept, {"rows": rows, "before": day.isoformat()})
        return Forgotten(rows, 0)

    def _streams(self) -> list[str]:
        return [n for n in self.snapshot.known_streams if table_of(n) in self.draft.head.tables]

    def _rewrite_rows(self, stays: Mapping[str, Keep]) -> dict[str, int]:
        """Write the rows that stay into new tables; return how many of each stream do not."""
        gone: dict[str, int] = {}
        for name in self._streams():
            self.say(message("writing {stream}", stream=name))
            for part in self._parts(name, stays.get(name)):
                self.draft.rewrite(table_of(name), part.rows)
                gone[name] = gone.get(name, 0) + part.gone
        return {name: count for name, count in gone.items() if count}

    def _parts(self, stream: str, keep: Keep | None) -> Iterator[_Part]:
        """Yield rows in the order of time, as many at a time as are easily held."""
        columns = self.snapshot.head.columns(self.snapshot.seq)
        came = {column for name, column in columns if name == stream}
        time = _first_time(self.snapshot.streams[stream], came)
        for low, high in _ranges(self.snapshot, stream, time):
            own = self.snapshot.rows(stream, time.is_between(low, high, closed="left"))
            left = own if keep is None else keep(own)
            kept = left.sort(time, maintain_order=True)
            schema = stored_schema(self.snapshot.streams[stream])
            yield _Part(kept.select(n for n in kept.columns if n in schema), len(own) - len(left))

    def _commit(
        self,
        kind: str,
        kept: Named,
        told: Mapping[str, Any],
        more: Mapping[str, Any] | None = None,
    ) -> Head:
        """Count cells from the rows that are left, and make it all count."""
        seq = self.draft.head.seq
        coming = self.snapshot.at(self.draft.coming(seq))
        pieces = pieces_of(coming) if kept else 0
        self.draft.rewrite(CELLS, pl.DataFrame(schema=CELL_SCHEMA))
        for piece in range(pieces):
            self.say(message("counting piece {n} of {pieces}", n=piece + 1, pieces=pieces))
            cells = count_piece(coming, kept, piece, pieces)
            self.draft.rewrite(CELLS, to_stored(cells, seq))
        facts = {SPANS: dict.fromkeys(kept, (seq, seq)), BUILDING: None, **(more or {})}
        head = self.draft.commit(kind, facts=facts, told=told)
        remove_replaced(self.draft.root, head)
        return head


@frozen(eq=False)
class _Part:
    """Rows that stay, and how many of a part do not."""

    rows: pl.DataFrame
    gone: int


def _not_of(codes: pl.Series) -> Keep:
    return lambda rows: rows.filter(~pl.col("shop").is_in(codes))


def finish_forgetting(root: Path, head: Head) -> Head:
    """Take ids out of commits where a killed process was about to; return what the ledger holds."""
    ids = head.facts.get(FORGETTING)
    return _forget_ids(root, head, {*ids}) if ids else head


def _forget_ids(root: Path, head: Head, ids: set[str]) -> Head:
    """Write commits that tell of some shops without them; the last one, which names them, last."""
    said_less = (_without_shops(one, ids) for one in head.commits)
    changed = [less for less, one in zip(said_less, head.commits, strict=True) if less != one]
    rewrite_commits(root, changed)
    return read_head(root)


def _without_shops(commit: Commit, ids: set[str]) -> Commit:
    """Return a commit that does not tell of some shops."""
    holdings = frozenset(one for one in commit.holdings if one.shop_id not in ids)
    source = commit.told.get("source")
    told = dict(commit.told)
    if source is not None and any(id in str(source) for id in ids):
        told["source"] = None
    facts = {name: fact for name, fact in commit.facts.items() if name != FORGETTING}
    return evolve(commit, holdings=holdings, told=told, facts=facts)


def _first_time(stream: Stream, came: Collection[str]) -> pl.Expr:
    """Return the first time of a row that is known, in the order of columns; else the beginning."""
    times = (column.name for column in stream.columns if column.kind in ("time", "day"))
    beginning = pl.col("shop").cast(pl.Int64) * 0
    return pl.coalesce(*(pl.col(name) for name in times if name in came), beginning)


def _ranges(snapshot: Snapshot, stream: str, time: pl.Expr) -> Iterator[tuple[int, int]]:
    """Yield ranges of times with about as many rows as are held at a time."""
    rows = snapshot.scan(table_of(stream), stored_schema(snapshot.streams[stream]))
    times = snapshot.collect(rows.select(time.alias("time")))["time"].sort()
    bounds = times.gather_every(PIECE_ROWS)[1:].unique().to_list()
    yield from zip([-(1 << 62), *bounds], [*bounds, 1 << 62], strict=True)


@frozen(eq=False)
class _Recent:
    """The orders of which something happened since a second, by shop, and what else is recent.

    Newest states decide, and all states of a row stay or go with it.
    """

    snapshot: Snapshot
    since: int
    orders: pl.DataFrame
    named: Mapping[str, pl.DataFrame]

    @classmethod
    def find(cls, snapshot: Snapshot, streams: Collection[str], day: date) -> _Recent:
        """Find them among all rows, and those that recent rows name by other links."""
        since = day_number(day) * DAY_SECONDS
        found = cls(snapshot, since, pl.DataFrame(schema=_ORDERS), {})
        of_orders = [found.orders]
        for name in streams:
            rows = found._newest(name)
            if "order_id" in rows.columns:
                recent = rows.filter(_is_recent(snapshot.streams[name], rows, since))
                of_orders.append(recent.select("shop", "order_id").drop_nulls())
        found = evolve(found, orders=pl.concat(of_orders).unique())
        return evolve(found, named=found._named(streams))

    def _newest(self, name: str) -> pl.DataFrame:
        return newest_states(self.snapshot.streams[name], self.snapshot.rows(name))

    def _named(self, streams: Collection[str]) -> dict[str, pl.DataFrame]:
        """Return the keys of rows that are named by rows that stay, by links that are not of orders."""
        found: dict[str, list[pl.DataFrame]] = {}
        for name in streams:
            for link in self.snapshot.streams[name].links:
                if link.stream != "orders":
                    stays = self._staying(name)
                    if link.column in stays.columns:
                        (key,) = self.snapshot.streams[link.stream].key
                        keys = stays.select("shop", pl.col(link.column).alias(key)).drop_nulls()
                        found.setdefault(link.stream, []).append(keys)
        return {name: pl.concat(keys).unique() for name, keys in found.items()}

    def keep(self, name: str) -> Keep:
        """Return which rows of a stream stay."""
        if name == "shops":
            return lambda rows: rows
        staying = self._staying(name)
        keys = told_apart_by(self.snapshot.streams[name], staying)
        return lambda rows: rows.join(staying.select(keys), on=keys, how="semi", nulls_equal=True)

    def _staying(self, name: str) -> pl.DataFrame:
        """Return the newest states of the rows of a stream that stay."""
        stream, rows = self.snapshot.streams[name], self._newest(name)
        numbered = rows.with_row_index("_at")
        recent = numbered.filter(_is_recent(stream, rows, self.since))
        kept = [recent["_at"]]
        if "order_id" in rows.columns:
            of_order = numbered.join(self.orders, on=["shop", "order_id"], how="semi")
            kept = [of_order["_at"], recent.filter(pl.col("order_id").is_null())["_at"]]
        if name in self.named:
            keys = ["shop", *stream.key]
            kept.append(numbered.join(self.named[name], on=keys, how="semi")["_at"])
        return rows[pl.concat(kept).unique().sort()]


_ORDERS: dict[str, Any] = {"shop": pl.Int32, "order_id": pl.String}


def _is_recent(stream: Stream, rows: pl.DataFrame, since: int) -> pl.Expr:
    """Return whether anything of a row happened since a second; a deadline is nothing that happens."""
    times = [
        pl.col(column.name) >= since
        for column in stream.columns
        if column.kind in ("time", "day") and not column.ahead and column.name in rows.columns
    ]
    return reduce(or_, (time.fill_null(False) for time in times), pl.lit(False))
