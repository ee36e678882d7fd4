"""Weighing: sums over windows become metric values, one division of two exact integers each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ._integers import widened
from .counting import Sums, Wanted
from .errors import UsageError
from .model.counting import Tally
from .model.expressions import ColumnRef, Expr, FirstOf, columns_of
from .model.joined import HasRow, joined_of
from .model.streams import Stream
from .model.windows import DayWeights
from .plugins.containment import contained
from .rationals import Mask, Rationals
from .rules import BoundMetric, Rules

#: Sums over windows, wherever they come from: rows or daily cells.
Summing = Callable[[Sequence[Wanted], date], list[Sums]]


@frozen(eq=False)
class MetricValues:
    """The value of one metric for every shop.

    ``present`` says which shops have one; ``n`` is the number of rows that it rests on, weighed
    or not. ``lacking`` names columns without which nothing can be said of any shop; ``without``
    says why a single shop has none.
    """

    id: str
    values: Rationals
    present: Mask
    n: npt.NDArray[np.int64]
    lacking: tuple[str, ...] = ()
    without: str = "no row counts"


def weigh(
    rules: Rules, summing: Summing, columns: Iterable[tuple[str, str]], as_of: date, shops: int
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
        with contained(f"{rules.ruleset.name}: window of metric {id}"):
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
            lacking_columns(metric, rules.streams, there),
        )
        if metric.aggregator.tallies
        else _not_counted(id, shops)
        for id, metric in rules.metrics.items()
    }


def _not_counted(id: str, shops: int) -> MetricValues:
    none = np.zeros(shops, dtype=np.int64)
    nothing = Rationals.constant(0, shops)
    why = "no event feeds it: give its value with --values"
    return MetricValues(id, nothing, none.astype(np.bool_), none, without=why)


def _value(metric: BoundMetric, sums: list[Sums], lacking: tuple[str, ...]) -> MetricValues:
    with contained(f"aggregator of metric {metric.id}"):
        num, den, n = metric.aggregator.combine(
            [widened(s) for s, _ in sums], [widened(c) for _, c in sums]
        )
    n = np.asarray(n, dtype=np.int64)
    if lacking:
        n = np.zeros_like(n)
    present = (n > 0) & (den > 0).astype(np.bool_)
    values = Rationals(np.where(present, num, 0), np.where(present, den, 1))
    return MetricValues(metric.id, values, present, n, lacking)


def lacking_columns(
    metric: BoundMetric, streams: Mapping[str, Stream], there: frozenset[tuple[str, str]]
) -> tuple[str, ...]:
    """What the metric needs and the events do not have: ``stream.column``, or ``stream NAME``.

    Needed are the columns of condition and value that have no default, of ``first_of`` those of
    one alternative, and at least one column of those that say the day; columns of the linked
    order never are.
    """
    lacking: dict[str, None] = {}
    for tally in metric.aggregator.tallies:
        stream = streams[tally.stream]
        needs = _Needs(stream, streams, there)
        for expr in _decisive(tally):
            lacking |= dict.fromkeys(needs.lacking(expr))
        days = [ref for ref in columns_of(tally.day) if not ref.linked]
        if days and not any((stream.name, ref.name) in there for ref in days):
            lacking[" or ".join(f"{stream.name}.{ref.name}" for ref in days)] = None
        named = any(name.startswith(f"{stream.name}.") for name in lacking)
        if not named and not any(name == stream.name for name, _ in there):
            lacking[f"stream {stream.name}"] = None  # it reads nothing but the linked order
    return tuple(lacking)


def _decisive(tally: Tally) -> Iterator[Expr]:
    """What decides whether and how much a row counts, besides its day."""
    if tally.where is not None:
        yield tally.where
    yield tally.value
    if tally.once is not None:  # without a part of ``per`` each row stands by itself
        elsewhere = {ref.path for ref in columns_of(tally.day, *tally.once.per)}
        yield from (ref for ref in columns_of(*tally.once.by) if ref.path not in elsewhere)
        if tally.once.among is not None:
            yield tally.once.among


@frozen
class _Needs:
    """Which columns of a stream an expression cannot do without, of those that are not there."""

    stream: Stream
    streams: Mapping[str, Stream]
    there: frozenset[tuple[str, str]]

    def lacking(self, expr: Expr) -> tuple[str, ...]:
        match expr:
            case ColumnRef(name, linked):
                known = linked or self.stream.column(name).default is not None
                known = known or (self.stream.name, name) in self.there
                return () if known else (f"{self.stream.name}.{name}",)
            case FirstOf(operands):
                reading = [o for o in operands if columns_of(o) or joined_of(o)]  # no constants
                alternatives = [self.lacking(operand) for operand in reading]
                if not all(alternatives) or not alternatives:
                    return ()
                return (" or ".join(" and ".join(names) for names in alternatives),)
            case HasRow(name, where):
                return self._to_name(self.streams[name], where)
        return tuple(name for child in expr.children() for name in self.lacking(child))

    def _to_name(self, stream: Stream, where: Expr) -> tuple[str, ...]:
        """What lacks to say whether a row of a stream names an order."""
        if not any(name == stream.name for name, _ in self.there):
            return (f"stream {stream.name}",)
        link = () if (stream.name, "order_id") in self.there else (f"{stream.name}.order_id",)
        return (*link, *_Needs(stream, self.streams, self.there).lacking(where))
