"""Sources: which files of a folder hold which stream, and for which shop."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError, did_you_mean
from ..messages import Message, listed, message
from ..model.layouts import Layout
from ..model.streams import Stream
from ..notices import Notice
from ..value_classes import field, frozen
from .entries import folder_key, is_lost, leads_astray, refuse_logged_tables, visible
from .files import canonical_names, open_canonical, open_table, show_path
from .formats.sheets import open_sheets
from .openers import FolderKeys, Opener
from .platform_folders import refuse_platform_folders
from .raw_table import FileVersion
from .texts import TextTable

#: What the name of a canonical file ends with.
SUFFIXES = (".csv", ".parquet")

#: What the name of an export may end with; what it is, its content says.
EXPORT_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".zip", ".gz")

#: Tables too, which are not read: that is said, so that nobody believes they were.
OTHER_SUFFIXES = (".json", ".jsonl", ".ndjson", ".html", ".htm", ".xml", ".xlsb", ".ods")

_MOST_HEADER = 1 << 16
_TABLES = (*SUFFIXES, *EXPORT_SUFFIXES, *OTHER_SUFFIXES)


@frozen(eq=False)
class Sources:
    """Tables by stream, opened when they are asked for, and notices about files."""

    tables: Mapping[str, Sequence[Opener]]
    notices: tuple[Notice, ...] = ()

    def holdings(self) -> frozenset[Holding]:
        """Return of which shops there are tables of each stream, and whether they hold all rows."""
        return frozenset(
            Holding(name, opener.keys.get("shop_id"), opener.incomplete)
            for name, openers in self.tables.items()
            for opener in openers
        )


class Holding(NamedTuple):
    """A shop, or None for tables that name their shops, of which there is a table of a stream."""

    stream: str
    shop_id: str | None
    incomplete: bool


def streams_in_part(holdings: Collection[Holding]) -> Iterator[str]:
    """Yield the streams of which some shop has only files that do not hold all of its rows."""
    for name in dict.fromkeys(one.stream for one in holdings):
        some, whole = (
            {one.shop_id for one in holdings if one.stream == name and one.incomplete is part}
            for part in (True, False)
        )
        if some - whole and None not in whole:  # a file that names its shops is of all of them
            yield name


def find_sources(
    source: Path,
    streams: Mapping[str, Stream],
    layouts: Sequence[Sequence[Layout]],
    named_from: Path | None = None,
) -> Sources:
    """Find what is to be read from a file or folder.

    A file is canonical where its name is that of a stream and its header has the stream's key;
    any other is recognised by its headers, in the first group of layouts that fits. A folder that
    is named after a stream holds parts of it, however deep; one that is named ``key=value`` says
    so of all rows in it; any other holds the files of the shop that it is named after. Links are
    followed within the folder only.

    Raises:
        InputError: where nothing can be read, or a file of a stream is none that can be read.
    """
    refuse_lost(source)
    search = _Search(source, streams, layouts, named_from or source)
    if source.is_file():
        search.read_one(source)
    elif source.is_dir():
        refuse_platform_folders(source)
        search.read_folder(source, {})
    else:
        raise InputError(message("{file}: no file that can be read", file=source))
    if not search.tables:
        raise search.nothing()
    order = [name for name in streams if name in search.tables]
    return Sources({name: search.tables[name] for name in order}, tuple(search.notices))


def refuse_lost(source: Path) -> None:
    """Raise InputError where nothing lies at a path."""
    if is_lost(source):
        raise InputError(_leads_nowhere(source))
    if not source.exists():
        raise InputError(message("{file}: no such file or folder", file=source))


@frozen(eq=False)
class _Search:
    """A walk through a folder, and what it has found; files are named from the folder ``base``."""

    root: Path
    streams: Mapping[str, Stream]
    layouts: Sequence[Sequence[Layout]]
    base: Path
    tables: dict[str, list[Opener]] = field(factory=dict)
    notices: list[Notice] = field(factory=list)
    unused: list[Path] = field(factory=list)

    def read_one(self, path: Path) -> None:
        """Add a single file: canonical, or an export."""
        name, known = show_path(path), [*self.streams]
        if self.add_file(path, path.stem, {}):
            return
        if path.suffix.lower() not in EXPORT_SUFFIXES:  # it was named: whatever its name says
            if self.add_export(path, {}, FileVersion.of(path)):
                return
            open_sheets(path, name)  # says so where it is no table at all
        if any(self.layouts):
            raise InputError(
                message(
                    "{file}: no layout fits its headers, and it is not named after a stream;"
                    " shopscore inspect {file} says what comes near, and shopscore"
                    " inspect {file} --draft writes a layout to fill in",
                    file=name,
                )
            )
        raise InputError(
            message(
                "{file}: a file of events is named after its stream ({stream}.csv,"
                " {stream}.parquet, …){hint}",
                file=name,
                stream=known[1],
                hint=did_you_mean(path.stem, known),
            )
        )

    def read_folder(self, folder: Path, keys: FolderKeys) -> None:
        """Add the files of a folder, and those of the folders in it."""
        places: dict[str, list[str]] = {}
        for path in self.entries(folder, None):
            stream = self.stream_of(path)
            if not path.is_dir():
                canonical = self.add_file(path, path.stem, keys) == "canonical"
            elif stream:
                canonical = self.add_parts(path, stream, keys)
            else:
                self.read_inner(path, keys)
                continue
            if canonical:
                places.setdefault(str(stream), []).append(path.name)
        for stream, names in places.items():
            if len(names) > 1:
                raise InputError(
                    message(
                        "{folder}: stream {stream} is there more than once, as {names}",
                        folder=folder,
                        stream=stream,
                        names=" and ".join(names),
                    )
                )

    def read_inner(self, folder: Path, keys: FolderKeys) -> None:
        """Add the files of a folder that says of which shop, or which key, its rows are."""
        name = show_path(folder.name)
        own = folder_key(name)
        if own is None and "shop_id" in keys:
            self.skip(
                message("{file}: a folder within that of a shop: not used", file=self.label(folder))
            )
            return
        self.read_folder(folder, {**keys, **(own or {"shop_id": name})})

    def add_parts(self, folder: Path, stream: str, keys: FolderKeys) -> bool:
        """Add the files of a folder that is named after a stream; tell whether any is canonical."""
        added = [self.add_file(path, stream, own) for path, own in self.parts(folder, stream, keys)]
        if not any(added):
            raise InputError(
                message("{folder}: no .csv or .parquet file in this folder", folder=folder)
            )
        return "canonical" in added

    def parts(
        self, folder: Path, stream: str, keys: FolderKeys
    ) -> Iterator[tuple[Path, FolderKeys]]:
        """Yield the files of a stream however deep they lie, with what their folders say."""
        for path in self.entries(folder, stream):
            name = show_path(path.name)
            if not path.is_dir():
                yield path, keys
            elif name.startswith("_"):  # of Hive, Spark and Delta: drafts and logs
                self.skip(message("{file}: a folder of drafts or logs: not used", file=name))
            else:
                yield from self.parts(path, stream, {**keys, **(folder_key(name) or {})})

    def add_file(self, path: Path, name: str, keys: FolderKeys) -> str:
        """Add what a file holds, and return what it is: ``canonical``, ``export`` or nothing.

        ``name`` is that of the stream of which it may have canonical rows.
        """
        stream = self.streams.get(name) if path.suffix in SUFFIXES else None
        if not path.is_file():
            if stream is not None:
                raise InputError(message("{file}: no file that can be read", file=path))
            self.leave(path)
            return ""
        version = FileVersion.of(path)
        canonical = stream is not None and self.has_key(path, stream)
        exported = not canonical and path.suffix.lower() in EXPORT_SUFFIXES
        if exported and self.add_export(path, keys, version):
            return "export"
        if stream is None:
            self.leave(path)
            return ""
        label = self.label(path)
        read = partial(open_table, path, label, stream.names)  # says what else is wrong with it
        follow = partial(TextTable.follow, path=path, label=label)
        self.add(stream.name, Opener(read, keys, version, follow))
        return "canonical"

    def has_key(self, path: Path, stream: Stream) -> bool:
        """Tell whether a file has the stream's key; without layouts, what else could it be."""
        if path.suffix == ".parquet" or not any(self.layouts):
            return True
        key = set(stream.key)
        return key <= plain_names(path) or key <= set(read_names(path, stream) or ())

    def add_export(self, path: Path, keys: FolderKeys, version: FileVersion) -> bool:
        """Add what an export file holds, if any layout fits."""
        if not any(self.layouts):
            return False
        from .exports.picking import pick_columns
        from .exports.recognition import recognise, stated_encodings

        known = False
        encodings = stated_encodings(layout for group in self.layouts for layout in group)
        for sheet in open_sheets(path, self.label(path), encodings=encodings):
            tried = (recognise(sheet, group) for group in self.layouts)
            found = next((one for one in tried if one is not None), None)
            if found is None:
                continue
            known, layout = True, found.layout
            taken = message(
                "{file}: taken for {layout} ({zh})",
                file=sheet.label,
                layout=layout.name,
                zh=layout.zh,
            )
            self.notices.append(Notice("file_recognised", taken, stream=layout.stream))
            stream = self.streams.get(layout.stream)
            if stream is None:
                raise InputError(
                    message(
                        "{file}: {layout} is of stream {stream}, unknown here",
                        file=sheet.label,
                        layout=layout.name,
                        stream=layout.stream,
                    )
                )
            read = partial(pick_columns, found, stream)
            self.add(layout.stream, Opener(read, keys, version, incomplete=layout.incomplete))
        return known

    def add(self, stream: str, opener: Opener) -> None:
        """Add a table of a stream."""
        self.tables.setdefault(stream, []).append(opener)

    def leave(self, path: Path) -> None:
        """Note a file that is not used, if its name is that of a table."""
        suffix = path.suffix.lower()
        if suffix not in _TABLES:
            return
        label = self.label(path)
        if not path.is_file():
            self.skip(message("{file}: no file that can be read: not used", file=label))
            return
        self.unused.append(path)
        if any(self.layouts) and suffix not in OTHER_SUFFIXES:
            self.skip(
                message(
                    "{file}: not recognised, and not used; shopscore inspect {path} says why",
                    file=label,
                    path=show_path(path),
                )
            )
        elif any(self.layouts) or path.stem in self.streams:
            self.skip(
                message("{file}: not used: events are .csv or .parquet files here", file=label)
            )
        elif suffix not in OTHER_SUFFIXES:
            self.skip(
                message(
                    "{file}: not used: no stream is called so{guess}",
                    file=label,
                    guess=did_you_mean(path.stem, self.streams),
                )
            )

    def skip(self, why: Message) -> None:
        """Note a file or folder that is not used."""
        self.notices.append(Notice("file_skipped", why))

    def entries(self, folder: Path, stream: str | None) -> Iterator[Path]:
        """Yield what is in a folder by name, without hidden files and links that lead elsewhere.

        ``stream`` is the one that every file in the folder is of.

        Raises:
            InputError: for a link of a stream that leads nowhere: its rows are missing; for a
                table of files that do not all count.
        """
        refuse_logged_tables(folder)
        for path in visible(folder):
            if not path.is_symlink():
                yield path
                continue
            if is_lost(path):
                if (stream and path.suffix.lower() in _TABLES) or path.stem in self.streams:
                    raise InputError(_leads_nowhere(path))
                where: Message | None = message("nowhere")
            else:
                where = leads_astray(path, self.root)
            if where is None:
                yield path
                continue
            self.skip(
                message(
                    "{file}: a link that leads {where}: not followed",
                    file=self.label(path),
                    where=where,
                )
            )

    def stream_of(self, path: Path) -> str | None:
        """Return the stream that a file or folder is named after."""
        names = [path.stem] if path.suffix in SUFFIXES else []
        names += [path.name] if path.is_dir() else []
        return next((name for name in names if name in self.streams), None)

    def label(self, path: Path) -> str:
        """Return the name of a file, from the folder that is read."""
        return show_path(path.relative_to(self.base) if self.base in path.parents else path.name)

    def nothing(self) -> InputError:
        """Return the error for a folder without any file of events; it names those in it."""
        known = [*self.streams]
        found, guess, advice = message(""), message(""), message("")
        if self.unused:
            first = self.unused[0]
            names = listed(map(self.label, self.unused), most=5)
            found = message("; found only {names}", names=names)
            guess = did_you_mean(first.stem, known)
            if any(self.layouts):
                path = show_path(first)
                advice = message("; shopscore inspect {file} says what comes near", file=path)
        return InputError(
            message(
                "{folder}: no file of events here; expected {one}.csv, {other}.csv, …"
                "{found}{guess}{advice}",
                folder=self.root,
                one=known[1],
                other=known[2],
                found=found,
                guess=guess,
                advice=advice,
            )
        )


def _leads_nowhere(path: Path) -> Message:
    return message(
        "{file}: a link that leads nowhere; mend it, or take it away", file=show_path(path)
    )


def plain_names(path: Path) -> set[str]:
    """Return the cells of the first line of a file, if it is simple text; it need not be.

    That is enough for most files, and takes a tenth of the time of opening them.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(_MOST_HEADER).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return set()
    found = (line.split(separator) for separator in ",\t;")
    return {name.strip().strip('"') for name in max(found, key=len)}


def read_names(path: Path, stream: Stream) -> list[str] | None:
    """Return the names in the first record of a file; None where they cannot be read."""
    try:
        return canonical_names(open_canonical(path, path.name, stream.names))
    except (InputError, OSError):
        return None
