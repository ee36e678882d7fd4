"""Commits: one file for each step, which counts once it lies there; all of them are the ledger."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ..errors import InputError, StateError, system_reason
from ..messages import message
from ..reading.sources import Holding
from ..value_classes import evolve, field, frozen
from ..writing import whole_file
from .digests import FileDigest, damaged

SCHEMA = "shopscore.ledger/1"
COMMITS = "commits"
#: Changes of cells since an ingest until another; see :class:`Head`.
Span = tuple[int, int]


@frozen
class Table:
    """The files of a table that count, by their names within ``path``, and its Delta version."""

    path: str
    version: int
    files: Mapping[str, FileDigest]

    def named(self) -> dict[str, FileDigest]:
        """Return the files by their paths within the ledger."""
        return {f"{self.path}/{name}": digest for name, digest in self.files.items()}


@frozen(kw_only=True)
class Commit:
    """One step: what was written, and what is known of it.

    ``kind`` is ``create``, ``ingest``, ``count``, ``compact`` or ``forget``; ``seq`` the number of
    ingests so far; of an ingest ``known_at`` is when its rows were known, in seconds since 1970.
    A table that begins anew has a new path; else files are added to it. ``facts`` are what the step
    leaves behind besides, replacing what former steps left under the same name.
    """

    number: int
    kind: str
    seq: int
    made_at: int
    known_at: int | None = None
    tables: Mapping[str, Table] = field(factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(factory=dict)
    holdings: frozenset[Holding] = frozenset()
    facts: Mapping[str, Any] = field(factory=dict)
    told: Mapping[str, Any] = field(factory=dict)

    def to_json(self) -> str:
        """Return the text of the file, which has a check sum of itself."""
        body = {
            "schema": SCHEMA,
            "number": self.number,
            "kind": self.kind,
            "seq": self.seq,
            "made_at": self.made_at,
            "known_at": self.known_at,
            "tables": {
                name: {"path": one.path, "version": one.version, "files": dict(one.files)}
                for name, one in self.tables.items()
            },
            "columns": {name: [*columns] for name, columns in self.columns.items()},
            "holdings": sorted(map(list, self.holdings), key=str),
            "facts": dict(self.facts),
            "told": dict(self.told),
        }
        return json.dumps({**body, "check": _check(body)}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str, path: Path) -> Commit:
        """Return the commit that a file holds.

        Raises:
            StateError: where it is damaged, or of a newer version.
        """
        try:
            body = json.loads(text)
            check = body.pop("check")
            schema = body.pop("schema")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise damaged(path, message("it is no commit of a ledger")) from None
        if schema != SCHEMA and str(schema).startswith("shopscore.ledger/"):
            said = message(
                "{file}: a ledger of another version ({schema}), and this one reads {own}: use the"
                " version of shopscore that wrote it, or a newer one",
                file=path,
                schema=schema,
                own=SCHEMA,
            )
            raise StateError(said)
        if check != _check({"schema": schema, **body}):
            raise damaged(path, message("its text is not the one that was written"))
        body["tables"] = {
            name: Table(
                one["path"],
                one["version"],
                {file: FileDigest(*digest) for file, digest in one["files"].items()},
            )
            for name, one in body["tables"].items()
        }
        body["columns"] = {name: tuple(columns) for name, columns in body["columns"].items()}
        body["holdings"] = frozenset(Holding(*one) for one in body["holdings"])
        return cls(**body)


def _check(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()


@frozen
class Head:
    """What a ledger holds after its last commit: all commits, one after the other.

    Cells of a tally count exactly what was known at each ingest within its span, which
    :attr:`spans` has by fingerprint.
    """

    commits: tuple[Commit, ...] = ()
    tables: Mapping[str, Table] = field(factory=dict)
    facts: Mapping[str, Any] = field(factory=dict)

    @property
    def number(self) -> int:
        """The number of the last commit."""
        return self.commits[-1].number if self.commits else 0

    @property
    def seq(self) -> int:
        """The number of ingests."""
        return self.commits[-1].seq if self.commits else 0

    @property
    def ingests(self) -> tuple[Commit, ...]:
        """The commits that brought rows."""
        return tuple(one for one in self.commits if one.kind == "ingest")

    @property
    def spans(self) -> dict[str, Span]:
        """From which to which ingest the cells of each tally are known, by its fingerprint."""
        return {name: (since, upto) for name, (since, upto) in self.facts["spans"].items()}

    def after(self, commit: Commit) -> Head:
        """Return what a ledger holds after one more commit."""
        tables = dict(self.tables)
        for name, added in commit.tables.items():
            known = tables.get(name)
            files = dict(added.files)
            if known is not None and known.path == added.path:
                files = {**known.files, **files}
            tables[name] = evolve(added, files=files)
        return Head((*self.commits, commit), tables, {**self.facts, **commit.facts})

    def columns(self, seq: int) -> frozenset[tuple[str, str]]:
        """Return which columns of which streams had come by an ingest, as in events."""
        return frozenset(
            (stream, column)
            for one in self.commits
            if one.seq <= seq
            for stream, columns in one.columns.items()
            for column in columns
        )

    def holdings(self, seq: int) -> frozenset[Holding]:
        """Return of which shops there were files of each stream by an ingest."""
        return frozenset(h for one in self.commits if one.seq <= seq for h in one.holdings)


def read_head(root: Path) -> Head:
    """Return what the ledger in a folder holds.

    Raises:
        InputError: where there is none.
        StateError: where a commit is damaged or missing, or of a newer version.
    """
    folder = root / COMMITS
    head = Head()
    for number, name in enumerate(_commit_names(root), start=1):
        path = folder / name
        if name != _name(number):
            raise damaged(folder, message("{file} is missing", file=_name(number)))
        try:
            text = path.read_text("utf-8")
        except OSError as error:
            raise damaged(path, message("{error}", error=system_reason(error))) from None
        except UnicodeDecodeError:
            raise damaged(path, message("its text is not the one that was written")) from None
        head = head.after(Commit.from_json(text, path))
    return head


def last_commit(root: Path) -> Path:
    """Return the file of the last commit, which is another one after each change of the ledger.

    Raises:
        InputError: where there is no ledger.
    """
    return root / COMMITS / _commit_names(root)[-1]


def _commit_names(root: Path) -> list[str]:
    """Return the names of the files of commits, in their order."""
    try:
        names = sorted(one.name for one in (root / COMMITS).iterdir() if one.suffix == ".json")
    except OSError:
        names = []
    if not names:
        said = message(
            "{folder}: no ledger here; shopscore ledger init makes one, Ledger.create in Python",
            folder=root,
        )
        raise InputError(said)
    return names


def write_commit(root: Path, commit: Commit) -> None:
    """Write a commit durably: what it names must be on the disk before.

    Raises:
        InputError: where it cannot be written.
    """
    folder = root / COMMITS
    with whole_file(folder / _name(commit.number)) as part:
        part.write_text(commit.to_json(), "utf-8")
    sync([folder, root])


def rewrite_commits(root: Path, commits: Iterable[Commit]) -> None:
    """Write commits that say less than before in the place of what they were."""
    for commit in commits:
        write_commit(root, commit)


def sync(paths: Iterable[Path]) -> None:
    """Have files and folders on the disk, so that they are there after a loss of power."""
    for path in paths:
        if os.name == "nt" and path.is_dir():
            continue  # folders cannot be opened there
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _name(number: int) -> str:
    return f"{number:08}.json"
