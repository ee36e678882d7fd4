"""Weighing: sums over windows become metric values, each a fraction of two exact integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from ..counting.needs import KEPT
from ..counting.sums import Sums, Wanted
from ..errors import UsageError
from ..exact.columns import ExactColumn
from ..exact.integers import SAFE, Integers, magnitude, widen
from ..exact.rationals import Mask, Rationals
from ..messages import Message, message
from ..model.aggregators import Aggregator
from ..model.windows import DayWeights
from ..plugins.bound_rules import BoundMetric, BoundRuleSet
from ..plugins.isolation import isolated
from .missing_columns import missing_columns_of

#: Computes sums over windows, from rows or from daily cells.
Summing = Callable[[Sequence[Wanted], date], list[Sums]]


NO_ROW = message("no row counts")


@frozen(eq=False)
class MetricValues:
    """The value of one metric for every shop.

    ``n`` is the number of rows that a value rests on, unweighted. ``sums`` are the weighted sums
    and the counts that the aggregator combined, one pair per tally; what changes in the events
    changes these. ``missing_columns`` are columns without which no shop has a value from events;
    ``no_value_reason`` says why a single shop has none. ``missing`` marks the shops for which
    nobody was asked: the input of the metric is missing, by default for want of columns, else
    ``missing_reason`` says why. That is not the same as having no row.

    ``typed`` marks values that a user typed in; where it is not known on how many rows these rest,
    ``n`` is 0 and ``n_unknown`` true. ``unpooled`` marks those whose numerator and denominator
    cannot be added to those of others. ``cut`` marks numbers that may be too low, since the events
    do not cover the window.
    """

    id: str
    column: ExactColumn
    n: npt.NDArray[np.int64]
    sums: tuple[Sums, ...] = ()
    missing_columns: tuple[str, ...] = ()
    no_value_reason: Message = NO_ROW
    missing_reason: Message | None = None
    typed: Mask | None = None
    n_unknown: Mask | None = None
    unpooled: Mask | None = None
    cut: Mask | None = None
    missing: Mask = field()

    @missing.default
    def _missing_where_columns_are(self) -> Mask:
        return np.full(len(self.column), bool(self.missing_columns))

    def that_may_be_more(self) -> MetricValues:
        """Return the same numbers, known to be too low perhaps, where there are any."""
        return evolve(self, cut=~self.missing)

    def enough(self, least: int) -> Mask:
        """Return which values rest on enough rows; those that tell no number are taken to."""
        many = np.asarray(self.n >= least, dtype=np.bool_)
        return many if self.n_unknown is None else many | self.n_unknown

    @property
    def poolable(self) -> Mask:
        """Which values can be pooled: numerators and denominators added up."""
        return self.known if self.unpooled is None else self.known & ~self.unpooled

    @property
    def values(self) -> Rationals:
        """The values; zero where there is none."""
        return self.column.values

    @property
    def known(self) -> Mask:
        """Which shops have a value."""
        return self.column.known


def weigh(
    rules: BoundRuleSet,
    summing: Summing,
    columns: Iterable[tuple[str, str]],
    as_of: date,
    shops: int,
) -> dict[str, MetricValues]:
    """Return the values of every metric of the rules on a day.

    Args:
        rules: the metrics, bound.
        summing: computes the sums of tallies over windows.
        columns: the columns that the events have, by stream.
        as_of: the day of publication; age 1 is the day before.
        shops: the number of shops.

    Raises:
        UsageError: where a window reaches beyond the calendar.
    """
    present = frozenset(columns)
    weights, wanted = _day_weights(rules, as_of), wanted_sums(rules, as_of)
    sums = dict(zip(wanted, summing(list(wanted.values()), as_of), strict=True))
    missing = _missing_columns(rules, present)
    values = {}
    for id, metric in rules.metrics.items():
        tallies = metric.aggregator.tallies
        if tallies:
            own = tuple(sums[tally.key, weights[id]] for tally in tallies)
            values[id] = combine(metric, own, missing[id])
        else:
            values[id] = _not_counted(id, shops)
    return values


@lru_cache(maxsize=KEPT)
def _missing_columns(
    rules: BoundRuleSet, present: frozenset[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Return what each metric needs and is not there; most events have the same columns."""
    return {id: missing_columns_of(m, rules.streams, present) for id, m in rules.metrics.items()}


def wanted_sums(rules: BoundRuleSet, as_of: date) -> dict[tuple[str, DayWeights], Wanted]:
    """Return the tallies of the rules, each with the weights of a window, by key and weights.

    Raises:
        UsageError: where a window reaches beyond the calendar.
    """
    weights = _day_weights(rules, as_of)
    return {
        (tally.key, weights[id]): (tally, weights[id])
        for id, metric in rules.metrics.items()
        for tally in metric.aggregator.tallies
    }


@lru_cache(maxsize=KEPT)
def _day_weights(rules: BoundRuleSet, as_of: date) -> dict[str, DayWeights]:
    weights = {}
    for id, metric in rules.metrics.items():
        with isolated(f"{rules.ruleset.name}: window of metric {id}"):
            weights[id] = metric.window.weights(as_of)
    try:
        as_of.fromordinal(as_of.toordinal() - max(w.last_age for w in weights.values()))
    except ValueError:
        said = message("{day} is too early: windows reach beyond the calendar", day=as_of)
        raise UsageError(said) from None
    return weights


def _not_counted(id: str, shops: int) -> MetricValues:
    return MetricValues(
        id,
        ExactColumn.unknown(shops),
        np.zeros(shops, dtype=np.int64),
        missing_reason=message("no event feeds it: give its value with --values"),
        missing=np.ones(shops, dtype=np.bool_),
    )


def combine(
    metric: BoundMetric, sums: Sequence[Sums], missing: tuple[str, ...] = ()
) -> MetricValues:
    """Combine weighted sums and counts, one pair per tally, into the values of a metric.

    Where a change is added to the sums, the result is the values after that change.
    """
    with isolated(f"aggregator of metric {metric.id}"):
        num, den, n = metric.aggregator.combine(*_roomy(metric.aggregator, sums))
    n = np.asarray(n, dtype=np.int64)
    if missing:
        n = np.zeros_like(n)
    known = (n > 0) & (den > 0).astype(np.bool_)
    values = Rationals(np.where(known, num, 0), np.where(known, den, 1))
    return MetricValues(metric.id, ExactColumn(values, known), n, tuple(sums), missing)


def _roomy(aggregator: Aggregator, sums: Sequence[Sums]) -> tuple[list[Integers], list[Integers]]:
    """Return weighted sums and counts as int64 where it holds all that is made of them."""
    largest_factor, parts = aggregator._largest_factor, [part for pair in sums for part in pair]
    if largest_factor is None or largest_factor * max(1, *map(magnitude, parts)) >= SAFE:
        parts = [widen(part) for part in parts]
    return parts[::2], parts[1::2]
