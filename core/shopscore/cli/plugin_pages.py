"""Pages about plugins: one in full, and the report of the conformance kit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import asdict

from ..errors import CoverageError, did_you_mean
from ..model.assumptions import Assumption
from ..model.levers import Lever
from ..plugins.declarations import Platform
from ..plugins.discovery import module_file
from ..plugins.loader import load_plugins
from ..plugins.records import PluginRecord
from ..results.documents import PLUGINS, dumped
from ..testing import Report
from . import tables


def find_records(name: str) -> list[PluginRecord]:
    """Return the plugins of a name (or ``distribution:name``).

    Raises:
        CoverageError: where there is none.
    """
    every = load_plugins(os.environ)
    records = [r for r in every if name in (r.name, r.origin)]
    if not records:
        raise CoverageError(f"no plugin {name}{did_you_mean(name, {r.name for r in every})}")
    return records


def records_document(records: list[PluginRecord]) -> str:
    """Return records in full, tracebacks included, as ``shopscore.plugins/1``."""
    full = [
        {
            **r.to_dict(),
            "file": _file(r),
            "traceback": r.traceback,
            "levers": [lever_facts(p, lever) for p, lever in _levers(r)],
        }
        for r in records
    ]
    return dumped({"schema": PLUGINS, "plugins": full})


def _file(record: PluginRecord) -> str | None:
    file = module_file(record.target.partition(":")[0])
    return None if file is None else str(file)


def _levers(record: PluginRecord) -> Iterator[tuple[Platform, Lever]]:
    return ((p, lever) for p in record.platforms for lever in p.all_levers.values())


def lever_facts(platform: Platform, lever: Lever) -> dict[str, Any]:
    """Return what a lever declares, as plain data."""
    return {
        "platform": platform.id,
        "id": lever.id,
        "zh": lever.zh,
        "en": lever.en,
        "stream": lever.stream,
        "rows": str(lever.where),
        "cells": {name: str(value) for name, value in lever.cells.items()},
        "settings": [
            {
                "id": s.id,
                "kind": s.kind,
                "value": list(s.value) if isinstance(s.value, tuple) else s.value,
                "low": s.low,
                "high": s.high,
                "unit": s.unit or None,
                "reason": s.reason,
            }
            for s in lever.settings
        ],
        "assumes": list(lever.assumes),
        "claimed_hours": lever.claimed_hours,
        "sources": [asdict(s) for s in lever.sources],
    }


def _lever_lines(platform: Platform, lever: Lever) -> Iterator[str]:
    own = ", ".join(f"{s.id} = {_value(s)}" for s in lever.settings)
    yield f"{platform.id}: {lever.id} · {lever.zh} · {lever.en}"
    yield f"  rows      {lever.stream} where {lever.where}"
    for name, value in lever.cells.items():
        yield f"  becomes   {name} = {value}"
    yield f"  settings  {own}"
    yield f"  assumed   {'; '.join(lever.assumes)}"
    if lever.claimed_hours is not None:
        yield f"  the platform claims {lever.claimed_hours} h per row; no number is made from it"
    yield f"  source    {'; '.join(f'{s.title} ({s.confidence})' for s in lever.sources)}"


def _value(setting: Assumption) -> str:
    if isinstance(setting.value, tuple):
        return ", ".join(setting.value) or "none"
    return "none" if setting.value is None else str(setting.value).lower()


def show_records(records: list[PluginRecord], output: Path | None) -> None:
    """Show one page per record."""
    tables.show(*(part for record in records for part in _page(record)), output=output)


def _page(record: PluginRecord) -> Iterator[Any]:
    seconds = "–" if record.load_seconds is None else f"{record.load_seconds * 1000:.1f} ms"
    facts = [
        ("status", record.status),
        ("distribution", f"{record.distribution} {record.version}"),
        ("target", record.target),
        ("file", _file(record) or "–"),
        ("hooks", ", ".join(record.hooks) or "–"),
        ("loaded in", seconds),
    ]
    if record.error:
        facts.append(("error", record.error))
    yield tables.table(("plugin", record.name), facts)
    cards = [(p, s) for p in record.platforms for s in p.scorecards]
    if cards:
        rows = [
            (s.name, p.zh, s.zh, s.en, p.zone, p.currency, " ".join(s.versions)) for p, s in cards
        ]
        columns = ("scorecard", "platform", "名称", "name", "zone", "currency", "rule sets")
        yield tables.table(columns, rows)
        metrics = [
            (s.name, m.id, m.zh, m.en, m.better, m.unit)
            for _, s in cards
            for m in s.all_metrics.values()
        ]
        yield tables.table(("scorecard", "metric", "名称", "name", "better", "unit"), metrics)
    for platform, lever in _levers(record):
        yield from _lever_lines(platform, lever)
    added = [*(s.name for s in record.scorecards)]
    added += [f"{f.platform}/{f.scorecard}: {f.folder}" for f in record.rulesets]
    for addition in added:
        yield f"Adds {addition}"
    if record.traceback:
        yield from record.traceback.splitlines()


def show_report(report: Report, output: Path | None) -> None:
    """Show one line per check; a failed one says why."""
    rows = [(c.id, c.status, c.subject, c.message) for c in report.checks]
    counts = report.to_dict()["counts"]
    summary = ", ".join(f"{number} {status}" for status, number in counts.items())
    tables.show(
        tables.table(("check", "", "on", "why"), rows), f"{report.plugin}: {summary}", output=output
    )
