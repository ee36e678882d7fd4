"""Status: how much a ledger holds, since when, and what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from ..value_classes import frozen
from .commits import Commit
from .moments import as_moment
from .snapshots import Snapshot, table_of
from .stored_rows import SEQ


@frozen
class Status:
    """How much a ledger holds.

    ``rows`` counts those of each stream, states that others replaced included; ``known`` says when the
    first and the last source was known. ``tallies`` are counted, ``behind`` of them only up to some
    earlier ingest. ``size`` is what its files take, in bytes.
    """

    platforms: tuple[str, ...]
    zone: str
    ingests: int
    known: tuple[datetime, datetime] | None
    shops: int
    rows: Mapping[str, int]
    tallies: int
    behind: int
    files: int
    size: int


def status_of(snapshot: Snapshot) -> Status:
    """Return how much a ledger holds."""
    head = snapshot.head
    files = [digest for table in head.tables.values() for digest in table.files.values()]
    ends = (*head.ingests[:1], *head.ingests[-1:])
    first_and_last = [as_moment(one.known_at or 0, snapshot.zone) for one in ends]
    return Status(
        platforms=tuple(head.facts["platforms"]),
        zone=snapshot.zone,
        ingests=head.seq,
        known=(first_and_last[0], first_and_last[-1]) if first_and_last else None,
        shops=len(snapshot.shops),
        rows={name: _count(snapshot, name) for name in snapshot.known_streams},
        tallies=len(head.spans),
        behind=sum(upto < head.seq for _, upto in head.spans.values()),
        files=len(files),
        size=sum(digest.size for digest in files),
    )


def _count(snapshot: Snapshot, stream: str) -> int:
    rows = snapshot.scan(table_of(stream), {SEQ: pl.Int32}).select(pl.len())
    return int(snapshot.collect(rows).item())


def ingest_lines(ingests: tuple[Commit, ...], zone: str) -> pl.DataFrame:
    """Return a line for each ingest: when it was known, from where, and how many rows were new."""
    return pl.DataFrame(
        {
            "ingest": [one.seq for one in ingests],
            "known_at": [
                as_moment(one.known_at or 0, zone).replace(tzinfo=None) for one in ingests
            ],
            "source": [one.told.get("source") for one in ingests],
            "rows": [sum(one.told.get("added", {}).values()) for one in ingests],
        },
        schema={
            "ingest": pl.Int64,
            "known_at": pl.Datetime("ms"),
            "source": pl.String,
            "rows": pl.Int64,
        },
    )
