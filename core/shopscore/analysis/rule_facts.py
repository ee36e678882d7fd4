"""What a rule set and its metrics say, as plain values: for documents, and to compare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from attrs import asdict

from ..model.assumptions import Chosen
from ..model.expressions import Assumed
from ..model.rulesets import RuleSet
from ..plugins.bound_rules import BoundRuleSet
from ..rules.coverage import missing_numbers

#: A day to ask windows for; their ages are the same on every other.
_ANY_DAY = date(2000, 1, 1)


def facts_of(rules: BoundRuleSet) -> dict[str, Any]:
    """Everything that a rule set and its metrics say."""
    ruleset = rules.ruleset
    return {
        **_head(ruleset),
        "dimensions": list(_dimensions(rules)),
        "bonus": [metric_facts(rules, bonus.metric) for bonus in ruleset.bonus],
        "comparison": _comparison(ruleset),
        "informational": [metric_facts(rules, id) for id in ruleset.informational],
        "eligibility": list(_eligibility(ruleset)),
        "tiers": list(_tiers(ruleset)),
        "assumptions": list(_assumptions(ruleset)),
        "sources": [
            {
                "id": s.id,
                "title": s.title,
                "confidence": s.confidence,
                "url": s.url or None,
                "note": s.note or None,
            }
            for s in ruleset.sources.values()
        ],
        "missing_numbers": [asdict(m) for m in missing_numbers(ruleset)],
        "notes": list(ruleset.notes),
    }


def _head(ruleset: RuleSet) -> dict[str, Any]:
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
    }


def _dimensions(rules: BoundRuleSet) -> Iterator[dict[str, Any]]:
    ruleset = rules.ruleset
    for dimension in ruleset.dimensions:
        metrics = [
            {
                **metric_facts(rules, entry.id),
                "weight": ruleset.number(entry.weight),
                "of_rest": entry.of_rest,
                "weight_source": source_of(entry.weight, entry.source),
                "scorer": _scorer(rules, entry.scorer),
            }
            for entry in dimension.metrics
        ]
        yield {
            "id": dimension.id,
            "weight": ruleset.number(dimension.weight),
            "source": source_of(dimension.weight, dimension.source),
            "points": ruleset.number(dimension.points),
            "metrics": metrics,
        }


def _eligibility(ruleset: RuleSet) -> Iterator[dict[str, Any]]:
    for condition in ruleset.eligibility:
        bound = condition.at_most if condition.at_least is None else condition.at_least
        yield {
            "id": condition.id,
            "metric": condition.metric,
            "at_least": ruleset.number(condition.at_least),
            "at_most": ruleset.number(condition.at_most),
            "status": condition.status,
            "source": source_of(bound, condition.source),
        }


def _tiers(ruleset: RuleSet) -> Iterator[dict[str, Any]]:
    for tier in ruleset.tiers:
        bounds = (tier.at_least, tier.below, tier.times_industry_mean)
        bound = next(b for b in bounds if b is not None)
        yield {
            "id": tier.id,
            "at_least": ruleset.number(tier.at_least),
            "below": ruleset.number(tier.below),
            "metric": tier.metric or None,
            "times_industry_mean": ruleset.number(tier.times_industry_mean),
            "or_count_below": ruleset.number(tier.or_count_below),
            "source": source_of(bound, tier.source),
        }


def _assumptions(ruleset: RuleSet) -> Iterator[dict[str, Any]]:
    for assumption in ruleset.assumptions.values():
        yield {
            "id": ruleset.full_id(assumption.id),
            "value": assumption.value,
            "low": assumption.low,
            "high": assumption.high,
            "unit": assumption.unit or None,
            "choices": list(assumption.choices),
            "reason": assumption.reason,
        }


def source_of(number: Any, source: str) -> str | None:
    """The source of a number, or the assumption that stands for it."""
    if isinstance(number, Chosen):
        return f"{source}, by assumption {number.by.id}"
    return f"assumption {number.id}" if isinstance(number, Assumed) else source or None


def _comparison(ruleset: RuleSet) -> dict[str, Any] | None:
    found = ruleset.comparison
    if found is None:
        return None
    mean = ruleset.number(found.mean)
    return {"kind": found.kind, "mean": mean, "source": source_of(found.mean, found.source)}


def _scorer(rules: BoundRuleSet, id: str) -> dict[str, Any] | None:
    if not id:
        return None
    spec = rules.ruleset.scorers[id]
    if spec.missing:
        return {"kind": spec.kind, "missing": spec.missing}
    return {"kind": spec.kind, **{k: _plain(v, rules) for k, v in spec.parameters.items()}}


def _plain(value: Any, rules: BoundRuleSet) -> Any:
    if isinstance(value, tuple):
        return [_plain(v, rules) for v in value]
    return rules.ruleset.number(value)


def metric_facts(rules: BoundRuleSet, id: str) -> dict[str, Any]:
    """What a metric counts, in words."""
    bound = rules.metrics[id]
    weights = bound.window.weights(_ANY_DAY)
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
