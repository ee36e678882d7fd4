"""Writing ``shopscore.toml``: what was found in a folder, as the file says it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..messages import in_language, listed, message
from ..plugins.catalog import platforms
from ..reading.files import show_path
from ..value_classes import evolve, frozen
from .finding import Findings, FoundSource
from .settings import OUTPUT

#: So many shops are named beside an entry.
_FIRST = 8
#: What an entry may say besides.
_MORE = (
    *("name", "scorecard", "industry", "shop_type", "tz", "currency", "ruleset", "numbers"),
    *("profile", "assume", "benchmarks", "standards", "values", "prefer", "target", "require"),
)


def workspace_text(findings: Findings, folder: Path, lang: str = "en") -> str:
    """Return the text of a ``shopscore.toml`` in a folder: an entry for what is read together.

    Its comments are in a language: ``zh`` is Chinese, anything else English.
    """
    entries = _entries(findings.sources)
    lines = _lines([(entry, entry.paths(findings)) for entry in entries], folder.absolute())
    return "".join(f"{in_language(line, lang)}\n" for line in lines)


@frozen
class _Entry:
    """A source, with the documents of its shops."""

    source: FoundSource
    documents: tuple[FoundSource, ...] = ()

    @property
    def shops(self) -> tuple[str, ...]:
        """The ids that its files name."""
        every = (*self.source.shops, *(id for one in self.documents for id in one.shops))
        return tuple(dict.fromkeys(every))

    @property
    def id(self) -> str:
        """The shop of files that name none: the one that documents beside them name, or a folder."""
        named = [id for one in self.documents for id in one.shops]
        told = named and not {*named} & {*self.source.shops}
        return next(iter(named if told else self.source.shops), "")

    def belongs(self, document: FoundSource) -> int:
        """Return how much documents belong to the tables: how many of their shops, 0 not at all."""
        tables = self.source
        if tables.kind == "documents" or tables.platforms != document.platforms:
            return 0
        alone = tables.is_nameless and tables.folder == document.folder and len(document.shops) < 2
        return len({*tables.shops} & {*document.shops}) or int(alone)

    def paths(self, findings: Findings) -> tuple[Path, ...]:
        """Return the files and folders: one folder, where all that was found in it is of the entry."""
        own, folder = (self.source, *self.documents), self.source.folder
        inside = [one for one in findings.sources if one.folder.is_relative_to(folder)]
        if folder != findings.root and {*inside} == {*own}:
            return (folder,)
        return tuple(path for one in own for path in one.paths)


def _entries(sources: Sequence[FoundSource]) -> list[_Entry]:
    """Return the entries: tables, each with the documents of its shops, and then other documents.

    Documents of shops of several tables go to those that they belong to most.
    """
    entries = [_Entry(one) for one in sources if one.kind != "documents"]
    for document in (one for one in sources if one.kind == "documents"):
        belonging = [entry.belongs(document) for entry in entries]
        if not any(belonging):
            entries.append(_Entry(document))
            continue
        place = belonging.index(max(belonging))
        known = entries[place]
        entries[place] = evolve(known, documents=(*known.documents, document))
    return sorted(entries, key=lambda entry: entry.source.platforms)


def _lines(entries: Sequence[tuple[_Entry, Sequence[Path]]], folder: Path) -> Iterator[str]:
    yield message("# Shops, and where their files lie. Paths are relative to this file.")
    yield "schema = 1"
    yield f'output = "{OUTPUT}"'
    yield message("# Results of files that did not change are kept there.")
    yield 'keep = ".shopscore"'
    yield message("# An entry may also say: {keys}.", keys=", ".join(_MORE))
    for entry, paths in entries:
        yield ""
        yield from _lines_of_entry(entry)
        places = [Path(os.path.relpath(path, folder)).as_posix() for path in paths]
        if any(show_path(place) != place for place in places):
            yield message("# A name among these is not UTF-8, and cannot stand here: rename it.")
        if entry.source.kind == "ledger":
            yield f"ledger = {_quoted(places[0])}"
        else:
            yield f"sources = [{', '.join(map(_quoted, places))}]"


def _lines_of_entry(entry: _Entry) -> Iterator[str]:
    """Yield an entry: one of a single shop that its files do not name, or one of all their shops."""
    source = entry.source
    if entry.shops and not source.is_nameless:
        more = ["…"] if len(entry.shops) > _FIRST else []
        first = [id if id.isprintable() else _quoted(id) for id in entry.shops[:_FIRST]]
        yield message("# Shops: {shops}", shops=listed([*first, *more]))
    yield "[[shops]]"
    if source.is_nameless:
        if not entry.id:
            yield message("# Its files do not say of which shop they are: write its id.")
        elif entry.id in source.shops:
            yield message("# The name of the folder: write the id of the shop, if it has another.")
        yield f"id = {_quoted(entry.id)}"
    if len(source.platforms) != 1:
        yield message("# Fill in which platform it is: {ids}.", ids=listed(_choice(source)))
    yield f"platform = {_quoted(source.platforms[0] if len(source.platforms) == 1 else '')}"


def _choice(source: FoundSource) -> tuple[str, ...]:
    """Return the platforms that a source may be of."""
    return source.platforms or tuple(platform.id for platform in platforms())


def _quoted(text: str) -> str:
    """Return a text as TOML has it; of a name in another encoding, what can be shown of it."""
    return json.dumps(show_path(text), ensure_ascii=False).replace("\x7f", "\\u007f")
