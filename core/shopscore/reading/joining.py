"""Joining: small files of the same columns become one table, before anything is typed.

A folder of daily files costs by its rows then, and not by its files: to type and check a column
takes as long for one row as for thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

import polars as pl

from .raw_table import JoinedTable, RawTable, ScannedTable

#: So many rows are worth a table of their own.
_ENOUGH_ROWS = 1 << 17


def join_small(tables: Iterable[RawTable]) -> Iterator[RawTable]:
    """Yield tables in their order; of those that follow each other, small ones of a kind in one."""
    run: list[RawTable] = []
    rows = 0
    for table in tables:
        if run and (rows + len(table.frame) > _ENOUGH_ROWS or not _alike(run[0], table)):
            yield _joined(run)
            run, rows = [], 0
        run.append(table)
        rows += len(table.frame)
    if run:
        yield _joined(run)


def _alike(one: RawTable, other: RawTable) -> bool:
    """Return whether the cells of two files may stand in one table; large ones are scanned."""
    return (
        not isinstance(one, ScannedTable)
        and not isinstance(other, ScannedTable)
        and one.label is not None
        and other.label is not None
        and one.layout is other.layout
        and dict(one.frame.schema) == dict(other.frame.schema)
        and dict(one.titles) == dict(other.titles)
        and set(one.uncleaned) == set(other.uncleaned)
    )


def _joined(run: list[RawTable]) -> RawTable:
    if len(run) == 1:
        return run[0]
    first = run[0]
    offsets = (0, *accumulate(len(table.frame) for table in run[:-1]))
    unread = dict.fromkeys(name for table in run for name in table.unread)
    unlisted = dict.fromkeys(name for table in run for name in table.unlisted)
    return JoinedTable(
        frame=pl.DataFrame(
            [
                pl.concat([table.frame.get_column(name) for table in run], rechunk=True)
                for name in first.frame.columns
            ]
        ),
        label=first.label,
        origin=first.origin,
        unread=tuple(unread),
        refused={
            before + row: why
            for before, table in zip(offsets, run, strict=True)
            for row, why in table.refused.items()
        },
        layout=first.layout,
        titles=first.titles,
        uncleaned={
            name: pl.concat([table.uncleaned[name] for table in run], rechunk=True)
            for name in first.uncleaned
        },
        unlisted={name: _words(name, run) for name in unlisted},
        parts=tuple(table.without_cells("", ()) for table in run),
        offsets=offsets,
    )


def _words(name: str, run: list[RawTable]) -> pl.Series:
    """Return the unlisted words of a column; null in the rows of files that have none."""
    none = pl.Series([None], dtype=pl.String)
    parts = (t.unlisted.get(name, none.new_from_index(0, len(t.frame))) for t in run)
    return pl.concat(list(parts), rechunk=True)
