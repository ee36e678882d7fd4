"""Assumed ends: the score of a shop with each assumption at its low and at its high end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from ...counting.resolution import resolve_events
from ...counting.sums import Sums, Wanted, window_sums
from ...errors import ShopscoreError
from ...grading.weighing import MetricValues, Summing, weigh
from ...messages import Message, message
from ...model.assumptions import Assumption, as_written
from ...model.binding import assumed_ids
from ...plugins.bound_rules import BoundRuleSet
from ...reading.events import Events
from ...results.building import build_result
from ...results.result import Result
from .grounds import Grounds
from .shop_rows import Rows, rows_of_shops
from .supposing import exact_scores


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
        try:
            rules = self._grounds.selection.assuming(
                {self.result.rules.ruleset.full_id(one.id): value}
            ).rules
            score = self._score(rules, counted_so=one.id not in self._of_metrics)
        except ShopscoreError as error:
            return AssumedEnd(value, None, message("{error}", error=error))
        if score is None:
            return AssumedEnd(value, None, message("there is no score then"))
        return AssumedEnd(value, score)

    @cached_property
    def _grounds(self) -> Grounds:
        return Grounds.of(self.result)

    @cached_property
    def _rows(self) -> Rows:
        """The shops that are scored again: those of its industry, itself among them."""
        industries = self.result.shops["industry"]
        return np.flatnonzero((industries == industries[self.row]).to_numpy())

    def _score(self, rules: BoundRuleSet, *, counted_so: bool) -> Fraction | None:
        result, rows, grounds = self.result, self._rows, self._grounds
        found = build_result(
            rules,
            result.as_of,
            self._as_counted if counted_so else self._measured(rules),
            result.shops[rows],
            grounds.tables,
            supplied=grounds.supplied.take(rows),
            console=result.console.take(rows),
            judged_on=grounds.judged_on,
            ranks=grounds.ranks,
        )
        return exact_scores(found, np.flatnonzero(rows == self.row))[0]

    @cached_property
    def _as_counted(self) -> dict[str, MetricValues]:
        return {id: values.take(self._rows) for id, values in self.result.measured.items()}

    def _measured(self, rules: BoundRuleSet) -> dict[str, MetricValues]:
        base = self._as_counted
        if not self._sums:
            return base
        columns = () if self.events is None else self.events.columns_present()
        day = self.result.as_of
        counted = weigh(rules.projected(day), self._summing(rules), columns, day, len(self._rows))
        return {id: _as_before(values, base.get(id)) for id, values in counted.items()}

    @cached_property
    def _sums(self) -> Mapping[Wanted, Sums]:
        """What was summed for the result already: most assumptions change none of it."""
        day = self.result.as_of
        found: dict[Wanted, Sums] = {}
        for id, metric in self.result.rules.projected(day).metrics.items():
            values = self._as_counted[id]
            if values.sums:
                found.update(zip(metric.wanted(day), values.sums, strict=True))
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
        assert self.events is not None  # what is counted was counted from events
        ids = self.result.shops["shop_id"][self._rows]
        places = self.events.shops["shop_id"].search_sorted(ids).to_numpy().astype(np.int64)
        return rows_of_shops(self.events, places)


def other_values(assumption: Assumption) -> tuple[str, ...]:
    """Return the ends of an assumption, or its other choices, as users write them."""
    match assumption.kind:
        case "boolean":
            return ("false" if assumption.value else "true",)
        case "choice":
            return tuple(c for c in assumption.choices if c != assumption.value)
    ends = (assumption.low, assumption.high)
    return tuple(as_written(end) for end in ends if end is not None and end != assumption.value)


def _as_before(counted: MetricValues, base: MetricValues | None) -> MetricValues:
    """Return counted values with what the others know of theirs: what is typed in stays."""
    if base is None:
        return counted
    if not base.sums:
        return base
    if base.typed is None:
        return evolve(counted, cut=base.cut, cut_reason=base.cut_reason)
    return evolve(
        base,
        column=base.column.where(base.typed, counted.column),
        n=np.where(base.typed, base.n, counted.n),
    )
