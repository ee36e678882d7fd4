"""One shop with other sums, among peers as they are: the same stages, asked of what might be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ...counting.sums import Sums, Wanted
from ...exact.columns import ExactColumn
from ...exact.integers import Integers, narrow, widen
from ...grading import points
from ...grading.variants import coded
from ...grading.weighing import MetricValues, combine
from ...plugins.bound_rules import BoundMetric
from ...results.building import build_result
from ...results.result import Result
from ...rules.scorer_kinds import KINDS
from ..forgetting import forget_console, forget_supplied, told_of
from .grounds import Grounds

Rows = npt.NDArray[np.int64]


@frozen(eq=False)
class Supposed:
    """What a shop would have: a result of it alone, one row for each supposition."""

    scores: list[Fraction | None]
    values: Mapping[str, list[Fraction | None]]
    n: Mapping[str, list[int]]


@frozen(eq=False, slots=False)
class Supposing:
    """One shop of a result, which is scored again with other sums while its peers stay.

    Where nothing of a shop enters what others are compared with, but its rank, any number of
    suppositions are graded at once. Else each is graded by itself, with the shop in its place.
    """

    result: Result
    row: int

    @cached_property
    def grounds(self) -> Grounds:
        """What the shops were graded with, besides their values."""
        return Grounds.of(self.result)

    @cached_property
    def metrics(self) -> dict[str, BoundMetric]:
        """The metrics of which the shop has sums that count, with their windows of the day."""
        projected = self.result.rules.projected(self.result.as_of)
        return {id: one for id, one in projected.metrics.items() if self._counts(id)}

    def _counts(self, id: str) -> bool:
        values = self.result.measured[id]
        typed = values.typed is not None and bool(values.typed[self.row])
        return bool(values.sums) and not typed and not values.missing_columns

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """What is summed for these metrics, each once."""
        day = self.result.as_of
        every = (one for metric in self.metrics.values() for one in metric.wanted(day))
        return tuple(dict.fromkeys(every))

    @cached_property
    def sums(self) -> list[tuple[int, int]]:
        """The weighted sum and the count of the shop for each of them."""
        found: dict[Wanted, tuple[int, int]] = {}
        for id, metric in self.metrics.items():
            pairs = self.result.measured[id].sums
            for one, (own, counts) in zip(metric.wanted(self.result.as_of), pairs, strict=True):
                found[one] = int(own[self.row]), int(counts[self.row])
        return [found[one] for one in self.wanted]

    @cached_property
    def now(self) -> Fraction | None:
        """The exact score of the shop; None where it has none."""
        return exact_scores(self.result, np.array([self.row]))[0]

    def changed(self, changes: Sequence[Sums]) -> list[Sums]:
        """Return the sums of the shop with each of several changes, one per row."""
        return [
            (narrow(widen(own) + base), narrow(widen(counts) + many))
            for (own, counts), (base, many) in zip(changes, self.sums, strict=True)
        ]

    @cached_property
    def alone(self) -> bool:
        """Whether suppositions must be graded one by one."""
        rules, supplied = self.result.rules, self.grounds.supplied
        exact = (rules.exact, *(variant for _, variant in rules.exact.variants))
        scorers = (type(scorer) for one in exact for scorer in one.scorers.values())
        return (
            any(condition.times_industry_mean for condition in rules.ruleset.conditions)
            or any(kind not in KINDS.values() for kind in scorers)
            or bool(supplied.percentiles or supplied.points)
        )

    def suppose(self, sums: Sequence[Sums], *, at_once: bool = False) -> Supposed:
        """Return what the shop would have with other sums: arrays of equal length, per tally.

        ``at_once`` asks for all together even where that is only nearly right.
        """
        size = len(sums[0][1]) if sums else 0
        each = (
            [range(size)] if at_once or not self.alone else [range(i, i + 1) for i in range(size)]
        )
        parts = [self._together([(a[p.start : p.stop], n[p.start : p.stop]) for a, n in sums])
                 for p in each if len(p)]  # fmt: skip
        ids = self.result.measured
        return Supposed(
            [score for part in parts for score in part.scores],
            {id: [value for part in parts for value in part.values[id]] for id in ids},
            {id: [n for part in parts for n in part.n[id]] for id in ids},
        )

    @cached_property
    def _others(self) -> Rows:
        """The shops that this one is compared with: those of its industry."""
        same = (self.result.shops["industry"] == self.result.shops["industry"][self.row]).to_numpy()
        same = same.copy()
        same[self.row] = False
        return np.flatnonzero(same)

    def _together(self, sums: Sequence[Sums]) -> Supposed:
        """Grade suppositions together: below the other shops there is a row for each."""
        rows, supposed = self.placed(len(sums[0][1]))
        measured = dict(self._measured(sums, rows, supposed))
        found = self.grade(measured, rows, supposed)
        return Supposed(
            exact_scores(found, supposed),
            {id: values.column.take(supposed).fractions() for id, values in measured.items()},
            {id: values.n[supposed].tolist() for id, values in measured.items()},
        )

    def placed(self, size: int) -> tuple[Rows, npt.NDArray[np.bool_]]:
        """Return the rows of the other shops and so many of this one, and which are the latter."""
        first = len(self._others)
        rows = np.concatenate([self._others, np.full(size, self.row, dtype=np.int64)])
        return rows, np.arange(len(rows)) >= first

    def grade(
        self,
        measured: Mapping[str, MetricValues],
        rows: Rows,
        supposed: npt.NDArray[np.bool_],
    ) -> Result:
        """Return the result of rows of which some are suppositions.

        What was told of values that the shop would no longer have is forgotten.
        """
        changed = self._changed(measured, supposed) if self.told else {}
        result, grounds, shops = self.result, self.grounds, self.result.shops[rows]
        one = self.alone and int(supposed.sum()) == 1
        return build_result(
            result.rules,
            result.as_of,
            measured,
            shops,
            grounds.tables,
            supplied=forget_supplied(grounds.supplied.take(rows), changed),
            console=forget_console(
                result.console.take(rows), changed, shops["shop_id"], result.rules
            ),
            judged_on=grounds.judged_on,
            ranks=grounds.ranks,
            supposed=None if one else _among_others(measured, shops, supposed),
        )

    @cached_property
    def told(self) -> bool:
        """Whether anything was told of the shop beside its values."""
        return told_of(self.grounds.supplied, self.result.console, self.row)

    def _changed(
        self, measured: Mapping[str, MetricValues], supposed: npt.NDArray[np.bool_]
    ) -> dict[str, npt.NDArray[np.bool_]]:
        """Return which suppositions have another value than the shop has, by metric."""
        places, found = np.flatnonzero(supposed), {}
        for id, values in measured.items():
            (now,) = self.result.measured[id].column.take([self.row]).fractions()
            own = values.column.take(places).fractions()
            other = np.zeros(len(supposed), dtype=np.bool_)
            other[places] = [value != now for value in own]
            if other.any():
                found[id] = other
        return found

    def _measured(
        self, sums: Sequence[Sums], rows: Rows, supposed: npt.NDArray[np.bool_]
    ) -> Iterator[tuple[str, MetricValues]]:
        places = {one: place for place, one in enumerate(self.wanted)}
        for id, values in self.result.measured.items():
            base = values.take(rows)
            if id not in self.metrics:
                yield id, base
                continue
            own = [sums[places[one]] for one in self.metrics[id].wanted(self.result.as_of)]
            pairs = [
                (_put(old, new, supposed), _put(counts, many, supposed))
                for (old, counts), (new, many) in zip(base.sums, own, strict=True)
            ]
            changed = combine(self.metrics[id], pairs)
            yield (
                id,
                evolve(
                    base,
                    column=changed.column.where(supposed, base.column),
                    n=np.where(supposed, changed.n, base.n),
                    sums=tuple(pairs),
                    missing=np.where(supposed, changed.missing, base.missing),
                ),
            )


def _among_others(
    measured: Mapping[str, MetricValues], shops: pl.DataFrame, supposed: npt.NDArray[np.bool_]
) -> points.Supposed:
    """Return that supposed shops are ranked among the others, and no shop among them."""
    real = {id: evolve(own, column=own.column.only(~supposed)) for id, own in measured.items()}
    return points.Supposed(real, coded(shops["industry"])[1])


def _put(base: Integers, own: Integers, where: npt.NDArray[np.bool_]) -> Integers:
    """Return numbers of which those of some rows are others."""
    if own.dtype == object:
        base = widen(base)
    found = base.copy()
    found[where] = own
    return found


def exact_scores(result: Result, rows: npt.NDArray[np.bool_] | Rows) -> list[Fraction | None]:
    """Return the exact scores of some shops; None where there is none."""
    column: ExactColumn = result.composed.score.only(result.published.total)
    return column.take(rows).fractions()
