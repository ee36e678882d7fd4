"""Sources: which files of a folder hold which stream, and for which shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import polars as pl
from attrs import evolve, field, frozen

from ..errors import InputError, did_you_mean
from ..messages import Message, message
from ..model.layouts import Layout
from ..model.streams import Stream
from ..notices import Notice
from .exports.picking import pick_columns
from .exports.recognition import recognise, stated_encodings
from .files import canonical_names, open_canonical, read_canonical, show_path
from .formats.sheets import open_sheets
from .raw_table import RawTable

#: What the name of a canonical file ends with.
SUFFIXES = (".csv", ".parquet")

#: What the name of an export may end with; what it is, its content says.
EXPORT_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".zip", ".gz")

#: Names that begin so are no exports: hidden files, and the locks of spreadsheets.
HIDDEN = (".", "~$")


@frozen
class ShopDefaults:
    """What files of one shop do not say, and the user does."""

    shop_id: str | None = None
    industry: str | None = None
    shop_type: str | None = None


#: Opens a table when it is asked for, and the shop of its rows, where its folder says it.
Opener = tuple[Callable[[], RawTable], str | None]


@frozen(eq=False)
class Sources:
    """Tables by stream, opened when they are asked for, and notices about files."""

    tables: Mapping[str, Sequence[Opener]]
    notices: tuple[Notice, ...] = ()


def find_sources(
    source: Path, streams: Mapping[str, Stream], layouts: Sequence[Sequence[Layout]]
) -> Sources:
    """Find what is to be read from a file or folder.

    A file is canonical where its name is that of a stream and its header has the stream's key;
    any other is recognised by its headers, in the first group of layouts that fits. A folder that
    is named after a stream holds parts of it; any other the files of the shop that it is named
    after. Links are followed within the folder only.

    Raises:
        InputError: where nothing can be read.
    """
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    search = _Search(source, streams, layouts)
    if source.is_file():
        search.read_one(source)
    else:
        search.read_folder(source, None)
    if not search.tables:
        raise search.nothing()
    order = [name for name in streams if name in search.tables]
    return Sources({name: search.tables[name] for name in order}, tuple(search.notices))


@frozen(eq=False)
class _Search:
    """A walk through a folder, and what it has found."""

    root: Path
    streams: Mapping[str, Stream]
    layouts: Sequence[Sequence[Layout]]
    tables: dict[str, list[Opener]] = field(factory=dict)
    notices: list[Notice] = field(factory=list)
    unused: list[Path] = field(factory=list)

    def read_one(self, path: Path) -> None:
        """Add a single file: canonical, or an export."""
        name, known = show_path(path), [*self.streams]
        if self.add_file(path, path.stem, None):
            return
        if any(self.layouts):
            raise InputError(
                f"{name}: no layout fits its headers, and it is not named after a stream;"
                f" shopscore inspect {name} says what comes near, and shopscore"
                f" inspect {name} --draft writes a layout to fill in"
            )
        raise InputError(
            f"{name}: a file of events is named after its stream ({known[1]}.csv,"
            f" {known[1]}.parquet, …){did_you_mean(path.stem, known)}"
        )

    def read_folder(self, folder: Path, shop_id: str | None) -> None:
        """Add the files of a folder, and those of the folders in it."""
        places: dict[str, list[str]] = {}
        for path in self.entries(folder):
            stream = self.stream_of(path)
            if path.is_dir() and stream:
                canonical = self.add_parts(path, stream, shop_id)
            elif path.is_dir() and shop_id is None:
                self.read_folder(path, show_path(path.name))
                continue
            elif path.is_dir():
                self.skip(
                    message(
                        "{file}: a folder within that of a shop: not used", file=self.label(path)
                    )
                )
                continue
            else:
                canonical = self.add_file(path, path.stem, shop_id) == "canonical"
            if canonical:
                places.setdefault(str(stream), []).append(path.name)
        for stream, names in places.items():
            if len(names) > 1:
                raise InputError(
                    f"{folder}: stream {stream} is there more than once, as {' and '.join(names)}"
                )

    def add_parts(self, folder: Path, stream: str, shop_id: str | None) -> bool:
        """Add the files of a folder that is named after a stream; tell whether any is canonical."""
        files = [path for path in self.entries(folder) if not path.is_dir()]
        added = [self.add_file(path, stream, shop_id) for path in files]
        if not any(added):
            raise InputError(f"{folder}: no .csv or .parquet file in this folder")
        return "canonical" in added

    def add_file(self, path: Path, name: str, shop_id: str | None) -> str:
        """Add what a file holds, and return what it is: ``canonical``, ``export`` or nothing.

        ``name`` is that of the stream of which it may have canonical rows.
        """
        stream = self.streams.get(name) if path.suffix in SUFFIXES else None
        if stream is not None and not path.is_file():
            raise InputError(f"{path}: no file that can be read")
        if not (stream and self.has_key(path, stream)) and self.add_export(path, shop_id):
            return "export"
        if stream is None:
            self.leave(path)
            return ""
        opener = partial(read_canonical, path, self.label(path), stream.names)
        self.add(stream.name, (opener, shop_id))  # reading it says what else is wrong with it
        return "canonical"

    def has_key(self, path: Path, stream: Stream) -> bool:
        """Tell whether a file has the stream's key; without layouts, what else could it be."""
        if path.suffix == ".parquet" or not any(self.layouts):
            return True
        return set(stream.key) <= set(read_names(path, stream) or ())

    def add_export(self, path: Path, shop_id: str | None) -> bool:
        """Add what an export file holds, if any layout fits."""
        if not any(self.layouts) or path.suffix.lower() not in EXPORT_SUFFIXES:
            return False
        known = False
        encodings = stated_encodings(layout for group in self.layouts for layout in group)
        opened = partial(open_sheets, path, self.label(path), encodings=encodings)
        for sheet in opened() if path.is_file() else ():
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
                    f"{sheet.label}: {layout.name} is of stream {layout.stream}, unknown here"
                )
            self.add(layout.stream, (partial(pick_columns, found, stream), shop_id))
        return known

    def add(self, stream: str, opener: Opener) -> None:
        """Add a table of a stream."""
        self.tables.setdefault(stream, []).append(opener)

    def leave(self, path: Path) -> None:
        """Note a file that is not used, if its name is that of a table."""
        if not path.is_file() or path.suffix.lower() not in (*EXPORT_SUFFIXES, *SUFFIXES):
            return
        self.unused.append(path)
        if any(self.layouts):
            self.skip(
                message(
                    "{file}: not recognised, and not used; shopscore inspect {path} says why",
                    file=self.label(path),
                    path=show_path(path),
                )
            )

    def skip(self, why: Message) -> None:
        """Note a file or folder that is not used."""
        self.notices.append(Notice("file_skipped", why))

    def entries(self, folder: Path) -> Iterator[Path]:
        """Yield what is in a folder by name, without hidden files and links that lead elsewhere."""
        try:
            names = sorted(p for p in folder.iterdir() if not p.name.startswith(HIDDEN))
        except OSError as error:
            raise InputError(f"{folder}: {error.strerror or error}") from None
        for path in names:
            where = self.leads_astray(path) if path.is_symlink() else ""
            if where:
                self.skip(
                    message(
                        "{file}: a link that leads {where}: not followed",
                        file=self.label(path),
                        where=where,
                    )
                )
            else:
                yield path

    def leads_astray(self, link: Path) -> str:
        """Return where a link leads that is not followed; nothing for one within the folder."""
        try:
            target, root = link.resolve(), self.root.resolve()
        except (OSError, RuntimeError):  # links that lead to each other
            return "nowhere"
        if not target.is_relative_to(root):
            return "out of the folder"
        return "to a folder that it lies in" if link.parent.resolve().is_relative_to(target) else ""

    def stream_of(self, path: Path) -> str | None:
        """Return the stream that a file or folder is named after."""
        names = [path.stem] if path.suffix in SUFFIXES else []
        names += [path.name] if path.is_dir() else []
        return next((name for name in names if name in self.streams), None)

    def label(self, path: Path) -> str:
        """Return the name of a file, from the folder that is read."""
        return show_path(path.relative_to(self.root) if self.root in path.parents else path.name)

    def nothing(self) -> InputError:
        """Return the error for a folder without any file of events; it names those in it."""
        known = [*self.streams]
        message = f"{self.root}: no file of events here; expected {known[1]}.csv, {known[2]}.csv, …"
        if self.unused:
            first = self.unused[0]
            names = ", ".join(map(self.label, self.unused[:5]))
            more = ", …" if len(self.unused) > 5 else ""
            message += f"; found only {names}{more}{did_you_mean(first.stem, known)}"
            if any(self.layouts):
                message += f"; shopscore inspect {show_path(first)} says what comes near"
        return InputError(message)


def read_names(path: Path, stream: Stream) -> list[str] | None:
    """Return the names in the first record of a file; None where they cannot be read."""
    try:
        return canonical_names(open_canonical(path, path.name, stream.names))
    except (InputError, OSError):
        return None


def _with_shop(table: RawTable, shop_id: str | None) -> RawTable:
    """Return a table whose rows know their shop, where the file has no column for it."""
    if shop_id is None or "shop_id" in table.frame.columns:
        return table
    return evolve(table, frame=table.frame.with_columns(pl.lit(shop_id).alias("shop_id")))


def open_tables(openers: Sequence[Opener], defaults: ShopDefaults) -> Iterator[RawTable]:
    """Open the tables of one stream, each with its shop.

    Raises:
        InputError: where an export does not name its shop, and the user does not either.
    """
    for opener, shop_id in openers:
        table = _with_shop(_with_shop(opener(), shop_id), defaults.shop_id)
        if "shop_id" not in table.frame.columns and table.layout is not None:
            raise InputError(
                f"{table.label}: an export names no shop: give its id (shop_id=), or put the"
                " files of each shop into a folder that is named after it"
            )
        yield table
