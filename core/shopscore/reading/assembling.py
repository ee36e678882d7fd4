"""Assembling: consolidated streams become events, with their links and their table of shops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl
from attrs import evolve

from ..messages import numbered
from ..model.streams import Stream
from ..notices import FIRST, Notice
from .events import UNKNOWN_INDUSTRY, Events
from .findings import on_links
from .report import INCIDENT_SCHEMA, LoadReport, no_incidents
from .rows.consolidation import ConsolidatedRows
from .rows.links import NamedRows, link


def assemble(
    ids: pl.Series,
    consolidated: Mapping[str, ConsolidatedRows],
    streams: Mapping[str, Stream],
    zone: str | None,
    defaults: pl.DataFrame | None = None,
) -> Events:
    """Return the events of consolidated streams, whose shops are positions in the sorted ids.

    ``defaults`` are the ``industry`` and ``shop_type`` of each shop where no file says anything.
    """
    frames: dict[str, pl.DataFrame] = {}
    books = {}
    found: list[Notice] = []
    named = {
        name: NamedRows.of(one.rows[["shop", *streams[name].key]], one.index, len(ids))
        for name, one in consolidated.items()
        if one.index is not None
    }
    for name, stream in consolidated.items():
        linked = link(stream.rows, streams[name], named)
        frames[name] = linked.rows
        books[name] = evolve(stream.books, unlinked=linked.unlinked)
        found += (
            on_links(name, one, lost, linked.rows, ids, named[one.stream].keys)
            for one, lost in linked.lost.items()
        )
    report = LoadReport(
        books,
        _join(s.set_aside for s in consolidated.values()),
        _join(s.repaired for s in consolidated.values()),
        {name: s.ignored for name, s in consolidated.items() if s.ignored},
        tuple(found),
        tuple(words for s in consolidated.values() for words in s.unlisted),
    )
    places = {name: stream.places for name, stream in consolidated.items()}
    declared = frames.pop("shops", None)
    if declared is not None:
        places["shops"] = places["shops"].spread(declared["shop"], len(ids))
    shops, notices = _shop_table(ids, declared, streams["shops"], defaults)
    instants = {n: s.instants for n, s in consolidated.items() if s.instants is not None}
    present = frozenset((n, c) for n, s in consolidated.items() if n != "shops" for c in s.columns)
    report = report.with_notices(*notices)
    return Events(shops, frames, streams, report, zone, places, instants, present)


def _join(lists: Iterable[pl.DataFrame]) -> pl.DataFrame:
    found = [cells for cells in lists if len(cells)]
    if not found:
        return no_incidents()
    return pl.concat(found).select(*INCIDENT_SCHEMA).sort("stream", "file", "row", "column")


def on_industries(shops: pl.DataFrame) -> Iterator[Notice]:
    """Yield which shops have no industry, where some have none."""
    unknown = shops.filter(pl.col("industry").is_null())["shop_id"]
    if len(unknown):
        said = numbered(
            "{n} of {shops} shops has no industry: taken as {industry}",
            "{n} of {shops} shops have no industry: taken as {industry}",
            len(unknown),
            shops=len(shops),
            industry=UNKNOWN_INDUSTRY,
        )
        first = tuple(unknown.head(FIRST))
        yield Notice("industry_unknown", said, stream="shops", shops=len(unknown), shop_ids=first)


def _shop_table(
    ids: pl.Series, declared: pl.DataFrame | None, stream: Stream, defaults: pl.DataFrame | None
) -> tuple[pl.DataFrame, tuple[Notice, ...]]:
    """Return one row per shop in order of the ids; a shop without a row gets industry ``unknown``."""
    base = pl.DataFrame([ids]).with_row_index("shop")
    columns = [c for c in stream.columns if c.name not in ("shop_id", "updated_at")]
    if declared is None:
        declared = pl.DataFrame(schema={"shop": pl.UInt32, "industry": pl.String})
    table = base.join(declared, on="shop", how="left", maintain_order="left")
    if defaults is not None:
        table = _with_defaults(table, defaults, stream)
    notices = tuple(on_industries(table))
    present = [c.name for c in columns if c.name in table.columns]
    return table.select("shop_id", *present).with_columns(
        pl.col("industry").fill_null(UNKNOWN_INDUSTRY)
    ), notices


def _with_defaults(table: pl.DataFrame, defaults: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    """Return the table of shops with what is said of those of which no file says anything."""
    industry, kind = defaults["industry"], defaults["shop_type"]
    if industry.null_count() < len(industry):
        table = table.with_columns(pl.col("industry").fill_null(industry))
    if kind.null_count() < len(kind):
        known = pl.col("shop_type") if "shop_type" in table.columns else pl.lit(None, pl.String)
        filled = known.cast(pl.String).fill_null(kind)
        words = pl.Enum(stream.column("shop_type").values)
        table = table.with_columns(shop_type=filled.cast(words))
    return table
