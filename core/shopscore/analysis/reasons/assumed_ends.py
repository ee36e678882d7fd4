"""Assumed ends: the score of a shop with each assumption at its low and at its high end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
import polars as pl

from ...counting.day_ranges import days_of_rows
from ...counting.resolution import resolve_events
from ...counting.sums import Sums, Wanted, window_sums
from ...errors import ShopscoreError
from ...grading.value_merging import ToGrade
from ...grading.weighing import Summing, weigh
from ...messages import Message, message
from ...model.assumptions import Assumption, as_written
from ...model.binding import assumed_ids
from ...plugins.bound_rules import BoundRuleSet
from ...reading.events import Events
from ...results.basis import Basis
from ...results.conclusion import conclude_basis
from ...results.result import Result
from ...value_classes import evolve, frozen
from ..regrading.grounds import basis_of
from ..regrading.regrading import exact_scores
from .shop_rows import Rows, rows_of_shops

_ONLY_EVENTS = message("only events tell what is counted then, and the result has none")


@frozen
class AssumedEnd:
    """An assumption at another value, and the score with it; ``reason`` says why there is none."""

    value: str
    score: Fraction | None
    reason: Message | None = None


@frozen
class AssumedEnds:
    """An assumption that the score rests on, and the scores with its ends, or its other choices."""

    id: str
    value: str
    why: str
    ends: tuple[AssumedEnd, ...]


@frozen(eq=False, slots=False)
class Assuming:
    """One shop of a result, scored again by rules with other assumptions, among the same shops."""

    result: Result
    row: int
    events: Events | None

    def every(self) -> list[AssumedEnds]:
        """Return every assumption that the score rests on."""
        rules = self.result.rules
        return [
            AssumedEnds(
                rules.ruleset.full_id(one.id),
                as_written(one.value),
                one.reason,
                tuple(self._end(one, value) for value in other_values(one)),
            )
            for one in rules.assumptions
        ]

    @cached_property
    def _of_metrics(self) -> frozenset[str]:
        """The assumptions by which rows are counted; no other changes a value."""
        rules = self.result.rules
        declared = (metric.metric for metric in rules.metrics.values())
        return frozenset(id for m in declared for id in assumed_ids((m.aggregator, m.window)))

    def _end(self, one: Assumption, value: str) -> AssumedEnd:
        counted_so = self._basis.counted is None or one.id not in self._of_metrics
        if not counted_so and self.events is None:
            return AssumedEnd(value, None, _ONLY_EVENTS)
        try:
            selection = self._basis.selection.assuming(
                {self.result.rules.ruleset.full_id(one.id): value}
            )
            basis = evolve(self._basis, selection=selection)
            score = self._score(basis if counted_so else self._counted_again(basis))
        except ShopscoreError as error:
            return AssumedEnd(value, None, message("{error}", error=error))
        if score is None:
            return AssumedEnd(value, None, message("there is no score then"))
        return AssumedEnd(value, score)

    @cached_property
    def _ids(self) -> pl.Series:
        """The shops that are scored again: those of its industry, itself among them."""
        industries = self.result.shops["industry"]
        return self.result.shops["shop_id"].filter(industries == industries[self.row])

    @cached_property
    def _basis(self) -> Basis:
        """What the result was made of, of what was counted that of these shops alone."""
        basis = basis_of(self.result)
        if basis.counted is None:
            return evolve(basis, current=None)
        rows = _rows_of(basis.shops, self._ids)
        counted = {id: values.take(rows) for id, values in basis.counted.items()}
        return evolve(basis, shops=basis.shops[rows], counted=counted, current=None)

    def _score(self, basis: Basis) -> Fraction | None:
        """Return the exact score by a basis, concluded as any score is."""

        def change(start: ToGrade) -> ToGrade:
            return start.take(_rows_of(start.shops, self._ids))

        found = conclude_basis(basis, change=change)
        row = found.only((self.result.shops["shop_id"][self.row],))
        return exact_scores(found, row.to_numpy().astype(np.int64))[0]

    def _counted_again(self, basis: Basis) -> Basis:
        """Return what is counted by other rules."""
        assert self.events is not None  # it was asked before
        rules, day, events = basis.selection.rules, self.result.as_of, self.events
        counted = weigh(
            rules.projected(day), self._summing(rules), events.columns_present(), day,
            len(basis.shops),
        )  # fmt: skip
        tallies = tuple(t for t in rules.tallies if t.stream in events.frames)
        days = None if basis.days is None else basis.days.of_others(tallies)
        if days is None:
            days = days_of_rows(resolve_events(events, rules))
        return evolve(basis, counted=counted, days=days)

    @cached_property
    def _sums(self) -> Mapping[Wanted, Sums]:
        """What was summed for the result already: most assumptions change none of it."""
        day, counted = self.result.as_of, self._basis.counted or {}
        found: dict[Wanted, Sums] = {}
        for id, metric in self._basis.selection.rules.projected(day).metrics.items():
            if counted[id].sums:
                found.update(zip(metric.wanted(day), counted[id].sums, strict=True))
        return found

    def _summing(self, rules: BoundRuleSet) -> Summing:
        def summing(wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
            more = [one for one in wanted if one not in self._sums]
            counted = dict(zip(more, self._count(rules, more, as_of), strict=True))
            return [self._sums[one] if one in self._sums else counted[one] for one in wanted]

        return summing

    def _count(self, rules: BoundRuleSet, wanted: Sequence[Wanted], as_of: date) -> list[Sums]:
        if not wanted:
            return []
        tallies = tuple(dict.fromkeys(tally for tally, _ in wanted))
        return window_sums(resolve_events(self._own, rules, tallies), wanted, as_of)

    @cached_property
    def _own(self) -> Events:
        """The events of the shops that are scored again."""
        assert self.events is not None  # it was asked before
        return rows_of_shops(self.events, _rows_of(self.events.shops, self._ids))


def _rows_of(shops: pl.DataFrame, ids: pl.Series) -> Rows:
    """Return the rows of those shops that are named."""
    return np.flatnonzero(shops["shop_id"].is_in(ids.implode()).to_numpy())


def other_values(assumption: Assumption) -> tuple[str, ...]:
    """Return the ends of an assumption, or its other choices, as users write them."""
    match assumption.kind:
        case "boolean":
            return ("false" if assumption.value else "true",)
        case "choice":
            return tuple(c for c in assumption.choices if c != assumption.value)
    ends = (assumption.low, assumption.high)
    return tuple(as_written(end) for end in ends if end is not None and end != assumption.value)
