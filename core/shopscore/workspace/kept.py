"""Kept answers: those of unchanged inputs are read again instead of being worked out again.

Each unit of work has a file, named by a digest of all that its answers depend on: the files and
their names, the settings, the day, the versions of package and plugins, and their rules.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import asdict

from .._version import version
from ..errors import InputError
from ..ledger.commits import last_commit
from ..plugins.catalog import plugin_records
from ..plugins.declarations import Platform
from ..plugins.folders import toml_texts
from ..value_classes import frozen
from ..writing import folders_above, whole_file
from .answers import Answers
from .inputs import InputFile, files_in, look_at
from .units import Unit, installed

#: Changes with the form of what is kept.
_FORM = 2


#: Name, number, size, and times of a file.
_Stamp = tuple[str, int, int, int, int]


@frozen
class UnitInputs:
    """The files of a unit as they are now, and the digest of all that its answers depend on."""

    files: tuple[InputFile, ...]
    digest: str
    stamps: tuple[_Stamp, ...]

    @classmethod
    def of(cls, unit: Unit) -> UnitInputs:
        """Look at the files of a unit.

        Raises:
            InputError: where one cannot be read.
        """
        paths = _paths(unit)
        stamps = _stamps(paths)
        files = tuple(look_at(path, unit.folder) for path in paths)
        asked = {
            "form": _FORM,
            "shopscore": version(),
            "platform": unit.platform,
            "rules": [*_rules(installed(unit.platform))],
            "day": str(unit.day),
            "unmatched": unit.named.unmatched,
            "sources": [_place(path, unit.folder) for path in unit.named.paths],
            "entries": [_settings(asdict(one), unit.folder) for one in unit.entries],
            "places": [_place(path, unit.folder) for path in paths],
            "files": [one.to_dict() for one in files],
        }
        text = json.dumps(asked, sort_keys=True, ensure_ascii=True)
        return cls(files, hashlib.sha256(text.encode()).hexdigest(), stamps)

    def unchanged(self, unit: Unit) -> bool:
        """Return whether nothing was written to the files since they were looked at."""
        try:
            return _stamps(_paths(unit)) == self.stamps
        except (InputError, OSError):  # one that was there is gone
            return False


def _paths(unit: Unit) -> list[Path]:
    """Return the files that tell what a unit reads; a ledger is what its last commit says."""
    ledger = [] if unit.ledger is None else [last_commit(unit.ledger)]
    return files_in([*unit.named.paths, *ledger, *unit.beside])


def _stamps(paths: Sequence[Path]) -> tuple[_Stamp, ...]:
    """Return what changes where a file is written to, or another takes its place.

    Whoever copies a file may set its time; when it was set, nobody can.
    """
    found = ((str(path), path.stat()) for path in paths)
    return tuple((name, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in found)


def _place(path: Path, folder: Path) -> str:
    """Return where a file lies: the folders above it may say of which shop it is."""
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else str(path)


def _rules(platform: Platform | None) -> Iterator[tuple[str, ...]]:
    """Yield the versions of the plugins, and digests of the files of a platform."""
    for record in plugin_records():
        if record.status == "active":
            yield record.origin, record.version
    if platform is None:
        return
    for card in platform.scorecards:
        for one in card.versions:
            yield card.name, one, _sha256(card.text(one)[0])
    for folder in (platform.exports, *platform.more_exports, platform.documents):
        for name, text in sorted(toml_texts(folder).items()) if folder else ():
            yield folder, name, _sha256(text)


def _settings(entry: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the settings of an entry as JSON has them; its place in the file does not matter."""
    return {name: _plain(value, folder) for name, value in entry.items() if name != "place"}


def _plain(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return _place(value, folder)
    if isinstance(value, Mapping):
        return {str(key): str(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, folder) for one in value]
    return str(value) if isinstance(value, Fraction) else value


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@frozen
class Keeper:
    """The folder in which answers are kept; without one nothing is."""

    folder: Path | None

    def find(self, digest: str, details: frozenset[str]) -> Answers | None:
        """Return kept answers with the details of some shops; None where there are none."""
        if self.folder is None:
            return None
        try:
            found = Answers.from_json((self.folder / f"{digest}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None  # what was damaged is worked out again
        return found.with_details_of(details) if details <= {*found.detailed} else None

    def keep(self, digest: str, answers: Answers) -> None:
        """Keep answers, unless something failed: that may go better the next time.

        Raises:
            InputError: where the folder cannot be written.
        """
        if self.folder is None or answers.failed:
            return
        path = self.folder / f"{digest}.json"
        with folders_above(path), whole_file(path) as file:
            file.write_text(answers.to_json(), "utf-8")


def inputs_or_none(unit: Unit) -> UnitInputs | None:
    """Return the inputs of a unit; None where a file cannot be read, which working on it will say."""
    try:
        return UnitInputs.of(unit)
    except (InputError, OSError):
        return None
