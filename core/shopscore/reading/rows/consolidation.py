"""One stream from its sources: typed, then latest state, then repaired, with its books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ...model.layouts import SubOrders
from ...model.streams import Stream
from ..raw_table import RawTable
from ..report import Books, no_incidents
from ..unlisted import UnlistedWords, count_words
from .checks import ROW, Checked, check
from .clocks import clock_of
from .keys import KeyIndex
from .latest_state import keep_latest
from .places import Places
from .repairs import repair_times
from .suborders import PARTS, RULE, merge_suborders


@frozen(eq=False)
class TypedRows:
    """The usable rows of all sources of one stream; each part knows the shops of its rows."""

    stream: Stream
    rows: pl.DataFrame
    parts: Sequence[tuple[RawTable, Checked]]
    suborders: list[SubOrders]

    @property
    def offsets(self) -> npt.NDArray[np.int64]:
        """Number of rows before each part, and of all."""
        return np.cumsum([0, *(part.rows_in for _, part in self.parts)])

    @property
    def shop_ids(self) -> pl.Series:
        """The shops that appear, with repetitions."""
        return pl.concat(part.shops.ids for _, part in self.parts)

    @property
    def tables(self) -> tuple[RawTable, ...]:
        """The sources, without their cells."""
        return tuple(table for table, _ in self.parts)

    def records(self, rows: pl.Series) -> list[list[str]]:
        """Return all cells of rows, by their positions among those of all parts."""
        found: dict[int, list[str]] = {}
        for (table, part), before in zip(self.parts, self.offsets.tolist(), strict=False):
            own = rows.filter(rows.is_between(before, before + part.rows_in, closed="left"))
            if len(own):
                at = own.to_list()
                records = table.records([row - before for row in at])
                found.update(zip(at, records, strict=True))
        return [found[row] for row in rows]


@frozen(eq=False)
class ConsolidatedRows:
    """One row per key, repaired, with what was found on the way.

    ``repeated`` counts those of the replaced rows that were equal in every cell to another.
    Times in ``rows`` are those of the wall; ``instants`` has them in steady seconds (see
    ``clocks``), None where they are the same.
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


def type_rows(stream: Stream, tables: Iterable[RawTable], zone: ZoneInfo | None) -> TypedRows:
    """Check every source of a stream and put the usable rows together."""
    parts, rows, before = [], [], 0
    rules: list[SubOrders] = []
    for table in tables:
        part = check(table, stream, zone)
        own = part.rows
        rule = None if table.layout is None else table.layout.suborders
        if rule is not None:
            rules += [] if rule in rules else [rule]
            own = own.with_columns(pl.lit(rules.index(rule)).alias(RULE))
        rows.append(own.with_columns(pl.col(ROW) + before) if before else own)
        before += part.rows_in
        aside = (part.set_aside["row"] - 1).to_list()
        parts.append(  # the cells are in rows now
            (table.without_cells(stream.name, aside), evolve(part, rows=pl.DataFrame()))
        )
    return TypedRows(stream, pl.concat(rows, how="diagonal"), parts, rules)


def consolidate(typed: TypedRows, shop_ids: pl.Series, zone: ZoneInfo | None) -> ConsolidatedRows:
    """Keep latest states and repair; the column ``shop`` is a position in the sorted ``shop_ids``."""
    stream = typed.stream
    shop = pl.concat(part.shops.among(shop_ids) for _, part in typed.parts)
    rows = typed.rows.hstack([shop])
    whole, repeated = merge_suborders(rows, typed.suborders, stream, typed.records)
    found = keep_latest(whole, stream)
    latest = found.rows
    repaired_rows, emptied = repair_times(latest, stream, zone)
    places = Places.of(latest[ROW], typed.tables, typed.offsets)
    repaired = pl.concat([_locate(emptied, places, stream), *_unreadable(latest, typed)])
    set_aside = pl.concat(
        [no_incidents(), *(table.locate(part.set_aside) for table, part in typed.parts)]
    )
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
    own = [name for name in filled.columns if name not in (ROW, PARTS)]
    shown, instants = _on_the_wall(filled[own], stream, zone)
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
        ignored=tuple(dict.fromkeys(name for _, part in typed.parts for name in part.ignored)),
    )


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
    for table, part in typed.parts:
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
    if not any(len(part.unreadable) for _, part in typed.parts):
        return
    stayed = latest[ROW]
    if PARTS in latest.columns:
        stayed = pl.concat([stayed, latest[PARTS].explode().drop_nulls()])
    stayed = stayed.unique().cast(pl.Int64)
    for (table, part), before in zip(typed.parts, typed.offsets, strict=False):
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
