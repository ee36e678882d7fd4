"""Conditions checked on shops: the one place that compares a measure with a bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ..exact.columns import ColumnBuilder, ExactColumn
from ..exact.rationals import Mask, Rationals
from ..grading.means import mean_of, mean_of_kind
from ..grading.variants import first_group
from ..grading.weighing import MetricValues
from ..model.conditions import Condition, Measure, Operator, Relief
from ..value_classes import evolve, field, frozen
from .comparison import by_industry

if TYPE_CHECKING:
    from ..grading.instead import Instead

#: On either of these no value is equal to a bound.
_SIDES: tuple[Operator, ...] = ("above", "below")


@frozen(eq=False)
class Verdict:
    """Which shops meet something, and which certainly do not; of the others nobody can tell."""

    met: Mask
    failed: Mask

    @property
    def told(self) -> Mask:
        """Of which shops somebody can tell."""
        return self.met | self.failed

    @property
    def open(self) -> Mask:
        """Of which shops nobody can tell."""
        return np.asarray(~self.told, dtype=np.bool_)

    @classmethod
    def of_all(cls, parts: Sequence[Verdict]) -> Verdict:
        """Return who meets all of some things."""
        met, failed = zip(*((part.met, part.failed) for part in parts), strict=True)
        return cls(np.logical_and.reduce(met), np.logical_or.reduce(failed))

    @classmethod
    def of_any(cls, parts: Sequence[Verdict]) -> Verdict:
        """Return who meets any of some things."""
        met, failed = zip(*((part.met, part.failed) for part in parts), strict=True)
        return cls(np.logical_or.reduce(met), np.logical_and.reduce(failed))


@frozen(eq=False)
class Measures:
    """What conditions measure: metrics and, once they are composed, dimensions and the total.

    ``days`` has how long ago a day of each shop was, by the name of its column. ``ends`` are the
    ends between which the total of a shop lies. ``told_bounds`` are bounds of criteria that
    documents state, by the id of the criterion, ``told_counts`` the counts that relieve them: they go
    before those of the rules. A row may stand ``instead`` of another shop.
    """

    metrics: Mapping[str, MetricValues]
    industries: pl.Series = field(converter=pl.Series)
    dimensions: Mapping[str, ExactColumn] | None = None
    total: ExactColumn | None = None
    mean_kind: str = "pooled"
    days: Mapping[str, ExactColumn] = field(factory=dict)
    ends: tuple[ExactColumn, ...] = ()
    shop_types: pl.Series | None = None
    shops: pl.Series | None = None
    told_bounds: Mapping[str, ExactColumn] = field(factory=dict)
    told_counts: Mapping[str, ExactColumn] = field(factory=dict)
    instead: Instead | None = None
    _told_bound: ExactColumn | None = field(default=None)
    _told_count: ExactColumn | None = field(default=None)
    _means: dict[Measure, ExactColumn] = field(factory=dict, init=False)

    def of_criterion(self, id: str) -> Measures:
        """Return the same with the bounds and counts that documents state of a criterion."""
        bound, count = self.told_bounds.get(id), self.told_counts.get(id)
        if bound is None and count is None:
            return self
        return evolve(self, told_bound=bound, told_count=count)

    def column(self, measure: Measure) -> ExactColumn:
        """Return a measure of every shop; unknown where there is no value."""
        if measure.kind == "total" and self.total is not None:
            return self.total
        if measure.kind == "dimension" and self.dimensions is not None:
            return self.dimensions[measure.id]
        if measure.kind == "days since":
            return self.days[measure.id]
        metric = self.metrics[measure.id]
        rows = Rationals(metric.n, Rationals.constant(1, len(metric.n)).den)
        match measure.kind:
            case "n":
                everyone = np.ones(len(rows), dtype=np.bool_)
                return ExactColumn(
                    rows, everyone if metric.n_unknown is None else ~metric.n_unknown
                )
            case "numerator":  # a whole number, even where the value was supplied
                counts = (metric.values * rows).half_up(0)
                counted = (
                    metric.known if metric.n_unknown is None else metric.known & ~metric.n_unknown
                )
                return ExactColumn(Rationals.of(counts, np.ones_like(counts)), counted)
        return metric.column

    def bounds(self, condition: Condition[Fraction]) -> ExactColumn:
        """Return the bound for every shop; unknown in an industry without a mean, or without one."""
        own = self._own_bounds(condition)
        if not condition.times_industry_mean:
            return own
        measure = condition.measure
        if measure not in self._means:
            self._means[measure] = self._industry_means(measure)
        means = self._means[measure]
        return ExactColumn(own.values * means.values, own.known & means.known)

    def _industry_means(self, measure: Measure) -> ExactColumn:
        """Return the mean of each shop's industry; of a supposed shop that with it in its place."""
        size = len(self.industries)
        metric, column, means = self.metrics[measure.id], self.column(measure), ColumnBuilder(size)
        of_value = measure.kind == "value"
        among = metric.averaged(self.mean_kind) if of_value else column.known
        industries = by_industry(self.industries, np.ones(size, dtype=np.bool_), among)
        if self.instead is not None:
            industries = (part for own in industries for part in self.instead.split(*own))
        for rows, others in industries:
            if not len(others):
                continue
            mean = (
                mean_of_kind(self.mean_kind, metric, others)
                if of_value
                else mean_of(column.values.take(others))  # a number of rows
            )
            if mean is not None:
                means.put(rows, Rationals.constant(mean, len(rows)))
        return means.build()

    def _own_bounds(self, condition: Condition[Fraction]) -> ExactColumn:
        """Return the bound of the rules for every shop, by the group that it is in."""
        size = len(self.industries)
        bounds = (
            ExactColumn.unknown(size)
            if condition.bound is None
            else ExactColumn.constant(condition.bound, size)
        )
        if condition.elsewhere:
            groups = [group for group, _ in condition.elsewhere]
            places = first_group(groups, self.industries, self.shop_types, self.shops)
            for place, (_, bound) in enumerate(condition.elsewhere):
                bounds = ExactColumn.constant(bound, size).where(places == place, bounds)
        return bounds if self._told_bound is None else self._told_bound.or_else(bounds)

    def verdict(self, condition: Condition[Fraction], values: ExactColumn | None = None) -> Verdict:
        """Return which shops meet a condition, and which do not.

        Nobody can tell where it rests on something that is missing, or on a mean of an industry
        whose values cannot be pooled; but always where all of that changes nothing. A condition on
        the total is met where both ends of it meet it. ``values`` replace what is measured.
        """
        if condition.measure.kind == "total" and self.ends:
            return self._verdict_by_ends(condition)
        own = self.column(condition.measure) if values is None else values
        told = (
            self._told(condition)
            if condition.measure.metric
            else own.known & self.bounds(condition).known
        )
        met = self._met(condition, own) & told
        return Verdict(met, told & ~met)

    def _verdict_by_ends(self, condition: Condition[Fraction]) -> Verdict:
        bounds, ends = self.bounds(condition), [*dict.fromkeys(self.ends)]
        held = [reaches(end, condition.operator, bounds) for end in ends]
        met = np.logical_and.reduce(held)
        if condition.operator == "equal to":  # what lies between the ends may be equal
            beyond = [[reaches(end, side, bounds) for end in ends] for side in _SIDES]
            return Verdict(met, np.logical_or.reduce([np.logical_and.reduce(b) for b in beyond]))
        known = np.logical_and.reduce([bounds.known, *(end.known for end in ends)])
        return Verdict(met, known & ~np.logical_or.reduce(held))

    def _checkable(self, condition: Condition[Fraction]) -> Mask:
        """Return for which shops a condition on a metric can be checked: its input is there.

        Where events do not cover the window, a number may be too low: it tells only what more rows
        could not change.
        """
        measure = condition.measure
        measured = self.metrics[measure.metric]
        checkable = measured.settles
        if measure.kind != "value" and measured.n_unknown is not None:
            checkable = checkable & ~measured.n_unknown
        if measured.cut is not None:
            settled = self._settled(condition)
            if condition.without_rows:  # nor is it settled that there is no row
                settled = settled & measured.known
            checkable = checkable & (~measured.cut | settled)
        return checkable

    def _told(self, condition: Condition[Fraction]) -> Mask:
        """Return for which shops it can be told whether a condition on a metric is met."""
        measure, checkable = condition.measure, self._checkable(condition)
        own = self.column(measure)
        told, met = checkable, checkable & self._met(condition, own)
        if condition.times_industry_mean or condition.bound is None:
            told = told & (self.bounds(condition).known | ~own.known)
        if condition.relief is not None:
            told = told & (self._told_by(condition, condition.relief) | ~own.known)
            if condition.relief.from_base is not None:  # of how many rows decides what is asked
                met = met & (self.column(Measure("n", measure.id)).known | ~own.known)
        return told | met

    def _told_by(self, condition: Condition[Fraction], relief: Relief[Fraction]) -> Mask:
        """Return where a relief leaves nothing open.

        Its count is known, or not asked for; of how many rows is known, or it changes nothing.
        """
        measure, size = condition.measure, len(self.industries)
        counted = np.ones(size, dtype=np.bool_)
        if relief.count_of:
            metric = self.metrics[relief.count_of]
            counted = metric.settles
            if metric.cut is not None:  # a count that is too high stays so, whatever more there is
                counted = counted & ~(metric.cut & self._within(relief, measure))
        elif relief.count_at_most is not None or relief.count_below is not None:
            counted = self.column(Measure("numerator", measure.id)).known
        if relief.from_base is None:
            return counted
        rows = self.column(Measure("n", measure.id))
        small = reaches(rows, "below", ExactColumn.constant(relief.from_base, size))
        values = self.column(measure)
        within = reaches(values, condition.operator, self.bounds(condition))
        enough = self._enough(condition, relief, values)
        return np.where(rows.known, counted | ~small, counted & (within == enough))

    def _settled(self, condition: Condition[Fraction]) -> Mask:
        """Return where no greater value than the known one changes whether a condition is met."""
        known = self.column(condition.measure)
        values = ExactColumn(known.or_zero(), np.ones(len(known), dtype=np.bool_))
        if condition.operator == "equal to":
            return reaches(values, "above", self.bounds(condition))
        met = self._met(condition, values)
        return met if condition.operator in ("at least", "above") else ~met

    def _met(self, condition: Condition[Fraction], values: ExactColumn) -> Mask:
        """Return which shops meet a condition by some values; those without one do not."""
        met = reaches(values, condition.operator, self.bounds(condition))
        if condition.relief is not None:
            met = self._relieved(condition, condition.relief, values, met)
        if condition.without_rows:
            metric = self.metrics[condition.measure.metric]
            met = met | (~metric.known & ~metric.missing & (metric.n == 0))
        return met

    def _relieved(
        self,
        condition: Condition[Fraction],
        relief: Relief[Fraction],
        values: ExactColumn,
        met: Mask,
    ) -> Mask:
        """Return which shops meet a condition by its bound, or by what is asked of small numbers."""
        enough = self._enough(condition, relief, values)
        if relief.from_base is None:
            return met | (enough & values.known)
        rows = self.column(Measure("n", condition.measure.id))
        small = reaches(rows, "below", ExactColumn.constant(relief.from_base, len(met)))
        return np.where(small & values.known, enough, met)

    def _enough(
        self, condition: Condition[Fraction], relief: Relief[Fraction], values: ExactColumn
    ) -> Mask:
        """Return which shops have what is asked of small numbers."""
        if relief.bound is not None:
            bounds = ExactColumn.constant(relief.bound, len(values))
            return reaches(values, condition.operator, bounds)
        if relief.count_at_most is not None or relief.count_below is not None:
            return self._few(relief, condition.measure)
        return np.ones(len(values), dtype=np.bool_)

    def _few(self, relief: Relief[Fraction], measure: Measure) -> Mask:
        """Return where the count of a relief is certainly not too high."""
        within = self._within(relief, measure)
        if not relief.count_of:
            return within
        metric = self.metrics[relief.count_of]
        within = within & metric.settles
        return within if metric.cut is None else within & ~metric.cut

    def _within(self, relief: Relief[Fraction], measure: Measure) -> Mask:
        """Return where the count of a relief, as far as it is known, is not too high.

        Where no row counts, it is 0.
        """
        counts = self.column(Measure("numerator", measure.id))
        if relief.count_of:
            counted = self.metrics[relief.count_of]
            none = ExactColumn.constant(0, len(counts)).only(~counted.missing)
            counts = counted.column.or_else(none)
        if relief.count_below is not None:
            return reaches(counts, "below", ExactColumn.constant(relief.count_below, len(counts)))
        most = ExactColumn.constant(relief.count_at_most or 0, len(counts))
        if self._told_count is not None:
            most = self._told_count.or_else(most)
        return reaches(counts, "at most", most)


def reaches(values: ExactColumn, operator: Operator, bounds: ExactColumn) -> Mask:
    """Return where values are known and on the right side of their bounds, decided exactly.

    >>> from fractions import Fraction
    >>> values = ExactColumn.of([Fraction(2), Fraction(3), None])
    >>> reaches(values, "at most", ExactColumn.constant(2, 3)).tolist()
    [True, False, False]
    """
    match operator:
        case "at least":
            met = ~bounds.values.above(values.values)
        case "at most":
            met = ~values.values.above(bounds.values)
        case "below":
            met = bounds.values.above(values.values)
        case "above":
            met = values.values.above(bounds.values)
        case "equal to":
            met = ~(bounds.values.above(values.values) | values.values.above(bounds.values))
    return np.asarray(met & values.known & bounds.known, dtype=np.bool_)
