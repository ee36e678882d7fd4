"""Checks across the tables of a rule set: names exist, numbers are valid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import did_you_mean
from ..messages import Message, listed, message
from ..model.assumptions import Number, find_chosen
from ..model.expressions import Assumed
from ..model.rulesets import MISSING_POLICIES, RANKING_KINDS, RuleSet
from .coverage import weights_within
from .exact_rules import ExactRuleSet, Numbers, exact_rules
from .own_kinds import OwnKinds
from .set_points_checks import (
    check_set_numbers,
    check_set_points,
    numbers_needed,
    sources_named,
)
from .toml_tables import Table

MOST_DECIMALS = 9
#: Which mean of an industry a metric is compared with.
COMPARISON_MEANS = ("pooled", "shops")


def check_ruleset(ruleset: RuleSet, table: Table, kinds: OwnKinds | None = None) -> None:
    """Check what spans several tables: names exist, nothing is declared twice, numbers are valid.

    Raises:
        RuleSetError: naming the file and the place.
    """
    _check_names(ruleset, table)
    for what, ids in (
        (message("metric"), ruleset.metric_ids),
        (message("dimension"), [d.id for d in ruleset.dimensions]),
        (message("tier"), [t.id for t in ruleset.tiers]),
        (message("eligibility"), [e.id for e in ruleset.eligibility]),
        (message("criterion"), [c.id for c in ruleset.criteria]),
        (message("shop level"), [level.id for level in ruleset.levels]),
        (message("display"), [display.id for display in ruleset.displays]),
    ):
        check_once(table, what, ids)
    if not ruleset.metric_ids:
        raise table.fail(message("a rule set needs a metric"))
    first, last = ruleset.effective_from, ruleset.effective_to
    if first is not None and last is not None and last < first:
        said = message(
            "effective_to = {last} is before effective_from = {first}", last=last, first=first
        )
        raise table.fail(said)
    _check_numbers(ruleset, table, kinds)


def _check_numbers(ruleset: RuleSet, table: Table, kinds: OwnKinds | None) -> None:
    numbers = Numbers(ruleset.name, ruleset.numbers)
    low, high, decimals, _ = map(numbers.required, _scale(ruleset))
    if decimals.denominator != 1 or not 0 <= decimals <= MOST_DECIMALS:
        said = message(
            "decimals = {value:g}: a whole number from 0 to {limit} is needed",
            value=float(decimals),
            limit=MOST_DECIMALS,
        )
        raise table.fail(said)
    if low >= high:  # before scorers, whose points would all lie off such a scale
        raise table.fail(message("the low end of the scale must be below its high end"))
    rules = exact_rules(ruleset, kinds)
    for adjustment in rules.adjustments:
        if adjustment.cap is not None and adjustment.cap < 0:
            raise table.fail(message("the cap of {metric} is negative", metric=adjustment.metric))
        if adjustment.points is not None and adjustment.points < 0:
            said = message("the points of {metric} are negative", metric=adjustment.metric)
            raise table.fail(said)
    _check_caps(rules, table)
    check_set_numbers(rules, table)
    for dimension in rules.dimensions:
        for id, weight in (
            (dimension.id, dimension.weight),
            *((m.id, m.weight) for m in dimension.metrics),
        ):
            if weight is not None and weight < 0:
                raise table.fail(message("the weight of {id} is negative", id=id))
        if any(weight < 0 for weight in weights_within(dimension).values()):
            said = message(
                "dimension {dimension}: weights leave nothing for share_of_rest",
                dimension=dimension.id,
            )
            raise table.fail(said)


def _check_caps(rules: ExactRuleSet, table: Table) -> None:
    """Check that caps name criteria that can be checked before the total, and that steps rise."""
    criteria = {criterion.id: criterion for criterion in rules.criteria}
    for cap in rules.caps:
        if cap.criterion not in criteria:
            guess = did_you_mean(cap.criterion, criteria)
            said = message(
                "caps: no criterion {criterion}{guess}", criterion=cap.criterion, guess=guess
            )
            raise table.fail(said)
        if not rules.dimensions or not rules.total_low <= cap.ceiling <= rules.high:
            said = message(
                "caps: {criterion}: a ceiling is a total on the scale, and there is none",
                criterion=cap.criterion,
            )
            raise table.fail(said)
        if criteria[cap.criterion].condition.measure.kind == "total":
            said = message("caps: {criterion} is on the total itself", criterion=cap.criterion)
            raise table.fail(said)
    for display in rules.displays:
        totals = [total for total, _ in display.steps]
        if totals != sorted(set(totals)):
            said = message(
                "display {display}: totals must rise from step to step", display=display.id
            )
            raise table.fail(said)


def _check_names(ruleset: RuleSet, table: Table) -> None:
    """Check that the sources, scorers and assumptions that are named exist."""
    for place, source in _sources_named(ruleset):
        if source and source not in ruleset.sources:
            raise table.at(place).fail(_no_source(source, ruleset))
    for _, entry in ruleset.entries:
        if entry.scorer and entry.scorer not in ruleset.scorers:
            said = message(
                "metric {metric}: no scorer {scorer} among [scorers]",
                metric=entry.id,
                scorer=entry.scorer,
            )
            raise table.fail(said)
    _check_levels(ruleset, table)
    check_set_points(ruleset, table)
    numbers = Numbers(ruleset.name, ruleset.numbers)
    for assumption in ruleset.assumptions_named:
        numbers.plain(Assumed(assumption))
    _check_chosen(ruleset, table)
    _check_required(ruleset, table)


def _sources_named(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    """Yield the source of each table, which may be empty, after the place of the table."""
    yield "scale", ruleset.scale_source
    for dimension in ruleset.dimensions:
        yield f"dimensions[{dimension.id}]", dimension.source
        for entry in dimension.metrics:
            yield f"dimensions[{dimension.id}].metrics[{entry.id}]", entry.source
    for scorer in ruleset.scorers.values():
        yield f"scorers.{scorer.id}", scorer.source
    for name in ("eligibility", "tiers", "criteria", "levels", "displays"):
        for declared in getattr(ruleset, name):
            yield f"{name}[{declared.id}]", declared.source
    for cap in ruleset.caps:
        yield f"caps[{cap.criterion}]", cap.source
    for adjustment in ruleset.adjustments:
        yield f"{adjustment.role}[{adjustment.metric}]", adjustment.source
    yield from sources_named(ruleset)
    for id, assumption in ruleset.assumptions.items():
        yield f"assumptions[{id}]", assumption.source
    for name, profile in ruleset.profiles.items():
        yield from ((f"profiles.{name}", source) for source in profile.sources)
    if ruleset.comparison is not None:
        yield "comparison", ruleset.comparison.source
    if ruleset.evaluation is not None:
        yield "evaluation", ruleset.evaluation.source


def _no_source(source: str, ruleset: RuleSet) -> Message:
    if not ruleset.sources:
        return message("there is no source {source}: [sources] is empty", source=source)
    known = listed(ruleset.sources)
    return message("source {source} is not among [sources]: {known}", source=source, known=known)


def _check_levels(ruleset: RuleSet, table: Table) -> None:
    """Check that levels ask for criteria that there are, and that each can be reached."""
    known = [criterion.id for criterion in ruleset.criteria]
    for level in ruleset.levels:
        for id in () if level.needs is None else level.needs.ids:
            if id not in known:
                said = message(
                    "level {level}: no criterion {criterion}{guess}",
                    level=level.id,
                    criterion=id,
                    guess=did_you_mean(id, known),
                )
                raise table.fail(said)
    for level in ruleset.levels[:-1]:
        if level.needs is None:
            said = message("level {level} needs nothing: none after it is ever had", level=level.id)
            raise table.fail(said)
    dimensions = [dimension.id for dimension in ruleset.dimensions]
    for criterion in ruleset.criteria:
        measure = criterion.condition.measure
        if measure.kind == "dimension" and measure.id not in dimensions:
            said = message(
                "criterion {criterion}: no dimension {dimension}{guess}",
                criterion=criterion.id,
                dimension=measure.id,
                guess=did_you_mean(measure.id, dimensions),
            )
            raise table.fail(said)
        if measure.kind == "total" and not ruleset.dimensions:
            said = message("criterion {criterion}: there is no total", criterion=criterion.id)
            raise table.fail(said)


def _check_chosen(ruleset: RuleSet, table: Table) -> None:
    """Check that assumptions which choose a word choose among the known ones."""
    mean = None if ruleset.comparison is None else ruleset.comparison.mean
    for word, known in (
        (ruleset.ranking, RANKING_KINDS),
        (ruleset.missing, MISSING_POLICIES),
        (mean, COMPARISON_MEANS),
    ):
        if isinstance(word, Assumed) and not set(
            ruleset.assumptions[word.id].choices or "?"
        ) <= set(known):
            said = message(
                "assumption {assumption} may choose among {words} only",
                assumption=word.id,
                words=listed(known),
            )
            raise table.fail(said)
        if isinstance(word, Assumed) and ruleset.assumptions[word.id].nullable:
            said = message(
                "assumption {assumption} chooses a word: it cannot be nullable", assumption=word.id
            )
            raise table.fail(said)
    conditions = (ruleset.eligibility, ruleset.tiers, ruleset.criteria)
    within = (ruleset.dimensions, *conditions, ruleset.adjustments)
    for number in find_chosen((*within, *_scale(ruleset))):
        if ruleset.assumptions[number.by.id].nullable:
            said = message(
                "assumption {assumption} chooses a number: it cannot be nullable",
                assumption=number.by.id,
            )
            raise table.fail(said)
        choices = set(ruleset.assumptions[number.by.id].choices)
        if choices != {word for word, _ in number.numbers}:
            said = message(
                "a number for each choice of {assumption} is needed: {words}",
                assumption=number.by.id,
                words=listed(sorted(choices)) if choices else message("it chooses no word"),
            )
            raise table.fail(said)


def _scale(ruleset: RuleSet) -> tuple[Number, ...]:
    return ruleset.low, ruleset.high, ruleset.decimals, ruleset.min_peers


def _check_required(ruleset: RuleSet, table: Table) -> None:
    """Check that weights, points and the bounds of criteria alone may be missing."""
    numbers: list[Number | None] = [*_scale(ruleset), *numbers_needed(ruleset)]
    numbers += [eligibility.condition.bound for eligibility in ruleset.eligibility]
    numbers += [tier.condition.bound for tier in ruleset.tiers]
    for condition in ruleset.conditions:
        if (relief := condition.relief) is not None:
            numbers += [relief.from_base, relief.count_at_most, relief.count_below, relief.bound]
    numbers += [adjustment.cap for adjustment in ruleset.adjustments]
    numbers += [cap.ceiling for cap in ruleset.caps]
    numbers += [number for display in ruleset.displays for step in display.steps for number in step]
    for number in numbers:
        if isinstance(number, Assumed) and ruleset.assumptions[number.id].nullable:
            said = message(
                "assumption {assumption} supplies a number that is needed: it cannot be nullable",
                assumption=number.id,
            )
            raise table.fail(said)
    numbers += [criterion.condition.bound for criterion in ruleset.criteria]
    for dimension in ruleset.dimensions:
        numbers += [dimension.weight, dimension.points, *(m.weight for m in dimension.metrics)]
    numbers += [adjustment.points for adjustment in ruleset.adjustments]
    for number in numbers:
        if isinstance(number, Assumed):
            kind = ruleset.assumptions[number.id].kind
            if kind not in ("integer", "decimal"):
                said = message(
                    "assumption {assumption} is a {kind}, and must be a number",
                    assumption=number.id,
                    kind=kind,
                )
                raise table.fail(said)


def check_once(table: Table, what: Message, ids: Iterable[str]) -> None:
    """Raise RuleSetError for an id that is declared twice; ``what`` it is the id of."""
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise table.fail(message("{what} {id} is declared twice", what=what, id=id))
        seen.add(id)
