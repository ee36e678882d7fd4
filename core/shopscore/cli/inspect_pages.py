"""Pages of ``shopscore inspect``: what a file is, what of it is used, and what it can feed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from ..analysis.inspection import Inspection, MetricReadiness, SheetMatch
from ..reading.files import show_path
from ..results.documents import INSPECT, dumped
from . import tables

#: More headers than this are not listed for a person.
MOST_HEADERS = 12
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


def show_inspection(found: Inspection, lang: str, output: Path | None) -> None:
    """Show all of it, for a person."""
    tables.show(*_page(found, lang == "zh"), output=output)


def _page(found: Inspection, zh: bool) -> Iterator[Any]:
    for sheet in found.sheets:
        yield from _taken(sheet, zh)
    if found.events is None:
        yield "Nothing was read. shopscore inspect --draft writes a layout to fill in, for --layout."
        return
    report = found.events.report
    told = report.notices if not found.sheets else (n for n in report.notices if n.code in _ASKED)
    yield from map(str, told)
    for name, books in sorted(report.books.items()):
        frame = found.events.frames.get(name)
        paid = ""
        if name == "orders" and frame is not None and "paid_at" in frame.columns:
            paid = f", {len(frame) - frame['paid_at'].null_count():,} paid"
        yield (
            f"{name}: {books.rows_in:,} rows in, {books.accepted:,} accepted,"
            f" {books.set_aside:,} set aside, {books.replaced:,} replaced{paid}"
        )
    rows = [(c.stream, c.column, c.header, f"{c.filled:,}") for c in found.columns]
    yield tables.table(("stream", "column", "from", "filled"), rows, right=("filled",))
    if found.unused:
        yield f"Not used: {', '.join(found.unused)}"
    words = tables.words_table(report, "zh" if zh else "en")
    if words is not None:
        yield words
    incidents = tables.incidents_table(report, most=5)
    if incidents is not None:
        yield incidents
    yield from _metrics(found, zh)


def _taken(sheet: SheetMatch, zh: bool) -> Iterator[str]:
    headers = [h.strip() for h in sheet.headers if h.strip()]
    if sheet.layout is not None:
        names = ", ".join(sheet.layout.headers)
        label = sheet.layout.zh if zh else sheet.layout.en
        yield f"{sheet.label} ({sheet.encoding}): taken for {sheet.layout.name}, {label}: it has {names}"
        yield from (f"  {note}" for note in sheet.layout.notes)
        return
    more = ", …" if len(headers) > MOST_HEADERS else ""
    yield f"{sheet.label} ({sheet.encoding}): no layout fits {', '.join(headers[:MOST_HEADERS])}{more}"
    for layout, missing in sheet.near:
        yield f"  nearest: {layout.name}, but for {', '.join(missing) or 'headers of another layout'}"


def _metrics(found: Inspection, zh: bool) -> Iterator[Any]:
    """Yield the metrics that can be computed, and what the others lack."""
    computable = [_named(m, zh) for m in found.computable]
    rows = []
    for ruleset, group in groupby(found.metrics, key=lambda m: m.ruleset):
        for position, m in enumerate(group):
            state = f"lacks {', '.join(m.missing)}" if m.missing else "computable"
            rows.append(("" if position else ruleset, _named(m, zh), state))
    yield tables.table(("rule set", "metric", "from this"), rows)
    unique = dict.fromkeys(computable)
    yield f"Metrics that this can feed: {', '.join(unique) if unique else 'none'}"


def _named(metric: MetricReadiness, zh: bool) -> str:
    return f"{metric.metric} ({metric.zh if zh else metric.en})"
