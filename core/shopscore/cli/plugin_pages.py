"""Pages about plugins: one in full, and the report of the conformance kit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import CoverageError, did_you_mean
from ..messages import listed, message
from ..plugins.declarations import Platform, Scorecard
from ..plugins.discovery import module_file
from ..plugins.loader import load_plugins
from ..plugins.records import PluginRecord
from ..results.documents import PLUGINS, dumped
from ..testing import Report
from . import tables, voice
from .declared_pages import lever_and_task_tables, levers_and_tasks


def find_records(name: str) -> list[PluginRecord]:
    """Return the plugins of a name (or ``distribution:name``).

    Raises:
        CoverageError: where there is none.
    """
    every = load_plugins(os.environ)
    records = [r for r in every if name in (r.name, r.origin)]
    if not records:
        guess = did_you_mean(name, {r.name for r in every})
        raise CoverageError(message("no plugin {name}{guess}", name=name, guess=guess))
    return records


def records_document(records: list[PluginRecord]) -> str:
    """Return records in full, tracebacks included, as ``shopscore.plugins/1``."""
    full = [
        {
            **r.to_dict(),
            "file": _file(r),
            "traceback": r.traceback,
            **levers_and_tasks(r),
        }
        for r in records
    ]
    return dumped({"schema": PLUGINS, "plugins": full})


def _file(record: PluginRecord) -> str | None:
    file = module_file(record.target.partition(":")[0])
    return None if file is None else str(file)


def show_records(records: list[PluginRecord], output: Path | None) -> None:
    """Show one page per record."""
    tables.show(*(part for record in records for part in _page(record)), output=output)


def _page(record: PluginRecord) -> Iterator[Any]:
    yield _facts_table(record)
    cards = [(p, s) for p in record.platforms for s in p.scorecards]
    if cards:
        yield _scorecards_table(cards)
        yield _metrics_table(cards)
    yield from lever_and_task_tables(record)
    added = [*(s.name for s in record.scorecards)]
    added += [f"{f.platform}/{f.scorecard}: {f.folder}" for f in record.rulesets]
    for addition in (*added, *map(tables.added, record.additions)):
        yield message("Adds {addition}", addition=addition)
    if record.not_added:
        yield tables.left_out(record)
    if record.traceback:
        yield tables.Verbatim(record.traceback)


def _facts_table(record: PluginRecord) -> tables.Table:
    seconds = "–" if record.load_seconds is None else f"{record.load_seconds * 1000:.1f} ms"
    facts: list[tuple[object, object]] = [
        (message("status"), tables.word(record.status)),
        (message("distribution"), f"{record.distribution} {record.version}"),
        (message("target"), record.target),
        (message("file"), _file(record) or "–"),
        (message("hooks"), listed(record.hooks) if record.hooks else "–"),
        (message("loaded in"), seconds),
    ]
    if record.error:
        facts.append((message("error"), record.error))
    return tables.table((message("plugin"), record.name), facts)


def _scorecards_table(cards: list[tuple[Platform, Scorecard]]) -> tables.Table:
    columns = (
        message("scorecard"),
        message("platform"),
        "名称",
        message("name"),
        message("zone"),
        message("currency"),
        message("rule sets"),
    )
    rows = [(s.name, p.zh, s.zh, s.en, p.zone, p.currency, " ".join(s.versions)) for p, s in cards]
    return _in_one_language(columns, rows)


def _metrics_table(cards: list[tuple[Platform, Scorecard]]) -> tables.Table:
    columns = (
        message("scorecard"),
        message("metric"),
        "名称",
        message("name"),
        message("better"),
        message("unit"),
    )
    rows = [
        (s.name, m.id, m.zh, m.en, tables.word(m.better), tables.word(m.unit))
        for _, s in cards
        for m in s.all_metrics.values()
    ]
    return _in_one_language(columns, rows)


def _in_one_language(columns: Sequence[object], rows: Sequence[Sequence[object]]) -> tables.Table:
    """Return a table with names in both languages, or for a Chinese reader only in Chinese."""
    if voice.lang() != "zh":
        return tables.table(columns, rows, keys=2)
    kept = [place for place, head in enumerate(columns) if head != "name"]
    return tables.table(
        [columns[k] for k in kept], [[row[k] for k in kept] for row in rows], keys=2
    )


def show_report(report: Report, output: Path | None) -> None:
    """Show one line per check; a failed one says why."""
    columns = (message("check"), "", message("on"), message("why"))
    rows = [(c.id, tables.word(c.status), c.subject, c.message) for c in report.checks]
    counts = report.to_dict()["counts"]
    summary = listed(f"{number} {tables.word(status)}" for status, number in counts.items())
    tables.show(
        tables.table(columns, rows),
        message("{about}: {said}", about=report.plugin, said=summary),
        output=output,
    )
