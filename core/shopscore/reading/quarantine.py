"""Quarantine: rows that were set aside, as files to be corrected and read again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from ..errors import InputError
from .files import RawTable, header_of
from .report import REASON, LoadReport

#: What a spreadsheet would take for a formula.
FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")
#: What could be more than a part of a file's name.
_UNSAFE = re.compile(r"[^\w.()（）-]|\.\.")
_ENCODINGS = {"workbook": "utf-8-sig"}


def write_quarantine(report: LoadReport, folder: Path) -> tuple[Path, ...]:
    """Write the rows set aside of each file, under its name, in its columns and encoding.

    A workbook becomes a CSV file. Returns the files written.

    Raises:
        InputError: where a file cannot be written.
    """
    written = []
    for table in report.tables:
        mine = report.set_aside.filter(pl.col("file") == table.label)
        if table.path is None or not len(mine):
            continue
        target = _target(folder, table.label or "rows")
        if target.exists():
            raise InputError(
                f"{target}: is there already, and is not written over; name a new folder"
            )
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(table, mine, target)
        except OSError as error:
            raise InputError(f"{target}: cannot be written: {error.strerror or error}") from None
        written.append(target)
    return tuple(written)


def _target(folder: Path, label: str) -> Path:
    """Where the rows of a file go: under its name, in the folder of its shop or stream.

    What lies within a file, a worksheet or a member of an archive, is part of the name only.
    """
    name, *within = label.split(" / ")
    inner = "".join(f" - {_UNSAFE.sub('_', part)}" for part in within)
    target = folder / f"{name}{inner}"
    if not target.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{label}: its name leads out of {folder}")
    if target.suffix in (".csv", ".tsv", ".txt"):
        return target
    if target.suffix == ".parquet":
        return target.with_suffix(".csv")
    return target.with_name(f"{target.name}.csv")


def _write(table: RawTable, set_aside: pl.DataFrame, target: Path) -> None:
    because: dict[int, str] = {}
    for at, column, reason in set_aside.select("row", "column", "reason").iter_rows():
        because.setdefault(at - 1, f"{column}: {reason}" if column else reason)
    rows = sorted(because)
    sheet = None if table.found is None else table.found.sheet
    encoding = "utf-8" if sheet is None else _ENCODINGS.get(sheet.encoding, sheet.encoding)
    separator = "," if sheet is None else sheet.separator or ","
    with target.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow([REASON, *map(guarded, _headers(table))])
        for row, cells in zip(rows, _records(table, rows), strict=True):
            writer.writerow([because[row], *map(guarded, cells)])


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; reading takes the mark away again."""
    return f"'{cell}" if FORMULA.match(cell) and not _NUMBER.match(cell) else cell


def _headers(table: RawTable) -> Sequence[str]:
    if table.found is not None:
        return table.found.headers
    if table.path is None:
        return ()
    if table.path.suffix == ".parquet":
        return list(pl.read_parquet_schema(table.path))
    return header_of(table.path, table.path.name)


def _records(table: RawTable, rows: list[int]) -> Iterator[Sequence[str]]:
    """All cells of some rows, as the file has them."""
    if table.body is not None:
        yield from table.body.records(rows)
    elif table.path is not None and table.path.suffix == ".parquet":
        frame = pl.read_parquet(table.path)[rows]
        for cells in frame.iter_rows():
            yield ["" if cell is None else str(cell) for cell in cells]
    elif table.path is not None:
        yield from table.cells(rows)
