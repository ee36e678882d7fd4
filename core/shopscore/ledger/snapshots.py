"""Snapshots: what a ledger held at a commit, read as rows, as events, and as a table of shops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PolarsError

from ..errors import system_reason
from ..messages import message
from ..model.streams import PART_ONLY, Stream
from ..reading.assembling import assemble
from ..reading.events import Events
from ..reading.formats.frames import FrameOrigin
from ..reading.raw_table import ROW, RawTable
from ..reading.rows.clocks import find_zone
from ..reading.rows.consolidation import KeptRows, consolidate_kept
from ..reading.sources import streams_in_part
from ..value_classes import evolve, frozen
from .commits import Head, Table
from .digests import CheckedFiles, damaged
from .stored_rows import (
    KEY,
    PART_RULE,
    PARTS,
    RECORD,
    SEQ,
    UNIT,
    has_unit,
    rules_of,
    stored_schema,
    typed_again,
)

Codes = npt.NDArray[np.int32]

#: The table of shops: a row for each when it first comes, and whenever its defaults change.
SHOPS = "shops"
SHOP_SCHEMA: dict[str, Any] = {
    "code": pl.Int32,
    "shop_id": pl.String,
    "industry": pl.String,
    "shop_type": pl.String,
    SEQ: pl.Int32,
}


def table_of(stream: str) -> str:
    """Return the name of the table with the rows of a stream."""
    return f"events/{stream}"


@frozen(eq=False, slots=False)
class Snapshot:
    """What a ledger holds at one of its commits, as it was known by an ingest.

    ``streams`` are those that it keeps, ``seq`` is the ingest.
    """

    root: Path
    head: Head
    streams: Mapping[str, Stream]
    zone: str
    seq: int

    def as_of(self, seq: int) -> Snapshot:
        """Return what was known by another ingest."""
        return self if seq == self.seq else evolve(self, seq=seq)

    def at(self, head: Head) -> Snapshot:
        """Return all that the same ledger holds at another commit."""
        return evolve(self, head=head, seq=head.seq)

    def scan(self, name: str, schema: Mapping[str, Any]) -> pl.LazyFrame:
        """Return the rows of a table, whose files are as they were written.

        Raises:
            StateError: naming a file that is damaged or missing.
        """
        return self.scan_table(self.head.tables.get(name), schema)

    def scan_table(self, table: Table | None, schema: Mapping[str, Any]) -> pl.LazyFrame:
        """Return the rows of a table, or of some of its files."""
        if table is None or not table.files:
            return pl.LazyFrame(schema=dict(schema))
        files = table.named()
        CheckedFiles(self.root).require(files)
        return pl.scan_parquet(
            [self.root / file for file in files],
            schema=dict(schema),
            missing_columns="insert",
            extra_columns="ignore",
            glob=False,
        )

    def collect(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """Return what was asked for; say where a file cannot be read after all.

        Raises:
            StateError: where a file is damaged, or was taken away meanwhile.
        """
        try:
            return rows.collect(engine="streaming")
        except (PolarsError, OSError) as error:
            why = system_reason(error) if isinstance(error, OSError) else str(error)
            raise damaged(self.root, message("{why}", why=why)) from None

    @cached_property
    def shops(self) -> pl.DataFrame:
        """The shops that are known: code, id, and what a user said of those without it, by id."""
        rows = self.scan(SHOPS, SHOP_SCHEMA).filter(pl.col(SEQ) <= self.seq)
        latest = self.collect(rows).sort(SEQ, maintain_order=True)
        return latest.unique("code", keep="last").sort("shop_id")

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """The place of the shop of each code among all shops by id; −1 for a code of none."""
        codes = self.shops["code"].to_numpy()
        found = np.full(int(codes.max(initial=-1)) + 1, -1, dtype=np.int64)
        found[codes] = np.arange(len(codes))
        return found

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """Which columns of which streams had come, as events say it."""
        in_part = streams_in_part(self.head.holdings(self.seq))
        came = ((s, c) for s, c in self.head.columns(self.seq) if s != "shops" and c not in PARTS)
        return frozenset((*came, *((name, PART_ONLY) for name in in_part)))

    def marks(self, stream: str, *which: pl.Expr) -> pl.DataFrame:
        """Return the shops and marks of the rows of a stream that had come."""
        return self.collect(self._rows(stream, *which).select("shop", KEY, UNIT))

    def rows(self, stream: str, *which: pl.Expr) -> pl.DataFrame:
        """Return the rows of a stream that had come, with all columns that had."""
        return self.collect(self._rows(stream, *which).select(self._columns_of(stream)))

    def rows_with(self, stream: str, rows: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
        """Return rows that were read before others came, and these, as :meth:`rows` reads them."""
        declared = self.streams[stream]
        if not has_unit(declared):
            more = more.with_columns(pl.col(KEY).alias(UNIT))
        lacking = pl.DataFrame(schema={UNIT: pl.Int32, **stored_schema(declared)})
        every = pl.concat([rows, more, lacking], how="diagonal")
        return every.select(self._columns_of(stream))

    def _columns_of(self, stream: str) -> list[str]:
        came = {column for name, column in self.head.columns(self.seq) if name == stream}
        own = [name for name in self.streams[stream].names if name in came and name != "shop_id"]
        return ["shop", KEY, UNIT, SEQ, *own, *(name for name in PARTS if name in came)]

    def _rows(self, stream: str, *which: pl.Expr) -> pl.LazyFrame:
        declared = self.streams[stream]
        rows = self.scan(table_of(stream), stored_schema(declared))
        if not has_unit(declared):
            rows = rows.with_columns(pl.col(KEY).alias(UNIT))
        return rows.filter(pl.col(SEQ) <= self.seq, *which)

    @property
    def known_streams(self) -> list[str]:
        """The streams of which tables had come, with rows or without, in the order of events."""
        came = {stream for stream, _ in self.head.columns(self.seq)}
        return [name for name in self.streams if name in came]

    def events(self, streams: Iterable[str] | None = None) -> Events:
        """Return what had come, of all streams or some, as if it were read now."""
        names = self.known_streams if streams is None else streams
        return self.events_of({name: self.rows(name) for name in names})

    def events_of(self, rows: Mapping[str, pl.DataFrame]) -> Events:
        """Return the events that kept rows become, which are all rows of some units."""
        named = {link.stream for name in rows for link in self.streams[name].links}
        zone = find_zone(self.zone)
        consolidated = {
            name: consolidate_kept(
                self._kept(name, of_stream), self.streams[name], zone, named=name in named
            )
            for name, of_stream in rows.items()
        }
        events = assemble(self.shops["shop_id"], consolidated, self.streams, zone.key, self.shops)
        return evolve(events, present=events.present | self.columns)

    def _kept(self, stream: str, rows: pl.DataFrame) -> KeptRows:
        declared = self.streams[stream]
        placed = rows.sort(SEQ, maintain_order=True).with_row_index(ROW)
        tables, offsets = self._origins(placed.drop(ROW))
        numbered, rules = rules_of(placed)
        texts = numbered[RECORD] if RECORD in numbered.columns else pl.Series([""])
        own = typed_again(declared, numbered).with_columns(
            pl.Series("shop", self.places[rows_shop(numbered)].astype(np.uint32))
        )
        return KeptRows(
            own.drop(KEY, UNIT, SEQ, PART_RULE, RECORD, strict=False),
            tables,
            offsets,
            rules,
            lambda at: [[text or ""] for text in texts.gather(at)],
        )

    def _origins(self, rows: pl.DataFrame) -> tuple[tuple[RawTable, ...], npt.NDArray[np.int64]]:
        """Return where rows are from: the ingests, which stand for files, in their order."""
        counts = rows[SEQ].value_counts().sort(SEQ)
        offsets = np.cumsum([0, *counts["count"]])
        told = {one.seq: one.told.get("source") for one in self.head.ingests}
        tables = tuple(
            RawTable(
                pl.DataFrame(),
                _label(seq, told.get(seq)),
                FrameOrigin.of(rows.slice(int(start), int(count))),
            )
            for (seq, count), start in zip(counts.rows(), offsets, strict=False)
        )
        return tables, offsets


def rows_shop(rows: pl.DataFrame) -> Codes:
    """Return the code of the shop of each row."""
    codes: Codes = rows["shop"].to_numpy()
    return codes


def _label(seq: int, source: object) -> str:
    return f"ingest {seq}" if source is None else f"ingest {seq}: {source}"
