"""The rules of a platform: chosen, as a document, and as pages for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ..catalog import find_ruleset
from ..documents import RULES, dumped
from ..model.platforms import Platform
from ..model.rulesets import RuleSet
from ..rules import Rules
from . import tables
from .rule_facts import facts_of, metric_facts, source_of


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


def show_rules(every: list[Rules], lang: str, output: Path | None) -> None:
    """Pages with a table of metrics, one of assumptions, and the sources."""
    tables.show(*(part for rules in every for part in _page(rules, lang)), output=output)


def _page(rules: Rules, lang: str) -> Iterator[Any]:
    ruleset, zh = rules.ruleset, lang == "zh"
    title = ruleset.zh if zh else ruleset.en
    span = f" (span: {ruleset.span_source})" if ruleset.span_source else ""
    yield f"{ruleset.name} · {title} · {ruleset.status} · {ruleset.span}{span}"
    columns = ("dimension", "metric", "name", "ages", "better", "weight", "weight from")
    yield tables.table(columns, _metric_rows(rules, zh), right=("weight",))
    yield tables.table(("condition", "metric", "bound", "else"), _condition_rows(ruleset, zh))
    yield tables.table(("tier", "score", "meaning"), _tier_rows(ruleset, zh))
    yield tables.table(("assumption", "value", "from", "to", "why"), _assumption_rows(ruleset))
    yield tables.table(
        ("source", "confidence", "title"),
        [(s.id, s.confidence, s.title) for s in ruleset.sources.values()],
    )
    for note in ruleset.notes:
        yield f"Note: {note}"


def _metric_rows(rules: Rules, zh: bool) -> Iterator[tuple[Any, ...]]:
    ruleset = rules.ruleset
    for dimension in ruleset.dimensions:
        weight = f"{dimension.zh if zh else dimension.en} {ruleset.number(dimension.weight)}"
        for entry in dimension.metrics:
            facts = metric_facts(rules, entry.id)
            yield (
                weight,
                entry.id,
                facts["zh"] if zh else facts["en"],
                f"{facts['first_age']}–{facts['last_age']}",
                facts["better"],
                ruleset.number(entry.weight),
                source_of(entry.weight, entry.source) or "",
            )
            weight = ""  # said once for the dimension


def _condition_rows(ruleset: RuleSet, zh: bool) -> Iterator[tuple[Any, ...]]:
    for e in ruleset.eligibility:
        least = e.at_least is not None
        bound = f"≥ {ruleset.number(e.at_least)}" if least else f"≤ {ruleset.number(e.at_most)}"
        yield e.zh if zh else e.en, e.metric, bound, e.status


def _tier_rows(ruleset: RuleSet, zh: bool) -> Iterator[tuple[Any, ...]]:
    for t in ruleset.tiers:
        least = t.at_least is not None
        bound = f"≥ {ruleset.number(t.at_least)}" if least else f"< {ruleset.number(t.below)}"
        yield t.id, bound, t.zh if zh else t.en


def _assumption_rows(ruleset: RuleSet) -> Iterator[tuple[Any, ...]]:
    for a in ruleset.assumptions.values():
        value = "none" if a.value is None else a.value
        yield ruleset.full_id(a.id), value, a.low, a.high, a.reason
