"""Status: how much a ledger holds, since when, and what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from ..messages import listed, message
from ..notices import Notice
from ..value_classes import frozen
from .commits import Commit
from .counted_parts import CountedParts, units_said
from .moments import as_moment
from .snapshots import Snapshot, table_of
from .stored_rows import SEQ


@frozen
class Status:
    """How much a ledger holds.

    ``rows`` counts those of each stream, states that others replaced included; ``known`` says when the
    first and the last source was known. ``tallies`` are counted, ``behind`` of them only up to some
    earlier ingest. ``size`` is what its files take, in bytes. ``counted`` are the orders and single rows,
    or the shops where ``counted_by_shop``, that came as counted, without rows.
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
    counted: int = 0
    counted_by_shop: bool = False


def status_of(snapshot: Snapshot) -> Status:
    """Return how much a ledger holds."""
    head = snapshot.head
    files = [digest for table in head.tables.values() for digest in table.files.values()]
    ends = (*head.ingests[:1], *head.ingests[-1:])
    parts = CountedParts.of(head)
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
        counted=parts.most_units,
        counted_by_shop=parts.by_shop,
    )


def _count(snapshot: Snapshot, stream: str) -> int:
    rows = snapshot.scan(table_of(stream), {SEQ: pl.Int32}).select(pl.len())
    return int(snapshot.collect(rows).item())


def ingest_lines(ingests: tuple[Commit, ...], zone: str) -> pl.DataFrame:
    """Return a line for each ingest: when it was known, from where, and how many rows were new.

    ``counted`` is how many more units (orders, single rows or shops) came as counted, without rows.
    """
    return pl.DataFrame(
        {
            "ingest": [one.seq for one in ingests],
            "known_at": [
                as_moment(one.known_at or 0, zone).replace(tzinfo=None) for one in ingests
            ],
            "source": [one.told.get("source") for one in ingests],
            "rows": [sum(one.told.get("added", {}).values()) for one in ingests],
            "counted": [one.told.get("counted", {}).get("units", 0) for one in ingests],
        },
        schema={
            "ingest": pl.Int64,
            "known_at": pl.Datetime("ms"),
            "source": pl.String,
            "rows": pl.Int64,
            "counted": pl.Int64,
        },
    )


def notices_of(snapshot: Snapshot, *, asked: bool) -> tuple[Notice, ...]:
    """Return what is to be said of a score: what came as counted, and how much was known if asked."""
    parts = CountedParts.of(snapshot.head, snapshot.seq)
    came = sorted({part.seq for part in parts.parts}) if parts.most_units else []
    said = []
    if came:
        said.append(
            Notice(
                "counted_parts",
                message(
                    "{units} came as counted, without rows: ingest {ingests}",
                    units=units_said(parts.most_units, by_shop=parts.by_shop),
                    ingests=listed(map(str, came)),
                ),
            )
        )
    return (*said, _as_known(snapshot)) if asked else (*said,)


def _as_known(snapshot: Snapshot) -> Notice:
    """Return the notice that says how much was known."""
    ingests = snapshot.head.ingests
    last = next(one for one in ingests if one.seq == snapshot.seq)
    said = message(
        "as it was known after ingest {n} of {all}, at {moment}",
        n=snapshot.seq,
        all=len(ingests),
        moment=as_moment(last.known_at or 0, snapshot.zone),
    )
    return Notice("as_known", said)
