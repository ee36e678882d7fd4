"""Checks across the tables of a rule set: names exist, numbers are valid."""

from __future__ import annotations

from ..model.assumptions import Number, find_chosen
from ..model.expressions import Assumed
from ..model.rulesets import MISSING_POLICIES, RANKING_KINDS, RuleSet
from .coverage import weights_within
from .exact_rules import Numbers, exact_rules
from .scorers import ScorerKinds
from .toml_tables import Table

MOST_DECIMALS = 9
#: Which mean of an industry a metric is compared with.
COMPARISON_MEANS = ("pooled", "shops")


def check_ruleset(ruleset: RuleSet, table: Table, kinds: ScorerKinds | None = None) -> None:
    """Check what spans several tables: names exist, nothing is declared twice, numbers are valid.

    Raises:
        RuleSetError: naming the file and the place.
    """
    _check_names(ruleset, table)
    for what, ids in (
        ("metric", ruleset.metric_ids),
        ("dimension", [d.id for d in ruleset.dimensions]),
        ("tier", [t.id for t in ruleset.tiers]),
        ("eligibility", [e.id for e in ruleset.eligibility]),
    ):
        check_once(table, what, list(ids))
    if not ruleset.metric_ids:
        raise table.fail("a rule set needs a metric")
    first, last = ruleset.effective_from, ruleset.effective_to
    if first is not None and last is not None and last < first:
        raise table.fail(f"effective_to = {last} is before effective_from = {first}")
    _check_numbers(ruleset, table, kinds)


def _check_numbers(ruleset: RuleSet, table: Table, kinds: ScorerKinds | None) -> None:
    numbers = Numbers(ruleset.name, ruleset.numbers)
    low, high, decimals, _ = map(numbers.required, _scale(ruleset))
    if decimals.denominator != 1 or not 0 <= decimals <= MOST_DECIMALS:
        raise table.fail(
            f"decimals = {float(decimals):g}: a whole number from 0 to {MOST_DECIMALS} is needed"
        )
    if low >= high:  # before scorers, whose points would all lie off such a scale
        raise table.fail("the low end of the scale must be below its high end")
    rules = exact_rules(ruleset, kinds)
    for adjustment in rules.adjustments:
        if adjustment.cap is not None and adjustment.cap < 0:
            raise table.fail(f"the cap of {adjustment.metric} is negative")
    for dimension in rules.dimensions:
        for id, weight in (
            (dimension.id, dimension.weight),
            *((m.id, m.weight) for m in dimension.metrics),
        ):
            if weight is not None and weight < 0:
                raise table.fail(f"the weight of {id} is negative")
        if any(weight < 0 for weight in weights_within(dimension).values()):
            raise table.fail(f"dimension {dimension.id}: weights leave nothing for share_of_rest")


def _check_names(ruleset: RuleSet, table: Table) -> None:
    """Check that the sources, scorers and assumptions that are named exist."""
    comparison = () if ruleset.comparison is None else (ruleset.comparison,)
    named = [
        ruleset.scale_source,
        *(d.source for d in ruleset.dimensions),
        *(m.source for _, m in ruleset.entries),
        *(e.source for e in ruleset.eligibility),
        *(t.source for t in ruleset.tiers),
        *(s.source for s in ruleset.scorers.values()),
        *(a.source for a in ruleset.adjustments),
        *(c.source for c in comparison),
    ]
    for source in named:
        if source and source not in ruleset.sources:
            raise table.fail(f"source {source} is not among [sources]")
    for _, entry in ruleset.entries:
        if entry.scorer and entry.scorer not in ruleset.scorers:
            raise table.fail(f"metric {entry.id}: no scorer {entry.scorer} among [scorers]")
    numbers = Numbers(ruleset.name, ruleset.numbers)
    for assumption in ruleset.assumptions_named:
        numbers.plain(Assumed(assumption))
    _check_chosen(ruleset, table)
    _check_required(ruleset, table)


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
            raise table.fail(f"assumption {word.id} may choose among {', '.join(known)} only")
        if isinstance(word, Assumed) and ruleset.assumptions[word.id].nullable:
            raise table.fail(f"assumption {word.id} chooses a word: it cannot be nullable")
    within = (ruleset.dimensions, ruleset.eligibility, ruleset.tiers, ruleset.adjustments)
    for number in find_chosen((*within, *_scale(ruleset))):
        if ruleset.assumptions[number.by.id].nullable:
            raise table.fail(f"assumption {number.by.id} chooses a number: it cannot be nullable")
        choices = set(ruleset.assumptions[number.by.id].choices)
        if choices != {word for word, _ in number.numbers}:
            raise table.fail(
                f"a number for each choice of {number.by.id} is needed:"
                f" {', '.join(sorted(choices)) or 'it chooses no word'}"
            )


def _scale(ruleset: RuleSet) -> tuple[Number, ...]:
    return ruleset.low, ruleset.high, ruleset.decimals, ruleset.min_peers


def _check_required(ruleset: RuleSet, table: Table) -> None:
    """Check that only weights and points may be missing: every other number has a value."""
    numbers: list[Number | None] = list(_scale(ruleset))
    for condition in ruleset.conditions:
        numbers += [condition.limit, condition.or_count_below]
    numbers += [adjustment.cap for adjustment in ruleset.adjustments]
    for number in numbers:
        if isinstance(number, Assumed) and ruleset.assumptions[number.id].nullable:
            raise table.fail(
                f"assumption {number.id} supplies a number that is needed: it cannot be nullable"
            )
    for dimension in ruleset.dimensions:
        numbers += [dimension.weight, dimension.points, *(m.weight for m in dimension.metrics)]
    for number in numbers:
        if isinstance(number, Assumed):
            kind = ruleset.assumptions[number.id].kind
            if kind not in ("integer", "decimal"):
                raise table.fail(f"assumption {number.id} is a {kind}, and must be a number")


def check_once(table: Table, what: str, ids: list[str]) -> None:
    """Raise RuleSetError for an id that is declared twice."""
    for id in ids:
        if ids.count(id) > 1:
            raise table.fail(f"{what} {id} is declared twice")
