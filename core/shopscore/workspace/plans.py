"""Plans: the days of a shop, what is open, and what reaches a target, as a page has them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..analysis.gaps.found import Gaps, LeavingDay, LeavingMetric, MetricGap, TargetGap
from ..analysis.gaps.targets import target_words
from ..analysis.open_tasks.listing import Todo
from ..analysis.open_tasks.open_task import OpenTask
from ..analysis.tracking.tracks import RuleChange, Track
from ..plugins.bound_rules import BoundRuleSet
from .texts import in_both, word_in_both

#: Open tasks that are listed, those due first; how many there are is told.
_TASKS = 50
#: Days to come that are listed.
_DAYS = 30


def days_of(track: Track, shop_id: str) -> dict[str, Any]:
    """Return the score of each day as it is computed, and the total that a console showed."""
    own = track.shop(shop_id)
    statuses = {id: one for rules in own.rules.values() for id, one in rules.statuses.items()}
    days = [
        {
            "day": row["as_of"].isoformat(),
            "status": word_in_both(row["status"], statuses),
            "score": row["score"],
            "low": row["score_low"],
            "high": row["score_high"],
            "console": row.get("console_score"),
            "level": _level(own.rules[row["ruleset"]], row.get("level")),
            "ruleset": row["ruleset"],
        }
        for row in own.to_polars().iter_rows(named=True)
    ]
    return {"days": days, "changes": [_change(one) for one in own.changes]}


def _level(rules: BoundRuleSet, id: str | None) -> dict[str, str] | None:
    return in_both({one.id: one.label for one in rules.ruleset.levels}.get(id or ""))


def _change(one: RuleChange) -> dict[str, Any]:
    row = one.shops.row(0, named=True)
    return {
        "day": one.day.isoformat(),
        "before": one.before,
        "after": one.after,
        "score_before": row["score_before"],
        "score_after": row["score_after"],
    }


def tasks_of(todo: Todo, shop_id: str) -> dict[str, Any]:
    """Return what is open of a shop, the earliest deadline first.

    ``untold`` is why no points are told of any, where that is the same for all.
    """
    own = [one for one in todo.open if one.shop_id == shop_id]
    reasons = {one.reason for one in own if one.points_at_risk is None}
    every = all(one.points_at_risk is None for one in own)
    untold = reasons.pop() if every and len(reasons) == 1 else None
    return {
        "now": todo.now.isoformat(sep=" "),
        "zone": todo.zone,
        "count": len(own),
        "late": sum(one.late for one in own),
        "untold": in_both(untold),
        "open": [_task(todo, one) for one in own[:_TASKS]],
        "not_asked": [
            {"task": in_both(task.label), "reason": in_both(why)}
            for task, why in todo.not_asked.items()
        ],
    }


def _task(todo: Todo, one: OpenTask) -> dict[str, Any]:
    points = one.points_at_risk
    return {
        "task": in_both(one.task.label),
        "id": one.id,
        "order_id": one.order_id,
        "deadline": None if one.deadline is None else one.deadline.isoformat(sep=" "),
        "hours_left": None if one.left_seconds is None else one.left_seconds / 3600,
        "late": one.late,
        "points_at_risk": None if points is None else float(points),
        "reason": in_both(one.reason),
        "metrics": [in_both(todo.labels[effect.metric]) for effect in one.effects],
    }


def gaps_of(found: Gaps) -> dict[str, Any]:
    """Return what reaches each target, and the days on which the past leaves the windows."""
    rules = found.result.rules
    return {
        "targets": [_target(one, rules) for one in found.targets],
        "days_ahead": found.days_ahead,
        "leaving_days": len(found.leaving),
        "leaving": [_leaving(one, rules) for one in found.leaving[:_DAYS]],
        "remarks": [in_both(said) for said in found.remarks],
    }


def _target(one: TargetGap, rules: BoundRuleSet) -> dict[str, Any]:
    return {
        "kind": one.target.kind,
        "words": in_both(target_words(one.target, rules)),
        "reached": one.reached,
        "metrics": [_gap(gap, rules) for gap in one.metrics],
    }


def _gap(gap: MetricGap, rules: BoundRuleSet) -> dict[str, Any]:
    declared = rules.metrics[gap.metric].metric
    return {
        "label": in_both(declared.label),
        "unit": declared.unit,
        "value": _number(gap.value),
        "needed": _number(gap.needed),
        "events": gap.events,
        "stream": None if gap.event is None else gap.event.tally.stream,
        "score_then": _number(gap.score_then),
        "steady": gap.steady,
        "reason": in_both(gap.value_reason or gap.reason),
    }


def _leaving(one: LeavingDay, rules: BoundRuleSet) -> dict[str, Any]:
    deciding = [metric for metric in one.metrics if metric.decides]
    return {
        "day": one.day.isoformat(),
        "score": _number(one.score),
        "change": _number(one.change),
        "status": word_in_both(one.status, rules.statuses),
        "level": _level(rules, one.level),
        "metrics": [_moved(metric, rules) for metric in deciding or one.metrics],
    }


def _moved(one: LeavingMetric, rules: BoundRuleSet) -> dict[str, Any]:
    declared = rules.metrics[one.metric].metric
    return {
        "label": in_both(declared.label),
        "unit": declared.unit,
        "before": _number(one.value_before),
        "after": _number(one.value),
    }


def _number(number: Fraction | None) -> float | None:
    return None if number is None else float(number)
