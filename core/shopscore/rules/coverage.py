"""Coverage: which numbers a rule set lacks, and how much of its total can be computed without."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from ..model.assumptions import Number
from ..model.expressions import Assumed
from ..model.rulesets import Dimension, MetricEntry, MissingNumber, RuleSet


def coverage(ruleset: RuleSet, supplied: Collection[str] = ()) -> Fraction | None:
    """The share of the total whose numbers are all known; None where nothing is missing.

    Where the weight of a dimension is missing, the known weights are taken as shares of 1.
    ``handed_in`` are metrics whose points are there however they are graded.
    """
    weights = {d.id: ruleset.number(d.weight) for d in ruleset.dimensions}
    shares = {d.id: known_share(ruleset, d, supplied) for d in ruleset.dimensions}
    known = {id: Fraction(weight) for id, weight in weights.items() if weight is not None}
    if len(known) == len(weights) and all(shares[id] == 1 or not w for id, w in known.items()):
        return None
    whole = sum(known.values())
    if len(known) < len(weights):
        whole = max(whole, Fraction(1))
    covered = sum(weight * shares[id] for id, weight in known.items())
    return Fraction(covered, whole) if whole else Fraction(0)


def known_share(ruleset: RuleSet, dimension: Dimension, supplied: Collection[str] = ()) -> Fraction:
    """The share of a dimension whose weights and scorers are known: 1 where all are."""
    if dimension.points is not None and ruleset.number(dimension.points) is not None:
        return Fraction(1)
    weights = weights_within(ruleset, dimension)
    if not weights:
        return Fraction(0)
    if not any(weights.values()):
        return Fraction(1)
    graded = (
        weights[entry.id]
        for entry in dimension.metrics
        if entry.id in supplied or can_grade(ruleset, entry)
    )
    return sum(graded, Fraction(0)) / sum(weights.values())


def weights_within(ruleset: RuleSet, dimension: Dimension) -> dict[str, Fraction]:
    """The weight of each metric in its dimension; empty where one is not known."""
    numbers = {entry.id: ruleset.number(entry.weight) for entry in dimension.metrics}
    if None in numbers.values():
        return {}
    weights = {id: Fraction(number) for id, number in numbers.items()}
    sharing = [entry.id for entry in dimension.metrics if entry.of_rest]
    shares = sum(weights[id] for id in sharing)
    if shares:
        left = 1 - sum(weight for id, weight in weights.items() if id not in sharing)
        weights |= {id: left * weights[id] / shares for id in sharing}
    return weights


def can_grade(ruleset: RuleSet, entry: MetricEntry) -> bool:
    """Whether it is known how a metric is graded."""
    return bool(entry.scorer) and not ruleset.scorers[entry.scorer].missing


def missing_numbers(ruleset: RuleSet) -> tuple[MissingNumber, ...]:
    """Every number that lacks, in the order of the rules."""
    return tuple({m.number: m for m in _missing(ruleset)}.values())


def why_missing(ruleset: RuleSet, metric: str) -> str:
    """Which numbers a metric lacks, in words."""
    mine = (f".{metric}.weight", f".{metric}.scorer")
    scorers = {entry.scorer for _, entry in ruleset.entries if entry.id == metric}
    places = {f"scorers.{scorer}" for scorer in scorers}
    found = [
        f"{m.number}: {m.reason}"
        for m in missing_numbers(ruleset)
        if m.number.endswith(mine) or m.number in places
    ]
    return "; ".join(found)


def _missing(ruleset: RuleSet) -> Iterator[MissingNumber]:
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        yield from _unknown(ruleset, f"{place}.weight", dimension.weight)
        if ruleset.number(dimension.weight) == 0:
            continue
        if dimension.points is not None:
            if not dimension.metrics:
                yield from _unknown(ruleset, f"{place}.points", dimension.points)
            if ruleset.number(dimension.points) is not None:
                continue
        for entry in dimension.metrics:
            yield from _unknown(ruleset, f"{place}.{entry.id}.weight", entry.weight)
            if not entry.scorer:
                reason = "how its values become points is not published"
                yield MissingNumber(f"{place}.{entry.id}.scorer", None, reason)
            elif reason := ruleset.scorers[entry.scorer].missing:
                yield MissingNumber(f"scorers.{entry.scorer}", None, reason)


def _unknown(ruleset: RuleSet, place: str, number: Number) -> Iterator[MissingNumber]:
    if ruleset.number(number) is None and isinstance(number, Assumed):
        assumption = ruleset.assumptions[number.id]
        yield MissingNumber(place, ruleset.full_id(number.id), assumption.reason)
