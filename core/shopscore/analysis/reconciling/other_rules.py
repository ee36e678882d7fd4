"""Other rules: assumptions at their other ends, and the rules in force before and after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...errors import ShopscoreError
from ...messages import message
from ...model.assumptions import as_written
from ...model.binding import assumed_ids
from ..reasons.assumed_ends import other_values
from .case import Case
from .suspects import Suspect, suspect


def other_assumptions(case: Case) -> Iterator[Suspect]:
    """Yield what comes out with each assumption at each of its ends.

    Of the shop everything is counted anew; its peers stay as they are.
    """
    for assumption in case.selection.rules.assumptions:
        counted = _metrics_with(case, assumption.id)
        for value in other_values(assumption):
            try:
                selection = case.selection.assuming({assumption.id: value})
            except ShopscoreError:  # it does not go with another number of the rules
                continue
            said = message(
                "{assumption} is {value}, and not {assumed}",
                assumption=assumption.id,
                value=value,
                assumed=as_written(assumption.value),
            )
            measured = case.by_rules(selection, counted)
            if not counted or case.counts_closer(measured):
                lines = case.compare(case.build(measured, selection))
                yield suspect(
                    case, "assumption", said, lines, assumption=assumption.id, value=value
                )


def _metrics_with(case: Case, assumption: str) -> frozenset[str]:
    """Return the metrics that are counted by an assumption, or over days that it says."""
    metrics = case.selection.rules.metrics
    named = {id: (one.metric.aggregator, one.metric.window) for id, one in metrics.items()}
    return frozenset(
        id for id, own in named.items() if any(assumption in assumed_ids(one) for one in own)
    )


def other_rule_sets(case: Case) -> Iterator[Suspect]:
    """Yield what comes out by the rules in force before those of the day, and after them."""
    own = case.selection.rules
    day, ruleset = timedelta(days=1), own.ruleset
    days = [case.day - day, case.day + day]
    days += [] if ruleset.effective_from is None else [ruleset.effective_from - day]
    days += [] if ruleset.effective_to is None else [ruleset.effective_to + day]
    versions = {ruleset.version}
    for one in days:
        try:
            selection = case.selection.by_rules_of(one)
        except ShopscoreError:  # no rules are in force, or what was supplied is not for them
            continue
        other = selection.rules.ruleset.version
        if other in versions:
            continue
        versions.add(other)
        said = message("rules {other} apply, and not {own}", other=other, own=ruleset.version)
        measured = case.by_rules(selection, selection.rules.metrics.keys())
        lines = case.compare(case.build(measured, selection))
        yield suspect(case, "rules", said, lines, ruleset=other)
