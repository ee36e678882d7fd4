"""On executors, before the exchange: rows of a stream go to the partition of their shop."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
import polars as pl
from attrs import asdict

from ..model.streams import Stream
from ..reading.fingerprints import cell_prints, mixed
from ..reading.ids_beside import IdsBeside
from ..reading.rows.ids import look_beside
from ..reading.rows.shop_codes import ShopCodes
from . import tables

Batches: TypeAlias = Iterator[tables.Batch]

#: Rows that are shared out at a time: more make larger packets, and need more memory.
_ROWS = 1 << 18


def packing(stream: Stream, parts: int) -> Callable[[Batches], Batches]:
    """Return what makes packets of the rows of a stream, each for one of so many partitions."""

    def pack(batches: Batches) -> Batches:
        known, shops = IdsBeside(), ShopCodes()
        for rows in _gathered(batches):
            known = known.plus(look_beside(rows, stream))
            yield tables.packets(_shared_out(rows, stream.name, shops, parts))
        said = json.dumps({stream.name: {**asdict(known), "clear": sorted(known.clear)}}).encode()
        yield tables.packets((part, "", said) for part in range(parts))

    return pack


def ids_said(data: bytes) -> tuple[str, IdsBeside]:
    """Return the stream and what its ids say, out of a packet that names none."""
    ((stream, said),) = json.loads(data).items()
    return stream, IdsBeside(**{**said, "clear": frozenset(said["clear"])})


def _gathered(batches: Iterable[tables.Batch]) -> Iterator[pl.DataFrame]:
    """Yield the rows of Spark's small batches, many at a time."""
    run: list[pl.DataFrame] = []
    for batch in batches:
        run.append(tables.in_utc(pl.DataFrame(batch)))
        if sum(map(len, run)) >= _ROWS:
            yield pl.concat(run, rechunk=True)
            run = []
    if run and any(map(len, run)):
        yield pl.concat(run, rechunk=True)


def _shared_out(
    rows: pl.DataFrame, stream: str, shops: ShopCodes, parts: int
) -> Iterator[tuple[int, str, bytes]]:
    """Yield the rows of each partition. Those without a shop go to all in turn."""
    codes = shops.of(rows["shop_id"].cast(pl.String)).codes
    part_of_shop = (mixed(cell_prints(shops.ids)) % np.uint64(parts)).astype(np.int32)
    part = part_of_shop[codes]
    nobody = np.flatnonzero(shops.ids.is_null().to_numpy()[codes])
    part[nobody] = np.arange(len(nobody)) % parts
    order = np.argsort(part, kind="stable")
    ends = np.cumsum(np.bincount(part, minlength=parts))
    ordered = rows[order]
    for number in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
        start = int(ends[number - 1]) if number else 0
        own = ordered.slice(start, int(ends[number]) - start)
        yield number, stream, tables.to_packet(own)
