"""Exact extents: between which ends each weight lies, given what all weights together must fulfil.

HiGHS finds the ends in floats. Which inequalities meet there is then taken for a corner, whose place
is solved exactly, and exact steps of the dual simplex go on from it where rounding misled.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from importlib import import_module
from math import lcm
from typing import Any

import numpy as np

from ...value_classes import frozen

#: More steps are not needed for a handful of weights; the dual simplex ends by itself.
_MOST_STEPS = 10_000

Vector = tuple[Fraction, ...]


@frozen
class AtMost:
    """An inequality: the sum of factors times weights is at most ``most``."""

    factors: Vector
    most: Fraction


def find_extents(
    inequalities: Sequence[AtMost], size: int
) -> list[tuple[Fraction, Fraction]] | None:
    """Return the least and the greatest value of each of ``size`` weights; None where there is none.

    Weights are not below 0, and add up to 1. Every end is exact, and is reached.

    >>> half = Fraction(1, 2)
    >>> find_extents([AtMost((Fraction(1), Fraction(0)), half)], 2)
    [(Fraction(0, 1), Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 1))]
    """
    telling = [each for each in inequalities if any(each.factors)]
    if any(each.most < 0 for each in inequalities if not any(each.factors)):
        return None
    program = _Program.of(telling, size)
    extents = []
    for place in range(size):
        greatest = program.greatest(place, 1)
        least = program.greatest(place, -1)
        if greatest is None or least is None:
            return None
        extents.append((-least, greatest))
    return extents


@frozen(eq=False)
class _Program:
    """The inequalities as rows of integers, so that a product with a corner needs no fractions."""

    rows: list[tuple[int, ...]]
    most: list[int]
    size: int

    @classmethod
    def of(cls, inequalities: Sequence[AtMost], size: int) -> _Program:
        """Build the rows: the whole from both sides, no weight below 0, then the inequalities."""
        one, zero = Fraction(1), Fraction(0)
        own = [AtMost((one,) * size, one), AtMost((-one,) * size, -one)]
        own += [
            AtMost(tuple(-one if k == place else zero for k in range(size)), zero)
            for place in range(size)
        ]
        distinct = dict.fromkeys((*own, *inequalities))
        rows, most = [], []
        for each in distinct:
            scale = lcm(each.most.denominator, *(f.denominator for f in each.factors))
            rows.append(tuple(int(f * scale) for f in each.factors))
            most.append(int(each.most * scale))
        return cls(rows, most, size)

    def greatest(self, place: int, sign: int) -> Fraction | None:
        """Return the greatest value of a weight times a sign; None where nothing fulfils all."""
        aim = tuple(Fraction(sign if k == place else 0) for k in range(self.size))
        basis = self._near(aim) or self._simple(place, sign)
        if not _is_dual_feasible(self._rows(basis), aim):
            basis = self._simple(place, sign)
        for _ in range(_MOST_STEPS):
            corner = _solve(self._rows(basis), [Fraction(self.most[r]) for r in basis])
            entering = self._most_violated(corner)
            if entering is None:
                return sum((a * c for a, c in zip(aim, corner, strict=True)), Fraction(0))
            leaving = self._leaving(basis, aim, entering)
            if leaving is None:
                return None
            basis = sorted([*(r for r in basis if r != leaving), entering])
        raise ArithmeticError("the weights could not be enclosed")

    def _rows(self, basis: Sequence[int]) -> list[list[Fraction]]:
        return [[Fraction(f) for f in self.rows[r]] for r in basis]

    def _simple(self, place: int, sign: int) -> list[int]:
        """Return rows of which multiples that are not below 0 add up to the aim."""
        below = [2 + k for k in range(self.size)]
        return below if sign < 0 else sorted([0, *(r for r in below if r != 2 + place)])

    def _near(self, aim: Vector) -> list[int] | None:
        """Return the rows that meet in the corner which HiGHS finds; None where it finds none."""
        optimize: Any = import_module("scipy.optimize")

        factors = np.array(self.rows, dtype=np.float64)
        most = np.array(self.most, dtype=np.float64)
        scale = np.abs(factors).max(axis=1)
        scale[scale == 0] = 1
        factors, most = factors / scale[:, None], most / scale
        found = optimize.linprog(
            -np.array(aim, dtype=np.float64),
            A_ub=factors,
            b_ub=most,
            bounds=(None, None),
            method="highs",
        )
        if not found.success:
            return None
        order = np.lexsort((most - factors @ found.x, found.ineqlin.marginals))
        basis: list[int] = []
        for row in order.tolist():
            if _rank([*self._rows(basis), *self._rows([row])]) > len(basis):
                basis.append(row)
            if len(basis) == self.size:
                return sorted(basis)
        return None

    def _most_violated(self, corner: Sequence[Fraction]) -> int | None:
        """Return the first row that a corner violates the most; None where it fulfils all."""
        common = lcm(*(c.denominator for c in corner))
        whole = [int(c * common) for c in corner]
        worst, found = Fraction(0), None
        for place, (row, most) in enumerate(zip(self.rows, self.most, strict=True)):
            over = sum(f * w for f, w in zip(row, whole, strict=True)) - most * common
            if over > 0 and (by := Fraction(over, common * max(map(abs, row)))) > worst:
                worst, found = by, place
        return found

    def _leaving(self, basis: Sequence[int], aim: Vector, entering: int) -> int | None:
        """Return the row that leaves so that the aim stays a sum of multiples not below 0."""
        columns = _transposed(self._rows(basis))
        multiples = _solve(columns, list(aim))
        shares = _solve(columns, [Fraction(f) for f in self.rows[entering]])
        ratios = [
            (multiple / share, row)
            for multiple, share, row in zip(multiples, shares, basis, strict=True)
            if share > 0
        ]
        return min(ratios)[1] if ratios else None


def _is_dual_feasible(rows: list[list[Fraction]], aim: Vector) -> bool:
    return all(multiple >= 0 for multiple in _solve(_transposed(rows), list(aim)))


def _transposed(rows: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _solve(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """Return the only solution of as many equations as unknowns, by elimination."""
    size = len(right)
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for place in range(size):
        pivot = next(r for r in range(place, size) if table[r][place])
        table[place], table[pivot] = table[pivot], table[place]
        own = [value / table[place][place] for value in table[place]]
        table[place] = own
        for other in range(size):
            if other != place and (factor := table[other][place]):
                table[other] = [a - factor * b for a, b in zip(table[other], own, strict=True)]
    return [row[-1] for row in table]


def _rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """Return how many rows are independent of each other."""
    left = [list(row) for row in rows]
    rank = 0
    for place in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[place]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left = [
            [a - row[place] / pivot[place] * b for a, b in zip(row, pivot, strict=True)]
            for row in left
        ]
        rank += 1
    return rank
