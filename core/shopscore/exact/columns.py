"""Columns of exact values, some of which may be unknown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..value_classes import frozen
from .rationals import Floats, Mask, Rationals
from .wide_rows import WideRows, together


@frozen(eq=False)
class ExactColumn:
    """A column of exact values, and a mask of the rows that have one.

    >>> column = ExactColumn.of([Fraction(1, 2), None])
    >>> column.fractions(), column.known.tolist()
    ([Fraction(1, 2), None], [True, False])
    """

    values: Rationals
    known: Mask

    @classmethod
    def of(cls, cells: Sequence[Fraction | None]) -> ExactColumn:
        """Build a column from fractions; None is unknown."""
        exact = [cell or Fraction(0) for cell in cells]
        known = np.array([cell is not None for cell in cells], dtype=np.bool_)
        return cls(
            Rationals.of([f.numerator for f in exact], [f.denominator for f in exact]), known
        )

    @classmethod
    def constant(cls, value: Fraction | int, size: int) -> ExactColumn:
        """Build a column with the same value in every row."""
        return cls(Rationals.constant(value, size), np.ones(size, dtype=np.bool_))

    @classmethod
    def unknown(cls, size: int) -> ExactColumn:
        """Build a column in which every value is unknown."""
        return cls(Rationals.constant(0, size), np.zeros(size, dtype=np.bool_))

    def __len__(self) -> int:
        return len(self.known)

    def take(self, rows: Any) -> ExactColumn:
        """Return the rows that an index or a mask picks."""
        return ExactColumn(self.values.take(rows), self.known[rows])

    def where(self, keep: Mask, other: ExactColumn) -> ExactColumn:
        """Return these rows where ``keep`` is true, those of ``other`` elsewhere."""
        if keep.all():
            return self
        return ExactColumn(
            self.values.where(keep, other.values), np.where(keep, self.known, other.known)
        )

    def or_else(self, other: ExactColumn) -> ExactColumn:
        """Return these values where they are known, those of ``other`` elsewhere."""
        return self.where(self.known, other) if other.known.any() else self

    def only(self, rows: Mask) -> ExactColumn:
        """Return the same column, with the values outside ``rows`` unknown."""
        return ExactColumn(self.values, self.known & rows)

    def or_zero(self) -> Rationals:
        """Return the values, with zero where a value is unknown."""
        return self.values.where(self.known, Rationals.constant(0, len(self)))

    def fractions(self) -> list[Fraction | None]:
        """Return the values as Python fractions, None where unknown."""
        exact = self.values.fractions()
        return [value if known else None for value, known in zip(exact, self.known, strict=True)]

    def floats(self) -> Floats:
        """Return the doubles nearest to the values, NaN where unknown."""
        return np.where(self.known, self.values.floats(), np.nan)


@frozen(eq=False)
class CodedColumn:
    """A column in which few values stand in many rows: a table of them, and the place of each."""

    table: ExactColumn
    codes: npt.NDArray[np.integer]

    @property
    def column(self) -> ExactColumn:
        """The value of every row."""
        return self.table.take(self.codes)


class ColumnBuilder:
    """A column that is built piece by piece; rows that are never filled stay unknown."""

    def __init__(self, size: int) -> None:
        self._num, self._den = np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64)
        self._known = np.zeros(size, dtype=np.bool_)
        self._wide: WideRows | None = None
        self._built = False

    def put(self, rows: Any, values: Rationals, known: Mask | bool = True) -> None:
        """Set the values of some rows, of which a mask may say that they stay unknown."""
        self._keep_what_was_built()
        num, den, wide = values.apart()
        self._num[rows], self._den[rows], self._known[rows] = num, den, known
        if self._wide is not None:
            others = np.ones(len(self._known), dtype=np.bool_)
            others[rows] = False
            self._wide = self._wide.only(others)
        if wide is not None:
            places = np.arange(len(self._known))[rows][wide.rows]
            self._wide = together(self._wide, wide.moved(places))

    def build(self) -> ExactColumn:
        """Return the column as filled so far; what is put later does not change it."""
        self._built = True
        return ExactColumn(Rationals.joined(self._num, self._den, self._wide), self._known)

    def _keep_what_was_built(self) -> None:
        if self._built:
            self._num, self._den = self._num.copy(), self._den.copy()
            self._known, self._built = self._known.copy(), False
