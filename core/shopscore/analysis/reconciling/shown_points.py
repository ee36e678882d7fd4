"""Shown points: what the rules give to the values that a console shows, beside its own points."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from ...grading.typed_rows import TypedRow
from ...messages import listed, message
from .case import Case
from .lines import Line
from .suspects import EXCUSED, Suspect, suspect


def with_points_by_rules(case: Case) -> tuple[Line, ...]:
    """Return the lines of a case; of points it is told what the rules give to the value shown."""
    roundings = {line.id: line.rounding for line in case.lines if line.stage == "value"}
    own = [row for row in case.rows if row.value is not None and row.name.id in roundings]
    if not own:
        return case.lines
    points: dict[str, list[Fraction]] = {}
    for sign in (-1, 0, 1):  # what is shown was rounded
        rows = [_alone(row, roundings[row.name.id] * sign) for row in own]
        result = case.build(case.measured, rows=rows, prefer="values")
        for line in case.compare(result):
            if line.stage == "points" and line.computed is not None:
                points.setdefault(line.id, []).append(line.computed)
    shown = {row.name.id for row in own} & set(points)
    return tuple(
        evolve(line, by_rules=(min(points[line.id]), max(points[line.id])))
        if line.stage == "points" and line.id in shown
        else line
        for line in case.lines
    )


def _alone(row: TypedRow, off: Fraction) -> TypedRow:
    """Return a row with nothing but its value, off by so much where such a value is possible."""
    assert row.value is not None  # only such rows are asked for
    value = row.value + off if row.name.possible.allows(row.value + off) else row.value
    return evolve(row, value=value, percentile=None, points=None)


def other_points(case: Case, lines: tuple[Line, ...]) -> Iterator[Suspect]:
    """Yield what comes out where a console gives other points than the rules to its own values."""
    ids = tuple(line.id for line in lines if line.rules_give_other_points)
    rows = [
        evolve(row, value=None, n=None, percentile=None)
        for row in case.rows
        if row.name.id in ids and row.points is not None
    ]
    if not rows:
        return
    metrics = case.selection.rules.metrics
    said = message(
        "the console gives other points to its own value than the rules, or ranks among others:"
        " {metrics}",
        metrics=listed(metrics[id].metric.label for id in ids),
    )
    settled = [row for row in case.settled_rows if row.name.id not in ids]
    result = case.build(case.measured, rows=[*settled, *rows], prefer="values")
    excused = {
        line.key: line.distance * EXCUSED
        for line in case.lines
        if line.stage == "points" and line.id in ids
    }
    yield suspect(case, "points", said, case.compare(result), excused, metrics=ids)
