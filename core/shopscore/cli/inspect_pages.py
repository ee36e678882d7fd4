"""Pages of ``shopscore inspect``: what a file is, what of it is used, and what it can feed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from ..analysis.inspection import Inspection, MetricReadiness, SheetMatch
from ..grading.missing_columns import in_words
from ..messages import Message, listed, message
from ..model.labels import Label
from ..notices import CODES
from ..reading.events import Events
from ..reading.files import show_path
from ..results.documents import INSPECT, dumped
from . import tables, voice
from .document_pages import documents_part, pages_of

#: More headers than this are not listed for a person.
MOST_HEADERS = 12
#: More cells than this are not listed of each kind.
MOST_CELLS = 5
#: Notices that are told of a single export too, beside what its sheets are.
_ASKED = ("no_links", "rows_repeated", "states_replaced")


def inspect_document(found: Inspection) -> str:
    """Return ``shopscore.inspect/2``."""
    report = None if found.events is None else found.events.report
    return dumped(
        {
            "schema": INSPECT,
            "file": show_path(found.path),
            "sheets": [_sheet(s) for s in found.sheets],
            **({"streams": {}, "unknown_words": []} if report is None else report.to_dict()),
            "columns": [
                {
                    "stream": c.stream,
                    "column": c.column,
                    "header": c.header or None,
                    "filled": c.filled,
                }
                for c in found.columns
            ],
            "unused": list(found.unused),
            "metrics": [
                {
                    "ruleset": m.ruleset,
                    "metric": m.metric,
                    "computable": not m.missing,
                    "missing": list(m.missing),
                }
                for m in found.metrics
            ],
            "set_aside": [] if report is None else report.set_aside.head(20).to_dicts(),
            "notices": [] if report is None else [n.to_dict() for n in report.notices],
            **documents_part(found.documents),
        }
    )


def _sheet(sheet: SheetMatch) -> dict[str, Any]:
    return {
        "label": sheet.label,
        "encoding": sheet.encoding,
        "headers": list(sheet.headers),
        "layout": None if sheet.layout is None else sheet.layout.name,
        "near": [{"layout": one.name, "missing": list(missing)} for one, missing in sheet.near],
    }


def show_inspection(found: Inspection, output: Path | None) -> None:
    """Show all of it, for a person."""
    tables.show(*_page(found), output=output)


def _page(found: Inspection) -> Iterator[Any]:
    yield from pages_of(found.documents)
    if found.documents.found_any and not found.sheets and found.events is None:
        return
    for sheet in found.sheets:
        yield from _taken(sheet)
    if found.events is None:
        yield message(
            "Nothing was read. shopscore inspect --draft writes a layout to fill in, for --layout."
        )
        return
    report = found.events.report
    asked = _ASKED if found.sheets else CODES
    yield from (notice.message for notice in report.notices if notice.code in asked)
    yield from _books(found.events)
    columns = (message("stream"), message("column"), message("from"), message("filled"))
    rows = [(c.stream, c.column, c.header, f"{c.filled:,}") for c in found.columns]
    yield tables.table(columns, rows, right=columns[3:], keys=2)
    if found.unused:
        yield message("Not used: {columns}", columns=listed(found.unused))
    words = tables.words_table(report)
    if words is not None:
        yield words
    incidents = tables.incidents_table(report, most=MOST_CELLS)
    if incidents is not None:
        yield incidents
    yield from _metrics(found)


def _books(events: Events) -> Iterator[Message]:
    for name, books in sorted(events.report.books.items()):
        yield message(
            "{stream}: {rows:,} rows in, {accepted:,} accepted,"
            " {set_aside:,} set aside, {replaced:,} replaced{paid}",
            stream=name,
            rows=books.rows_in,
            accepted=books.accepted,
            set_aside=books.set_aside,
            replaced=books.replaced,
            paid=_paid(name, events),
        )


def _paid(stream: str, events: Events) -> Message:
    frame = events.frames.get(stream)
    if stream != "orders" or frame is None or "paid_at" not in frame.columns:
        return message("")
    return message(", {paid:,} paid", paid=len(frame) - frame["paid_at"].null_count())


def _taken(sheet: SheetMatch) -> Iterator[str]:
    place = {"sheet": sheet.label, "encoding": sheet.encoding}
    if sheet.layout is not None:
        yield message(
            "{sheet} ({encoding}): taken for {layout}, {label}: it has {headers}",
            **place,
            layout=sheet.layout.name,
            label=Label(sheet.layout.zh, sheet.layout.en),
            headers=listed(sheet.layout.headers),
        )
        yield from (f"  {voice.text(note)}" for note in sheet.layout.notes)
        return
    headers = [h.strip() for h in sheet.headers if h.strip()]
    more = ["…"] if len(headers) > MOST_HEADERS else []
    yield message(
        "{sheet} ({encoding}): no layout fits {headers}",
        **place,
        headers=listed([*headers[:MOST_HEADERS], *more]),
    )
    for layout, missing in sheet.near:
        lacks = listed(missing) if missing else message("headers of another layout")
        said = message("nearest: {layout}, but for {missing}", layout=layout.name, missing=lacks)
        yield f"  {voice.text(said)}"


def _metrics(found: Inspection) -> Iterator[Any]:
    """Yield the metrics that can be computed, and what the others lack."""
    rows = []
    for ruleset, group in groupby(found.metrics, key=lambda m: m.ruleset):
        for position, m in enumerate(group):
            lacks = message("lacks {columns}", columns=listed(map(in_words, m.missing)))
            state = lacks if m.missing else message("computable")
            rows.append(("" if position else ruleset, _named(m), state))
    head = (message("rule set"), message("metric"), message("from this"))
    yield tables.table(head, rows, keys=2)
    unique = dict.fromkeys(_named(m) for m in found.computable)
    fed = listed(unique) if unique else message("none")
    yield message("Metrics that this can feed: {metrics}", metrics=fed)


def _named(metric: MetricReadiness) -> str:
    return f"{metric.metric} ({voice.text(Label(metric.zh, metric.en))})"
