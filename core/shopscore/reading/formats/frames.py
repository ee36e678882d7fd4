"""Tables that are typed already: Parquet files and dataframes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve, frozen
from polars.exceptions import PanicException

from ...errors import InputError
from .body import Origin

#: Encoding and separator of rows that are written as text.
_AS_TEXT = ("utf-8", ",")


@frozen(eq=False)
class ParquetOrigin(Origin):
    """Rows of a Parquet file, which is read again for their cells."""

    path: Path

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        return _texts(pl.read_parquet(self.path, glob=False)[list(rows)])


@frozen(eq=False)
class FrameOrigin(Origin):
    """Rows of a dataframe, of which those in ``kept`` are at hand, by their position."""

    frame: pl.DataFrame
    kept: Sequence[int] | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame) -> FrameOrigin:
        """Return the origin of all rows of a dataframe."""
        return cls(tuple(frame.columns), *_AS_TEXT, frame)

    def keep(self, rows: Sequence[int]) -> FrameOrigin:
        """Return the origin of the same rows that holds on to a few of them only."""
        return evolve(self, frame=self.frame[list(rows)], kept=rows)

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        if self.kept is not None:
            at = {row: place for place, row in enumerate(self.kept)}
            rows = [at[row] for row in rows]
        return _texts(self.frame[list(rows)])


def read_parquet(
    path: Path, label: str, columns: Collection[str]
) -> tuple[pl.DataFrame, ParquetOrigin]:
    """Read some columns of a Parquet file.

    Raises:
        InputError: where it is none, or cannot be read.
    """
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise InputError(f"{label}: not a Parquet file")
    try:
        present = tuple(pl.read_parquet_schema(path))
        frame = pl.read_parquet(
            path, columns=[name for name in present if name in columns], glob=False
        )
    except (Exception, PanicException) as error:  # polars raises many kinds for broken files
        raise InputError(f"{label}: not a readable Parquet file: {error}") from None
    return frame, ParquetOrigin(present, *_AS_TEXT, path)


def read_dataframe(data: Any, label: str) -> pl.DataFrame:
    """Return any dataframe with the Arrow PyCapsule interface as one of polars.

    Raises:
        InputError: where it is none, or a package is missing that reads it.
    """
    try:
        return data.collect() if isinstance(data, pl.LazyFrame) else pl.DataFrame(_stream(data))
    except (Exception, PanicException) as error:
        kind = type(data)
        if isinstance(error, ImportError) and kind.__module__.partition(".")[0] == "pandas":
            raise InputError(
                f'{label}: a dataframe of pandas needs pyarrow; pip install "shopscore[pandas]"'
            ) from None
        raise InputError(
            f"{label}: {kind.__name__} cannot be read as a dataframe: {error}"
        ) from None


def _stream(data: Any) -> Any:
    """Return a dataset (or its scanner), which offers no stream itself, as one that does."""
    if not hasattr(data, "__arrow_c_stream__"):
        for opens in ("scanner", "to_reader"):
            data = getattr(data, opens)() if hasattr(data, opens) else data
    return data


def _texts(frame: pl.DataFrame) -> list[list[str]]:
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
