"""Columns of exact fractions: points, dimensions and scores until the final rounding."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from ..errors import UsageError
from ..messages import message
from .integers import EXACT_DOUBLE, SAFE, Integers, magnitude, narrow, widen

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@frozen(eq=False)
class Rationals:
    """A column of fractions ``num / den`` with ``den > 0``, exact under ``+ − ×``.

    Integers are int64 while that is safe and Python integers beyond. Missing values are kept in a
    mask next to the column, see ``exact.columns``; the column itself holds ``0/1`` for them.

    >>> third = Rationals.of([1, 2], [3, 3])
    >>> (third + Rationals.of([1, 1], [6, 3])).fractions()
    [Fraction(1, 2), Fraction(1, 1)]
    >>> third.floats().tolist()
    [0.3333333333333333, 0.6666666666666666]
    """

    num: Integers = field(converter=narrow)
    den: Integers = field(converter=narrow)

    @classmethod
    def of(cls, num: Any, den: Any) -> Rationals:
        """Build a column from two sequences of integers.

        Raises:
            UsageError: for what is not an integer, for a denominator that is not positive, and for
                more of the one than of the other.
        """
        above, below = _integers(num), _positive(_integers(den))
        if len(above) != len(below):
            raise UsageError(
                message(
                    "{n} numerators and {m} denominators: each fraction needs both",
                    n=len(above),
                    m=len(below),
                )
            )
        return cls(above, below)

    @classmethod
    def constant(cls, value: Fraction | int, length: int) -> Rationals:
        """Build a column with the same fraction in every row."""
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
        """Return every value times one fraction."""
        return self * Rationals.constant(factor, len(self))

    def take(self, rows: Any) -> Rationals:
        """Return the rows that an index or a mask picks."""
        return Rationals(self.num[rows], self.den[rows])

    def where(self, keep: Mask, other: Rationals) -> Rationals:
        """Return these values where ``keep`` is true, those of ``other`` elsewhere."""
        return Rationals(np.where(keep, self.num, other.num), np.where(keep, self.den, other.den))

    def least(self, other: Rationals) -> Rationals:
        """Return the smaller value of each row.

        >>> Rationals.of([1, 1], [2, 4]).least(Rationals.of([1, 1], [3, 3])).fractions()
        [Fraction(1, 3), Fraction(1, 4)]
        """
        return self.where(~self.above(other), other)

    def greatest(self, other: Rationals) -> Rationals:
        """Return the greater value of each row."""
        return self.where(self.above(other), other)

    def above(self, other: Rationals) -> Mask:
        """Return whether each value is above that of another column, decided exactly."""
        a, b = (self, other) if self._fits(other) else (self._wide(), other._wide())
        return np.asarray(a.num * b.den > b.num * a.den, dtype=np.bool_)

    def floats(self) -> Floats:
        """Return the doubles nearest to the exact values: equal fractions are equal floats."""
        if max(magnitude(self.num), magnitude(self.den)) < EXACT_DOUBLE:
            return np.asarray(self.num / self.den, dtype=np.float64)
        return np.asarray(widen(self.num) / widen(self.den), dtype=np.float64)

    def half_up(self, decimals: int) -> Integers:
        """Round to ``decimals`` places, halves up; return integers of the last place.

        >>> Rationals.of([437500, -5], [100000, 10]).half_up(2).tolist()
        [438, -50]
        """
        num, den = widen(self.num), widen(self.den)
        return narrow((num * (2 * 10**decimals) + den) // (den * 2))

    def at_least(self, limit: Fraction) -> Mask:
        """Return whether each value is at least ``limit``, decided exactly."""
        other = Rationals.constant(limit, 1)
        a, b = (self, other) if self._fits(other) else (self._wide(), other._wide())
        return np.asarray(a.num * b.den >= a.den * b.num, dtype=np.bool_)

    def lowest_terms(self) -> tuple[Integers, Integers]:
        """Return numerators and denominators without a common factor."""
        num, den = self.num, self.den
        common = np.gcd(num, den)
        return num // common, den // common

    def fractions(self) -> list[Fraction]:
        """Return the values as Python fractions."""
        return [Fraction(int(n), int(d)) for n, d in zip(self.num, self.den, strict=True)]

    def _fits(self, other: Rationals) -> bool:
        """Return whether sums and products with another column are safe in int64."""
        if object in (self.num.dtype, self.den.dtype, other.num.dtype, other.den.dtype):
            return False
        greatest = max(magnitude(self.num), magnitude(self.den))
        return 2 * greatest * max(magnitude(other.num), magnitude(other.den), 1) < SAFE

    def _wide(self) -> Rationals:
        wide = object.__new__(Rationals)
        object.__setattr__(wide, "num", widen(self.num))
        object.__setattr__(wide, "den", widen(self.den))
        return wide


def _integers(values: Any) -> Integers:
    """Return integers as an array; raise UsageError for a fraction, a boolean or a missing value."""
    given = np.asarray(values)
    if given.dtype.kind in "iu":  # an array of integers holds nothing else
        return given.astype(object)
    every = given.tolist() if given.dtype.kind == "O" else list(values)
    for value in every:
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            said = message("{value} is not an integer: a fraction needs two", value=repr(value))
            raise UsageError(said)
    return np.array([int(value) for value in every], dtype=object)


def _positive(values: Integers) -> Integers:
    """Return denominators; raise UsageError for one that is not positive."""
    if len(values) and (least := values.min()) <= 0:
        raise UsageError(message("a denominator must be positive, not {value}", value=int(least)))
    return values
