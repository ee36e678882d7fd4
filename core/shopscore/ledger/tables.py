"""Tables: Delta tables that are appended to, and the files of them that commits name.

What counts are the files that commits name, so a killed writer leaves nothing that anybody reads.
The tables are whole for others all the same: DuckDB, Spark and polars read them as they are.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ..errors import UsageError
from ..messages import message
from ..value_classes import define, evolve, field
from ..writing import cannot_be_written
from .commits import COMMITS, Commit, Head, Table, sync, write_commit
from .digests import CheckedFiles, FileDigest

_LOG = "_delta_log"
#: Rows of a group within a file, of which those that cannot be asked for are left out.
_GROUP_ROWS = 1 << 18
#: Columns whose neighbours are mostly equal, of which a dictionary is smaller and sooner read.
_REPEATED = ("tally", "day", "count", "_seq")


@define(eq=False)
class Draft:
    """What a writer adds to a ledger, which counts once it is committed.

    ``head`` is what readers see, :attr:`coming` what they will.
    """

    root: Path
    head: Head
    _written: dict[str, Table] = field(factory=dict, init=False)

    @classmethod
    def begin(cls, root: Path, head: Head) -> Draft:
        """Take away what killed writers have left, and begin; the lock is held.

        Raises:
            InputError: where the ledger cannot be written.
        """
        try:
            _remove_leftovers(root, head)
        except OSError as error:
            raise cannot_be_written(root, error) from None
        return cls(root, head)

    @property
    def number(self) -> int:
        """The number of the commit to come."""
        return self.head.number + 1

    def coming(self, seq: int, **more: Any) -> Head:
        """Return what the ledger holds once this is committed as an ingest."""
        return self.head.after(evolve(self._commit("ingest", seq), **more))

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Add rows to a table.

        Raises:
            InputError: where they cannot be written.
        """
        known = self._written.get(name) or self.head.tables.get(name)
        self._add(name, known.path if known else f"{name}/{self.number}", rows)

    def rewrite(self, name: str, rows: pl.DataFrame) -> None:
        """Begin a table anew with these rows, or add more to one that was begun so.

        Raises:
            InputError: where they cannot be written.
        """
        self._add(name, f"{name}/{self.number}", rows)

    def _add(self, name: str, path: str, rows: pl.DataFrame) -> None:
        files = self._write(path, rows)
        before = self._written.get(name)
        if before is not None and before.path == path:
            files = {**before.files, **files}
        self._written[name] = Table(path, _version(self.root / path), files)

    def commit(
        self,
        kind: str,
        *,
        seq: int | None = None,
        facts: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Head:
        """Make what was written count, durably; return what the ledger holds now.

        Raises:
            InputError: where that cannot be written.
        """
        now = self.head.seq if seq is None else seq
        found = evolve(self._commit(kind, now), facts=facts or {}, **more)
        try:
            for name, table in self._written.items():
                sync(self._new_paths(name, table))
        except OSError as error:
            raise cannot_be_written(self.root, error) from None
        write_commit(self.root, found)
        named = (name for table in self._written.values() for name in table.named())
        CheckedFiles(self.root).trust(named)
        self.head = self.head.after(found)
        self._written = {}
        return self.head

    def _new_paths(self, name: str, table: Table) -> Iterator[Path]:
        """Yield the files that were added to a table, and the folders that have new entries."""
        known, folder = self.head.tables.get(name), self.root / table.path
        first = known.version + 1 if known is not None and known.path == table.path else 0
        yield from (folder / file for file in table.files)
        for version in range(first, table.version + 1):
            yield from (folder / _LOG).glob(f"{version:020}*")
        yield from (folder / _LOG, folder)
        yield from (above for above in folder.parents if above.is_relative_to(self.root))

    def _commit(self, kind: str, seq: int) -> Commit:
        return Commit(
            number=self.number, kind=kind, seq=seq, made_at=int(time.time()), tables=self._written
        )

    def _write(self, path: str, rows: pl.DataFrame) -> dict[str, FileDigest]:
        """Write rows into a Delta table; return the files that were added."""
        deltalake = _delta()
        folder = self.root / path
        before = _version(folder)
        written = _how_written(deltalake, rows.schema)
        try:
            deltalake.write_deltalake(
                str(folder), rows, mode="append", schema_mode="merge", writer_properties=written
            )
            logs = range(before + 1, _version(folder) + 1)
            added = [name for log in logs for name in _added(folder, log)]
            return {name: FileDigest.of(folder / name) for name in added}
        except OSError as error:
            raise cannot_be_written(folder, error) from None
        except Exception as error:  # of the engine, such as a full disk
            raise cannot_be_written(folder, error) from None


def _delta() -> Any:
    """Return the package that writes tables.

    Raises:
        UsageError: where it is not installed.
    """
    try:
        import deltalake
    except ImportError:
        said = message('a ledger is written by deltalake: pip install "shopscore[ledger]"')
        raise UsageError(said) from None
    return deltalake


def _how_written(deltalake: Any, schema: pl.Schema) -> Any:
    """Return how the columns of a file are written.

    Integers as differences, and ids without a dictionary: files are a quarter smaller than by
    default, and rows that lie apart are found in two thirds of the time.
    """
    integers = (name for name, kind in schema.items() if kind.is_integer())
    plain = {name: "DELTA_BINARY_PACKED" for name in integers if name not in _REPEATED}
    plain |= {name: "DELTA_LENGTH_BYTE_ARRAY" for name in schema if name.endswith("_id")}
    return deltalake.WriterProperties(
        compression="ZSTD",
        max_row_group_size=_GROUP_ROWS,
        column_properties={
            name: deltalake.ColumnProperties(dictionary_enabled=False, encoding=encoding)
            for name, encoding in plain.items()
        },
    )


def _version(folder: Path) -> int:
    """Return the version of a Delta table, −1 where there is none."""
    names = (path.stem for path in (folder / _LOG).glob("*.json"))
    return max((int(name) for name in names if name.isdigit()), default=-1)


def _log_of(folder: Path, version: int) -> Path:
    return folder / _LOG / f"{version:020}.json"


def _added(folder: Path, version: int) -> list[str]:
    """Return the files that a version of a Delta table has added."""
    lines = _log_of(folder, version).read_text("utf-8").splitlines()
    actions = [json.loads(line) for line in lines if line]
    return [action["add"]["path"] for action in actions if "add" in action]


def _remove_leftovers(root: Path, head: Head) -> None:
    """Take away what no commit names of the folders of tables: these, their versions, and files.

    What else lies in a ledger is somebody's own, and is left alone.
    """
    for part in (root / COMMITS).glob(".*.part"):
        part.unlink()
    there = {root / table.path: table for table in head.tables.values()}
    for folder in _folders_of_tables(root):
        table = there.get(folder)
        if table is None:
            shutil.rmtree(folder)
            continue
        _go_back(folder, table)
        for path in folder.glob("*.parquet"):
            if path.name not in table.files:
                path.unlink()


def _folders_of_tables(root: Path) -> list[Path]:
    """Return the folders that hold, or were to hold, one beginning of a table."""
    depths = {"shops": "*", "cells": "*", "events": "*/*", "counted": "*/*/*"}
    every = (path for top, within in depths.items() for path in (root / top).glob(within))
    return [path for path in every if path.name.isdigit() and path.is_dir()]


def _go_back(folder: Path, table: Table) -> None:
    """Have a Delta table consist of the files that count, as others read it.

    Logs that no commit names are taken away, torn ones too: what a writer had begun is no version.
    """
    if _version(folder) <= table.version:
        return
    (folder / _LOG / "_last_checkpoint").unlink(missing_ok=True)  # which only saves a look
    for path in (folder / _LOG).iterdir():
        number = path.name.partition(".")[0]
        if number.isdigit() and int(number) > table.version:
            path.unlink()


def remove_replaced(root: Path, head: Head) -> None:
    """Take away tables that were begun anew; whoever reads them still is told so.

    Raises:
        InputError: where they cannot be taken away.
    """
    try:
        _remove_leftovers(root, head)
    except OSError as error:
        raise cannot_be_written(root, error) from None
