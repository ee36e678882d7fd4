"""Reasons: why a shop has no score, and a metric no value or no points, in both languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ..composing.composition import Composed
from ..composing.eligibility import EligibilityCheck, ranked_shops
from ..composing.publication import Published
from ..exact.rationals import Mask
from ..grading.console import Console
from ..grading.points import METRIC_STATUSES, Graded
from ..messages import Message, listed, message
from ..plugins.bound_rules import BoundRuleSet
from ..rules.coverage import why_missing
from ..value_classes import define, field, frozen
from .filling import words
from .lacking import rulesets_of, told_besides, without_numbers
from .words import OF_LAST_EVALUATION, why_missing_input


@frozen(eq=False)
class Reasons:
    """A reason for each shop that needs one; a result has few different ones."""

    texts: tuple[Message, ...]
    codes: np.ndarray[tuple[int], np.dtype[np.int64]]

    def column(self, lang: str = "en") -> pl.Series:
        """Return the reasons in a language; null where there is none."""
        told = [text.text(lang) for text in self.texts]
        return words([*told, None], self.codes)

    def at(self, row: int) -> Message | None:
        """Return the reason of one shop."""
        code = int(self.codes[row])
        return self.texts[code] if code < len(self.texts) else None

    def of(self, rows: Mask) -> Iterator[tuple[Message, Mask]]:
        """Yield each reason that some rows have, with these rows."""
        for code, text in enumerate(self.texts):
            having = rows & (self.codes == code)
            if having.any():
                yield text, having


@define(eq=False)
class _Collected:
    """Reasons that are collected one after the other; of several for a shop the first stays."""

    size: int
    texts: list[Message] = field(factory=list)
    masks: list[Mask] = field(factory=list)

    def add(self, text: Message, rows: Mask) -> None:
        if rows.any():
            self.texts.append(text)
            self.masks.append(rows)

    def build(self) -> Reasons:
        codes = np.full(self.size, len(self.texts), dtype=np.int64)
        for code, rows in reversed(list(enumerate(self.masks))):
            codes[rows] = code
        return Reasons(tuple(self.texts), codes)


def metric_reasons(
    rules: BoundRuleSet,
    graded: Graded,
    shops: pl.DataFrame,
    industries: npt.NDArray[np.int64],
    checks: Sequence[EligibilityCheck],
) -> Reasons:
    """Return why a metric has no value or no points, or those that a rule sets.

    ``industries`` are those of the shops as numbers.
    """
    measured, id = graded.measured, graded.measured.id
    collected = _Collected(len(industries))
    _add_set_points(collected, rules, graded)
    no_data = graded.statuses == METRIC_STATUSES.index("no_data")
    collected.add(why_missing_input(measured), no_data & measured.missing)
    if (undefined := no_data & measured.undefined).any():
        collected.add(measured.undefined_reason, undefined)
    collected.add(measured.no_value_reason, no_data)
    if measured.stands_in is not None:
        collected.add(OF_LAST_EVALUATION, measured.stands_in)
    few = graded.statuses == METRIC_STATUSES.index("below_min_n")
    least = rules.metrics[id].metric.min_n
    collected.add(message("fewer than {least} rows count", least=least), few)
    if graded.unranked.any():
        _add_unranked(collected, rules, graded, industries, checks, graded.unranked)
    missing = graded.statuses == METRIC_STATUSES.index("missing_number")
    if missing.any():
        for ruleset, rows in rulesets_of(rules, shops):
            numbers = why_missing(ruleset, id)
            collected.add(message("{numbers}", numbers=numbers), missing & rows)
    return collected.build()


def _add_set_points(collected: _Collected, rules: BoundRuleSet, graded: Graded) -> None:
    """Add which points of a metric a rule sets, and where nobody can tell whether it does."""
    labels = {c.id: c.label or c.id for c in rules.exact.criteria}
    for rule in rules.exact.set_points:
        if rule.metric != graded.measured.id:
            continue
        points, asked = f"{float(rule.points):g}", listed(labels[id] for id in rule.needs.ids)
        if graded.set_by_rule is not None:
            text = message("points are set to {points}: {criteria}", points=points, criteria=asked)
            collected.add(text, graded.set_by_rule)
        if graded.undecided is not None:
            text = message(
                "whether points are set to {points} is open: {criteria}",
                points=points,
                criteria=asked,
            )
            collected.add(text, graded.undecided)
    for adjustment in rules.exact.adjustments:
        needs, own = adjustment.needs, adjustment.metric == graded.measured.id
        if own and needs is not None and graded.undecided is not None:
            asked = listed(labels[id] for id in needs.ids)
            text = message("whether this is met is open: {criteria}", criteria=asked)
            collected.add(text, graded.undecided)


def _add_unranked(
    collected: _Collected,
    rules: BoundRuleSet,
    graded: Graded,
    industries: npt.NDArray[np.int64],
    checks: Sequence[EligibilityCheck],
    unranked: Mask,
) -> None:
    peers = ranked_shops(rules.exact, checks)
    if peers is not None:
        text = message("not ranked among others, since it does not meet the conditions for a score")
        collected.add(text, unranked & ~peers)
    alone = np.bincount(industries)[industries] == 1
    collected.add(message("no other shop in its industry"), unranked & alone)
    single = np.bincount(industries, graded.measured.known)[industries] == 1
    collected.add(message("no other shop in its industry has a value"), unranked & single)
    least = rules.exact.min_peers
    collected.add(message("fewer than {least} shops of its industry", least=least), unranked)


def shop_reasons(
    rules: BoundRuleSet,
    shops: pl.DataFrame,
    composed: Composed,
    published: Published,
    checks: Sequence[EligibilityCheck],
    metrics: Sequence[tuple[Graded, Reasons]],
    console: Console,
) -> Reasons:
    """Return why a shop has no score.

    What documents tell of a dimension, a bonus or a deduction, needs no input.
    """
    size, ruleset = len(shops), rules.ruleset
    collected = _Collected(size)
    undecided = composed.fixed_shops & published.lowest.known & ~published.total
    for check in checks:
        having = check.verdict.failed & published.having(check.eligibility.status)
        label = check.eligibility.label
        text = message("not met: {condition}; which total it has instead is open", condition=label)
        collected.add(text, having & undecided)
        collected.add(message("not met: {condition}", condition=label), having)
    partial, nothing = published.having("partial"), published.having("not_computable")
    weighted = {entry.id for dimension, entry in ruleset.entries if not dimension.missing}
    adjusting = {adjustment.metric for adjustment in ruleset.adjustments}
    lacking = {
        graded.measured.id: graded.missing
        & ~told_besides(rules, composed, console, graded.measured.id)
        for graded, _ in metrics
    }
    missing = _any_of((rows for id, rows in lacking.items() if id in weighted), size)
    unadjusted = _any_of((rows for id, rows in lacking.items() if id in adjusting), size)
    valued = _any_of((graded.measured.known for graded, _ in metrics), size)
    unranked = list(_why_unranked(metrics, weighted))
    incomplete = without_numbers(rules, shops, composed)
    for said, rows in (
        (message("the input of weighted metrics is missing"), missing),
        (message("the input of a bonus or a deduction is missing"), unadjusted),
        (message("numbers of the rules are missing"), incomplete),
    ):
        for why, alone in unranked:
            both = message("{missing}; others cannot be ranked: {why}", missing=said, why=why)
            collected.add(both, partial & rows & alone)
        collected.add(said, partial & rows)
    for why, alone in unranked:
        said = message("some weighted metrics cannot be ranked: {why}", why=why)
        collected.add(said, partial & alone)
    if composed.capped is not None:
        said = message("nobody can tell whether the criterion of a cap is met")
        collected.add(said, partial & composed.capped.open)
    collected.add(message("no metric has a value"), nothing & ~valued)
    for why, alone in unranked:
        collected.add(why, nothing & alone)
    collected.add(message("no dimension has points"), nothing)
    return collected.build()


def _any_of(masks: Iterable[Mask], size: int) -> Mask:
    found = np.zeros(size, dtype=np.bool_)
    for mask in masks:
        found |= mask
    return found


def _why_unranked(
    metrics: Sequence[tuple[Graded, Reasons]], weighted: Collection[str]
) -> Iterator[tuple[Message, Mask]]:
    """Yield why weighted metrics have too few peers, and the shops of which that is true."""
    for graded, reasons in metrics:
        if graded.measured.id in weighted:
            yield from reasons.of(graded.unranked)
