"""Console lines: what documents of many days show, each on the day of publication that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from attrs import evolve

from ...grading.document_values import values_of_documents
from ...grading.typed_rows import TypedRow
from ...messages import Translated, listed, numbered
from ...notices import Notice
from ...plugins.bound_rules import BoundRuleSet
from ...reading.documents.documents import Document, Documents
from ...reading.documents.extraction import Entry, ShopOfDocument

_SCHEMA: Mapping[str, Any] = {
    "as_of": pl.Date,
    "shop_id": pl.String,
    "kind": pl.String,
    "id": pl.String,
    "value": pl.Float64,
    "value_exact": pl.String,
}


def documents_by_day(documents: Documents, platform: str) -> dict[date, Documents]:
    """Return the documents of a platform by the day of publication of what they show.

    Figures whose last day is the day before are what a console shows on a day. A document of
    several days is there on each of them, with the figures of that day; one that tells no day is
    left out.
    """
    found: dict[date, list[Document]] = {}
    for document in documents.of_platform(platform):
        for day in sorted({day for _, _, day in _dated(document) if day is not None}):
            found.setdefault(day + timedelta(days=1), []).append(_of_day(document, day))
    return {day: Documents(tuple(found[day])) for day in sorted(found)}


def notices_on_undated(documents: Documents, platform: str) -> tuple[Notice, ...]:
    """Return a notice on documents that do not tell of which day they are."""
    own = documents.of_platform(platform)
    undated = [d.label for d in own if all(day is None for _, _, day in _dated(d))]
    if not undated:
        return ()
    said = numbered(
        "{n} document does not tell of which day it is, and is on no line: {files}",
        "{n} documents do not tell of which day they are, and are on no line: {files}",
        len(undated),
        files=_first(undated),
    )
    return (Notice("document_unused", said),)


def notices_on_left_out(days: Sequence[date]) -> tuple[Notice, ...]:
    """Return a notice on days of which documents show nothing that counts."""
    if not days:
        return ()
    said = numbered(
        "{n} day is left out, since documents of it show no value that counts: {days}",
        "{n} days are left out, since documents of them show no value that counts: {days}",
        len(days),
        days=_first(days),
    )
    return (Notice("document_unused", said),)


def _first(names: Sequence[object]) -> Translated:
    return listed(names, most=3)


def console_line(documents: Documents, rules: BoundRuleSet, as_of: date) -> pl.DataFrame:
    """Return what the documents of one day show: a row per shop and metric, dimension or total.

    The value of a metric is in the unit of the rules, all else is points.
    """
    typed = values_of_documents(documents, rules, as_of).typed
    rows = [_cells(row, as_of) for row in typed.rows if row.has_number]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _cells(row: TypedRow, as_of: date) -> tuple[Any, ...]:
    number = row.value if row.name.kind == "metric" else row.points
    shown = (None, None) if number is None else (float(number), str(number))
    return (as_of, row.shop_id, row.name.kind, row.name.id, *shown)


def _dated(document: Document) -> Iterator[tuple[ShopOfDocument, Entry, date | None]]:
    for shop in document.shops:
        for entry in shop.entries:
            yield shop, entry, entry.day or shop.day


def _of_day(document: Document, day: date) -> Document:
    """Return a document with nothing but the figures of one day."""
    shops = (
        evolve(shop, entries=tuple(e for e in shop.entries if (e.day or shop.day) == day))
        for shop in document.shops
    )
    return evolve(document, shops=tuple(shop for shop in shops if shop.entries))
