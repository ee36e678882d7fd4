"""Goals: what a target asks of one shop, as a question to a result or to a metric's value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from ...composing.conditions import reaches
from ...exact.columns import ExactColumn
from ...exact.rationals import Mask
from ...grading.weighing import MetricValues
from ...model.conditions import Operator
from ...model.metrics import Better
from ...results.result import Result
from ...value_classes import frozen


@frozen
class Wished:
    """What a metric would have: a value, on how many rows, and the sums behind it where these are.

    Without ``n`` it rests on as many rows as now. What is counted may be ``missing``, or too low:
    ``cut``, as where it was counted; what is not counted is just supposed.
    """

    value: Fraction | None
    n: int | None = None
    sums: tuple[tuple[int, int], ...] = ()
    missing: bool = False
    cut: bool = False

    @classmethod
    def counted(cls, found: MetricValues) -> list[Wished]:
        """Return what values are that were counted, one for each row."""
        size = len(found.column)
        cut = [False] * size if found.cut is None else found.cut.tolist()
        pairs = [[*zip(own.tolist(), n.tolist(), strict=True)] for own, n in found.sums]
        sums = zip(*pairs, strict=True) if pairs else [()] * size
        cells = found.column.fractions(), found.n.tolist(), sums, found.missing.tolist(), cut
        return [cls(*one) for one in zip(*cells, strict=True)]


#: What some metrics would have, by their ids; the others stay as they are.
Wish = Mapping[str, Wished]


class Goal(ABC):
    """Something that a shop may reach; it is asked of a result."""

    @abstractmethod
    def met(self, result: Result) -> Mask:
        """Return which shops of a result have reached it."""

    def reached_by(self, wish: Wish) -> bool | None:  # noqa: ARG002 - few can tell
        """Return whether a wish reaches it, where that shows without grading; else None."""
        return None


@frozen
class TotalGoal(Goal):
    """A published total of at least, or above, a number: where it is open, its lower end."""

    least: Fraction
    strictly: bool = False

    def met(self, result: Result) -> Mask:
        lowest = result.published.lowest
        bound = ExactColumn.constant(self.least, len(lowest))
        return reaches(lowest, "above" if self.strictly else "at least", bound)


@frozen
class PointsGoal(Goal):
    """So many points of a metric, or more."""

    metric: str
    least: Fraction

    def met(self, result: Result) -> Mask:
        points = result.graded[self.metric].points
        return reaches(points, "at least", ExactColumn.constant(self.least, len(points)))


@frozen
class PercentileGoal(Goal):
    """A percentile of a metric, or a better one."""

    metric: str
    least: Fraction

    def met(self, result: Result) -> Mask:
        found = result.graded[self.metric].percentiles
        if found is None:
            return np.zeros(len(result), dtype=np.bool_)
        bound = ExactColumn.constant(self.least, len(found.column))
        return reaches(found.column, "at least", bound)


@frozen
class ValueGoal(Goal):
    """A value of a metric, or a better one, that rests on enough rows."""

    metric: str
    value: Fraction
    better: Better
    min_n: int = 1

    def met(self, result: Result) -> Mask:
        measured = result.measured[self.metric]
        operator: Operator = "at least" if self.better == "higher" else "at most"
        bound = ExactColumn.constant(self.value, len(measured.column))
        found: Mask = reaches(measured.column, operator, bound) & measured.enough(self.min_n)
        return found

    def reached_by(self, wish: Wish) -> bool | None:
        one = wish.get(self.metric)
        if one is None or one.n is None:
            return None
        if one.value is None or (one.n < self.min_n and self.min_n > 1):
            return False
        return one.value >= self.value if self.better == "higher" else one.value <= self.value


@frozen
class CriterionGoal(Goal):
    """A criterion of levels, tiers or caps that is met for certain."""

    id: str

    def met(self, result: Result) -> Mask:
        checks = () if result.levels is None else result.levels.checks
        return next(one.verdict.met for one in checks if one.criterion.id == self.id)


@frozen
class EligibilityGoal(Goal):
    """A condition of a score that is met for certain."""

    id: str

    def met(self, result: Result) -> Mask:
        return next(one.verdict.met for one in result.checks if one.eligibility.id == self.id)


@frozen
class TierGoal(Goal):
    """A tier that a shop has for certain."""

    id: str

    def met(self, result: Result) -> Mask:
        return result.published.tiers[self.id]
