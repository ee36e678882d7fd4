"""Sub-orders: rows of exports that are parts of one order become its row."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from ...model.layouts import SubOrders
from ...model.streams import Stream
from ..raw_table import ROW, SUBORDER
from .latest_state import SEPARATOR, canonical_text

#: The rows of the sources of which a row is made; null: it is one itself.
PARTS = "_parts"
#: Which rule puts a row together with others; its own id is :data:`SUBORDER`.
RULE = "_rule"


#: Returns all cells of rows as the sources have them, also those that are not read.
Records = Callable[[pl.Series], list[list[str]]]


def merge_suborders(
    rows: pl.DataFrame, rules: list[SubOrders], stream: Stream, records: Records
) -> tuple[pl.DataFrame, int]:
    """Return the rows of all sources with those of one order put together, each sub-order once.

    Of a sub-order that is there more than once the latest state is taken, wherever it comes from.
    One without an id counts once where ``records`` are equal in every cell. Rows without a rule
    stay as they are. An order stands where the first of its parts stands.
    The second value is how many rows of sub-orders were equal in every cell to another.
    """
    if RULE not in rows.columns:
        return rows, 0
    alone = rows.filter(pl.col(RULE).is_null())
    parts = rows.filter(pl.col(RULE).is_not_null())
    merged = [
        _merge(parts.filter(pl.col(RULE) == position), rule, stream, records)
        for position, rule in enumerate(rules)
    ]
    orders = pl.concat([alone, *(part for part, _ in merged)], how="diagonal")
    return orders.drop(SUBORDER, RULE), sum(repeated for _, repeated in merged)


def _merge(
    rows: pl.DataFrame, rule: SubOrders, stream: Stream, records: Records
) -> tuple[pl.DataFrame, int]:
    keys = ["shop", *stream.key]
    newest = ["updated_at"] if "updated_at" in rows.columns else []
    rows = rows.with_columns(canonical_text(stream, rows.columns))
    rows = rows.sort(*keys, SUBORDER, *newest, "_text", nulls_last=False)
    without = rows[SUBORDER].is_null()
    named, parts = rows.filter(~without), rows.filter(without)
    alone = _without_repeated(parts, [*keys, "_text"], records)
    once = named.unique([*keys, SUBORDER], keep="last", maintain_order=True)
    repeated = len(parts) - len(alone)
    if len(once) < len(named):
        repeated += len(named) - named.n_unique([*keys, SUBORDER, *newest, "_text"])
    rows = pl.concat([once, alone]).sort(*keys, SUBORDER, "_text", nulls_last=True)
    how = dict(_how(rule, newest))
    apart = {*keys, SUBORDER, RULE, "_text"}
    orders = rows.group_by(keys, maintain_order=True).agg(
        *(
            how.get(name, _first)(pl.col(name)).alias(name)
            for name in rows.columns
            if name not in apart
        ),
        pl.col(ROW).alias(PARTS),
    )
    return orders, repeated


def _without_repeated(parts: pl.DataFrame, alike: list[str], records: Records) -> pl.DataFrame:
    """Return parts without an id, one of those that are equal in every cell.

    That what is read of them is alike is not enough: they may be two goods of one price.
    """
    doubtful = parts.select(alike).is_duplicated()
    if not doubtful.any():
        return parts
    rivals = parts.filter(doubtful).sort(ROW)
    cells = [SEPARATOR.join(record) for record in records(rivals[ROW])]
    once = rivals.with_columns(pl.Series("_cells", cells)).unique(
        [*alike, "_cells"], keep="first", maintain_order=True
    )
    return pl.concat([parts.filter(~doubtful), once.drop("_cells")])


def _how(rule: SubOrders, newest: list[str]) -> Iterator[tuple[str, Callable[[pl.Expr], pl.Expr]]]:
    yield from ((name, pl.Expr.min) for name in (*rule.earliest, ROW))
    yield from ((name, pl.Expr.max) for name in (*rule.latest, *newest))
    yield from ((name, _total) for name in rule.total)


def _first(cells: pl.Expr) -> pl.Expr:
    """Return the cell of the smallest sub-order that has one."""
    return cells.drop_nulls().first()


def _total(cells: pl.Expr) -> pl.Expr:
    """Return the sum of the cells that have one; null where none has."""
    return pl.when(cells.is_not_null().any()).then(cells.sum())
