"""Details: everything that a page shows of one shop, as plain values in both languages.

Nothing is computed here: each part is what one of the questions of a shop answers, ``explain``,
``gap``, ``todo`` and ``track``, or a view of the result itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..analysis.gaps.finding import gap
from ..analysis.open_tasks.listing import Todo
from ..analysis.reasons.contributions import Contribution, contribution_name
from ..analysis.reasons.explaining import explain_result
from ..analysis.reasons.explanation import Explanation
from ..analysis.tracking.tracks import Track
from ..errors import ShopscoreError
from ..model.assumptions import as_written
from ..results.criteria_words import asked_criteria, criterion_label, measured
from ..results.documents import dumped
from ..results.result import Result
from ..results.views import MetricView, ShopView
from ..rules.condition_words import SIGNS
from .peers import places_among_peers
from .plans import days_of, gaps_of, tasks_of
from .texts import Both, in_both, word_in_both

#: Events that are named.
_EVENTS = 10


def details_of(
    result: Result,
    shop_id: str,
    *,
    track: Track | None = None,
    todo: Todo | None = None,
    target: object = None,
    ends: bool = False,
) -> dict[str, Any]:
    """Return the details of one shop of a result, as JSON has them.

    Args:
        result: what the shop is scored in.
        shop_id: which shop.
        track: the days before, of this shop or of all; None where nobody asked.
        todo: what is open, of this shop or of all; None where nobody asked.
        target: what to reach, as :func:`shopscore.gap` takes it.
        ends: whether the shop is scored once more with the ends of each assumption.

    Raises:
        UsageError: for a shop that is not in the result.
    """
    shop = result[shop_id]
    explained = explain_result(result, shop_id, most=_EVENTS)
    found = {
        **_head(result, shop),
        "dimensions": [*_dimensions(result, shop)],
        "metrics": [_metric(result, one, explained) for one in shop.metrics],
        "criteria": [*_criteria(result, shop)],
        "contributions": _contributions(explained),
        "events": [*_events(explained)],
        "track": None if track is None else days_of(track, shop_id),
        "todo": None if todo is None else tasks_of(todo, shop_id),
        "gap": _gap(result, shop_id, target),
        "peers": places_among_peers(result, shop),
        "notices": [_notice(n) for n in result.notices if n.concerns((shop_id,))],
        "remarks": [in_both(said) for said in explained.remarks],
        "assumptions": [*_assumptions(explained, ends=ends)],
        "missing_numbers": [
            {"number": one.number, "reason": in_both(one.reason)} for one in result.missing_numbers
        ],
        "rules": _rules(result),
        "versions": result.versions,
    }
    plain: dict[str, Any] = json.loads(dumped(found))
    return plain


def _head(result: Result, shop: ShopView) -> dict[str, Any]:
    rules = result.rules
    exact = rules.exact
    scale = {"low": float(exact.total_low), "high": float(exact.high)}
    return {
        "shop": shop.shop_id,
        "industry": shop.industry,
        "platform": result.platform,
        "scorecard": result.scorecard,
        "ruleset": result.ruleset,
        "as_of": result.as_of.isoformat(),
        "status": shop.status,
        "status_label": word_in_both(shop.status, rules.statuses),
        "reason": in_both(shop.reason),
        "scale": scale if rules.ruleset.dimensions else None,
        "score": shop.score,
        "score_exact": shop.score_exact,
        "score_low": shop.score_low,
        "score_high": shop.score_high,
        "coverage": shop.coverage,
        "console": shop.console,
        "tiers": [*_tiers(result, shop)],
        "level": _level(result, shop, "level"),
        "current_level": _level(result, shop, "current_level") if result.current else None,
    }


def _tiers(result: Result, shop: ShopView) -> Iterator[dict[str, Any]]:
    labels = {one.id: one.label for one in result.rules.ruleset.tiers}
    for ids, sure in ((shop.tiers, True), (shop.possible_tiers, False)):
        yield from ({"id": id, "label": in_both(labels[id]), "sure": sure} for id in ids)


def _level(result: Result, shop: ShopView, name: str) -> list[Both] | None:
    """Return the level of a shop; where it is not known, the two between which it lies."""
    if not shop.levels:
        return None
    labels = {one.id: one.label for one in result.rules.ruleset.levels}
    ends = dict.fromkeys(shop.levels[f"{name}_{end}"] for end in ("certain", "possible"))
    none = word_in_both("none")
    return [in_both(labels.get(str(id))) or none for id in ends]


def _dimensions(result: Result, shop: ShopView) -> Iterator[dict[str, Any]]:
    labels = {one.id: one.label for one in result.rules.ruleset.dimensions}
    for one in shop.dimensions:
        yield {
            "id": one.id,
            "label": in_both(labels[one.id]),
            "weight": one.weight,
            "points": one.points,
            "console": one.console,
        }


def _metric(result: Result, one: MetricView, explained: Explanation) -> dict[str, Any]:
    declared = result.rules.metrics[one.id].metric
    dimensions = {d.id: d.label for d in result.rules.ruleset.dimensions}
    lost = explained.decomposition.lost(one.id)
    return {
        "id": one.id,
        "label": in_both(declared.label),
        "dimension": in_both(dimensions.get(one.dimension or "")),
        "unit": declared.unit,
        "better": declared.better,
        "value": one.value,
        "n": one.n,
        "percentile": one.percentile,
        "peers": one.peers,
        "points": one.points,
        "weight": one.weight,
        "points_lost": None if lost is None else float(lost),
        "industry_mean": one.industry_mean,
        "standard": one.standard,
        "status": one.status,
        "status_label": word_in_both(one.status),
        "reason": in_both(one.reason),
        "source": None if one.source is None else word_in_both(one.source),
        "document": one.document,
        "document_day": None if one.document_day is None else one.document_day.isoformat(),
    }


def _criteria(result: Result, shop: ShopView) -> Iterator[dict[str, Any]]:
    declared = {one.id: one for one in result.rules.exact.criteria}
    asked = asked_criteria(result, shop)
    for one in (criterion for criterion in shop.criteria if criterion.id in asked):
        criterion = declared[one.id]

        def shown(number: float | None, of: Any = criterion) -> Both | None:
            return in_both(measured(result, of.condition.measure, number))

        yield {
            "id": one.id,
            "label": in_both(criterion_label(result, criterion)),
            "value": one.value,
            "value_text": shown(one.value),
            "sign": SIGNS[criterion.condition.operator],
            "bound": one.bound,
            "bound_text": shown(one.bound),
            "met": one.met,
            "current_value": one.current_value,
            "current_value_text": shown(one.current_value),
            "current_met": one.current_met,
            "console": one.console,
        }


def _contributions(explained: Explanation) -> dict[str, Any]:
    split = explained.decomposition

    def line(one: Contribution) -> dict[str, Any]:
        numbers = {name: getattr(one, name) for name in ("points", "weight", "gives", "lost")}
        return {
            "kind": one.kind,
            "label": in_both(contribution_name(one, explained.result.rules)),
            **{name: None if n is None else float(n) for name, n in numbers.items()},
            "note": in_both(one.note),
        }

    exact, rounding = split.score_exact, split.rounding
    return {
        "lines": [line(one) for one in split.lines],
        "score_exact": None if exact is None else float(exact),
        "rounding": None if rounding is None else float(rounding),
        "note": in_both(split.note),
    }


def _events(explained: Explanation) -> Iterator[dict[str, Any]]:
    metrics = explained.result.rules.metrics
    for one in explained.events:
        yield {
            "stream": one.stream,
            "key": one.key,
            "file": one.file,
            "line": one.line,
            "costs": float(one.costs),
            "metrics": [in_both(metrics[id].metric.label) for id in one.metrics],
        }


def _gap(result: Result, shop_id: str, target: object) -> dict[str, Any]:
    try:
        found = gap(result, shop=shop_id, target=target)  # type: ignore[arg-type]
    except ShopscoreError as error:  # a target that these rules do not know
        return {"targets": [], "leaving": [], "days_ahead": 0,
                "remarks": [in_both(error.args[0])]}  # fmt: skip
    return gaps_of(found)


def _notice(notice: Any) -> dict[str, Any]:
    return {"code": notice.code, "text": in_both(notice.message)}


def _assumptions(explained: Explanation, *, ends: bool) -> Iterator[dict[str, Any]]:
    """Yield what the score rests on; with the scores at the ends where these are asked for."""
    rules = explained.result.rules
    scores = {one.id: one.ends for one in explained.assumptions} if ends else {}
    for one in rules.assumptions:
        id = rules.ruleset.full_id(one.id)
        yield {
            "id": id,
            "value": as_written(one.value),
            "unit": one.unit or None,
            "own": one.overridden,
            "reason": in_both(one.reason),
            "ends": [
                {
                    "value": end.value,
                    "score": None if end.score is None else float(end.score),
                    "reason": in_both(end.reason),
                }
                for end in scores.get(id, ())
            ],
        }


def _rules(result: Result) -> dict[str, Any]:
    """Return which rules these are, and where they were read."""
    ruleset = result.rules.ruleset
    days = (ruleset.effective_from, ruleset.effective_to)
    return {
        "name": ruleset.name,
        "label": in_both(ruleset.label),
        "status": ruleset.status,
        "status_label": word_in_both(ruleset.status),
        "from": None if days[0] is None else days[0].isoformat(),
        "to": None if days[1] is None else days[1].isoformat(),
        "sha256": ruleset.sha256,
        "numbers": [one.file for one in result.rules.numbers_used],
        "sources": [
            {"id": one.id, "title": one.title, "confidence": one.confidence, "url": one.url}
            for one in ruleset.sources.values()
        ],
    }
