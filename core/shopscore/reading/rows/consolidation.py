"""One stream from its sources: typed, then latest state, then repaired, with its books."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from ...model.layouts import SubOrders
from ...model.streams import Stream
from ...value_classes import evolve, field, frozen
from ..raw_table import ROW, RawTable, ask_each
from ..report import Books, no_incidents
from ..unlisted import UnlistedWords, count_words
from .checks import Checked, RowChecks
from .keys import KeyIndex
from .latest_state import keep_latest
from .places import Places
from .placing import placed
from .settling import on_the_wall, settle, with_both_clocks
from .shop_codes import Codes, ShopPlaces
from .stacking import stack
from .suborders import PARTS, RULE, Records, merge_suborders
from .taking import RowTaker


@frozen(eq=False)
class TypedRows:
    """The usable rows of all sources of one stream, and how they were checked.

    ``tables`` hold no cells, and ``parts`` no rows. Of ``rows`` that are all rows of the sources,
    the place among these is left out (see :func:`placed`).
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
        return ask_each(self.tables, self.offsets, rows, lambda table, own: table.records(own))

    def whole_rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return some of the rows with all their columns, which are read again where they lack some."""
        if self.checks.wanted is None:
            return rows
        found = []
        for table, part, before in zip(
            self.tables, self.parts, self.offsets.tolist(), strict=False
        ):
            own = rows.filter(rows[ROW].is_between(before, before + part.rows_in, closed="left"))
            if len(own) and table.has_cells_again:
                only = own[ROW] - before
                checks = evolve(self.checks, taker=None, only=only, in_pieces=part.in_pieces)
                again = checks.check(table)
                found += [piece.with_columns(pl.col(ROW) + before) for piece in again.rows]
            elif len(own):
                found.append(own)
        whole = stack(found).drop("shop")
        return rows.select(ROW, "shop").join(whole, on=ROW, how="left", maintain_order="left")

    def only_taken(self, rows: pl.DataFrame, *, taken: bool = True) -> pl.DataFrame:
        """Return the rows that were taken while they were read; or those that were not."""
        kinds = {table.has_cells_again for table in self.tables}
        if len(kinds) < 2:
            return rows if taken in kinds else rows.clear()
        own = np.array([table.has_cells_again for table in self.tables])
        at = np.searchsorted(self.offsets, placed(rows)[ROW].to_numpy(), side="right") - 1
        return rows.filter(pl.Series(own[at] == taken))


@frozen(eq=False)
class ConsolidatedRows:
    """One row per key, repaired, with what was found on the way.

    Times in ``rows`` are those of the wall; ``instants`` has them in steady seconds (see
    ``clocks``), None where they are the same. ``columns`` are those that the sources have, also
    where nobody asks for them. ``index`` is that of keys that are looked up, else None.
    """

    rows: pl.DataFrame
    instants: pl.DataFrame | None
    index: KeyIndex | None
    places: Places
    books: Books
    columns: frozenset[str]
    set_aside: pl.DataFrame = field(factory=no_incidents)
    repaired: pl.DataFrame = field(factory=no_incidents)
    unlisted: tuple[UnlistedWords, ...] = ()
    ignored: tuple[str, ...] = ()


def type_rows(checks: RowChecks, tables: Iterable[RawTable]) -> TypedRows:
    """Check every source of a stream and put the usable rows together."""
    rows, before = deque[pl.DataFrame](), 0
    parts: list[Checked] = []
    kept: list[RawTable] = []
    rules: list[SubOrders] = []
    for table in tables:
        part = checks.check(table)
        rule = None if table.layout is None else table.layout.suborders
        rules += [] if rule is None or rule in rules else [rule]
        rows += _among_all(part, before, None if rule is None else rules.index(rule))
        set_aside = (part.set_aside["row"] - 1).to_list() if len(part.set_aside) else []
        kept.append(table.without_cells(checks.stream.name, set_aside))
        emptied = part.emptied.with_columns(pl.col(ROW) + before) if before else part.emptied
        part = evolve(part, rows=(), emptied=emptied)
        parts.append(part)
        before += part.rows_in
    pieces = (rows.popleft() for _ in range(len(rows)))  # a piece is let go once it is stacked
    numbered = rules or sum(map(len, rows)) < before
    stacked = stack(pieces, _looked_up(checks), without=() if numbered else (ROW,))
    return TypedRows(checks, stacked, tuple(kept), tuple(parts), rules)


def _among_all(part: Checked, before: int, rule: int | None) -> Iterator[pl.DataFrame]:
    """Yield the rows of a source, counted on from those before, with the number of their rule."""
    for piece in part.rows:
        counted = piece.with_columns(pl.col(ROW) + before) if before else piece
        yield counted if rule is None else counted.with_columns(pl.lit(rule).alias(RULE))


def _looked_up(checks: RowChecks) -> tuple[str, ...]:
    """Return the columns of rows that are looked up over and over: the keys that others name."""
    return ("shop", *checks.stream.key) if checks.named else ()


def consolidate(typed: TypedRows, shops: ShopPlaces) -> ConsolidatedRows:
    """Keep latest states and repair; the column ``shop`` is the place of a shop among all."""
    stream, zone = typed.stream, typed.checks.zone
    rows = _with_shops(typed.rows, shops.of_codes)
    typed = evolve(typed, rows=rows.clear())  # nobody asks for the codes again
    merged, repeated = merge_suborders(rows, typed.suborders, stream, typed.records)
    found = keep_latest(merged, stream, typed.whole_rows)
    latest = found.rows
    odd = bool(typed.suborders) or any(part.out_of_order for part in typed.parts)
    settled, emptied = settle(placed(latest) if odd else latest, stream, zone, out_of_order=odd)
    emptied = _all_of(emptied, *_emptied_before(latest, typed))
    at = latest[ROW] if ROW in latest.columns else None
    places = Places(at, typed.tables, typed.offsets)
    repaired = _all_of(_locate(emptied, places, stream), *_unreadable(latest, typed))
    located = (t.locate(p.set_aside) for t, p in zip(typed.tables, typed.parts, strict=True))
    set_aside = _all_of(no_incidents(), *located)
    books = Books(
        rows_in=int(typed.offsets[-1]),
        accepted=_count(latest),
        replaced=len(rows) - _count(latest),
        set_aside=len(set_aside),
        repaired=len(repaired),
        repeated=repeated + found.repeated,
    )
    if typed.checks.taker is not None:
        _correct_what_was_taken(typed, typed.checks.taker, settled, found.replaced, shops)
    filled = settled[_kept_for_later(settled, typed)]
    keys = _looked_up(typed.checks)
    shown, instants = on_the_wall(_in_one_place(filled, keys), stream, zone)
    return ConsolidatedRows(
        rows=shown,
        instants=instants,
        index=found.index if keys else None,
        places=places,
        books=books,
        set_aside=set_aside,
        repaired=repaired,
        unlisted=tuple(_unlisted(typed)),
        ignored=tuple(dict.fromkeys(name for part in typed.parts for name in part.ignored)),
        columns=frozenset(name for part in typed.parts for name in part.columns),
    )


@frozen(eq=False)
class KeptRows:
    """Rows that were typed before and kept, of which some replace others.

    Their shops are places among all, :data:`ROW` their places among ``tables``, with so many
    ``offsets``. Parts of orders name one of the ``suborders`` by its position; ``records`` are their
    cells as the source had them.
    """

    rows: pl.DataFrame
    tables: tuple[RawTable, ...]
    offsets: npt.NDArray[np.int64]
    suborders: list[SubOrders]
    records: Records


def consolidate_kept(
    kept: KeptRows, stream: Stream, zone: ZoneInfo | None, *, named: bool
) -> ConsolidatedRows:
    """Return the latest states of rows that were kept, as if they had just been read."""
    merged, _ = merge_suborders(kept.rows, kept.suborders, stream, kept.records)
    found = keep_latest(merged, stream, lambda rows: rows)
    settled, _ = settle(found.rows, stream, zone)
    columns = frozenset(name for name in stream.names if name in settled.columns)
    rows = settled.drop(ROW, PARTS, strict=False)
    keys = ("shop", *stream.key) if named else ()
    shown, instants = on_the_wall(_in_one_place(rows, keys), stream, zone)
    return ConsolidatedRows(
        rows=shown,
        instants=instants,
        index=found.index if named else None,
        places=Places(found.rows[ROW], kept.tables, kept.offsets),
        books=Books(
            rows_in=len(kept.rows), accepted=len(rows), replaced=len(kept.rows) - len(rows)
        ),
        columns=columns,
    )


def _in_one_place(rows: pl.DataFrame, columns: Collection[str]) -> pl.DataFrame:
    """Return rows of which some columns, which are looked up over and over, are in one place."""
    return rows.with_columns(rows[[*columns]].rechunk().get_columns()) if columns else rows


def _all_of(first: pl.DataFrame, *others: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of all lists, most of which are empty."""
    found = [cells for cells in others if len(cells)]
    return pl.concat([first, *found]) if found else first


def _with_shops(rows: pl.DataFrame, numbers: Codes) -> pl.DataFrame:
    """Return rows with the shop that its number stands for."""
    shop = pl.Series("shop", numbers[rows["shop"].to_numpy()])
    return rows.clone().replace_column(rows.get_column_index("shop"), shop)


def _correct_what_was_taken(
    typed: TypedRows,
    taker: RowTaker,
    settled: pl.DataFrame,
    replaced: pl.DataFrame,
    shops: ShopPlaces,
) -> None:
    """Take back rows that a newer state replaced, and take those that could not be taken before."""
    stream, zone = typed.stream, typed.checks.zone

    def coded(rows: pl.DataFrame) -> pl.DataFrame:
        return with_both_clocks(_with_shops(rows, shops.codes), stream, zone)

    if len(taken := typed.only_taken(replaced)):
        taker.take(stream, coded(settle(taken, stream, zone)[0]), -1)
    if len(left := typed.only_taken(settled, taken=False)):
        taker.take(stream, coded(left))


def _emptied_before(latest: pl.DataFrame, typed: TypedRows) -> Iterator[pl.DataFrame]:
    """Yield the cells that were emptied while rows were taken, of those that stayed."""
    for part in typed.parts:
        if len(part.emptied):
            yield part.emptied.filter(pl.col(ROW).is_in(placed(latest)[ROW].implode()))


def _kept_for_later(rows: pl.DataFrame, typed: TypedRows) -> list[str]:
    """Return the columns that somebody asks for; times may have been kept for repairs only."""
    wanted = typed.checks.wanted
    asked = {*rows.columns}
    if wanted is not None:  # keys have been compared: now it only matters which rows are named
        links = (link.column for link in typed.stream.links)
        asked = {"shop", *links, *_looked_up(typed.checks), *wanted.columns, *wanted.compared}
    return [name for name in rows.columns if name in asked - {ROW, PARTS}]


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


def _count(rows: pl.DataFrame) -> int:
    """Return how many rows of the sources these are; a row made of sub-orders is several."""
    return int(rows[PARTS].list.len().fill_null(1).sum()) if PARTS in rows.columns else len(rows)


def _unreadable(latest: pl.DataFrame, typed: TypedRows) -> Iterator[pl.DataFrame]:
    """Yield cells that became null because they could not be read, of rows that stayed."""
    if not any(len(part.unreadable) for part in typed.parts):
        return
    stayed = placed(latest)[ROW]
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
