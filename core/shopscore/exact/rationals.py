"""Columns of exact fractions: points, dimensions and scores until the final rounding."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from .integers import EXACT_DOUBLE, SAFE, Integers, magnitude, narrowed, widened

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@frozen(eq=False)
class Rationals:
    """A column of fractions ``num / den`` with ``den > 0``, exact under ``+ − ×``.

    Integers are int64 while that is safe and Python integers beyond. A missing value is the
    business of a mask beside the column; write ``0/1`` in its place.

    >>> third = Rationals.of([1, 2], [3, 3])
    >>> (third + Rationals.of([1, 1], [6, 3])).fractions()
    [Fraction(1, 2), Fraction(1, 1)]
    >>> third.floats().tolist()
    [0.3333333333333333, 0.6666666666666666]
    """

    num: Integers = field(converter=narrowed)
    den: Integers = field(converter=narrowed)

    @classmethod
    def of(cls, num: Any, den: Any) -> Rationals:
        """From sequences of integers of one length; denominators must be positive."""
        return cls(np.array(num, dtype=object), np.array(den, dtype=object))

    @classmethod
    def constant(cls, value: Fraction | int, length: int) -> Rationals:
        """The same fraction in every row."""
        exact = Fraction(value)
        num, den = exact.numerator, exact.denominator
        kind: Any = np.int64 if max(abs(num), den) < SAFE else object
        return cls(np.full(length, num, dtype=kind), np.full(length, den, dtype=kind))

    def __len__(self) -> int:
        return len(self.num)

    def __add__(self, other: Rationals) -> Rationals:
        a, b = (self, other) if self._fits(other) else (self._wide(), other._wide())
        return Rationals(a.num * b.den + b.num * a.den, a.den * b.den)

    def __mul__(self, other: Rationals) -> Rationals:
        a, b = (self, other) if self._fits(other) else (self._wide(), other._wide())
        return Rationals(a.num * b.num, a.den * b.den)

    def scaled(self, factor: Fraction | int) -> Rationals:
        """Every value times one fraction."""
        return self * Rationals.constant(factor, len(self))

    def take(self, rows: Any) -> Rationals:
        """The rows that an index or a mask picks."""
        return Rationals(self.num[rows], self.den[rows])

    def where(self, keep: Mask, other: Rationals) -> Rationals:
        """These values where ``keep`` is true, those of ``other`` elsewhere."""
        return Rationals(np.where(keep, self.num, other.num), np.where(keep, self.den, other.den))

    def floats(self) -> Floats:
        """The doubles nearest to the exact values: equal fractions are equal floats."""
        if max(magnitude(self.num), magnitude(self.den)) < EXACT_DOUBLE:
            return np.asarray(self.num / self.den, dtype=np.float64)
        return np.asarray(widened(self.num) / widened(self.den), dtype=np.float64)

    def half_up(self, decimals: int) -> Integers:
        """Rounded to ``decimals`` places, halves up, as integers of the last place.

        >>> Rationals.of([437500, -5], [100000, 10]).half_up(2).tolist()
        [438, -50]
        """
        num, den = widened(self.num), widened(self.den)
        return narrowed((num * (2 * 10**decimals) + den) // (den * 2))

    def at_least(self, bound: Fraction) -> Mask:
        """Whether each value is at least a bound, decided exactly."""
        limit = Rationals.constant(bound, 1)
        mine, limit = (self, limit) if self._fits(limit) else (self._wide(), limit._wide())
        return np.asarray(mine.num * limit.den >= mine.den * limit.num, dtype=np.bool_)

    def lowest_terms(self) -> tuple[Integers, Integers]:
        """Numerators and denominators without a common factor."""
        num, den = self.num, self.den
        common = np.gcd(num, den)
        return num // common, den // common

    def fractions(self) -> list[Fraction]:
        """The values as Python fractions."""
        return [Fraction(int(n), int(d)) for n, d in zip(self.num, self.den, strict=True)]

    def _fits(self, other: Rationals) -> bool:
        """Whether sums and products with another column are safe in int64."""
        if object in (self.num.dtype, self.den.dtype, other.num.dtype, other.den.dtype):
            return False
        mine = max(magnitude(self.num), magnitude(self.den))
        return 2 * mine * max(magnitude(other.num), magnitude(other.den), 1) < SAFE

    def _wide(self) -> Rationals:
        wide = object.__new__(Rationals)
        object.__setattr__(wide, "num", widened(self.num))
        object.__setattr__(wide, "den", widened(self.den))
        return wide
