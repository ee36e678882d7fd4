"""The check of points: a better value never has fewer, wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ..exact.columns import ExactColumn
from ..model.metrics import Unit
from ..model.rulesets import MetricEntry
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.isolation import describe_error
from ..rules.exact_rules import Numbers
from .contexts import context_of
from .report import Check
from .sampling import measure_resolved, resolved_sample
from .subject import Subject, conclude

#: Values on which every scorer is tried: closely where most bounds are, and far away.
_NEAR = {Fraction(n, d) for d in (1, 3, 10, 100) for n in range(0, 6 * d, max(d // 8, 1))}
_FAR = {digit * Fraction(10) ** power for power in range(-6, 13) for digit in (1, 2, 5)}
#: How far from a bound its neighbours are.
_LEAST = Fraction(1, 10**9)
#: Units in which a value may be below zero; that of a change may be too, as its values show.
_SIGNED: frozenset[Unit] = frozenset({"points", "money", "index"})
#: Among so many peers the values are ranked.
_PEERS = 24


def monotone(subject: Subject) -> Iterator[Check]:
    """Check that points do not fall when one shop's value gets better and its peers stay."""
    for rules in subject.rules:
        complaints: list[str] = []
        given = _given_values(rules)
        for _, entry in rules.ruleset.entries:
            if entry.scorer not in rules.exact.scorers:
                continue  # it is not known how the metric is graded
            try:
                complaints += _falls(rules, entry, given.get(entry.id, set()))
            except Exception as error:  # a scorer of a plugin may raise anything
                complaints.append(f"points of {entry.id}: {describe_error(error)}")
        yield conclude("monotone", rules.ruleset.name, complaints)


def _given_values(rules: BoundRuleSet) -> Mapping[str, set[Fraction]]:
    """Return the values that sample events give; none where they cannot be scored."""
    try:
        measured = measure_resolved(rules, resolved_sample(rules))
    except Exception:  # the check of scoring tells it
        return {}
    return {
        id: {value for value in values.column.fractions() if value is not None}
        for id, values in measured.items()
    }


def _falls(rules: BoundRuleSet, entry: MetricEntry[Any], given: set[Fraction]) -> Iterator[str]:
    """Yield where the points of a metric fall first."""
    values = values_tried(rules, entry, given)
    if rules.metrics[entry.id].metric.better == "lower":
        values = values[::-1]
    points = _points_at(rules, entry, values)
    known = [(value, p) for value, p in zip(values, points, strict=True) if p is not None]
    for (value, before), (better, then) in pairwise(known):
        if then < before:
            yield (
                f"points of {entry.id} fall although the value gets better:"
                f" {_shown(before)} at {_shown(value)}, {_shown(then)} at {_shown(better)}"
            )
            return


def _shown(number: Fraction) -> str:
    """Return a number with so many digits that the neighbours of a bound differ from it."""
    return f"{float(number):.15g}"


def values_tried(
    rules: BoundRuleSet, entry: MetricEntry[Any], given: set[Fraction]
) -> list[Fraction]:
    """Return the values on which a metric's scorer is tried, rising.

    Some are close together and some far away, on both sides of zero where the unit has these; and
    there are those that sample events give, and the numbers of the rules with their neighbours.
    """
    ruleset = rules.ruleset
    spec = ruleset.scorers[entry.scorer]
    bounds = set(_numbers_in(Numbers(ruleset.name, ruleset.numbers).within(spec.parameters)))
    values = _NEAR | _FAR | given
    if rules.metrics[entry.id].metric.unit in _SIGNED or any(value < 0 for value in given):
        values = values | {-value for value in values}
    for bound in bounds:
        values = values | {bound - _LEAST, bound, bound + _LEAST}
    return sorted(values)


def _numbers_in(parameters: object) -> Iterator[Fraction]:
    """Yield every number of a scorer's parameters: its bounds are among them."""
    if isinstance(parameters, Mapping):
        parameters = tuple(parameters.values())
    if isinstance(parameters, tuple | list):
        for parameter in parameters:
            yield from _numbers_in(parameter)
    elif isinstance(parameters, int | Decimal | Fraction) and not isinstance(parameters, bool):
        yield Fraction(parameters)


def _points_at(
    rules: BoundRuleSet, entry: MetricEntry[Any], values: list[Fraction]
) -> list[Fraction | None]:
    """Return the points of a shop with each value, among peers spread over all of them."""
    peers = values[:: max(len(values) // _PEERS, 1)]
    own = ExactColumn.of([*(None for _ in values), *peers])  # as many shops that have none yet
    context = context_of(rules, entry.id, own).supposing(ExactColumn.of([*values, *peers]))
    points = rules.exact.scorers[entry.scorer].points(context.values, context)
    return ExactColumn(points.values, points.known).fractions()[: len(values)]
