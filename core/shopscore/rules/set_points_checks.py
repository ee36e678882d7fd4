"""Checks of what criteria and groups of shops decide: what is named exists, and comes before it."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import did_you_mean
from ..messages import message
from ..model.assumptions import Number
from ..model.conditions import Combined
from ..model.rulesets import RuleSet
from .exact_rules import ExactRuleSet
from .toml_tables import Table


def sources_named(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    """Yield the source of set points, fixed totals and tables of weights, each after its place."""
    yield from ((f"set_points[{one.metric}]", one.source) for one in ruleset.set_points)
    yield from ((f"fixed_totals[{one.status}]", one.source) for one in ruleset.fixed_totals)
    for table in ruleset.weight_tables:
        yield (f"weights[{table.dimension}]" if table.dimension else "weights"), table.source


def numbers_needed(ruleset: RuleSet) -> Iterator[Number | None]:
    """Yield numbers of these that must have a value."""
    yield ruleset.total_low
    yield from (one.points for one in ruleset.adjustments if one.needs is not None)
    yield from (one.points for one in ruleset.set_points)
    yield from (one.total for one in ruleset.fixed_totals)
    for criterion in ruleset.criteria:
        yield from (bound for _, bound in criterion.condition.elsewhere)


def check_set_points(ruleset: RuleSet, table: Table) -> None:
    """Check the names in whatever criteria or groups of shops decide.

    Raises:
        RuleSetError: naming the file and the place.
    """
    kinds = {c.id: c.condition.measure.kind for c in ruleset.criteria}
    for place, needs, may_see_total in _asking(ruleset):
        for id in needs.ids:
            if id not in kinds:
                guess = did_you_mean(id, kinds)
                said = message(
                    "{place}: no criterion {criterion}{guess}",
                    place=place,
                    criterion=id,
                    guess=guess,
                )
                raise table.fail(said)
            if kinds[id] in ("dimension", "total") and not may_see_total:
                said = message(
                    "{place}: criterion {criterion} is on what is made of it",
                    place=place,
                    criterion=id,
                )
                raise table.fail(said)
    weighed = [entry.id for _, entry in ruleset.entries]
    dimensions = [d.id for d in ruleset.dimensions]
    named = [("set_points", one.metric, weighed) for one in ruleset.set_points]
    named += [(a.role, a.dimension, dimensions) for a in ruleset.adjustments if a.dimension]
    for place, id, known in named:
        if id not in known:
            guess = did_you_mean(id, known)
            said = message(
                "{place}: {id} is not among them{guess}", place=place, id=id, guess=guess
            )
            raise table.fail(said)
    statuses = [e.status for e in ruleset.eligibility]
    for fixed in ruleset.fixed_totals:
        if fixed.status not in statuses:
            said = message(
                "fixed_totals: no condition gives the status {status}", status=fixed.status
            )
            raise table.fail(said)
    _check_weight_tables(ruleset, table)


def _asking(ruleset: RuleSet) -> Iterator[tuple[str, Combined, bool]]:
    """Yield what asks for criteria, and whether these may look at dimensions and the total."""
    for one in ruleset.set_points:
        yield f"set_points[{one.metric}]", one.needs, False
    for adjustment in ruleset.adjustments:
        if adjustment.needs is not None:
            yield f"{adjustment.role}[{adjustment.metric}]", adjustment.needs, False
    for fixed in ruleset.fixed_totals:
        if fixed.needs is not None:
            yield f"fixed_totals[{fixed.status}]", fixed.needs, False
    for tier in ruleset.tiers:
        if tier.needs is not None:
            yield f"tiers[{tier.id}]", tier.needs, True


def _check_weight_tables(ruleset: RuleSet, table: Table) -> None:
    within = {d.id: [m.id for m in d.metrics] for d in ruleset.dimensions}
    within[""] = [*within]
    for weights in ruleset.weight_tables:
        if weights.dimension not in within:
            guess = did_you_mean(weights.dimension, within)
            said = message(
                "weights: no dimension {dimension}{guess}", dimension=weights.dimension, guess=guess
            )
            raise table.fail(said)
        if sorted(weights.ids) != sorted(within[weights.dimension]):
            said = message(
                "weights: {ids} are needed, each once", ids=", ".join(within[weights.dimension])
            )
            raise table.fail(said)
        groups = [group for group, _ in weights.rows]
        twice = next((group for group in groups if groups.count(group) > 1), None)
        if twice is not None:
            named = ", ".join(sorted((*twice.industries, *twice.shop_types)))
            raise table.fail(message("weights: two rows for {group}", group=named))


def check_set_numbers(rules: ExactRuleSet, table: Table) -> None:
    """Check that points and totals that are set lie on the scale.

    Raises:
        RuleSetError: naming the file and the place.
    """
    if not rules.total_low <= rules.low:
        raise table.fail(message("total_low is above the low end of points"))
    for place, number, low in (
        *(("set_points", one.points, rules.low) for one in rules.set_points),
        *(("fixed_totals", one.total, rules.total_low) for one in rules.fixed_totals),
    ):
        if number is not None and not low <= number <= rules.high:
            said = message(
                "{place}: {value:g} is outside the scale, {low:g} to {high:g}",
                place=place,
                value=float(number),
                low=float(low),
                high=float(rules.high),
            )
            raise table.fail(said)
    for adjustment in rules.adjustments:
        if adjustment.dimension and (adjustment.sign < 0 or adjustment.cap is None):
            said = message(
                "{metric}: a dimension can be raised, by no more than a cap",
                metric=adjustment.metric,
            )
            raise table.fail(said)
