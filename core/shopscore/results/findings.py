"""Findings: notices on what a result rests on, and on what it lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ..composing.eligibility import EligibilityCheck, ranked_shops
from ..exact.rationals import Mask
from ..grading.missing_columns import stream_of
from ..grading.points import Graded
from ..grading.weighing import MetricValues
from ..messages import Message, listed, message
from ..model.rulesets import RuleSet
from ..notices import Notice
from ..rules.exact_rules import ExactRuleSet
from .hints import rules_command
from .lacking import told_besides, without_numbers
from .notices_on_documents import notices_on_documents
from .notices_on_values import notices_on_values
from .reference_tables import ReferenceTables
from .result import Result
from .words import OF_LAST_EVALUATION, why_missing_input

#: Ranks among fewer shops than this say little.
FEW_PEERS = 20


def find_notices(result: Result, tables: ReferenceTables) -> Iterator[Notice]:
    """Yield everything to know about a result besides how far its data reach."""
    yield from _unused(tables, result.rules.ruleset)
    yield from _missing_input(result)
    for check in result.checks:
        yield from _not_checked(result, check)
    yield from _no_peers(result)
    yield from _few_peers(result)
    yield from _from_table(result)
    yield from notices_on_values(result)
    yield from notices_on_documents(result)
    yield from _missing_numbers(result)


def _unanswered(graded: Graded) -> Mask:
    """Return the shops whose input is missing, and for whom nothing typed in stands."""
    told = graded.points.known
    if graded.percentiles is not None:
        told = told | graded.percentiles.column.known
    return np.asarray(graded.measured.missing & ~told, dtype=np.bool_)


def _weighing(rules: ExactRuleSet) -> Iterator[str]:
    """Yield the metrics with a weight that is not 0, in dimensions whose points nobody gave."""
    for every in (rules, *(variant for _, variant in rules.variants)):
        for dimension, entry in every.entries:
            made = dimension.points is None and not dimension.missing
            if made and dimension.weight != 0 and entry.weight != 0:
                yield entry.id


def _making_a_score(rules: ExactRuleSet) -> set[str]:
    """Return the metrics that a total is made of: those with a weight, bonus and deductions."""
    adjusting = {a.metric for a in rules.adjustments if a.points is not None}
    return (adjusting if rules.dimensions else set()).union(_weighing(rules))


def _missing_input(result: Result) -> Iterator[Notice]:
    """Yield a notice per missing input, with the metrics that need it.

    A score needs what it is made of, but for the parts of it that documents tell.
    """
    weighted = _making_a_score(result.rules.exact)
    groups: dict[tuple[Message, bool], dict[str, Mask]] = defaultdict(dict)
    for id, graded in result.graded.items():
        missing, why = _unanswered(graded), why_missing_input(graded.measured)
        told = told_besides(result.rules, result.composed, result.console, id)
        for rows, is_needed in ((missing & ~told, id in weighted), (missing & told, False)):
            if rows.any():
                groups[why, is_needed][id] = rows
    for (why, is_weighted), members in groups.items():
        missing = np.logical_or.reduce([*members.values()])
        values = {"metrics": listed(members), "why": why}
        if is_weighted:
            said = message("input is missing for {metrics}: {why}; a score needs it", **values)
        else:
            said = message("input is missing for {metrics}: {why}", **values)
        columns = result.measured[next(iter(members))].missing_columns
        stream = stream_of(columns[0]) if columns else None
        notice = Notice(
            "missing_input" if is_weighted else "missing_side_input",
            said,
            stream=stream,
            metrics=tuple(members),
        )
        yield notice.about(result.shops["shop_id"], missing)


def _not_checked(result: Result, check: EligibilityCheck) -> Iterator[Notice]:
    """Yield a notice per reason for which a condition could not be checked."""
    metric = check.eligibility.condition.measure.metric
    for why, rows in _why_not_checked(result.measured[metric], ~check.verdict.told):
        said = message(
            "not checked: {condition} ({id}): {why}",
            condition=check.eligibility.label,
            id=check.eligibility.id,
            why=why,
        )
        notice = Notice("not_checked", said, metrics=(metric,))
        yield notice.about(result.shops["shop_id"], rows)


def _why_not_checked(measured: MetricValues, open_: Mask) -> Iterator[tuple[Message, Mask]]:
    """Yield reasons, and the shops for which each is the first that holds."""
    nobody = np.zeros_like(open_)
    reasons = (
        (why_missing_input(measured), measured.missing & ~measured.known),
        (OF_LAST_EVALUATION, measured.stands_in),
        (message("a value was typed in without n"), measured.n_unknown),
        (measured.cut_reason, measured.cut),
    )
    for why, mask in reasons:
        rows = open_ & (nobody if mask is None else mask)
        if rows.any():
            yield why, rows
            open_ = open_ & ~rows


def _no_peers(result: Result) -> Iterator[Notice]:
    """Yield a notice per reason for which weighted metrics of shops cannot be ranked.

    Shops that have a score all the same are not meant, nor those that the rules keep out of the
    ranking: they have none anyway.
    """
    ranked = ranked_shops(result.rules.exact, result.checks)
    open_ = ~result.published.scored if ranked is None else ranked & ~result.published.scored
    groups: dict[Message, dict[str, Mask]] = defaultdict(dict)
    for id in dict.fromkeys(_weighing(result.rules.exact)):
        unranked = result.graded[id].unranked & open_
        for why, rows in result.columns.metric_reasons[id].of(unranked):
            groups[why][id] = rows
    for why, members in groups.items():
        said = message(
            "{metrics} cannot be ranked: {why}; a score needs it", metrics=listed(members), why=why
        )
        notice = Notice("no_peers", said, metrics=tuple(members))
        yield notice.about(result.shops["shop_id"], np.logical_or.reduce([*members.values()]))


def _few_peers(result: Result) -> Iterator[Notice]:
    """Yield one notice on ranks among few shops."""
    few = np.zeros(len(result), dtype=np.bool_)
    least, metrics = FEW_PEERS, []
    for id, graded in result.graded.items():
        if graded.percentiles is None:
            continue
        peers = graded.percentiles.peers
        rows = (peers > 0) & (peers < FEW_PEERS)
        if rows.any():
            few |= rows
            least = min(least, int(peers[rows].min()))
            metrics.append(id)
    if metrics:
        said = message(
            "ranked among few shops, as few as {least}: a percentile among fewer than {few} says"
            " little ({metrics})",
            least=least,
            few=FEW_PEERS,
            metrics=listed(metrics),
        )
        notice = Notice("few_peers", said, metrics=tuple(metrics))
        yield notice.about(result.shops["shop_id"], few)


def _unused(tables: ReferenceTables, ruleset: RuleSet) -> Iterator[Notice]:
    """Yield notices on rows of a user's tables that are about no metric of the rule set."""
    shown = ruleset.metric_ids
    if tables.benchmarks is not None:
        ranked = set(shown) if ruleset.ranks else set()
        for metric in sorted({m for _, m in tables.benchmarks.curves} - ranked):
            said = message(
                "benchmark rows of metric {metric} are not used by this rule set", metric=metric
            )
            yield Notice("benchmark_unused", said, metrics=(metric,))
    if tables.standards is not None:
        for metric in sorted(tables.standards.metrics - set(shown)):
            said = message(
                "standards of metric {metric} are not used by this rule set", metric=metric
            )
            yield Notice("standards_unused", said, metrics=(metric,))


def _from_table(result: Result) -> Iterator[Notice]:
    """Yield a notice on metrics whose percentiles are not ranks among these shops."""
    found = [
        id
        for id, graded in result.graded.items()
        if graded.percentiles is not None and graded.percentiles.from_table.any()
    ]
    if found:
        said = message(
            "percentiles from the benchmark table (marked *): {metrics}", metrics=listed(found)
        )
        yield Notice("benchmark_used", said, metrics=tuple(found))


def _missing_numbers(result: Result) -> Iterator[Notice]:
    """Yield a notice on numbers that are missing, and how to supply them."""
    rules, missing = result.rules, [m.number for m in result.missing_numbers]
    if missing:
        said = message(
            "numbers of {ruleset} are not published and were not supplied: {count} ({first});"
            " {command} --missing prints a file to fill in, for numbers=",
            ruleset=rules.ruleset.name,
            count=len(missing),
            first=listed(missing, most=3),
            command=rules_command(rules),
        )
        notice = Notice("numbers_missing", said)
        concerned = without_numbers(rules, result.shops, result.composed)
        yield notice.about(result.shops["shop_id"], concerned)
