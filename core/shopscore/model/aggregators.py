"""Aggregators: which tallies a metric needs, and how their sums become one fraction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from ..errors import DeclarationError
from ..messages import message
from .expressions import Assumed, Constant
from .tallies import Tally

if TYPE_CHECKING:
    from ..exact.integers import Integers

Coefficient = Fraction | Assumed


class Aggregator(ABC):
    """The tallies of a metric, and how their sums over a window become ``(num, den, n)``.

    ``sums`` and ``counts`` hold, for each tally in order, the weighted sum and the plain number
    of rows per shop. The value of the metric is ``num / den``; ``n`` is the number of rows that
    it rests on. Without any rows ``den`` is 0. Arrays hold Python integers, which never
    overflow; combine them with ``+ − ×`` only, and they stay exact.
    """

    @property
    @abstractmethod
    def tallies(self) -> tuple[Tally, ...]:
        """The tallies to count."""

    @abstractmethod
    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        """Return numerator, denominator and n per shop."""

    @property
    def _largest_factor(self) -> int | None:
        """How many times the greatest sum or count a number on the way can be; None: not known.

        Where that fits, ``combine`` is given int64: five times quicker than Python integers.
        """
        return None


@frozen
class NotCounted(Aggregator):
    """The aggregator of a metric that is never counted: its value is supplied, or there is none."""

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return ()

    def combine(
        self,
        sums: Sequence[Integers],  # noqa: ARG002 - there are none
        counts: Sequence[Integers],  # noqa: ARG002 - there are none
    ) -> tuple[Integers, Integers, Integers]:
        raise DeclarationError(message("nothing is counted for this metric"))


def _coefficient(value: object) -> Coefficient:
    if isinstance(value, Assumed | Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        said = message(
            "a grade is an integer, a decimal or a fraction, not {value}", value=repr(value)
        )
        raise DeclarationError(said)
    return Fraction(str(value))


def _terms(terms: Sequence[tuple[object, Tally]]) -> tuple[tuple[Coefficient, Tally], ...]:
    return tuple((_coefficient(c), t) for c, t in terms)


@frozen
class RationalCombination(Aggregator):
    """``(Σ coefficient · Σ tally) / (per · Σ over)``; the class behind the constructors below.

    Without ``over`` the value is the plain combination itself (a count), which ignores weights.
    """

    terms: tuple[tuple[Coefficient, Tally], ...] = field(converter=_terms)
    over: Tally | None
    per: int = 1

    def __attrs_post_init__(self) -> None:
        if not self.terms or self.per < 1:
            said = message("an aggregator needs at least one term, and per of at least 1")
            raise DeclarationError(said)
        if self.over is not None and not self.over.counts_rows:
            said = message("the denominator of an aggregator must count rows, with value 1")
            raise DeclarationError(said)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        divisor = () if self.over is None else (self.over,)
        return (*(tally for _, tally in self.terms), *divisor)

    @property
    def _largest_factor(self) -> int | None:
        if type(self).combine is not RationalCombination.combine:
            return None  # it says nothing of what a class below makes of the sums
        common, factors = self._factors()
        return max(sum(map(abs, factors)), common * self.per, len(factors))

    def _factors(self) -> tuple[int, list[int]]:
        """Return the least common denominator of the coefficients, and their numerators over it."""
        coefficients = [c for c, _ in self.terms if isinstance(c, Fraction)]
        if len(coefficients) != len(self.terms):
            raise DeclarationError(message("an assumption of an aggregator has no number yet"))
        common = lcm(*(c.denominator for c in coefficients))
        return common, [int(c * common) for c in coefficients]

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        common, factors = self._factors()
        terms = counts if self.over is None else sums
        num = terms[0] * factors[0]
        for factor, total in zip(factors[1:], terms[1:], strict=False):
            num = num + total * factor
        if self.over is None:
            total = counts[0]
            for more in counts[1:]:
                total = total + more
            return num, total * 0 + common * self.per, total
        return num, sums[-1] * (common * self.per), counts[-1]


def Ratio(part: Tally, whole: Tally) -> RationalCombination:
    """Build the ratio of the sum of one tally to the count of another.

    >>> from shopscore import Tally, col
    >>> bad = Tally("reviews", day=col.reviewed_at, where=col.rating <= 2)
    >>> Ratio(bad, Tally("reviews", day=col.reviewed_at)).per
    1
    """
    return RationalCombination(((1, part),), whole)


def Mean(total: Tally, *, per: int = 1) -> RationalCombination:
    """Build the mean of the values of one tally, in units of ``per`` (3,600: hours)."""
    has_value = total.value.is_not_null()
    where = has_value if total.where is None else total.where & has_value
    return RationalCombination(((1, total),), evolve(total, where=where, value=Constant(1)), per)


def GradedRate(
    grades: Sequence[tuple[int | str | Fraction | Assumed, Tally]], whole: Tally
) -> RationalCombination:
    """Build the ratio of several tallies, each weighted by its grade, to the count of another.

    Grades are exact: integers, fractions, decimal text, or ``assumed("…")``; never floats.
    """
    return RationalCombination(tuple(grades), whole)


def Count(tally: Tally) -> RationalCombination:
    """Build the number of rows of a tally in the window, whatever the weights of days."""
    return RationalCombination(((1, tally),), None)
