"""Comparing: the numbers of a shop's result, each beside what its documents show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from ...exact.columns import ExactColumn
from ...grading.told import Figures
from ...grading.weighing import MetricValues
from ...messages import Message, Translated, message
from ...reading.documents.documents import number_of
from ...results.result import Result
from ...results.words import why_missing_input
from ...value_classes import evolve, frozen
from .lines import COUNTED, Line, Stage

#: The role of what is shown at each stage of a metric; of rows the first that a document tells.
_ROLES: Mapping[Stage, tuple[str, ...]] = {
    "rows": ("den", "n"),
    "numerator": ("num",),
    "value": ("value",),
    "points": ("points",),
}
#: Signs of what is added to a total, and of what is taken from it.
_ADJUSTMENTS = {"bonus": 1, "deduction": -1}
_ADJUSTMENT_WORDS = {"bonus": message("bonus"), "deduction": message("deduction")}


def compare_result(result: Result, figures: Figures, row: int) -> tuple[Line, ...]:
    """Return the numbers of a shop, in the order of the rules, each beside what is shown of it."""
    comparison = _Comparison(result, figures, row)
    lines = (
        *(line for id in result.rules.ruleset.metric_ids for line in comparison.metric(id)),
        *comparison.dimensions(),
        *comparison.adjustments(),
        *comparison.total(),
    )
    return _with_reasons(lines)


def counted_lines(
    measured: MetricValues, result: Result, figures: Figures, row: int, day: date
) -> tuple[Line, ...]:
    """Return what is counted of one metric beside what is shown: rows, numerator and value.

    Windows end on the day before ``day``.
    """
    return tuple(_Comparison(result, figures, row).counted(measured, day))


@frozen(eq=False)
class _Comparison:
    """A shop of a result, and what documents show of it."""

    result: Result
    figures: Figures
    row: int

    def metric(self, id: str) -> Iterator[Line]:
        """Yield the numbers of a metric."""
        result = self._result_of(id)
        measured = result.measured[id]
        yield from self.counted(measured, result.as_of)
        if id in self._adjusting:
            return  # what it is worth follows from its value, and pages show it in several ways
        graded = result.graded[id]
        points = self._line("points", "metric", id, _cell(graded.points, self.row))
        ungraded = points.computed is None and bool(measured.known[self.row])
        yield evolve(points, comparable=not ungraded)

    def counted(self, measured: MetricValues, day: date) -> Iterator[Line]:
        """Yield what is counted of a metric: of its rows and numerator only what is shown."""
        id, value = measured.id, _cell(measured.column, self.row)
        n, is_missing = int(measured.n[self.row]), bool(measured.missing[self.row])
        metric = self.result.rules.metrics[id]
        even = all(weights.uniform for _, weights in metric.windows(day))
        numbers: dict[Stage, Fraction | None] = {
            "rows": None if is_missing else Fraction(n),
            "numerator": value * n if even and value is not None else None,
            "value": value,
        }
        if not is_missing and value is None and not n:
            numbers["numerator"] = Fraction(0)
        for stage, number in numbers.items():
            line = self._line(stage, "metric", id, number)
            if stage != "value" and line.shown is None:
                continue
            weighs = stage == "numerator" and not even
            yield evolve(
                line,
                reason=_why_missing(measured, self.row) if number is None else None,
                from_console=not metric.tallies,
                unit=metric.metric.unit if stage == "value" else "",
                comparable=not weighs,
            )

    def dimensions(self) -> Iterator[Line]:
        """Yield the points of dimensions."""
        for dimension in self.result.rules.exact.dimensions:
            points = _cell(self.result.composed.dimensions[dimension.id], self.row)
            yield self._line("dimension", "dimension", dimension.id, points, dimension.label)

    def adjustments(self) -> Iterator[Line]:
        """Yield what is added to the total and taken from it in all, where that is shown."""
        for role, sign in _ADJUSTMENTS.items():
            told = self.figures.entries.get(("total", "total", role))
            shown = None if told is None else number_of(told[0].value)
            if told is None or shown is None:
                continue
            yield Line(
                "adjustments",
                "adjustment",
                role,
                _ADJUSTMENT_WORDS[role],
                self._sum(sign),
                abs(shown),  # pages write what is taken off with a minus, or without
                told[0].rounding,
                told[1].label,
            )

    def _sum(self, sign: int) -> Fraction | None:
        own = [
            a.metric
            for a in self.result.rules.exact.adjustments
            if a.sign == sign and not a.dimension
        ]
        points = [_cell(self.result.graded[id].points, self.row) for id in own]
        known = [number for number in points if number is not None]
        return sum(known, Fraction(0)) if len(known) == len(points) else None

    def total(self) -> Iterator[Line]:
        """Yield the total, as it is computed and as it is published."""
        if not self.result.rules.exact.dimensions:
            return
        published = _cell(self.result.published.score, self.row)
        exact = _cell(self.result.composed.score, self.row) if published is not None else None
        line = self._line("total", "total", "total", exact, message("total"))
        yield evolve(line, also=() if published is None else (published,))

    def _result_of(self, id: str) -> Result:
        """Return the result that a metric is of: of the last evaluation, where its figures are."""
        told = self.figures.told("metric", id)
        last = self.result.current
        return last if told is not None and told.stands_in and last is not None else self.result

    @property
    def _adjusting(self) -> frozenset[str]:
        return frozenset(one.metric for one in self.result.rules.exact.adjustments)

    def _line(
        self,
        stage: Stage,
        kind: str,
        id: str,
        computed: Fraction | None,
        label: Translated | None = None,
    ) -> Line:
        label = label or self.result.rules.metrics[id].metric.label
        for role in _ROLES.get(stage, ("points",)):
            told = self.figures.entries.get((kind, id, role))
            shown = None if told is None else number_of(told[0].value)
            if told is not None and shown is not None:
                entry, by = told
                return Line(stage, kind, id, label, computed, shown, entry.rounding, by.label)
        return Line(stage, kind, id, label, computed)


def _with_reasons(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return lines; of what is not computed it is known whether a metric without input is why.

    Where none is, numbers of the rules or peers are missing, and nobody can say whether it agrees.
    """
    lacking = [line for line in lines if line.stage in COUNTED and line.state == "not_computed"]
    reason = lacking[0].reason if lacking else None
    return tuple(
        evolve(line, comparable=line.comparable and bool(lacking), reason=reason)
        if line.computed is None and line.stage not in COUNTED
        else line
        for line in lines
    )


def _cell(column: ExactColumn, row: int) -> Fraction | None:
    return column.take([row]).fractions()[0]


def _why_missing(measured: MetricValues, row: int) -> Message:
    return why_missing_input(measured) if measured.missing[row] else measured.no_value_reason
