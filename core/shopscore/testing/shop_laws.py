"""Checks of shops: what one shop gets rests on its own rows and its peers, not on its place."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.points import check_points
from ..grading.weighing import check_combined, combine
from ..model.rulesets import MetricEntry
from ..plugins.bound_rules import BoundMetric, BoundRuleSet
from ..results.building import build_result
from ..value_classes import evolve, frozen
from .contexts import context_of
from .report import Check
from .sampling import AS_OF, measure_resolved, resolved_sample
from .subject import Subject, conclude

#: Sums of so many made-up shops, small and far beyond int64, with none among them.
_SUMS = (0, 1, 2, 3, 7, 40, 41, 299, 300, 10**6, 2**40, 3**50)


def scoring(subject: Subject) -> Iterator[Check]:
    """Check that sample events are scored by every rule set, on several days, without an error."""
    for rules in subject.rules:
        complaints = []
        try:
            resolved = resolved_sample(rules)
            for day in (AS_OF, AS_OF.replace(day=1), AS_OF.replace(month=3, day=1)):
                measured = measure_resolved(rules, resolved, day)
                build_result(rules, day, measured, resolved.events.shops).to_json()
        except Exception as error:  # any error here would reach a user
            complaints = [f"{type(error).__name__}: {error}"]
        yield conclude("scoring", rules.ruleset.name, complaints)


def aggregators(subject: Subject) -> Iterator[Check]:
    """Check that aggregators give each shop alone, in whole numbers, what it gets among others.

    And that values of several shops become one as the aggregator says.
    """
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
    yield from _pooling(metric, sums, counts, together)
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


def _pooling(
    metric: BoundMetric, sums: list[Any], counts: list[Any], found: list[tuple[int, ...]]
) -> Iterator[str]:
    """Yield where an aggregator does not pool as it says."""
    nothing = [(one[:0], one[:0]) for one in sums]
    said = combine(metric, nothing).pooling
    if said == "fractions":
        (one,) = _combined(metric, [_sum(s) for s in sums], [_sum(c) for c in counts], 1)
        if one[:2] != tuple(sum(part) for part in zip(*found, strict=True))[:2]:
            yield f"metric {metric.id}: numerators or denominators do not add up: pool by tallies"
    if said == "tallies":
        twice = _combined(metric, [s * 2 for s in sums], [c * 2 for c in counts], len(found))
        pairs = [(a, b) for a, b in zip(found, twice, strict=True) if a[1] and b[1] and a[0]]
        if pairs and all(Fraction(*b[:2]) == 2 * Fraction(*a[:2]) for a, b in pairs):
            yield f"metric {metric.id}: twice of all is twice the value, an amount: pool by values"


def _sum(part: Any) -> Any:
    return np.array([sum(part)], dtype=object)


def _combined(
    metric: BoundMetric, sums: list[Any], counts: list[Any], shops: int
) -> list[tuple[int, ...]]:
    """Return numerator, denominator and n of each shop."""
    found = metric.aggregator.combine([s.copy() for s in sums], [c.copy() for c in counts])
    parts = check_combined(metric.id, found, shops)
    return [tuple(map(int, one)) for one in zip(*parts, strict=True)]


def scorers(subject: Subject) -> Iterator[Check]:
    """Check that scorers give points on the scale, to values alone, in any order of shops.

    Nor do they change with the values of shops that are no peers, or on too few rows.
    """
    for rules in subject.rules:
        complaints: list[str] = []
        try:
            measured = measure_resolved(rules, resolved_sample(rules))
            for _, entry in rules.ruleset.entries:
                if entry.scorer in rules.exact.scorers:
                    shops = _Shops.with_values(measured[entry.id].column)
                    complaints += (
                        f"scorer {entry.scorer} of metric {entry.id}: {complaint}"
                        for complaint in _of_scorer(rules, entry, shops)
                    )
        except Exception as error:  # any error here would reach a user
            complaints = [f"{type(error).__name__}: {error}"]
        yield conclude("scorers", rules.ruleset.name, complaints)


@frozen(eq=False)
class _Shops:
    """Shops with values, of which some are ranked, in groups."""

    values: ExactColumn
    is_peer: Mask
    groups: npt.NDArray[np.int64]

    @classmethod
    def with_values(cls, values: ExactColumn) -> _Shops:
        """Return shops of two groups with these values; some have none, and some are no peers."""
        places = np.arange(3 * len(values))
        column = values.take(places % len(values)).only(places % 3 != 1)
        return cls(column, places % 5 != 2, places % 2)

    def take(self, order: npt.NDArray[np.int64]) -> _Shops:
        """Return the same shops in another order."""
        return _Shops(self.values.take(order), self.is_peer[order], self.groups[order])

    @property
    def compared(self) -> Mask:
        """Which shops the others are held against."""
        return self.values.known & self.is_peer

    def where_others_have(self, value: Fraction) -> _Shops:
        """Return the same shops; all that nobody is held against have the same value."""
        same = Rationals.constant(value, len(self.values))
        values = self.values.values.where(self.compared, same)
        return evolve(self, values=ExactColumn(values, self.values.known))


def _of_scorer(rules: BoundRuleSet, entry: MetricEntry[Any], shops: _Shops) -> Iterator[str]:
    places = np.arange(len(shops.values))
    first = _points(rules, entry, shops)
    if first != _points(rules, entry, shops.take(places[::-1]))[::-1]:
        yield "the order of shops changes their points"
    if any(p is not None for p, known in zip(first, shops.values.known, strict=True) if not known):
        yield "a shop without a value has points"
    known = [value for value in shops.values.fractions() if value is not None]
    ends = (min(known), max(known)) if known else ()
    found = [_points(rules, entry, shops.where_others_have(end)) for end in ends]
    if any(one[place] != first[place] for one in found for place in np.flatnonzero(shops.compared)):
        yield "the value of a shop that is no peer, or has none, changes the points of others"


def _points(rules: BoundRuleSet, entry: MetricEntry[Any], shops: _Shops) -> list[Any]:
    """Return the points of shops."""
    context = context_of(
        rules, entry.id, shops.values, is_peer=shops.is_peer, groups=shops.groups.tolist()
    )
    found = rules.exact.scorers[entry.scorer].points(context.values, context)
    check_points(found, context)
    return ExactColumn(found.values, found.known).fractions()
