"""Coverage: which numbers are missing in a rule set, and how much of its total is known anyway."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from ..messages import bilingual, message
from ..model.assumptions import Number
from ..model.expressions import Assumed
from ..model.rulesets import Dimension, MetricEntry, MissingNumber, RuleSet
from .exact_rules import ExactRuleSet, Numbers, Weight


def coverage(
    rules: ExactRuleSet, supplied: Collection[str] = (), missing: Collection[str] = ()
) -> Weight:
    """Return the share of the total that is known; None where nothing is missing.

    Where the weight of a dimension is missing, the known weights are taken as shares of 1.
    ``supplied`` are metrics that have points; they need no scorer. ``missing`` are those whose
    input is missing.
    """
    weights = {d.id: d.weight for d in rules.dimensions}
    shares = {d.id: known_share(rules, d, supplied, missing) for d in rules.dimensions}
    known = {id: weight for id, weight in weights.items() if weight is not None}
    if len(known) == len(weights) and all(shares[id] == 1 or not w for id, w in known.items()):
        return None
    total = sum(known.values(), Fraction(0))
    if len(known) < len(weights):
        total = max(total, Fraction(1))
    covered = sum((weight * shares[id] for id, weight in known.items()), Fraction(0))
    return covered / total if total else Fraction(0)


def known_share(
    rules: ExactRuleSet,
    dimension: Dimension[Weight],
    supplied: Collection[str] = (),
    missing: Collection[str] = (),
) -> Fraction:
    """Return the share of a dimension whose weights, scorers and input are known: 1 where all are."""
    if dimension.points is not None:
        return Fraction(1)
    if dimension.missing:
        return Fraction(0)
    weights = weights_within(dimension)
    if not weights:
        return Fraction(0)
    if not any(weights.values()):
        return Fraction(1)
    graded = (
        weights[entry.id]
        for entry in dimension.metrics
        if entry.id in supplied or (can_grade(rules, entry) and entry.id not in missing)
    )
    return sum(graded, Fraction(0)) / sum(weights.values())


def weights_within(dimension: Dimension[Weight]) -> dict[str, Fraction]:
    """Return the weight of each metric in its dimension; empty where one is not known."""
    weights = {entry.id: entry.weight for entry in dimension.metrics if entry.weight is not None}
    if len(weights) < len(dimension.metrics):
        return {}
    sharing = [entry.id for entry in dimension.metrics if entry.of_rest]
    shares = sum((weights[id] for id in sharing), Fraction(0))
    if shares:
        left = 1 - sum(weight for id, weight in weights.items() if id not in sharing)
        weights |= {id: left * weights[id] / shares for id in sharing}
    return weights


def can_grade(rules: ExactRuleSet, entry: MetricEntry[Weight]) -> bool:
    """Return whether it is known how a metric's value becomes points."""
    return entry.scorer in rules.scorers


def missing_numbers(ruleset: RuleSet) -> tuple[MissingNumber, ...]:
    """Return every missing number, in the order of the rules."""
    missing = _missing(ruleset, Numbers(ruleset.name, ruleset.numbers))
    return tuple({m.number: m for m in missing}.values())


def why_missing(ruleset: RuleSet, metric: str) -> str:
    """Return in words which numbers are missing to grade and weigh a metric."""
    own = (f".{metric}.weight", f".{metric}.scorer", f".{metric}.worth")
    entries = [(d, entry) for d, entry in ruleset.entries if entry.id == metric]
    places = {f"scorers.{entry.scorer}" for _, entry in entries}
    places |= {f"dimensions.{d.id}.points" for d, _ in entries if d.missing}
    places |= {f"assumptions.{a.id}" for a in ruleset.assumptions.values() if metric in a.needed_by}
    reasons = [
        message("{about}: {said}", about=m.number, said=m.reason)
        for m in missing_numbers(ruleset)
        if m.number.endswith(own) or m.number in places
    ]
    return bilingual("; ".join(reasons), "；".join(reason.text("zh") for reason in reasons))


def _missing(ruleset: RuleSet, numbers: Numbers) -> Iterator[MissingNumber]:
    yield from _in_dimensions(ruleset, numbers)
    for adjustment in ruleset.adjustments:
        place = f"{adjustment.role}.{adjustment.metric}.worth"
        yield from _unknown(ruleset, numbers, place, adjustment.points)
    for criterion in ruleset.criteria:
        place = f"criteria.{criterion.id}.bound"
        yield from _unknown(ruleset, numbers, place, criterion.condition.bound)
    for assumption in ruleset.assumptions.values():
        if assumption.needed_by and assumption.value is None:
            full = ruleset.full_id(assumption.id)
            yield MissingNumber(f"assumptions.{assumption.id}", full, assumption.reason)


def _in_dimensions(ruleset: RuleSet, numbers: Numbers) -> Iterator[MissingNumber]:
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        yield from _unknown(ruleset, numbers, f"{place}.weight", dimension.weight)
        if numbers.optional(dimension.weight) == 0:
            continue
        if dimension.points is not None:
            if dimension.missing or not dimension.metrics:
                yield from _unknown(ruleset, numbers, f"{place}.points", dimension.points)
            if dimension.missing or numbers.optional(dimension.points) is not None:
                continue
        for entry in dimension.metrics:
            yield from _unknown(ruleset, numbers, f"{place}.{entry.id}.weight", entry.weight)
            if not entry.scorer:
                reason: str = message("how its values become points is not published")
                yield MissingNumber(f"{place}.{entry.id}.scorer", None, reason)
            elif ruleset.scorers[entry.scorer].missing:
                reason = ruleset.scorers[entry.scorer].missing
                yield MissingNumber(f"scorers.{entry.scorer}", None, reason)


def _unknown(
    ruleset: RuleSet, numbers: Numbers, place: str, number: Number | None
) -> Iterator[MissingNumber]:
    if isinstance(number, Assumed) and numbers.optional(number) is None:
        assumption = ruleset.assumptions[number.id]
        yield MissingNumber(place, ruleset.full_id(number.id), assumption.reason)
