"""The rules of a platform: chosen, as a document, and as pages for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ..analysis.rule_facts import facts_of, metric_facts, source_of
from ..errors import CoverageError, RuleSetError
from ..model.rulesets import RuleSet
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Platform
from ..plugins.selection import find_ruleset
from ..results.documents import RULES, dumped
from ..rules.coverage import missing_numbers
from . import tables


def chosen(
    platform: Platform, scorecard: str | None, version: str | None, day: date | None
) -> list[BoundRuleSet]:
    """The rule sets that are asked for, bound to their metrics."""
    cards = platform.scorecards if scorecard is None else (platform.scorecard(scorecard),)
    found: list[BoundRuleSet] = []
    refused: CoverageError | None = None
    for card in cards:
        try:
            if day is not None:
                rulesets = [card.at(day)]
            else:
                versions = [version] if version else card.versions
                rulesets = [find_ruleset(card, v, date.today()) for v in versions]
        except RuleSetError:
            raise
        except CoverageError as error:  # another scorecard may have it
            refused = refused or error
            continue
        found.extend(BoundRuleSet.bind(platform, card, r) for r in rulesets)
    if refused is not None and not found:
        raise refused
    return found


def rules_document(every: list[BoundRuleSet]) -> str:
    """``shopscore.rules/1``."""
    return dumped({"schema": RULES, "rulesets": [facts_of(rules) for rules in every]})


def show_rules(every: list[BoundRuleSet], lang: str, output: Path | None) -> None:
    """Pages with a table of metrics, one of assumptions, and the sources."""
    tables.show(*(part for rules in every for part in _page(rules, lang)), output=output)


def _page(rules: BoundRuleSet, lang: str) -> Iterator[Any]:
    ruleset, zh = rules.ruleset, lang == "zh"
    title = ruleset.zh if zh else ruleset.en
    span = f" (span: {ruleset.span_source})" if ruleset.span_source else ""
    yield f"{ruleset.name} · {title} · {ruleset.status} · {ruleset.span}{span}"
    columns = ("dimension", "metric", "name", "ages", "better", "weight", "weight from")
    yield tables.table(columns, _metric_rows(rules, zh), right=("weight",))
    yield from _notices(ruleset)
    if ruleset.eligibility:
        yield tables.table(("condition", "metric", "bound", "else"), _condition_rows(ruleset, zh))
    if ruleset.tiers:
        yield tables.table(("tier", "reached at", "meaning"), _tier_rows(ruleset, zh))
    yield tables.table(("assumption", "value", "from", "to", "why"), _assumption_rows(ruleset))
    yield tables.table(
        ("source", "confidence", "title"),
        [
            (s.id, s.confidence, f"{s.title}. {s.note}" if s.note else s.title)
            for s in ruleset.sources.values()
        ],
    )
    for note in ruleset.notes:
        yield f"Note: {note}"


def _notices(ruleset: RuleSet) -> Iterator[str]:
    """What stands beside the metrics, and what is missing."""
    if ruleset.comparison is not None:
        mean = ruleset.number(ruleset.comparison.mean)
        yield f"Each metric is compared with its industry: {ruleset.comparison.kind}, mean {mean}"
    for number in missing_numbers(ruleset):
        by = f" (assumption {number.assumption})" if number.assumption else ""
        yield f"Missing: {number.number}{by}: {number.reason}"


def _metric_rows(rules: BoundRuleSet, zh: bool) -> Iterator[tuple[Any, ...]]:
    ruleset = rules.ruleset
    for dimension in ruleset.dimensions:
        label = dimension.zh if zh else dimension.en
        weight = f"{label} {_number(ruleset, dimension.weight)}"
        if dimension.points is not None:
            points = ruleset.number(dimension.points)
            yield weight, "", f"points: {'not published' if points is None else points}", *("",) * 4
            weight = ""
        for entry in dimension.metrics:
            source = source_of(entry.weight, entry.source) or ""
            weighs = _number(ruleset, entry.weight)
            weighs = f"{weighs} of the rest" if entry.of_rest else weighs
            yield (weight, *_metric_row(rules, entry.id, zh), weighs, source)
            weight = ""  # said once for the dimension
    groups = {
        "附加分" if zh else "bonus": [b.metric for b in ruleset.bonus],
        "参考" if zh else "informational": ruleset.informational,
    }
    for label, ids in groups.items():
        for position, id in enumerate(ids):
            yield ("" if position else label, *_metric_row(rules, id, zh), "", "")


def _number(ruleset: RuleSet, number: Any) -> Any:
    value = ruleset.number(number)
    return "?" if value is None else value


def _metric_row(rules: BoundRuleSet, id: str, zh: bool) -> tuple[str, ...]:
    facts = metric_facts(rules, id)
    ages = f"{facts['first_age']}–{facts['last_age']}"
    return id, facts["zh"] if zh else facts["en"], ages, facts["better"]


def _condition_rows(ruleset: RuleSet, zh: bool) -> Iterator[tuple[Any, ...]]:
    for e in ruleset.eligibility:
        least = e.at_least is not None
        bound = f"≥ {ruleset.number(e.at_least)}" if least else f"≤ {ruleset.number(e.at_most)}"
        yield e.zh if zh else e.en, e.metric, bound, e.status


def _tier_rows(ruleset: RuleSet, zh: bool) -> Iterator[tuple[Any, ...]]:
    for t in ruleset.tiers:
        if t.metric:
            bound = f"{t.metric} ≤ {ruleset.number(t.times_industry_mean)} × industry mean"
            fewer = ruleset.number(t.or_count_below)
            bound += "" if fewer is None else f", or count < {fewer}"
        else:
            least = t.at_least is not None
            bound = f"≥ {ruleset.number(t.at_least)}" if least else f"< {ruleset.number(t.below)}"
        yield t.id, bound, t.zh if zh else t.en


def _assumption_rows(ruleset: RuleSet) -> Iterator[tuple[Any, ...]]:
    for a in ruleset.assumptions.values():
        value = "none" if a.value is None else a.value
        yield ruleset.full_id(a.id), value, a.low, a.high, a.reason
