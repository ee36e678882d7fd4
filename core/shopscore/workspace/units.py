"""Units of work: a source or a ledger, which is read once, with the entries that are scored from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from ..errors import ShopscoreError
from ..plugins.catalog import platform as find_platform
from ..plugins.declarations import Platform
from ..plugins.selection import is_file, publication_day
from ..reading.openers import ShopDefaults
from ..value_classes import evolve, frozen
from .inputs import NamedFiles, find_named
from .settings import ShopSettings, Workspace

#: What two entries must have alike to be scored together, as peers of each other.
_TERMS = (
    "scorecard", "ruleset", "numbers", "profile", "benchmarks", "standards", "values", "prefer",
)  # fmt: skip


@frozen(eq=False)
class Group:
    """Entries of one source that are scored together: the rules, and what stands beside, are the same."""

    entries: tuple[ShopSettings, ...]

    @property
    def terms(self) -> ShopSettings:
        """An entry that says by which rules they are scored."""
        return self.entries[0]


@frozen(eq=False)
class Unit:
    """One source, be it files or a ledger, and the entries that are scored from it.

    ``platform`` is an id, or the word for one that is not installed; ``day`` the day of publication,
    None where nobody named one and no platform tells the time. ``number`` is its place among all.
    """

    number: int
    folder: Path
    platform: str
    day: date | None
    named: NamedFiles
    entries: tuple[ShopSettings, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The entries by what they are scored by, in their order."""
        found: dict[object, list[ShopSettings]] = {}
        for entry in self.entries:
            assumed = tuple((id, str(value)) for id, value in entry.assume.items())
            key = (*(getattr(entry, term) for term in _TERMS), assumed)
            found.setdefault(key, []).append(entry)
        return tuple(Group(tuple(entries)) for entries in found.values())

    @property
    def ledger(self) -> Path | None:
        """The ledger that is the source, where it is no files."""
        return self.entries[0].ledger

    @property
    def defaults(self) -> ShopDefaults:
        """What files do not say of their shop: its id only where all entries are of one shop."""
        ids = {entry.id for entry in self.entries}
        first = self.entries[0]
        return ShopDefaults(ids.pop() if len(ids) == 1 else None, first.industry, first.shop_type)

    @property
    def beside(self) -> list[Path]:
        """The files besides the source that its scores depend on."""
        found: list[Path] = []
        for entry in self.entries:
            own = (entry.values, entry.benchmarks, entry.standards)
            found += [*(path for path in own if path), *entry.layouts, *entry.numbers]
            if entry.ruleset is not None and is_file(entry.ruleset):
                found.append(Path(entry.ruleset))
        return found


def units_of(workspace: Workspace, as_of: date | str | None = None) -> tuple[Unit, ...]:
    """Return the units of work of a workspace, in the order in which the file names their sources.

    Entries share a source where they name the same ledger, or the same files and would read them
    alike, of one platform.

    Raises:
        UsageError: for an invalid date.
    """
    found: dict[object, list[ShopSettings]] = {}
    named: dict[object, NamedFiles] = {}
    written = [place for place in (workspace.output, workspace.keep) if place is not None]
    for entry in workspace.shops:
        files = find_named(workspace.folder, entry.sources, written)
        word = _platform_of(entry)
        own = (entry.ledger, entry.tz, entry.layouts, entry.industry, entry.shop_type)
        alone = not entry.sources and entry.ledger is None
        key = (word, files, *own, entry.values if alone else None)
        named[key] = files
        found.setdefault(key, []).append(entry)
    return tuple(_numbered(workspace, found.values(), named.values(), as_of))


def _numbered(
    workspace: Workspace,
    entries: Iterable[list[ShopSettings]],
    named: Iterable[NamedFiles],
    as_of: date | str | None,
) -> Iterator[Unit]:
    for number, (own, files) in enumerate(zip(entries, named, strict=True)):
        declared = installed(own[0].platform)
        day = None
        if declared is not None or as_of is not None:
            day = publication_day(as_of, declared.zone if declared else "UTC")
        word = _platform_of(own[0])
        yield Unit(number, workspace.folder, word, day, files, tuple(own))


def installed(word: str) -> Platform | None:
    """Return the platform of a name; None where it is not installed, or does not work."""
    try:
        return find_platform(word)
    except ShopscoreError:
        return None


def _platform_of(entry: ShopSettings) -> str:
    declared = installed(entry.platform)
    return entry.platform if declared is None else declared.id


def requiring(workspace: Workspace, require: str | None) -> Workspace:
    """Return a workspace in which the same is required of every shop; None leaves it as it is."""
    if require is None:
        return workspace
    return evolve(workspace, shops=tuple(evolve(one, require=require) for one in workspace.shops))
