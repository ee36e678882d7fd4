"""Rows that are typed already: Parquet files, and what is left of dataframes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from ...errors import InputError
from ...messages import message
from ...value_classes import evolve, frozen
from .. import batches
from .body import Origin
from .column_types import within_calendar
from .failures import translated

#: The most cells of a Parquet file, in the columns that are read: a few bytes may stand for any many.
MOST_PARQUET_CELLS = 300_000_000

#: Encoding and separator of rows that are written as text.
_AS_TEXT = ("utf-8", ",")


@frozen(eq=False)
class ParquetOrigin(Origin):
    """Rows of a Parquet file, which are read again for their cells, and no others."""

    is_typed: ClassVar[bool] = True

    path: Path

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        wanted = sorted(set(rows))
        at = f"{max(self.headers, key=len, default='')}_"  # as no column is called
        with translated(partial(_unreadable, self.path.name)):
            file = pl.scan_parquet(self.path, glob=False, row_index_name=at)
            cells = _texts(file.filter(pl.col(at).is_in(wanted)).drop(at).collect())
        found = dict(zip(wanted, cells, strict=True))
        return [found[row] for row in rows]


@frozen(eq=False)
class FrameOrigin(Origin):
    """Rows of a dataframe, of which those in ``kept`` are at hand, by their position.

    ``library`` is the package that the dataframe is of.
    """

    is_typed: ClassVar[bool] = True
    cells_known: ClassVar[bool] = True

    frame: pl.DataFrame
    library: str = "polars"
    kept: Sequence[int] | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame, library: str = "polars") -> FrameOrigin:
        """Return the origin of all rows of a dataframe."""
        return cls(tuple(frame.columns), *_AS_TEXT, frame, library)

    def keep(self, rows: Sequence[int]) -> FrameOrigin:
        """Return the origin of the same rows that holds on to a few of them only."""
        return evolve(self, frame=self.frame[list(rows)], kept=rows)

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        if self.kept is not None:
            at = {row: place for place, row in enumerate(self.kept)}
            rows = [at[row] for row in rows]
        return _texts(self.frame[list(rows)])


@frozen(eq=False)
class ParquetFile:
    """Some columns of a Parquet file, to be read at once or piece by piece, any number of times.

    ``columns`` has these columns without a row.
    """

    path: Path
    label: str
    columns: pl.DataFrame
    rows: int
    origin: ParquetOrigin

    def read(self) -> pl.DataFrame:
        """Return all rows.

        Raises:
            InputError: where the file cannot be read.
        """
        with translated(partial(_unreadable, self.label)):
            return pl.read_parquet(self.path, columns=self.columns.columns, glob=False)

    def read_pieces(self) -> Iterator[pl.DataFrame]:
        """Yield ``batches.BATCH_ROWS`` rows at a time, in order.

        Raises:
            InputError: where the file cannot be read.
        """
        file = pl.scan_parquet(self.path, glob=False).select(self.columns.columns)
        with translated(partial(_unreadable, self.label)):
            yield from _collect(file, batches.BATCH_ROWS, self.rows)


def _collect(file: pl.LazyFrame, rows: int, total: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file in pieces: as they are decoded, where polars offers that."""
    if hasattr(file, "collect_batches"):
        yield from file.collect_batches(chunk_size=rows, maintain_order=True)
        return
    for start in range(0, total, rows):
        yield file.slice(start, rows).collect()


def open_parquet(path: Path, label: str, columns: Collection[str]) -> ParquetFile:
    """Open some columns of a Parquet file.

    Raises:
        InputError: where it is none, is larger than any that is made of events, or cannot be read.
    """
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise InputError(message("{file}: not a Parquet file", file=label))
    with translated(partial(_unreadable, label)):
        schema = pl.read_parquet_schema(path)
        rows = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    known = {name: dtype for name, dtype in schema.items() if name in columns}
    if rows * max(len(known), 1) > MOST_PARQUET_CELLS:
        raise InputError(
            message(
                "{file}: {rows:,} rows of {columns} columns that are read: these are more than"
                " {most:,} cells; make several files of it, in a folder that is named after the"
                " stream",
                file=label,
                rows=rows,
                columns=len(known),
                most=MOST_PARQUET_CELLS,
            )
        )
    origin = ParquetOrigin(tuple(schema), *_AS_TEXT, path)
    return ParquetFile(path, label, pl.DataFrame(schema=known), rows, origin)


def _unreadable(label: str, error: BaseException) -> InputError:
    return InputError(
        message("{file}: not a readable Parquet file: {error}", file=label, error=error)
    )


def _texts(frame: pl.DataFrame) -> list[list[str]]:
    frame = frame.select(within_calendar(column) for column in frame.get_columns())
    return [[_text(cell) for cell in row] for row in frame.iter_rows()]


def _text(cell: Any) -> str:
    """Return the text of a cell that reads as the same value.

    >>> _text(None), _text(True), _text(dt.date(2024, 1, 5)), _text(dt.datetime(2024, 1, 5, 9))
    ('', 'true', '2024-01-05 00:00:00', '2024-01-05 09:00:00')
    """
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case dt.date() if not isinstance(cell, dt.datetime):
            return f"{cell} 00:00:00"
    return str(cell)
