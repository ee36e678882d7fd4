"""Links: which row of another stream, of the same shop, a row names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from ...model.links import Link
from ...model.streams import Stream
from ...value_classes import field, frozen
from .keys import CHUNK, KeyIndex, positions

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

#: Of a shop beside others that find their rows so many rows are told of: a single one may name a
#: row from before the file.
_FEW_OF_ONE = 2


@frozen(eq=False)
class NamedRows:
    """The keys of rows that others name (shop and key), their index, and which shops have any."""

    keys: pl.DataFrame
    index: KeyIndex
    having: Mask

    @classmethod
    def of(cls, keys: pl.DataFrame, index: KeyIndex, shops: int) -> NamedRows:
        """Return the keys of the rows of so many shops."""
        having = np.zeros(shops, dtype=np.bool_)
        having[keys["shop"].to_numpy()] = True
        return cls(keys, index, having)


@frozen(eq=False)
class Linked:
    """The rows, with the place of each row that they name; how many name one that is not there.

    ``lost`` has for each link the shops whose rows name others, of which none is there.
    """

    rows: pl.DataFrame
    unlinked: int = 0
    lost: Mapping[Link, tuple[int, ...]] = field(factory=dict)


def link(rows: pl.DataFrame, stream: Stream, named: Mapping[str, NamedRows]) -> Linked:
    """Return the rows of a stream with the places of those that they name, by each link."""
    places: list[pl.Series] = []
    unlinked: list[Mask] = []
    lost: dict[Link, tuple[int, ...]] = {}
    for one in (one for one in stream.links if one.column in rows.columns):
        there = named.get(one.stream)
        places.append(_places(rows["shop"], rows[one.column], there).alias(one.place))
        if places[-1].null_count() == rows[one.column].null_count():
            continue
        names, found = (c.is_not_null().to_numpy() for c in (rows[one.column], places[-1]))
        unlinked.append(names & ~found)
        if there is not None and len(there.keys):
            shops = _lost(rows["shop"], names, found, there.having)
            lost |= {one: shops} if shops else {}
    missing = int(np.logical_or.reduce(unlinked).sum()) if unlinked else 0
    return Linked(rows.hstack(places), missing, lost)


def _places(shops: pl.Series, ids: pl.Series, named: NamedRows | None) -> pl.Series:
    """Return the row that each id of a shop names; null where there is none."""
    starts = range(0, max(len(ids), 1), CHUNK)  # small arrays stay in the caches
    found = [_some_places(shops.slice(at, CHUNK), ids.slice(at, CHUNK), named) for at in starts]
    return pl.concat(found, rechunk=True)


def _some_places(shops: pl.Series, ids: pl.Series, named: NamedRows | None) -> pl.Series:
    at = np.full(len(ids), -1, dtype=np.int64)
    if named is not None and len(ids):
        _, key = named.keys.get_columns()
        ids = alike(ids, key.dtype).alias(key.name)
        asked = _with_cells(ids)
        wanted = pl.DataFrame([shops, ids])
        wanted = wanted if len(asked) == len(ids) else wanted[asked]
        at[asked] = positions(named.keys, named.index, wanted)
    place = pl.Series(at)
    if (at < 0).any():
        place = place.set(place < 0, None)
    return place.cast(pl.UInt32)


def alike(ids: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Return ids as text, or as integers where they are written so; no others are such ids.

    >>> alike(pl.Series(["7", "07", None]), pl.Int64()).to_list(), alike(pl.Series([7]), pl.String()).to_list()
    ([7, None, None], ['7'])
    """
    if ids.dtype == dtype:
        return ids
    if dtype == pl.String:
        return ids.cast(pl.String)
    integers = ids.cast(pl.Int64, strict=False)
    return integers.set((integers.cast(pl.String) != ids).fill_null(False), None)


def _with_cells(column: pl.Series) -> npt.NDArray[np.integer]:
    """Return the rows that are not null."""
    if not column.null_count():
        return np.arange(len(column))
    return np.flatnonzero(column.is_not_null().to_numpy())


def _lost(shop: pl.Series, named: Mask, found: Mask, having: Mask) -> tuple[int, ...]:
    """Return the shops whose rows name rows of another stream, and find none."""
    naming, finding = naming_and_finding(shop, named, found, len(having))
    return tuple(np.flatnonzero(lost_shops(naming, finding, having)).tolist())


def naming_and_finding(
    shop: pl.Series, named: Mask, found: Mask, shops: int
) -> tuple[Counts, Counts]:
    """Return how many rows of each shop name another row, and of how many it is there."""
    codes = shop.to_numpy()
    return np.bincount(codes[named], minlength=shops), np.bincount(codes[found], minlength=shops)


def lost_shops(naming: Counts, finding: Counts, having: Mask) -> Mask:
    """Return which shops have rows that name others, of which none is there, and are told of.

    A shop without any such row is told of only where no shop has both; where other shops find
    theirs, those that have some, and more than one row that names one.
    """
    if finding.any():
        return np.asarray(having & (finding == 0) & (naming >= _FEW_OF_ONE))
    return np.asarray((naming > 0) & (having | ~having[naming > 0].any()))
