"""Openers: tables that are opened when they are asked for, with what their folders say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import polars as pl

from ..errors import InputError
from ..messages import message
from ..model.streams import Stream
from ..value_classes import evolve, field, frozen
from .formats.column_types import refuse_unreadable
from .formats.columns import Columns
from .formats.frames import FrameOrigin
from .raw_table import FileVersion, RawTable
from .texts import TextTable, split_alike

#: So many bytes of texts are split together: more would not save any more calls.
_TOGETHER = 1 << 22

#: What the names of folders say of every row in them: columns and their cells as text.
FolderKeys = Mapping[str, str | None]


@frozen
class ShopDefaults:
    """What files of one shop do not say, and the user does."""

    shop_id: str | None = None
    industry: str | None = None
    shop_type: str | None = None

    def of_shops(self, count: int) -> pl.DataFrame | None:
        """Return what is said of so many shops; None where nothing is."""
        if self.industry is None and self.shop_type is None:
            return None
        said = {"industry": self.industry, "shop_type": self.shop_type}
        return pl.DataFrame(
            [pl.Series(n, [word], pl.String).new_from_index(0, count) for n, word in said.items()]
        )


@frozen(eq=False)
class Opener:
    """Opens one table; ``version`` is the file as it was found, None for a dataframe.

    ``follow`` opens a file that has the header of another text, as that was opened. An
    ``incomplete`` table does not hold all rows of its stream.
    """

    read: Callable[[], RawTable | TextTable]
    keys: FolderKeys = field(factory=dict)
    version: FileVersion | None = None
    follow: Callable[[TextTable], TextTable | None] | None = None
    incomplete: bool = False

    def open(self, before: TextTable | None = None) -> RawTable | TextTable:
        """Return the table, of which a text need not be split into its cells yet.

        It is opened the sooner if the text ``before`` it has the same header.

        Raises:
            InputError: where it cannot be read, or its file changes meanwhile.
        """
        with self._same_file():
            like = self.follow(before) if before and self.follow else None
            return like or self.read()

    def finish(self, table: RawTable | TextTable, columns: Columns | None = None) -> RawTable:
        """Return the whole table that was opened, whose columns may have been split already.

        Raises:
            InputError: where it cannot be read, or its file changes meanwhile.
        """
        if isinstance(table, TextTable) and table.follows and columns is None:
            table = self.open()
        if isinstance(table, TextTable):
            with self._same_file():
                table = table.read(columns)
        return table if self.version is None else evolve(table, version=self.version)

    def _same_file(self) -> AbstractContextManager[None]:
        return nullcontext() if self.version is None else self.version.unchanged()


def open_tables(
    openers: Sequence[Opener], defaults: ShopDefaults, stream: Stream
) -> Iterator[RawTable]:
    """Open the tables of one stream, each with its shop, and with columns of types that are read.

    Raises:
        InputError: where an export does not name its shop, and the user does not either; for a
            column of a type that no cell can have.
    """
    for opener, table in _read(openers):
        keys = dict(opener.keys)
        if defaults.shop_id is not None:
            keys.setdefault("shop_id", defaults.shop_id)
        yield table.then(partial(_prepare, keys=keys, stream=stream))


def _read(openers: Iterable[Opener]) -> Iterator[tuple[Opener, RawTable]]:
    """Yield tables in their order; texts alike that follow each other are split together."""
    run: list[tuple[Opener, TextTable]] = []
    before, size = None, 0
    for opener in openers:
        try:
            table = opener.open(before)
        except InputError:
            yield from _finished(run)  # what is wrong with one of them is said before
            raise
        kind = table.kind if isinstance(table, TextTable) else None
        if run and (kind is None or kind != run[0][1].kind or size >= _TOGETHER):
            yield from _finished(run)
            run, size = [], 0
        if isinstance(table, TextTable):
            run.append((opener, table))
            before, size = table, size + table.size
        else:
            yield opener, opener.finish(table)
    yield from _finished(run)


def _finished(run: Sequence[tuple[Opener, TextTable]]) -> Iterator[tuple[Opener, RawTable]]:
    split = split_alike([table for _, table in run])
    for (opener, table), columns in zip(run, split, strict=True):
        yield opener, opener.finish(table, columns)


def _prepare(table: RawTable, keys: FolderKeys, stream: Stream) -> RawTable:
    """Return a table with its shop, and with columns of types that are read."""
    table = _with_keys(table, keys, stream)
    if "shop_id" not in table.frame.columns and table.layout is not None:
        raise InputError(
            message(
                "{file}: an export names no shop: give its id (shop_id=), or put the"
                " files of each shop into a folder that is named after it",
                file=table.label,
            )
        )
    _refuse_unreadable_columns(table, stream)
    return table


def _with_keys(table: RawTable, keys: FolderKeys, stream: Stream) -> RawTable:
    """Return a table whose rows know what their folders say, where the file has no column for it."""
    names = table.frame.columns
    added = [
        pl.lit(cell, pl.String).alias(name)
        for name, cell in keys.items()
        if name in stream.names and name not in names
    ]
    unread = (*table.unread, *(name for name in keys if name not in stream.names))
    if not added and len(unread) == len(table.unread):
        return table
    return evolve(table, frame=table.frame.with_columns(added), unread=unread)


def _refuse_unreadable_columns(table: RawTable, stream: Stream) -> None:
    """Raise for a column of a type that no cell of its kind has."""
    where = table.label or f"stream {stream.name}"
    library = table.origin.library if isinstance(table.origin, FrameOrigin) else ""
    for column in table.frame.get_columns():
        if column.dtype != pl.String and column.name in stream.names:
            refuse_unreadable(column, stream.column(column.name).kind, where, library)
