"""Figures: the exact numbers of one shop in a result, and what changes from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal

import numpy as np

from ...exact.columns import ExactColumn
from ...grading.points import METRIC_STATUSES
from ...messages import message
from ...model.labels import Label
from ...model.metrics import Better, Unit
from ...results.result import Result
from ...value_classes import field, frozen

Kind = Literal["metric", "dimension", "total"]
Effect = Literal["better", "worse", "same", "unknown"]
#: What a figure is about: its kind, and the id of the metric or dimension.
About = tuple[Kind, str]


@frozen
class Figure:
    """The numbers of one shop about a metric, a dimension or the total; None where not known.

    A metric has a ``value`` on ``n`` rows and perhaps ``points``, the others have points. Where the
    total is open it lies between ``low`` and ``high``.
    """

    value: Fraction | None = None
    points: Fraction | None = None
    n: int | None = None
    percentile: Fraction | None = None
    status: str | None = None
    low: Fraction | None = None
    high: Fraction | None = None


@frozen
class Change:
    """A figure before and after; with several draws the ends between which it is after them."""

    kind: Kind
    id: str
    label: Label
    unit: Unit
    better: Better
    before: Figure
    after: Figure
    ends: Mapping[str, tuple[Fraction, Fraction] | None] = field(factory=dict)

    @property
    def effect(self) -> Effect:
        """Whether it is better or worse after; by the value of a metric, else by its points.

        An open total is better where both of its ends are, or one is and the other stays.
        """
        if self.kind == "metric":
            before, after = [self.before.value], [self.after.value]
        elif None in (self.before.points, self.after.points):
            before, after = ([f.low, f.high] for f in (self.before, self.after))
        else:
            before, after = [self.before.points], [self.after.points]
        sign = -1 if self.kind == "metric" and self.better == "lower" else 1
        return _effect(before, after, sign, same=self.before == self.after)

    @property
    def points_change(self) -> Fraction | None:
        """The points that it has more."""
        if self.before.points is None or self.after.points is None:
            return None
        return self.after.points - self.before.points


def _effect(
    before: Sequence[Fraction | None], after: Sequence[Fraction | None], sign: int, *, same: bool
) -> Effect:
    """Return the effect of numbers that change; ``sign`` is 1 where more is better."""
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if a is not None and b is not None]
    if len(pairs) < len(before):
        return "same" if same else "unknown"
    steps = [sign * (b - a) for a, b in pairs]
    if not any(steps):
        return "same"
    if all(step >= 0 for step in steps):
        return "better"
    return "worse" if all(step <= 0 for step in steps) else "unknown"


def figures_of(result: Result, row: int) -> dict[About, Figure]:
    """Return the figures of the shop in a row of a result, in the order of the rules."""
    return dict(_figures(result, row))


def _figures(result: Result, row: int) -> Iterator[tuple[About, Figure]]:
    for id, graded in result.graded.items():
        measured = graded.measured
        unknown = measured.n_unknown is not None and bool(measured.n_unknown[row])
        ranks = graded.percentiles
        yield (
            ("metric", id),
            Figure(
                value=exact_at(measured.column, row),
                points=exact_at(graded.points, row),
                n=None if unknown else int(measured.n[row]),
                percentile=None if ranks is None else exact_at(ranks.column, row),
                status=METRIC_STATUSES[graded.statuses[row]],
            ),
        )
    for id, points in result.composed.dimensions.items():
        yield ("dimension", id), Figure(points=exact_at(points, row))
    if result.rules.ruleset.dimensions:
        published, whole = result.published, bool(result.published.total[row])
        yield (
            ("total", "total"),
            Figure(
                points=exact_at(result.composed.score, row) if whole else None,
                status=str(published.status[row]),
                low=None if whole else exact_at(published.lowest, row),
                high=None if whole else exact_at(published.highest, row),
            ),
        )


def exact_at(column: ExactColumn, row: int) -> Fraction | None:
    """Return the exact value in a row of a column."""
    return column.take(np.array([row])).fractions()[0]


def changes_between(
    result: Result, before: Mapping[About, Figure], drawn: Sequence[Mapping[About, Figure]]
) -> tuple[Change, ...]:
    """Return every figure before and after; of several draws the first is what is shown."""
    return tuple(
        Change(
            kind, id, *_named(result, (kind, id)), before[kind, id], after, _ends((kind, id), drawn)
        )
        for (kind, id), after in drawn[0].items()
    )


def _named(result: Result, about: About) -> tuple[Label, Unit, Better]:
    kind, id = about
    if kind == "metric":
        metric = result.rules.metrics[id].metric
        return metric.label, metric.unit, metric.better
    if kind == "total":
        said = message("score")
        return Label(said.text("zh"), str(said)), "points", "higher"
    label = next(d.label for d in result.rules.ruleset.dimensions if d.id == id)
    return label, "points", "higher"


def _ends(
    about: About, drawn: Sequence[Mapping[About, Figure]]
) -> dict[str, tuple[Fraction, Fraction] | None]:
    """Return the least and the greatest of several draws; None where one of them is not known."""
    if len(drawn) < 2:
        return {}
    every = [figures[about] for figures in drawn]
    numbers = {"value": [f.value for f in every], "points": [f.points for f in every]}
    ends: dict[str, tuple[Fraction, Fraction] | None] = {}
    for name, found in numbers.items():
        known = [number for number in found if number is not None]
        ends[name] = (min(known), max(known)) if len(known) == len(found) else None
    return ends
