"""Checks of shops: what one shop gets rests on its own rows and its peers, not on its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..exact.columns import ExactColumn
from ..grading.percentiles import Ranker
from ..grading.points import check_points
from ..grading.weighing import check_combined
from ..plugins.bound_rules import BoundMetric, BoundRuleSet
from ..results.building import build_result
from ..rules.scorers import Context
from .counting_laws import AS_OF, measure, read_frames, sample_frames
from .report import Check
from .subject import Subject, conclude

#: Sums of so many made-up shops, small and far beyond int64, with none among them.
_SUMS = (0, 1, 2, 3, 7, 40, 41, 299, 300, 10**6, 2**40, 3**50)


def scoring(subject: Subject) -> Iterator[Check]:
    """Check that sample events are scored by every rule set, on several days, without an error."""
    for rules in subject.rules:
        complaints = []
        try:
            events = read_frames(rules, sample_frames(rules))
            for day in (AS_OF, AS_OF.replace(day=1), AS_OF.replace(month=3, day=1)):
                measured = measure(rules, events, day)
                build_result(rules, day, measured, events.shops).to_json()
        except Exception as error:  # any error here would reach a user
            complaints = [f"{type(error).__name__}: {error}"]
        yield conclude("scoring", rules.ruleset.name, complaints)


def aggregators(subject: Subject) -> Iterator[Check]:
    """Check that aggregators give each shop alone, in whole numbers, what it gets among others."""
    for rules in subject.rules:
        complaints: list[str] = []
        for metric in rules.metrics.values():
            try:
                complaints += _on_shops(metric)
            except Exception as error:  # any error here would reach a user
                complaints.append(f"{type(error).__name__}: {error}")
        yield conclude("aggregators", rules.ruleset.name, complaints)


def _on_shops(metric: BoundMetric) -> Iterator[str]:
    tallies = metric.tallies
    if not tallies:
        return
    counts = [np.array(np.roll(_SUMS, place), dtype=object) for place in range(len(tallies))]
    sums = [c * (place + 1) for place, c in enumerate(counts)]
    size = len(_SUMS)
    together = _combined(metric, sums, counts, size)
    turned = _combined(metric, [s[::-1] for s in sums], [c[::-1] for c in counts], size)
    if together != turned[::-1]:
        yield f"metric {metric.id}: the order of shops changes what they get"
    for place in range(size):
        alone = _combined(
            metric, [s[place : place + 1] for s in sums], [c[place : place + 1] for c in counts], 1
        )
        if alone[0] != together[place]:
            yield f"metric {metric.id}: a shop gets something else alone than among others"
            return


def _combined(
    metric: BoundMetric, sums: list[Any], counts: list[Any], shops: int
) -> list[tuple[int, ...]]:
    """Return numerator, denominator and n of each shop."""
    found = metric.aggregator.combine([s.copy() for s in sums], [c.copy() for c in counts])
    parts = check_combined(metric.id, found, shops)
    return [tuple(map(int, one)) for one in zip(*parts, strict=True)]


def scorers(subject: Subject) -> Iterator[Check]:
    """Check that scorers give points on the scale, whatever the order of shops, and none for none."""
    for rules in subject.rules:
        complaints: list[str] = []
        try:
            events = read_frames(rules, sample_frames(rules))
            measured = measure(rules, events, AS_OF)
            for _, entry in rules.ruleset.entries:
                if entry.scorer in rules.exact.scorers:
                    values = measured[entry.id].column
                    complaints += _in_any_order(rules, entry.id, entry.scorer, values)
        except Exception as error:  # any error here would reach a user
            complaints = [f"{type(error).__name__}: {error}"]
        yield conclude("scorers", rules.ruleset.name, complaints)


def _in_any_order(
    rules: BoundRuleSet, metric: str, scorer: str, values: ExactColumn
) -> Iterator[str]:
    places = np.arange(len(values))
    values = values.only(places % 3 != 1)  # so that some shops have none
    first, turned = (
        _points(rules, metric, scorer, values.take(order)) for order in (places, places[::-1])
    )
    if first != turned[::-1]:
        yield f"scorer {scorer} of metric {metric}: the order of shops changes their points"
    if any(p is not None and v is None for p, v in zip(first, values.fractions(), strict=True)):
        yield f"scorer {scorer} of metric {metric}: a shop without a value has points"


def _points(rules: BoundRuleSet, metric: str, scorer: str, values: ExactColumn) -> list[Any]:
    """Return the points of shops of one industry with some values."""
    size = len(values)
    everyone = np.ones(size, dtype=np.bool_)
    exact, better = rules.exact, rules.metrics[metric].metric.better
    industries, codes = ["one"] * size, np.zeros(size, dtype=np.int64)
    rank = Ranker(metric, better, exact.ranking, 1, values, everyone, industries, codes)
    context = Context(
        metric=metric,
        better=better,
        values=values.values,
        has_value=values.known,
        is_peer=everyone,
        n=np.full(size, 1000, dtype=np.int64),
        industries=industries,
        shop_types=[None] * size,
        low=exact.low,
        high=exact.high,
        rank=rank,
        rank_reach=rank.reach,
    )
    found = exact.scorers[scorer].points(values.values, context)
    check_points(found, context)
    return ExactColumn(found.values, found.known).fractions()
