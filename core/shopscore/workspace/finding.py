"""Finding: what the files and folders of somebody's shops are, and of which platforms and shops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from ..errors import InputError, ShopscoreError
from ..ledger.commits import read_head
from ..messages import Translated, message
from ..plugins.catalog import platforms, platforms_named
from ..plugins.declarations import Platform
from ..reading.documents.documents import Documents
from ..reading.documents.loading import load_documents
from ..reading.entries import is_ledger, is_lost, leads_astray, refuse_logged_tables, visible
from ..reading.files import show_path
from ..value_classes import field, frozen
from .found_tables import ExportFile, FolderTables, tables_in
from .settings import OUTPUT

Kind = Literal["ledger", "events", "exports", "documents"]


@frozen
class FoundSource:
    """Files of one kind in one folder, for the same platform; or a ledger, which is a folder.

    ``paths`` is the ``folder``, where nothing else was found in it, else the files. ``platforms`` are
    the ids of those that it may be of: several where nobody can tell, none where nothing says it.
    ``shops`` are the ids that the files name. Tables that name none are of one shop: where
    ``is_nameless``, ``shops`` is the name of their folder, if that may be its id.
    """

    kind: Kind
    folder: Path
    paths: tuple[Path, ...]
    platforms: tuple[str, ...]
    shops: tuple[str, ...] = ()
    is_nameless: bool = False


@frozen
class LeftOut:
    """A file that may be meant as input, and why it is of no use; the reason does not name it."""

    path: Path
    reason: Translated

    @classmethod
    def of(cls, path: Path, reason: Translated, label: str) -> LeftOut:
        """Return the same of a reason that may begin with what the file is called."""
        return cls(path, _WithoutName(reason, label))


@frozen
class _WithoutName:
    """What is said of a file, without the name at its beginning."""

    said: Translated
    name: str

    def text(self, lang: str) -> str:
        """Return it in a language."""
        return self.said.text(lang).removeprefix(self.name).lstrip(":： ")

    def __str__(self) -> str:
        return self.text("en")


@frozen
class Findings:
    """What was found in a folder: sources in the order of their paths, and what is of no use."""

    root: Path
    sources: tuple[FoundSource, ...]
    left_out: tuple[LeftOut, ...] = ()


def look_through(folder: str | Path) -> Findings:
    """Look through a folder, and tell ledgers, events, exports and documents in it by their content.

    Of which platform exports and documents are they say themselves. Events do not: a folder above
    them that is named like an installed platform does.

    Raises:
        InputError: where there is no such folder, it is a ledger, or one in it cannot be read.
    """
    root = Path(folder).absolute()
    if not root.is_dir():
        raise InputError(message("{file}: no such folder", file=folder))
    if is_ledger(root):
        raise InputError(message("{file}: a ledger; name the folder that it lies in", file=folder))
    search = _Search(root, platforms())
    search.add_ledgers(root)
    search.add_documents(load_documents((root,), search.platforms))
    search.add_tables(root)
    return search.findings()


@frozen(eq=False)
class _Found:
    """Files of one kind in a folder, before it is known whether the folder stands for them."""

    kind: Kind
    folder: Path
    files: tuple[Path, ...]
    platforms: tuple[str, ...]
    shops: tuple[str, ...] = ()
    is_nameless: bool = False


@frozen(eq=False)
class _Search:
    """A walk through a folder, and what it has found."""

    root: Path
    platforms: Sequence[Platform]
    logged: list[Path] = field(factory=list)
    found: list[_Found] = field(factory=list)
    left_out: list[LeftOut] = field(factory=list)

    def add_ledgers(self, folder: Path) -> None:
        """Add the ledgers in a folder, and in the folders in it; name other tables with a log.

        Nothing else is looked for in them: which of their files count, only a log says.
        """
        for path in visible(folder):
            if _is_folder(path, self.root) and not self._is_logged(path):
                self.add_ledgers(path)

    def _is_logged(self, folder: Path) -> bool:
        """Return whether a folder is a ledger or another table with a log, and say so if it is."""
        try:
            if is_ledger(folder):
                ids = tuple(read_head(folder).facts["platforms"])
                self.found.append(_Found("ledger", folder, (folder,), ids))
            else:
                refuse_logged_tables(folder)
                return False
        except ShopscoreError as error:
            self.left_out.append(LeftOut.of(folder, error.args[0], str(folder)))
        self.logged.append(folder)
        return True

    def add_documents(self, documents: Documents) -> None:
        """Add documents by folder and platform, also those that hold no values: that is told later."""
        groups: dict[tuple[Path, str], tuple[dict[Path, None], dict[str, None]]] = {}
        for document in (*documents, *documents.unplaced):
            path = self._path(document.label)
            files, shops = groups.setdefault((path.parent, document.mapping.platform), ({}, {}))
            files[path] = None
            named = (shop.shop_id for shop in document.shops)
            shops |= dict.fromkeys(id for id in named if id is not None)
        for other in documents.others:
            path = self._path(other.label)
            if self._is_own(path):
                continue
            if other.mapping is not None:
                place = (path.parent, other.mapping.platform)
                groups.setdefault(place, ({}, {}))[0][path] = None
            self.left_out.append(LeftOut.of(path, other.reason, other.label))
        for (folder, platform), (files, shops) in groups.items():
            if not self._is_own(folder):
                self.found.append(
                    _Found("documents", folder, tuple(files), (platform,), tuple(shops))
                )

    def _path(self, label: str) -> Path:
        """Return the file of a document by its label, which may end with the number of an answer.

        A label is what can be shown of a name; where that is not the name itself, it is looked for.
        """
        labels = (label, label.rpartition("#")[0])
        named = [path for one in labels if one and (path := self.root.parent / one).exists()]
        if named:
            return named[0]
        every = self.root.rglob("*")
        return next(p for p in every if show_path(p.relative_to(self.root.parent)) in labels)

    def _is_own(self, path: Path) -> bool:
        """Return whether something lies in what a run has written, or in a table with a log."""
        within = any(path.is_relative_to(table) for table in self.logged)
        return within or OUTPUT in path.relative_to(self.root).parts

    def add_tables(self, folder: Path) -> None:
        """Add the tables of a folder, and of the folders in it."""
        known = {*self.logged, *(path for found in self.found for path in found.files)}
        tables = tables_in(folder, self.platforms, known | {one.path for one in self.left_out})
        self._add_events(folder, tables)
        self._add_exports(folder, tables.exports)
        for path, why in tables.left_out.items():
            self.left_out.append(LeftOut.of(path, why, show_path(path.name)))
        for path in visible(folder):
            if path not in tables.events and not self._is_own(path) and _is_folder(path, self.root):
                self.add_tables(path)

    def _add_events(self, folder: Path, tables: FolderTables) -> None:
        if tables.events:
            ids, shops = self._named_above(folder), tables.shops
            self.found.append(_Found("events", folder, tables.events, ids, shops, not shops))

    def _add_exports(self, folder: Path, exports: Iterable[ExportFile]) -> None:
        groups: dict[tuple[tuple[str, ...], bool], list[Path]] = {}
        for export in exports:
            ids = self._narrowed(folder, export.platforms)
            groups.setdefault((ids, not export.names_shops), []).append(export.path)
        for (ids, nameless), files in groups.items():
            self.found.append(_Found("exports", folder, tuple(files), ids, (), nameless))

    def _narrowed(self, folder: Path, candidates: Sequence[str]) -> tuple[str, ...]:
        """Return the platforms that a file may be of; the names of folders decide between several."""
        above = self._named_above(folder) if len(candidates) > 1 else ()
        return tuple(id for id in candidates if id in above) or tuple(candidates)

    def _named_above(self, folder: Path) -> tuple[str, ...]:
        """Return the platforms that the nearest folder above some files is named after."""
        inner = [folder, *folder.parents]
        for one in inner[: inner.index(self.root) + 1]:
            if named := platforms_named(show_path(one.name)):
                return tuple(platform.id for platform in named)
        return ()

    def findings(self) -> Findings:
        """Return what was found, each under the shortest path that stands for it alone."""
        sources = (self._source(found) for found in self.found)
        ordered = sorted(sources, key=lambda source: (source.paths, source.kind))
        return Findings(
            self.root, tuple(ordered), tuple(sorted(self.left_out, key=lambda one: one.path))
        )

    def _source(self, found: _Found) -> FoundSource:
        alone = found.folder != self.root and not any(
            other is not found and other.folder.is_relative_to(found.folder) for other in self.found
        )
        paths = (found.folder,) if alone else found.files
        shops = found.shops
        if found.is_nameless and found.folder != self.root:
            name = show_path(found.folder.name)
            shops = () if platforms_named(name) else (name,)
        return FoundSource(
            found.kind, found.folder, paths, found.platforms, shops, found.is_nameless
        )


def _is_folder(path: Path, root: Path) -> bool:
    if is_lost(path) or not path.is_dir():
        return False
    return not (path.is_symlink() and leads_astray(path, root))
