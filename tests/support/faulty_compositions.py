"""Compositions with a fault each, as a plugin might bring them: what the kit must find."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import random
from typing import Any

import numpy as np

from shopscore import Composition, Rationals


def mean(dimensions: Mapping[str, Rationals]) -> Rationals:
    first, *others = dimensions.values()
    for other in others:
        first = first + other
    return first.scaled(Fraction(1, len(dimensions)))


def of(totals: list[Any]) -> Rationals:
    exact = [Fraction(total) for total in totals]
    return Rationals.of([t.numerator for t in exact], [t.denominator for t in exact])


class ByPosition(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        found = mean(dimensions)
        halves = [Fraction(1, 2 + at) for at in range(len(found))]
        return found * of(halves)


class AmongShops(Composition):
    """The highest mean of all shops counts for half."""

    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        found = mean(dimensions)
        most = Rationals.constant(max(found.fractions()), len(found))
        return (found + most).scaled(Fraction(1, 2))


class Random(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        return mean(dimensions).scaled(Fraction(int(random() * 1000), 1000))


class OffTheScale(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        return mean(dimensions).plus(Fraction(1, 100))


class FloatTotals(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        found = mean(dimensions)
        return Rationals(found.floats(), np.ones(len(found)))  # type: ignore[arg-type]


class MeanOfFloats(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        return of(list(np.mean([column.floats() for column in dimensions.values()], axis=0)))


class Falls(Composition):
    """The mean, less what lies between the dimensions."""

    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        low = high = next(iter(dimensions.values()))
        for column in dimensions.values():
            low, high = low.least(column), high.greatest(column)
        apart = high + low.scaled(-1)
        return (mean(dimensions) + apart.scaled(-1)).greatest(Rationals.constant(0, len(low)))


class ChangesPoints(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        found = mean(dimensions)
        column = next(iter(dimensions.values()))
        column.num[:] = 0
        return found


class NotEveryShop(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        return mean(dimensions).take(slice(1, None))


class NeedsGoods(Composition):
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        return dimensions["goods"]


#: What the kit says of each.
SAYS = {
    ByPosition: "the order of shops changes their totals",
    AmongShops: "a shop has another total alone than among others",
    Random: "the same points have another total each time",
    OffTheScale: "a total is off the scale",
    FloatTotals: "is not an integer: a fraction needs two",
    MeanOfFloats: "a total comes of a float",
    Falls: "totals fall where the points of",
    ChangesPoints: "the points of a dimension are changed",
    NotEveryShop: "a total of each shop is needed",
    NeedsGoods: "of speed, service: KeyError: 'goods'",
}
