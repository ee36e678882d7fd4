"""Openers: tables that are opened when they are asked for, with what their folders say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import polars as pl
from attrs import evolve, field, frozen

from ..errors import InputError
from ..messages import message
from ..model.streams import Stream
from .formats.column_types import refuse_unreadable
from .formats.frames import FrameOrigin
from .raw_table import FileVersion, RawTable

#: What the names of folders say of every row in them: columns and their cells as text.
FolderKeys = Mapping[str, str | None]


@frozen
class ShopDefaults:
    """What files of one shop do not say, and the user does."""

    shop_id: str | None = None
    industry: str | None = None
    shop_type: str | None = None


@frozen(eq=False)
class Opener:
    """Opens one table; ``version`` is the file as it was found, None for a dataframe."""

    read: Callable[[], RawTable]
    keys: FolderKeys = field(factory=dict)
    version: FileVersion | None = None

    def open(self) -> RawTable:
        """Return the table.

        Raises:
            InputError: where it cannot be read, or its file changes meanwhile.
        """
        if self.version is None:
            return self.read()
        with self.version.unchanged():
            table = self.read()
        return evolve(table, version=self.version)


def open_tables(
    openers: Sequence[Opener], defaults: ShopDefaults, stream: Stream
) -> Iterator[RawTable]:
    """Open the tables of one stream, each with its shop, and with columns of types that are read.

    Raises:
        InputError: where an export does not name its shop, and the user does not either; for a
            column of a type that no cell can have.
    """
    for opener in openers:
        keys = dict(opener.keys)
        if defaults.shop_id is not None:
            keys.setdefault("shop_id", defaults.shop_id)
        yield opener.open().then(partial(_prepare, keys=keys, stream=stream))


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
