"""The books and notices of all partitions together."""

from __future__ import annotations

import json

import polars as pl

from ..reading.assembling import on_industries
from ..reading.events import UNKNOWN_INDUSTRY, Events
from ..reading.findings import on_losses, on_repeated
from ..reading.report import INCIDENT_SCHEMA, Books, LoadReport
from .lost_links import LinkFacts, on_lost_links

#: The kinds of rows that a report is made of.
KINDS = ("books", "links", "set_aside", "repaired")


def report_of(rows: pl.DataFrame, empty: Events, shops: pl.DataFrame) -> LoadReport:
    """Return the report of one run over everything, from what partitions found.

    ``empty`` are events without a row that have the same columns.
    """
    books = {name: Books() for name in empty.report.books}
    for stream, text in _of_kind(rows, "books").select("stream", "text").rows():
        books[stream] = books[stream].plus(Books(**json.loads(text)))
    aside, repaired = (_incidents(_of_kind(rows, kind)) for kind in ("set_aside", "repaired"))
    unknown = pl.col("industry").replace(UNKNOWN_INDUSTRY, None)
    notices = [*empty.report.notices, *on_industries(shops.with_columns(unknown))]
    for name, found in books.items():
        notices += on_repeated(name, found.repeated)
        own = pl.col("stream") == name
        notices += on_losses(name, found, aside.filter(own), repaired.filter(own))
    links = map(_link_facts, _of_kind(rows, "links")["text"])
    notices += on_lost_links(links, empty.streams)
    return LoadReport(books, aside, repaired, empty.report.ignored, tuple(notices))


def _of_kind(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.filter(pl.col("kind") == kind)


def _incidents(rows: pl.DataFrame) -> pl.DataFrame:
    cells = rows.with_columns(pl.col("text").alias("reason"), pl.lit(None).alias("line"))
    typed = cells.select(pl.col(name).cast(dtype) for name, dtype in INCIDENT_SCHEMA.items())
    return typed.sort("stream", "file", "row", "column")


def _link_facts(text: str) -> LinkFacts:
    said = json.loads(text)
    return LinkFacts(**{**said, "shops": tuple(tuple(shop) for shop in said["shops"])})
