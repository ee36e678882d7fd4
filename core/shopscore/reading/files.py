"""Where rows come from: canonical folders and files, and dataframes, as tables of raw cells."""

from __future__ import annotations

import csv
import mmap
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import field, frozen
from polars.exceptions import PanicException

from ..errors import InputError, did_you_mean
from ..model.layouts import SubOrders

if TYPE_CHECKING:
    from .exports.recognition import Recognised
    from .formats.sheets import Body

SUFFIXES = (".csv", ".parquet")

#: Tells a person how far the reading is: what is read now.
Progress = Callable[[str], None]


@frozen(eq=False)
class SubOrderRows:
    """How rows of sub-orders become an order, and the id of each row's sub-order."""

    rule: SubOrders
    ids: pl.Series


@frozen(eq=False)
class RawTable:
    """The raw cells of one file or dataframe.

    ``too_long`` holds the positions of rows with more cells than the header, with what was too
    much, ``refused`` those that are no rows at all, with a cell and the reason; ``path`` is None
    for a dataframe, which has no lines. ``unread`` names columns that were not even read, since
    nobody knows them. Of an export: ``titles`` are its own headers by canonical name, ``body``
    knows its lines, ``found`` how it was recognised, and ``state`` the times that tell how new a
    row is.
    """

    frame: pl.DataFrame
    label: str | None
    path: Path | None = None
    too_long: Mapping[int, str] = field(factory=dict)
    refused: Mapping[int, tuple[str, str]] = field(factory=dict)
    unread: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(factory=dict)
    body: Body | None = None
    found: Recognised | None = None
    state: tuple[str, ...] = ()
    suborders: SubOrderRows | None = None

    def refuse_long_rows(self) -> None:
        """Raise for a row with more cells than the header, where rows cannot be set aside."""
        for row, extra in self.too_long.items():
            (line,) = self.lines([row])
            raise InputError(
                f"{self.label}, line {line}: more cells than the header has: {extra!r}"
            )

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        """The line on which each row begins, as an editor counts (the header is line 1)."""
        if self.body is not None:
            return self.body.lines(rows)
        if self.path is None or self.path.suffix != ".csv" or not rows:
            return [None] * len(rows)
        found = {row: line for row, line, _ in self._found(rows)}
        return [found.get(row) for row in rows]

    def cells(self, rows: Sequence[int]) -> list[list[str]]:
        """All cells of some rows of a CSV file, as they stand there."""
        found = {row: cells for row, _, cells in self._found(rows)}
        return [found[row] for row in rows]

    def _found(self, rows: Sequence[int]) -> Iterator[tuple[int, int, list[str]]]:
        """Some rows of a CSV file, with the lines on which they begin."""
        wanted = set(rows)
        if self.path is None or not wanted:
            return
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for position, (line, cells) in enumerate(_records(csv.reader(file)), start=-1):
                if position in wanted:
                    yield position, line, cells
                    wanted.discard(position)
                    if not wanted:
                        return


def shown_path(path: Path | str) -> str:
    """A path as text; a name in another encoding than the system's is taken for GB18030."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text).decode("gb18030", "replace")
    return text


def find_files(source: Path, streams: Iterable[str]) -> dict[str, list[Path]]:
    """The files of each stream in a canonical folder, or the stream that a single file holds.

    Raises:
        InputError: where there is nothing to read, or a stream is there twice.
    """
    known = list(streams)
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    if source.is_file():
        if source.stem not in known or source.suffix not in SUFFIXES:
            raise InputError(
                f"{source}: a file of events is named after its stream"
                f" ({known[1]}.csv, {known[1]}.parquet, …){did_you_mean(source.stem, known)}"
            )
        return {source.stem: [source]}
    found: dict[str, list[Path]] = {}
    for name in known:
        places = [
            source / f"{name}{suffix}" for suffix in SUFFIXES if _there(source / f"{name}{suffix}")
        ]
        if _there(source / name):
            places.append(source / name)
        if len(places) > 1:
            both = " and ".join(p.name for p in places)
            raise InputError(f"{source}: stream {name} is there more than once, as {both}")
        if places:
            found[name] = _parts(places[0])
    if not found:
        raise InputError(
            f"{source}: no file of events here; expected {known[1]}.csv, {known[2]}.csv, …"
            f"{_stray(source, known)}"
        )
    return found


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None


def _stray(folder: Path, known: list[str]) -> str:
    names = sorted(p.name for p in folder.iterdir() if p.suffix in SUFFIXES)
    return (
        f"; found only {', '.join(names[:5])}{did_you_mean(Path(names[0]).stem, known)}"
        if names
        else ""
    )


def _parts(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    try:
        parts = sorted(p for p in place.iterdir() if p.suffix in SUFFIXES)
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
    if not parts:
        raise InputError(f"{place}: no .csv or .parquet file in this folder")
    return parts


def read_file(path: Path, columns: Iterable[str], root: Path | None = None) -> RawTable:
    """The raw cells of the known columns of a file; the frame keeps the names of the others.

    Raises:
        InputError: naming file, line and value where the file cannot be read.
    """
    label = shown_path(path.relative_to(root) if root and root in path.parents else path.name)
    try:
        if path.suffix == ".parquet":
            return _read_parquet(path, label, set(columns))
        return _read_csv(path, label)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None


def _read_parquet(path: Path, label: str, columns: set[str]) -> RawTable:
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise InputError(f"{label}: not a Parquet file")
    try:
        there = pl.read_parquet_schema(path)
        frame = pl.read_parquet(path, columns=[n for n in there if n in columns])
    except (Exception, PanicException) as error:  # polars raises many kinds for broken files
        raise InputError(f"{label}: not a readable Parquet file: {error}") from None
    unread = tuple(name for name in there if name not in columns)
    return RawTable(frame, label, path, unread=unread)


def _read_csv(path: Path, label: str) -> RawTable:
    header = header_of(path, label)
    frame = _well_formed(path, header)
    if frame is not None:
        return RawTable(frame, label, path)
    return _record_by_record(path, label, header)


def header_of(path: Path, label: str) -> list[str]:
    """The names in the header of a CSV file; raises InputError where it has none."""
    if path.stat().st_size == 0:
        raise InputError(f"{label}: the file is empty; a header line is needed")
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        nul = data.find(b"\0")
        if nul >= 0:
            line = data[:nul].count(b"\n") + 1
            raise InputError(f"{label}, line {line}: a NUL byte; this is not UTF-8 text")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next((row for _, row in _records(csv.reader(file))), [])
    except UnicodeDecodeError:
        raise _not_utf8(path, label) from None
    except BrokenRecordError as error:
        raise InputError(f"{label}, {error}") from None
    names = [name.strip() for name in header]
    if not any(names):
        raise InputError(f"{label}: the file has no header line")
    twice = {n for n in names if n and names.count(n) > 1}
    if twice:
        raise InputError(f"{label}, line 1: column {min(twice)} is there twice")
    return [name or f"column {place}" for place, name in enumerate(names, start=1)]


def canonical_header(path: Path) -> list[str] | None:
    """The names in a file's first line; None where they cannot be read as UTF-8."""
    try:
        return header_of(path, path.name)
    except (InputError, OSError):
        return None


def _has_odd_ends(path: Path) -> bool:
    """Line ends and a last comma that the fast reader takes for something else."""
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data[-1:] == b"," or re.search(rb"\r(?!\n)", data) is not None


def _well_formed(path: Path, header: list[str]) -> pl.DataFrame | None:
    """The cells of a file without any oddity, at full speed; None: read it record by record."""
    if _has_odd_ends(path):
        return None
    try:
        frame = pl.read_csv(path, infer_schema=False, has_header=True, raise_if_empty=False)
    except (Exception, PanicException):  # whatever it is, the careful reader names the line
        return None
    if frame.width != len(header):
        return None
    frame.columns = header
    if not len(frame):
        return None
    blank = frame.select(pl.all_horizontal(pl.all().is_null()).any()).item()
    return None if blank else frame


class BrokenRecordError(Exception):
    """A record that is no CSV, and the line on which it begins."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.unclosed = "unexpected end of data" in reason


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The records, each with the line on which it begins; an empty line is none.

    Raises:
        BrokenRecordError: naming the line, where quotes do not match.
    """
    begins = 1
    try:
        for record in reader:
            if record:
                yield begins, record
            begins = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        raise BrokenRecordError(begins, str(error)) from None


def _record_by_record(path: Path, label: str, header: list[str]) -> RawTable:
    try:
        return _careful(path, label, header, strict=True)
    except UnicodeDecodeError:
        raise _not_utf8(path, label) from None
    except BrokenRecordError as error:
        if error.unclosed:
            raise InputError(f"{label}, {error}: a quote is opened and never closed") from None
    try:  # quotes within cells that are not quoted: taken as they stand
        return _careful(path, label, header, strict=False)
    except BrokenRecordError as error:
        raise InputError(f"{label}, {error}; is a quote opened and never closed?") from None


def _careful(path: Path, label: str, header: list[str], *, strict: bool) -> RawTable:
    """Every record by itself, so that long and short ones are known."""
    width = len(header)
    rows: list[list[str | None]] = []
    too_long: dict[int, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = _records(csv.reader(file, strict=strict))
        next(records, None)
        for _, record in records:
            if len(record) > width:
                extra = [cell for cell in record[width:] if cell.strip()]
                too_long[len(rows)] = ",".join(extra) or "," * (len(record) - width)
            rows.append([*record[:width], *[None] * (width - len(record))])
    schema = dict.fromkeys(header, pl.String)
    return RawTable(pl.DataFrame(rows, schema=schema, orient="row"), label, path, too_long)


def _not_utf8(path: Path, label: str) -> InputError:
    """Names line and value of the first bytes that are not UTF-8, and guesses at the encoding."""
    data = path.read_bytes()
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        end = data.find(b"\n", error.start)
        text = data[start : end if end >= 0 else None].decode("utf-8", "replace").strip()
        cell = next((c for c in text.split(",") if "\ufffd" in c), text)
        line = data.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8"
        try:
            data[: 1 << 20].decode("gb18030", "strict" if len(data) < 1 << 20 else "ignore")
            hint = "it may be GB18030 (GBK): save it as UTF-8"
        except UnicodeDecodeError:
            pass
        return InputError(f"{label}, line {line}: {cell[:60]!r} is not UTF-8; {hint}")
    return InputError(f"{label}: not UTF-8 text")


def from_dataframe(stream: str, data: Any) -> RawTable:
    """The raw cells of any dataframe with the Arrow PyCapsule interface."""
    try:
        frame = data.collect() if isinstance(data, pl.LazyFrame) else pl.DataFrame(_streamed(data))
    except (Exception, PanicException) as error:
        raise InputError(
            f"stream {stream}: {type(data).__name__} cannot be read as a dataframe: {error}"
        ) from None
    return RawTable(frame, None)


def _streamed(data: Any) -> Any:
    """A dataset (or its scanner), which offers no stream itself, as one that does."""
    if not hasattr(data, "__arrow_c_stream__"):
        for opens in ("scanner", "to_reader"):
            data = getattr(data, opens)() if hasattr(data, opens) else data
    return data
