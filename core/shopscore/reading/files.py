"""Files and dataframes with canonical columns, as raw tables."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve

from ..errors import InputError, not_given
from ..messages import Message, message
from ..notices import Notice
from . import batches
from .formats.body import Body
from .formats.dataframes import library_of, read_dataframe
from .formats.frames import FrameOrigin, ParquetFile, open_parquet
from .formats.headers import refuse_named
from .formats.separators import separator_by_header
from .formats.sheets import Sheet, open_sheets
from .formulas import REASON, unmark
from .raw_table import RawTable, ScannedTable
from .texts import TextTable

#: A Parquet file of no more rows is read at once: most are, where there are thousands of files.
AT_ONCE = 1 << 14

#: Tells a person how far the reading is: what is read now.
Progress = Callable[[str], None]


def stages(progress: Progress | None, logger: logging.Logger) -> Progress:
    """Return what is called as each stage begins: it logs the stage, and tells the caller."""

    def begin(stage: str) -> None:
        logger.info("%s", stage)
        if progress is not None:
            progress(stage)

    return begin


def show_path(path: Path | str) -> str:
    """Return a path as text; a name in another encoding than the system's is UTF-8 or GB18030."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return str(Path(*map(_decoded, Path(path).parts)))
    return text


def _decoded(name: str) -> str:
    """Return the name of a file or folder that the system may not have decoded."""
    data = os.fsencode(name)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def read_file(path: Path, columns: Iterable[str]) -> RawTable:
    """Read the known columns of a table that is no stream: CSV, or Parquet by its name.

    Raises:
        InputError: naming file, line and value where the file cannot be read.
    """
    table = read_canonical(path, show_path(path.name), set(columns)).whole()
    return _without_headers(table) if table.origin.is_typed else table


def refuse_no_file(path: Path) -> None:
    """Raise where a path is no file that can be read as a whole; a pipe or device is never opened.

    Raises:
        InputError: saying what is there instead.
    """
    if path.is_dir():
        raise InputError(message("{file}: is a folder, and a file is needed", file=path))
    if path.exists() and not path.is_file():
        said = message("{file}: is a pipe or device, and no file; write it to one first", file=path)
        raise InputError(said)
    if not path.is_file():
        raise InputError(message("{file}: no such file", file=path))


def read_canonical(path: Path, label: str, columns: Collection[str]) -> RawTable:
    """Read the known columns of a file; the others are named, and not read.

    Raises:
        InputError: naming file, line and value where the file cannot be read.
    """
    table = open_table(path, label, columns)
    return table.read() if isinstance(table, TextTable) else table


def open_table(path: Path, label: str, columns: Collection[str]) -> RawTable | TextTable:
    """Open the known columns of a file, of which a text may be split together with others.

    Raises:
        InputError: naming file, line and value where the file cannot be read.
    """
    refuse_no_file(path)
    try:
        if path.suffix == ".parquet":
            return _read_parquet(open_parquet(path, label, columns))
        return _open_text(open_canonical(path, label, columns), columns)
    except OSError as error:
        raise not_given(path, error) from None


def _read_parquet(file: ParquetFile) -> RawTable:
    """Return the table of a Parquet file: a small one with its rows, a large one to be scanned."""
    headers = file.origin.headers
    unread = tuple(name for name in headers if name not in file.columns.columns)
    if file.rows <= min(AT_ONCE, batches.BATCH_ROWS):
        return RawTable(file.read(), file.label, file.origin, unread)
    return ScannedTable(
        file.columns,
        file.label,
        file.origin,
        unread,
        rows=file.rows,
        scan=file.read_pieces,
    )


def open_canonical(path: Path, label: str, columns: Collection[str]) -> Sheet:
    """Open a file whose first record names its columns; these tell what stands between cells.

    Raises:
        InputError: where it cannot be read, or is several worksheets.
    """
    sheets = open_sheets(path, label, partial(separator_by_header, names=columns))
    if len(sheets) > 1:
        raise InputError(
            message(
                "{file}: {n} worksheets; save the one to be read as CSV", file=label, n=len(sheets)
            )
        )
    return sheets[0]


def canonical_names(sheet: Sheet) -> list[str]:
    """Return the names in the first record of a file; a column without one is named by its place.

    Raises:
        InputError: where it has none, or one of them twice.
    """
    names = [name.strip() for name in sheet.head[0]]
    if not any(names):
        raise InputError(message("{file}: the file has no header line", file=sheet.label))
    twice = {n for n in names if n and names.count(n) > 1}
    if twice:
        raise InputError(
            message(
                "{file}, line 1: column {column} is there twice",
                file=sheet.label,
                column=min(twice),
            )
        )
    return [name or f"column {place}" for place, name in enumerate(names, start=1)]


def _open_text(sheet: Sheet, columns: Collection[str]) -> TextTable:
    names = canonical_names(sheet)
    places = {name: place for place, name in enumerate(names) if name in columns}
    if not places:
        _refuse_broken_names(sheet, names)
    unread = tuple(name for name in names if name not in columns and name != REASON)
    return TextTable.of(sheet, tuple(places.values()), partial(_named, places, unread))


def _named(
    places: Mapping[str, int], unread: tuple[str, ...], sheet: Sheet, body: Body
) -> RawTable:
    """Return the table of a text whose columns stand in some places."""
    _refuse_broken_cells(sheet, body, places)
    notices = body.notices
    if sheet.encoding == "gb18030":
        guessed = message("{file}: not UTF-8, so taken for GB18030", file=sheet.label)
        notices = (Notice("encoding_guessed", guessed), *notices)
    return RawTable(
        frame=pl.DataFrame([body.frame[str(place)].alias(name) for name, place in places.items()]),
        label=sheet.label,
        origin=body.origin,
        unread=unread,
        refused=body.refused,
        notices=notices,
    )


def _refuse_broken_names(sheet: Sheet, names: list[str]) -> None:
    for name in names:
        if "\ufffd" in name:
            raise InputError(
                message(
                    "{file}, line 1: {value} is {fault}",
                    file=sheet.label,
                    value=repr(name[:60]),
                    fault=_not_text(sheet),
                )
            )


def _refuse_broken_cells(sheet: Sheet, body: Body, places: Mapping[str, int]) -> None:
    """Raise for the first cell with bytes that are not of the encoding."""
    found: list[tuple[int, str]] = []
    for name, place in places.items() if body.broken else ():
        rows = body.frame[str(place)].str.contains("\ufffd", literal=True).arg_true()
        found += [(int(rows[0]), name)] if len(rows) else []
    if found:
        row, name = min(found)
        (line,), value = body.origin.lines([row]), body.frame[str(places[name])][row]
        raise InputError(
            message(
                "{file}, line {line}, column {column}: {value} is {fault}",
                file=sheet.label,
                line=line,
                column=name,
                value=repr(value[:60]),
                fault=_not_text(sheet),
            )
        )


def _not_text(sheet: Sheet) -> Message:
    if sheet.encoding == "gb18030":
        return message("neither UTF-8 nor GB18030; save the file as UTF-8")
    name = "UTF-8" if sheet.encoding.startswith("utf-8") else sheet.encoding.upper()
    return message("not {encoding}; save the file as UTF-8", encoding=name)


def from_dataframe(name: str, data: Any, columns: Collection[str] | None = None) -> RawTable:
    """Return the raw cells of any dataframe with the Arrow PyCapsule interface.

    Columns other than those in ``columns`` may be of types that cannot be read; raw cells are what
    they are.

    Raises:
        InputError: where it is none, or a package is missing that reads it.
    """
    if isinstance(data, RawTable):
        return data
    frame, left_out = read_dataframe(data, f"stream {name}", columns)
    if REASON in frame.columns:
        frame = unmark(frame).drop(REASON)
    origin = FrameOrigin.of(frame, library_of(data))
    return RawTable(frame, None, origin, left_out)


def _without_headers(table: RawTable) -> RawTable:
    """Return a typed table that refuses the rows that are its header once more."""
    texts = [column for column in table.frame.get_columns() if column.dtype == pl.String]
    found = refuse_named(texts, table.origin, str(table.label), table.origin.headers)
    return evolve(table, refused=found) if found else table
