"""Facts of rules as plain data: for commands, JSON, documentation, and to compare rule sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import asdict

from ..model.assumptions import Chosen, Number
from ..model.conditions import Adjustment, Combined, Condition
from ..model.evaluations import WEEKDAYS
from ..model.expressions import Assumed
from ..model.shop_groups import ShopGroup
from ..plugins.bound_rules import BoundRuleSet
from ..results.json_text import status_list
from ..rules.condition_words import relief_words
from ..rules.exact_rules import Numbers
from ..rules.numbers_toml import ADJUSTING
from .metric_facts import metric_facts


def list_facts(rules: BoundRuleSet) -> dict[str, Any]:
    """Return everything that a rule set and its metrics declare.

    With a number ``x`` comes ``x_source``: the id of a source, or ``assumption`` and its id;
    where an assumption chooses the number, ``x_choices`` has the number for each word.
    """
    facts = _Facts(rules)
    ruleset = rules.ruleset
    conditions_only = [id for id in ruleset.needed_metric_ids if id not in ruleset.metric_ids]
    return {
        **facts.head(),
        "dimensions": list(facts.dimensions()),
        "weight_tables": list(facts.weight_tables()),
        "bonus": [facts.adjusting(a) for a in ruleset.adjustments if a.sign > 0],
        "deductions": [facts.adjusting(a) for a in ruleset.adjustments if a.sign < 0],
        "comparison": facts.comparison(),
        "informational": [metric_facts(rules, id) for id in ruleset.informational],
        "conditions_only": [metric_facts(rules, id) for id in conditions_only],
        "scorers": [facts.scorer(id) for id in ruleset.scorers],
        "eligibility": list(facts.eligibility()),
        "statuses": status_list(rules),
        "tiers": list(facts.tiers()),
        "caps": list(facts.caps()),
        "set_points": list(facts.set_points()),
        "fixed_totals": list(facts.fixed_totals()),
        "displays": list(facts.displays()),
        "criteria": list(facts.criteria()),
        "levels": list(facts.levels()),
        "evaluation": facts.evaluation(),
        "assumptions": list(facts.assumptions()),
        "profiles": list(facts.profiles()),
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
        "missing_numbers": [asdict(m) for m in rules.missing_numbers],
        "notes": list(ruleset.notes),
    }


class _Facts:
    def __init__(self, rules: BoundRuleSet) -> None:
        self._rules, self._ruleset = rules, rules.ruleset
        self._numbers = Numbers(rules.ruleset.name, rules.ruleset.numbers)

    def head(self) -> dict[str, Any]:
        ruleset = self._ruleset
        return {
            "name": ruleset.name,
            "status": ruleset.status,
            "zh": ruleset.label.zh,
            "en": ruleset.label.en,
            "effective_from": ruleset.effective_from,
            "effective_to": ruleset.effective_to,
            "published_on": ruleset.published_on,
            "span": ruleset.span,
            "span_source": ruleset.span_source or None,
            "sha256": ruleset.sha256,
            **self._number("ranking", ruleset.ranking),
            **self._number("min_peers", ruleset.min_peers),
            **self._number("missing", ruleset.missing),
            **self._number("low", ruleset.low, ruleset.scale_source),
            **self._number("high", ruleset.high, ruleset.scale_source),
            **self._number("total_low", self._total_low(), ruleset.scale_source),
            **self._number("decimals", ruleset.decimals, ruleset.scale_source),
            **self._number("peers_need_eligibility", ruleset.peers_need_eligibility),
            "scale_source": ruleset.scale_source or None,
            "composition": ruleset.composition,
            "clamp": ruleset.clamp,
        }

    def _number(self, key: str, number: Any, source: str = "") -> dict[str, Any]:
        facts = {key: self._numbers.plain(number), f"{key}_source": _source_of(number, source)}
        if isinstance(number, Chosen):
            facts[f"{key}_choices"] = dict(number.numbers)
        return facts

    def _total_low(self) -> Number:
        own = self._ruleset.total_low
        return self._ruleset.low if own is None else own

    def weight_tables(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.weight_tables:
            yield {
                "dimension": declared.dimension or None,
                "columns": list(declared.ids),
                "rows": [
                    {**_group(group), "weights": [self._numbers.plain(w) for w in weights]}
                    for group, weights in declared.rows
                ],
                "source": declared.source,
            }

    def set_points(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.set_points:
            yield {
                "metric": declared.metric,
                **self._number("points", declared.points, declared.source),
                **self._number("applies", declared.applies),
                **_needs(declared.needs),
            }

    def fixed_totals(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.fixed_totals:
            yield {
                "status": declared.status,
                **self._number("total", declared.total, declared.source),
                **_needs(declared.needs),
                **_group(declared.group),
            }

    def dimensions(self) -> Iterator[dict[str, Any]]:
        for dimension in self._ruleset.dimensions:
            missing = dimension.missing or None
            yield {
                "id": dimension.id,
                "zh": dimension.label.zh,
                "en": dimension.label.en,
                **self._number("weight", dimension.weight, dimension.source),
                **self._number("points", dimension.points, dimension.source),
                "states_points": dimension.points is not None,
                "missing": missing,
                "metrics": [
                    {
                        **metric_facts(self._rules, entry.id),
                        **self._number("weight", None if missing else entry.weight, entry.source),
                        "of_rest": entry.of_rest,
                        "scorer": self.scorer(entry.scorer) if entry.scorer else None,
                    }
                    for entry in dimension.metrics
                ],
            }

    def adjusting(self, adjustment: Adjustment[Number]) -> dict[str, Any]:
        return {
            **metric_facts(self._rules, adjustment.metric),
            **self._number("worth", adjustment.points, adjustment.source),
            **self._number("cap", adjustment.cap, adjustment.source),
            **_needs(adjustment.needs),
            "of_dimension": adjustment.dimension or None,
        }

    def scorer(self, id: str) -> dict[str, Any]:
        spec = self._ruleset.scorers[id]
        head = {"id": id, "kind": spec.kind, "source": spec.source or None}
        if spec.missing:
            return {**head, "missing": spec.missing}
        declared = {key: _nested(value) for key, value in spec.parameters.items()}
        return {**head, **self._plain(spec.parameters), "declared": declared}

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._plain(item) for key, item in value.items()}
        if isinstance(value, tuple):
            return [self._plain(item) for item in value]
        return self._numbers.plain(value)

    def eligibility(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.eligibility:
            yield {
                "id": declared.id,
                "zh": declared.label.zh,
                "en": declared.label.en,
                **self._condition(declared.condition, declared.source),
                "status": declared.status,
            }

    def tiers(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.tiers:
            yield {
                "id": declared.id,
                "zh": declared.label.zh,
                "en": declared.label.en,
                **self._condition(declared.condition, declared.source),
                **_needs(declared.needs),
            }

    def caps(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.caps:
            ceiling = self._number("ceiling", declared.ceiling, declared.source)
            yield {"criterion": declared.criterion, **ceiling}

    def displays(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.displays:
            yield {
                "id": declared.id,
                "zh": declared.label.zh,
                "en": declared.label.en,
                "steps": self._plain(declared.steps),
                "source": declared.source or None,
            }

    def criteria(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.criteria:
            label = (
                declared.label or self._rules.metrics[declared.condition.measure.id].metric.label
            )
            yield {
                "id": declared.id,
                "zh": label.zh,
                "en": label.en,
                **self._bound(declared.condition, declared.source),
                "of": declared.condition.measure.id or None,
                "relief": self._relief(declared.condition, declared.source),
                "without_rows": declared.condition.without_rows,
                "elsewhere": [
                    {**_group(group), "bound": self._numbers.plain(bound)}
                    for group, bound in declared.condition.elsewhere
                ],
            }

    def _relief(self, condition: Condition[Any], source: str) -> dict[str, Any] | None:
        if condition.relief is None:
            return None
        words = relief_words(self._numbers.condition(condition))
        numbers = ("from_base", "count_at_most", "count_below", "bound")
        facts = [self._number(key, getattr(condition.relief, key), source) for key in numbers]
        return {
            **{key: value for one in facts for key, value in one.items()},
            "count_of": condition.relief.count_of or None,
            "words": words,
        }

    def levels(self) -> Iterator[dict[str, Any]]:
        for declared in self._ruleset.levels:
            yield {
                "id": declared.id,
                "zh": declared.label.zh,
                "en": declared.label.en,
                **_needs(declared.needs),
                "source": declared.source or None,
            }

    def evaluation(self) -> dict[str, Any] | None:
        """Return when shops are judged; None: every day."""
        declared = self._ruleset.evaluation
        if declared is None:
            return None
        return {
            "every": declared.every,
            "on": WEEKDAYS[declared.on] if declared.every == "week" else declared.on,
            "projected_to": declared.projected_to,
            "words": declared.words,
            "source": declared.source or None,
        }

    def _condition(self, condition: Condition[Any], source: str) -> dict[str, Any]:
        fewer = None if condition.relief is None else condition.relief.count_below
        return {
            **self._bound(condition, source),
            **self._number("or_count_below", fewer, source),
        }

    def _bound(self, condition: Condition[Any], source: str) -> dict[str, Any]:
        return {
            "measure": condition.measure.kind,
            "metric": condition.measure.metric or None,
            "operator": condition.operator,
            **self._number("bound", condition.bound, source),
            "times_industry_mean": condition.times_industry_mean,
        }

    def comparison(self) -> dict[str, Any] | None:
        declared = self._ruleset.comparison
        if declared is None:
            return None
        kind = {"kind": declared.kind, "kind_source": declared.source or None}
        return {**kind, **self._number("mean", declared.mean, declared.source)}

    def assumptions(self) -> Iterator[dict[str, Any]]:
        for assumption in self._ruleset.assumptions.values():
            yield {
                "id": self._ruleset.full_id(assumption.id),
                "kind": assumption.kind,
                "value": assumption.value,
                "low": assumption.low,
                "high": assumption.high,
                "unit": assumption.unit or None,
                "choices": list(assumption.choices),
                "nullable": assumption.nullable,
                "seen_in": assumption.source or None,
                "reason": assumption.reason,
                "needed_by": list(assumption.needed_by),
            }

    def profiles(self) -> Iterator[dict[str, Any]]:
        for profile in self._ruleset.profiles.values():
            yield {
                "id": profile.id,
                "zh": profile.label.zh,
                "en": profile.label.en,
                "numbers": list(self._of_profile(profile.tables)),
            }

    def _of_profile(self, tables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for dimension in tables.get("dimensions", ()):
            place = f"dimensions.{dimension['id']}"
            yield from self._of_row(place, dimension)
            for metric in dimension.get("metrics", ()):
                yield from self._of_row(f"{place}.{metric['id']}", metric)
        for name, scorer in tables.get("scorers", {}).items():
            yield from self._of_row(f"scorers.{name}", scorer)
        for role in ADJUSTING:
            for row in tables.get(role, ()):
                yield from self._of_row(f"{role}.{row['metric']}", row)

    def _of_row(self, place: str, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for key, value in row.items():
            if key not in ("id", "metric", "metrics", "kind", "scorer", "source"):
                assumed = isinstance(value, Mapping) and "assume" in value
                number = Assumed(value["assume"]) if assumed else value
                yield {
                    "id": f"{place}.{key}",
                    **self._number("value", number, row.get("source", "")),
                }


def _source_of(number: Any, source: str) -> str | None:
    """Return the source of a number, or the assumption that supplies it; None of no number."""
    if number is None:
        return None
    if isinstance(number, Chosen):
        return f"{source}, by assumption {number.by.id}"
    return f"assumption {number.id}" if isinstance(number, Assumed) else source or None


def _needs(needs: Combined | None) -> dict[str, Any]:
    """Return the criteria that are asked for: all of them or any; none: an empty list."""
    parts = [] if needs is None else [_nested_ids(part) for part in needs.parts]
    return {"every": needs is None or needs.every, "needs": parts}


def _group(group: ShopGroup) -> dict[str, Any]:
    """Return the industries and types of a group of shops; empty: any."""
    return {"industries": sorted(group.industries), "shop_types": sorted(group.shop_types)}


def _nested_ids(part: str | tuple[str, ...]) -> str | list[str]:
    return part if isinstance(part, str) else [*part]


def _nested(value: Any) -> str:
    """Return nested parameters as text, with the names of assumptions in square brackets."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_nested, value))})"
    return str(value)
