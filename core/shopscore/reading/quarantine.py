"""Quarantine: rows that were set aside, as files to be corrected and read again."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import polars as pl

from ..errors import InputError
from ..messages import message
from ..writing import folders_above, whole_file
from .formulas import REASON, mark
from .raw_table import RawTable
from .report import LoadReport

#: What could be more than a part of a file's name.
_UNSAFE = re.compile(r"[^\w.()（）-]|\.\.")


def write_quarantine(report: LoadReport, folder: Path) -> tuple[Path, ...]:
    """Write the rows set aside of each file, under its name, in its columns and encoding.

    A workbook becomes a CSV file; rows of a dataframe go to one that is named after the stream.
    Returns the files written.

    Raises:
        InputError: where a file cannot be written.
    """
    rows: dict[Path, tuple[RawTable, pl.DataFrame]] = {}
    labels = {table.label for table in report.tables}
    for table in report.tables:
        own = (pl.col("stream") == table.stream) & pl.col("file").eq_missing(
            pl.lit(table.label, pl.String)
        )
        set_aside = report.set_aside.filter(own)
        if not len(set_aside):
            continue
        target = _target(folder, table.label or f"{table.stream}.csv", labels)
        if target in rows or target.exists():
            raise InputError(
                message(
                    "{file}: is there already, and is not written over; name a new folder",
                    file=target,
                )
            )
        rows[target] = table, set_aside
    with ExitStack() as files:  # all of them appear when the last one is complete
        for target, (table, set_aside) in rows.items():
            files.enter_context(folders_above(target))
            _write(table, set_aside, files.enter_context(whole_file(target)))
    return tuple(rows)


def _target(folder: Path, label: str, labels: Container[str | None]) -> Path:
    """Return where the rows of a file go: under its name, in the folder of its shop or stream.

    What lies within a file, a worksheet or a member of an archive, is part of the name only. A
    Parquet file becomes the CSV file of the same name, unless that is read as well.
    """
    name, *within = label.split(" / ")
    inner = "".join(f" - {_UNSAFE.sub('_', part)}" for part in within)
    target = folder / _for_system(f"{name}{inner}")
    if not target.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            message("{file}: its name leads out of {folder}", file=label, folder=folder)
        )
    if target.suffix in (".csv", ".tsv", ".txt"):
        return target
    if target.suffix == ".parquet" and f"{label.removesuffix('.parquet')}.csv" not in labels:
        return target.with_suffix(".csv")
    return target.with_name(f"{target.name}.csv")


def _for_system(name: str) -> str:
    """Return a name that the system takes, whatever its encoding: as UTF-8 where it has none for it."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return os.fsdecode(name.encode())
    return name


def _write(table: RawTable, set_aside: pl.DataFrame, target: Path) -> None:
    because: dict[int, str] = {}
    for at, column, reason in set_aside.select("row", "column", "reason").iter_rows():
        because.setdefault(at - 1, f"{column}: {reason}" if column else reason)
    rows, origin = sorted(because), table.origin
    marked = [place for place, name in enumerate(origin.headers) if name.strip() == REASON]
    with target.open("w", encoding=origin.encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=origin.separator)
        writer.writerow([REASON, *_marked_once(origin.headers, marked)])
        for row, cells in zip(rows, table.records(rows), strict=True):
            writer.writerow([because[row], *_marked_once(cells, marked)])


def _marked_once(cells: Sequence[str], reasons: Sequence[int]) -> Iterator[str]:
    """Yield cells with their marks; those of a file that has reasons already have them."""
    for place, cell in enumerate(cells):
        if place not in reasons:
            yield cell if reasons else mark(cell)
