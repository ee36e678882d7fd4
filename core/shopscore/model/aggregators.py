"""Aggregators: which tallies a metric needs, and how their sums become one fraction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import DeclarationError, RuleSetError
from ..messages import message
from ..value_classes import evolve, field, frozen
from .expressions import Assumed, Constant, Expr
from .tallies import Tally
from .windows import Window

if TYPE_CHECKING:
    from ..exact.integers import Integers

Coefficient = Fraction | Assumed
#: How the values of several shops become one, see :attr:`Aggregator.pooling`.
Pooling: TypeAlias = Literal["tallies", "fractions", "values"]


@frozen
class Over:
    """A tally over a window of its own, in a metric that looks at several."""

    tally: Tally
    window: Window


class Aggregator(ABC):
    """The tallies of a metric, and how their sums over a window become ``(num, den, n)``.

    ``sums`` and ``counts`` hold, for each tally in order, the weighted sum and the plain number
    of rows per shop; of distinct keys both are the number of keys. The value of the metric is ``num / den``; ``n`` is the number of rows that
    it rests on. Without any rows ``den`` is 0. Arrays hold Python integers, which never
    overflow; combine them with ``+ − ×`` only, and they stay exact.
    """

    @property
    @abstractmethod
    def tallies(self) -> tuple[Tally | Over, ...]:
        """The tallies to count: over the window of the metric, or ``Over(tally, window)``."""

    @abstractmethod
    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        """Return numerator, denominator and n per shop."""

    @property
    def has_value_without_rows(self) -> bool:
        """Whether a shop without any row has the value that ``combine`` gives, such as 0."""
        return False

    @property
    def is_a_sum(self) -> bool:
        """Whether the value is a plain sum, which means nothing where newer days weigh more."""
        return False

    @property
    def pooling(self) -> Pooling:
        """How the values of several shops become one, for the mean of an industry.

        By ``tallies`` what was counted is added up, and combined as if it were that of one shop.
        By ``fractions`` that adds up numerators and denominators, so that a value which is only
        known with its ``n`` can be among them. By ``values`` each is an amount that its shop has,
        such as a count: the mean is that of the amounts.
        """
        return "values" if self.is_a_sum else "tallies"

    @property
    def undefined(self) -> str:
        """Why rows that count make no value, which is so where ``combine`` gives 0 for ``den``.

        Words of your own are for readers of both languages: ``bilingual(en, zh)``.
        """
        return message("rows count, but their value is not defined")

    @property
    def _largest_factor(self) -> int | None:
        """How many times the greatest sum or count a number on the way can be; None: not known.

        Where that fits, ``combine`` is given int64: five times quicker than Python integers.
        """
        return None


def tallies_of(aggregator: Aggregator) -> tuple[Tally, ...]:
    """Return what an aggregator counts, whatever the windows."""
    parts = aggregator.tallies
    return tuple(part.tally if isinstance(part, Over) else part for part in parts)


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

    Without ``over`` the value is the plain combination itself (a count), which ignores weights;
    with ``zero`` it is 0 where there is no row.
    """

    terms: tuple[tuple[Coefficient, Tally], ...] = field(converter=_terms)
    over: Tally | None
    per: int = 1
    zero: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.terms or self.per < 1:
            said = message("an aggregator needs at least one term, and per of at least 1")
            raise DeclarationError(said)
        if self.over is not None and not self.over.counts_rows:
            said = message("the denominator of an aggregator must count rows, with value 1")
            raise DeclarationError(said)
        if self.zero and self.over is not None:
            said = message("zero goes with a count: a rate of no rows is no number")
            raise DeclarationError(said)

    @property
    def has_value_without_rows(self) -> bool:
        return self.zero

    @property
    def pooling(self) -> Pooling:
        if type(self).combine is not RationalCombination.combine:
            return super().pooling
        return "values" if self.over is None else "fractions"

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


def Count(tally: Tally, *, zero: bool = False) -> RationalCombination:
    """Build the number of rows of a tally in the window, whatever the weights of days.

    With ``zero`` a shop without rows has the value 0, as long as the stream is there; else it has
    no value.
    """
    return RationalCombination(((1, tally),), None, zero=zero)


@frozen
class Total(Aggregator):
    """The sum of a value, in units of ``per`` (100: money in its main unit).

    With ``zero`` a shop without rows has the value 0, as long as the stream is there.

    >>> from shopscore import Tally, col
    >>> Total(Tally("orders", day=col.paid_at, value=col.amount), per=100).zero
    False
    """

    of: Tally
    per: int = field(default=1, kw_only=True)
    zero: bool = field(default=False, kw_only=True)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return (self.of,)

    @property
    def has_value_without_rows(self) -> bool:
        return self.zero

    @property
    def is_a_sum(self) -> bool:
        return True

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        return sums[0], sums[0] * 0 + self.per, counts[0]


@frozen
class SumOverSum(Aggregator):
    """The sum of one value divided by the sum of another, such as refunded money by sold money.

    ``n`` is the number of rows of ``whole``, of which no value may be below 0.

    >>> from shopscore import Tally, col
    >>> sold = Tally("orders", day=col.paid_at, value=col.amount)
    >>> SumOverSum(Tally("aftersales", day=col.closed_at, value=col.refund_amount), sold).per
    1
    """

    part: Tally
    whole: Tally
    per: int = 1

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return self.part, self.whole

    @property
    def pooling(self) -> Pooling:
        return "fractions"

    @property
    def undefined(self) -> str:
        return message("rows count, but the sum to divide by is 0")

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        return sums[0], sums[1] * self.per, counts[1]


def _bands(value: object) -> tuple[tuple[Fraction, Fraction], ...] | Assumed:
    if isinstance(value, Assumed):
        return value
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise DeclarationError(message("bands must hold pairs of a bound and its points"))
    return tuple((Fraction(str(bound)), Fraction(str(points))) for bound, points in value)


@frozen(slots=False)
class BandedMean(Aggregator):
    """The mean of the points that each row gets, by the band that its value falls in.

    ``bands`` holds pairs (bound, points) from the worst bound to the best, in units of ``per``; a
    row gets the points of the last band whose bound its value is at most, and ``floor`` where it is
    above all. They may be an assumption of kind ``table``.

    >>> from shopscore import Tally, col
    >>> hours = Tally("orders", day=col.picked_up_at, value=col.picked_up_at - col.paid_at)
    >>> quick = BandedMean(hours, [(48, 80), (24, 100)], floor=50, per=3600)
    >>> [str(tally.where) for tally in quick.tallies][1:]
    ['(picked_up_at − paid_at) ≤ 172800', '(picked_up_at − paid_at) ≤ 86400']
    """

    of: Tally
    bands: tuple[tuple[Fraction, Fraction], ...] | Assumed = field(converter=_bands)
    floor: Fraction = field(default=Fraction(0), kw_only=True, converter=_coefficient)
    per: int = field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.bands, Assumed):
            return
        bounds = [bound for bound, _ in self.bands]
        if not bounds or bounds != sorted(set(bounds), reverse=True):
            raise RuleSetError(
                message(
                    "the bounds of bands must go from the worst to the best value, and lower is better"
                )
            )
        points = [self.floor, *(points for _, points in self.bands)]
        if points != sorted(points):
            raise RuleSetError(message("the points of bands must rise from the worst to the best"))

    @cached_property
    def _rate(self) -> RationalCombination:
        """The points as a rate: the floor of all rows, and what each band adds to that before it."""
        bands = () if isinstance(self.bands, Assumed) else self.bands
        value = self.of.value
        rows = self._counting(value.is_not_null())
        points = [self.floor, *(points for _, points in bands)]
        steps = [
            (high - low, self._counting(value <= bound * self.per // 1))
            for (bound, high), low in zip(bands, points, strict=False)
        ]
        return RationalCombination(((self.floor, rows), *steps), rows)

    def _counting(self, condition: Expr) -> Tally:
        where = condition if self.of.where is None else self.of.where & condition
        return evolve(self.of, where=where, value=Constant(1))

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """The rows with a value, and those within each bound."""
        return self._rate.tallies[:-1]

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        if isinstance(self.bands, Assumed):
            raise DeclarationError(message("an assumption of an aggregator has no number yet"))
        return self._rate.combine([*sums, sums[0]], [*counts, counts[0]])


@frozen(slots=False)
class Quantile(Aggregator):
    """The value that a share of rows does not exceed, read off a histogram: P50, P90.

    The histogram counts the rows up to each of ``edges``, in the unit of the tally's value. The
    quantile is the first edge that reaches the share, in units of ``per``; exact as long as values
    are edges, else up to the next one. Where it lies beyond the last edge there is no value.

    >>> from shopscore import Tally, col
    >>> hours = Tally("orders", day=col.signed_at, value=col.signed_at - col.paid_at)
    >>> p90 = Quantile(hours, "0.9", edges=range(3600, 169 * 3600, 3600), per=3600)
    >>> len(p90.tallies)
    169
    """

    of: Tally
    share: Fraction = field(converter=_coefficient)
    edges: tuple[int, ...] = field(kw_only=True, converter=tuple)
    per: int = field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        rising = list(self.edges) == sorted(set(self.edges))
        if not self.edges or not rising or {type(edge) for edge in self.edges} != {int}:
            raise DeclarationError(message("edges must be whole numbers that rise"))
        if isinstance(self.share, Assumed) or not 0 < self.share <= 1:
            raise DeclarationError(message("the share of a quantile is above 0 and at most 1"))
        if self.of.distinct is not None:
            said = message("a quantile is read off values of rows, and distinct keys have none")
            raise DeclarationError(said)

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """The rows with a value, and those up to each edge."""
        value = self.of.value
        return tuple(
            self._counting(one) for one in (value.is_not_null(), *(value <= e for e in self.edges))
        )

    @property
    def undefined(self) -> str:
        return message(
            "rows count, but the value is above the last edge, {edge}",
            edge=f"{self.edges[-1] / self.per:g}",
        )

    def _counting(self, condition: Expr) -> Tally:
        where = condition if self.of.where is None else self.of.where & condition
        return evolve(self.of, where=where, value=Constant(1))

    def combine(
        self,
        sums: Sequence[Integers],  # noqa: ARG002 - rows are counted, whatever days weigh
        counts: Sequence[Integers],
    ) -> tuple[Integers, Integers, Integers]:
        n, *reaching = counts
        num = den = n * 0
        for edge, rows in reversed([*zip(self.edges, reaching, strict=True)]):
            enough = (rows * self.share.denominator >= n * self.share.numerator) * 1
            num = enough * edge + num * (1 - enough)
            den = enough * self.per + den * (1 - enough)
        return num, den, n
