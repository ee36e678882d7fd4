"""Growing: the value of a metric after so many more good events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import numpy as np

from ...grading.weighing import combine
from ...plugins.bound_rules import BoundMetric
from ...plugins.isolation import isolated
from ...results.conclusion import Incomplete
from ...value_classes import frozen
from .exact_sums import Pairs, as_columns, plus
from .goals import Wished
from .good_events import GoodEvent

#: A numerator and a denominator, to which others can be added.
_Parts = tuple[Fraction, Fraction]


class Growing(ABC):
    """A metric of one shop to which good events are added."""

    event: GoodEvent

    @abstractmethod
    def after(self, times: Sequence[int]) -> list[Wished]:
        """Return what the metric would have after so many more events, for each number."""

    @property
    @abstractmethod
    def _parts(self) -> tuple[_Parts, _Parts] | None:
        """What the value is divided from, and what each event adds to that; None: not known so."""

    def enough_for(self, value: Fraction) -> int | None:
        """Return how many events reach a value where numerators and denominators just add up.

        That is the closed form of rates and means: (a + k·c) / (b + k·d) = t solved for k.
        """
        if self._parts is None:
            return None
        (num, den), (more, below) = self._parts
        step, left = more - value * below, value * den - num
        return ceil(left / step) if step and left / step > 0 else None


@frozen(eq=False)
class GrowingSums(Growing):
    """A metric that was counted: its aggregator combines the sums with what is added."""

    metric: BoundMetric
    sums: Pairs
    event: GoodEvent
    incomplete: Incomplete

    def after(self, times: Sequence[int]) -> list[Wished]:
        sums = [plus(self.sums, self.event.added, many) for many in times]
        found = {self.metric.id: combine(self.metric, as_columns(sums))}
        return Wished.counted(self.incomplete.mark(found)[self.metric.id])

    @property
    def _parts(self) -> tuple[_Parts, _Parts] | None:
        rows = [self.sums, self.event.added, plus(self.sums, self.event.added, 1)]
        columns = [[np.array([pair[i] for pair in column], dtype=object)
                    for column in zip(*rows, strict=True)] for i in (0, 1)]  # fmt: skip
        with isolated(f"aggregator of metric {self.metric.id}"):
            num, den, _ = self.metric.aggregator.combine(*columns)
        (a, c, a1), (b, d, b1) = ([Fraction(int(x)) for x in part] for part in (num, den))
        return ((a, b), (c, d)) if (a + c, b + d) == (a1, b1) else None


@frozen(eq=False)
class GrowingValue(Growing):
    """A value that is known with its rows: it is a rate or a mean of them, or a count."""

    value: Fraction
    n: int
    event: GoodEvent
    base: _Parts
    step: _Parts
    rows: int

    def after(self, times: Sequence[int]) -> list[Wished]:
        (num, den), (more, below) = self.base, self.step
        return [
            Wished((num + more * many) / (den + below * many), self.n + self.rows * many)
            for many in times
        ]

    @property
    def _parts(self) -> tuple[_Parts, _Parts] | None:
        return self.base, self.step

    @classmethod
    def of(
        cls, metric: BoundMetric, value: Fraction, n: int, event: GoodEvent
    ) -> GrowingValue | None:
        """Return a value to which events can be added; None where its parts cannot be told.

        They can where the values of rows are pooled by numerators and denominators, and each row
        that counts weighs the same below; and of plain counts.
        """
        columns = [[np.array([pair[i]], dtype=object) for pair in event.added] for i in (0, 1)]
        with isolated(f"aggregator of metric {metric.id}"):
            num, den, rows = (int(part[0]) for part in metric.aggregator.combine(*columns))
            pooling = metric.aggregator.pooling
        if pooling == "values" and den > 0:
            step = Fraction(num, den), Fraction(0)
            return cls(value, n, event, (value, Fraction(1)), step, rows)
        if pooling != "fractions" or rows != 1 or den <= 0 or n <= 0:
            return None
        base = value * n * den, Fraction(n * den)
        return cls(value, n, event, base, (Fraction(num), Fraction(den)), rows)
