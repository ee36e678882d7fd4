"""Balances: a stock of points from which rows take some, until these expire."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import DeclarationError
from ..messages import message
from ..value_classes import field, frozen
from .aggregators import Aggregator, Coefficient, Over, _coefficient
from .tallies import Tally

if TYPE_CHECKING:
    from ..exact.integers import Integers


@frozen
class Balance(Aggregator):
    """What is left of ``start`` after the sums of ``spent``, such as points of violations.

    What is spent expires with the window: that of the metric, or one of its own, ``Over(tally,
    window)``. A shop without rows has all of ``start``, as long as the streams are there.

    >>> from shopscore import Days, SinceStartOf, Tally, col
    >>> severe = Tally("violations", day=col.happened_at, value=12, where=col.kind == "fake")
    >>> other = Tally("violations", day=col.happened_at, value=2, where=col.kind != "fake")
    >>> len(Balance(48, [Over(severe, Days(1, 365)), Over(other, SinceStartOf("year"))]).tallies)
    2
    """

    start: Coefficient = field(converter=_coefficient)
    spent: tuple[Tally | Over, ...] = field(converter=tuple)

    def __attrs_post_init__(self) -> None:
        if not self.spent:
            raise DeclarationError(message("a balance needs what is spent of it"))

    @property
    def tallies(self) -> tuple[Tally | Over, ...]:
        return self.spent

    @property
    def has_value_without_rows(self) -> bool:
        return True

    @property
    def is_a_sum(self) -> bool:
        return True

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        if not isinstance(self.start, Fraction):
            raise DeclarationError(message("an assumption of an aggregator has no number yet"))
        none = sums[0] * 0
        den = none + self.start.denominator
        num, n = none + self.start.numerator, none
        for total, rows in zip(sums, counts, strict=True):
            num, n = num - total * self.start.denominator, n + rows
        return num, den, n
