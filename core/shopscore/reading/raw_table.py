"""Raw tables: the cells of one source under canonical names, before anything is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import reduce
from pathlib import Path
from typing import ClassVar, NamedTuple, Self, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import InputError, did_you_write, not_given
from ..messages import listed, message
from ..model.layouts import ANY_WORD, Layout
from ..notices import Notice
from ..value_classes import evolve, field, frozen
from . import batches
from .formats.body import Origin, Refusals
from .formats.column_types import within_calendar
from .formats.frames import FrameOrigin
from .ids_beside import IdsBeside

#: The ids of sub-orders, which no stream has a column for.
SUBORDER = "_suborder_id"
#: The position of a row in its source, kept until the report is made.
ROW = "_row"

T = TypeVar("T")

#: A step that prepares the cells of a table, or of a piece of one.
Prepare: TypeAlias = "Callable[[RawTable], RawTable]"


class FileVersion(NamedTuple):
    """A file as it was when it was found, by what changes when it is written or replaced."""

    path: Path
    size: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the present version of a file.

        Raises:
            InputError: where it is gone, or cannot be looked at.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise not_given(path, error) from None
        return cls(path, found.st_size, found.st_mtime_ns, found.st_ino)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Raise where the file is another one before or after it is read.

        What is wrong with half a file need not be said then.
        """
        self._refuse_changes()
        try:
            yield
        except Exception:
            self._refuse_changes()
            raise
        self._refuse_changes()

    def _refuse_changes(self) -> None:
        try:
            same = FileVersion.of(self.path) == self
        except InputError:
            same = False
        if not same:
            raise InputError(
                message(
                    "{file}: the file changed while it was read; read it again once nothing"
                    " writes to it",
                    file=self.path,
                )
            )


class RowSource(NamedTuple):
    """Where a row stands: its file, its line as an editor counts, and which row it is from 1 on.

    A dataframe has no file, and a Parquet file no lines.
    """

    file: str | None
    line: int | None
    row: int


@frozen(eq=False)
class RawTable:
    """The raw cells of one file or dataframe, which has no ``label``.

    ``origin`` knows where its rows stand, ``unread`` names columns that were not read, since no
    canonical column has their name. ``refused`` holds the positions of rows that cannot be used as
    they stand, with a cell and the reason; ``notices`` are what to know about the file. Of an
    export there is its ``layout``; ``titles`` are its own headers and ``uncleaned`` its cells as
    they stand in the file, both by canonical name; what tells apart the rows of one order is the
    column :data:`SUBORDER`.
    ``unlisted`` are the words of a column that no list of the layout has, null elsewhere.
    A piece of a table has ``start`` rows of it before its own, which are counted from its first.
    ``beside`` is what the ids of all rows say, where some of these are elsewhere.
    """

    frame: pl.DataFrame
    label: str | None
    origin: Origin
    unread: tuple[str, ...] = ()
    refused: Refusals = field(factory=dict)
    notices: tuple[Notice, ...] = ()
    layout: Layout | None = None
    titles: Mapping[str, str] = field(factory=dict)
    uncleaned: Mapping[str, pl.Series] = field(factory=dict)
    unlisted: Mapping[str, pl.Series] = field(factory=dict)
    stream: str = ""
    version: FileVersion | None = None
    start: int = 0
    beside: IdsBeside | None = None

    #: Whether all rows can be had again at no more cost than the first time.
    has_cells_again: ClassVar[bool] = False

    def pieces(self) -> Iterator[RawTable]:
        """Yield the table piece by piece, each with at most ``batches.BATCH_ROWS`` rows."""
        rows = batches.BATCH_ROWS
        if len(self.frame) <= rows:
            yield self
            return
        for start in range(0, len(self.frame), rows):
            here = range(start, start + rows)
            yield evolve(
                self,
                frame=self.frame.slice(start, rows),
                refused={row - start: why for row, why in self.refused.items() if row in here},
                uncleaned={name: c.slice(start, rows) for name, c in self.uncleaned.items()},
                unlisted={name: c.slice(start, rows) for name, c in self.unlisted.items()},
                start=start,
            )

    def whole(self) -> RawTable:
        """Return the table with all its rows at hand."""
        return self

    def then(self, prepare: Prepare) -> RawTable:
        """Return the table after another step that prepares its cells."""
        return prepare(self)

    @property
    def members(self) -> tuple[RawTable, ...]:
        """The tables of one file each that this one is made of: itself."""
        return (self,)

    @property
    def rows_per_file(self) -> tuple[int, ...]:
        """How many rows each file has."""
        return (len(self.frame),)

    def taken_as(self, column: str) -> str:
        """Return what an unlisted word of a column becomes; nothing: it is taken as empty."""
        return "" if self.layout is None else self.layout.words[column][ANY_WORD]

    def require_columns(self, needed: Sequence[str], file: object) -> None:
        """Raise where a column is missing; ``file`` is what the table is named by."""
        missing = [name for name in needed if name not in self.frame.columns]
        if missing:
            raise InputError(
                message(
                    "{file}: no column {missing}; needed: {needed}{guess}",
                    file=file,
                    missing=listed(missing),
                    needed=listed(needed),
                    guess=did_you_write(missing, self.unread),
                )
            )

    def refuse_unusable_rows(self) -> None:
        """Raise for a row that cannot be used as it stands, where rows cannot be set aside."""
        for row, (cell, reason) in sorted(self.refused.items()):
            (line,) = self.lines([row])
            shown = "" if cell is None else f": {cell!r}"
            raise InputError(
                message(
                    "{file}, line {line}: {reason}{cell}",
                    file=self.label,
                    line=line,
                    reason=reason,
                    cell=shown,
                )
            )

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        """Return the line on which each row begins, as an editor counts (the header is line 1).

        Raises:
            InputError: where the file must be read again for that, and is another one now.
        """
        with self._same_file(known=self.origin.lines_known or not rows):
            return self.origin.lines([self.start + row for row in rows])

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        """Return all cells of some rows as text, as the source has them.

        Raises:
            InputError: where the file must be read again for that, and is another one now.
        """
        with self._same_file(known=self.origin.cells_known):
            return self.origin.records([self.start + row for row in rows])

    def sources(self, rows: Sequence[int]) -> list[RowSource]:
        """Return where some rows stand."""
        lines = self.lines(rows)
        numbers = (self.start + row + 1 for row in rows)
        return [RowSource(self.label, line, n) for n, line in zip(numbers, lines, strict=True)]

    def locate(self, incidents: pl.DataFrame) -> pl.DataFrame:
        """Return a list of cells, whose rows are counted in this table, with their own files."""
        return incidents

    def _same_file(self, *, known: bool) -> AbstractContextManager[None]:
        """Return what raises where the file is another one now, unless all is known of it."""
        return nullcontext() if known or self.version is None else self.version.unchanged()

    def values(self, column: str, rows: Sequence[int]) -> list[str | None]:
        """Return some cells of a column as they stand in the source."""
        cells = within_calendar(self.uncleaned.get(column, self.frame[column]).gather(list(rows)))
        return [None if cell is None else str(cell) for cell in cells]

    def without_cells(self, stream: str, set_aside: Sequence[int]) -> Self:
        """Return a table of a stream that knows where its rows stand, and holds no cell of theirs.

        A dataframe cannot be read again: the rows that were set aside are kept.
        """
        origin = self.origin
        if isinstance(origin, FrameOrigin):
            origin = origin.keep(sorted(set_aside))
        return evolve(
            self,
            frame=pl.DataFrame(),
            origin=origin,
            uncleaned={},
            unlisted={},
            stream=stream,
        )


@frozen(eq=False)
class ScannedTable(RawTable):
    """A table whose cells are read piece by piece, whenever they are asked for.

    ``frame`` has its columns, without a row; each piece is prepared like a table of its own, in
    some ``steps``.
    """

    rows: int = 0
    scan: Callable[[], Iterator[pl.DataFrame]] = field(kw_only=True)
    steps: tuple[Prepare, ...] = ()

    has_cells_again: ClassVar[bool] = True

    @property
    def rows_per_file(self) -> tuple[int, ...]:
        """How many rows the file has."""
        return (self.rows,)

    def pieces(self) -> Iterator[RawTable]:
        """Yield the table piece by piece, as it is read.

        Raises:
            InputError: where the file cannot be read, or is another one now.
        """
        batches.keep_freed_memory()
        start = 0
        with self._same_file(known=False):
            for frame in self.scan():
                yield self._prepared(frame, start)
                start += len(frame)

    def whole(self) -> RawTable:
        """Return the table with all its rows at hand."""
        with self._same_file(known=False):
            return self._prepared(pl.concat([self.frame.clear(), *self.scan()]), 0)

    def then(self, prepare: Prepare) -> RawTable:
        """Return the table whose pieces go through another step."""
        prepared, steps = prepare(self), (*self.steps, prepare)
        return evolve(self, frame=prepared.frame, unread=prepared.unread, steps=steps)

    def without_cells(self, stream: str, set_aside: Sequence[int]) -> Self:  # noqa: ARG002
        """Return the table as one of a stream: it holds no cell."""
        return evolve(self, stream=stream)

    def _prepared(self, frame: pl.DataFrame, start: int) -> RawTable:
        piece = RawTable(
            frame,
            self.label,
            self.origin,
            self.unread,
            stream=self.stream,
            version=self.version,
            start=start,
        )
        return reduce(lambda table, step: step(table), self.steps, piece)


@frozen(eq=False)
class JoinedTable(RawTable):
    """Several tables of the same columns, one after the other; its rows are counted through.

    What costs the same for one row and for thousands is done once for all of them.
    """

    parts: tuple[RawTable, ...] = ()
    offsets: tuple[int, ...] = ()

    def pieces(self) -> Iterator[RawTable]:
        """Yield the table: small files together are not too many rows for one piece."""
        yield self

    @property
    def members(self) -> tuple[RawTable, ...]:
        """The tables of one file each that this one is made of."""
        return self.parts

    @property
    def rows_per_file(self) -> tuple[int, ...]:
        """How many rows each file has."""
        ends = (*self.offsets[1:], len(self.frame))
        return tuple(end - start for start, end in zip(self.offsets, ends, strict=True))

    def lines(self, rows: Sequence[int]) -> list[int | None]:
        """Return the line on which each row begins, in its own file."""
        return ask_each(self.parts, self.offsets, rows, lambda part, own: part.lines(own))

    def records(self, rows: Sequence[int]) -> list[list[str]]:
        """Return all cells of some rows as text, as their own files have them."""
        return ask_each(self.parts, self.offsets, rows, lambda part, own: part.records(own))

    def sources(self, rows: Sequence[int]) -> list[RowSource]:
        """Return where some rows stand, in their own files."""
        return ask_each(self.parts, self.offsets, rows, lambda part, own: part.sources(own))

    def locate(self, incidents: pl.DataFrame) -> pl.DataFrame:
        """Return a list of cells, whose rows are counted in this table, with their own files."""

        def places(part: RawTable, own: list[int]) -> list[tuple[str | None, int]]:
            return [(part.label, row + 1) for row in own]

        found = ask_each(self.parts, self.offsets, incidents["row"] - 1, places)
        return incidents.with_columns(
            pl.Series("file", [file for file, _ in found], pl.String),
            pl.Series("row", [row for _, row in found], pl.Int64),
        )

    def without_cells(self, stream: str, set_aside: Sequence[int]) -> Self:
        """Return the tables as those of a stream, without their cells."""
        parts = tuple(part.without_cells(stream, ()) for part in self.parts)
        return evolve(super().without_cells(stream, set_aside), parts=parts)


def ask_each(
    tables: Sequence[RawTable],
    offsets: Sequence[int] | npt.NDArray[np.int64],
    rows: Iterable[int],
    ask: Callable[[RawTable, list[int]], Sequence[T]],
) -> list[T]:
    """Return what tables say of some rows, which are counted through all of them.

    ``offsets`` are how many rows stand before each table, which is asked once, of its own rows.
    """
    wanted = np.fromiter(rows, np.int64)
    each_once = np.unique(wanted)
    parts = np.split(each_once, np.searchsorted(each_once, offsets)[1:])
    found: dict[int, T] = {}
    for table, before, own in zip(tables, offsets, parts, strict=False):
        if len(own):
            found.update(zip(own.tolist(), ask(table, (own - before).tolist()), strict=True))
    return [found[row] for row in wanted.tolist()]
