"""A case: a shop on a day, its documents, and all that its numbers can be computed again from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from ...counting.day_ranges import RowDays, days_of_rows
from ...counting.resolution import resolve_events
from ...counting.sums import window_sums
from ...exact.rationals import Mask
from ...grading.told import Figures
from ...grading.typed_rows import TypedRow
from ...grading.value_merging import Prefer, ValuesBeside
from ...grading.weighing import MetricValues, weigh_evaluations
from ...plugins.selection import Selection
from ...reading.events import Events
from ...results.basis import Basis
from ...results.conclusion import conclude_basis
from ...results.reference_tables import ReferenceTables
from ...results.result import Result
from ...scoring_days import Counted
from ...value_classes import evolve, field, frozen
from ..reasons.shop_rows import rows_of_shops
from .comparing import compare_result, counted_lines
from .lines import Line, LineKey, keys_of, misfit

#: Values of metrics by their ids: those of the day, and those of the last evaluation.
Values = Mapping[str, MetricValues]


@frozen(eq=False)
class Measured:
    """The values of all shops on a day; ``current`` are those of the last evaluation, if any."""

    values: Values
    current: Values | None = None

    def with_those_of(self, other: Measured, ids: Collection[str]) -> Measured:
        """Return the same with some metrics as they are in another."""
        picked = {id: other.values[id] for id in ids}
        last = None
        if self.current is not None and other.current is not None:
            last = {**self.current, **{id: other.current[id] for id in ids}}
        return Measured({**self.values, **picked}, last)


@frozen(eq=False, slots=False)
class Case:
    """A shop on a day: its events, counted, and what its documents show.

    ``rows`` are the values that documents tell of it. Whatever is tried is computed by the stages
    that compute a score, with other days, rows or rules.
    """

    selection: Selection
    counted: Counted
    tables: ReferenceTables
    shop_id: str
    row: int
    figures: Figures
    rows: Sequence[TypedRow]
    beside: ValuesBeside
    events: Events = field(repr=False)

    @property
    def day(self) -> date:
        """The day of publication."""
        return self.selection.day

    @cached_property
    def measured(self) -> Measured:
        """The values of all shops on the day."""
        return self.on_day(self.day)

    @cached_property
    def result(self) -> Result:
        """The result as it is, with what to know about it."""
        return conclude_basis(self._basis, self.events)

    @cached_property
    def _basis(self) -> Basis:
        """What the result is concluded from; values of documents are there where no event feeds one."""
        return Basis(
            self.selection,
            self.tables,
            self._beside(self._from_console, "events"),
            self.counted.shops,
            self.measured.values,
            self.measured.current,
            self.counted.days,
            self.counted.notices,
        )

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What is computed beside what is shown."""
        return compare_result(self.result, self.figures, self.row)

    @cached_property
    def compared(self) -> frozenset[LineKey]:
        """The lines that can be compared, and that a misfit is made of."""
        return keys_of(self.lines)

    @cached_property
    def own_events(self) -> Events:
        """The events of the shop alone."""
        return rows_of_shops(self.events, np.array([self.row]))

    @cached_property
    def own_days(self) -> RowDays:
        """The days on which the shop has rows."""
        return days_of_rows(resolve_events(self.own_events, self.selection.rules))

    @cached_property
    def parting(self) -> tuple[str, ...]:
        """The metrics of which something that is counted parts."""
        counted = (line for line in self.lines if line.kind == "metric" and line.parts)
        ids = (line.id for line in counted if line.stage != "points")
        return tuple(dict.fromkeys(ids))

    def on_day(self, day: date) -> Measured:
        """Return the values of all shops on another day, from what was counted."""
        rules, shops = self.selection.rules, len(self.counted.shops)
        summing, columns = self.counted.sums.window_sums, self.counted.columns
        return Measured(*weigh_evaluations(rules, summing, columns, day, shops))

    def by_rules(self, selection: Selection, ids: Collection[str]) -> Measured:
        """Return the values by other rules, which count the metrics ``ids`` of the shop anew."""
        others = self.measured.values.keys() - ids
        counted = self.count(self.own_events, ids, selection)
        return self.with_row(counted, 0).with_those_of(
            self.measured, others & selection.rules.metrics.keys()
        )

    def count(
        self, events: Events, ids: Collection[str], selection: Selection | None = None
    ) -> Measured:
        """Return the values of some metrics counted from other events, or by other rules."""
        rules = (selection or self.selection).rules
        rules = evolve(rules, metrics={id: m for id, m in rules.metrics.items() if id in ids})
        summing = partial(window_sums, resolve_events(events, rules))
        shops = len(events.shops)
        return Measured(*weigh_evaluations(rules, summing, self.counted.columns, self.day, shops))

    def with_row(self, own: Measured, row: int) -> Measured:
        """Return values of all shops, with a row of others in the place of the shop.

        Its peers stay as they are; of metrics that were not counted for them they have none.
        """
        values = self._put(own.values, self.measured.values, row)
        if own.current is None:
            return Measured(values)
        return Measured(values, self._put(own.current, self.measured.current or {}, row))

    def _put(self, own: Values, every: Values, row: int) -> Values:
        here = np.arange(len(self.counted.shops)) == self.row
        return {id: _in_place(one, row, every.get(id), here) for id, one in own.items()}

    def build(
        self,
        measured: Measured,
        selection: Selection | None = None,
        rows: Sequence[TypedRow] | None = None,
        prefer: Prefer = "events",
    ) -> Result:
        """Build a result from other values, other rules, or with more values of the documents."""
        basis = evolve(
            self._basis,
            selection=selection or self.selection,
            counted=measured.values,
            current=measured.current,
            beside=self._beside(self._from_console if rows is None else rows, prefer),
        )
        return conclude_basis(basis, change=lambda start: start)

    def _beside(self, rows: Sequence[TypedRow], prefer: Prefer) -> ValuesBeside | None:
        if not rows:
            return None
        return evolve(self.beside, typed=evolve(self.beside.typed, rows=rows), prefer=prefer)

    def compare(self, result: Result) -> tuple[Line, ...]:
        """Return the numbers of another result beside what is shown."""
        return compare_result(result, self.figures, self.row)

    def misfit_of_metric(self, id: str, measured: Measured, day: date) -> Fraction:
        """Return how badly what is counted of one metric fits."""
        if id not in measured.values:
            return Fraction(1)  # other rules do not have it
        values = measured.values[id]
        if measured.current is not None and self._is_of_last(id):
            values = measured.current[id]
        lines = counted_lines(values, self.result, self.figures, self.row, day)
        keys = {line.key for line in lines} & self.compared
        return misfit(lines, keys)

    def counts_closer(self, measured: Measured, day: date | None = None) -> bool:
        """Return whether what is counted of the metrics that part comes closer to what is shown.

        What does not is not computed to its end. Where nothing that is counted parts, all is.
        """
        if not self.parting:
            return True
        return self._misfit_of_counted(measured, day or self.day) < self._counted_as_it_is

    @cached_property
    def _counted_as_it_is(self) -> Fraction:
        return self._misfit_of_counted(self.measured, self.day)

    def _misfit_of_counted(self, measured: Measured, day: date) -> Fraction:
        every = (self.misfit_of_metric(id, measured, day) for id in self.parting)
        return sum(every, Fraction(0))

    def _is_of_last(self, id: str) -> bool:
        told = self.figures.told("metric", id)
        return told is not None and told.stands_in

    @cached_property
    def settled_rows(self) -> tuple[TypedRow, ...]:
        """The same, with their points as they are computed: others are taken from documents then."""
        points = {line.id: line.computed for line in self.lines if line.stage == "points"}
        return tuple(
            evolve(row, percentile=None, points=points.get(row.name.id))
            for row in self._from_console
        )

    @cached_property
    def _from_console(self) -> tuple[TypedRow, ...]:
        """The values of metrics that no event feeds: there is nothing to compare them with."""
        metrics = self.selection.rules.metrics
        return tuple(
            row for row in self.rows if row.name.id in metrics and not metrics[row.name.id].tallies
        )


def _in_place(own: MetricValues, row: int, every: MetricValues | None, here: Mask) -> MetricValues:
    """Return values of all shops with one row of others in the place of one shop, ``here``."""
    at = np.full(len(here), row, dtype=np.int64)
    column, n, missing = own.column.take(at), own.n[at], own.missing[at]
    sums = tuple((a[at], b[at]) for a, b in own.sums)
    cut = None if own.cut is None else own.cut[at] & here
    if every is None:
        none = np.where(here, n, 0)
        return evolve(
            own, column=column.only(here), n=none, sums=(), missing=missing | ~here, cut=cut
        )
    if every.cut is not None:
        cut = every.cut & ~here if cut is None else np.where(here, cut, every.cut)
    pairs = zip(sums, every.sums, strict=False)
    return evolve(
        own,
        column=column.where(here, every.column),
        n=np.where(here, n, every.n),
        sums=tuple((np.where(here, a, c), np.where(here, b, d)) for (a, b), (c, d) in pairs),
        missing=np.where(here, missing, every.missing),
        cut=cut,
    )
