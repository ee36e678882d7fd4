"""Weighing: sums over windows become metric values, each a fraction of two exact integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

import numpy as np
import numpy.typing as npt

from ..counting.needs import KEPT
from ..counting.sums import Sums, Wanted
from ..errors import DeclarationError, PluginError, UsageError
from ..exact.columns import ExactColumn
from ..exact.integers import SAFE, Integers, magnitude, widen
from ..exact.rationals import Mask, Rationals
from ..messages import Message, listed, message
from ..model.aggregators import Aggregator, Pooling
from ..plugins.bound_rules import BoundMetric, BoundRuleSet
from ..plugins.isolation import isolated, shortened
from ..value_classes import evolve, field, frozen
from .missing_columns import missing_columns_of

if TYPE_CHECKING:
    from .told import Told

#: Computes sums over windows, from rows or from daily cells.
Summing = Callable[[Sequence[Wanted], date], list[Sums]]


NO_ROW = message("no row counts")
NOT_COVERED = message("events do not cover its window, and there may be more")


@frozen(eq=False)
class MetricValues:
    """The value of one metric for every shop.

    ``n`` is the number of rows that a value rests on, unweighted. ``sums`` are the weighted sums
    and the counts that the aggregator combined, one pair per tally; what changes in the events
    changes these. ``missing_columns`` are columns without which no shop has a value from events;
    ``no_value_reason`` says why a single shop has none. ``missing`` marks the shops for which
    nobody was asked: the input of the metric is missing, by default for want of columns, else
    ``missing_reason`` says why. That is not the same as having no row. ``without_number`` says that
    nothing was counted since a number of the rules is missing.

    ``documents`` has the document of each shop that tells something of the metric, where one does;
    ``typed_besides`` marks those of which it tells the value, and a user typed in something else.
    ``typed`` marks values that a user typed in, or a document tells; where it is not known on how many rows these rest,
    ``n`` is 0 and ``n_unknown`` true. ``unpooled`` marks those that no pooled mean can be made
    with; another one counts there as ``per_row`` in the denominator, for each of its rows. ``cut``
    marks numbers that may be too low, since the events do not cover the window, or for the
    ``cut_reason``; ``stands_in`` values of the last evaluation, which decide nothing of a projection.
    """

    id: str
    column: ExactColumn
    n: npt.NDArray[np.int64]
    sums: tuple[Sums, ...] = ()
    missing_columns: tuple[str, ...] = ()
    no_value_reason: Message = NO_ROW
    missing_reason: Message | None = None
    typed: Mask | None = None
    documents: tuple[Told | None, ...] | None = None
    typed_besides: Mask | None = None
    n_unknown: Mask | None = None
    unpooled: Mask | None = None
    per_row: Fraction = Fraction(1)
    metric: BoundMetric | None = None
    cut: Mask | None = None
    cut_reason: Message = NOT_COVERED
    stands_in: Mask | None = None
    without_number: bool = False
    missing: Mask = field()

    @missing.default
    def _missing_where_columns_are(self) -> Mask:
        return np.full(len(self.column), bool(self.missing_columns))

    def that_may_be_more(self) -> MetricValues:
        """Return the same numbers, known to be too low perhaps, where there are any."""
        return evolve(self, cut=~self.missing, cut_reason=NOT_COVERED)

    def take(self, rows: npt.NDArray[np.int64]) -> MetricValues:
        """Return the values of some shops, each as often as it is named."""

        def some(mask: Mask | None) -> Mask | None:
            return None if mask is None else mask[rows]

        return evolve(
            self,
            column=self.column.take(rows),
            n=self.n[rows],
            sums=tuple((own[rows], counts[rows]) for own, counts in self.sums),
            missing=self.missing[rows],
            typed=some(self.typed),
            documents=self.documents and tuple(self.documents[row] for row in rows),
            typed_besides=some(self.typed_besides),
            n_unknown=some(self.n_unknown),
            unpooled=some(self.unpooled),
            cut=some(self.cut),
            stands_in=some(self.stands_in),
        )

    def with_nothing_certain(self) -> MetricValues:
        """Return the same numbers; where no row counts, it is not known that there is none."""
        return evolve(self, cut=~self.missing & (self.n == 0))

    def enough(self, least: int) -> Mask:
        """Return which values rest on enough rows; those that tell no number are taken to."""
        many = np.asarray(self.n >= least, dtype=np.bool_)
        if least == 1:  # also where the value of no row is one
            many = many | self.known
        return many if self.n_unknown is None else many | self.n_unknown

    @property
    def pooling(self) -> Pooling:
        """How the values of several shops become one.

        Raises:
            PluginError: where an aggregator names no such way.
        """
        if self.metric is None:
            return "tallies"
        with isolated(f"aggregator of metric {self.id}"):
            said = self.metric.aggregator.pooling
        if said not in (known := get_args(Pooling)):
            odd = message("pooling is one of {words}, not {found}", words=listed(known), found=said)
            raise _faulty(self.id, odd)
        return said

    @property
    def settles(self) -> Mask:
        """Which shops have a value, or are known to have none, as what is judged has it."""
        told = self.known | ~self.missing
        return np.asarray(told if self.stands_in is None else told & ~self.stands_in, np.bool_)

    @property
    def uncounted(self) -> Mask:
        """Which shops have no tallies, but perhaps a value that was typed in."""
        return np.full(len(self.column), not self.sums) if self.typed is None else self.typed

    def averaged(self, kind: str) -> Mask:
        """Return the shops that a mean of the kind is made of.

        Those with a value; for a ``pooled`` one all with rows that can be added to those of others.
        """
        if kind != "pooled" or self.pooling == "values":
            return self.known
        some = np.asarray(self.known | (self.n > 0), dtype=np.bool_)
        return some if self.unpooled is None else some & ~self.unpooled

    @property
    def undefined(self) -> Mask:
        """Which shops have rows that count, and no value all the same."""
        return np.asarray(~self.known & ~self.missing & (self.n > 0), dtype=np.bool_)

    @property
    def undefined_reason(self) -> Message:
        """Why rows that count make no value.

        Raises:
            PluginError: where an aggregator says it in no words.
        """
        if self.metric is None:
            return self.no_value_reason
        with isolated(f"aggregator of metric {self.id}"):
            said = self.metric.aggregator.undefined
        if not isinstance(said, str):
            odd = message("undefined: a text is needed, not {found}", found=_kind(said))
            raise _faulty(self.id, odd)
        return message("{why}", why=said)

    @property
    def values(self) -> Rationals:
        """The values; zero where there is none."""
        return self.column.values

    @property
    def known(self) -> Mask:
        """Which shops have a value."""
        return self.column.known


def weigh_evaluations(
    rules: BoundRuleSet,
    summing: Summing,
    columns: Iterable[tuple[str, str]],
    as_of: date,
    shops: int,
) -> tuple[dict[str, MetricValues], dict[str, MetricValues] | None]:
    """Return the values of every metric, projected, and those of the last evaluation.

    Where shops are judged every day, these are the values of the day, and None.
    """
    projected = weigh(rules.projected(as_of), summing, columns, as_of, shops)
    current = rules.current(as_of)
    return projected, None if current is None else weigh(current, summing, columns, as_of, shops)


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
    wanted = _wanted(rules, as_of)
    distinct = tuple(dict.fromkeys(one for of in wanted.values() for one in of))
    sums = dict(zip(distinct, summing(distinct, as_of), strict=True))
    missing = _missing_columns(rules, present)
    values = {}
    for id, metric in rules.metrics.items():
        if wanted[id]:
            own = tuple(sums[one] for one in wanted[id])
            values[id] = combine(metric, own, missing[id])
        else:
            values[id] = _not_counted(metric, shops)
    return values


@lru_cache(maxsize=KEPT)
def _missing_columns(
    rules: BoundRuleSet, present: frozenset[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Return what each metric needs and is not there; most events have the same columns."""
    return {id: missing_columns_of(m, rules.streams, present) for id, m in rules.metrics.items()}


def wanted_sums(rules: BoundRuleSet, as_of: date) -> tuple[Wanted, ...]:
    """Return the tallies of the rules, each with the weights of a window, once.

    Raises:
        UsageError: where a window reaches beyond the calendar.
    """
    every = (_wanted(one, as_of).values() for one in rules.judged(as_of))
    return tuple(dict.fromkeys(one for metrics in every for of in metrics for one in of))


@lru_cache(maxsize=KEPT)
def _wanted(rules: BoundRuleSet, as_of: date) -> dict[str, tuple[Wanted, ...]]:
    """Return what each metric sums, in the order of its aggregator."""
    wanted = {}
    for id, metric in rules.metrics.items():
        with isolated(f"{rules.ruleset.name}: window of metric {id}"):
            wanted[id] = metric.wanted(as_of)
            reaches = metric.last_age(as_of)
        if metric.aggregator.is_a_sum and any(weights.scale != 1 for _, weights in wanted[id]):
            said = message(
                "metric {metric} is a sum: its days cannot weigh more or less, as with a half life",
                metric=id,
            )
            raise DeclarationError(said)
        if reaches >= as_of.toordinal():
            said = message("{day} is too early: windows reach beyond the calendar", day=as_of)
            raise UsageError(said)
    return wanted


def _not_counted(metric: BoundMetric, shops: int) -> MetricValues:
    lacks_number = bool(metric.missing_numbers)
    return MetricValues(
        metric.id,
        ExactColumn.unknown(shops),
        np.zeros(shops, dtype=np.int64),
        missing_reason=message("it cannot be counted without a number of the rules")
        if lacks_number
        else message("no event feeds it: give its value with --values"),
        metric=metric,
        without_number=lacks_number,
        missing=np.ones(shops, dtype=np.bool_),
    )


def combine(
    metric: BoundMetric, sums: Sequence[Sums], missing: tuple[str, ...] = ()
) -> MetricValues:
    """Combine weighted sums and counts, one pair per tally, into the values of a metric.

    Where a change is added to the sums, the result is the values after that change.
    """
    keys = [place for place, tally in enumerate(metric.tallies) if tally.distinct is not None]
    num, den, n = found = _combined(metric, _with_keys(sums, keys))
    n = n.astype(np.int64)
    if missing:
        n = np.zeros_like(n)
    some = (n > 0) | (metric.aggregator.has_value_without_rows and not missing)
    known = some & (den > 0).astype(np.bool_)
    unsure = np.zeros_like(known)
    if not missing and any(sums[place][1].any() for place in keys):
        most = _combined(metric, _with_keys(sums, keys, unknown=True))
        unsure = np.logical_or.reduce([a != b for a, b in zip(found, most, strict=True)])
    known = known & ~(unsure & (n == 0))
    values = Rationals(np.where(known, num, 0), np.where(known, den, 1))
    measured = MetricValues(
        metric.id, ExactColumn(values, known), n, tuple(sums), missing, metric=metric
    )
    return _told_of_keys(metric, measured, unsure) if unsure.any() else measured


def _combined(metric: BoundMetric, sums: Sequence[Sums]) -> tuple[Integers, Integers, Integers]:
    with isolated(f"aggregator of metric {metric.id}"):
        found = metric.aggregator.combine(*_roomy(metric.aggregator, sums))
    return check_combined(metric.id, found, len(sums[0][1]))


def _with_keys(sums: Sequence[Sums], keys: Sequence[int], *, unknown: bool = False) -> list[Sums]:
    """Return what an aggregator is given: of distinct keys both numbers are how many there are.

    With ``unknown`` every row whose key is not known has one of its own.
    """
    given = list(sums)
    for place in keys:
        own, rows = sums[place]
        number = own + rows if unknown else own
        given[place] = number, number
    return given


def _told_of_keys(metric: BoundMetric, measured: MetricValues, unsure: Mask) -> MetricValues:
    """Return values that are missing where no key is known, and may be too low where some are not.

    ``unsure`` are the shops for which rows whose key is not known could change the value. A rate
    of the keys that are known is one: rows without what they are asked for do not count.
    """
    per = (e for tally in metric.tallies if tally.distinct is not None for e in tally.distinct.per)
    names = listed(dict.fromkeys(map(str, per)))
    more = unsure & (measured.n > 0)
    return evolve(
        measured,
        missing=measured.missing | (unsure & (measured.n == 0)),
        missing_reason=message("rows that count have no {columns}", columns=names),
        cut=more if metric.metric.unit == "count" and more.any() else None,
        cut_reason=message(
            "rows that count have no {columns}, and there may be more", columns=names
        ),
    )


def check_combined(metric: str, found: object, shops: int) -> tuple[Integers, Integers, Integers]:
    """Return what an aggregator made of its sums: nothing of it is ever cut to whole numbers.

    Raises:
        PluginError: where it is no numerator, denominator and n of each shop in whole numbers, or
            a denominator or n is negative.
    """
    if not isinstance(found, tuple) or len(found) != len(_COMBINED):
        said = message(
            "a numerator, a denominator and n are needed, not {found}", found=_kind(found)
        )
        raise _faulty(metric, said)
    for name, part in zip(_COMBINED, found, strict=True):
        if not isinstance(part, np.ndarray) or part.shape != (shops,):
            said = message("{part}: a number for each of {n} shops is needed", part=name, n=shops)
            raise _faulty(metric, said)
        if part.dtype == object:
            odd = [one for one in part if type(one) is not int]
        else:
            odd = [] if part.dtype.kind in "iu" else part.tolist()
        if odd:
            said = message(
                "{part}: whole numbers are needed, not {found}", part=name, found=_kind(odd[0])
            )
            raise _faulty(metric, said)
    num, den, n = found
    for name, part in (("den", den), ("n", n)):
        if len(part) and (part < 0).any():
            least = int(part.min())
            said = message("{part} = {value}: it cannot be negative", part=name, value=least)
            raise _faulty(metric, said)
    return num, den, n


#: What an aggregator returns.
_COMBINED = ("num", "den", "n")


def _faulty(metric: str, said: Message) -> PluginError:
    return PluginError(message("aggregator of metric {metric}: {said}", metric=metric, said=said))


def _kind(found: object) -> str:
    return shortened(f"{type(found).__name__} {found!r}")


def _roomy(aggregator: Aggregator, sums: Sequence[Sums]) -> tuple[list[Integers], list[Integers]]:
    """Return weighted sums and counts as int64 where it holds all that is made of them."""
    largest_factor, parts = aggregator._largest_factor, [part for pair in sums for part in pair]
    if largest_factor is None or largest_factor * max(1, *map(magnitude, parts)) >= SAFE:
        parts = [widen(part) for part in parts]
    return parts[::2], parts[1::2]
