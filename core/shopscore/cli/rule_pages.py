"""Pages of ``shopscore-plugins rules``: the rule sets of a platform, as a document and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ..analysis.rule_facts import list_facts
from ..errors import CoverageError, RuleSetError
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Platform
from ..plugins.selection import find_ruleset, is_file
from ..results.documents import RULES, dumped
from . import tables


def bind_asked(
    platform: Platform, scorecard: str | None, version: str | None, day: date | None
) -> list[BoundRuleSet]:
    """Return the rule sets that are asked for, bound to their metrics.

    Raises:
        CoverageError: where no scorecard has one.
    """
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
        file = version if version and is_file(version) else ""
        found.extend(BoundRuleSet.bind(platform, card, r, file=file) for r in rulesets)
    if refused is not None and not found:
        raise refused
    return found


def rules_document(every: list[BoundRuleSet]) -> str:
    """Return the rule sets as ``shopscore.rules/1``."""
    return dumped({"schema": RULES, "rulesets": [list_facts(rules) for rules in every]})


def show_rules(every: list[BoundRuleSet], lang: str, output: Path | None) -> None:
    """Show pages with a table of metrics, one of assumptions, and the sources."""
    pages = (part for rules in every for part in _page(list_facts(rules), lang))
    tables.show(*pages, output=output)


def _page(facts: Mapping[str, Any], lang: str) -> Iterator[Any]:
    span = f" (span: {facts['span_source']})" if facts["span_source"] else ""
    yield f"{facts['name']} · {facts[lang]} · {facts['status']} · {facts['span']}{span}"
    columns = ("dimension", "metric", "name", "ages", "better", "weight", "weight from")
    yield tables.table(columns, _metric_rows(facts, lang), right=("weight",))
    yield from _notices(facts)
    if facts["eligibility"]:
        rows = [(e[lang], e["metric"], _limit(e), e["status"]) for e in facts["eligibility"]]
        yield tables.table(("condition", "metric", "bound", "else"), rows)
    if facts["tiers"]:
        tiers = [(t["id"], _tier(t), t[lang]) for t in facts["tiers"]]
        yield tables.table(("tier", "reached at", "meaning"), tiers)
    assumptions = [
        (a["id"], "none" if a["value"] is None else a["value"], a["low"], a["high"], a["reason"])
        for a in facts["assumptions"]
    ]
    yield tables.table(("assumption", "value", "from", "to", "why"), assumptions)
    sources = [
        (s["id"], s["confidence"], f"{s['title']}. {s['note']}" if s["note"] else s["title"])
        for s in facts["sources"]
    ]
    yield tables.table(("source", "confidence", "title"), sources)
    for note in facts["notes"]:
        yield f"Note: {note}"


def _notices(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines on the comparison with the industry, and on missing numbers."""
    if (rule := facts["comparison"]) is not None:
        yield f"Each metric is compared with its industry: {rule['kind']}, mean {rule['mean']}"
    for number in facts["missing_numbers"]:
        by = f" (assumption {number['assumption']})" if number["assumption"] else ""
        yield f"Missing: {number['number']}{by}: {number['reason']}"


def _metric_rows(facts: Mapping[str, Any], lang: str) -> Iterator[tuple[Any, ...]]:
    for dimension in facts["dimensions"]:
        weight = f"{dimension[lang]} {_known(dimension['weight'])}"
        if dimension["states_points"]:
            points = dimension["points"]
            words = f"points: {'not published' if points is None else points}"
            yield weight, "", words, *("",) * 4
            weight = ""
        for metric in dimension["metrics"]:
            weighs = _known(metric["weight"])
            weighs = f"{weighs} of the rest" if metric["of_rest"] else weighs
            yield (weight, *_metric_row(metric, lang), weighs, metric["weight_source"] or "")
            weight = ""  # said once for the dimension
    zh = lang == "zh"
    groups = {
        "附加分" if zh else "bonus": facts["bonus"],
        "扣分" if zh else "deduction": facts["deductions"],
        "参考" if zh else "informational": facts["informational"],
    }
    for label, metrics in groups.items():
        for position, metric in enumerate(metrics):
            yield ("" if position else label, *_metric_row(metric, lang), "", "")


def _known(value: Any) -> Any:
    return "?" if value is None else value


def _metric_row(metric: Mapping[str, Any], lang: str) -> tuple[str, ...]:
    ages = f"{metric['first_age']}–{metric['last_age']}"
    return metric["id"], metric[lang], ages, metric["better"]


_SIGNS = {"at least": "≥", "at most": "≤", "below": "<", "above": ">"}


def _limit(condition: Mapping[str, Any]) -> str:
    return f"{_SIGNS[condition['operator']]} {condition['limit']}"


def _tier(tier: Mapping[str, Any]) -> str:
    if not tier["metric"]:
        return _limit(tier)
    fewer = tier["or_count_below"]
    count = "" if fewer is None else f", or count < {fewer}"
    return f"{tier['metric']} {_limit(tier)} × industry mean{count}"
