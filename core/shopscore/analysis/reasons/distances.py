"""Distances: how far each condition is from its bound, and which events it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from ...composing.conditions import Measures, Verdict
from ...counting.sums import Sums
from ...counting.units import reach_beyond_orders
from ...exact.columns import ExactColumn
from ...exact.integers import narrow, widen
from ...grading.weighing import combine
from ...model.conditions import Condition, Operator
from ...plugins.bound_rules import BoundMetric
from ...results.result import Result
from ...value_classes import evolve, frozen
from .removing import TRIED, Removing
from .shop_rows import Row, RowSets, ShopRows

#: Where more is better.
_UPWARDS: tuple[Operator, ...] = ("at least", "above")


@frozen
class NamedRow:
    """An event by its key, and where it is from."""

    stream: str
    key: dict[str, str]
    file: str | None
    line: int | None

    @classmethod
    def of(cls, rows: ShopRows, row: Row) -> NamedRow:
        """Return what a row of a shop is called."""
        place = rows.origin(*row) or (None, None)
        return cls(row[0], rows.key(*row), *place)


@frozen
class Distance:
    """A condition on one shop: what is measured, the bound, and how far it is on the right side.

    ``distance`` is below 0 on the wrong side; None where there is no value or no bound. ``met`` is
    None where nobody can tell. ``rows`` are the events without which the value would be better, the
    heaviest first, and what it would be without each; where the condition is met, only if one event
    is as much as the distance, and those of a metric only once.
    """

    id: str
    role: str
    condition: Condition[Fraction]
    value: Fraction | None
    bound: Fraction | None
    distance: Fraction | None
    met: bool | None
    rows: tuple[tuple[NamedRow, Fraction], ...] = ()


@frozen(eq=False)
class Measuring:
    """The conditions of one shop; without events only how far each is."""

    removing: Removing | None
    most: int

    def distances(self, found: Iterator[Distance]) -> list[Distance]:
        """Return distances with the events that they rest on, those of each metric once."""
        told: set[str] = set()
        every = []
        for one in found:
            id = one.condition.measure.metric
            rows = () if id in told else self._rows_of(one)
            if rows:
                told.add(id)
            every.append(evolve(one, rows=rows))
        return every

    def _rows_of(self, one: Distance) -> tuple[tuple[NamedRow, Fraction], ...]:
        """Return the events that a condition rests on, where it is not met, or one is enough."""
        measure, removing = one.condition.measure, self.removing
        if (
            removing is None
            or not self.most
            or measure.kind != "value"
            or one.value is None
            or one.distance is None
            or measure.id not in removing.supposing.metrics
        ):
            return ()
        metric = removing.supposing.metrics[measure.id]
        upwards = one.condition.operator in _UPWARDS
        if upwards != (metric.metric.better == "higher"):
            return ()  # it tells what is bad: a better value is not what it asks for
        heaviest = self._heaviest(metric, one.value, upwards=upwards)
        if not heaviest or (one.met is True and abs(heaviest[0][1] - one.value) < one.distance):
            return ()
        return tuple((NamedRow.of(removing.rows, row), value) for row, value in heaviest)

    def _heaviest(
        self, metric: BoundMetric, now: Fraction, *, upwards: bool
    ) -> list[tuple[Row, Fraction]]:
        """Return the events without which a metric would be better, and its value then.

        Where rows of several orders depend on each other, the likeliest are found by their orders.
        """
        removing = self.removing
        assert removing is not None  # it was asked before
        result = removing.supposing.result
        tallies = [tally for tally, _ in metric.wanted(result.as_of)]
        values = self._without(metric, removing.candidates(), removing.all_changes)
        better = _better(values, now, upwards=upwards)
        if reach_beyond_orders(tallies, result.rules.streams):
            likely = [row for row, _ in better[: self.most * TRIED]]
            values = self._without(metric, likely, removing.without(RowSets.of_each(likely)))
            better = _better(values, now, upwards=upwards)
        return better[: self.most]

    def _without(
        self, metric: BoundMetric, rows: Sequence[Row], changes: Sequence[Sums]
    ) -> list[tuple[Row, Fraction | None]]:
        """Return what a metric would be without each of some rows, by what changes with them."""
        assert self.removing is not None  # it was asked before
        supposing = self.removing.supposing
        if not rows:
            return []
        at = supposing.places_of(metric.id)
        sums = [
            (
                narrow(widen(changes[place][0]) + supposing.sums[place][0]),
                np.asarray(changes[place][1] + supposing.sums[place][1], dtype=np.int64),
            )
            for place in at
        ]
        return [*zip(rows, combine(metric, sums).column.fractions(), strict=True)]


def _better(
    values: Sequence[tuple[Row, Fraction | None]], now: Fraction, *, upwards: bool
) -> list[tuple[Row, Fraction]]:
    """Return the values that are better than now, the best first."""
    sign = 1 if upwards else -1
    better = [
        (row, value) for row, value in values if value is not None and sign * (value - now) > 0
    ]
    return sorted(better, key=lambda o: (-sign * o[1], o[0]))


def find_distances(result: Result, row: int) -> Iterator[Distance]:
    """Yield every condition for a score and every criterion of a shop."""
    types = result.shops["shop_type"] if "shop_type" in result.shops.columns else None
    measures = Measures(
        result.measured,
        result.shops["industry"],
        mean_kind=result.rules.exact.mean_kind,
        shop_types=types,
        shops=result.shops["shop_id"],
    )
    for check in result.checks:
        condition = check.eligibility.condition
        yield _distance(
            check.eligibility.id, "eligibility", condition, check.values,
            measures.bounds(condition), check.verdict, row,
        )  # fmt: skip
    for found in () if result.levels is None else result.levels.checks:
        yield _distance(
            found.criterion.id, "criterion", found.criterion.condition, found.values, found.bounds,
            found.verdict, row,
        )  # fmt: skip


def _distance(
    id: str,
    role: str,
    condition: Condition[Fraction],
    values: ExactColumn,
    bounds: ExactColumn,
    verdict: Verdict,
    row: int,
) -> Distance:
    value = values.take([row]).fractions()[0]
    bound = bounds.take([row]).fractions()[0]
    far = None
    if value is not None and bound is not None:
        far = value - bound if condition.operator in _UPWARDS else bound - value
    met = bool(verdict.met[row]) if verdict.told[row] else None
    return Distance(id, role, condition, value, bound, far, met)
