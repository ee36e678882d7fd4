"""Tables of a folder: files of canonical events, exports of platforms, and others, by content."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from ..analysis.inspection import SheetMatch, match_sheets
from ..errors import InputError
from ..messages import Translated, listed, message
from ..model.streams import SHOPS, Stream
from ..plugins.declarations import Platform
from ..reading.entries import visible
from ..reading.files import read_file
from ..reading.sources import EXPORT_SUFFIXES, SUFFIXES, read_names
from ..value_classes import field, frozen

#: A file of the stream ``shops``, which has no key, is known by one of these.
_OF_SHOPS = ("shop_id", "industry")


@frozen
class ExportFile:
    """An export, the platforms that it may be of, and whether its rows say of which shop they are."""

    path: Path
    platforms: tuple[str, ...]
    names_shops: bool


@frozen(eq=False)
class FolderTables:
    """What the files of a folder are, without those of the folders in it.

    ``events`` are canonical files, and folders of parts of one stream; ``shops`` those that they
    name.
    """

    events: tuple[Path, ...] = ()
    shops: tuple[str, ...] = ()
    exports: tuple[ExportFile, ...] = ()
    left_out: Mapping[Path, Translated] = field(factory=dict)


def tables_in(
    folder: Path, platforms: Sequence[Platform], known: Collection[Path] = ()
) -> FolderTables:
    """Return what the tables in a folder are, but for files that are ``known`` to be others.

    Raises:
        InputError: where the folder cannot be read.
    """
    streams = _all_streams(platforms)
    events: list[Path] = []
    exports: list[ExportFile] = []
    left_out: dict[Path, Translated] = {}
    for path in visible(folder):
        stream = streams.get(path.name if path.is_dir() else path.stem)
        if stream is not None and path not in known and _is_canonical(path, stream):
            events.append(path)
        elif path.is_file() and path not in known and path.suffix.lower() in EXPORT_SUFFIXES:
            export = _export_of(path, platforms)
            if isinstance(export, ExportFile):
                exports.append(export)
            else:
                left_out[path] = export
        elif path.is_file() and path.suffix in SUFFIXES and path not in known:
            left_out[path] = message("a table that is not named after a stream")
    return FolderTables(tuple(events), _shops_of(events), tuple(exports), left_out)


def _all_streams(platforms: Sequence[Platform]) -> dict[str, Stream]:
    return {name: stream for p in reversed(platforms) for name, stream in p.all_streams.items()}


def _is_canonical(path: Path, stream: Stream) -> bool:
    """Return whether a file has the key of the stream, or a folder of that name any such file."""
    if path.is_dir():
        return any(_is_canonical(part, stream) for part in _parts(path))
    if path.suffix not in SUFFIXES:
        return False
    if path.suffix == ".parquet":
        return True
    names = {*(read_names(path, stream) or ())}
    return {*stream.key} <= names and (bool(stream.key) or not names.isdisjoint(_OF_SHOPS))


def _parts(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES)


def _shops_of(events: Sequence[Path]) -> tuple[str, ...]:
    """Return the shops that canonical files name: those of the file of shops, if there is one."""
    own = [path for path in events if path.stem == SHOPS.name]
    files = [
        part for path in own or events for part in (_parts(path) if path.is_dir() else (path,))
    ]
    shops: dict[str, None] = {}
    for file in files:
        shops |= dict.fromkeys(_column(file, "shop_id"))
    return tuple(sorted(shops))


def _column(path: Path, name: str) -> list[str]:
    """Return the words of a column; of a file that cannot be read none: whoever reads it says why."""
    try:
        frame = read_file(path, (name,)).frame
    except InputError:
        return []
    if name not in frame.columns:
        return []
    return [str(cell).strip() for cell in frame[name].unique().drop_nulls()]


def _export_of(path: Path, platforms: Sequence[Platform]) -> ExportFile | Translated:
    """Return the export that a file is; where it is none, why not."""
    try:
        sheets = [*match_sheets(path, platforms)]
    except InputError as error:  # it fits layouts of several platforms, or cannot be read
        sheets = [sheet for one in platforms for sheet in _sheets_of(path, one)]
        if not sheets:
            said: Translated = error.args[0]
            return said
    layouts = [sheet.layout for sheet in sheets if sheet.layout is not None]
    if not layouts:
        return _why_none(sheets)
    ids = {layout.platform for layout in layouts}
    named = all("shop_id" in {*layout.columns, *layout.constants} for layout in layouts)
    return ExportFile(path, tuple(p.id for p in platforms if p.id in ids), named)


def _sheets_of(path: Path, platform: Platform) -> list[SheetMatch]:
    try:
        return [*match_sheets(path, (platform,))]
    except InputError:
        return []


def _why_none(sheets: Sequence[SheetMatch]) -> Translated:
    near = next((sheet.near[0] for sheet in sheets if sheet.near), None)
    if near is None:
        return message("no layout fits its headers, and it is not named after a stream")
    layout, missing = near
    return message(
        "no layout fits its headers; the nearest is {layout}, and {headers} are missing",
        layout=layout.name,
        headers=listed(missing),
    )
