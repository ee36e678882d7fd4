"""Sources: which files of a folder hold which stream, and for which shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import polars as pl
from attrs import evolve, field, frozen

from ..errors import InputError
from ..model.layouts import Layout
from ..model.streams import Stream
from .exports.picking import export_table
from .exports.recognition import recognise
from .files import RawTable, canonical_header, find_files, read_file, shown_path

#: What the name of an export may end with; what it is, its content says.
EXPORT_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".zip", ".gz")


#: Names that begin so are nobody's exports: hidden files, and the locks of spreadsheets.
HIDDEN = (".", "~$")


@frozen
class ShopDefaults:
    """What files of one shop do not say, and the user does."""

    shop_id: str | None = None
    industry: str | None = None
    shop_type: str | None = None


@frozen(eq=False)
class Sources:
    """Tables by stream, opened when they are asked for, and remarks about files."""

    tables: Mapping[str, Sequence[Callable[[], RawTable]]]
    notes: tuple[str, ...] = ()


@frozen(eq=False)
class _Search:
    streams: Mapping[str, Stream]
    layouts: Sequence[Sequence[Layout]]
    root: Path
    tables: dict[str, list[Callable[[], RawTable]]] = field(factory=dict)
    notes: list[str] = field(factory=list)

    def add(self, stream: str, table: Callable[[], RawTable], shop_id: str | None) -> None:
        self.tables.setdefault(stream, []).append(partial(_of_shop, table, shop_id))

    def label(self, path: Path) -> str:
        return shown_path(path.relative_to(self.root) if self.root in path.parents else path.name)


def find_sources(
    source: Path, streams: Mapping[str, Stream], layouts: Sequence[Sequence[Layout]]
) -> Sources:
    """What is to be read from a file or folder.

    A file is canonical where its name is that of a stream and its header has the stream's key;
    any other is recognised by its headers, in the first group of layouts that fits. A folder that
    is not named after a stream holds the files of the shop that it is named after.

    Raises:
        InputError: where nothing can be read.
    """
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    search = _Search(streams, layouts, source)
    if source.is_file():
        _file(search, source)
    else:
        _folder(search, source, None)
    if not search.tables:
        find_files(source, streams)  # says what was expected
        raise InputError(f"{source}: nothing here can be read")
    order = [name for name in streams if name in search.tables]
    return Sources({name: search.tables[name] for name in order}, tuple(search.notes))


def _file(search: _Search, path: Path) -> None:
    """A single file: canonical, or an export."""
    if not _is_canonical(search, path):
        if _export(search, path, None):
            return
        if any(search.layouts) and path.stem not in search.streams:
            raise InputError(
                f"{shown_path(path)}: no layout fits its headers, and it is not named after a stream;"
                f" shopscore inspect {shown_path(path)} says what comes near,"
                f" shopscore inspect {shown_path(path)} --draft writes a layout to fill in"
            )
    _canonical(search, path.parent, [path], None)


def _folder(search: _Search, folder: Path, shop_id: str | None) -> None:
    try:
        entries = sorted(p for p in folder.iterdir() if not p.name.startswith(HIDDEN))
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror or error}") from None
    canonical = []
    for path in entries:
        if _is_canonical(search, path):
            canonical.append(path)
        elif path.is_dir():
            if shop_id is None:
                _folder(search, path, shown_path(path.name))
            else:
                search.notes.append(
                    f"{search.label(path)}: a folder within that of a shop: not used"
                )
        elif path.is_file() and path.suffix.lower() in EXPORT_SUFFIXES and any(search.layouts):
            if _export(search, path, shop_id):
                continue
            if path.stem in search.streams and path.suffix == ".csv":
                canonical.append(path)  # reading it says what is wrong
                continue
            search.notes.append(
                f"{search.label(path)}: not recognised, and not used;"
                f" shopscore inspect {shown_path(path)} says why"
            )
    if canonical:
        _canonical(search, folder, canonical, shop_id)


def _canonical(search: _Search, folder: Path, paths: Sequence[Path], shop_id: str | None) -> None:
    """Add files and folders that are named after their streams."""
    names = dict.fromkeys(p.name if p.is_dir() else p.stem for p in paths)
    alone = paths == [search.root]
    found = find_files(search.root, search.streams) if alone else find_files(folder, names)
    for name, files in found.items():
        for file in files:
            columns = search.streams[name].names
            search.add(name, partial(read_file, file, columns, search.root), shop_id)


def _is_canonical(search: _Search, path: Path) -> bool:
    """Whether a file or folder is one of canonical events."""
    name = path.name if path.is_dir() else path.stem
    if name not in search.streams:
        return False
    if path.is_dir() or path.suffix == ".parquet":
        return True
    if path.suffix != ".csv":
        return False
    if not any(search.layouts):
        return True
    return set(search.streams[name].key) <= set(canonical_header(path) or ())


def _export(search: _Search, path: Path, shop_id: str | None) -> bool:
    """Add what an export file holds; False where nobody recognises it."""
    if not any(search.layouts):
        return False
    from .formats.sheets import open_sheets  # only exports need it

    known = False
    for sheet in open_sheets(path, search.label(path)):
        tried = (recognise(sheet, group) for group in search.layouts)
        found = next((one for one in tried if one is not None), None)
        if found is None:
            continue
        known, layout = True, found.layout
        search.notes.append(f"{sheet.label}: taken for {layout.name} ({layout.zh})")
        stream = search.streams.get(layout.stream)
        if stream is None:
            raise InputError(
                f"{sheet.label}: {layout.name} is of stream {layout.stream}, unknown here"
            )
        search.add(layout.stream, partial(export_table, found, stream), shop_id)
    return known


def _of_shop(table: Callable[[], RawTable], shop_id: str | None) -> RawTable:
    return with_shop(table(), shop_id)


def with_shop(table: RawTable, shop_id: str | None) -> RawTable:
    """A table whose rows know their shop, where the file has no column for it."""
    if shop_id is None or "shop_id" in table.frame.columns:
        return table
    return evolve(table, frame=table.frame.with_columns(pl.lit(shop_id).alias("shop_id")))


def opened(tables: Sequence[Callable[[], RawTable]], gaps: ShopDefaults) -> Iterator[RawTable]:
    """The tables of one stream, each with its shop.

    Raises:
        InputError: where a table does not name its shop, and nobody does.
    """
    for table in tables:
        found = with_shop(table(), gaps.shop_id)
        if "shop_id" not in found.frame.columns and found.body is not None:
            raise InputError(
                f"{found.label}: an export names no shop: give its id (shop_id=), or put the"
                " files of each shop into a folder that is named after it"
            )
        yield found
