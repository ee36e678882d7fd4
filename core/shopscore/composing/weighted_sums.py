"""Weighted sums of columns, made for many shops with few multiplications of large integers.

Points by rank have the same denominator in all shops of an industry, and weights are the same for
all shops of a pattern. Shops with equal denominators and weights are a group: what the numerators
are multiplied by, and the common denominator, is computed once per group, exactly. What is left for
each shop is a sum of int64 products, but for groups in which int64 would not hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..exact.integers import SAFE, Integers, dense_ranks, magnitude, parts_of, widen
from ..exact.rationals import Floats, Mask, Rationals
from ..exact.wide_rows import Rows, WideRows, set_apart
from ..value_classes import frozen

Codes = npt.NDArray[np.int32]


@frozen(eq=False)
class Groups:
    """The group of each shop, and the first shop of each group."""

    codes: Codes
    first: npt.NDArray[np.int64]

    @classmethod
    def of(cls, columns: Sequence[Integers]) -> Groups:
        """Group the shops that are equal in all of some columns of integers.

        Equal shops have equal sums of their hashes; where others have too, another hash is tried.
        """
        numbers = [_hashable(column) for column in columns]
        seed = 0
        while True:
            codes, first = dense_ranks(_mixed(numbers, seed))
            if all(_same_in_groups(column, codes, first) for column in columns):
                return cls(codes, first)
            seed += 1

    def __len__(self) -> int:
        return len(self.first)


def _hashable(column: Integers) -> npt.NDArray[np.int64]:
    """Return a number for each integer, the same for equal ones and for no others."""
    if column.dtype != object:
        return column.astype(np.int64, copy=False)
    places: dict[int, int] = {}
    numbers = (places.setdefault(value, len(places)) for value in column.tolist())
    return np.fromiter(numbers, dtype=np.int64, count=len(column))


def _mixed(columns: Sequence[npt.NDArray[np.int64]], seed: int) -> npt.NDArray[np.int64]:
    """Return sums of multiples of columns, which wrap around; another seed multiplies otherwise."""
    base = 0x9E3779B97F4A7C15 + 2 * seed
    powers = [pow(base, place + 1, 2**64) for place in range(len(columns))]
    factors = np.array(powers, dtype=np.uint64).view(np.int64)
    mixed = np.empty(len(columns[0]), dtype=np.int64)
    for part in parts_of(len(mixed)):
        total = columns[0][part] * factors[0]
        for column, factor in zip(columns[1:], factors[1:], strict=True):
            total += column[part] * factor
        mixed[part] = total
    return mixed


def _same_in_groups(column: Integers, codes: Codes, first: npt.NDArray[np.int64]) -> bool:
    own = column[first]
    return all(np.array_equal(own[codes[part]], column[part]) for part in parts_of(len(codes)))


@frozen(eq=False)
class GroupedColumn:
    """A column whose denominators are the same in all shops of a group.

    ``unit`` is 1 over its denominator, one per group, and ``most`` what no numerator in ``num`` is
    above, or below with its sign changed. ``wide`` are the shops of which int64 does not hold the
    numerator or the denominator; ``num`` has 0 for them.
    """

    num: Integers
    unit: Rationals
    most: Floats
    wide: WideRows | None = None

    @classmethod
    def of(cls, column: Rationals, groups: Groups) -> GroupedColumn:
        """Return a column by whose denominators the groups were made."""
        num, _, wide = column.apart()
        unit = Rationals(np.ones(len(groups), dtype=np.int64), column.den[groups.first])
        return cls(num, unit, np.full(len(groups), float(magnitude(num))), wide)

    def exact(self, rows: Rows) -> Integers:
        """Return the numerators of some shops as Python integers."""
        found = widen(self.num[rows])
        if self.wide is not None and (own := self.wide.take(rows, len(self.num))) is not None:
            found[own.rows] = own.num
        return found

    def column(self, groups: Groups) -> Rationals:
        """Return the fraction of every shop."""
        den = self.unit.apart()[1][groups.codes]
        if self.wide is None:
            return Rationals.joined(self.num, den, None)
        rows, num = self.wide.rows, self.num.copy()
        below = widen(self.unit.take(groups.codes[rows]).den)
        return Rationals.joined(num, den, set_apart(num, den, rows, self.wide.num, below))


def weighted_sum(
    groups: Groups, columns: Mapping[str, GroupedColumn], shares: Mapping[str, Rationals]
) -> GroupedColumn:
    """Return the sum of columns times their shares, of which there is one per group.

    What stands in a column where its share is 0 does not count.
    """
    parts = [columns[id] for id in shares]
    units = [(columns[id].unit * share).reduced() for id, share in shares.items()]
    factors, common, most = _small_factors(units, parts, len(groups))
    open_ = most >= SAFE / 2
    for part in parts:
        if part.wide is not None:
            open_[groups.codes[part.wide.rows]] = True
    most[open_], common[open_] = 0, 1
    for factor in factors:
        factor[open_] = 0
    num = np.zeros(len(groups.codes), dtype=np.int64)
    for rows in parts_of(len(num)):
        own = groups.codes[rows]
        for part, factor in zip(parts, factors, strict=True):
            num[rows] += factor[own] * part.num[rows]
    ones = np.ones_like(common)
    if not open_.any():
        return GroupedColumn(num, Rationals(ones, common), most)
    places, sums, dens = _wide_sums(groups, parts, units, open_)
    unit = Rationals.joined(
        ones, common, set_apart(ones, common, places, widen(ones[places]), dens)
    )
    return GroupedColumn(num, unit, most, sums)


def _small_factors(
    units: Sequence[Rationals], parts: Sequence[GroupedColumn], size: int
) -> tuple[list[Integers], Integers, Floats]:
    """Return what to multiply numerators by, the common denominators, and what bounds the sums.

    Where the bound is at least 2^61, the int64 numbers of the group may have wrapped around.
    """
    common, bound = np.ones(size, dtype=np.int64), np.ones(size)
    pieces = [unit.apart() for unit in units]
    for _, den, wide in pieces:
        step = den // np.maximum(np.gcd(common, den), 1)
        common, bound = common * step, np.minimum(bound * step, SAFE)
        if wide is not None:
            bound[wide.rows] = SAFE
    factors, most = [], np.zeros(size)
    for part, (num, den, _) in zip(parts, pieces, strict=True):
        factors.append(num * (common // den))
        most += np.abs(num * (bound / den)) * part.most
    return factors, common, np.maximum(most, bound)


def _wide_sums(
    groups: Groups, parts: Sequence[GroupedColumn], units: Sequence[Rationals], open_: Mask
) -> tuple[Rows, WideRows, Integers]:
    """Return the groups in which int64 may not hold a sum, their sums and common denominators."""
    places, rows = np.flatnonzero(open_), np.flatnonzero(open_[groups.codes])
    terms = [unit.take(places).lowest_terms() for unit in units]
    common = np.ones(len(places), dtype=object)
    for _, den in terms:
        common = common // np.gcd(common, widen(den)) * den
    own = (np.cumsum(open_) - 1)[groups.codes[rows]]
    total = np.zeros(len(rows), dtype=object)
    for part, (num, den) in zip(parts, terms, strict=True):
        total = total + part.exact(rows) * (widen(num) * (common // den))[own]
    return places, WideRows(rows, total, np.ones_like(total)), common
