"""The rules of a platform, as a document and as pages for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ..catalog import find_ruleset
from ..documents import RULES, dumped
from ..model.expressions import Assumed
from ..model.platforms import Platform
from ..rules import Rules
from . import tables


def chosen(
    platform: Platform, scorecard: str | None, version: str | None, day: date | None
) -> list[Rules]:
    """The rule sets that are asked for, bound to their metrics."""
    cards = platform.scorecards if scorecard is None else (platform.scorecard(scorecard),)
    found: list[Rules] = []
    for card in cards:
        if day is not None:
            rulesets = [card.at(day)]
        else:
            versions = [version] if version else card.versions
            rulesets = [find_ruleset(card, v, date.today()) for v in versions]
        found.extend(Rules.bind(platform, card, r) for r in rulesets)
    return found


def rules_document(every: list[Rules]) -> str:
    """``shopscore.rules/1``."""
    return dumped({"schema": RULES, "rulesets": [facts_of(rules) for rules in every]})


def facts_of(rules: Rules) -> dict[str, Any]:
    """Everything that a rule set and its metrics say, as plain values."""
    ruleset = rules.ruleset
    return {
        "name": ruleset.name,
        "status": ruleset.status,
        "zh": ruleset.zh,
        "en": ruleset.en,
        "effective_from": ruleset.effective_from,
        "effective_to": ruleset.effective_to,
        "published_on": ruleset.published_on,
        "span_source": ruleset.span_source or None,
        "sha256": ruleset.sha256,
        "ranking": ruleset.number(ruleset.ranking),
        "missing": ruleset.number(ruleset.missing),
        "low": ruleset.number(ruleset.low),
        "high": ruleset.number(ruleset.high),
        "decimals": ruleset.number(ruleset.decimals),
        "scale_source": ruleset.scale_source or None,
        "dimensions": [
            {
                "id": d.id,
                "weight": ruleset.number(d.weight),
                "source": _source(d.weight, d.source),
                "metrics": [
                    {
                        **metric_facts(rules, m.id),
                        "weight": ruleset.number(m.weight),
                        "weight_source": _source(m.weight, m.source),
                        "scorer": _scorer(rules, m.scorer),
                    }
                    for m in d.metrics
                ],
            }
            for d in ruleset.dimensions
        ],
        "informational": [metric_facts(rules, id) for id in ruleset.informational],
        "eligibility": [
            {
                "id": e.id,
                "metric": e.metric,
                "at_least": ruleset.number(e.at_least),
                "at_most": ruleset.number(e.at_most),
                "status": e.status,
                "source": _source(e.at_most if e.at_least is None else e.at_least, e.source),
            }
            for e in ruleset.eligibility
        ],
        "tiers": [
            {
                "id": t.id,
                "at_least": ruleset.number(t.at_least),
                "below": ruleset.number(t.below),
                "source": _source(t.below if t.at_least is None else t.at_least, t.source),
            }
            for t in ruleset.tiers
        ],
        "assumptions": [
            {
                "id": ruleset.full_id(a.id),
                "value": a.value,
                "low": a.low,
                "high": a.high,
                "unit": a.unit or None,
                "choices": list(a.choices),
                "reason": a.reason,
            }
            for a in ruleset.assumptions.values()
        ],
        "sources": [
            {"id": s.id, "title": s.title, "confidence": s.confidence, "url": s.url or None}
            for s in ruleset.sources.values()
        ],
        "notes": list(ruleset.notes),
    }


def _source(number: Any, source: str) -> str | None:
    return f"assumption {number.id}" if isinstance(number, Assumed) else source or None


def _scorer(rules: Rules, id: str) -> dict[str, Any]:
    spec = rules.ruleset.scorers[id]
    return {"kind": spec.kind, **{k: _plain(v, rules) for k, v in spec.parameters.items()}}


def _plain(value: Any, rules: Rules) -> Any:
    if isinstance(value, tuple):
        return [_plain(v, rules) for v in value]
    return rules.ruleset.number(value)


def metric_facts(rules: Rules, id: str) -> dict[str, Any]:
    """What a metric counts, in words."""
    bound = rules.metrics[id]
    weights = bound.window.weights(date(2000, 1, 1))
    return {
        "id": id,
        "zh": bound.metric.zh,
        "en": bound.metric.en,
        "better": bound.metric.better,
        "unit": bound.metric.unit,
        "first_age": weights.first_age,
        "last_age": weights.last_age,
        "counts": [
            {
                "stream": tally.stream,
                "day": str(tally.day),
                "where": None if tally.where is None else str(tally.where),
                "value": str(tally.value),
                "once": None if tally.once is None else ", ".join(map(str, tally.once.per)),
            }
            for tally in bound.metric.aggregator.tallies
        ],
        "note": bound.metric.note or None,
    }


def show_rules(every: list[Rules], lang: str, output: Path | None) -> None:
    """Pages with a table of metrics, one of assumptions, and the sources."""
    tables.show(*(part for rules in every for part in _page(rules, lang)), output=output)


def _page(rules: Rules, lang: str) -> Iterator[Any]:
    ruleset = rules.ruleset
    zh = lang == "zh"
    yield (
        f"{ruleset.name} · {ruleset.zh if zh else ruleset.en} · {ruleset.status} · {ruleset.span}"
        + (f" (span: {ruleset.span_source})" if ruleset.span_source else "")
    )
    rows = []
    for dimension in ruleset.dimensions:
        weight = f"{dimension.zh if zh else dimension.en} {ruleset.number(dimension.weight)}"
        for entry in dimension.metrics:
            facts = metric_facts(rules, entry.id)
            rows.append(
                (
                    weight,
                    entry.id,
                    facts["zh"] if zh else facts["en"],
                    f"{facts['first_age']}–{facts['last_age']}",
                    facts["better"],
                    ruleset.number(entry.weight),
                    _source(entry.weight, entry.source) or "",
                )
            )
            weight = ""
    columns = ("dimension", "metric", "name", "ages", "better", "weight", "weight from")
    yield tables.table(columns, rows, right=("weight",))
    yield tables.table(
        ("condition", "metric", "bound", "else"),
        [
            (
                e.zh if zh else e.en,
                e.metric,
                f"≥ {ruleset.number(e.at_least)}"
                if e.at_least is not None
                else f"≤ {ruleset.number(e.at_most)}",
                e.status,
            )
            for e in ruleset.eligibility
        ],
    )
    yield tables.table(
        ("tier", "score", "meaning"),
        [
            (
                t.id,
                f"≥ {ruleset.number(t.at_least)}"
                if t.at_least is not None
                else f"< {ruleset.number(t.below)}",
                t.zh if zh else t.en,
            )
            for t in ruleset.tiers
        ],
    )
    yield tables.table(
        ("assumption", "value", "from", "to", "why"),
        [
            (ruleset.full_id(a.id), "none" if a.value is None else a.value, a.low, a.high, a.reason)
            for a in ruleset.assumptions.values()
        ],
    )
    yield tables.table(
        ("source", "confidence", "title"),
        [(s.id, s.confidence, s.title) for s in ruleset.sources.values()],
    )
    for note in ruleset.notes:
        yield f"Note: {note}"
