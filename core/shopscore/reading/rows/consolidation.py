"""One stream from its sources: typed, then latest state, then repaired, with its books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ...model.layouts import SubOrders
from ...model.streams import Stream
from ..files import RawTable
from ..report import Books, no_incidents
from .checks import ROW, Checked, check
from .keys import KeyIndex
from .latest_state import latest
from .repairs import repair
from .suborders import ROWS, RULE, SUB, merged


@frozen(eq=False)
class Typed:
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


@frozen(eq=False)
class ConsolidatedRows:
    """One row per key, mended, with what was found on the way."""

    rows: pl.DataFrame
    index: KeyIndex
    books: Books
    set_aside: pl.DataFrame
    repaired: pl.DataFrame
    ignored: tuple[str, ...]
    from_exports: bool = False


def typed(stream: Stream, tables: Iterable[RawTable], zone: ZoneInfo | None) -> Typed:
    """Check every source of a stream and put the usable rows together."""
    parts, rows, before = [], [], 0
    rules: list[SubOrders] = []
    for table in tables:
        part = check(table, stream, zone)
        mine = part.rows
        if table.suborders is not None:
            rule = table.suborders.rule
            rules += [] if rule in rules else [rule]
            subs = table.suborders.ids.gather(mine[ROW]).alias(SUB)
            mine = mine.with_columns(subs, pl.lit(rules.index(rule)).alias(RULE))
        rows.append(mine.with_columns(pl.col(ROW).cast(pl.Int64) + before))
        before += part.rows_in
        parts.append(
            (_without_cells(table), evolve(part, rows=pl.DataFrame()))
        )  # the cells are in rows now
    return Typed(stream, pl.concat(rows, how="diagonal"), parts, rules)


def _without_cells(table: RawTable) -> RawTable:
    """A table that knows where its rows stand, and holds none of their cells."""
    body = None if table.body is None else evolve(table.body, frame=pl.DataFrame())
    return evolve(table, frame=pl.DataFrame(), body=body, suborders=None)


def settled(found: Typed, shop_ids: pl.Series) -> ConsolidatedRows:
    """Latest state, then repair; the column ``shop`` is a position in the sorted ``shop_ids``."""
    stream = found.stream
    shop = pl.concat(part.shops.among(shop_ids) for _, part in found.parts)
    rows = found.rows.with_columns(shop)
    whole, index = latest(merged(rows, found.suborders, stream), stream)
    mended, emptied = repair(whole, stream)
    repaired = pl.concat([_located(emptied, found), *_unreadable(whole, found)])
    set_aside = pl.concat([no_incidents(), *(part.set_aside for _, part in found.parts)])
    books = Books(
        rows_in=int(found.offsets[-1]),
        accepted=_count(mended),
        replaced=len(rows) - _count(whole),
        set_aside=len(set_aside),
        repaired=len(repaired),
    )
    defaults = {c.name: c.default for c in stream.columns if c.default is not None}
    filled = mended.with_columns(
        pl.col(name).fill_null(value)
        for name, value in defaults.items()
        if name in mended.columns and mended[name].null_count()
    )
    ignored = tuple(dict.fromkeys(name for _, part in found.parts for name in part.ignored))
    return ConsolidatedRows(
        filled.drop(ROW, ROWS, strict=False),
        index,
        books,
        set_aside,
        repaired,
        ignored,
        any(table.body is not None for table, _ in found.parts),
    )


def _count(rows: pl.DataFrame) -> int:
    """How many rows of the sources these are; a row made of sub-orders is several."""
    return int(rows[ROWS].fill_null(1).sum()) if ROWS in rows.columns else len(rows)


def _unreadable(whole: pl.DataFrame, found: Typed) -> Iterable[pl.DataFrame]:
    """Cells that became null because nobody could read them, of rows that stayed."""
    for (_, part), before in zip(found.parts, found.offsets, strict=False):
        if len(part.unreadable):
            at = part.unreadable["row"] - 1 + int(before)
            yield part.unreadable.filter(at.is_in(whole[ROW].implode()))


def _located(emptied: pl.DataFrame, found: Typed) -> pl.DataFrame:
    """Emptied cells with the file and line that they came from."""
    located = [no_incidents()]
    offsets: Any = found.offsets
    for (table, _), start, end in zip(found.parts, offsets, offsets[1:], strict=False):
        mine = emptied.filter(pl.col(ROW).is_between(int(start), int(end), closed="left"))
        rows = (mine[ROW] - int(start)).to_list()
        located.append(
            mine.select(
                pl.lit(found.stream.name).alias("stream"),
                pl.lit(table.label, dtype=pl.String).alias("file"),
                pl.Series("line", table.lines(rows), dtype=pl.Int64),
                pl.Series("row", [row + 1 for row in rows], dtype=pl.Int64),
                "column",
                "value",
                "reason",
            )
        )
    return pl.concat(located)
