"""Weighing: sums over windows become metric values, one division of two exact integers each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ..counting.sums import Sums, Wanted
from ..errors import UsageError
from ..exact.integers import widened
from ..exact.rationals import Mask, Rationals
from ..model.windows import DayWeights
from ..plugins.bound_rules import BoundMetric, BoundRuleSet
from ..plugins.isolation import isolated
from .requirements import missing_columns_of

#: Sums over windows, wherever they come from: rows or daily cells.
Summing = Callable[[Sequence[Wanted], date], list[Sums]]


@frozen(eq=False)
class MetricValues:
    """The value of one metric for every shop.

    ``present`` says which shops have one; ``n`` is the number of rows that it rests on, weighed
    or not. ``missing_columns`` names columns without which nothing can be said of any shop; ``no_value_reason``
    says why a single shop has none.
    """

    id: str
    values: Rationals
    present: Mask
    n: npt.NDArray[np.int64]
    missing_columns: tuple[str, ...] = ()
    no_value_reason: str = "no row counts"


def weigh(
    rules: BoundRuleSet,
    summing: Summing,
    columns: Iterable[tuple[str, str]],
    as_of: date,
    shops: int,
) -> dict[str, MetricValues]:
    """The values of every metric of the rules on a day.

    Args:
        rules: the metrics, bound.
        summing: gives the sums of tallies over windows.
        columns: the columns that the events have, by stream.
        as_of: the day of publication; age 1 is the day before.
        shops: how many there are.

    Raises:
        UsageError: where a window reaches beyond the calendar.
    """
    there = frozenset(columns)
    weights = {}
    for id, metric in rules.metrics.items():
        with isolated(f"{rules.ruleset.name}: window of metric {id}"):
            weights[id] = metric.window.weights(as_of)
    try:
        as_of.fromordinal(as_of.toordinal() - max(w.last_age for w in weights.values()))
    except ValueError:
        raise UsageError(f"{as_of} is too early: windows reach beyond the calendar") from None
    wanted: dict[tuple[str, DayWeights], Wanted] = {}
    for id, metric in rules.metrics.items():
        for tally in metric.aggregator.tallies:
            wanted[tally.key, weights[id]] = (tally, weights[id])
    sums = dict(zip(wanted, summing(list(wanted.values()), as_of), strict=True))
    return {
        id: _value(
            metric,
            [sums[t.key, weights[id]] for t in metric.aggregator.tallies],
            missing_columns_of(metric, rules.streams, there),
        )
        if metric.aggregator.tallies
        else _not_counted(id, shops)
        for id, metric in rules.metrics.items()
    }


def _not_counted(id: str, shops: int) -> MetricValues:
    none = np.zeros(shops, dtype=np.int64)
    nothing = Rationals.constant(0, shops)
    why = "no event feeds it: give its value with --values"
    return MetricValues(id, nothing, none.astype(np.bool_), none, no_value_reason=why)


def _value(metric: BoundMetric, sums: list[Sums], missing: tuple[str, ...]) -> MetricValues:
    with isolated(f"aggregator of metric {metric.id}"):
        num, den, n = metric.aggregator.combine(
            [widened(s) for s, _ in sums], [widened(c) for _, c in sums]
        )
    n = np.asarray(n, dtype=np.int64)
    if missing:
        n = np.zeros_like(n)
    present = (n > 0) & (den > 0).astype(np.bool_)
    values = Rationals(np.where(present, num, 0), np.where(present, den, 1))
    return MetricValues(metric.id, values, present, n, missing)
