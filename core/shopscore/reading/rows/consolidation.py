"""One stream from its sources: typed, then latest state, then repaired, with its books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ...model.layouts import SubOrders
from ...model.streams import Stream
from ..raw_table import ROW, RawTable
from ..report import Books, no_incidents
from ..unlisted import UnlistedWords, count_words
from .checks import Checked, RowChecks
from .clocks import clock_of
from .keys import KeyIndex
from .latest_state import keep_latest
from .places import Places
from .repairs import none_emptied, repair_times
from .stacking import stack
from .suborders import PARTS, RULE, merge_suborders


@frozen(eq=False)
class TypedRows:
    """The usable rows of all sources of one stream, and how they were checked.

    ``tables`` hold no cells, and ``parts`` no rows.
    """

    checks: RowChecks
    rows: pl.DataFrame
    tables: tuple[RawTable, ...]
    parts: tuple[Checked, ...]
    suborders: list[SubOrders]

    @property
    def stream(self) -> Stream:
        """The stream."""
        return self.checks.stream

    @property
    def offsets(self) -> npt.NDArray[np.int64]:
        """Number of rows before each part, and of all."""
        return np.cumsum([0, *(part.rows_in for part in self.parts)])

    def records(self, rows: pl.Series) -> list[list[str]]:
        """Return all cells of rows, by their positions among those of all parts."""
        found: dict[int, list[str]] = {}
        for table, before, own in self._by_table(rows):
            at = own.to_list()
            records = table.records([row - before for row in at])
            found.update(zip(at, records, strict=True))
        return [found[row] for row in rows]

    def whole_rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return some of the rows with all their columns, which are read again where they lack some."""
        if self.checks.wanted is None:
            return rows
        found = []
        for table, before, own in self._by_table(rows[ROW]):
            if table.has_cells_again:
                again = evolve(self.checks, wanted=None, only=own - before).check(table)
                found += [piece.with_columns(pl.col(ROW) + before) for piece in again.rows]
            else:
                found.append(rows.filter(pl.col(ROW).is_in(own.implode())))
        whole = stack(found).drop("shop")
        return rows.select(ROW, "shop").join(whole, on=ROW, how="left", maintain_order="left")

    def _by_table(self, rows: pl.Series) -> Iterator[tuple[RawTable, int, pl.Series]]:
        """Yield each table of some rows, how many rows are before its own, and which of it these are."""
        for table, part, before in zip(
            self.tables, self.parts, self.offsets.tolist(), strict=False
        ):
            own = rows.filter(rows.is_between(before, before + part.rows_in, closed="left"))
            if len(own):
                yield table, before, own


@frozen(eq=False)
class ConsolidatedRows:
    """One row per key, repaired, with what was found on the way.

    ``repeated`` counts those of the replaced rows that were equal in every cell to another.
    Times in ``rows`` are those of the wall; ``instants`` has them in steady seconds (see
    ``clocks``), None where they are the same. ``columns`` are those that the sources have, also
    where nobody asks for them.
    """

    rows: pl.DataFrame
    instants: pl.DataFrame | None
    index: KeyIndex
    places: Places
    books: Books
    set_aside: pl.DataFrame
    repaired: pl.DataFrame
    repeated: int
    unlisted: tuple[UnlistedWords, ...]
    ignored: tuple[str, ...]
    columns: frozenset[str]


def type_rows(checks: RowChecks, tables: Iterable[RawTable]) -> TypedRows:
    """Check every source of a stream and put the usable rows together."""
    parts, kept, rows, before = [], [], [], 0
    rules: list[SubOrders] = []
    for table in tables:
        part = (checks if table.has_cells_again else evolve(checks, wanted=None)).check(table)
        own = [piece.with_columns(pl.col(ROW) + before) if before else piece for piece in part.rows]
        rule = None if table.layout is None else table.layout.suborders
        if rule is not None:
            rules += [] if rule in rules else [rule]
            own = [piece.with_columns(pl.lit(rules.index(rule)).alias(RULE)) for piece in own]
        rows += own
        before += part.rows_in
        kept.append(table.without_cells(checks.stream.name, (part.set_aside["row"] - 1).to_list()))
        parts.append(evolve(part, rows=()))
    return TypedRows(checks, stack(rows), tuple(kept), tuple(parts), rules)


def consolidate(typed: TypedRows, shop_ids: pl.Series) -> ConsolidatedRows:
    """Keep latest states and repair; the column ``shop`` is a position in the sorted ``shop_ids``."""
    stream, zone = typed.stream, typed.checks.zone
    position = typed.checks.shops.positions(shop_ids)
    rows = typed.rows.with_columns(pl.Series("shop", position[typed.rows["shop"].to_numpy()]))
    merged, repeated = merge_suborders(rows, typed.suborders, stream, typed.records)
    found = keep_latest(merged, stream, typed.whole_rows)
    latest = found.rows
    if typed.suborders or any(part.out_of_order for part in typed.parts):
        repaired_rows, emptied = repair_times(latest, stream, zone)
    else:
        repaired_rows, emptied = latest, none_emptied()
    places = Places.of(latest[ROW], typed.tables, typed.offsets)
    repaired = pl.concat([_locate(emptied, places, stream), *_unreadable(latest, typed)])
    located = (t.locate(p.set_aside) for t, p in zip(typed.tables, typed.parts, strict=True))
    set_aside = pl.concat([no_incidents(), *located])
    books = Books(
        rows_in=int(typed.offsets[-1]),
        accepted=_count(latest),
        replaced=len(rows) - _count(latest),
        set_aside=len(set_aside),
        repaired=len(repaired),
    )
    filled = _with_defaults(repaired_rows, stream)
    if stream.name == "orders":  # looked up over and over
        filled = filled.with_columns(filled[["shop", *stream.key]].rechunk().get_columns())
    shown, instants = _on_the_wall(filled[_asked_for(filled, typed)], stream, zone)
    return ConsolidatedRows(
        rows=shown,
        instants=instants,
        index=found.index,
        places=places,
        books=books,
        set_aside=set_aside,
        repaired=repaired,
        repeated=repeated + found.repeated,
        unlisted=tuple(_unlisted(typed)),
        ignored=tuple(dict.fromkeys(name for part in typed.parts for name in part.ignored)),
        columns=frozenset(name for part in typed.parts for name in part.columns),
    )


def _asked_for(rows: pl.DataFrame, typed: TypedRows) -> list[str]:
    """Return the columns that somebody asks for; times may have been kept for repairs only."""
    wanted = typed.checks.wanted
    asked = {*rows.columns} if wanted is None else {"shop", *wanted.kept(typed.stream)}
    return [name for name in rows.columns if name in asked - {ROW, PARTS}]


def _with_defaults(rows: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    """Return rows in which empty cells have the defaults of their columns."""
    filled = [
        rows[column.name].fill_null(column.default)
        for column in stream.columns
        if column.default is not None
        and column.name in rows.columns
        and rows[column.name].null_count()
    ]
    return rows.with_columns(filled) if filled else rows


def _unlisted(typed: TypedRows) -> Iterator[UnlistedWords]:
    """Yield the words that no list has, of each column and header."""
    found: dict[tuple[str, str, str], list[pl.Series]] = {}
    for table, part in zip(typed.tables, typed.parts, strict=True):
        for column, words in part.unlisted.items():
            place = column, table.titles[column], table.taken_as(column)
            found.setdefault(place, []).append(words)
    for place, parts in found.items():
        if counted := count_words(pl.concat(parts)):
            yield UnlistedWords(typed.stream.name, *place, counted)


def _on_the_wall(
    rows: pl.DataFrame, stream: Stream, zone: ZoneInfo | None
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return rows with the times that the wall shows, and their instants where these differ."""
    if zone is None:
        return rows, None
    clock = clock_of(zone)
    times = [c for c in rows.get_columns() if _is_time(stream, c.name) and clock.has_changes(c)]
    shown = [clock.wall(column) for column in times]
    if all(wall.equals(steady) for wall, steady in zip(shown, times, strict=True)):
        return rows, None
    steady = [c for c in rows.get_columns() if _is_time(stream, c.name)]
    return rows.with_columns(shown), pl.DataFrame(steady)


def _is_time(stream: Stream, name: str) -> bool:
    return name in stream.names and stream.column(name).kind == "time"


def _count(rows: pl.DataFrame) -> int:
    """Return how many rows of the sources these are; a row made of sub-orders is several."""
    return int(rows[PARTS].list.len().fill_null(1).sum()) if PARTS in rows.columns else len(rows)


def _unreadable(latest: pl.DataFrame, typed: TypedRows) -> Iterator[pl.DataFrame]:
    """Yield cells that became null because they could not be read, of rows that stayed."""
    if not any(len(part.unreadable) for part in typed.parts):
        return
    stayed = latest[ROW]
    if PARTS in latest.columns:
        stayed = pl.concat([stayed, latest[PARTS].explode().drop_nulls()])
    stayed = stayed.unique().cast(pl.Int64)
    for table, part, before in zip(typed.tables, typed.parts, typed.offsets, strict=False):
        if len(part.unreadable):
            at = part.unreadable["row"] - 1 + int(before)
            yield table.locate(part.unreadable.filter(at.is_in(stayed.implode())))


def _locate(emptied: pl.DataFrame, places: Places, stream: Stream) -> pl.DataFrame:
    """Return emptied cells with the file and line that they came from."""
    if not len(emptied):
        return no_incidents()
    found: Any = places.find_sources(emptied[ROW])
    return emptied.select(
        pl.lit(stream.name).alias("stream"),
        *(pl.Series(name, [getattr(one, name) for one in found], dtype) for name, dtype in _PLACE),
        "column",
        "value",
        "reason",
    )


_PLACE = (("file", pl.String), ("line", pl.Int64), ("row", pl.Int64))
